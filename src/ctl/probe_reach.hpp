// Asks whether services answer: TCP connections to many at once, and systemd units.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "options.hpp"
#include "overlord/base/time.hpp"

namespace overlord::ctl::probe {

struct Reach {
    bool answered = false;
    TimeNs started = 0;   // monotonic, ns
    TimeNs finished = 0;  // monotonic: when it answered, refused, or was given up
    TimeNs at = 0;        // wall clock of `finished`
};

// Opens a TCP connection to each address, all at the same time, and closes it. Takes no longer than
// `timeout`, names excepted: they are resolved before the clock of an attempt starts.
[[nodiscard]] std::vector<Reach> reach_all(std::span<const HostPort> addresses, DurationNs timeout,
                                           Clock& clock);

// What systemd says, by `systemctl is-active --quiet UNIT`. Nothing where systemd does not answer:
// that says nothing about the unit.
[[nodiscard]] std::optional<bool> unit_is_active(const std::string& unit);

}  // namespace overlord::ctl::probe
