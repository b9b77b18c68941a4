// LINKS: overlord_evaluate
//
// Events a second through the evaluator with the packs of this repository, on one thread: decoding,
// schema, checks in Prolog, measures, verdicts, records; with SLOT_S the slots of all systems too.
// Arguments: [SYSTEMS [EVENTS [RULES [SLOT_S]]]].
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "overlord/base/time.hpp"
#include "overlord/evaluate/evaluator.hpp"
#include "overlord/rules/bundle.hpp"

namespace {

using namespace overlord;
using evaluate::Item;
using SteadyClock = std::chrono::steady_clock;

constexpr TimeNs kStart = 1'769'688'000 * kSecondNs;
constexpr std::size_t kBatchItems = 256;
constexpr DurationNs kSpacing = 50'000;  // 20,000 events/s of log time, as in DESIGN

double seconds_since(SteadyClock::time_point from) {
    return std::chrono::duration<double>(SteadyClock::now() - from).count();
}

// Of this process: on a machine that others use too, the number that can be compared.
double cpu_seconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

std::string data_of(std::size_t i, TimeNs time) {
    const std::string id = "\"x" + std::to_string(i % 1'000) + "\"";
    switch (i % 16) {
        case 0:
        case 1:
        case 2:
        case 3:
        case 4:
            return R"("telecoms.heartbeat"|{"service":"core","status":"up"})";
        case 5:
            return R"("telecoms.redundancy"|{"group":"g","healthy":4,"required":2})";
        case 6:
            return R"("telecoms.failover"|{"from_system":"p","to_system":"b","duration_ms":)" +
                   std::to_string(10 + i % 35) + "}";
        case 7:
            return R"("itil.incident"|{"id":)" + id + R"(,"priority":2,"reported":")" +
                   format_rfc3339(time - kMinuteNs) + R"(","responded":")" + format_rfc3339(time) +
                   "\"}";
        case 8:
            return R"("gmp.batch"|{"id":)" + id +
                   R"(,"input":"i","output":"o","process":["mix","heat"],"timestamp":")" +
                   format_rfc3339(time) + "\"}";
        case 9:
            return R"("itil.service_level"|{"service":"core","good":3600,"total":3600})";
        default:
            break;
    }
    return R"("trading.trade"|{"latency_ms":0.)" + std::to_string(10 + i % 89) +
           R"(,"segregated":true,"desk":"d1"})";
}

std::vector<std::string> make_lines(std::size_t count, std::size_t systems) {
    std::vector<std::string> lines;
    lines.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const TimeNs time = kStart + static_cast<TimeNs>(i) * kSpacing + 1;
        // Every system sends every kind, in turn.
        const std::string data = data_of((i / systems + i) % 16 + (i / 16) * 16, time);
        const std::size_t bar = data.find('|');
        lines.push_back(R"({"specversion":"1.0","id":"e)" + std::to_string(i) +
                        R"(","source":"//gw-7/core","type":)" + data.substr(0, bar) +
                        R"(,"subject":"system_)" + std::to_string(i % systems) + R"(","time":")" +
                        format_rfc3339(time) + R"(","data":)" + data.substr(bar + 1) + "}");
    }
    return lines;
}

struct Totals {
    std::size_t verdicts = 0;
    std::size_t rejects = 0;
    std::size_t states = 0;
    std::size_t slots = 0;
    double longest = 0;  // seconds of one batch
};

void add(Totals& totals, const evaluate::Outcome& outcome, double seconds) {
    for (const evaluate::Output& output : outcome.outputs) {
        totals.verdicts += output.kind == evaluate::OutputKind::kVerdict ? 1 : 0;
        totals.rejects += output.kind == evaluate::OutputKind::kReject ? 1 : 0;
        totals.slots += output.kind == evaluate::OutputKind::kSlot ? 1 : 0;
    }
    totals.states += outcome.states.size();
    totals.longest = std::max(totals.longest, seconds);
}

Totals run(evaluate::Evaluator& evaluator, const std::vector<std::string>& lines) {
    Totals totals;
    for (std::size_t at = 0; at < lines.size(); at += kBatchItems) {
        evaluate::Batch batch{at, 0, {}};
        for (std::size_t i = at; i < std::min(lines.size(), at + kBatchItems); ++i) {
            batch.items.push_back({Item::Kind::kEvent, lines[i], "", ""});
        }
        const auto from = SteadyClock::now();
        const evaluate::Outcome outcome = evaluator.process(batch);
        add(totals, outcome, seconds_since(from));
    }
    return totals;
}

}  // namespace

int main(int count, char** values) {
    const std::size_t systems = count > 1 ? std::strtoul(values[1], nullptr, 10) : 1;
    const std::size_t events = count > 2 ? std::strtoul(values[2], nullptr, 10) : 500'000;
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
    config.slot_ns = count > 4 ? std::atoll(values[4]) * kSecondNs : 0;
    config.proved_systems_max = systems;
    evaluate::Evaluator evaluator(*loaded.bundle, config, *machine);
    const std::vector<std::string> lines = make_lines(events, systems);

    const double cpu_from = cpu_seconds();
    const auto from = SteadyClock::now();
    const Totals totals = run(evaluator, lines);
    const double seconds = seconds_since(from);
    const double cpu = cpu_seconds() - cpu_from;
    std::printf(
        "%zu systems: %zu events in %.2f s (%.2f s of processor), %.0f events/s of "
        "processor; %zu verdict records, %zu slot records, %zu rejects, %zu state digests; "
        "longest batch of %zu: %.1f ms\n",
        systems, events, seconds, cpu, static_cast<double>(events) / cpu, totals.verdicts,
        totals.slots, totals.rejects, totals.states, kBatchItems, totals.longest * 1e3);
    const auto before = SteadyClock::now();
    const evaluate::Snapshot snapshot = evaluator.snapshot();
    std::printf("snapshot: %zu bytes in %.1f ms\n", snapshot.bytes.size(),
                seconds_since(before) * 1e3);
    return totals.rejects == 0 ? 0 : 1;
}
