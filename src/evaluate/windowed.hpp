// What the windowed families share: counts by pane, the span, and the rules about too few.
#pragma once

#include "measure.hpp"

namespace overlord::evaluate {

// The records behind violations, the latest kEvidenceMax, leaving with their panes.
class ViolationRecords {
public:
    void add(Pane pane, std::uint64_t record);
    void expire(Pane oldest);
    [[nodiscard]] std::vector<std::uint64_t> records() const;
    void write(Writer& out) const;
    void read(Reader& in);

private:
    struct Entry {
        Pane pane;
        std::uint64_t record;
    };
    std::vector<Entry> entries_;  // in the order of arrival
};

// The panes' largest values in a falling order: all that can ever be the window's maximum. A value
// that a later pane reaches too can go, because it leaves first. (For minima the order is turned.)
class Extremes {
public:
    explicit Extremes(bool greatest) : greatest_(greatest) {}
    void add(Pane pane, const Number& value, std::uint64_t record);
    void expire(Pane oldest);
    [[nodiscard]] bool empty() const { return panes_.empty(); }
    [[nodiscard]] const Number& value() const { return panes_.front().value.number; }
    [[nodiscard]] std::uint64_t record() const { return panes_.front().value.record; }
    [[nodiscard]] Pane front() const { return panes_.front().pane; }
    void write(Writer& out) const;
    void read(Reader& in);

private:
    struct Extreme {
        Number number{0};
        std::uint64_t record = 0;
    };
    void add_before_the_latest(Pane pane, const Number& value, std::uint64_t record);
    [[nodiscard]] bool beats(const Number& left, const Number& right) const {
        return greatest_ ? compare(left, right) >= 0 : compare(left, right) <= 0;
    }
    bool greatest_;
    PaneValues<Extreme> panes_;
};

class WindowedMeasure : public Measure {
public:
    explicit WindowedMeasure(const MeasurePlan& plan) : plan_(plan) {}

    void fold(const Observation& observation) final;
    void observe_nil() final { seen_ = true; }
    Reading value(TimeNs now) final;
    TimeNs next_due(TimeNs now) final;
    Evidence evidence(TimeNs now) final;
    void write(Writer& out, TimeNs now) final;
    void read(Reader& in) final;

protected:
    // An event that is no observation of this measure but says how they count: taken in, if true.
    virtual bool aside(const Observation&) { return false; }
    // An observation inside the window. False: it is none for this measure (its value is absent).
    virtual bool take(const Observation& observation, Pane pane) = 0;
    virtual void leave(Pane oldest) = 0;
    virtual Reading present(TimeNs now) = 0;  // count() > 0 and enough of them
    virtual TimeNs changes(TimeNs now) = 0;   // like next_due, of the value alone
    [[nodiscard]] virtual std::vector<std::uint64_t> records() const { return {}; }
    // Whether nothing is left that a value could be made of.
    [[nodiscard]] virtual bool nothing() const { return counts_.empty(); }
    virtual void write_rest(Writer& out) const = 0;
    virtual void read_rest(Reader& in) = 0;
    // The reading when nothing is in the window although the kind has been seen.
    [[nodiscard]] virtual Reading empty_reading() const { return Reading::none(); }

    [[nodiscard]] const MeasurePlan& plan() const { return plan_; }
    [[nodiscard]] const rules::Measure& measure() const { return plan_.measure; }
    [[nodiscard]] const Window& window() const { return plan_.window; }
    [[nodiscard]] const PaneCounts& counts() const { return counts_; }
    // Whether the observation passes its input's condition, for families where that is a filter.
    [[nodiscard]] bool passes(const Observation& observation) const;

private:
    void expire(TimeNs now);
    // Observations that count now: of periods those of the current one.
    [[nodiscard]] std::uint64_t counted(TimeNs now) const;

    const MeasurePlan& plan_;
    bool seen_ = false;
    bool left_ = false;  // a pane has left: `first_` is not in the window any more
    TimeNs first_ = 0;
    TimeNs last_ = 0;
    PaneCounts counts_;
};

}  // namespace overlord::evaluate
