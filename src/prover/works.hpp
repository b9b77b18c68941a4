// The prover's work, one piece at a time and without a thread of its own: from slot records to
// rows, from rows to entries, from attestations to documents. What is handed out goes into the log
// in the order it came; sealed() says how far that is. Belongs to the worker.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "overlord/attest/statement.hpp"
#include "overlord/attest/zk_document.hpp"
#include "overlord/crypto/keys.hpp"
#include "overlord/ledger/erasure.hpp"
#include "overlord/ledger/record.hpp"
#include "overlord/prover/prover.hpp"
#include "stream_book.hpp"

namespace overlord::prover {

struct WorksOptions {
    Path state_dir;
    std::string origin;
    Path publish;
    std::function<void(const std::string&)> warn{};  // a line for the daemon's log
};

// Under which key a slot record is kept.
struct SlotKey {
    ByteView secret;  // K of the owner's day
    ledger::Day day = 0;
};

// What is proved not to be negative, and the blinding of its commitment.
struct Witness {
    std::uint64_t value = 0;
    zk::Scalar blinding;
};

// The first `slots` of a stream are to be proved in the log.
struct Due {
    StreamIndex stream = 0;
    std::uint64_t slots = 0;
};

// An attestation that is to get its document.
struct DocumentRequest {
    Hash attestation{};
    std::string system;
    Hash bundle{};
    Hash plan{};
    std::uint64_t records = 0;  // it speaks about [0, records)
    TimeNs at = 0;
    bool asked = false;
    std::map<std::string, std::string, std::less<>> verdicts;  // of controls, as attested

    // kRecords: slot records below `records` are waited for. kSlots: the slots closed so far say
    // otherwise than the attestation, whose instant lies in a later one. kProofs: for entries.
    enum class Phase : std::uint8_t { kRecords, kSlots, kProofs };
    Phase phase = Phase::kRecords;
    std::uint64_t looked_at = 0;                   // slots of its streams, when last compared
    std::map<StreamIndex, std::uint64_t> targets;  // of kProofs: slots to be proved first
};

class Works {
public:
    [[nodiscard]] static Result<std::unique_ptr<Works>> open(WorksOptions options,
                                                             crypto::Secret key,
                                                             const tlog::TreeHead& head);

    // The plan of the bundle in force, kept for records that name it.
    [[nodiscard]] Status use_plan(const std::string& text);

    // A slot record, in the journal's order; only when idle(). Codes prover.plan (no such plan is
    // kept), prover.slot_length, prover.conflict, prover.value, io.*.
    [[nodiscard]] Status take_record(RecordIndex n, ledger::SlotMembers members,
                                     const SlotKey& key);
    // All slot records below `n` were taken.
    void seen_until(RecordIndex n) { seen_until_ = n; }
    [[nodiscard]] RecordIndex next_record() const;

    // Where `asked`, nothing is coalesced.
    [[nodiscard]] Status request(const attest::Statement& statement, const Hash& digest,
                                 Prover::Reason reason);

    // One piece of work: an entry, or kRow or kNothing. Bounded by one range proof.
    struct Nothing {};
    struct RowMade {};
    using Piece = std::variant<Nothing, RowMade, attest::StreamsEntry, attest::SlotEntry,
                               attest::RangeEntry, attest::ProofEntry>;
    [[nodiscard]] Result<Piece> step();
    // Nothing to do with the records that were taken.
    [[nodiscard]] bool idle() const { return !expansion_ && to_make_.empty() && to_group_.empty(); }

    // The first `count` of the entries handed out and not sealed before are in the log of `head`.
    [[nodiscard]] Status sealed(std::size_t count, const tlog::TreeHead& head);

    // What an erasure takes of the streams that have not proved it yet, which group it as it is.
    // Once all slot records of its days were taken. Codes openings.*, io.*.
    [[nodiscard]] Result<std::vector<Due>> finish_before(const ledger::Erasure& erasure);
    // How many of these slots are not proved in the log.
    [[nodiscard]] std::uint64_t unproved(const std::vector<Due>& due) const;
    [[nodiscard]] std::uint64_t unproved(const ledger::ErasureScope& scope) const;  // so far

    [[nodiscard]] Status save();
    void fill(Stats& stats) const;
    [[nodiscard]] StreamBook& book() { return book_; }  // for tests

private:
    // A record whose slots become rows one after the other.
    struct Expansion {
        RecordIndex record;
        ledger::SlotMembers members;
        std::vector<const attest::PlanControl*> controls;  // of members.values
        std::uint64_t done = 0;                            // slots
        ledger::Day day = 0;
        Hash key{};  // for blindings
        ~Expansion() { crypto::wipe(key); }
    };
    // Handed out and not in the log yet.
    struct Handed {
        enum class Kind : std::uint8_t { kStreams, kSlot, kRange, kProof };
        Kind kind = Kind::kSlot;
        StreamIndex stream = 0;
        std::uint64_t count = 0;  // kRange: slots
        zk::PointBytes bad_sum{}, total_sum{};
        Hash attestation{};
    };

    Works(WorksOptions options, std::unique_ptr<StreamNames> names, StreamBook book,
          const tlog::TreeHead& head);
    [[nodiscard]] Status take_up();  // what the last run left
    [[nodiscard]] Result<const attest::ProofPlan*> plan_of(const Hash& digest);

    [[nodiscard]] Status expand_slot();
    [[nodiscard]] Status row_of(const attest::PlanControl& control,
                                const ledger::SlotValue& value, zk::SlotNumber slot);
    [[nodiscard]] Result<StreamIndex> stream_for(const attest::PlanControl& control,
                                                 zk::SlotNumber slot);
    [[nodiscard]] Status check_row(StreamIndex index, const zk::SlotValues& values,
                                   zk::SlotNumber slot) const;
    [[nodiscard]] Result<Row> open_row(const Stream& stream, const ledger::SlotValue& value,
                                       zk::SlotNumber slot) const;
    void end_others(std::string_view system, const attest::ProofPlan& plan);
    [[nodiscard]] bool group_due(StreamIndex index) const;
    void group_if_due(StreamIndex index);
    void flush(StreamIndex index);
    [[nodiscard]] Status check_length(DurationNs slot_ns) const;
    [[nodiscard]] std::optional<attest::StreamsEntry> announce();
    [[nodiscard]] Result<std::optional<attest::SlotEntry>> make_slot();
    [[nodiscard]] Result<std::optional<attest::RangeEntry>> make_range();

    // documents.cpp
    [[nodiscard]] std::vector<StreamIndex> streams_of(const DocumentRequest& request,
                                                      const attest::ProofPlan& plan) const;
    [[nodiscard]] Result<bool> advance(DocumentRequest& request);
    [[nodiscard]] Result<bool> agrees(const DocumentRequest& request,
                                      const std::vector<StreamIndex>& streams);
    void leave_out(const Stream& stream, std::string why);
    void speak_of(const Stream& stream);  // again
    [[nodiscard]] bool covers_instant(const DocumentRequest& request,
                                      const std::vector<StreamIndex>& streams) const;
    [[nodiscard]] Result<std::optional<attest::ProofEntry>> make_document();
    [[nodiscard]] Result<std::optional<std::string>> compose_document(
        const DocumentRequest& request);
    [[nodiscard]] Status prove(attest::ZkDocument& document, const attest::ProofPlan& plan,
                               const std::vector<Witness>& witnesses) const;
    [[nodiscard]] Result<std::vector<Witness>> make_statements(
        attest::ZkDocument& document, const std::vector<StreamIndex>& streams, TimeNs at);
    [[nodiscard]] Status keep_document(const Hash& attestation, std::string_view line) const;
    [[nodiscard]] std::set<Hash> waiting() const;

    WorksOptions options_;
    std::unique_ptr<StreamNames> names_;
    StreamBook book_;
    std::optional<attest::StreamsEntry> announced_;  // in the log, or handed out
    tlog::TreeHead head_;  // what is sealed is below it
    std::map<Hash, std::unique_ptr<attest::ProofPlan>> plans_;
    std::map<Hash, std::string> plan_texts_;
    std::unique_ptr<Expansion> expansion_;
    RecordIndex seen_until_;
    std::deque<StreamIndex> to_make_;   // streams with rows without an entry, one mention a row
    std::deque<StreamIndex> to_group_;  // streams with a group due
    std::deque<Handed> handed_;
    std::map<std::string, std::deque<DocumentRequest>, std::less<>> requests_;
    std::map<std::string, std::uint64_t, std::less<>> documented_;  // slots at the last document
    std::uint64_t documents_ = 0;
    std::map<std::pair<std::string, std::string>, std::string> left_out_;  // system, control: why
    std::set<std::string, std::less<>> warned_;  // systems of which the log was told one
    std::set<StreamIndex> flushing_;  // groups of fewer slots, up to what has rows
};

}  // namespace overlord::prover
