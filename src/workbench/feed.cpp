#include "overlord/workbench/feed.hpp"

#include <algorithm>
#include <set>

#include "event_line.hpp"
#include "overlord/base/assert.hpp"
#include "series.hpp"

namespace overlord::workbench {
namespace {

using evaluate::Item;
using evaluate::Output;
using evaluate::OutputKind;
using prolog::Value;

constexpr std::size_t kBatchItems = 1'000;

// Whether the step is NAME of this many arguments.
bool is(const Value& step, std::string_view name, std::size_t arguments) {
    return step.kind == Value::Kind::kCompound && step.text == name &&
           step.items.size() == arguments;
}

const Value* event_of(const Value& step) {
    if (is(step, "series", 3)) return &step.items[0];
    if (is(step, "at", 3)) return &step.items[1];
    return nullptr;
}

std::string offset_text(DurationNs offset) {
    if (offset % kSecondNs == 0) return std::to_string(offset / kSecondNs) + " s";
    return std::to_string(offset) + " ns";
}

}  // namespace

Feed::Feed(prolog::Machine& machine, const rules::Bundle& bundle, evaluate::Facts facts)
    : machine_(machine), bundle_(bundle), facts_(facts) {}

Feed::~Feed() = default;

// Each system has the levels that the feed names, else that of the test's pack, else all.
evaluate::Config Feed::config(std::string_view pack, const Value& steps) const {
    std::vector<std::string> levels;
    for (const Value& step : steps.items) {
        if (!is(step, "levels", 1)) continue;
        for (const Value& level : step.items[0].items) levels.push_back(level.text);
    }
    if (levels.empty()) {
        for (const rules::Level& level : bundle_.levels)
            if (level.name == pack) levels.push_back(level.name);
    }
    evaluate::Config config;
    config.clock = evaluate::ClockSource::kEvent;
    if (levels.empty()) return config;
    std::set<std::string_view> systems;
    for (const Value& step : steps.items)
        if (const Value* event = event_of(step)) systems.insert(fed_event(*event).system);
    for (const std::string_view system : systems)
        config.levels.push_back({std::string(system), levels});
    return config;
}

std::string Feed::begin(std::string_view pack, const Value& steps) {
    end();
    start_ = kFeedStart;
    for (const Value& step : steps.items) {
        if (!is(step, "start", 1)) continue;
        const Result<TimeNs> start = parse_rfc3339(step.items[0].text);
        if (!start) return "start: " + start.error().message;
        start_ = *start;
    }
    mark_ = start_;
    evaluator_ = std::make_unique<evaluate::Evaluator>(bundle_, config(pack, steps), machine_,
                                                       facts_);
    advance(start_);
    return "";
}

void Feed::end() {
    evaluator_.reset();
    pending_.clear();
    batches_ = 0;
    events_ = 0;
}

std::string Feed::clock() const {
    return format_rfc3339(evaluator_->now_ns());
}

std::vector<std::pair<std::string, Value>> Feed::values() {
    std::vector<std::pair<std::string, Value>> values;
    if (!evaluator_) return values;
    for (const std::string& system : evaluator_->systems()) {
        for (const rules::Measure& measure : bundle_.measures) {
            Value value;
            std::string reason;
            const auto found =
                evaluator_->measured(system, measure.pack, measure.name, value, reason);
            if (found == prolog::Host::Found::kYes)
                values.emplace_back(measure.name, std::move(value));
        }
    }
    return values;
}

std::string Feed::play(const Value& step) {
    Status played;
    if (is(step, "series", 3)) {
        played = add_series(step);
    } else if (is(step, "at", 3)) {
        const TimeNs time = mark_ + step.items[0].integer;
        const bool late = step.items[2].kind == Value::Kind::kInteger;
        played = add(step.items[1], time, late ? mark_ + step.items[2].integer : time, nullptr);
    } else if (is(step, "wait", 1)) {
        played = deliver();
        if (played) advance(evaluator_->now_ns() + step.items[0].integer);
        mark_ = evaluator_->now_ns();
    } else if (step.text == "settle") {
        played = deliver();
        if (played) settle();
    }
    return played ? "" : played.error().message;
}

Status Feed::add(const Value& event, TimeNs time, TimeNs arrives, const Value* value) {
    if (++events_ > kFeedEventsMax)
        return Error{"feed.size",
                     "a feed has at most " + std::to_string(kFeedEventsMax) + " events"};
    const FedEvent fed = fed_event(event);
    Moment moment{time, start_, {}, events_, 1};
    if (value != nullptr) {
        moment.value = value->text;
        moment.step = static_cast<std::size_t>(value->integer);
    }
    const Result<std::string> line = event_line(bundle_, fed, moment);
    std::string place = std::string(fed.kind) + " at " + offset_text(time - start_);
    if (!line) return Error{"feed.value", place + ": " + line.error().message};
    pending_.push_back({arrives, time, *line, std::move(place)});
    return {};
}

Status Feed::add_series(const Value& step) {
    const auto values = parse_series(step.items[1].text, kFeedEventsMax);
    if (!values) return values.error();
    TimeNs time = mark_;
    std::int64_t number = 0;
    for (const SeriesValue& value : *values) {
        ++number;
        if (value) {
            Value word = Value::of_atom(*value);
            word.integer = number;
            if (const Status added = add(step.items[0], time, time, &word); !added) return added;
        }
        time += step.items[2].integer;
    }
    return {};
}

// Everything outstanding, in the order of arrival; events of one instant in the order they were
// written down in. An event that arrives late moves the clock first.
Status Feed::deliver() {
    std::stable_sort(
        pending_.begin(), pending_.end(),
        [](const Pending& left, const Pending& right) { return left.arrives < right.arrives; });
    auto from = pending_.cbegin();
    while (from != pending_.cend()) {
        if (from->arrives > from->time) advance(from->arrives);
        auto to = from + 1;
        while (to != pending_.cend() && to->arrives == to->time &&
               static_cast<std::size_t>(to - from) < kBatchItems)
            ++to;
        if (const Status sent = send(from, to); !sent) return sent;
        from = to;
    }
    pending_.clear();
    mark_ = std::max(mark_, evaluator_->now_ns());
    return {};
}

Status Feed::send(std::vector<Pending>::const_iterator from,
                  std::vector<Pending>::const_iterator to) {
    evaluate::Batch batch;
    batch.id = batches_++;
    for (auto one = from; one != to; ++one)
        batch.items.push_back({Item::Kind::kEvent, one->line, "", ""});
    const evaluate::Outcome outcome = evaluator_->process(batch);
    for (const Output& output : outcome.outputs) {
        if (output.kind != OutputKind::kReject) continue;
        return Error{"feed.rejected", (from + output.item)->place + " is rejected: " +
                                          output.code + ": " + output.reason};
    }
    return {};
}

void Feed::advance(TimeNs to) {
    evaluate::Batch batch;
    batch.id = batches_++;
    batch.at = to;
    (void)evaluator_->process(batch);
}

// A question is answered from all that came before it: what is postponed is judged now.
void Feed::settle() {
    evaluate::Batch batch;
    batch.id = batches_++;
    batch.items.push_back({Item::Kind::kAudit, "test", "", "query"});
    (void)evaluator_->process(batch);
    evaluator_->prepare_query();
}

}  // namespace overlord::workbench
