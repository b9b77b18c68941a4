// LINKS: overlord_ledger overlord_rules nlohmann_json::nlohmann_json
// SOURCES: daemon_under_test.cpp event_maker.cpp sender.cpp
//
// The whole path, with nothing in it replaced: a real overlordd on an empty state, the wall clock
// and the rules of this repository, driven over TCP. An event counts when its sender has read the
// `durable` that covers it. `--help` says what can be chosen; docs/performance.md what came out.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

#include "overlord/ledger/journal_reader.hpp"
#include "overlord/rules/bundle.hpp"
#include "sender.hpp"

namespace {

using namespace overlord;
using namespace overlord::bench;

struct Settings {
    Path rules = "rules";
    Path directory = std::filesystem::temp_directory_path();
    Path trace;
    std::string configuration;
    std::set<std::string> parts;  // empty: all
    std::size_t connections = 4;
    std::size_t systems = 100;
    std::uint64_t events = 1'000'000;
    std::size_t window = 4096;
    double rate = 20'000;
    double seconds = 20;
    bool keep = false;
    bool catalogue = false;
    bool every_kind = false;

    [[nodiscard]] bool wants(const std::string& part) const {
        return parts.empty() || parts.contains(part);
    }
};

constexpr const char* kHelp =
    "bench_pipeline [PART...]: disk start saturation latency published recovery; all without one\n"
    "  --quick             a few seconds: 100,000 events, 2 s on schedule\n"
    "  --events N          of saturation and so of the journal that is recovered (1000000)\n"
    "  --connections N     (4)          --window N   unanswered lines of a connection (4096)\n"
    "  --systems N         (100)        --rate N     events/s on schedule (20000)\n"
    "  --seconds S         on schedule (20)\n"
    "  --catalogue         every system has all levels; 1 of 20 events is of all types in turn\n"
    "  --every-kind        and all types are sent equally often\n"
    "  --rules DIR         (rules)      --config TEXT   added to the daemon's configuration\n"
    "  --trace FILE        the latency of each event on schedule, in order, one a line\n"
    "  --directory DIR     where the temporary state is made   --keep   leave it there\n";

Settings read_arguments(int count, char** values) {
    Settings settings;
    for (int i = 1; i < count; ++i) {
        const std::string name = values[i];
        const auto value = [&]() -> const char* {
            if (++i == count) fail(name + " needs a value");
            return values[i];
        };
        if (name == "--help") {
            std::fputs(kHelp, stdout);
            std::exit(0);
        } else if (name == "--quick") {
            settings.events = 100'000;
            settings.seconds = 2;
        } else if (name == "--keep") {
            settings.keep = true;
        } else if (name == "--catalogue") {
            settings.catalogue = true;
        } else if (name == "--every-kind") {
            settings.catalogue = settings.every_kind = true;
        } else if (name == "--events") {
            settings.events = std::strtoull(value(), nullptr, 10);
        } else if (name == "--connections") {
            settings.connections = std::strtoull(value(), nullptr, 10);
        } else if (name == "--window") {
            settings.window = std::strtoull(value(), nullptr, 10);
        } else if (name == "--systems") {
            settings.systems = std::strtoull(value(), nullptr, 10);
        } else if (name == "--rate") {
            settings.rate = std::strtod(value(), nullptr);
        } else if (name == "--seconds") {
            settings.seconds = std::strtod(value(), nullptr);
        } else if (name == "--rules") {
            settings.rules = value();
        } else if (name == "--directory") {
            settings.directory = value();
        } else if (name == "--trace") {
            settings.trace = value();
        } else if (name == "--config") {
            settings.configuration = value();
        } else if (name.starts_with("-")) {
            fail("unknown argument " + name);
        } else {
            settings.parts.insert(name);
        }
    }
    settings.rules = std::filesystem::absolute(settings.rules);
    return settings;
}

template <class Value>
double share_of(const std::vector<Value>& sorted, double share) {
    if (sorted.empty()) return 0;
    const auto place = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
    return static_cast<double>(sorted[std::min(place, sorted.size() - 1)]);
}

template <class Value>
void print_percentiles(const char* what, std::vector<Value> milliseconds) {
    std::sort(milliseconds.begin(), milliseconds.end());
    std::printf("%-39s p50 %7.2f  p99 %7.2f  p99.9 %7.2f  max %7.2f ms\n", what,
                share_of(milliseconds, 0.5), share_of(milliseconds, 0.99),
                share_of(milliseconds, 0.999), share_of(milliseconds, 1));
    std::fflush(stdout);
}

// The disk alone: what one durable write of a frame costs, into a file that was zeroed before.
void measure_disk(const Path& root) {
    const Path name = root / "disk";
    const FileHandle file = open_file(name, O_RDWR | O_CREAT | O_TRUNC, 0600).value();
    const Bytes zeros(32u << 20);
    if (!write_at_durable(file, name, zeros, 0)) fail("write " + name.string());
    std::vector<double> milliseconds;
    const Bytes block(16384, 1);
    for (std::uint64_t i = 0; i < 2000; ++i) {
        const double begin = now_s();
        if (!write_at_durable(file, name, block, i * block.size())) fail("write the disk probe");
        milliseconds.push_back((now_s() - begin) * 1e3);
    }
    print_percentiles("disk alone, 16 KiB RWF_DSYNC", std::move(milliseconds));
    std::filesystem::remove(name);
}

struct Folder {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
};

// The daemon goes on: a file may be gone between the look at its name and the look at its size.
Folder measure_folder(const Path& folder) {
    Folder result;
    std::error_code gone;
    for (std::filesystem::recursive_directory_iterator at(folder, gone), end; at != end && !gone;
         at.increment(gone)) {
        std::error_code failure;
        const std::uint64_t bytes = at->is_regular_file(failure) ? at->file_size(failure) : 0;
        if (failure || bytes == 0) continue;
        ++result.files;
        result.bytes += bytes;
    }
    return result;
}

// Bytes of frames in the journal: its files are of fixed size and say nothing.
std::uint64_t journal_bytes(const Path& state) {
    Result<ledger::JournalReader> reader = ledger::JournalReader::open(state / "journal");
    if (!reader) fail(reader.error().message);
    std::uint64_t bytes = 0;
    for (;;) {
        const Result<std::optional<ledger::FrameView>> frame = reader->next_frame();
        if (!frame) fail(frame.error().message);
        if (!*frame) return bytes;
        bytes += (*frame)->extent.size();
    }
}

void print_load(const char* what, const LoadResult& load) {
    std::printf("%-38s %9.0f events/s  (%llu events of %.0f bytes in %.2f s)\n", what,
                static_cast<double>(load.durable) / load.seconds,
                static_cast<unsigned long long>(load.durable),
                static_cast<double>(load.bytes) / static_cast<double>(load.sent), load.seconds);
    if (load.rejected > 0) std::printf("  first reject: %s\n", load.first_reject.c_str());
}

void print_usage(const std::vector<ProcessUsage>& before, const std::vector<ProcessUsage>& after,
                 double machine_s, const LoadResult& load) {
    double others = machine_s - load.cpu_s;
    for (const ProcessUsage& process : after) {
        double cpu = process.usage.cpu_s;
        for (const ProcessUsage& was : before) {
            if (was.name == process.name) cpu -= was.usage.cpu_s;
        }
        others -= cpu;
        std::printf("  %-16s %6.2f us/event  RSS %6.1f MB, at most %6.1f MB\n",
                    process.name.c_str(), cpu * 1e6 / static_cast<double>(load.sent),
                    process.usage.rss_mb, process.usage.peak_mb);
    }
    std::printf("  %-16s %6.2f us/event\n", "the sender",
                load.cpu_s * 1e6 / static_cast<double>(load.sent));
    // A latency measured beside a compiler says little: look here first.
    std::printf("  %-16s %6.2f processors\n", "all others", std::max(0.0, others) / load.seconds);
}

// Every event that was sent is durable for its sender and accepted for the daemon.
void print_account(const DaemonUnderTest& daemon, const LoadResult& load, const Accepted& before) {
    const Accepted now = daemon.accepted();
    const std::uint64_t accepted = now.accepted - before.accepted;
    const bool none_lost = load.sent == load.durable && accepted == load.sent &&
                           load.rejected == 0 && now.duplicate == before.duplicate;
    std::printf(
        "  sent %llu, durable %llu, accepted %llu, rejected %llu, %llu systems: %s\n",
        static_cast<unsigned long long>(load.sent), static_cast<unsigned long long>(load.durable),
        static_cast<unsigned long long>(accepted), static_cast<unsigned long long>(load.rejected),
        static_cast<unsigned long long>(now.systems), none_lost ? "none lost" : "LOST");
    if (!none_lost) fail("events were lost");
}

void print_disk_use(const Path& state, const LoadResult& load, std::uint64_t journal_before,
                    const Folder& public_before) {
    const auto events = static_cast<double>(load.sent);
    const double journal = static_cast<double>(journal_bytes(state) - journal_before);
    const Folder published = measure_folder(state / "log");
    std::printf("  journal: %.1f bytes an event beside its own %.1f\n",
                (journal - static_cast<double>(load.bytes)) / events,
                static_cast<double>(load.bytes) / events);
    // Partial tiles go when the whole one is there, so there may be fewer than before.
    std::printf("  public: %llu files of %llu bytes (before: %llu of %llu)\n",
                static_cast<unsigned long long>(published.files),
                static_cast<unsigned long long>(published.bytes),
                static_cast<unsigned long long>(public_before.files),
                static_cast<unsigned long long>(public_before.bytes));
}

LoadResult measure_load(const char* what, DaemonUnderTest& daemon, const LoadPlan& plan,
                        EventMaker& maker) {
    const std::vector<ProcessUsage> before = daemon.usage();
    const Accepted accepted = daemon.accepted();
    const std::uint64_t journal = journal_bytes(daemon.state());
    const Folder published = measure_folder(daemon.state() / "log");
    const double machine = machine_cpu_s();
    LoadResult load = run_load(plan, maker);
    const double machine_used = machine_cpu_s() - machine;
    const std::vector<ProcessUsage> after = daemon.usage();
    print_load(what, load);
    print_usage(before, after, machine_used, load);
    print_account(daemon, load, accepted);
    print_disk_use(daemon.state(), load, journal, published);
    std::fflush(stdout);
    return load;
}

void measure_recovery(DaemonUnderTest& daemon, const LoadPlan& plan, EventMaker& maker) {
    std::printf("%-38s %8.0f ms\n", "stop", daemon.stop() * 1e3);
    std::printf("%-38s %8.0f ms\n", "start after a stop, to ready", daemon.start() * 1e3);
    LoadPlan some = plan;
    some.port = daemon.port();
    some.rate = 0;
    some.events = std::min<std::uint64_t>(plan.events, 90'000);  // since the last snapshot
    (void)run_load(some, maker);
    daemon.kill();
    std::printf("%-38s %8.0f ms\n", "start after kill -9, to ready", daemon.start() * 1e3);
    (void)daemon.stop();
}

rules::Bundle load_bundle(const Path& folder) {
    std::string error;
    const auto machine = prolog::Machine::start({}, error);
    if (!machine) fail(error);
    auto files = rules::read_rules(folder);
    if (!files) fail(files.error().message);
    rules::Loaded loaded = rules::load(*machine, std::move(files).value());
    if (!loaded.bundle) fail("the rules are refused");
    return std::move(*loaded.bundle);
}

std::string all_levels(const rules::Bundle& bundle) {
    std::string text = "[systems.\"*\"]\nlevels = [";
    for (const rules::Level& level : bundle.levels)
        text += (text.back() == '[' ? "\"" : ", \"") + level.name + "\"";
    return text + "]\n";
}

void run(Settings settings, const Path& root) {
    if (settings.wants("disk")) measure_disk(root);
    std::vector<EventShape> mix = usual_mix(core_kinds());
    if (settings.catalogue) {
        const rules::Bundle bundle = load_bundle(settings.rules);
        settings.configuration += all_levels(bundle);
        std::vector<EventShape> kinds;
        for (const rules::Kind& kind : bundle.kinds) {
            // A nil report names another type: it is none of its own.
            if (kind.name != "nil_report") kinds.push_back(shape_of(kind));
        }
        mix = settings.every_kind ? kinds : usual_mix(kinds);
    }
    DaemonUnderTest daemon(root, settings.rules, settings.configuration);
    const double start = daemon.start();
    if (settings.wants("start")) {
        std::printf("%-38s %8.0f ms\n", "start on an empty state, to ready", start * 1e3);
    }
    EventMaker maker(settings.systems, settings.connections, mix);
    LoadPlan plan;
    plan.port = daemon.port();
    plan.connections = settings.connections;
    plan.window_lines = settings.window;
    if (settings.wants("latency")) {
        LoadPlan schedule = plan;
        schedule.rate = settings.rate;
        schedule.events = static_cast<std::uint64_t>(settings.rate * settings.seconds);
        LoadResult load = measure_load("open loop, on a fixed schedule", daemon, schedule, maker);
        if (!settings.trace.empty()) {
            std::ofstream out(settings.trace);
            for (const float milliseconds : load.latency_ms) out << milliseconds << '\n';
        }
        // In the first second every system is new, and is judged on all its levels.
        const auto second = load.latency_ms.begin() +
                            static_cast<std::ptrdiff_t>(std::min<std::size_t>(
                                load.latency_ms.size(), static_cast<std::size_t>(settings.rate)));
        print_percentiles("scheduled time to `durable`, 1st second",
                          std::vector<float>(load.latency_ms.begin(), second));
        print_percentiles("scheduled time to `durable`, later",
                          std::vector<float>(second, load.latency_ms.end()));
    }
    if (settings.wants("published")) {
        LoadPlan schedule = plan;
        schedule.rate = settings.rate;
        schedule.events = static_cast<std::uint64_t>(settings.rate * settings.seconds);
        schedule.published = true;
        LoadResult load = measure_load("open loop, with receipts", daemon, schedule, maker);
        print_percentiles("scheduled time to `durable`", std::move(load.latency_ms));
        print_percentiles("scheduled time to `published`", std::move(load.published_ms));
    }
    plan.events = settings.events;
    if (settings.wants("saturation") || settings.wants("recovery")) {
        (void)measure_load("saturation, pipelined", daemon, plan, maker);
    }
    if (settings.wants("recovery")) return measure_recovery(daemon, plan, maker);
    (void)daemon.stop();
}

}  // namespace

int main(int count, char** values) {
    const Settings settings = read_arguments(count, values);
    std::string pattern = (settings.directory / "bench_pipeline.XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) fail("make " + pattern);
    run(settings, pattern);
    if (settings.keep) {
        std::printf("state: %s/state\n", pattern.c_str());
    } else {
        std::filesystem::remove_all(pattern);
    }
    return 0;
}
