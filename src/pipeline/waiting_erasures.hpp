// Erasures that wait until the slots of their days are proved, and who waits for them. Bookkeeping
// of the ledger thread, which notes them, carries them out and tells how it went: erasure.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "overlord/base/result.hpp"
#include "overlord/ledger/erasure.hpp"
#include "overlord/pipeline/erasure.hpp"

namespace overlord::pipeline {

class WaitingErasures {
public:
    // Called once: what was destroyed, or why not, or, for who does not wait, what is waited for.
    using Done = std::function<void(Result<EraseResult>)>;

    // Those that one that waits already takes along do not wait for themselves. `done` may be
    // empty: nobody wants to know.
    void add(std::vector<ledger::Erasure> erasures, bool patient, Done done);

    [[nodiscard]] bool empty() const { return list_.empty(); }
    [[nodiscard]] const std::vector<ledger::Erasure>& list() const { return list_; }
    [[nodiscard]] std::vector<WaitingErasure> status() const;

    // The slots that each of list() waits for. Who does not wait is told now.
    void progress(std::span<const std::uint64_t> slots);
    // Those that can be carried out in one go: they wait for none, and no two take the same keys.
    [[nodiscard]] std::vector<ledger::Erasure> ready() const;
    // Carried out, or refused.
    void ended(const ledger::Erasure& erasure, const Result<EraseResult>& result);

private:
    struct Request {
        std::vector<ledger::Erasure> open;  // of list_
        bool patient = true;
        Done done;
        EraseResult result;           // of those that were carried out
        std::optional<Error> refused;  // the first of those that were not
    };
    [[nodiscard]] std::uint64_t slots_of(const Request& request) const;

    std::vector<ledger::Erasure> list_;
    std::vector<std::uint64_t> slots_;  // of list_; empty: not counted yet
    std::vector<Request> requests_;
};

}  // namespace overlord::pipeline
