// The ledger thread's side of the pipeline: one linear loop over batches. See pipeline.hpp.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "attestor.hpp"
#include "engine_keeper.hpp"
#include "inbox.hpp"
#include "ledger_state.hpp"
#include "overlord/event/decode.hpp"
#include "overlord/pipeline/pipeline.hpp"
#include "overlord/prover/prover.hpp"
#include "room_giver.hpp"
#include "waiting_erasures.hpp"

namespace overlord::pipeline {

inline constexpr std::size_t kBatchArrivalsMax =
    2048;  // a batch is one durable write and one engine call
inline constexpr DurationNs kAttestationsTime = 2'000'000;  // at a seal, while senders wait
inline constexpr std::size_t kAttestationsPerSeal =
    8;  // two file syncs each; the rest waits for the next seal

// The log's entry of a state digest.
[[nodiscard]] std::string state_entry(const evaluate::StateOutput& output);

class LedgerThread {
public:
    LedgerThread(PipelineOptions options, ledger::Ledger& ledger, Attestor attestor,
                 StatusBoard& status, Clock& clock);

    [[nodiscard]] Status recover();
    [[nodiscard]] Status first_batch(const std::string& start_members,
                                     const std::vector<PublicEntry>& entries);
    void run();  // the loop; ends at stop or at a fatal error

    Inbox inbox;
    std::optional<EventKeyer> keyer;  // set by recover(); read by the io thread afterwards

    // Commands, run between batches with nothing in flight.
    [[nodiscard]] Result<QueryPlace> query(const std::string& goal, evaluate::QueryLimits limits,
                                           int answer, int notary);
    [[nodiscard]] Result<Hash> attest(const std::string& system, const std::string& claim,
                                      QueryPlace place);
    [[nodiscard]] Status activate(evaluate::LoadMessage load);
    [[nodiscard]] Result<DeedPlace> administer(const Administration& work);
    void witnessed(TreeSize size, std::string cosigned);
    // `done` is called on this thread, now or once the slots of its days are proved.
    void erase(const EraseRequest& request, WaitingErasures::Done done);
    [[nodiscard]] Result<HoldResult> set_hold(const std::string& system, const std::string& reason);
    [[nodiscard]] Result<HoldResult> release_hold(const std::string& system,
                                                  const std::string& reason);
    [[nodiscard]] const std::vector<ledger::LegalHold>& holds() const { return state.holds.list(); }
    [[nodiscard]] bool proofs_waiting() const {
        return options_.prover != nullptr && options_.prover->waiting();
    }
    void request_stop() { stopping_ = true; }
    void halt() { halted_ = true; }  // any thread

    EngineKeeper keeper;
    LedgerState state;
    Attestor attestor;
    ledger::Ledger& log;

private:
    // A batch between being formed and being durable. arrivals[i] belongs to message.items[i];
    // those of our own items have no sender.
    struct InFlight {
        evaluate::Batch message;
        std::vector<Arrival> arrivals;
        std::vector<Arrival> duplicates;  // answered with this batch
        evaluate::Outcome outcome;
    };

    [[nodiscard]] Status step();
    [[nodiscard]] DurationNs patience();
    [[nodiscard]] InFlight form(std::vector<Arrival> arrivals);
    void classify(Arrival arrival, InFlight& batch);
    [[nodiscard]] bool worth_sending(const InFlight& batch) const;
    [[nodiscard]] Status commit(InFlight& batch);
    [[nodiscard]] Status absorb(const evaluate::Output& output, std::string_view record,
                                RecordIndex n, const Hash& commitment, InFlight& batch);
    void answer(InFlight& batch);
    [[nodiscard]] Result<RecordIndex> run_item(evaluate::Item item);
    [[nodiscard]] Result<RecordIndex> run_items(std::vector<evaluate::Item> items);

    // notes.cpp: what the daemon says about its sources.
    [[nodiscard]] SourceBook::Line source_line(const Arrival& arrival);
    [[nodiscard]] TimeNs notes_due_at();
    enum class Occasion { kWhenDue, kStop };
    [[nodiscard]] Status record_notes(Occasion occasion);

    [[nodiscard]] bool seal_due();
    [[nodiscard]] Status seal();
    [[nodiscard]] Result<ledger::SealResult> seal_log(TimeNs at,
                                                      std::span<const std::string> extra = {});
    void post_head();
    [[nodiscard]] Status seal_entries();
    // attestations.cpp
    [[nodiscard]] Status make_due_attestations();
    void schedule_attestations();
    void tell_prover(const attest::Statement& statement, const Hash& digest,
                     prover::Prover::Reason reason);

    [[nodiscard]] Status begin_snapshot_if_due();
    [[nodiscard]] Status save_snapshot();
    [[nodiscard]] Status finish();

    // erasure.cpp
    [[nodiscard]] Result<std::vector<ledger::Erasure>> plan_erasure(
        const EraseRequest& request) const;
    [[nodiscard]] Result<std::vector<ledger::Erasure>> expired(ledger::Day today) const;
    [[nodiscard]] Status still_allowed(const ledger::Erasure& erasure) const;
    [[nodiscard]] Status await(std::vector<ledger::Erasure> erasures, bool patient,
                               WaitingErasures::Done done);
    [[nodiscard]] Status waiting_changed();
    [[nodiscard]] Status erase_what_is_proved();
    [[nodiscard]] Status tell_waiting();
    using Carried = std::vector<EraseResult>;  // of each
    [[nodiscard]] Result<Carried> carry_out(const std::vector<ledger::Erasure>& erasures);
    [[nodiscard]] Status resume_erasures();
    [[nodiscard]] Status audit(std::string reason, std::string text);

    void publish_status();
    void warn_of_full_disk();
    [[nodiscard]] TimeNs log_time() const;

    PipelineOptions options_;
    StatusBoard& status_;
    Clock& clock_;
    event::Decoder decoder_;  // for the name of a source that is seen for the first time

    const Path journal_;
    RoomGiver room_;
    WaitingErasures waiting_;
    std::uint64_t told_waiting_ = 0;  // erasures that wait, as the log was told last
    std::optional<Error> broken_;  // a command's fatal error: the loop ends with it

    bool stopping_ = false;
    std::atomic<bool> halted_{false};
    std::uint64_t next_batch_ = 1;
    TimeNs last_at_ = 0;  // of the last batch that was formed
    TimeNs next_due_ = evaluate::kNever;
    TimeNs last_seal_ = 0, last_answer_ = 0;                      // monotonic
    std::optional<InFlight> previous_;                            // evaluated, not durable yet
    std::unordered_map<std::uint64_t, std::uint64_t> undecided_;  // ids in flight
    std::vector<Arrival>
        deferred_;  // duplicates of undecided ones, looked at again once those are decided
    std::vector<std::string> entries_due_;
    std::set<std::string> attestations_due_;
    std::shared_ptr<const SystemVerdicts> published_verdicts_;
    std::uint64_t published_verdict_records_ = 0;  // what they are of
    std::string preparation_error_;     // as it was told last
    TimeNs next_scheduled_ = 0;      // log time
    std::uint64_t snapshot_at_ = 0;  // records in the last snapshot
};

}  // namespace overlord::pipeline
