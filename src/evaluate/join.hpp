// What measures that join events by key share: keys, what is kept of an event, conditions over two.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "measure.hpp"

namespace overlord::evaluate {

// A field's value that outlives its event. A text longer than kKeptTextMax is kept as its SHA-256.
using KeptValue = std::variant<std::monostate, bool, Number, std::string, TimeNs>;
using Kept = std::vector<KeptValue>;

[[nodiscard]] Kept keep(const std::vector<std::size_t>& fields, Fields event);
[[nodiscard]] event::TypedValue view(const KeptValue& value);  // points into it
void write_kept(Writer& out, const Kept& kept);
[[nodiscard]] Kept read_kept(Reader& in);

// The key of an event in one spelling; false when one of its fields is absent, which equals
// nothing.
[[nodiscard]] bool key_of(const std::vector<std::size_t>& fields, Fields event, std::string& key);

// The event's own time, or that of the field that stands for it; kNever when the field is absent.
[[nodiscard]] TimeNs time_of(const rules::Join::Step& step, const Observation& observation);

// An instant that far behind another; kNever when there is none.
[[nodiscard]] constexpr TimeNs after(TimeNs time, DurationNs span) {
    return time > kNever - span ? kNever : time + span;
}

struct TextHash {  // looks keys up without making a text of them
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
        return std::hash<std::string_view>()(text);
    }
};

// An event's place: by time, then in the order of the log.
struct EventAt {
    TimeNs time = 0;
    std::uint64_t record = 0;
    friend auto operator<=>(const EventAt&, const EventAt&) = default;
};

// The events of the window that a measure judges.
class JudgedEvents {
public:
    void add(const Window& window, TimeNs time);  // in the window
    void expire(Pane oldest);
    // Missing when the measure needs more of them.
    [[nodiscard]] std::optional<Reading> too_few(const rules::Measure& measure) const;
    [[nodiscard]] TimeNs next_due(const MeasurePlan& plan) const;  // of being too few
    [[nodiscard]] Evidence evidence(const Window& window) const;   // without records
    void write(Writer& out) const;
    void read(Reader& in);

private:
    PaneCounts counts_;
    bool left_ = false;  // a pane has left: `first_` is not in the window any more
    TimeNs first_ = 0;
    TimeNs last_ = 0;
};

[[nodiscard]] Reading too_many_open(TimeNs known_again);

// Records behind a value: the latest kEvidenceMax by pane, whatever order they came in.
class LatestRecords {
public:
    void add(Pane pane, std::uint64_t record);
    void remove(Pane pane, std::uint64_t record);
    void expire(Pane oldest);
    [[nodiscard]] std::vector<std::uint64_t> records() const;
    void write(Writer& out) const;
    void read(Reader& in);

private:
    std::vector<std::pair<Pane, std::uint64_t>> entries_;  // sorted
};

}  // namespace overlord::evaluate
