// One round of a probe: asks every target and turns the answers into events.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "probe_events.hpp"
#include "probe_plan.hpp"
#include "probe_reach.hpp"

namespace overlord::ctl::probe {

// Which endpoint of a group serves. A failover is seen when the active endpoint has stopped
// answering and another answers; its duration runs from the start of the first attempt that failed
// to the moment when both are known.
class GroupWatch {
public:
    explicit GroupWatch(std::vector<std::string> names) : names_(std::move(names)) {}
    // `reaches` in the order of the endpoints. Empty: no failover.
    [[nodiscard]] std::optional<EventWriter::Failover> observe(std::span<const Reach> reaches);

private:
    [[nodiscard]] std::optional<std::size_t> next_answering(std::span<const Reach> reaches) const;

    std::vector<std::string> names_;
    std::optional<std::size_t> active_;
    TimeNs last_answer_ = 0;
    std::optional<TimeNs> failing_since_;
};

class Watch {
public:
    Watch(Plan plan, Clock& clock);
    // Asks all targets once; the lines of the events, in order.
    [[nodiscard]] std::vector<std::string> round();
    // The nil reports for the time since the last ones, when their interval is over or at the end.
    enum class Due { kByInterval, kNow };
    [[nodiscard]] std::vector<std::string> nil_reports(Due due);

private:
    Plan plan_;
    Clock& clock_;
    EventWriter writer_;
    std::vector<HostPort> addresses_;  // of the services, then of the groups' endpoints
    std::vector<GroupWatch> groups_;
    TimeNs nil_from_;
};

}  // namespace overlord::ctl::probe
