// One measure of one system: folds observations, gives its value at an instant, and knows when time
// alone will change that value. One class per family behind this interface; make_measure chooses.
//
// Log time never goes back: every `now` is at least that of the call before.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codec.hpp"
#include "expression.hpp"
#include "limits.hpp"
#include "overlord/evaluate/messages.hpp"
#include "overlord/rules/bundle.hpp"
#include "panes.hpp"
#include "shared_text.hpp"

namespace overlord::evaluate {

class Steps;  // join_runs.hpp

// What all systems share about a measure; outlives its states.
struct MeasurePlan {
    explicit MeasurePlan(const rules::Measure& measure, std::string_view noun);
    rules::Measure measure;
    Window window;
    std::string noun;                  // what is observed: "heartbeat", "trade or access"
    SharedText never_observed;         // the reason then
    // The levels whose rules read it, where all of them are on request: only systems that have one
    // of them follow the measure. Empty: every system does.
    std::vector<std::size_t> asked_by;
    // Where periods make the window: the plan of what is folded within one of them.
    std::shared_ptr<const MeasurePlan> within;
    std::shared_ptr<const Steps> steps;  // of episodes
};

struct Observation {
    std::size_t input = 0;  // index into the measure's inputs
    TimeNs time = 0;
    TimeNs now = 0;
    std::uint64_t record = 0;
    std::string_view source;
    Fields fields;
};

// A value as rules see it.
struct Reading {
    enum class Kind : std::uint8_t { kNumber, kTrue, kFalse, kAtom, kString, kNone, kMissing };
    Kind kind = Kind::kMissing;
    Number number{0};
    SharedText text;  // kAtom, kString: the value; kMissing: why

    static Reading of(Number value) { return {Kind::kNumber, std::move(value), {}}; }
    static Reading of_truth(bool value) { return {value ? Kind::kTrue : Kind::kFalse, 0, {}}; }
    static Reading none() { return {Kind::kNone, 0, {}}; }
    static Reading missing(SharedText why) { return {Kind::kMissing, 0, std::move(why)}; }
    friend bool operator==(const Reading&, const Reading&) = default;

    [[nodiscard]] std::string to_text() const;  // exact; "" when missing
};

struct Evidence {
    std::uint64_t count = 0;  // observations in the window
    bool any = false;
    // When the earliest and the latest of them happened. Once panes have left, `first` is known to
    // the pane: it is the start of the oldest one held.
    TimeNs first = 0;
    TimeNs last = 0;
    std::vector<std::uint64_t> records;  // the extremum's, or up to kEvidenceMax violating ones
};

using Micros = std::int64_t;
inline constexpr std::int64_t kNsPerMicro = 1'000;

// Who is told which time was covered by beats, as it becomes known and as it is taken back.
class CoverSink {
public:
    virtual void add_cover(Micros from, Micros to, int sign) = 0;  // [from, to)

protected:
    ~CoverSink() = default;
};

// What slots ask of a measure of services (availability).
class ServiceTime {
public:
    // From now on; the sink outlives the measure.
    virtual void report_to(CoverSink& sink) = 0;
    // What the beats that are held cover from `from` on.
    virtual void tell_covers(CoverSink& sink, Micros from) const = 0;
    // Forgets the services that have left the window.
    virtual void expire_services(TimeNs now) = 0;
    // Of [from, to), summed over services: each from its first beat on.
    [[nodiscard]] virtual Micros observed(Micros from, Micros to) const = 0;
    [[nodiscard]] virtual bool steady(Micros from) const = 0;  // no service is younger
    [[nodiscard]] virtual bool overflowed() const = 0;  // there are more than can be followed
    // When the next service leaves, or the overflow ends, if nothing more is heard; kNever: never.
    [[nodiscard]] virtual TimeNs next_leave() const = 0;

protected:
    ~ServiceTime() = default;
};

class Measure {
public:
    virtual ~Measure() = default;
    [[nodiscard]] virtual ServiceTime* service_time() { return nullptr; }
    // An event of an input's kind, not late.
    virtual void fold(const Observation& observation) = 0;
    virtual void observe_nil() = 0;  // a nil report: observed, nothing happened
    virtual Reading value(TimeNs now) = 0;
    // The first instant after `now` at which value() may differ without another observation;
    // kNever: none. May be early, never late.
    virtual TimeNs next_due(TimeNs now) = 0;
    virtual Evidence evidence(TimeNs now) = 0;
    // Canonical as of `now`: whatever was read before, equal histories write equal bytes.
    virtual void write(Writer& out, TimeNs now) = 0;
    virtual void read(Reader& in) = 0;
};

[[nodiscard]] std::unique_ptr<Measure> make_measure(const MeasurePlan& plan);
[[nodiscard]] Reading never_observed(const MeasurePlan& plan);

}  // namespace overlord::evaluate
