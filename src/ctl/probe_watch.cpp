#include "probe_watch.hpp"

#include <algorithm>

namespace overlord::ctl::probe {

std::optional<std::size_t> GroupWatch::next_answering(std::span<const Reach> reaches) const {
    for (std::size_t i = 1; i < reaches.size(); ++i) {
        const std::size_t candidate = (*active_ + i) % reaches.size();
        if (reaches[candidate].answered) return candidate;
    }
    return std::nullopt;
}

std::optional<EventWriter::Failover> GroupWatch::observe(std::span<const Reach> reaches) {
    if (!active_) {
        // The first endpoint that answers is taken as the active one; nothing was lost before.
        const auto first = std::find_if(reaches.begin(), reaches.end(),
                                        [](const Reach& reach) { return reach.answered; });
        if (first == reaches.end()) return std::nullopt;
        active_ = static_cast<std::size_t>(first - reaches.begin());
    }
    const Reach& old = reaches[*active_];
    if (old.answered) {
        last_answer_ = old.finished;
        failing_since_.reset();
        return std::nullopt;
    }
    if (!failing_since_) failing_since_ = old.started;
    const std::optional<std::size_t> next = next_answering(reaches);
    if (!next) return std::nullopt;
    const TimeNs known = std::max(old.finished, reaches[*next].finished);
    EventWriter::Failover failover{names_[*active_], names_[*next], known - *failing_since_,
                                   known - last_answer_};
    active_ = next;
    last_answer_ = reaches[*next].finished;
    failing_since_.reset();
    return failover;
}

Watch::Watch(Plan plan, Clock& clock)
    : plan_(std::move(plan)),
      clock_(clock),
      writer_(plan_.source, plan_.system, clock.now()),
      nil_from_(clock.now()) {
    for (const Target& service : plan_.services) addresses_.push_back(service.address);
    for (const Group& group : plan_.groups) {
        std::vector<std::string> names;
        for (const Target& endpoint : group.endpoints) {
            addresses_.push_back(endpoint.address);
            names.push_back(endpoint.name);
        }
        groups_.emplace_back(std::move(names));
    }
}

std::vector<std::string> Watch::round() {
    const std::vector<Reach> reaches = reach_all(addresses_, plan_.timeout, clock_);
    const ClockQuality quality = read_clock_quality();
    std::vector<std::string> lines;
    std::span<const Reach> rest(reaches);
    for (const Target& service : plan_.services) {
        const Reach& reach = rest.front();
        rest = rest.subspan(1);
        lines.push_back(writer_.heartbeat(reach.at, service.name, reach.answered, quality));
        if (plan_.trades_segregated && reach.answered) {
            lines.push_back(writer_.trade(reach.at, service.name, reach.finished - reach.started,
                                          *plan_.trades_segregated));
        }
    }
    for (std::size_t i = 0; i < groups_.size(); ++i) {
        const Group& group = plan_.groups[i];
        const std::span<const Reach> own = rest.first(group.endpoints.size());
        rest = rest.subspan(own.size());
        const auto healthy = std::count_if(own.begin(), own.end(),
                                           [](const Reach& reach) { return reach.answered; });
        const TimeNs at = clock_.now();
        lines.push_back(writer_.redundancy(at, group.name, static_cast<std::uint64_t>(healthy),
                                           group.required));
        if (const auto failover = groups_[i].observe(own)) {
            lines.push_back(writer_.failover(at, *failover));
        }
    }
    for (const std::string& unit : plan_.units) {
        const std::optional<bool> up = unit_is_active(unit);
        if (up) lines.push_back(writer_.heartbeat(clock_.now(), unit, *up, quality));
    }
    return lines;
}

std::vector<std::string> Watch::nil_reports(Due due) {
    const TimeNs now = clock_.now();
    std::vector<std::string> lines;
    if (due == Due::kByInterval && now - nil_from_ < plan_.nil_interval) return lines;
    for (const NilReport& nil : plan_.nil_reports) {
        lines.push_back(writer_.nil_report(nil.level, nil.kind, nil_from_, now));
    }
    nil_from_ = now;
    return lines;
}

}  // namespace overlord::ctl::probe
