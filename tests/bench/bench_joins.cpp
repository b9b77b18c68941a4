// LINKS: overlord_evaluate
// SOURCES: ../surveillance/market.cpp
//
// Orders a second through the evaluator with the surveillance patterns, on one thread: decoding,
// schema, measures, verdicts, records. JSON lines as a gateway sends them: some seconds of so many
// markets at once, each a copy of the one that the patterns are tested on, with some 40 events a
// second.
// Arguments: [MARKETS [SECONDS [RULES FOLDER]]].
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "../surveillance/market.hpp"
#include "overlord/evaluate/evaluator.hpp"
#include "overlord/rules/bundle.hpp"

namespace {

using namespace overlord;

constexpr TimeNs kStart = 1'769'688'000 * kSecondNs;
constexpr std::size_t kBatchItems = 256;

double cpu_seconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

std::vector<surveillance::MarketEvent> markets(std::uint64_t count, std::int64_t seconds) {
    constexpr std::uint64_t kApart = 1'000'000;  // their numbers of orders and matches
    constexpr TimeNs kFrom = kStart + 6 * kMinuteNs;
    std::vector<surveillance::MarketEvent> events;
    for (std::uint64_t i = 0; i < count; ++i) {
        surveillance::Market market = surveillance::make_market(i, 13 * kMinuteNs, kStart);
        for (surveillance::MarketEvent& event : market.events) {
            if (event.arrives < kFrom || event.arrives >= kFrom + seconds * kSecondNs) continue;
            event.order += i * kApart;
            event.match += i * kApart;
            const std::string copy = "_" + std::to_string(i);
            event.owner += copy;
            event.trader += copy;
            event.desk += copy;
            event.instrument += copy;
            events.push_back(std::move(event));
        }
    }
    std::stable_sort(events.begin(), events.end(), [](const auto& left, const auto& right) {
        return left.arrives < right.arrives;
    });
    return events;
}

// What is known of the measures at the end: more events at a time than are kept is no value.
void print_values(evaluate::Evaluator& evaluator) {
    for (const char* name :
         {"self_matches", "wash_pairs", "layering", "front_running", "momentum_ignition"}) {
        prolog::Value value;
        std::string reason;
        const auto found =
            evaluator.measured("room", "trading_surveillance", name, value, reason);
        if (found == prolog::Host::Found::kYes) {
            std::printf("%s: %lld\n", name, static_cast<long long>(value.integer));
        } else {
            std::printf("%s: %s\n", name, reason.c_str());
        }
    }
}

struct Totals {
    std::size_t rejects = 0;
    std::size_t verdicts = 0;
    double longest_ms = 0;  // of one batch
};

Totals run(evaluate::Evaluator& evaluator, const std::vector<std::string>& lines) {
    Totals totals;
    for (std::size_t at = 0; at < lines.size(); at += kBatchItems) {
        evaluate::Batch batch{at, 0, {}};
        for (std::size_t i = at; i < std::min(lines.size(), at + kBatchItems); ++i) {
            batch.items.push_back({evaluate::Item::Kind::kEvent, lines[i], "", ""});
        }
        const auto from = std::chrono::steady_clock::now();
        const evaluate::Outcome outcome = evaluator.process(batch);
        const std::chrono::duration<double, std::milli> took =
            std::chrono::steady_clock::now() - from;
        totals.longest_ms = std::max(totals.longest_ms, took.count());
        for (const evaluate::Output& output : outcome.outputs) {
            totals.rejects += output.kind == evaluate::OutputKind::kReject ? 1 : 0;
            totals.verdicts += output.kind == evaluate::OutputKind::kVerdict ? 1 : 0;
        }
    }
    return totals;
}

}  // namespace

int main(int count, char** values) {
    const std::uint64_t copies = count > 1 ? std::strtoul(values[1], nullptr, 10) : 500;
    const std::int64_t seconds = count > 2 ? std::atoll(values[2]) : 20;
    std::string error;
    const auto machine = prolog::Machine::start({}, error);
    auto files = rules::read_rules(count > 3 ? values[3] : "rules");
    if (!machine || !files) {
        std::fprintf(stderr, "%s\n", machine ? files.error().message.c_str() : error.c_str());
        return 1;
    }
    rules::Loaded loaded = rules::load(*machine, std::move(files).value());
    if (!loaded.bundle) return 1;
    evaluate::Config config;
    config.clock = evaluate::ClockSource::kEvent;
    config.levels.push_back({"room", {"trading_surveillance"}});
    evaluate::Evaluator evaluator(*loaded.bundle, config, *machine);
    const std::vector<surveillance::MarketEvent> events = markets(copies, seconds);
    std::vector<std::string> lines;
    lines.reserve(events.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
        lines.push_back(surveillance::to_line(events[i], i, "room"));
    }
    const double from = cpu_seconds();
    const Totals totals = run(evaluator, lines);
    const double cpu = cpu_seconds() - from;
    std::printf("%zu orders, cancellations and executions of %lld s in %.2f s of processor, %.0f a "
                "second; %zu rejects, %zu verdict records; longest batch of %zu: %.1f ms\n",
                lines.size(), static_cast<long long>(seconds), cpu,
                static_cast<double>(lines.size()) / cpu, totals.rejects, totals.verdicts,
                kBatchItems, totals.longest_ms);
    print_values(evaluator);
    const evaluate::Snapshot snapshot = evaluator.snapshot();
    std::printf("snapshot: %zu bytes\n", snapshot.bytes.size());
    return totals.rejects == 0 ? 0 : 1;
}
