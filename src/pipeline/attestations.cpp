// Attestations: the ledger thread's part. By schedule and on change a few at each seal, and when
// somebody asks.
#include "clock_quality.hpp"
#include "ledger_thread.hpp"

namespace overlord::pipeline {

using evaluate::Item;

void LedgerThread::schedule_attestations() {
    if (options_.attest_interval <= 0) return;
    const TimeNs now = log_time();
    if (now < next_scheduled_) return;
    if (next_scheduled_ != 0)
        for (const auto& [system, levels] : state.verdicts.sorted())
            attestations_due_.insert(system);
    next_scheduled_ = now + options_.attest_interval;
}

// A few at each seal, so that ten thousand systems changing at once never stop the main path.
Status LedgerThread::make_due_attestations() {
    if (attestations_due_.empty()) return {};
    // A claim depends on the time; the audit record sets it, so that replay finds the same claim.
    Item audit;
    audit.kind = Item::Kind::kAudit;
    audit.reason = "attest";
    if (Result<RecordIndex> record = run_item(std::move(audit)); !record) return record.error();
    // The records that the claims speak about must be under a signed head before the statement.
    const TimeNs at = state.last_at;
    if (Result<ledger::SealResult> sealed = seal_log(at); !sealed) return sealed.error();
    const TimeNs began = clock_.monotonic();
    for (std::size_t made = 0; made < kAttestationsPerSeal && !attestations_due_.empty(); ++made) {
        const bool long_enough = clock_.monotonic() - began >= kAttestationsTime;
        if (made > 0 && long_enough && inbox.waiting() > 0) break;
        const std::string system = *attestations_due_.begin();
        Result<evaluate::ClaimTextMessage> claim = keeper.engine().claim(system);
        // A dead engine is replaced with the next batch; the system stays due until then.
        if (!claim) return {};
        attestations_due_.erase(attestations_due_.begin());
        if (!claim->known) continue;
        const attest::Statement statement{
            system,        state.evidence.digest(system),
            claim->claim,  {options_.origin, log.tree_size(), log.root(), log.next_record()},
            state.last_at, clock_quality(options_.load.config.clock),
            state.slots.proved(system, keeper.loaded().plan)};
        Result<Attestor::Made> attestation = attestor.make(statement, at);
        if (!attestation) return with_context(std::move(attestation).error(), "attest " + system);
        if (attestation->entry) {
            entries_due_.push_back(*attestation->entry);
            attestor.logged(attestation->digest);
            ++status_.counters.attestations;
            tell_prover(statement, attestation->digest, prover::Prover::Reason::kBySchedule);
        }
    }
    return {};
}

// Before its entry is sealed: what the prover knows is never behind what the log does.
void LedgerThread::tell_prover(const attest::Statement& statement, const Hash& digest,
                               prover::Prover::Reason reason) {
    if (options_.prover != nullptr) options_.prover->attested(statement, digest, reason);
}

Result<Hash> LedgerThread::attest(const std::string& system, const std::string& claim,
                                  QueryPlace place) {
    const TimeNs at = log_time();
    if (log.sealed_until() <= place.record) {
        Result<ledger::SealResult> sealed = seal_log(at, entries_due_);
        if (!sealed) return sealed.error();
        entries_due_.clear();
    }
    const attest::Statement statement{
        system,
        state.evidence.digest(system, place.pin),
        claim,
        {options_.origin, log.tree_size(), log.root(), RecordIndex{place.record.value + 1}},
        place.at,
        clock_quality(options_.load.config.clock),
        place.slots->proved(system, keeper.loaded().plan)};
    Result<Attestor::Made> made = attestor.make(statement, at);
    if (!made) return made.error();
    tell_prover(statement, made->digest, prover::Prover::Reason::kAsked);
    if (!made->entry) return made->digest;
    entries_due_.push_back(*made->entry);
    // If we crash before this seal, the digest was given to nobody.
    Result<ledger::SealResult> sealed = seal_log(at, entries_due_);
    if (!sealed) return sealed.error();
    entries_due_.clear();
    attestor.logged(made->digest);
    ++status_.counters.attestations;
    publish_status();
    return made->digest;
}

}  // namespace overlord::pipeline
