// Under whose key a record is kept: that decides what an erasure takes. Private to the module.
#pragma once

#include <string>
#include <string_view>

#include "overlord/ledger/record.hpp"
#include "overlord/ledger/record_keys.hpp"

namespace overlord::pipeline {

// Of a record that the engine made from no event or line of a sender: verdicts and slots are about
// a system, all else is the site's own. `system` holds what the result points into.
[[nodiscard]] inline Result<ledger::Owner> owner_of_output(std::string_view record,
                                                           std::string& system) {
    const Result<ledger::RecordView> view = ledger::parse(record);
    if (!view) return view.error();
    if (view->kind == ledger::RecordKind::kVerdict) {
        Result<ledger::VerdictMembers> verdict = ledger::parse_verdict(*view);
        if (!verdict) return std::move(verdict).error();
        system = std::move(verdict->system);
    } else if (view->kind == ledger::RecordKind::kSlot) {
        Result<ledger::SlotMembers> slot = ledger::parse_slot(*view);
        if (!slot) return std::move(slot).error();
        system = std::move(slot->system);
    } else {
        return ledger::Owner{};
    }
    return ledger::Owner{ledger::OwnerKind::kSystem, system};
}

}  // namespace overlord::pipeline
