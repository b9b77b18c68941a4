// The daemon's part of a snapshot, as of a record. The verdicts of thousands of systems take
// longer to write out than a sender should wait, so they are shared, and whole() may run on another
// thread.
#pragma once

#include <memory>

#include "overlord/base/bytes.hpp"
#include "overlord/pipeline/system_verdicts.hpp"

namespace overlord::pipeline {

struct StateParts {
    Bytes before;
    std::shared_ptr<const SystemVerdicts> verdicts;
    Bytes after;

    [[nodiscard]] Bytes whole() const;
};

}  // namespace overlord::pipeline
