// What the daemon knows from its records beside the engine's state: which events it has seen, each
// system's evidence digest and its verdicts, what has come from each source, and what is under
// legal hold. A pure function of the journal, fed record by record in order by the pipeline and by
// recovery alike. Ledger thread only.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dedupe.hpp"
#include "evidence.hpp"
#include "overlord/evaluate/messages.hpp"
#include "overlord/ledger/record.hpp"
#include "overlord/ledger/retention.hpp"
#include "overlord/pipeline/system_verdicts.hpp"
#include "slotted_systems.hpp"
#include "source_book.hpp"
#include "state_parts.hpp"

namespace overlord::pipeline {

struct LedgerState {
    explicit LedgerState(const Hash& secret) : keyer(secret), secret_(secret) {}

    EventKeyer keyer;
    Dedupe seen;
    Evidence evidence;
    SourceBook sources;
    SlottedSystems slots;
    SystemVerdicts verdicts;
    ledger::LegalHolds holds;
    std::uint64_t verdict_records = 0;  // seen by this object: another number, other verdicts
    TimeNs last_at = 0;

    // An accepted event whose key and system are known already.
    void event(const EventKey& key, std::string_view system, const Hash& commitment);
    // A verdict record. Returns whether the verdict of its system changed with it.
    [[nodiscard]] Result<bool> verdict(const ledger::RecordView& record, std::string& system);

    [[nodiscard]] Status slot(const ledger::RecordView& record);
    // A record of another kind: what the daemon says about its sources, and legal holds.
    [[nodiscard]] Status note(const ledger::RecordView& record);

    // Other rules or settings are in force: forgets verdicts of levels that do not exist any more,
    // and all of systems that answer for other levels than before. Those are judged anew.
    void keep_levels(const std::vector<std::string>& levels, const evaluate::Config& before,
                     const evaluate::Config& now);

    [[nodiscard]] StateParts serialise();
    [[nodiscard]] static Result<LedgerState> restore(ByteView bytes);

private:
    Hash secret_;
    std::size_t serialised_bytes_ = 0;  // the last time, before the verdicts: room for the next
};

}  // namespace overlord::pipeline
