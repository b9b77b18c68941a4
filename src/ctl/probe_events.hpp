// Writes the probe's events: CloudEvents 1.0 lines with exact times and ordered ids.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "overlord/base/time.hpp"

namespace overlord::ctl::probe {

// The kernel's opinion of the clock (adjtimex).
struct ClockQuality {
    bool synchronized = false;
    std::int64_t error_us = 0;      // estimated
    std::int64_t error_max_us = 0;  // bound
};
[[nodiscard]] ClockQuality read_clock_quality();

// "0.000001" for 1 ns: a decimal number of milliseconds, exact.
[[nodiscard]] std::string milliseconds(DurationNs duration);

class EventWriter {
public:
    // `start` makes the ids of this run differ from those of earlier ones, and sort after them.
    EventWriter(std::string source, std::string system, TimeNs start);

    // One line without LF. `data` is a JSON object.
    [[nodiscard]] std::string event(std::string_view type, TimeNs time, std::string_view data);

    [[nodiscard]] std::string heartbeat(TimeNs time, std::string_view service, bool up,
                                        const ClockQuality& clock);
    [[nodiscard]] std::string redundancy(TimeNs time, std::string_view group, std::uint64_t healthy,
                                         std::uint64_t required);
    struct Failover {
        std::string from_system;
        std::string to_system;
        DurationNs duration = 0;
        DurationNs unseen = 0;  // since the old endpoint's last answer; it failed in there
    };
    [[nodiscard]] std::string failover(TimeNs time, const Failover& failover);
    [[nodiscard]] std::string trade(TimeNs time, std::string_view instrument, DurationNs latency,
                                    bool segregated);
    [[nodiscard]] std::string nil_report(std::string_view level, std::string_view kind, TimeNs from,
                                         TimeNs to);

private:
    std::string source_;
    std::string system_;
    TimeNs start_;
    std::uint64_t next_ = 1;
};

}  // namespace overlord::ctl::probe
