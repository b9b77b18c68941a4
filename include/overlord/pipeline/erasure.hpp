// What an administrator asks of the main path about erasing records, and what comes of it
// (overlord/ledger/erasure.hpp has the steps, overlord/ledger/retention.hpp the rules).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "overlord/base/strong.hpp"
#include "overlord/base/time.hpp"

namespace overlord::pipeline {

struct EraseRequest {
    enum class Kind : std::uint8_t {
        kSystem,
        kRejects,
        kAll,      // all systems and refused lines
        kExpired,  // of each class what it keeps no longer; what is under hold is passed over
    };
    Kind kind = Kind::kSystem;
    std::string system;  // only with kSystem
    TimeNs until = 0;    // whole UTC days before; not with kExpired
    // Answered when it was carried out; else as soon as it is known that it has to wait.
    bool patient = true;
};

// A legal hold was set or released. A name that no event has had is accepted, for it may come yet,
// and told apart, for it may be misspelled.
struct HoldResult {
    bool seen = true;  // events of the system were accepted; true for everything
};

struct EraseResult {
    std::uint64_t keys = 0;  // destroyed; 0: there was nothing to erase, and nothing was recorded
    RecordIndex record;      // the last erase record
    // Not carried out yet, but noted: at least so many slots of its days are to be proved first.
    std::uint64_t waiting_slots = 0;
};

// One that was asked for and is not carried out.
struct WaitingErasure {
    std::string scope;     // system, rejects, all
    std::string system;    // only of a system
    TimeNs before = 0;     // whole UTC days before
    std::optional<std::uint64_t> slots;  // to be proved first, at least; none: not counted yet
};

}  // namespace overlord::pipeline
