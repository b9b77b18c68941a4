// Slots that close: the records of what was counted in them.
//
// What a record says depends on nothing but the records before it, so a run of slots may reach only
// up to what a replay sees too: the next deadline of the state, or the end of the leap in time, at
// which a record is made. Within a leap it ends where something else is counted in any system.
#include <algorithm>
#include <utility>

#include "core.hpp"
#include "json.hpp"

namespace overlord::evaluate {
namespace {

void append_pair(std::string& body, const SlotPair& pair) {
    body += ',' + std::to_string(pair.bad);
    body += ',' + std::to_string(pair.total);
}

void append_contributions(std::string& body, const Contributions& events) {
    body += ",[";
    for (const Contribution& event : events) {
        if (body.back() == ']') body += ',';
        body += '[' + std::to_string(event.record);
        append_pair(body, event.pair);
        body += ']';
    }
    body += ']';
}

}  // namespace

TimeNs Core::next_close() const {
    return proved_.empty() || slots_held_ ? kNever : slot_plan_.closes(next_slot_);
}

// Those that close up to `until`.
void Core::close_slots(TimeNs until) {
    if (!slot_plan_.on() || slots_held_ || until < slot_plan_.closes(next_slot_)) return;
    const Slot end = slot_plan_.oldest_open(until);
    while (next_slot_ < end) {
        Slot stretch = end;
        const TimeNs at = std::max(now_, slot_plan_.closes(next_slot_));
        for (const SystemIndex index : proved_) {
            System& system = open(index);
            stretch = std::min(stretch, system.slots->same_until(next_slot_, at, system));
        }
        close_stretch(std::exchange(next_slot_, stretch), stretch);
    }
}

// The record of slots [from, until), in which the system has the same values; empty where none of
// its streams has begun.
std::string Core::slot_body(const System& system, Slot from, Slot until) const {
    const std::vector<std::optional<SlotPair>> values = system.slots->values(from, system);
    std::string body = "\"kind\":\"slot\",\"plan\":\"";
    body += slot_plan_.digest();
    body += "\",\"system\":";
    append_json(body, system.name);
    body += ",\"slot\":" + std::to_string(from);
    body += ",\"count\":" + std::to_string(until - from) + ",\"values\":[";
    for (std::size_t s = 0; s < values.size(); ++s) {
        if (!values[s]) continue;
        if (body.back() == ']') body += ',';
        body += '[';
        append_json(body, plan_.bundle.controls[slot_plan_.streams()[s].control].id);
        append_pair(body, *values[s]);
        if (const Contributions* events = system.slots->contributions(s, from)) {
            append_contributions(body, *events);
        }
        body += ']';
    }
    if (body.back() == '[') return "";
    return body + ']';
}

void Core::close_stretch(Slot from, Slot until) {
    now_ = std::max(now_, slot_plan_.closes(until - 1));
    for (const SystemIndex index : proved_) {
        System& system = open(index);
        std::string body = slot_body(system, from, until);
        system.slots->drop_before(until);
        if (body.empty()) continue;
        slot_at_ = now_;
        emit(OutputKind::kSlot, std::move(body));
    }
}

// The record that brings other rules in: from the next slot on what they prove is counted.
void Core::begin_streams() {
    if (!slots_held_) return;
    slots_held_ = false;
    if (!slot_plan_.on()) return;
    streams_from_ = std::max(next_slot_, slot_plan_.slot_of(now_) + 1);
    for (const SystemIndex index : proved_) {
        System& system = open(index);
        system.slots->begin_all(system, streams_from_);
    }
    close_slots(now_);
}

}  // namespace overlord::evaluate
