#include "slots.hpp"

#include <algorithm>

#include "overlord/crypto/sha256.hpp"
#include "system.hpp"

namespace overlord::evaluate {
namespace {

using Form = rules::ProvedControl::Form;

constexpr std::uint64_t kPairMax = std::numeric_limits<std::uint32_t>::max();

}  // namespace

void SlotPair::add(std::uint64_t more_bad, std::uint64_t more_total) {
    if (more_total > kPairMax - total || more_bad > kPairMax - bad) {
        *this = all_bad();
        return;
    }
    bad += static_cast<std::uint32_t>(more_bad);
    total += static_cast<std::uint32_t>(more_total);
}

SlotPair SlotPair::all_bad() {
    constexpr auto kMost = static_cast<std::uint32_t>(kPairMax);
    return {kMost, kMost};
}

SlotPlan::SlotPlan(const Plan& plan, DurationNs length)
    : measures_(plan.measures), length_(length), on_measure_(plan.measures.size()) {
    if (length == 0) return;
    plan_ = rules::proof_plan(plan.bundle, length);
    digest_ = to_hex(crypto::sha256(as_bytes(plan_.text)));
    for (std::size_t s = 0; s < plan_.proved.size(); ++s) {
        const rules::ProvedControl& proved = plan_.proved[s];
        levels_.push_back(plan.level_of(plan.bundle.controls[proved.control].pack));
        if (proved.form != Form::kState) on_measure_[proved.measure].push_back(s);
    }
}

void Stream::count(Slot slot, const EventPair& adds) {
    if (begun(slot)) pairs_.at(slot).add(adds.bad, adds.total);
}

void Stream::contribute(Slot slot, std::uint64_t record, const EventPair& adds) {
    if (!begun(slot)) return;
    SlotPair& sum = pairs_.at(slot);
    Contributions& list = contributions_.at(slot);
    if (sum == SlotPair::all_bad()) return;  // and the list says so
    sum.add(adds.bad, adds.total);
    if (list.empty() || list.back().record != record) list.push_back({record, {}});
    list.back().pair.add(adds.bad, adds.total);  // once more by another input of the measure
    if (sum == SlotPair::all_bad() || list.size() > kContributionsMax) {
        sum = SlotPair::all_bad();
        list = {{record, sum}};
    }
}

void Stream::add_cover(Micros from, Micros to, int sign) {
    if (begin_ == kNoSlot) return;
    from = std::max(from, begin_ * length_);
    while (from < to) {
        const Slot slot = floor_divide(from, length_);
        const Micros end = std::min(to, (slot + 1) * length_);
        covered_.at(slot) += sign * (end - from);
        from = end;
    }
}

SlotPair Stream::counted(Slot slot) const {
    for (const auto& entry : pairs_) {
        if (entry.pane == slot) return entry.value;
    }
    return {};
}

const Contributions* Stream::contributions(Slot slot) const {
    for (const auto& entry : contributions_) {
        if (entry.pane == slot) return &entry.value;
    }
    return nullptr;
}

Micros Stream::covered(Slot slot) const {
    for (const auto& entry : covered_) {
        if (entry.pane == slot) return entry.value;
    }
    return 0;
}

Slot Stream::same_until(Slot slot) const {
    if (!begun(slot)) return begin_;
    Slot until = kNoSlot;
    for (const auto& entry : pairs_) {
        if (entry.pane >= slot) until = std::min(until, std::max(entry.pane, slot + 1));
    }
    for (const auto& entry : covered_) {
        if (entry.pane >= slot) until = std::min(until, std::max(entry.pane, slot + 1));
    }
    return until;
}

void Stream::drop_before(Slot slot) {
    pairs_.expire(slot, [](SlotPair) {});
    covered_.expire(slot, [](Micros) {});
    contributions_.expire(slot, [](const Contributions&) {});
}

void Stream::write(Writer& out) const {
    out.flag(begin_ != kNoSlot);
    if (begin_ != kNoSlot) out.i(begin_);
    out.u(pairs_.size());
    for (const auto& entry : pairs_) {
        out.i(entry.pane);
        out.u(entry.value.bad);
        out.u(entry.value.total);
    }
    out.u(covered_.size());
    for (const auto& entry : covered_) {
        out.i(entry.pane);
        out.i(entry.value);
    }
}

void Stream::read(Reader& in) {
    begin_ = in.flag() ? in.i() : kNoSlot;
    pairs_ = {};
    covered_ = {};
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        const Slot slot = in.i();
        const std::uint64_t bad = in.u();
        const std::uint64_t total = in.u();
        const bool ordered = pairs_.empty() || pairs_.back().pane < slot;
        if (!ordered || bad > total || total > kPairMax) in.fail();
        pairs_.push_back(slot, {static_cast<std::uint32_t>(bad),
                                static_cast<std::uint32_t>(total)});
    }
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        const Slot slot = in.i();
        if (!covered_.empty() && covered_.back().pane >= slot) in.fail();
        covered_.push_back(slot, in.i());
    }
}

void Stream::write_contributions(Writer& out) const {
    out.u(contributions_.size());
    for (const auto& entry : contributions_) {
        out.i(entry.pane);
        out.u(entry.value.size());
        for (const Contribution& one : entry.value) {
            out.u(one.record);
            out.u(one.pair.bad);
            out.u(one.pair.total);
        }
    }
}

// Behind read(): each list has to sum to the slot's pair.
void Stream::read_contributions(Reader& in) {
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        const Slot slot = in.i();
        if (!contributions_.empty() && contributions_.back().pane >= slot) in.fail();
        Contributions list;
        SlotPair sum;
        for (std::size_t events = in.count(); events > 0 && in.ok(); --events) {
            const std::uint64_t record = in.u();
            const std::uint64_t bad = in.u();
            const std::uint64_t total = in.u();
            const bool ordered = list.empty() || list.back().record < record;
            if (!ordered || bad > total || total > kPairMax) in.fail();
            list.push_back({record, {}});
            list.back().pair.add(bad, total);
            sum.add(bad, total);
        }
        if (list.empty() || list.size() > kContributionsMax || counted(slot) != sum) in.fail();
        contributions_.push_back(slot, std::move(list));
    }
}

SystemSlots::SystemSlots(const SlotPlan& plan, const System& system)
    : plan_(plan), kept_(plan.streams().size(), 0), streams_(plan.streams().size()) {
    for (std::size_t s = 0; s < streams_.size(); ++s) {
        streams_[s].set_length(plan.length());
        const auto& levels = system.levels;
        kept_[s] = std::count(levels.begin(), levels.end(), plan.level_of(s)) > 0 ? 1 : 0;
    }
}

void SystemSlots::attach(std::size_t measure, Measure& state) {
    ServiceTime* time = state.service_time();
    if (time == nullptr) return;
    for (const std::size_t s : plan_.streams_on(measure)) {
        if (kept_[s] != 0) time->report_to(streams_[s]);
    }
}

void SystemSlots::observe(std::size_t measure, const Observation* observation, TimeNs now,
                          Slot from) {
    const Slot slot = plan_.slot_of(observation == nullptr ? now : observation->time);
    for (const std::size_t s : plan_.streams_on(measure)) {
        if (kept_[s] == 0) continue;
        const MeasurePlan& plan = plan_.measure_of(s);
        const bool held = observation == nullptr || plan.window.pane_of(observation->time) >=
                                                        plan.window.oldest(now);
        if (!held) continue;  // the measure passes it over
        Stream& stream = streams_[s];
        stream.begin(std::max(slot, from));
        if (observation == nullptr) continue;
        const rules::ProvedControl& proved = plan_.streams()[s];
        const std::optional<EventPair> adds = event_pair(proved, plan.measure, *observation);
        if (!adds) continue;
        if (proved.event_bound) {
            stream.contribute(slot, observation->record, *adds);
        } else {
            stream.count(slot, *adds);
        }
    }
}

void SystemSlots::judged(TimeNs now, Slot from) {
    for (std::size_t s = 0; s < streams_.size(); ++s) {
        const bool state = plan_.streams()[s].form == Form::kState;
        if (!state || kept_[s] == 0 || streams_[s].begins() != kNoSlot) continue;
        streams_[s].begin(std::max(plan_.slot_of(now), from));
    }
}

void SystemSlots::begin_all(const System& system, Slot from) {
    for (std::size_t s = 0; s < streams_.size(); ++s) {
        Stream& stream = streams_[s];
        if (kept_[s] == 0 || stream.begins() != kNoSlot) continue;
        const rules::ProvedControl& proved = plan_.streams()[s];
        const bool state = proved.form == Form::kState;
        if (state ? !system.evaluated : system.find(proved.measure) == nullptr) continue;
        stream.begin(from);
        if (ServiceTime* time = service_time(s, system)) {
            time->tell_covers(stream, plan_.start(from) / kNsPerMicro);
        }
    }
}

ServiceTime* SystemSlots::service_time(std::size_t stream, const System& system) const {
    const rules::ProvedControl& proved = plan_.streams()[stream];
    if (proved.form != Form::kRatio) return nullptr;
    const Followed* followed = system.find(proved.measure);
    // One that counts services is awake in a system with slots.
    const bool awake = followed != nullptr && followed->measure;
    return awake ? followed->measure->service_time() : nullptr;
}

Slot SystemSlots::same_until(Slot slot, TimeNs now, const System& system) {
    Slot until = kNoSlot;
    for (std::size_t s = 0; s < streams_.size(); ++s) {
        until = std::min(until, streams_[s].same_until(slot));
        if (!streams_[s].begun(slot)) continue;
        ServiceTime* time = service_time(s, system);
        if (time == nullptr) continue;
        time->expire_services(now);
        if (!time->steady(plan_.start(slot) / kNsPerMicro)) until = slot + 1;
        const TimeNs leaves = time->next_leave();
        if (leaves == kNever) continue;
        // The first slot that closes when the next service has left.
        const Slot other = plan_.oldest_open(leaves - 1);
        until = std::min(until, std::max(other, slot + 1));
    }
    return until;
}

// Microseconds of the services that are followed; with more than can be, none counts as up.
SlotPair SystemSlots::available(std::size_t s, Slot slot, const System& system) const {
    const ServiceTime* time = service_time(s, system);
    if (time == nullptr) return {};
    const Micros from = plan_.start(slot) / kNsPerMicro;
    const Micros total = time->observed(from, plan_.start(slot + 1) / kNsPerMicro);
    const Micros good = time->overflowed() ? 0 : std::min(streams_[s].covered(slot), total);
    SlotPair pair;
    pair.add(static_cast<std::uint64_t>(total - good), static_cast<std::uint64_t>(total));
    return pair;
}

std::vector<std::optional<SlotPair>> SystemSlots::values(Slot slot, const System& system) const {
    std::vector<std::optional<SlotPair>> values(streams_.size());
    for (std::size_t s = 0; s < streams_.size(); ++s) {
        if (!streams_[s].begun(slot)) continue;
        const rules::ProvedControl& proved = plan_.streams()[s];
        if (proved.form == Form::kState) {
            const ControlState* control = system.find_control(proved.control);
            const bool compliant = control != nullptr && control->verdict == Verdict::kCompliant;
            values[s] = SlotPair{compliant ? 0u : 1u, 1};
        } else if (plan_.measure_of(s).measure.function ==
                   rules::Measure::Function::kAvailability) {
            values[s] = available(s, slot, system);
        } else {
            values[s] = streams_[s].counted(slot);
        }
    }
    return values;
}

const Contributions* SystemSlots::contributions(std::size_t stream, Slot slot) const {
    static const Contributions kNone;
    if (!plan_.streams()[stream].event_bound) return nullptr;
    const Contributions* found = streams_[stream].contributions(slot);
    return found != nullptr ? found : &kNone;
}

void SystemSlots::drop_before(Slot slot) {
    for (Stream& stream : streams_) stream.drop_before(slot);
}

void SystemSlots::write(Writer& out) const {
    out.u(streams_.size());
    for (const Stream& stream : streams_) stream.write(out);
    // Behind all of it, and only where there are any: so a state without them is spelled as it was
    // before events were summed one by one.
    std::uint64_t with_contributions = 0;
    for (const Stream& stream : streams_) with_contributions += stream.contributes() ? 1 : 0;
    if (with_contributions == 0) return;
    out.u(with_contributions);
    for (std::size_t s = 0; s < streams_.size(); ++s) {
        if (!streams_[s].contributes()) continue;
        out.u(s);
        streams_[s].write_contributions(out);
    }
}

void SystemSlots::read(Reader& in, const std::vector<std::size_t>& streams) {
    if (in.count() != streams.size()) in.fail();
    std::vector<Stream> passed_over(streams.size());  // whole, because their parts have to fit too
    const auto stream = [&](std::size_t s) -> Stream& {
        const std::size_t to = streams[s];
        return to != Plan::kNone && kept_[to] != 0 ? streams_[to] : passed_over[s];
    };
    for (std::size_t s = 0; s < streams.size() && in.ok(); ++s) stream(s).read(in);
    if (in.at_end()) return;
    for (std::uint64_t left = in.u(); left > 0 && in.ok(); --left) {
        const std::uint64_t s = in.u();
        if (s >= streams.size()) in.fail();
        if (in.ok()) stream(s).read_contributions(in);
    }
}

}  // namespace overlord::evaluate
