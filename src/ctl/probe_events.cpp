#include "probe_events.hpp"

#include <sys/timex.h>

#include <nlohmann/json.hpp>

namespace overlord::ctl::probe {
namespace {

// Names come from the command line; what is no UTF-8 there becomes U+FFFD.
std::string json_string(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string padded(std::uint64_t number, std::size_t digits) {
    const std::string text = std::to_string(number);
    return std::string(text.size() < digits ? digits - text.size() : 0, '0') + text;
}

}  // namespace

ClockQuality read_clock_quality() {
    timex state{};
    const int result = ::adjtimex(&state);
    ClockQuality quality;
    quality.synchronized = result >= 0 && result != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
    quality.error_us = state.esterror;
    quality.error_max_us = state.maxerror;
    return quality;
}

std::string milliseconds(DurationNs duration) {
    constexpr DurationNs kMillisecond = kSecondNs / 1000;
    const auto magnitude = static_cast<std::uint64_t>(duration < 0 ? 0 : duration);
    std::string text = std::to_string(magnitude / kMillisecond);
    std::string fraction = padded(magnitude % kMillisecond, 6);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    return fraction.empty() ? text : text + "." + fraction;
}

EventWriter::EventWriter(std::string source, std::string system, TimeNs start)
    : source_(json_string(source)), system_(json_string(system)), start_(start) {}

std::string EventWriter::event(std::string_view type, TimeNs time, std::string_view data) {
    const std::string id =
        padded(static_cast<std::uint64_t>(start_), 19) + "-" + padded(next_++, 10);
    return R"({"specversion":"1.0","id":")" + id + R"(","source":)" + source_ + R"(,"type":)" +
           json_string(type) + R"(,"subject":)" + system_ + R"(,"time":")" + format_rfc3339(time) +
           R"(","data":)" + std::string(data) + "}";
}

std::string EventWriter::heartbeat(TimeNs time, std::string_view service, bool up,
                                   const ClockQuality& clock) {
    const std::string data = R"({"service":)" + json_string(service) + R"(,"status":")" +
                             (up ? "up" : "down") + R"(","clock":{"synchronized":)" +
                             (clock.synchronized ? "true" : "false") + R"(,"error_us":)" +
                             std::to_string(clock.error_us) + R"(,"error_max_us":)" +
                             std::to_string(clock.error_max_us) + "}}";
    return event("telecoms.heartbeat", time, data);
}

std::string EventWriter::redundancy(TimeNs time, std::string_view group, std::uint64_t healthy,
                                    std::uint64_t required) {
    return event("telecoms.redundancy", time,
                 R"({"group":)" + json_string(group) + R"(,"healthy":)" + std::to_string(healthy) +
                     R"(,"required":)" + std::to_string(required) + "}");
}

std::string EventWriter::failover(TimeNs time, const Failover& failover) {
    return event("telecoms.failover", time,
                 R"({"from_system":)" + json_string(failover.from_system) + R"(,"to_system":)" +
                     json_string(failover.to_system) + R"(,"duration_ms":)" +
                     milliseconds(failover.duration) + R"(,"unseen_ms":)" +
                     milliseconds(failover.unseen) + "}");
}

std::string EventWriter::trade(TimeNs time, std::string_view instrument, DurationNs latency,
                               bool segregated) {
    return event("trading.trade", time,
                 R"({"latency_ms":)" + milliseconds(latency) + R"(,"segregated":)" +
                     (segregated ? "true" : "false") + R"(,"instrument":)" +
                     json_string(instrument) + "}");
}

std::string EventWriter::nil_report(std::string_view level, std::string_view kind, TimeNs from,
                                    TimeNs to) {
    return event(std::string(level) + ".nil_report", to,
                 R"({"kind":)" + json_string(kind) + R"(,"from":")" + format_rfc3339(from) +
                     R"(","to":")" + format_rfc3339(to) + "\"}");
}

}  // namespace overlord::ctl::probe
