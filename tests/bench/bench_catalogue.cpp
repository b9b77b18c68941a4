// LINKS: overlord_evaluate
// SOURCES: event_maker.cpp
//
// Hours of log time through the evaluator with all packs, on one thread: the longest that it is
// busy without a break, and how much memory the process has. `families`: a quarter of the systems
// each answers for telecoms, trading, GMP and ITIL, with what belongs to them; `all`: every system
// answers for everything. Of 20 events 19 are of the type that such a system sends most, and one is
// of all the types that its levels read in turn, with an id of its own. The hours begin in the
// evening, so that midnight, when calendar windows end, is among them.
// Arguments: [SYSTEMS [HOURS [EVENTS [families|all [RULES]]]]].
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <set>

#include "event_maker.hpp"
#include "overlord/base/time.hpp"
#include "overlord/evaluate/evaluator.hpp"

namespace {

using namespace overlord;

constexpr TimeNs kStart = 1'769'709'600 * kSecondNs;  // 2026-01-29T18:00:00Z

// Processor time of this thread: what others do meanwhile is not in it.
double cpu_seconds() {
    timespec now;
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// "VmRSS" or "VmHWM" of this process.
double memory_mb(const std::string& name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (!line.starts_with(name + ":")) continue;
        return std::strtod(line.c_str() + name.size() + 1, nullptr) / 1024;
    }
    return 0;
}

struct Arguments {
    std::size_t systems = 10'000;
    std::int64_t hours = 12;
    std::size_t events = 4'000'000;
    std::string who = "families";
    std::string rules = "rules";
};

Arguments read_arguments(int count, char** values) {
    Arguments arguments;
    if (count > 1) arguments.systems = std::strtoul(values[1], nullptr, 10);
    if (count > 2) arguments.hours = std::strtol(values[2], nullptr, 10);
    if (count > 3) arguments.events = std::strtoul(values[3], nullptr, 10);
    if (count > 4) arguments.who = values[4];
    if (count > 5) arguments.rules = values[5];
    return arguments;
}

// Systems that answer for the same levels, and what they send.
struct Group {
    std::vector<std::string> levels;
    bench::EventMaker maker;
};

// The families of control sets that systems answer for together, and what they send most.
struct Trade {
    std::set<std::string> families;
    std::vector<bench::EventShape> usual;
};

std::vector<Trade> trades(const std::string& who, const rules::Bundle& bundle) {
    const bench::EventShape beat{"telecoms.heartbeat", R"("service":"core","status":"up")"};
    const bench::EventShape trade{"trading.trade",
                                  R"("latency_ms":0.412,"segregated":true,"desk":"d1")"};
    const bench::EventShape batch{
        "gmp.batch", R"("id":"B-17","input":"i","output":"o","process":["mix","heat"],)"
                     R"("timestamp":"2026-01-29T12:37:12Z")"};
    const bench::EventShape level{"itil.service_level",
                                  R"("service":"core","good":3600,"total":3600)"};
    if (who == "families") {
        return {{{"telecoms", "nerc", "common"}, {beat}},
                {{"trading", "common"}, {trade}},
                {{"gmp", "common"}, {batch}},
                {{"itil", "fedramp", "common"}, {level}}};
    }
    std::set<std::string> all;
    for (const rules::Level& one : bundle.levels) all.insert(one.family);
    return {{all, {beat, trade, batch, level}}};
}

std::vector<Group> make_groups(const Arguments& arguments, const rules::Bundle& bundle) {
    std::vector<Group> groups;
    const std::vector<Trade> wanted = trades(arguments.who, bundle);
    const std::size_t each = arguments.systems / wanted.size();
    for (const Trade& one : wanted) {
        std::vector<std::string> levels;
        std::set<std::size_t> kinds;
        for (const rules::Level& level : bundle.levels) {
            if (!one.families.contains(level.family)) continue;
            levels.push_back(level.name);
            for (const std::size_t measure : level.reads)
                for (const auto& input : bundle.measures[measure].inputs) kinds.insert(input.kind);
        }
        std::vector<bench::EventShape> mix;
        for (const std::size_t kind : kinds) {
            for (std::size_t i = 0; i < 19; ++i) mix.push_back(one.usual[i % one.usual.size()]);
            mix.push_back(bench::shape_of(bundle.kinds[kind]));
        }
        const std::size_t first = groups.size() * each;
        groups.push_back({std::move(levels), bench::EventMaker(each, 1, mix, first)});
    }
    return groups;
}

evaluate::Config configuration(const Arguments& arguments, const std::vector<Group>& groups) {
    evaluate::Config config;
    config.clock = evaluate::ClockSource::kEvent;
    for (std::size_t i = 0; i < arguments.systems; ++i) {
        const std::string digits = std::to_string(100'000 + i).substr(1);
        const std::size_t group = i / (arguments.systems / groups.size());
        config.levels.push_back(
            {"system_" + digits, groups[std::min(group, groups.size() - 1)].levels});
    }
    return config;
}

struct Totals {
    std::vector<float> busy_ms;  // of each batch
    std::size_t verdicts = 0;
    std::size_t ticks = 0;
    std::size_t rejects = 0;
    std::string first_reject;
};

class Hours {
public:
    Hours(const Arguments& arguments, std::vector<Group>& groups, evaluate::Evaluator& evaluator)
        : arguments_(arguments), groups_(groups), evaluator_(evaluator) {}

    Totals run() {
        const std::int64_t seconds = arguments_.hours * 3600;
        for (std::int64_t second = 0; second < seconds; ++second) {
            step(second, arguments_.events * static_cast<std::size_t>(second + 1) /
                             static_cast<std::size_t>(seconds));
            if ((second + 1) % 3600 == 0) tell((second + 1) / 3600);
        }
        return std::move(totals_);
    }

private:
    // A second of log time: its events, then what comes due up to its end.
    void step(std::int64_t second, std::size_t until) {
        const TimeNs begin = kStart + second * kSecondNs;
        const auto events = static_cast<DurationNs>(until - made_);
        for (DurationNs i = 0; i < events; ++i) {
            std::string line;
            now_ = begin + i * kSecondNs / events;
            groups_[made_++ % groups_.size()].maker.append(line, 0, now_);
            line.pop_back();
            batch_.items.push_back({evaluate::Item::Kind::kEvent, std::move(line), "", ""});
            process();  // some 100 events/s: each comes alone
        }
        batch_.at = now_ = begin + kSecondNs - 1;
        process();
    }

    void process() {
        const double from = cpu_seconds();
        const evaluate::Outcome outcome = evaluator_.process(batch_);
        const double busy_ms = (cpu_seconds() - from) * 1e3;
        totals_.busy_ms.push_back(static_cast<float>(busy_ms));
        if (busy_ms > longest_ms_) {
            longest_ms_ = busy_ms;
            longest_at_ = now_;
        }
        for (const evaluate::Output& output : outcome.outputs) {
            totals_.verdicts += output.kind == evaluate::OutputKind::kVerdict ? 1 : 0;
            totals_.ticks += output.kind == evaluate::OutputKind::kTick ? 1 : 0;
            if (output.kind != evaluate::OutputKind::kReject) continue;
            if (totals_.rejects++ == 0)
                totals_.first_reject = output.body + "\n" + batch_.items[output.item].text;
        }
        batch_ = {batch_.id + 1, 0, {}};
    }

    void tell(std::int64_t hour) {
        std::printf("%3lld h  %9zu events  %7.1f MB  longest %7.1f ms, at %s\n",
                    static_cast<long long>(hour), made_, memory_mb("VmRSS"), longest_ms_,
                    format_rfc3339(longest_at_).c_str());
        std::fflush(stdout);
        longest_ms_ = 0;
    }

    const Arguments& arguments_;
    std::vector<Group>& groups_;
    evaluate::Evaluator& evaluator_;
    evaluate::Batch batch_;
    Totals totals_;
    std::size_t made_ = 0;
    TimeNs now_ = 0;
    double longest_ms_ = 0;  // of the hour
    TimeNs longest_at_ = 0;
};

void report(const Arguments& arguments, Totals totals, double cpu) {
    std::sort(totals.busy_ms.begin(), totals.busy_ms.end());
    const auto share = [&](double part) {
        return totals.busy_ms[static_cast<std::size_t>(
            part * static_cast<double>(totals.busy_ms.size() - 1))];
    };
    std::printf(
        "%zu systems (%s), %lld h, %zu events: %.1f s of processor; %zu verdicts, %zu ticks, "
        "%zu rejects\n"
        "busy at a time: p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, longest %.1f ms\n"
        "memory %.0f MB, at most %.0f MB\n",
        arguments.systems, arguments.who.c_str(), static_cast<long long>(arguments.hours),
        arguments.events, cpu, totals.verdicts, totals.ticks, totals.rejects, share(0.5),
        share(0.99), share(0.999), share(1), memory_mb("VmRSS"), memory_mb("VmHWM"));
    if (totals.rejects > 0) std::printf("first reject: %s\n", totals.first_reject.c_str());
}

}  // namespace

int main(int count, char** values) {
    const Arguments arguments = read_arguments(count, values);
    std::string error;
    const auto machine = prolog::Machine::start({}, error);
    auto files = rules::read_rules(arguments.rules);
    if (!machine || !files) {
        std::fprintf(stderr, "%s\n", machine ? files.error().message.c_str() : error.c_str());
        return 1;
    }
    rules::Loaded loaded = rules::load(*machine, std::move(files).value());
    if (!loaded.bundle) return 1;
    std::vector<Group> groups = make_groups(arguments, *loaded.bundle);
    evaluate::Evaluator evaluator(*loaded.bundle, configuration(arguments, groups), *machine);
    std::printf("  0 h  %27.1f MB\n", memory_mb("VmRSS"));
    std::fflush(stdout);

    const double cpu_from = cpu_seconds();
    Totals totals = Hours(arguments, groups, evaluator).run();
    const double cpu = cpu_seconds() - cpu_from;
    const std::size_t rejects = totals.rejects;
    report(arguments, std::move(totals), cpu);
    const double from = cpu_seconds();
    const evaluate::Snapshot snapshot = evaluator.snapshot();
    std::printf("snapshot: %.1f MB in %.0f ms\n", static_cast<double>(snapshot.bytes.size()) / 1e6,
                (cpu_seconds() - from) * 1e3);
    return rejects == 0 ? 0 : 1;
}
