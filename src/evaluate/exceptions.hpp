// Stretches of time that count neither as observed nor as up: approved maintenance. Disjoint, in
// whole microseconds, at most kExceptionsMax of them.
#pragma once

#include <vector>

#include "measure.hpp"

namespace overlord::evaluate {

class Exceptions {
public:
    struct Stretch {
        Micros from;
        Micros to;
    };

    // Takes [from, to) in, joined with those it meets. False: there is no room for another one.
    [[nodiscard]] bool add(Micros from, Micros to);
    void forget_before(Micros at);  // those that are over by then

    // The parts of [from, to) that are not excepted, in their order.
    template <class Each>
    void outside(Micros from, Micros to, Each each) const {
        for (const Stretch& stretch : stretches_) {
            if (stretch.to <= from) continue;
            if (stretch.from >= to || from >= to) break;
            if (from < stretch.from) each(from, stretch.from);
            from = stretch.to;
        }
        if (from < to) each(from, to);
    }
    // How much of [from, to) they leave.
    [[nodiscard]] Micros left_of(Micros from, Micros to) const;

    [[nodiscard]] bool empty() const { return stretches_.empty(); }
    void write(Writer& out) const;
    void read(Reader& in);

private:
    std::vector<Stretch> stretches_;  // rising, with time between them
};

}  // namespace overlord::evaluate
