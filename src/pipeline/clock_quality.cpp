#include "clock_quality.hpp"

#include <sys/timex.h>

#include <cerrno>
#include <cstring>

namespace overlord::pipeline {

std::string clock_quality(evaluate::ClockSource clock) {
    if (clock == evaluate::ClockSource::kEvent) return "log time is the events' own";
    timex kernel{};
    const int state = ::adjtimex(&kernel);
    if (state < 0) return std::string("not known: ") + ::strerror(errno);
    if (state == TIME_ERROR || (kernel.status & STA_UNSYNC) != 0) return "not synchronised";
    return "synchronised, error at most " + std::to_string(kernel.maxerror) + " us (estimated " +
           std::to_string(kernel.esterror) + " us)";
}

}  // namespace overlord::pipeline
