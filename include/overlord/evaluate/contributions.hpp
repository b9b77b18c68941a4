// What one event adds to the slots of event-bound controls: by the rules and the event alone, so
// that whoever has both can say what the log has to hold of it. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "overlord/base/time.hpp"
#include "overlord/rules/bundle.hpp"

namespace overlord::evaluate {

struct EventContribution {
    std::string control;
    std::int64_t slot = 0;
    std::uint64_t bad = 0;
    std::uint64_t total = 0;
};

class ContributionRules {
public:
    ContributionRules(rules::Bundle bundle, DurationNs slot_ns);
    ~ContributionRules();

    // Of an event that was logged at log time `at`. Empty: it adds nothing, being late for the
    // measures, of another kind, or no event under these rules.
    [[nodiscard]] std::vector<EventContribution> of(TimeNs at, std::string_view event);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace overlord::evaluate
