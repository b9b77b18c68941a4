// The main path (docs/ARCHITECTURE.md, "Life of an event"): from arrived lines to durable, signed
// records. Lines come in on the io thread; everything else happens on one ledger thread, which
// talks to the engine and owns the log.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "overlord/attest/store.hpp"
#include "overlord/base/file.hpp"
#include "overlord/crypto/keys.hpp"
#include "overlord/evaluate/messages.hpp"
#include "overlord/ledger/ledger.hpp"
#include "overlord/ledger/retention.hpp"
#include "overlord/pipeline/erasure.hpp"
#include "overlord/pipeline/heads.hpp"
#include "overlord/pipeline/intake.hpp"
#include "overlord/pipeline/status.hpp"

namespace overlord::prover {
class Prover;
}

namespace overlord::pipeline {

class SlottedSystems;

struct PipelineOptions {
    Path state_dir;
    std::string origin;
    std::string build;           // names this program, for snapshots
    evaluate::LoadMessage load;  // the active bundle and the engine's settings
    DurationNs seal_interval = 100'000'000;
    std::uint64_t snapshot_records = 100'000;
    std::size_t queue_bytes = 64u << 20;
    DurationNs attest_interval = 0;  // of log time; 0: not by schedule
    bool attest_on_change = true;
    DurationNs heartbeat_interval = 0;         // of log time, of each heartbeat record; 0: none
    DurationNs gap_grace = 10 * kSecondNs;     // of log time: for numbers that come out of order
    bool publish_attestations = false;
    std::vector<crypto::PublicKey> earlier_attestation_keys;  // what they signed stays valid
    ledger::RetentionPolicy retention;
    DurationNs progress_interval = 2 * kSecondNs;  // the engine is asked at least this often
    prover::Prover* prover = nullptr;  // not owned, outlives the pipeline; null: nothing is proved
    HeadBoard* heads = nullptr;  // told of every head on the io thread; not owned, outlives io

    // Called on the ledger thread. `post` runs a function on the io thread.
    std::function<void(std::function<void()>)> post;
    std::function<void()> progress;                // the engine has answered
    std::function<void(const std::string&)> warn;  // one line for the daemon's log
    std::function<void(const Error&)> fatal;       // the ledger thread has ended; exit
};

// A REPL goal's place in the stream: its audit record. Attestations asked for from it speak about
// the state at that record; `pin` holds the evidence digests of that moment until query_ended().
struct QueryPlace {
    RecordIndex record;
    TimeNs at = 0;
    std::uint64_t pin = 0;
    std::shared_ptr<const SlottedSystems> slots;  // what was proved of each system
};

// A public entry whose log time is set when it is made: {"v":1,"kind":KIND,"at":AT,MEMBERS}.
struct PublicEntry {
    std::string kind;
    std::string members;  // `"bundle":"<hex>"`; no telemetry, no name of a system
};

[[nodiscard]] std::string compose_entry(const PublicEntry& entry, TimeNs at);

// What an administrator's command leaves behind: an audit record, and public entries, the last ones
// of the log when it is done.
struct Deed {
    std::string reason;  // of the audit record; empty: none
    std::string text;
    std::vector<PublicEntry> entries;
};

struct DeedPlace {
    EntryIndex first_entry;  // of the deed's; those after it follow
    TreeSize size;
    std::string checkpoint;  // signed, of that size
};

// Both run on the ledger thread, between two batches. What act() does must be found by the next
// start if we crash before its entries are sealed; an error of it leaves no trace.
struct Administration {
    std::function<Result<Deed>()> act;
    std::function<Status(const DeedPlace& place)> sealed;
};

class Pipeline final : public Intake {
public:
    Pipeline(PipelineOptions options, ledger::Ledger& ledger, attest::EnvelopeStore store,
             crypto::SigningKey attestation_key, StatusBoard& status, Clock& clock);
    ~Pipeline() override;

    // Before start(), on the caller's thread: the engine and our own state as of the last record.
    [[nodiscard]] Status recover();
    // Writes the start record and the entries due with it, then runs the ledger thread.
    // `start_members` are those of the start record, `entries` public entries.
    [[nodiscard]] Status start(const std::string& start_members,
                               const std::vector<PublicEntry>& entries);
    // Everything submitted before is dealt with, then the stop record, a last seal, and the thread
    // ends. Blocks. The io thread may call it once nothing more is submitted.
    void stop();
    // Ends the thread as soon as what it is doing is done: no stop record, no seal, nothing signed.
    // For a state that must not be written any more.
    void halt();

    [[nodiscard]] const evaluate::LoadedMessage& loaded() const;
    [[nodiscard]] RecordIndex next_record() const;

    // io thread from here on. Callbacks run on the io thread.
    Room submit(const std::shared_ptr<Submitter>& from, std::uint64_t line, std::string_view raw,
                const Error* framing_error) override;

    void query(std::string goal, evaluate::QueryLimits limits, FileHandle answer, FileHandle notary,
               std::function<void(Result<QueryPlace>)> started);
    void query_ended(std::uint64_t pin);
    void attest(std::string system, std::string claim, QueryPlace place,
                std::function<void(Result<Hash>)> done);
    void attestation_valid(std::string system, Hash digest, std::function<void(Result<bool>)> done);
    void commitment(RecordIndex n, std::function<void(Result<Hash>)> done);
    // A quorum has cosigned a checkpoint of ours: kept and published, then the board is told.
    void witnessed(TreeSize size, std::string cosigned);
    // Entries of the prover are ready: the next seal takes them. Any thread.
    void proofs_ready();
    // Another bundle between two events; the old one goes on where this fails.
    void activate(evaluate::LoadMessage load, std::function<void(Status)> done);
    void administer(Administration work, std::function<void(Result<DeedPlace>)> done);

    // Within an Administration only: later attestations are signed with this key.
    void replace_attestation_key(crypto::SigningKey key);
    // Answers once the slots of its days are proved, while all else goes on. Codes:
    // erasure.unknown, erasure.period, erasure.held, erasure.retained.
    void erase(EraseRequest request, std::function<void(Result<EraseResult>)> done);
    // Codes: hold.exists, hold.unknown. An empty system stands for everything.
    using HoldReply = std::function<void(Result<HoldResult>)>;
    void set_hold(std::string system, std::string reason, HoldReply done);
    void release_hold(std::string system, std::string reason, HoldReply done);
    void list_holds(std::function<void(std::vector<ledger::LegalHold>)> done);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace overlord::pipeline
