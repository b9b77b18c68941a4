// What a site adds to the packs it runs: calendars and waivers. Plain values, any thread.
#pragma once

#include <string>

#include "overlord/base/calendar.hpp"
#include "overlord/base/time.hpp"

namespace overlord::rules {

// A calendar that the packs declare, or `utc`.
struct NamedCalendar {
    std::string name;
    Calendar calendar;
    std::string source;  // where its holidays come from, as the pack says
    std::string pack;    // "" of utc
    std::string file;
    int line = 0;

    // "calendar site lists no holiday after 2026-12-25" at a time when that lies in the past; else
    // "". Nobody is told that a list is at its end by working days that are none.
    [[nodiscard]] std::string outdated(TimeNs at) const;
};

// Somebody answers for a control of a system that does not hold, in [from, until).
struct Waiver {
    std::size_t control = 0;
    std::string system;
    std::string owner, reason, approved_by;
    TimeNs from = 0;
    TimeNs until = 0;
    std::string file;
    int line = 0;
};

}  // namespace overlord::rules
