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
