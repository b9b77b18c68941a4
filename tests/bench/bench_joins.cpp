// LINKS: overlord_evaluate
// SOURCES: ../surveillance/market.cpp
//
// Orders a second through the evaluator with the four surveillance patterns, on one thread:
// decoding, schema, measures, verdicts, records. JSON lines as a gateway sends them, of the market
// that the patterns are tested on.
// Arguments: [HOURS OF THE MARKET [RULES FOLDER]].
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
    const int hours = count > 1 ? std::atoi(values[1]) : 4;
    std::string error;
    const auto machine = prolog::Machine::start({}, error);
    auto files = rules::read_rules(count > 2 ? values[2] : "tests/surveillance");
    if (!machine || !files) {
        std::fprintf(stderr, "%s\n", machine ? files.error().message.c_str() : error.c_str());
        return 1;
    }
    rules::Loaded loaded = rules::load(*machine, std::move(files).value());
    for (const prolog::Diagnostic& diagnostic : loaded.diagnostics) {
        std::fprintf(stderr, "%s\n", rules::to_text(diagnostic).c_str());
    }
    if (!loaded.bundle) return 1;
    evaluate::Config config;
    config.clock = evaluate::ClockSource::kEvent;
    evaluate::Evaluator evaluator(*loaded.bundle, config, *machine);
    const surveillance::Market market = surveillance::make_market(1, hours * kHourNs, kStart);
    std::vector<std::string> lines;
    lines.reserve(market.events.size());
    for (std::size_t i = 0; i < market.events.size(); ++i) {
        lines.push_back(surveillance::to_line(market.events[i], i, "room"));
    }
    const double from = cpu_seconds();
    const Totals totals = run(evaluator, lines);
    const double cpu = cpu_seconds() - from;
    std::printf("%zu orders, cancellations and executions in %.2f s of processor, %.0f a second; "
                "%zu rejects, %zu verdict records; longest batch of %zu: %.1f ms\n",
                lines.size(), cpu, static_cast<double>(lines.size()) / cpu, totals.rejects,
                totals.verdicts, kBatchItems, totals.longest_ms);
    const evaluate::Snapshot snapshot = evaluator.snapshot();
    std::printf("snapshot: %zu bytes\n", snapshot.bytes.size());
    return totals.rejects == 0 ? 0 : 1;
}
