// Which kinds, measures, controls and levels a snapshot speaks of, by name and declaration, so that
// another bundle takes over what it has in common with the one before: new rules judge with the
// evidence that is there, and a measure whose declaration changed starts anew.
#pragma once

#include <vector>

#include "codec.hpp"
#include "plan.hpp"
#include "slots.hpp"

namespace overlord::evaluate {

// The new bundle's index of each of the old one's things, by the old index; Plan::kNone: it is
// gone, or declared in another way.
struct Translation {
    std::vector<std::size_t> kinds, measures, controls, levels, streams;
};

// What can be read in a snapshot is what had the same fields, terms and declaration. Limits of
// controls, titles and places in files do not count.
void write_shape(Writer& out, const Plan& plan, const SlotPlan& slots);
[[nodiscard]] Translation read_shape(Reader& in, const Plan& plan, const SlotPlan& slots);

}  // namespace overlord::evaluate
