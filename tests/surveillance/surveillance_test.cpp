// Precision and recall of the patterns in trading_surveillance.pl, on made-up order streams with
// labelled episodes and near misses. The stream goes to the measures that the gate makes of the
// declarations.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <deque>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "market.hpp"
#include "measure.hpp"
#include "overlord/rules/bundle.hpp"

namespace overlord::surveillance {
namespace {

constexpr TimeNs kStart = 1'769'690'000 * kSecondNs;

rules::Bundle load_patterns() {
    std::string error;
    static const std::unique_ptr<prolog::Machine> machine = prolog::Machine::start({}, error);
    INFO(error);
    REQUIRE(machine != nullptr);
    std::ifstream file("rules/trading_surveillance.pl");
    std::stringstream text;
    text << file.rdbuf();
    const rules::Loaded loaded = rules::load(*machine, {{"trading_surveillance.pl", text.str()}});
    for (const prolog::Diagnostic& diagnostic : loaded.diagnostics) {
        UNSCOPED_INFO(rules::to_text(diagnostic));
    }
    REQUIRE(loaded.bundle.has_value());
    return *loaded.bundle;
}

const rules::Bundle& patterns() {
    static const rules::Bundle bundle = load_patterns();
    return bundle;
}

// The event's fields as its kind declares them; the texts live as long as this.
class Typed {
public:
    Typed(const MarketEvent& event, const rules::Kind& kind)
        : texts_{"o" + std::to_string(event.order), "m" + std::to_string(event.match)} {
        for (const event::FieldSchema& field : kind.schema.fields) {
            fields_.push_back(value(event, field.name));
        }
    }
    [[nodiscard]] evaluate::Fields fields() const { return fields_; }

private:
    event::TypedValue value(const MarketEvent& event, const std::string& name) {
        if (name == "order_id") return std::string_view(texts_[0]);
        if (name == "match_id") return std::string_view(texts_[1]);
        if (name == "owner") return std::string_view(event.owner);
        if (name == "trader") return std::string_view(event.trader);
        if (name == "desk") return std::string_view(event.desk);
        if (name == "instrument") return std::string_view(event.instrument);
        if (name == "capacity") return std::string_view(event.client ? "client" : "own");
        if (name == "side") return std::string_view(event.buy ? "buy" : "sell");
        if (name == "cause") return std::string_view("user");
        if (name == "phase") return std::string_view(event.auction ? "auction" : "continuous");
        if (name == "price") return Number(event.price);
        if (name == "qty") return Number(event.qty);
        if (name == "touch_ticks") return Number(event.touch_ticks);
        if (name == "depth_permille") return Number(event.depth_permille);
        if (name == "aggressive") return event.aggressive;
        if (name == "at") return event::TypedValue(std::in_place_type<TimeNs>, event.at);
        FAIL("no value for field " + name);
        return {};
    }
    std::array<std::string, 2> texts_;
    std::vector<event::TypedValue> fields_;
};

using Records = std::vector<std::uint64_t>;

// One pattern at work: what it says of the stream, as it goes.
class Watch {
public:
    Watch(const rules::Measure& measure, std::int64_t alerts_from)
        : plan_(measure, "order"), measure_(evaluate::make_measure(plan_)),
          alerts_from_(alerts_from) {
        for (const rules::Join::Step& step : measure.join->steps) {
            if (!step.negated) events_ += step.times;
        }
    }
    void fold(const MarketEvent& event, const rules::Kind& kind, evaluate::Fields fields,
              TimeNs now, std::uint64_t record) {
        bool concerned = false;
        for (std::size_t i = 0; i < plan_.measure.inputs.size(); ++i) {
            const rules::Kind& input = patterns().kinds[plan_.measure.inputs[i].kind];
            if (&input != &kind) continue;
            measure_->fold({i, event.at, now, record, "s", fields});
            concerned = true;
        }
        if (concerned) look(now);
    }
    [[nodiscard]] const std::vector<Records>& alerts() const { return alerts_; }

private:
    // An alert is an episode that makes the value rise, to what the control does not allow or more.
    void look(TimeNs now) {
        const evaluate::Reading value = measure_->value(now);
        REQUIRE(value.kind == evaluate::Reading::Kind::kNumber);
        const bool rises = value_ < value.number;
        value_ = value.number;
        const Records records = measure_->evidence(now).records;
        if (records == looked_at_) return;
        looked_at_ = records;
        for (std::size_t at = 0; at < records.size(); at += events_) {
            const auto from = records.begin() + static_cast<std::ptrdiff_t>(at);
            const Records episode(from, from + static_cast<std::ptrdiff_t>(events_));
            const bool is_new = known_.insert(episode).second;
            if (is_new && rises && !(value_ < Number(alerts_from_))) alerts_.push_back(episode);
        }
    }

    evaluate::MeasurePlan plan_;
    std::unique_ptr<evaluate::Measure> measure_;
    std::int64_t alerts_from_;
    std::size_t events_ = 0;
    Number value_ = 0;
    Records looked_at_;
    std::set<Records> known_;
    std::vector<Records> alerts_;
};

struct Score {
    std::size_t episodes = 0;
    std::size_t found = 0;
    std::size_t alerts = 0;
    std::size_t right = 0;
    [[nodiscard]] double recall() const {
        return static_cast<double>(found) / static_cast<double>(episodes);
    }
    [[nodiscard]] double precision() const {
        return alerts == 0 ? 1 : static_cast<double>(right) / static_cast<double>(alerts);
    }
};

// An alert is right when at least half of its events belong to one episode of the pattern.
int label_of(const Records& alert, const Market& market, Pattern pattern) {
    std::map<int, std::size_t> votes;
    for (const std::uint64_t record : alert) ++votes[market.events[record].label];
    for (const auto& [label, count] : votes) {
        if (label < 0 || count * 2 < alert.size()) continue;
        if (market.labels[static_cast<std::size_t>(label)].pattern == pattern) return label;
    }
    return -1;
}

Score score(const Watch& watch, const Market& market, Pattern pattern) {
    Score score;
    score.episodes = static_cast<std::size_t>(
        std::count_if(market.labels.begin(), market.labels.end(),
                      [&](const Label& label) { return label.pattern == pattern; }));
    std::set<int> found;
    for (const Records& alert : watch.alerts()) {
        const int label = label_of(alert, market, pattern);
        ++score.alerts;
        if (label < 0) continue;
        ++score.right;
        found.insert(label);
    }
    score.found = found.size();
    return score;
}

const rules::Kind& kind_of(const MarketEvent& event) {
    static const char* const names[] = {"order_new", "order_cancel", "exec"};
    const std::string name = names[static_cast<int>(event.kind)];
    return *std::find_if(patterns().kinds.begin(), patterns().kinds.end(),
                         [&](const rules::Kind& kind) { return kind.name == name; });
}

struct Watched {
    const char* measure;
    std::int64_t alerts_from;
};
// By Pattern; as the controls have it.
constexpr std::array<Watched, kPatterns> kWatched = {{{"self_matches", 1},
                                                      {"wash_pairs", 3},
                                                      {"layering", 1},
                                                      {"front_running", 1},
                                                      {"momentum_ignition", 1}}};

std::array<Score, kPatterns> run(std::uint64_t seed) {
    const Market market = make_market(seed, 100 * kMinuteNs, kStart);
    std::deque<Watch> watches;  // a measure refers to its plan: they stay where they are
    for (const Watched& watched : kWatched) {
        const auto measure = std::find_if(
            patterns().measures.begin(), patterns().measures.end(),
            [&](const rules::Measure& one) { return one.name == watched.measure; });
        REQUIRE(measure != patterns().measures.end());
        watches.emplace_back(*measure, watched.alerts_from);
    }
    for (std::uint64_t record = 0; record < market.events.size(); ++record) {
        const MarketEvent& event = market.events[record];
        const rules::Kind& kind = kind_of(event);
        const Typed typed(event, kind);
        for (Watch& watch : watches) {
            watch.fold(event, kind, typed.fields(), event.arrives, record);
        }
    }
    std::array<Score, kPatterns> scores;
    for (std::size_t i = 0; i < kPatterns; ++i) {
        scores[i] = score(watches[i], market, static_cast<Pattern>(i));
    }
    return scores;
}

}  // namespace

TEST_CASE("surveillance: the market is the same for the same seed", "[surveillance]") {
    const Market one = make_market(5, 20 * kMinuteNs, kStart);
    const Market other = make_market(5, 20 * kMinuteNs, kStart);
    REQUIRE(one.events.size() == other.events.size());
    for (std::size_t i = 0; i < one.events.size(); i += 97) {
        CHECK(to_line(one.events[i], i, "s") == to_line(other.events[i], i, "s"));
    }
    CHECK(std::any_of(one.events.begin(), one.events.end(), [&](const MarketEvent& event) {
        return &event != &one.events.front() && event.at < (&event - 1)->at;
    }));  // out of order
}

TEST_CASE("surveillance: each pattern is found, and little else", "[surveillance]") {
    const std::uint64_t seed = GENERATE(as<std::uint64_t>{}, 1, 2, 3);
    const std::array<Score, kPatterns> scores = run(seed);
    for (std::size_t i = 0; i < kPatterns; ++i) {
        std::printf("seed %d, %s: %zu of %zu episodes found, %zu of %zu alerts right\n",
                    static_cast<int>(seed), kWatched[i].measure, scores[i].found,
                    scores[i].episodes, scores[i].right, scores[i].alerts);
        INFO(kWatched[i].measure);
        CHECK(scores[i].recall() >= 0.95);
        CHECK(scores[i].precision() >= 0.9);
    }
}

}  // namespace overlord::surveillance
