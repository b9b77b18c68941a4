// An administrator's command on the ledger thread: done, recorded, sealed, in this order.
#include "ledger_thread.hpp"

namespace overlord::pipeline {

Result<DeedPlace> LedgerThread::administer(const Administration& work) {
    const Result<Deed> deed = work.act();
    if (!deed) return deed.error();
    // If we crash from here on, the next start finds what was done and logs it.
    if (!deed->reason.empty()) {
        if (Status recorded = audit(deed->reason, deed->text); !recorded) return recorded.error();
    }
    for (const PublicEntry& entry : deed->entries) {
        entries_due_.push_back(compose_entry(entry, state.last_at));
    }
    Result<ledger::SealResult> sealed = seal_log(log_time(), entries_due_);
    if (!sealed) return with_context(std::move(sealed).error(), "seal");
    entries_due_.clear();
    last_seal_ = clock_.monotonic();
    ++status_.counters.seals;
    publish_status();
    const DeedPlace place{EntryIndex{sealed->size.value - deed->entries.size()}, sealed->size,
                          sealed->checkpoint};
    if (!work.sealed) return place;
    if (Status done = work.sealed(place); !done) return std::move(done).error();
    return place;
}

}  // namespace overlord::pipeline
