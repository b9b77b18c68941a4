// What the state is made of: its parts written and read, and snapshots of it
// (docs/formats/state.md). Digests of it: digests.cpp.
#include <algorithm>

#include "core.hpp"
#include "limits.hpp"
#include "settle.hpp"
#include "shape.hpp"
#include "state_hash.hpp"
#include "terms.hpp"

namespace overlord::evaluate {
namespace {

constexpr std::uint64_t kVersion = 5;

Error bad_state(std::string_view code, std::string_view what) {
    return Error{"state." + std::string(code), "snapshot: " + std::string(what)};
}

void write_time(Writer& out, TimeNs time) {
    out.flag(time != kNever);
    if (time != kNever) out.i(time);
}

TimeNs read_time(Reader& in) {
    return in.flag() ? in.i() : kNever;
}

void write_reading(Writer& out, const Reading& reading) {
    out.u(static_cast<std::uint64_t>(reading.kind));
    out.number(reading.number);
    out.text(reading.text.text());
}

template <class E>
E read_enum(Reader& in, E last) {
    const std::uint64_t value = in.u();
    if (value > static_cast<std::uint64_t>(last)) in.fail();
    return in.ok() ? static_cast<E>(value) : E{};
}

Reading read_reading(Reader& in) {
    Reading reading;
    reading.kind = read_enum(in, Reading::Kind::kMissing);
    reading.number = in.number();
    reading.text = in.text();
    return reading;
}

}  // namespace

std::vector<std::size_t> Core::levels_of(const std::string& system) const {
    auto configured = configured_levels_.find(system);
    if (configured == configured_levels_.end()) configured = configured_levels_.find(kEverySystem);
    if (configured != configured_levels_.end()) return configured->second;
    std::vector<std::size_t> levels;
    for (std::size_t l = 0; l < plan_.bundle.levels.size(); ++l) {
        if (!plan_.bundle.levels[l].on_request) levels.push_back(l);
    }
    return levels;
}

std::unique_ptr<System> Core::new_system(std::string_view name) const {
    auto system = std::make_unique<System>();
    const rules::Bundle& bundle = plan_.bundle;
    system->name = name;
    system->levels = levels_of(system->name);
    std::size_t controls = 0;
    for (const std::size_t level : system->levels) controls += bundle.levels[level].controls.size();
    system->controls.reserve(controls);
    system->level_states.resize(system->levels.size());
    return system;
}

void Core::give_slots(System& system, std::size_t index) const {
    if (!slot_plan_.on() || index >= config_.proved_systems_max) return;
    system.slots = std::make_unique<SystemSlots>(slot_plan_, system);
}

void Core::add_system(std::unique_ptr<System> system) {
    if (system->slots) proved_.push_back(static_cast<SystemIndex>(systems_.size()));
    by_name_.emplace(system->name, static_cast<SystemIndex>(systems_.size()));
    systems_.push_back(std::move(system));
}

void Core::write_global(Writer& out) const {
    out.u(kVersion);
    out.text(as_text(plan_.bundle.digest));
    out.u(static_cast<std::uint64_t>(config_.clock));
    out.u(records_);
    out.i(now_);
    out.i(heard_until_);
    out.i(hour_);
    out.i(slot_plan_.length());
    out.u(slot_plan_.on() ? config_.proved_systems_max : 0);
    out.i(next_slot_);
    out.i(streams_from_);
    out.flag(slots_held_);
    out.u(systems_.size());
    out.u(retained_.size());
}

void Core::write_kind(Writer& out, const RetainedKind& kind) const {
    out.u(kind.begin());
    out.u(kind.ring.size());
    for (std::uint64_t position = kind.begin(); position < kind.end; ++position) {
        const Retained& event = kind.at(position);
        out.u(event.record);
        out.u(event.system);
        out.text(event.event);
    }
}

bool Core::read_retained(Reader& in, RetainedKind& kind, std::uint64_t systems) {
    const std::uint64_t begin = in.u();
    const std::size_t count = in.count();
    if (count > kRetainedMax || (count < kRetainedMax && begin > 0)) return false;
    kind.end = kind.asserted_end = begin;
    if (begin > 0) kind.ring.resize(kRetainedMax);  // full: the oldest is anywhere in it
    for (std::size_t left = count; left > 0 && in.ok(); --left) {
        Retained& event = kind.add();
        event.record = in.u();
        event.system = static_cast<SystemIndex>(in.u());
        event.event = in.text();
        const bool read = event.event.empty() || retained_decoder_.decode(event.event).has_value();
        if (event.system >= systems || !read) in.fail();
    }
    return in.at_end();
}

// Where anything about slots is another thing than before, none closes before the record that
// brings that in, and streams that are new begin after it.
void Core::read_slot_grid(Reader& in, const Translation& translation) {
    const DurationNs length = in.i();
    const std::uint64_t systems = in.u();
    const Slot next = in.i();
    const Slot from = in.i();
    slots_held_ = in.flag();
    const auto& streams = translation.streams;
    const bool same = length == slot_plan_.length() &&
                      systems == (slot_plan_.on() ? config_.proved_systems_max : 0) &&
                      streams.size() == slot_plan_.streams().size() &&
                      std::count(streams.begin(), streams.end(), Plan::kNone) == 0;
    taking_over_ = taking_over_ || !same;
    slots_held_ = slots_held_ || taking_over_;
    if (length != slot_plan_.length()) return;  // numbers of other slots
    next_slot_ = next;
    streams_from_ = from;
}

// Each kind in a text of its own: one that the bundle no longer has is passed over.
bool Core::read_kinds(Reader& in, const Translation& translation, std::uint64_t systems) {
    if (in.count() != translation.kinds.size()) return false;
    for (const std::size_t to : translation.kinds) {
        const std::string text = in.text();
        Reader part(as_bytes(text));
        RetainedKind passed_over;
        RetainedKind& kind = to == Plan::kNone ? passed_over : retained_[to];
        if (!in.ok() || !read_retained(part, kind, systems)) return false;
    }
    return true;
}

bool Core::read_global(Reader& in, const Translation& translation, std::uint64_t& systems) {
    records_ = in.u();
    now_ = in.i();
    heard_until_ = in.i();
    hour_ = in.i();
    read_slot_grid(in, translation);
    systems = in.u();
    const bool fits = systems <= config_.systems_max && in.u() == translation.kinds.size();
    return fits && in.at_end();
}

// Streams are told of covers by measures of services as they come.
bool Core::may_sleep(const System& system, std::size_t measure) const {
    using Function = rules::Measure::Function;
    return !system.slots || plan_.measures[measure].measure.function != Function::kAvailability;
}

void Core::write_system(Writer& out, System& system, TimeNs at) {
    out.text(system.name);
    out.u(system.levels.size());
    for (const std::size_t level : system.levels) out.u(level);
    out.flag(system.evaluated);
    out.flag(system.announced);
    out.i(system.evaluated_at);
    out.flag(system.dirty);
    write_time(out, system.postponed);
    out.u(system.measures.size());
    for (Followed& followed : system.measures) {
        out.u(followed.index);
        measure_scratch_.clear();  // with its length: another bundle may have to pass it over
        write_measure(measure_scratch_, followed, plan_.measures[followed.index], at,
                      may_sleep(system, followed.index));
        out.text(as_text(measure_scratch_.bytes()));
        write_reading(out, followed.reading);
        write_time(out, followed.due);
        out.flag(followed.touched);
    }
    auto control = system.controls.begin();
    for (std::size_t c = 0; c < plan_.bundle.controls.size(); ++c) {
        const bool known = control != system.controls.end() && control->index == c;
        out.flag(known);
        if (!known) continue;
        out.u(static_cast<std::uint64_t>(control->verdict));
        out.text(control->value);
        out.text(control->reason.text());
        out.u(static_cast<std::uint64_t>(control->found));
        write_time(out, control->since);
        out.flag(control->failed);
        out.flag(control->waived);
        write_time(out, control->due);
        ++control;
    }
    for (std::size_t l = 0; l < plan_.bundle.levels.size(); ++l) {
        const LevelState* const state = system.find_level(l);
        const LevelState& level = state == nullptr ? LevelState() : *state;
        out.u(static_cast<std::uint64_t>(level.verdict));
        out.flag(level.asked);
        out.text(level.reason.text());
    }
    out.flag(system.slots != nullptr);
    if (system.slots) system.slots->write(out);
}

// Levels that no longer exist are Plan::kNone.
std::vector<std::size_t> Core::read_levels(Reader& in, const Translation& translation) {
    std::vector<std::size_t> levels;
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        const std::uint64_t level = in.u();
        if (level >= translation.levels.size()) in.fail();
        levels.push_back(in.ok() ? translation.levels[level] : Plan::kNone);
    }
    return levels;
}

// Whether the configuration gives any system of the state other levels than it had. `in` stands
// before the systems.
bool Core::has_other_levels(Reader in, const Translation& translation) const {
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) in.text();  // kinds
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        const std::string text = in.text();
        Reader part(as_bytes(text));
        const std::string name = part.text();
        if (read_levels(part, translation) != levels_of(name)) return true;
    }
    return false;
}

bool Core::read_system(Reader& in, System& system, const Translation& translation) {
    const bool same_levels = read_levels(in, translation) == system.levels;
    system.evaluated = in.flag();
    system.announced = in.flag() && same_levels;
    system.evaluated_at = in.i();
    system.dirty = in.flag();
    system.postponed = read_time(in);
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        const std::uint64_t measure = in.u();
        if (measure >= translation.measures.size()) return false;
        read_measure(in, system, translation.measures[measure]);
    }
    for (const std::size_t to : translation.controls) {
        if (!in.flag()) continue;
        ControlState control;
        control.verdict = read_enum(in, Verdict::kUnknown);
        control.value = in.text();
        control.reason = in.text();
        control.found = read_enum(in, Verdict::kUnknown);
        control.since = read_time(in);
        control.failed = in.flag();
        control.waived = in.flag();
        control.due = read_time(in);
        if (to == Plan::kNone) continue;
        control.index = static_cast<std::uint32_t>(to);
        control.reason.share(latest_reasons_[to]);
        system.control(to) = std::move(control);
    }
    for (const std::size_t to : translation.levels) {
        LevelState level;
        level.verdict = read_enum(in, Verdict::kUnknown);
        level.asked = in.flag();
        level.reason = in.text();
        LevelState* const its = to == Plan::kNone ? nullptr : system.find_level(to);
        if (its != nullptr) *its = std::move(level);
    }
    if (!same_levels) forget_other_controls(system);
    find_next_settling(system);
    read_slots(in, system, translation);
    for (Followed& followed : system.measures) {
        if (may_sleep(system, followed.index)) {
            followed.measure.reset();
        } else {
            followed.asleep = Asleep();
        }
    }
    return in.at_end();
}

// Those of levels that are not the system's any more: should they come back, they begin anew.
void Core::forget_other_controls(System& system) const {
    std::erase_if(system.controls, [&](const ControlState& control) {
        return std::none_of(system.levels.begin(), system.levels.end(), [&](std::size_t level) {
            const auto& its = plan_.bundle.levels[level].controls;
            return std::find(its.begin(), its.end(), control.index) != its.end();
        });
    });
}

void Core::read_slots(Reader& in, System& system, const Translation& translation) {
    give_slots(system, systems_.size());
    if (system.slots) {
        for (const Followed& followed : system.measures)
            system.slots->attach(followed.index, *followed.measure);
    }
    if (!in.flag()) return;
    if (system.slots) return system.slots->read(in, translation.streams);
    SystemSlots(slot_plan_, system).read(in, translation.streams);  // passed over
}

void Core::read_measure(Reader& in, System& system, std::size_t to) {
    const std::string bytes = in.text();
    Reading reading = read_reading(in);
    const TimeNs due = read_time(in);
    const bool touched = in.flag();
    if (to == Plan::kNone || !in.ok()) return;
    if (taking_over_ && !plan_.followed(to, system.levels)) return;
    Followed& followed = system.follow(to);
    Reader part(as_bytes(bytes));
    followed.measure = make_measure(plan_.measures[to]);
    followed.measure->read(part);
    if (!part.at_end()) in.fail();
    followed.asleep = Asleep(as_bytes(bytes));
    followed.reading = std::move(reading);
    followed.reading.text.share(latest_readings_[to]);
    followed.due = due;
    followed.touched = touched;
}

// Under other rules, levels or slots every system is judged anew, by the record that brings them in
// and not before:
// no deadline falls due until then. Its verdicts are those of the old rules until then, so that a
// change of them is seen and recorded.
void Core::judge_again(System& system) {
    system.evaluated = false;
    system.dirty = true;
    system.postponed = kNever;
    for (Followed& followed : system.measures) {
        followed.touched = true;
        followed.due = kNever;
    }
    for (ControlState& control : system.controls) control.due = kNever;
    system.settles = kNever;
}

// Bytes: text(shape), text(global part), count, text(system)..., then the digests that have not
// gone out yet, which are no part of the state.
Snapshot Core::snapshot() {
    while (!digests_.empty()) finish_state();
    Writer out;
    Writer part;
    write_shape(part, plan_, slot_plan_);
    out.text(as_text(part.bytes()));
    part.clear();
    write_global(part);
    out.text(as_text(part.bytes()));
    crypto::Sha256 hash = begin_state_hash();
    hash.update(crypto::sha256(part.bytes()));
    out.u(retained_.size());
    for (const RetainedKind& kind : retained_) {
        part.clear();
        write_kind(part, kind);
        out.text(as_text(part.bytes()));
        hash.update(crypto::sha256(part.bytes()));
    }
    out.u(systems_.size());
    for (const std::unique_ptr<System>& system : systems_) {
        part.clear();
        write_system(part, *system, now_);
        out.text(as_text(part.bytes()));
        hash.update(crypto::sha256(part.bytes()));
    }
    out.u(states_.size());
    for (const StateOutput& state : states_) {
        out.u(state.records);
        out.i(state.at);
        out.text(as_text(state.digest));
    }
    Snapshot snapshot;
    snapshot.records = records_;
    snapshot.at = now_;
    snapshot.digest = hash.digest();
    snapshot.bytes = out.bytes();
    return snapshot;
}

Status Core::restore(ByteView bytes) {
    OVERLORD_ASSERT(records_ == 0 && systems_.empty());
    Reader in(bytes);
    const std::string shape = in.text();
    Reader names(as_bytes(shape));
    const Translation translation = read_shape(names, plan_, slot_plan_);
    if (!names.at_end()) return bad_state("syntax", "bad shape");
    const std::string global = in.text();
    Reader head(as_bytes(global));
    if (head.u() != kVersion) return bad_state("version", "not of version 5");
    taking_over_ = head.text() != as_text(plan_.bundle.digest) || has_other_levels(in, translation);
    if (head.u() != static_cast<std::uint64_t>(config_.clock)) {
        return bad_state("clock", "made under another clock");
    }
    std::uint64_t systems = 0;
    if (!read_global(head, translation, systems)) return bad_state("syntax", "bad global part");
    if (!read_kinds(in, translation, systems)) return bad_state("syntax", "bad events");
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        const std::string text = in.text();
        Reader part(as_bytes(text));
        std::unique_ptr<System> system = new_system(part.text());
        if (!read_system(part, *system, translation)) {
            return bad_state("syntax", "bad system " + system->name);
        }
        if (taking_over_) judge_again(*system);
        const auto index = static_cast<SystemIndex>(systems_.size());
        if (system->dirty) dirty_.insert(index);
        add_system(std::move(system));
        schedule(index);
    }
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        StateOutput& state = states_.emplace_back();
        state.records = in.u();
        state.at = in.i();
        const std::string digest = in.text();
        if (digest.size() != state.digest.size()) in.fail();
        if (in.ok()) std::copy(digest.begin(), digest.end(), state.digest.begin());
    }
    if (!in.at_end()) return bad_state("syntax", "bad end");
    if (facts_ == Facts::kAlways) sync_facts();
    return {};
}

}  // namespace overlord::evaluate
