// What an administrator asks of the main path about erasing records, and what comes of it
// (overlord/ledger/erasure.hpp has the steps, overlord/ledger/retention.hpp the rules).
#pragma once

#include <cstdint>
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
};

// A legal hold was set or released. A name that no event has had is accepted, for it may come yet,
// and told apart, for it may be misspelled.
struct HoldResult {
    bool seen = true;  // events of the system were accepted; true for everything
};

struct EraseResult {
    std::uint64_t keys = 0;  // destroyed; 0: there was nothing to erase, and nothing was recorded
    std::uint64_t systems = 0;
    RecordIndex record;      // the last erase record
};

}  // namespace overlord::pipeline
