// availability: how much of the time observed the services were up, in whole microseconds.
//
// An `up` at t covers [t, t + 1.5 periods), cut short by the service's next beat; a `down` covers
// nothing. Observed is, of each service, the time from its first beat, at most from the start of
// the oldest pane held, until now. A service whose latest beat and its cover have left the window
// is not observed any more; if it comes back, it begins anew. Where periods make the window it is
// observed until it has been silent through a whole one.
//
// Excepted time leaves both, from the beat on that can still come when its event comes in: what was
// settled before stays as it was.
#include <algorithm>
#include <map>
#include <optional>

#include "exceptions.hpp"
#include "families.hpp"
#include "keys.hpp"
#include "windowed.hpp"

namespace overlord::evaluate {
namespace {

__extension__ using Int128 = __int128;
constexpr Micros kNoTime = std::numeric_limits<Micros>::min();

struct Beat {
    Micros at = 0;
    bool up = false;
};

struct Service {
    Micros first = 0;
    Micros settled = kNoTime;  // no beat before this is taken in: kBeatsMax were kept after it
    std::vector<Beat> beats;   // by time; at equal times by arrival. Never empty
};

struct Cover {
    Micros from;
    Micros to;
};

// A change of how fast good and observed time grow, at an instant in the future.
struct Bend {
    Micros at;
    int good;
    int observed;
};

struct Slope {
    Micros at = 0;
    Int128 good = 0;
    Int128 observed = 0;
    int good_rate = 0;
    int observed_rate = 0;
};

// Microseconds until q*good - p*observed, where it falls, breaks the limit p/q; kNever if it rises.
Int128 breaks_after(const Slope& slope, std::int64_t p, std::int64_t q, bool strict) {
    const Int128 slack = slope.good * q - slope.observed * p;
    const Int128 fall = Int128{slope.observed_rate} * p - Int128{slope.good_rate} * q;
    if (strict ? slack <= 0 : slack < 0) return 0;
    if (fall <= 0) return kNever;
    return strict ? (slack + fall - 1) / fall : slack / fall + 1;
}

// The first microsecond after `slope.at` at which the value is below `least` while nothing more is
// heard; `strict`: at which it is no longer above.
std::optional<Micros> crossing(Slope slope, const std::vector<Bend>& bends, const Number& least,
                               bool strict) {
    std::int64_t p = 0;
    std::int64_t q = 0;
    if (!least.small(p, q)) return std::nullopt;
    if (breaks_after(slope, p, q, strict) == 0) return std::nullopt;  // broken already
    for (std::size_t i = 0; i <= bends.size(); ++i) {
        const Int128 after = breaks_after(slope, p, q, strict);
        const bool last = i == bends.size();
        if (after < kNever && (last || slope.at + after <= bends[i].at)) {
            const Int128 at = slope.at + after;
            return at < kNever / kNsPerMicro ? std::optional(static_cast<Micros>(at))
                                             : std::nullopt;
        }
        if (last) break;
        const Int128 step = bends[i].at - slope.at;
        slope.good += step * slope.good_rate;
        slope.observed += step * slope.observed_rate;
        slope.good_rate += bends[i].good;
        slope.observed_rate += bends[i].observed;
        slope.at = bends[i].at;
    }
    return std::nullopt;
}

class Availability final : public WindowedMeasure, public ServiceTime {
public:
    explicit Availability(const MeasurePlan& plan)
        : WindowedMeasure(plan), span_(plan.measure.period / kNsPerMicro * 3 / 2) {}

    ServiceTime* service_time() override { return this; }
    void report_to(CoverSink& sink) override { sinks_.push_back(&sink); }
    void tell_covers(CoverSink& sink, Micros from) const override;
    void expire_services(TimeNs now) override { leave(window().oldest(now)); }
    Micros observed(Micros from, Micros to) const override;
    bool steady(Micros from) const override;
    bool overflowed() const override { return overflow_ != kFirstPane; }
    TimeNs next_leave() const override;

private:
    bool aside(const Observation& observation) override;
    bool take(const Observation& observation, Pane pane) override;
    bool nothing() const override {
        return window().periods() ? services_.empty() : WindowedMeasure::nothing();
    }
    void leave(Pane oldest) override;
    Reading present(TimeNs now) override;
    TimeNs changes(TimeNs now) override;
    std::vector<std::uint64_t> records() const override { return downs_.records(); }
    void write_rest(Writer& out) const override;
    void read_rest(Reader& in) override;

    void insert(Service& service, Beat beat);
    void settle(Service& service) const;
    void account(Micros from, Micros to, int sign);
    void account_all(int sign);
    void except(Micros from, Micros to);
    void note_horizon(const Observation& observation) {
        horizon_ = floor_divide(observation.now - measure().lateness, kNsPerMicro);
    }
    [[nodiscard]] bool tumbling() const {
        return window().periods() && window().periods()->tumbling();
    }
    [[nodiscard]] Cover cover(const Service& service, std::size_t i) const;
    [[nodiscard]] TimeNs leaves(const Service& service) const;
    [[nodiscard]] Micros begins(Pane pane) const { return window().begins(pane) / kNsPerMicro; }
    [[nodiscard]] Reading whole_interval() const;
    TimeNs crosses(TimeNs now);
    [[nodiscard]] TimeNs look_again(TimeNs now, TimeNs window_moves) const;
    void observe_from(Slope& slope, Micros from, int services, std::vector<Bend>* bends) const;
    [[nodiscard]] Slope slope(TimeNs now, std::vector<Bend>* bends) const;

    Micros span_;
    Pane oldest_ = kFirstPane;
    Micros start_ = 0;    // of the window
    Micros kept_from_ = 0;  // a service whose cover ended before this is not followed any more
    Micros horizon_ = 0;  // no beat before this can come any more
    std::map<std::string, Service> services_;
    Pane overflow_ = kFirstPane;  // the latest pane with a service that found no room
    PaneValues<Micros> good_;
    Micros good_total_ = 0;
    Exceptions exceptions_;
    Micros excess_ = kNoTime;  // the end of the last exception that found no room
    ViolationRecords downs_;
    std::vector<CoverSink*> sinks_;  // not part of the state
};

Cover Availability::cover(const Service& service, std::size_t i) const {
    const Beat& beat = service.beats[i];
    if (!beat.up) return {beat.at, beat.at};
    const Micros end = beat.at + span_;
    if (i + 1 == service.beats.size()) return {beat.at, end};
    return {beat.at, std::min(end, service.beats[i + 1].at)};
}

// Adds (or takes back) what of [from, to) is not excepted to the panes that are still held.
void Availability::account(Micros from, Micros to, int sign) {
    for (CoverSink* sink : sinks_) sink->add_cover(from, to, sign);
    exceptions_.outside(std::max(from, start_), to, [&](Micros begin, Micros end) {
        while (begin < end) {
            const Pane pane = window().pane_of(begin * kNsPerMicro);
            const Micros next = window().endless() ? end : std::min(end, begins(pane + 1));
            good_.at(pane) += sign * (next - begin);
            good_total_ += sign * (next - begin);
            begin = next;
        }
    });
}

void Availability::account_all(int sign) {
    for (const auto& [name, service] : services_) {
        for (std::size_t i = 0; i < service.beats.size(); ++i) {
            const Cover part = cover(service, i);
            account(part.from, part.to, sign);
        }
    }
}

// All that beats cover from the horizon on is known from those that are kept.
void Availability::except(Micros from, Micros to) {
    from = std::max(from, horizon_);
    for (const auto& [name, service] : services_) from = std::max(from, service.settled);
    if (from >= to) return;
    account_all(-1);
    if (!exceptions_.add(from, to)) excess_ = std::max(excess_, to);
    account_all(1);
}

bool Availability::aside(const Observation& observation) {
    if (observation.input == 0) return false;
    if (!passes(observation)) return true;
    note_horizon(observation);
    const TimeNs* from = std::get_if<TimeNs>(&observation.fields[measure().from_field]);
    const TimeNs* until = std::get_if<TimeNs>(&observation.fields[measure().until_field]);
    if (from == nullptr || until == nullptr) return true;
    except(floor_divide(*from, kNsPerMicro), floor_divide(*until, kNsPerMicro));
    return true;
}

void Availability::settle(Service& service) const {
    std::size_t gone = 0;
    while (service.beats.size() - gone > 1 && service.beats[gone + 1].at <= horizon_) ++gone;
    const std::size_t kept = service.beats.size() - gone;
    if (kept > kBeatsMax) {
        gone += kept - kBeatsMax;
        service.settled = service.beats[gone].at;
    }
    if (service.settled <= horizon_) service.settled = kNoTime;
    service.beats.erase(service.beats.begin(),
                        service.beats.begin() + static_cast<std::ptrdiff_t>(gone));
}

void Availability::insert(Service& service, Beat beat) {
    auto& beats = service.beats;
    const auto next = std::upper_bound(beats.begin(), beats.end(), beat.at,
                                       [](Micros at, const Beat& other) { return at < other.at; });
    const std::size_t i = static_cast<std::size_t>(next - beats.begin());
    if (i == 0 && beat.at < service.settled) return;
    if (i > 0) {
        const Cover before = cover(service, i - 1);
        account(std::max(before.from, beat.at), before.to, -1);
    }
    beats.insert(next, beat);
    const Cover own = cover(service, i);
    account(own.from, own.to, 1);
    service.first = std::min(service.first, beat.at);
    if (beats.size() > 1 && (beats[1].at <= horizon_ || beats.size() > kBeatsMax)) settle(service);
}

bool Availability::take(const Observation& observation, Pane pane) {
    note_horizon(observation);
    const Beat beat{floor_divide(observation.time, kNsPerMicro), passes(observation)};
    if (!beat.up) downs_.add(pane, observation.record);
    const auto& by = measure().by;
    std::string name = by ? bounded_key(observation.fields[*by]) : std::string();
    auto found = services_.find(name);
    if (found == services_.end()) {
        if (services_.size() == kServicesMax) {
            overflow_ = std::max(overflow_, pane);
            return true;
        }
        found = services_.emplace(std::move(name), Service{beat.at, kNoTime, {}}).first;
    }
    insert(found->second, beat);
    return true;
}

void Availability::leave(Pane oldest) {
    if (window().endless() || oldest == oldest_) return;
    oldest_ = oldest;
    start_ = begins(oldest);
    kept_from_ = window().periods() ? begins(oldest - 1) : start_;
    good_.expire(oldest, [&](Micros gone) { good_total_ -= gone; });
    downs_.expire(oldest);
    if (overflow_ < oldest) overflow_ = kFirstPane;
    exceptions_.forget_before(start_);
    if (excess_ <= start_) excess_ = kNoTime;
    std::erase_if(services_, [&](const auto& service) {
        const Cover last = cover(service.second, service.second.beats.size() - 1);
        return last.from < kept_from_ && last.to <= kept_from_;
    });
}

// Counts so many services as observed from then on, but for what is excepted.
void Availability::observe_from(Slope& slope, Micros from, int services,
                                std::vector<Bend>* bends) const {
    slope.observed += Int128{services} * exceptions_.left_of(from, slope.at);
    exceptions_.outside(std::max(from, slope.at), kNever, [&](Micros begin, Micros end) {
        if (begin == slope.at) {
            slope.observed_rate += services;
        } else if (bends != nullptr) {
            bends->push_back({begin, 0, services});
        }
        if (bends != nullptr && end != kNever) bends->push_back({end, 0, -services});
    });
}

// Good and observed time until now, how fast they grow, and where that changes afterwards.
Slope Availability::slope(TimeNs now, std::vector<Bend>* bends) const {
    Slope slope;
    slope.at = floor_divide(now, kNsPerMicro);
    slope.good = good_total_;
    int from_start = 0;  // services observed since the window began
    for (const auto& [name, service] : services_) {
        if (service.first <= start_) {
            ++from_start;
        } else {
            observe_from(slope, service.first, 1, bends);
        }
        for (std::size_t i = service.beats.size(); i-- > 0;) {
            const Cover part = cover(service, i);
            exceptions_.outside(std::max(part.from, slope.at), part.to,
                                [&](Micros begin, Micros end) {
                                    slope.good -= end - begin;
                                    if (begin == slope.at) ++slope.good_rate;
                                    if (bends == nullptr) return;
                                    if (begin > slope.at) bends->push_back({begin, 1, 0});
                                    bends->push_back({end, -1, 0});
                                });
            if (part.from <= slope.at) break;
        }
    }
    observe_from(slope, start_, from_start, bends);
    return slope;
}

void Availability::tell_covers(CoverSink& sink, Micros from) const {
    for (const auto& [name, service] : services_) {
        for (std::size_t i = 0; i < service.beats.size(); ++i) {
            const Cover part = cover(service, i);
            sink.add_cover(std::max(part.from, from), part.to, 1);
        }
    }
}

Micros Availability::observed(Micros from, Micros to) const {
    Micros sum = 0;
    for (const auto& [name, service] : services_) {
        sum += std::max(Micros{0}, to - std::max(service.first, from));
    }
    return sum;
}

bool Availability::steady(Micros from) const {
    return std::all_of(services_.begin(), services_.end(),
                       [&](const auto& service) { return service.second.first <= from; });
}

// The first instant at which leave() forgets it, if it stays silent.
TimeNs Availability::leaves(const Service& service) const {
    const Cover last = cover(service, service.beats.size() - 1);
    const Micros gone = std::max(last.from + 1, last.to);
    const Pane pane = window().pane_of((gone - 1) * kNsPerMicro);
    return window().leaves(window().periods() ? pane + 1 : pane);
}

TimeNs Availability::next_leave() const {
    TimeNs next = overflowed() ? window().leaves(overflow_) : kNever;
    for (const auto& [name, service] : services_) next = std::min(next, leaves(service));
    return next;
}

// Of the interval that counts, when all of it is known.
Reading Availability::whole_interval() const {
    const Micros end = begins(oldest_ + 1);
    Micros observed = 0;
    for (const auto& [name, service] : services_) {
        observed += exceptions_.left_of(std::max(service.first, start_), end);
    }
    if (observed == 0) return Reading::missing("no time observed");
    Micros good = 0;
    for (const auto& entry : good_) good += entry.pane == oldest_ ? entry.value : 0;
    return Reading::of(Number::ratio(good, observed));
}

Reading Availability::present(TimeNs now) {
    if (overflow_ != kFirstPane) {
        return Reading::missing("more than " + std::to_string(kServicesMax) + " services");
    }
    if (excess_ != kNoTime) {
        return Reading::missing("more than " + std::to_string(kExceptionsMax) + " exceptions");
    }
    if (tumbling()) return whole_interval();
    const Slope until_now = slope(now, nullptr);
    if (until_now.observed == 0) return Reading::missing("no time observed");
    return Reading::of(Number::ratio(static_cast<std::int64_t>(until_now.good),
                                     static_cast<std::int64_t>(until_now.observed)));
}

TimeNs Availability::changes(TimeNs now) {
    if (services_.empty()) return kNever;
    Micros first = kNever;
    for (const auto& [name, service] : services_) first = std::min(first, service.first);
    const Pane of_first = window().pane_of(first * kNsPerMicro);
    const TimeNs due =
        window().leaves(window().periods() ? oldest_ : std::max(oldest_, of_first));
    if (tumbling()) return due;
    return std::min(measure().free ? look_again(now, due) : due, crosses(now));
}

// When time alone takes the value over a limit in a window that begins as it does now.
TimeNs Availability::crosses(TimeNs now) {
    if (counts().total() < measure().at_least) return kNever;
    std::vector<Bend> bends;
    const Slope from = slope(now, &bends);
    std::sort(bends.begin(), bends.end(),
              [](const Bend& left, const Bend& right) { return left.at < right.at; });
    TimeNs due = kNever;
    for (const rules::Limit& limit : plan().measure.limits) {
        using Op = rules::Limit::Op;
        for (const bool strict : {false, true}) {
            const bool matters =
                limit.op == Op::kEqual ||
                strict == (limit.op == Op::kGreater || limit.op == Op::kAtMost);
            if (!matters) continue;
            const std::optional<Micros> at = crossing(from, bends, limit.number, strict);
            if (at && *at * kNsPerMicro > now) due = std::min(due, *at * kNsPerMicro);
        }
    }
    return due;
}

// When rules do more with the value than compare it, ten seconds do: each system looks at its own
// ones, for else all of them would where a pane leaves.
TimeNs Availability::look_again(TimeNs now, TimeNs window_moves) const {
    const DurationNs pane = window().pane();
    if (pane <= kLookAgain) return now + kLookAgain;
    return std::min(window_moves, now + pane - now % kLookAgain) + now % kLookAgain;
}

void Availability::write_rest(Writer& out) const {
    out.i(overflow_);
    out.u(services_.size());
    for (const auto& [name, service] : services_) {
        out.text(name);
        out.i(service.first);
        out.i(service.settled);
        out.u(service.beats.size());
        for (const Beat& beat : service.beats) {
            out.i(beat.at);
            out.flag(beat.up);
        }
    }
    out.u(good_.size());
    for (const auto& entry : good_) {
        out.i(entry.pane);
        out.i(entry.value);
    }
    exceptions_.write(out);
    out.i(excess_);
    downs_.write(out);
}

void Availability::read_rest(Reader& in) {
    services_.clear();
    good_ = {};
    good_total_ = 0;
    oldest_ = kFirstPane;
    overflow_ = in.i();
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        std::string name = in.text();
        Service service;
        service.first = in.i();
        service.settled = in.i();
        for (std::size_t beats = in.count(); beats > 0 && in.ok(); --beats) {
            const Micros at = in.i();
            service.beats.push_back({at, in.flag()});
        }
        if (service.beats.empty()) in.fail();
        services_.emplace(std::move(name), std::move(service));
    }
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        const Pane pane = in.i();
        const Micros good = in.i();
        if (!good_.empty() && good_.back().pane >= pane) in.fail();
        good_.push_back(pane, good);
        good_total_ += good;
    }
    exceptions_.read(in);
    excess_ = in.i();
    downs_.read(in);
}

}  // namespace

std::unique_ptr<Measure> make_availability(const MeasurePlan& plan) {
    return std::make_unique<Availability>(plan);
}

}  // namespace overlord::evaluate
