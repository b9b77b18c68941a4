#include "exceptions.hpp"

#include <algorithm>

namespace overlord::evaluate {

bool Exceptions::add(Micros from, Micros to) {
    const auto first =
        std::lower_bound(stretches_.begin(), stretches_.end(), from,
                         [](const Stretch& stretch, Micros at) { return stretch.to < at; });
    auto last = first;
    for (; last != stretches_.end() && last->from <= to; ++last) {
        from = std::min(from, last->from);
        to = std::max(to, last->to);
    }
    if (first == last && stretches_.size() == kExceptionsMax) return false;
    stretches_.insert(stretches_.erase(first, last), {from, to});
    return true;
}

void Exceptions::forget_before(Micros at) {
    std::erase_if(stretches_, [&](const Stretch& stretch) { return stretch.to <= at; });
}

Micros Exceptions::left_of(Micros from, Micros to) const {
    Micros left = 0;
    outside(from, to, [&](Micros begin, Micros end) { left += end - begin; });
    return left;
}

void Exceptions::write(Writer& out) const {
    out.u(stretches_.size());
    for (const Stretch& stretch : stretches_) {
        out.i(stretch.from);
        out.i(stretch.to);
    }
}

void Exceptions::read(Reader& in) {
    stretches_.clear();
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        const Micros from = in.i();
        const Stretch stretch{from, in.i()};
        const bool rises = stretches_.empty() || stretches_.back().to < from;
        if (!rises || stretch.to <= from) in.fail();
        stretches_.push_back(stretch);
    }
}

}  // namespace overlord::evaluate
