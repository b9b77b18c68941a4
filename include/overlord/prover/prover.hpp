// Makes what a zero-knowledge proof rests on and the proofs themselves, beside the main path: from
// slot records the log's `slot` and `range` entries, from attestations their documents
// (docs/formats/zk.md).
//
// One worker thread does all of it. The ledger thread tells it what there is, by number, and takes
// entries that are ready when it seals; neither ever waits for the other. Slot records are read
// again from the journal, so that any lag costs no memory. Where the worker is and how far behind
// is in stats().
//
// Crash safety: rows of openings and entries follow from the journal, the keys and the log alone. A
// start compares state_dir/proofs/book, which is behind by some minutes at most, with the log's own
// entries, and goes on from there; no slot gets a second entry and none is left out. An error of
// the worker (a full disk, a journal that cannot be read) ends it and not the daemon: it is told,
// and the next start goes on.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "overlord/attest/statement.hpp"
#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"
#include "overlord/base/strong.hpp"
#include "overlord/base/time.hpp"
#include "overlord/crypto/keys.hpp"
#include "overlord/ledger/erasure.hpp"
#include "overlord/tlog/merkle.hpp"

namespace overlord::prover {

// In the log's next seal at most; more wait for the one after.
inline constexpr std::size_t kEntriesPerSeal = 256;
// Ready or taken and not sealed; the worker waits beyond it.
inline constexpr std::size_t kEntriesWaitingMax = 1024;

// keys/proof.key: 32 random bytes from which the names of streams come. Code key.proof (another
// length), key.missing, io.*.
[[nodiscard]] Result<crypto::Secret> load_proof_key(const Path& state_dir);
// Made where it is absent, durable, mode 0600.
[[nodiscard]] Result<crypto::Secret> create_proof_key(const Path& state_dir);

// Is proofs/book as it was written? Code book.damaged; a start makes another one then.
[[nodiscard]] Status check_book(const Path& state_dir);

// What one stream has told: how often what was proved of it was about another window.
struct StreamAccount {
    std::string system;
    std::string control;
    std::uint64_t slots = 0;        // committed in sealed entries
    std::uint64_t comparisons = 0;  // distinct pairs of window and limit
};

// A control of a system that no document speaks about though its slots are in the log, and why.
struct LeftOut {
    std::string system;
    std::string control;
    std::string why;
};

struct Stats {
    std::uint64_t streams = 0;
    std::uint64_t slots_committed = 0;  // in sealed entries, since the first start
    std::uint64_t slots_proved = 0;     // in sealed range entries
    std::uint64_t lag_slots = 0;        // closed, and not in a sealed entry yet
    std::uint64_t documents = 0;        // in this run
    std::uint64_t documents_waiting = 0;
    DurationNs prove_time = 0;  // of the worker, in this run
    std::vector<StreamAccount> accounts;
    std::vector<LeftOut> left_out;  // as it was last
    std::string failure;  // why it has ended; empty while it works
};

struct ProverOptions {
    Path state_dir;
    std::string origin;
    Path publish;  // copies of documents go here; empty: nowhere
    // Called on the worker: entries wait for the next seal, or an erasure waits for none any more;
    // and a line for the daemon's log.
    std::function<void()> ready;
    std::function<void(const std::string&)> warn;
};

class Prover {
public:
    Prover(ProverOptions options, crypto::Secret key, Clock& clock);
    ~Prover();  // stop()

    struct Start {
        RecordIndex records;  // durable in the journal
        tlog::TreeHead head;  // of the log, signed
        std::string plan;     // in force
    };
    void start(Start start);
    // Saves where it is. What is ready and not sealed is made again by the next start.
    void stop();

    // Ledger thread. Record `n` is a slot record and durable.
    void slot_record(RecordIndex n);
    void use_plan(std::string plan);
    // Its entry is in a sealed log. `asked`: somebody waits for it.
    enum class Reason : std::uint8_t { kBySchedule, kAsked };
    void attested(const attest::Statement& statement, const Hash& digest, Reason reason);

    [[nodiscard]] bool waiting() const;  // are entries ready?
    // Up to kEntriesPerSeal of them, to be sealed at once and in this order.
    [[nodiscard]] std::vector<std::string> take(TimeNs at);
    // After every seal: what was taken is in the log of this head.
    void sealed(const tlog::TreeHead& head);

    // Before keys are destroyed: what falls under these erasures is committed to and proved, as it
    // cannot be afterwards. All slot records of their days are below `records`. Stands in place of
    // what was told before.
    void finish_before(std::vector<ledger::Erasure> erasures, RecordIndex records);
    // Of each of them the slots that are not proved in the log yet, at least: while records are
    // read more may be found. 0: it may be carried out, also where the worker has ended. nullopt:
    // the worker has not looked yet.
    [[nodiscard]] std::optional<std::vector<std::uint64_t>> unfinished() const;

    [[nodiscard]] Stats stats() const;  // any thread

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace overlord::prover
