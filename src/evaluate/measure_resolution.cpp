// resolution: how exactly a source tells time. Of each source the largest power of ten (in ns) that
// divides all its event times in the window; of the sources the coarsest.
#include <algorithm>
#include <map>

#include "families.hpp"
#include "keys.hpp"
#include "windowed.hpp"

namespace overlord::evaluate {
namespace {

constexpr std::uint8_t kExponentMax = 18;  // 10^18 is the largest power in an instant

std::uint8_t trailing_zeros(TimeNs time) {
    std::uint8_t exponent = 0;
    while (exponent < kExponentMax && time % 10 == 0) {
        time /= 10;
        ++exponent;
    }
    return exponent;
}

Number power_of_ten(std::uint8_t exponent) {
    std::int64_t value = 1;
    for (; exponent > 0; --exponent) value *= 10;
    return Number(value);
}

// The least exponents of the panes in a rising order, like Extremes: at most 19 of them.
struct Finest {
    struct Entry {
        Pane pane;
        std::uint8_t exponent;
    };
    std::vector<Entry> entries;

    void add(Pane pane, std::uint8_t exponent) {
        for (const Entry& entry : entries) {
            if (entry.pane >= pane && entry.exponent <= exponent) return;
        }
        std::erase_if(entries, [&](const Entry& entry) {
            return entry.pane <= pane && entry.exponent >= exponent;
        });
        const auto later = std::find_if(entries.begin(), entries.end(),
                                        [&](const Entry& entry) { return entry.pane > pane; });
        entries.insert(later, Entry{pane, exponent});
    }
    void expire(Pane oldest) {
        std::erase_if(entries, [&](const Entry& entry) { return entry.pane < oldest; });
    }
};

class Resolution final : public WindowedMeasure {
public:
    using WindowedMeasure::WindowedMeasure;

private:
    bool take(const Observation& observation, Pane pane) override;
    void leave(Pane oldest) override;
    Reading present(TimeNs) override;
    TimeNs changes(TimeNs) override;
    void write_rest(Writer& out) const override;
    void read_rest(Reader& in) override;

    std::map<std::string, Finest, std::less<>> sources_;
    Pane swept_ = kFirstPane;     // the panes before this have been taken out of the sources
    Pane overflow_ = kFirstPane;  // the latest pane with an observation that found no room
};

bool Resolution::take(const Observation& observation, Pane pane) {
    if (!passes(observation)) return false;
    const bool is_long = observation.source.size() > kKeyBytesMax;
    const std::string digest = is_long ? bounded_key(std::string(observation.source)) : "";
    const std::string_view name = is_long ? std::string_view(digest) : observation.source;
    auto found = sources_.find(name);
    if (found == sources_.end()) {
        if (sources_.size() == kKeysMax) {
            overflow_ = std::max(overflow_, pane);
            return true;
        }
        found = sources_.emplace(std::string(name), Finest()).first;
    }
    found->second.add(pane, trailing_zeros(observation.time));
    return true;
}

void Resolution::leave(Pane oldest) {
    if (oldest == swept_) return;
    swept_ = oldest;
    if (overflow_ < oldest) overflow_ = kFirstPane;
    for (auto source = sources_.begin(); source != sources_.end();) {
        source->second.expire(oldest);
        source = source->second.entries.empty() ? sources_.erase(source) : std::next(source);
    }
}

Reading Resolution::present(TimeNs) {
    if (overflow_ != kFirstPane) {
        return Reading::missing("more than " + std::to_string(kKeysMax) + " sources");
    }
    std::uint8_t coarsest = 0;
    for (const auto& [name, finest] : sources_) {
        coarsest = std::max(coarsest, finest.entries.front().exponent);
    }
    return Reading::of(power_of_ten(coarsest));
}

TimeNs Resolution::changes(TimeNs) {
    TimeNs due = overflow_ == kFirstPane ? kNever : window().leaves(overflow_);
    for (const auto& [name, finest] : sources_) {
        due = std::min(due, window().leaves(finest.entries.front().pane));
    }
    return due;
}

void Resolution::write_rest(Writer& out) const {
    out.i(overflow_);
    out.u(sources_.size());
    for (const auto& [name, finest] : sources_) {
        out.text(name);
        out.u(finest.entries.size());
        for (const Finest::Entry& entry : finest.entries) {
            out.i(entry.pane);
            out.u(entry.exponent);
        }
    }
}

void Resolution::read_rest(Reader& in) {
    sources_.clear();
    swept_ = kFirstPane;
    overflow_ = in.i();
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        std::string name = in.text();
        Finest finest;
        for (std::size_t entries = in.count(); entries > 0 && in.ok(); --entries) {
            const Pane pane = in.i();
            const std::uint64_t exponent = in.u();
            if (exponent > kExponentMax) in.fail();
            finest.entries.push_back({pane, static_cast<std::uint8_t>(exponent)});
        }
        if (finest.entries.empty()) in.fail();
        sources_.emplace(std::move(name), std::move(finest));
    }
}

}  // namespace

std::unique_ptr<Measure> make_resolution(const MeasurePlan& plan) {
    return std::make_unique<Resolution>(plan);
}

}  // namespace overlord::evaluate
