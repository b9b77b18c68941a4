// A year of one stream, 525,600 slots of a minute, verified in full: every slot, sum and range
// proof read from the log's files, then the statement about the whole year.
//
//   bench_zk_year DIR [SLOTS [THREADS]]
//
// DIR keeps the log between runs; making it takes minutes, mostly of range proofs. The values are
// those of a system that failed for 100 us in one slot of seven.
// LINKS: overlord_zk_log overlord_tlog Threads::Threads

#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <thread>

#include "overlord/attest/zk_verify.hpp"
#include "overlord/tlog/tiles.hpp"
#include "zk_log.hpp"

using namespace overlord;
using zk_log::Example;

namespace {

using Seconds = std::chrono::duration<double>;

constexpr std::size_t kRange = zk::kRangeSlotsMax;
constexpr std::size_t kParcel = 4096;  // slots whose range proofs are made at once

int fail(const std::string& what) {
    std::fprintf(stderr, "bench_zk_year: %s\n", what.c_str());
    return 2;
}

double since(std::chrono::steady_clock::time_point begin) {
    return Seconds(std::chrono::steady_clock::now() - begin).count();
}

std::uint64_t number(const char* text, std::uint64_t otherwise) {
    std::uint64_t value = otherwise;
    if (text != nullptr) std::from_chars(text, text + std::char_traits<char>::length(text), value);
    return value;
}

std::string year_plan() {
    std::string plan = zk_log::example_plan();
    const std::string window = R"("window_ns":480000000000)";
    plan.replace(plan.find(window), window.size(), R"("window_ns":31536000000000000)");
    return plan;
}

// Only the first control has a stream here; the plan's others say nothing.
Example prepared() {
    Example example;
    example.plan = *attest::parse_plan(year_plan());
    zk_log::Stream stream(example.origin, example.system, example.plan.controls.front(),
                          Example::kBegin);
    example.streams.clear();
    example.streams.push_back(std::move(stream));
    example.add(compose(example.announced()));
    return example;
}

std::vector<std::string> prove_ranges(const zk_log::Stream& stream, zk::SlotNumber first,
                                      std::size_t slots, unsigned threads) {
    std::vector<std::string> ranges((slots + kRange - 1) / kRange);
    std::vector<std::thread> workers;
    for (unsigned t = 0; t < threads; ++t) {
        workers.emplace_back([&, t] {
            for (std::size_t i = t; i < ranges.size(); i += threads) {
                const std::size_t count = std::min(kRange, slots - i * kRange);
                ranges[i] = compose(stream.range(first + i * kRange, count));
            }
        });
    }
    for (std::thread& worker : workers) worker.join();
    return ranges;
}

// The slots and their range proofs, a few thousand at a time.
void make_log(Example& example, std::uint64_t slots, unsigned threads) {
    zk_log::Stream& stream = example.streams.front();
    for (std::uint64_t done = 0; done < slots; done += kParcel) {
        const std::size_t count = std::min<std::uint64_t>(kParcel, slots - done);
        const zk::SlotNumber first = stream.next();
        std::vector<std::string> entries;
        for (std::size_t i = 0; i < count; ++i) {
            const bool failed = (done + i) % 7 == 0;
            entries.push_back(compose(stream.slot({failed ? 100u : 0u, 60'000'000})));
        }
        const std::vector<std::string> ranges = prove_ranges(stream, first, count, threads);
        for (std::size_t i = 0; i < count; ++i) {
            example.add(entries[i]);
            if (i % kRange == kRange - 1 || i + 1 == count) example.add(ranges[i / kRange]);
        }
        std::fprintf(stderr, "\rmade %llu of %llu slots",
                     static_cast<unsigned long long>(done + count),
                     static_cast<unsigned long long>(slots));
    }
    std::fprintf(stderr, "\n");
    example.claim = R"({"system":"production_system","bundle":")" + example.bundle +
                    R"(","levels":[{"level":"telecoms","verdict":"compliant","controls":[)"
                    R"({"id":"telecoms.uptime","version":1,"verdict":"compliant"}]}],)"
                    R"("verdict":"compliant","provisional":false})";
    example.attested_slots = slots + 1;
    example.seal(year_plan());
    example.log_document();
}

struct Saved {
    std::string document;
    attest::Attested attested;
    tlog::TreeHead head;
};

Status save(const Example& example, const Path& directory) {
    example.write_log(directory / "log");
    const std::string envelope = attest::to_json(example.envelope);
    Status saved = write_file_derived(directory / "envelope.json", as_bytes(envelope));
    if (!saved) return saved;
    return write_file_derived(directory / "document.json", as_bytes(example.document_line()));
}

Result<Saved> load(const Path& directory, const tlog::VerifierKey& key) {
    const Result<std::string> envelope = read_text_file(directory / "envelope.json");
    if (!envelope) return envelope.error();
    Result<std::string> document = read_text_file(directory / "document.json");
    if (!document) return document.error();
    const Result<std::string> note = read_text_file(directory / "log" / "checkpoint");
    if (!note) return note.error();
    const auto parsed = attest::parse_envelope(*envelope);
    if (!parsed) return parsed.error();
    const auto statement = attest::parse_statement(parsed->payload);
    if (!statement) return statement.error();
    const auto opened = tlog::open_checkpoint(*note, key);
    if (!opened) return opened.error();
    return Saved{*std::move(document),
                 {*statement, attest::attestation_digest(parsed->payload)},
                 opened->checkpoint.head};
}

Status verify(const Saved& saved, const Path& log, unsigned threads) {
    const Result<attest::ZkCase> zk = attest::open_zk(saved.document, saved.attested);
    if (!zk) return zk.error();
    attest::ZkLogReader reader(*zk, threads);
    const Status read = tlog::check_log(log, saved.head, [&](EntryIndex index, ByteView entry) {
        return reader.see(index, as_text(entry));
    });
    if (!read) return read;
    const auto ends = reader.finish();
    if (!ends) return ends.error();
    if (Status proven = attest::check_statements(*zk, *ends); !proven) return proven;
    const auto findings = attest::judge(*zk);
    if (!findings) return findings.error();
    const attest::ControlFinding& uptime = findings->controls.front();
    std::printf("%s %s over %llu slots\n", uptime.control.c_str(),
                uptime.holds ? "holds" : "does not hold",
                static_cast<unsigned long long>(uptime.window.count));
    return {};
}

}  // namespace

int main(int count, char** values) {
    if (count < 2) return fail("say a directory for the log");
    const std::uint64_t slots = number(count > 2 ? values[2] : nullptr, 525'600);
    const auto threads = static_cast<unsigned>(number(count > 3 ? values[3] : nullptr, 2));
    const Path directory = Path(values[1]) / std::to_string(slots);
    Example example = prepared();
    if (!load(directory, example.log_key.verifier())) {
        const auto begin = std::chrono::steady_clock::now();
        make_log(example, slots, std::max(threads, 1u));
        if (const Status saved = save(example, directory); !saved) {
            return fail(saved.error().message);
        }
        std::printf("made in %.0f s with %u threads; run again to verify with a fresh memory\n",
                    since(begin), threads);
        return 0;
    }
    const Result<Saved> saved = load(directory, example.log_key.verifier());
    if (!saved) return fail(saved.error().message);
    const auto begin = std::chrono::steady_clock::now();
    if (const Status valid = verify(*saved, directory / "log", threads); !valid) {
        return fail(valid.error().code + ": " + valid.error().message);
    }
    const double seconds = since(begin);
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    std::printf("verified in %.1f s with %u threads: %.0f slots/s, %ld MB resident at most\n",
                seconds, threads, static_cast<double>(slots) / seconds, usage.ru_maxrss / 1024);
    return 0;
}
