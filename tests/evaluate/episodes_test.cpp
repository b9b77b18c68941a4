// episodes: what sequences there are, told by hand and by a slow search over all events.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "support.hpp"

namespace overlord::evaluate {

using namespace testing;
using Function = rules::Measure::Function;

namespace {

constexpr TimeNs kStart = 1'769'690'000 * kSecondNs;
constexpr DurationNs kSec = kSecondNs;

// One kind; fields: 0 the key, which may be absent, 1 what it is ("a", "b", ...), 2 a number.
struct Event {
    TimeNs seen = 0;
    TimeNs folded = 0;
    std::uint64_t record = 0;
    std::int64_t key = 0;
    char what = 'a';
    std::int64_t number = 0;
};

void fold(Measure& measure, const Event& event, std::size_t inputs) {
    const std::string what(1, event.what);
    event::TypedValue key;
    if (event.key >= 0) key = Number(event.key);
    const std::vector<event::TypedValue> fields = {key, std::string_view(what),
                                                   Number(event.number)};
    for (std::size_t input = 0; input < inputs; ++input) {  // as the evaluator does
        measure.fold(Observation{input, event.seen, event.folded, event.record, "s", fields});
    }
}

// 'a' takes one event, "3a" three, '!a' is negated; with '<' the event's number must be above that
// of the first step's first event.
rules::Measure sequence(const std::vector<std::string>& steps, DurationNs within,
                        DurationNs window = kHourNs) {
    rules::Measure measure = measure_of(Function::kEpisodes, window);
    measure.inputs.clear();
    rules::Join join;
    join.within = within;
    for (const std::string& told : steps) {
        rules::Join::Step step;
        step.key = {0};
        std::size_t at = 0;
        step.negated = told[at] == '!' && ++at > 0;
        const bool above = told[at] == '<' && ++at > 0;
        if (told[at] >= '1' && told[at] <= '9') {
            step.times = static_cast<std::uint64_t>(told[at++] - '0');
        }
        if (above) {
            join.steps[0].keeps = {2};
            join.slots = 1;
            step.looks_at = {2};
            step.when = node(Op::kGreater, {field(1), field(0)});
        }
        const std::string what(1, told[at]);
        measure.inputs.push_back({0, node(Op::kEqual, {field(1), text(what)})});
        join.steps.push_back(step);
    }
    measure.join = join;
    return measure;
}

class Told {
public:
    explicit Told(const std::vector<std::string>& steps, DurationNs within = 10 * kSec)
        : plan_(sequence(steps, within), "thing"), measure_(make_measure(plan_)) {}

    // Events a second apart; '.' is a second without one.
    Told& events(const std::string& line, std::int64_t number = 0) {
        for (const char what : line) {
            if (what != '.') event(what, at_, at_, 1, number);
            at_ += kSec;
        }
        return *this;
    }
    void event(char what, TimeNs seen, TimeNs folded, std::int64_t key = 1,
               std::int64_t number = 0) {
        fold(*measure_, {kStart + seen, kStart + folded, records_++, key, what, number},
             plan_.measure.inputs.size());
    }
    std::string value(TimeNs at) { return measure_->value(kStart + at).to_text(); }
    std::string value() { return value(at_); }
    std::vector<std::uint64_t> records() { return measure_->evidence(kStart + at_).records; }
    TimeNs due() { return measure_->next_due(kStart + at_) - kStart; }
    [[nodiscard]] TimeNs now() const { return at_; }
    Measure& measure() { return *measure_; }
    [[nodiscard]] const MeasurePlan& plan() const { return plan_; }

private:
    MeasurePlan plan_;
    std::unique_ptr<Measure> measure_;
    TimeNs at_ = 0;
    std::uint64_t records_ = 0;
};

using Records = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("episodes: a run takes the next event that fits and passes over others", "[evaluate]") {
    Told told({"a", "b", "c"});
    CHECK(told.value() == "");
    told.events("axbxc");
    CHECK(told.value() == "1");
    CHECK(told.records() == Records{0, 2, 4});
    told.events("cba");  // in the wrong order
    CHECK(told.value() == "1");
    told.events("bc");
    CHECK(told.value() == "2");
}

TEST_CASE("episodes: within counts from the first event, the limit included", "[evaluate]") {
    Told at_the_limit({"a", "b"}, 3 * kSec);
    CHECK(at_the_limit.events("a..b").value() == "1");
    Told too_late({"a", "b"}, 3 * kSec - 1);
    CHECK(too_late.events("a..b").value() == "0");
}

TEST_CASE("episodes: no event is in two of them for the same step", "[evaluate]") {
    Told told({"a", "b"});
    CHECK(told.events("aab").value() == "1");  // one b
    CHECK(told.records() == Records{0, 2});
    CHECK(told.events("b").value() == "2");  // the second a with another b
    CHECK(told.events("b").value() == "2");
    Told shared({"a", "b", "c"});
    CHECK(shared.events("aabcc").value() == "1");  // both runs took the one b
}

TEST_CASE("episodes: an event may end one episode and begin another", "[evaluate]") {
    Told told({"a", "a"});
    told.events("aaa");
    CHECK(told.value() == "2");
    CHECK(told.records() == Records{0, 1, 1, 2});
}

TEST_CASE("episodes: times takes so many, and the earliest ones win", "[evaluate]") {
    Told told({"3a", "b", "2c"}, 20 * kSec);
    told.events("aaaabcc");
    CHECK(told.value() == "1");
    CHECK(told.records() == Records{0, 1, 2, 4, 5, 6});
    CHECK(told.events("cc").value() == "1");
}

TEST_CASE("episodes: a negated step ends the runs that stand there", "[evaluate]") {
    Told told({"a", "!x", "b"});
    CHECK(told.events("axb").value() == "0");
    CHECK(told.events("ab").value() == "1");
    CHECK(told.events("xab").value() == "2");  // before its neighbours it does not matter
    Told twice({"a", "!x", "2b"});
    CHECK(twice.events("abxb").value() == "1");  // nor behind the first of them
}

TEST_CASE("episodes: absence at the end is known when the time has passed", "[evaluate]") {
    Told told({"a", "!x"}, 5 * kSec);
    told.events("a");
    CHECK(told.due() == 5 * kSec + 1);
    CHECK(told.value(5 * kSec) == "0");
    CHECK(told.value(5 * kSec + 1) == "1");
    told.event('x', 5 * kSec, 8 * kSec);  // in time, told late
    CHECK(told.value(8 * kSec) == "0");
    told.event('a', 20 * kSec, 20 * kSec);
    told.event('x', 25 * kSec + 1, 25 * kSec + 1);  // too late
    CHECK(told.value(26 * kSec) == "1");
    CHECK(told.value(3 * kHourNs) == "0");
}

TEST_CASE("episodes: a condition sees the first event of an earlier step", "[evaluate]") {
    Told told({"2a", "<b"});
    told.event('a', 0, 0, 1, 5);
    told.event('a', 1, 1, 1, 50);
    told.event('b', 2, 2, 1, 5);
    CHECK(told.value(3) == "0");
    told.event('b', 3, 3, 1, 6);
    CHECK(told.value(3) == "1");
}

TEST_CASE("episodes: keys do not mix, and an absent one takes no part", "[evaluate]") {
    Told told({"a", "b"});
    told.event('a', 0, 0, 1);
    told.event('b', 1, 1, 2);
    told.event('a', 2, 2, -1);
    told.event('b', 3, 3, -1);
    CHECK(told.value(4) == "0");
    told.event('b', 5, 5, 1);
    CHECK(told.value(6) == "1");
}

TEST_CASE("episodes: a late event changes what was found", "[evaluate]") {
    Told told({"a", "!x", "b"});
    told.event('a', 0, 0);
    told.event('b', 2 * kSec, 2 * kSec);
    CHECK(told.value(2 * kSec) == "1");
    told.event('x', kSec, 3 * kSec);
    CHECK(told.value(3 * kSec) == "0");
    CHECK(told.measure().evidence(kStart + 3 * kSec).records.empty());
    told.event('a', kSec + 1, 4 * kSec);
    CHECK(told.value(4 * kSec) == "1");
    CHECK(told.measure().evidence(kStart + 4 * kSec).records == Records{3, 1});
}

TEST_CASE("episodes: beyond the open events it keeps the measure says so", "[evaluate]") {
    Told told({"a", "b"});
    for (std::int64_t key = 0; key <= 32'768; ++key) told.event('a', 0, 0, key);
    CHECK(told.measure().value(kStart + 1).kind == Reading::Kind::kMissing);
    CHECK(told.value(2 * kHourNs) == "0");
}

TEST_CASE("episodes: greatest is the most of one key", "[evaluate]") {
    rules::Measure measure = sequence({"a", "b"}, 10 * kSec);
    measure.greatest = true;
    const MeasurePlan plan(measure, "thing");
    std::unique_ptr<Measure> state = make_measure(plan);
    std::uint64_t record = 0;
    const auto pair = [&](TimeNs at, std::int64_t key) {
        fold(*state, {kStart + at, kStart + at, record++, key, 'a', 0}, 2);
        fold(*state, {kStart + at + 1, kStart + at + 1, record++, key, 'b', 0}, 2);
    };
    CHECK(state->value(kStart) == Reading::missing("no thing observed"));
    pair(0, 1);
    pair(kMinuteNs, 1);
    for (std::int64_t key = 2; key < 6; ++key) pair(2 * kMinuteNs, key);
    CHECK(state->value(kStart + 3 * kMinuteNs) == Reading::of(Number(2)));
    state = reborn(*state, plan, kStart + 3 * kMinuteNs);
    pair(4 * kMinuteNs, 5);
    pair(4 * kMinuteNs + 2, 5);
    CHECK(state->value(kStart + 5 * kMinuteNs) == Reading::of(Number(3)));
    CHECK(state->value(kStart + 63 * kMinuteNs) == Reading::of(Number(2)));
    CHECK(state->value(kStart + 2 * kHourNs) == Reading::of(Number(0)));
}

namespace {

// All events of a key, in their order, taken one by one; as slow and plain as can be.
class Search {
public:
    Search(const rules::Measure& measure, const MeasurePlan& plan)
        : measure_(measure), plan_(plan) {}

    void add(const Event& event) {
        auto& events = events_[event.key];
        events.push_back(event);
        std::stable_sort(events.begin(), events.end(), [](const Event& left, const Event& right) {
            return left.seen < right.seen;
        });
        seen_ = true;
    }
    [[nodiscard]] Reading value(TimeNs now) const {
        if (!seen_) return Reading::missing("no thing observed");
        std::int64_t count = 0;
        for (const auto& [key, events] : events_) {
            if (key < 0) continue;
            for (const TimeNs time : episodes(events, now)) {
                count += held(time, now, plan_.window) ? 1 : 0;
            }
        }
        return Reading::of(Number(count));
    }

private:
    struct Run {
        std::vector<std::pair<std::size_t, std::uint64_t>> took;  // input, record
        TimeNs from = 0;
        std::int64_t number = 0;
        std::size_t input = 0;  // of the step it waits for
        std::uint64_t count = 0;
    };
    [[nodiscard]] const rules::Join::Step& step(std::size_t input) const {
        return measure_.join->steps[input];
    }
    [[nodiscard]] bool fits(std::size_t input, const Event& event, const Run& run) const {
        const char what = measure_.inputs[input].where->arguments[1].text[0];
        return event.what == what && (!step(input).when || event.number > run.number);
    }
    [[nodiscard]] bool at_end(const Run& run) const {  // only negated steps are left
        for (std::size_t i = run.input; i < measure_.inputs.size(); ++i) {
            if (!step(i).negated) return false;
        }
        return true;
    }
    [[nodiscard]] std::size_t next_positive(const Run& run) const {
        std::size_t i = run.input;
        while (step(i).negated) ++i;
        return i;
    }
    void take(Run& run, const Event& event) const {
        const std::size_t input = next_positive(run);
        run.took.emplace_back(input, event.record);
        if (++run.count < step(input).times) {
            run.input = input;
            return;
        }
        run.input = input + 1;
        run.count = 0;
    }
    static void drop_sharing(std::vector<Run>& runs, const Run& done) {
        std::erase_if(runs, [&](const Run& run) {
            return std::any_of(run.took.begin(), run.took.end(), [&](const auto& one) {
                return std::count(done.took.begin(), done.took.end(), one) > 0;
            });
        });
    }
    [[nodiscard]] std::vector<TimeNs> episodes(const std::vector<Event>& events,
                                               TimeNs now) const {
        std::vector<TimeNs> found;
        std::vector<Run> runs;
        const DurationNs within = measure_.join->within;
        const auto pass = [&](TimeNs time) {  // what is complete by time before it
            while (!runs.empty() && runs.front().from + within < time) {
                const Run first = runs.front();
                runs.erase(runs.begin());
                if (!at_end(first)) continue;
                found.push_back(first.from + within);
                drop_sharing(runs, first);
            }
        };
        for (const Event& event : events) {
            pass(event.seen);
            std::vector<std::size_t> used;
            for (std::size_t i = 0; i < runs.size();) {
                Run& run = runs[i];
                if (!at_end(run)) {
                    const std::size_t input = next_positive(run);
                    const bool taken = std::count(used.begin(), used.end(), input) > 0;
                    if (!taken && fits(input, event, run)) {
                        take(run, event);
                        if (run.input < measure_.inputs.size()) {
                            ++i;
                            continue;
                        }
                        used.push_back(input);
                        found.push_back(event.seen);
                        const Run done = run;
                        std::vector<Run> before(runs.begin(), runs.begin() + static_cast<int>(i));
                        drop_sharing(before, done);
                        drop_sharing(runs, done);
                        i = before.size();
                        continue;
                    }
                }
                bool ended = false;
                for (std::size_t n = run.input;
                     run.count == 0 && n < measure_.inputs.size() && step(n).negated; ++n) {
                    ended = ended || fits(n, event, run);
                }
                if (ended) {
                    runs.erase(runs.begin() + static_cast<int>(i));
                } else {
                    ++i;
                }
            }
            Run made;
            made.from = event.seen;
            made.number = event.number;
            if (!fits(0, event, made) || std::count(used.begin(), used.end(), 0U) > 0) continue;
            take(made, event);
            runs.push_back(made);
        }
        pass(now);
        return found;
    }

    const rules::Measure& measure_;
    const MeasurePlan& plan_;
    std::map<std::int64_t, std::vector<Event>> events_;
    bool seen_ = false;
};

void run(const std::vector<std::string>& steps, std::uint64_t seed, DurationNs lateness) {
    rules::Measure measure = sequence(steps, 20 * kSec, 10 * kMinuteNs);
    measure.lateness = lateness;
    const MeasurePlan plan(measure, "thing");
    Search search(measure, plan);
    Random random(seed);
    std::unique_ptr<Measure> state = make_measure(plan);
    TimeNs now = kStart;
    for (std::uint64_t record = 0; record < 500; ++record) {
        const TimeNs before = now;
        const TimeNs due = state->next_due(before);
        REQUIRE(due > before);
        const auto kind = between(random, 0, 99);
        now += between(random, 0, kind < 90 ? 3 * kSec : kind < 98 ? kMinuteNs : kHourNs);
        if (due <= now && kind % 2 == 0) now = due;
        REQUIRE(search.value(std::min(due - 1, now)) == search.value(before));
        if (record % 3 == 0) REQUIRE(state->value(now) == search.value(now));
        Event event;
        event.folded = now;
        event.seen = now - (between(random, 0, 2) == 0 ? between(random, 0, lateness) : 0);
        const TimeNs coarse = event.seen / kSec * kSec;  // for ties
        if (coarse >= now - lateness && between(random, 0, 1) == 0) event.seen = coarse;
        event.record = record;
        event.key = between(random, 0, 9) == 0 ? -1 : between(random, 0, 2);
        event.what = static_cast<char>('a' + between(random, 0, 3));
        event.number = between(random, 0, 3);
        fold(*state, event, measure.inputs.size());
        search.add(event);
        INFO("record " << record << " seed " << seed);
        REQUIRE(state->value(now) == search.value(now));
        if (between(random, 0, 15) == 0) state = reborn(*state, plan, now);
    }
}

}  // namespace

TEST_CASE("episodes: the same as a search over all events", "[evaluate]") {
    const std::vector<std::vector<std::string>> sequences = {
        {"a", "b"},
        {"a", "a"},
        {"a", "<b", "c"},
        {"2a", "!d", "<2b"},
        {"a", "!<d", "b", "!c", "<a"},
        {"a", "!b"},
        {"2a", "b", "!<c", "!d"},
        {"3a", "<b", "2c"},
    };
    for (std::size_t i = 0; i < sequences.size(); ++i) {
        run(sequences[i], 20 + i, kMinuteNs);
        run(sequences[i], 40 + i, 5 * kSec);
        run(sequences[i], 60 + i, 0);
    }
}

}  // namespace overlord::evaluate
