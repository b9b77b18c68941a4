// What the daemon and overlord-engine say to each other, byte for byte (docs/formats/state.md).
// Plain structs with encode and decode; links base only. Any thread.
// A frame on the socket: u32 payload length, u8 type, payload; integers little-endian, texts as u32
// length and bytes. Every decode refuses a payload that is short, longer than its message, or says
// more than the limits below: code message.syntax.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "overlord/base/bytes.hpp"
#include "overlord/base/result.hpp"
#include "overlord/base/time.hpp"
#include "overlord/evaluate/loading.hpp"

namespace overlord::evaluate {

inline constexpr std::size_t kFrameHeaderBytes = 5;
// A snapshot of 10,000 busy systems has some 300 MB; more is a programming error.
inline constexpr std::size_t kFrameBytesMax = std::size_t{1} << 30;
inline constexpr std::size_t kBatchItemsMax = 65'536;  // bounds what one batch can hold up
inline constexpr TimeNs kNever = std::numeric_limits<TimeNs>::max();

enum class MessageType : std::uint8_t {
    // daemon to engine
    kLoad = 1,
    kBatch = 2,
    kRestore = 3,       // payload: a snapshot's bytes; answered by kRestored
    kTakeSnapshot = 4,  // empty payload; answered by kSnapshot
    kQuery = 5,  // with two descriptors (SCM_RIGHTS): the answer's socket, the notary's socket
    kClaim = 6,  // payload: text, the system; answered by kClaimText
    kQuit = 7,   // empty payload
    // Empty payload, one descriptor: a forked process writes kSnapshot there, and the engine goes
    // on at once. The end of the stream without one: it could not be made.
    kSnapshotAside = 8,
    // engine to daemon
    kLoaded = 16,
    kLoadFailed = 17,
    kOutcome = 18,
    kSnapshot = 19,
    kClaimText = 20,
    kFatal = 21,  // payload: text; the engine ends after it
    kRestored = 22,
};

// One thing that happened, in order. Which members count depends on the kind.
struct Item {
    enum class Kind : std::uint8_t { kEvent, kReject, kAudit, kStart, kStop, kNote, kErase };
    Kind kind = Kind::kEvent;
    std::string text;    // kEvent: the line. kAudit: the goal or the system. kNote: the body of a
                         // record that judges nothing. kStart, kErase: the members after the kind
    std::string code;    // kReject; kErase: the system, empty for all
    std::string reason;  // kReject; kAudit: query | attest; kErase: the first record that stays
};

// `at` is the batch's log time on the wall clock: later than that of every batch before. On the
// event clock it counts only for a batch without items. A batch without items advances to `at`.
struct Batch {
    std::uint64_t id = 0;
    TimeNs at = 0;
    std::vector<Item> items;
};

enum class OutputKind : std::uint8_t {
    kStart, kEvent, kReject, kTick, kGap, kVerdict, kAudit, kStop, kNote, kErase, kSlot
};

inline constexpr std::uint32_t kNoItem = std::numeric_limits<std::uint32_t>::max();

// One record, without its number (records are numbered in the order of outputs, from 0) and without
// its payload: record = `{"v":1,"n":N,"at":AT,` body payload `}`. The payload is the event's bytes
// for kEvent (from { to }), and `,"bytes":8,"line":"<base64>"` for kReject; else empty.
struct Output {
    OutputKind kind = OutputKind::kTick;
    std::uint32_t item = kNoItem;  // the item that it answers; kNoItem for ticks and verdicts
    TimeNs at = 0;
    std::string body;
    std::string code;  // kReject: also in the body; here for the answer to the sender
    std::string reason;
};

// The digest of the state after `records` records, for a `state` entry of the log.
struct StateOutput {
    std::uint64_t records = 0;
    TimeNs at = 0;
    Hash digest{};
};

struct Outcome {
    std::uint64_t batch = 0;
    std::uint64_t records = 0;  // after this batch
    std::vector<Output> outputs;
    std::vector<StateOutput> states;
    TimeNs next_due = kNever;  // when to send an empty batch if nothing else comes
};

struct Snapshot {
    std::uint64_t records = 0;
    TimeNs at = 0;  // advance to this after the last record before comparing digests
    Hash digest{};
    Bytes bytes;
};

// A digest of the state is due at each multiple of this many records, and each hour of log time.
inline constexpr std::uint64_t kStateEvery = 100'000;

// The digest of the state that `bytes` of a snapshot hold. Code: state.syntax.
inline constexpr std::string_view kStateLabel = "zk-overlords/state/v5";
[[nodiscard]] Result<Hash> snapshot_digest(ByteView bytes);

struct RestoredMessage {
    bool accepted = false;
    std::string reason;         // why not
    std::uint64_t records = 0;  // the next record's number
    TimeNs at = 0;
    TimeNs next_due = kNever;
};

struct ClaimTextMessage {
    bool known = false;  // the system has been seen
    std::string claim;
};

struct QueryLimits {
    std::uint32_t cpu_seconds = 2;
    std::uint32_t solution_ms = 3'000;  // wall time to the next solution
    std::uint64_t output_bytes = std::uint64_t{1} << 20;
    std::uint64_t memory_bytes = std::uint64_t{2} << 30;
};

struct QueryMessage {
    std::uint64_t session = 0;
    std::string goal;
    QueryLimits limits;
};

// The talk of a query worker with the daemon. On the answer's socket the worker says kSolution to
// kZkproof, the daemon kNext, kStop and kReply. On the notary's socket the daemon asks
// kNotaryClaim and gets kNotaryClaimText; kEnded tells how the worker ended.
enum class WorkerMessage : std::uint8_t {
    kSolution = 32,          // u8 more, text; if more: the daemon answers kNext or kStop
    kBindings = 33,          // text: JSON of the same solution, sent right after or before it
    kOutput = 34,            // text
    kFailed = 35,            // empty
    kMissing = 36,           // text: reason
    kError = 37,             // text: message
    kDone = 38,              // empty: the goal is over
    kAttestation = 39,       // text: system                 -> kReply
    kAttestationValid = 40,  // text: system, text: digest   -> kReply
    kCommitment = 41,        // u64: record                  -> kReply
    kZkproof = 42,           // text: digest                 -> kReply, the atom is a term's text
    kNext = 48,
    kStop = 49,
    kReply = 50,  // u8 outcome (0 true, 1 false, 2 missing, 4 error), text: atom, text: detail
    kNotaryClaim = 56,      // text: system
    kNotaryClaimText = 57,  // a ClaimTextMessage
    kEnded = 58,            // text: "" after kDone, else why, say "resource limit"
};

struct WorkerReply {
    std::uint8_t outcome = 4;
    std::string value;
    std::string detail;
};

[[nodiscard]] Bytes encode(const LoadMessage& message);
[[nodiscard]] Bytes encode(const LoadedMessage& message);
[[nodiscard]] Bytes encode(const LoadFailedMessage& message);
[[nodiscard]] Bytes encode(const Batch& message);
[[nodiscard]] Bytes encode(const Outcome& message);
[[nodiscard]] Bytes encode(const Snapshot& message);
[[nodiscard]] Bytes encode(const RestoredMessage& message);
[[nodiscard]] Bytes encode(const ClaimTextMessage& message);
[[nodiscard]] Bytes encode(const QueryMessage& message);
[[nodiscard]] Bytes encode(const WorkerReply& message);
[[nodiscard]] Bytes encode_text(std::string_view text);  // kClaim, kFatal, kSolution's text, ...

[[nodiscard]] Result<LoadMessage> decode_load(ByteView payload);
[[nodiscard]] Result<LoadedMessage> decode_loaded(ByteView payload);
[[nodiscard]] Result<LoadFailedMessage> decode_load_failed(ByteView payload);
[[nodiscard]] Result<Batch> decode_batch(ByteView payload);
[[nodiscard]] Result<Outcome> decode_outcome(ByteView payload);
[[nodiscard]] Result<Snapshot> decode_snapshot(ByteView payload);
[[nodiscard]] Result<RestoredMessage> decode_restored(ByteView payload);
[[nodiscard]] Result<ClaimTextMessage> decode_claim_text(ByteView payload);
[[nodiscard]] Result<QueryMessage> decode_query(ByteView payload);
[[nodiscard]] Result<WorkerReply> decode_worker_reply(ByteView payload);
[[nodiscard]] Result<std::string> decode_text(ByteView payload);

// Header and payload, ready to be written at once. `type` is a MessageType or a WorkerMessage.
[[nodiscard]] Bytes frame(std::uint8_t type, ByteView payload);

struct FrameHeader {
    std::uint32_t length = 0;
    std::uint8_t type = 0;
};
[[nodiscard]] Result<FrameHeader> decode_frame_header(ByteView five_bytes);

}  // namespace overlord::evaluate
