// Records: the numbered lines of the private journal (docs/formats/records.md). Pure functions, any
// thread.
//
//   {"v":1,"n":7,"at":1769690232790123456,"kind":"event","checks":[["c","compliant"]],"event":{}}
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/base/bytes.hpp"
#include "overlord/base/result.hpp"
#include "overlord/base/strong.hpp"
#include "overlord/base/time.hpp"
#include "overlord/base/json_text.hpp"

namespace overlord::ledger {

// A line of 64 KiB in base64 with its envelope fits four times; more is a mistake of the writer.
inline constexpr std::size_t kRecordBytesMax = 512u << 10;

// The record with number n and log time `at`. `body` is the text between the log time and the raw
// event, say `"kind":"event","event":`; `payload` the exact bytes of the event, empty for other
// kinds.
[[nodiscard]] std::string compose(RecordIndex n, TimeNs at, std::string_view body,
                                  std::string_view payload);
// The same, appended to `out`, for batches.
void append_record(std::string& out, RecordIndex n, TimeNs at, std::string_view body,
                   std::string_view payload);

// A gap is a silence of all sources, derived by the engine; a missing range of one source's own
// numbers is written as a gap too, with other members (completeness_record.hpp).
enum class RecordKind {
    kStart,
    kEvent,
    kReject,
    kTick,
    kGap,
    kVerdict,
    kAudit,
    kStop,
    kMissing,
    kRestart,
    kHeartbeat,
    kErase,
    kSlot
};

[[nodiscard]] std::string_view to_text(RecordKind kind);

// What `parse` found. All views point into the record that was parsed.
struct RecordView {
    RecordIndex n;
    TimeNs at = 0;
    RecordKind kind = RecordKind::kTick;
    bool late = false;         // events only
    std::string_view checks;   // events only: the array `[["name","compliant"],...]`, else empty
    std::string_view event;    // events only: the exact bytes that the sender wrote
    std::string_view members;  // other kinds: what follows the kind, `"from":1,"to":2`, else empty
};

// Reads the envelope of a record as `compose` wrote it; anything else is refused, so that a record
// has one spelling. The event's bytes are not looked into: their JSON was checked when they came
// in. Code: record.syntax.
[[nodiscard]] Result<RecordView> parse(std::string_view record);

// The members of the kinds that feed the evaluator again. Code: record.members, when a member is
// missing, of another type, in another place or more than these.
struct RejectMembers {
    std::string code;
    std::string reason;
    std::uint64_t bytes = 0;  // length of the raw line
    std::string line;         // its bytes, at most the first 64 KiB
};
struct GapMembers {
    TimeNs from = 0;
    TimeNs to = 0;
};
struct AuditMembers {
    std::string reason;
    std::string text;
};
// The keys of `scope` of whole UTC days before `until` were destroyed. Records of the scope below
// `before` can be under such keys only.
struct EraseMembers {
    std::string scope;   // system | rejects | all
    std::string system;  // only of scope system, else empty
    TimeNs until = 0;    // the beginning of a UTC day
    RecordIndex before;
    std::uint64_t keys = 0;
};
struct StartMembers {
    std::string engine;
    std::string bundle;
    std::string limits;
    std::string version;
};
struct ControlVerdict {
    std::string control;
    std::string verdict;
    std::string value;
    std::string reason;
    // Of a waived one: who answers for it, why, and until when (RFC 3339); else empty.
    std::string waiver_owner;
    std::string waiver_reason;
    std::string waiver_until;
};
struct VerdictMembers {
    std::string system;
    std::string level;
    std::string verdict;
    std::string was;
    std::vector<ControlVerdict> controls;
};
// What the streams of one system count in `count` consecutive slots, the same in each of them:
// of a control how much of `total` was bad. Runs come from silence only, and have no events.
struct Contribution {
    std::uint64_t record = 0;  // of the event
    std::uint32_t bad = 0;
    std::uint32_t total = 0;
    bool operator==(const Contribution&) const = default;
};
struct SlotValue {
    std::string control;
    std::uint32_t bad = 0;
    std::uint32_t total = 0;
    // Of an event-bound control what each event has added, in the order of the records; the sums
    // are bad and total.
    std::optional<std::vector<Contribution>> events{};
    bool operator==(const SlotValue&) const = default;
};
struct SlotMembers {
    std::string plan;  // SHA-256 of the proof plan, hex
    std::string system;
    std::uint64_t slot = 0;
    std::uint64_t count = 1;
    std::vector<SlotValue> values;
    bool operator==(const SlotMembers&) const = default;
};
struct Check {
    std::string name;
    std::string outcome;
    std::string reason;  // only for outcome unknown
};

[[nodiscard]] Result<RejectMembers> parse_reject(const RecordView& record);
[[nodiscard]] Result<GapMembers> parse_gap(const RecordView& record);
[[nodiscard]] Result<AuditMembers> parse_audit(const RecordView& record);
[[nodiscard]] Result<EraseMembers> parse_erase(const RecordView& record);
[[nodiscard]] std::string compose_members(const EraseMembers& erase);  // `"scope":...`
[[nodiscard]] Result<StartMembers> parse_start(const RecordView& record);
[[nodiscard]] Result<VerdictMembers> parse_verdict(const RecordView& record);
[[nodiscard]] Result<SlotMembers> parse_slot(const RecordView& record);
[[nodiscard]] std::string compose_members(const SlotMembers& slot);  // `"plan":...`
[[nodiscard]] Result<std::vector<Check>> parse_checks(const RecordView& record);

// SHA-256("zk-overlords/record/v1" || 0x00 || salt || record): the record's leaf data in its block.
// The salt keeps it from telling anything about a record that can be guessed.
[[nodiscard]] Hash commitment(const Hash& salt, std::string_view record);

}  // namespace overlord::ledger
