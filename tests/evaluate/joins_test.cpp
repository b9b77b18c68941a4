// span, unanswered and unpreceded against their definitions: over the set of all events that came.
#include <algorithm>
#include <catch2/catch.hpp>

#include "support.hpp"

namespace overlord::evaluate {

using namespace testing;
using Function = rules::Measure::Function;

namespace {

constexpr TimeNs kStart = 1'769'690'000 * kSecondNs;

// Fields of both kinds: 0 the key, which may be absent, 1 an actor, 2 a declared time.
struct Came {
    std::size_t input = 0;
    TimeNs seen = 0;
    TimeNs folded = 0;
    std::uint64_t record = 0;
    std::int64_t key = 0;  // -1: absent
    std::int64_t actor = 0;
    TimeNs declared = 0;

    [[nodiscard]] std::vector<event::TypedValue> fields() const {
        event::TypedValue one;
        if (key >= 0) one = Number(key);
        return {one, Number(actor), event::TypedValue(std::in_place_type<TimeNs>, declared)};
    }
};

void fold(Measure& measure, const Came& came) {
    const auto fields = came.fields();
    measure.fold(Observation{came.input, came.seen, came.folded, came.record, "s", fields});
}

struct Shape {
    Function function = Function::kUnanswered;
    DurationNs window = kHourNs;
    DurationNs within = 0;
    DurationNs lateness = 60 * kSecondNs;
    bool conditional = false;
    bool settled = false;
    bool times = false;
};

rules::Measure declared(const Shape& shape) {
    rules::Measure measure = measure_of(shape.function, shape.window);
    measure.inputs.push_back({0, std::nullopt});
    measure.lateness = shape.lateness;
    measure.in = kMinuteNs;
    rules::Join join;
    join.within = shape.within;
    join.settled = shape.settled;
    join.steps.resize(2);
    for (rules::Join::Step& step : join.steps) {
        step.key = {0};
        if (shape.times) step.time = 2;
    }
    if (shape.conditional) {  // another actor than the first event's
        join.steps[0].keeps = {1};
        join.steps[1].looks_at = {1};
        join.slots = 1;
        join.steps[1].when = node(Op::kNotEqual, {field(1), field(0)});
    }
    measure.join = join;
    return measure;
}

class Oracle {
public:
    Oracle(const Shape& shape, const MeasurePlan& plan) : shape_(shape), plan_(plan) {}

    void add(const Came& came) {
        if (came.input == subject()) {
            subjects_.push_back({came, {}});
        }
        for (Subject& one : subjects_) {
            if (came.input != subject()) offer(one, came);
        }
        if (came.input != subject()) partners_.push_back(came);
        if (came.input != subject()) return;
        for (const Came& partner : partners_) offer_earlier(subjects_.back(), partner);
    }

    [[nodiscard]] Reading value(TimeNs now) const {
        if (subjects_.empty() && partners_.empty()) return Reading::missing("no thing observed");
        return shape_.function == Function::kSpan ? span(now) : unmatched(now);
    }

private:
    struct Subject {
        Came came;
        std::vector<Came> partners;  // that it met, in the order in which they came
    };
    [[nodiscard]] std::size_t subject() const {
        return shape_.function == Function::kUnpreceded ? 1 : 0;
    }
    [[nodiscard]] TimeNs time(const Came& came) const {
        return shape_.times ? came.declared : came.seen;
    }
    [[nodiscard]] TimeNs limit(const Came& came) const {
        return subject() == 0 ? time(came) + shape_.within : time(came);
    }
    [[nodiscard]] TimeNs closes(const Came& came) const {
        return std::max(limit(came), came.seen) + shape_.lateness + 1;
    }
    [[nodiscard]] bool fits(const Came& one, const Came& partner) const {
        const bool condition = !shape_.conditional || one.actor != partner.actor;
        if (one.key < 0 || one.key != partner.key || !condition) return false;
        if (subject() == 0) {
            return time(one) <= time(partner) &&
                   (shape_.function == Function::kSpan || time(partner) <= limit(one));
        }
        return time(partner) <= time(one) &&
               (shape_.within == 0 || time(partner) >= time(one) - shape_.within);
    }
    // A partner that comes after the subject.
    void offer(Subject& one, const Came& partner) const {
        if (!fits(one.came, partner)) return;
        if (shape_.function != Function::kSpan) {
            if (partner.folded < closes(one.came)) one.partners.push_back(partner);
            return;
        }
        if (one.partners.empty()) return one.partners.push_back(partner);
        const Came& best = nearest(one);
        const TimeNs settled = std::max(best.seen, one.came.seen) + shape_.lateness + 1;
        if (partner.folded < settled) one.partners.push_back(partner);
    }
    // One that came before it, and is still remembered.
    void offer_earlier(Subject& one, const Came& partner) const {
        if (!fits(one.came, partner)) return;
        TimeNs until = partner.seen;
        if (subject() == 1) until = std::max(until, time(partner) + shape_.within);
        const bool for_ever = subject() == 1 && shape_.within == 0;
        if (for_ever || one.came.folded < until + shape_.lateness + 1) {
            one.partners.push_back(partner);
        }
    }
    [[nodiscard]] const Came& nearest(const Subject& one) const {
        return *std::min_element(one.partners.begin(), one.partners.end(),
                                 [&](const Came& left, const Came& right) {
                                     return time(left) < time(right);
                                 });
    }
    [[nodiscard]] Reading unmatched(TimeNs now) const {
        std::int64_t count = 0;
        for (const Subject& one : subjects_) {
            if (!held(one.came.seen, now, plan_.window) || !one.partners.empty()) continue;
            const TimeNs from = shape_.settled   ? closes(one.came)
                                : subject() == 0 ? limit(one.came) + 1
                                                 : limit(one.came);
            count += now >= from ? 1 : 0;
        }
        return Reading::of(Number(count));
    }
    [[nodiscard]] Reading span(TimeNs now) const {
        DurationNs longest = -1;
        for (const Subject& one : subjects_) {
            if (one.partners.empty()) {
                longest = std::max(longest, std::max<DurationNs>(now - time(one.came), 0));
            } else if (held(one.came.seen, now, plan_.window)) {
                longest = std::max(longest, time(nearest(one)) - time(one.came));
            }
        }
        return longest < 0 ? Reading::none() : Reading::of(Number::ratio(longest, kMinuteNs));
    }

    Shape shape_;
    const MeasurePlan& plan_;
    std::vector<Subject> subjects_;
    std::vector<Came> partners_;
};

Came random_event(Random& random, const Shape& shape, TimeNs now, std::uint64_t record) {
    Came came;
    came.input = static_cast<std::size_t>(between(random, 0, 1));
    came.folded = now;
    came.record = record;
    came.seen = between(random, 0, 2) == 0 ? now - between(random, 0, shape.lateness) : now;
    // Coarse times, so that there are ties.
    if (between(random, 0, 1) == 0 && came.seen / kSecondNs * kSecondNs >= now - shape.lateness) {
        came.seen = came.seen / kSecondNs * kSecondNs;
    }
    came.key = between(random, -1, 5);
    came.actor = between(random, 0, 2);
    came.declared = came.seen - between(random, 0, 3) * 40 * kSecondNs;
    return came;
}

TimeNs step_from(Random& random, const Shape& shape, TimeNs due, TimeNs before) {
    const auto kind = between(random, 0, 99);
    TimeNs now = before;
    if (kind < 85) now += between(random, 0, 20 * kSecondNs);
    if (kind >= 85 && kind < 97) now += between(random, 0, 5 * kMinuteNs);
    if (kind >= 97) now += between(random, 0, 2 * shape.window);
    return due <= now && kind % 2 == 0 ? due : now;
}

void run(const Shape& shape, std::uint64_t seed) {
    const MeasurePlan plan(declared(shape), "thing");
    Oracle oracle(shape, plan);
    Random random(seed);
    std::unique_ptr<Measure> measure = make_measure(plan);
    TimeNs now = kStart + between(random, 0, kDayNs);
    for (std::uint64_t record = 0; record < 1'200; ++record) {
        const TimeNs before = now;
        const TimeNs due = measure->next_due(before);
        REQUIRE(due > before);
        now = step_from(random, shape, due, before);
        const TimeNs still = std::min(due - 1, now);
        if (shape.function != Function::kSpan) {  // nothing changes before it is due
            REQUIRE(oracle.value(still) == oracle.value(before));
        }
        if (record % 3 == 0) REQUIRE(measure->value(now) == oracle.value(now));
        const Came came = random_event(random, shape, now, record);
        fold(*measure, came);
        oracle.add(came);
        INFO("record " << record << " seed " << seed);
        if (record % 2 == 0) REQUIRE(measure->value(now) == oracle.value(now));
        if (between(random, 0, 40) == 0) measure = reborn(*measure, plan, now);
    }
}

}  // namespace

TEST_CASE("joins: each function agrees with its definition over all events", "[evaluate]") {
    Shape shape;
    shape.function = GENERATE(Function::kSpan, Function::kUnanswered, Function::kUnpreceded);
    shape.conditional = GENERATE(false, true);
    shape.times = GENERATE(false, true);
    shape.window = GENERATE(as<DurationNs>{}, 10 * kMinuteNs, kDayNs);
    shape.within = shape.function == Function::kSpan ? 0 : 2 * kMinuteNs;
    run(shape, 11);
    shape.lateness = 0;
    run(shape, 12);
    if (shape.function == Function::kSpan) return;
    shape.lateness = 5 * kMinuteNs;
    shape.settled = true;
    run(shape, 13);
    if (shape.function == Function::kUnpreceded) shape.within = 0;
    run(shape, 14);
    shape.settled = false;
    run(shape, 15);
}

TEST_CASE("joins: the order in which events come within the lateness changes nothing",
          "[evaluate]") {
    Shape shape;
    shape.function = GENERATE(Function::kSpan, Function::kUnanswered, Function::kUnpreceded);
    shape.conditional = GENERATE(false, true);
    shape.within = 20 * kSecondNs;
    const MeasurePlan plan(declared(shape), "thing");
    Random random(3);
    std::vector<Came> events;
    for (std::uint64_t record = 0; record < 200; ++record) {
        Came came = random_event(random, shape, kStart, record);
        came.seen = kStart + between(random, 0, 59) * kSecondNs;
        events.push_back(came);
    }
    std::vector<std::string> values;
    for (int order = 0; order < 5; ++order) {
        const std::unique_ptr<Measure> measure = make_measure(plan);
        for (Came came : events) {
            came.folded = kStart + kMinuteNs;
            fold(*measure, came);
        }
        const TimeNs later = kStart + 10 * kMinuteNs;
        values.push_back(measure->value(later).to_text() + "/" +
                         std::to_string(measure->evidence(later).count));
        std::shuffle(events.begin(), events.end(), random);
    }
    CHECK(std::count(values.begin(), values.end(), values[0]) == 5);
}

namespace {

// A measure and the two events it joins, told by hand.
class Told {
public:
    explicit Told(const Shape& shape, std::vector<rules::Limit> limits = {})
        : plan_(declared(shape), "alert or answer") {
        plan_.measure.limits = std::move(limits);
        measure_ = make_measure(plan_);
    }
    void event(std::size_t input, TimeNs seen, std::int64_t key, TimeNs folded = 0,
               std::int64_t actor = 0) {
        Came came;
        came.input = input;
        came.seen = kStart + seen;
        came.folded = kStart + std::max(seen, folded);
        came.record = records_++;
        came.key = key;
        came.actor = actor;
        fold(*measure_, came);
    }
    std::string value(TimeNs at) { return measure_->value(kStart + at).to_text(); }
    Reading reading(TimeNs at) { return measure_->value(kStart + at); }
    TimeNs due(TimeNs at) { return measure_->next_due(kStart + at) - kStart; }
    std::vector<std::uint64_t> records(TimeNs at) {
        return measure_->evidence(kStart + at).records;
    }
    Measure& measure() { return *measure_; }

private:
    MeasurePlan plan_;
    std::unique_ptr<Measure> measure_;
    std::uint64_t records_ = 0;
};

constexpr DurationNs kSec = kSecondNs;

Shape unanswered_in_a_minute() {
    Shape shape;
    shape.within = kMinuteNs;
    return shape;
}

}  // namespace

TEST_CASE("joins: unanswered fires one instant after the limit, by log time", "[evaluate]") {
    Told told(unanswered_in_a_minute());
    CHECK(told.reading(0) == Reading::missing("no alert or answer observed"));
    told.event(0, 0, 1);
    CHECK(told.value(kMinuteNs) == "0");
    CHECK(told.due(0) == kMinuteNs + 1);
    CHECK(told.value(kMinuteNs + 1) == "1");
    CHECK(told.records(kMinuteNs + 1) == std::vector<std::uint64_t>{0});
    told.event(1, kMinuteNs, 1, kMinuteNs + 30 * kSec);  // at the limit, told late: taken back
    CHECK(told.value(kMinuteNs + 30 * kSec) == "0");
    CHECK(told.records(kMinuteNs + 30 * kSec).empty());
    told.event(0, 3 * kMinuteNs, 2);
    told.event(1, 4 * kMinuteNs + 1, 2);  // one instant too late
    CHECK(told.value(5 * kMinuteNs) == "1");
    CHECK(told.value(3 * kMinuteNs + kHourNs - 1) == "1");
    CHECK(told.value(4 * kMinuteNs + kHourNs) == "0");  // the alert has left the window
}

TEST_CASE("joins: an answer at the same time counts, whichever came first", "[evaluate]") {
    Told told(unanswered_in_a_minute());
    told.event(1, 0, 1);
    told.event(0, 0, 1);
    told.event(0, 0, 2);
    told.event(1, 0, 2);
    CHECK(told.value(5 * kMinuteNs) == "0");
    told.event(1, 10 * kMinuteNs, 3);
    told.event(0, 10 * kMinuteNs + 1, 3);  // the answer came before
    CHECK(told.value(12 * kMinuteNs) == "1");
}

TEST_CASE("joins: one answer answers every open event of its key", "[evaluate]") {
    Told told(unanswered_in_a_minute());
    for (int i = 0; i < 5; ++i) told.event(0, i * kSec, 1);
    told.event(0, 6 * kSec, 2);
    told.event(1, 7 * kSec, 1);
    CHECK(told.value(10 * kMinuteNs) == "1");
    CHECK(told.records(10 * kMinuteNs) == std::vector<std::uint64_t>{5});
}

TEST_CASE("joins: an event is not its own answer", "[evaluate]") {
    rules::Measure measure = declared(unanswered_in_a_minute());
    const MeasurePlan plan(measure, "thing");
    const std::unique_ptr<Measure> state = make_measure(plan);
    Came came;
    came.key = 1;
    came.seen = came.folded = kStart;
    came.record = 7;
    fold(*state, came);
    came.input = 1;  // the same record as the other kind
    fold(*state, came);
    CHECK(state->value(kStart + 2 * kMinuteNs) == Reading::of(Number(1)));
}

TEST_CASE("joins: a key that is absent equals nothing", "[evaluate]") {
    Told asked(unanswered_in_a_minute());
    asked.event(0, 0, -1);
    asked.event(1, 1, -1);
    CHECK(asked.value(2 * kMinuteNs) == "1");
    Shape shape;
    shape.function = Function::kUnpreceded;
    Told done(shape);
    done.event(0, 0, -1);
    done.event(1, 1, -1);
    CHECK(done.value(1) == "1");
}

TEST_CASE("joins: settled waits until no late event can take it back", "[evaluate]") {
    Shape shape = unanswered_in_a_minute();
    shape.settled = true;
    Told told(shape);
    told.event(0, 0, 1);
    CHECK(told.value(2 * kMinuteNs) == "0");
    CHECK(told.due(0) == 2 * kMinuteNs + 1);
    CHECK(told.value(2 * kMinuteNs + 1) == "1");
}

TEST_CASE("joins: unpreceded knows what came before, however long ago", "[evaluate]") {
    Shape shape;
    shape.function = Function::kUnpreceded;
    shape.conditional = true;  // by another actor
    Told told(shape);
    told.event(0, 0, 1, 0, 7);
    told.event(1, 30 * kDayNs, 1, 0, 8);
    CHECK(told.value(30 * kDayNs) == "0");
    told.event(1, 30 * kDayNs + 1, 1, 0, 7);  // approved by whoever did it
    CHECK(told.value(30 * kDayNs + 1) == "1");
    CHECK(told.records(30 * kDayNs + 1) == std::vector<std::uint64_t>{2});
    told.event(1, 30 * kDayNs + 2, 2, 0, 8);  // not at all
    CHECK(told.value(30 * kDayNs + 2) == "2");
    told.event(0, 30 * kDayNs + 2, 2, 30 * kDayNs + 30 * kSec, 9);  // told late
    CHECK(told.value(30 * kDayNs + 30 * kSec) == "1");
}

TEST_CASE("joins: span runs while there is no answer and names both events after", "[evaluate]") {
    Shape shape;
    shape.function = Function::kSpan;
    rules::Limit limit;
    limit.number = Number(15);
    Told told(shape, {limit});
    told.event(0, 0, 1);
    told.event(0, kMinuteNs, 2);
    CHECK(told.value(10 * kMinuteNs) == "10");
    CHECK(told.due(10 * kMinuteNs) == 15 * kMinuteNs + 1);  // above its limit
    CHECK(told.records(10 * kMinuteNs) == std::vector<std::uint64_t>{0, 1});
    told.event(1, 12 * kMinuteNs, 1);
    CHECK(told.value(12 * kMinuteNs) == "12");
    CHECK(told.records(12 * kMinuteNs) == std::vector<std::uint64_t>{0, 2});
    CHECK(told.value(13 * kMinuteNs) == "12");
    CHECK(told.value(2 * kDayNs) == std::to_string(2 * 24 * 60 - 1));  // the second, still open
    told.event(1, 2 * kDayNs, 2);
    CHECK(told.reading(2 * kDayNs) == Reading::none());  // and no event in the window is
}

namespace {

// Monday to Friday, 09:00 to 17:00 UTC.
std::shared_ptr<const rules::NamedCalendar> office() {
    std::vector<WorkHours> hours;
    for (int day = 0; day < 5; ++day) hours.push_back({day, 9 * 60, 17 * 60});
    rules::NamedCalendar named;
    named.name = "office";
    named.calendar = Calendar(0, hours, {});
    return std::make_shared<const rules::NamedCalendar>(named);
}

TimeNs january(int day, int hour, int minute = 0) {  // of 2026; the 29th is a Thursday
    return day_number({2026, 1, day}) * kDayNs + hour * kHourNs + minute * kMinuteNs;
}

}  // namespace

TEST_CASE("joins: by a calendar only working time counts", "[evaluate]") {
    Shape shape;
    shape.window = 20 * kDayNs;
    shape.within = 2 * kHourNs;
    rules::Measure measure = declared(shape);
    measure.counts_by = office();
    const MeasurePlan plan(measure, "thing");
    const std::unique_ptr<Measure> unanswered = make_measure(plan);
    Came came;
    came.seen = came.folded = january(29, 16);
    came.key = 1;
    fold(*unanswered, came);
    CHECK(unanswered->next_due(came.seen) == january(30, 10) + 1);
    CHECK(unanswered->value(january(30, 10)) == Reading::of(Number(0)));
    CHECK(unanswered->value(january(30, 10) + 1) == Reading::of(Number(1)));

    shape.function = Function::kSpan;
    measure = declared(shape);
    measure.counts_by = office();
    MeasurePlan span_plan(measure, "thing");
    rules::Limit limit;
    limit.number = Number(90);
    span_plan.measure.limits = {limit};
    const std::unique_ptr<Measure> span = make_measure(span_plan);
    fold(*span, came);
    CHECK(span->value(january(29, 22)) == Reading::of(Number(60)));
    CHECK(span->next_due(january(29, 22)) == january(30, 9, 30) + 1);
    came.input = 1;
    came.record = 1;
    came.seen = came.folded = january(30, 9, 45);
    fold(*span, came);
    CHECK(span->value(january(31, 12)) == Reading::of(Number(105)));
    CHECK(span->evidence(january(31, 12)).records == std::vector<std::uint64_t>{0, 1});
}

TEST_CASE("joins: beyond the open events it keeps a measure says so", "[evaluate]") {
    Told told(unanswered_in_a_minute());
    for (std::int64_t key = 0; key <= 65'536; ++key) {
        told.event(0, 10 * kSec, key);
        if (key == 65'535) CHECK(told.value(10 * kSec) == "0");
    }
    CHECK(told.reading(11 * kSec).kind == Reading::Kind::kMissing);
    CHECK(told.reading(11 * kSec).text.text().starts_with("more than 65536 open events at a time"));
    const TimeNs again = told.due(20 * kMinuteNs);  // when their window has passed
    CHECK(again >= kHourNs);
    CHECK(told.value(again) == "0");
}

TEST_CASE("joins: a forgotten approval makes the value unknown, not wrong", "[evaluate]") {
    Shape shape;
    shape.function = Function::kUnpreceded;
    Told told(shape);
    for (std::int64_t key = 0; key <= 65'536; ++key) told.event(0, key, key);
    told.event(1, kMinuteNs, 65'536);  // this one is remembered
    CHECK(told.value(kMinuteNs) == "0");
    told.event(1, kMinuteNs, 0);  // this one is not
    CHECK(told.reading(kMinuteNs).kind == Reading::Kind::kMissing);
    CHECK(told.value(2 * kHourNs) == "0");
}

TEST_CASE("joins: long keys and texts are told apart", "[evaluate]") {
    const MeasurePlan plan(declared(unanswered_in_a_minute()), "thing");
    const std::unique_ptr<Measure> state = make_measure(plan);
    const std::string one(5'000, 'a');
    const std::string other = one.substr(1) + "b";
    const auto feed = [&](std::size_t input, std::uint64_t record, const std::string& key) {
        const std::vector<event::TypedValue> fields = {std::string_view(key), Number(0), Number(0)};
        state->fold(Observation{input, kStart, kStart, record, "s", fields});
    };
    feed(0, 0, one);
    feed(0, 1, other);
    feed(1, 2, other);
    CHECK(state->value(kStart + 2 * kMinuteNs) == Reading::of(Number(1)));
    CHECK(state->evidence(kStart + 2 * kMinuteNs).records == std::vector<std::uint64_t>{0});
    CHECK(state_of(*state, kStart + 1).size() < 1'000);
}

}  // namespace overlord::evaluate
