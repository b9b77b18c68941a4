// Crashes and failing disks: what was acknowledged is there afterwards, once; fsck is the judge.
#include <catch2/catch.hpp>

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "foreign.hpp"
#include "overlord/ledger/fsck.hpp"
#include "overlord/ledger/ledger.hpp"
#include "overlord/signer/local_signer.hpp"
#include "support.hpp"
#include "test_signer.hpp"

using namespace overlord;
using namespace overlord::ledger;
using namespace overlord::ledger::testing;

namespace {

struct State {
    TempDir dir;
    Path path = dir.path() / "state";
};

Result<std::unique_ptr<Ledger>> open_ledger(const Path& path, tlog::CheckpointSigner& signer,
                                            Disk& disk = real_disk()) {
    Options options;
    options.state_dir = path;
    options.origin = kOrigin;
    options.signer = &signer;
    options.segment_bytes = 32u << 10;
    options.disk = &disk;
    return Ledger::open(options);
}

std::unique_ptr<signer::LocalSigner> open_signer(const State& state) {
    auto signer = signer::LocalSigner::open({state.dir.path() / "keys", std::string(kOrigin),
                                           signer::Creation::kIfAbsent});
    if (!signer) FAIL(signer.error().message);
    return *std::move(signer);
}

// Appends and seals until it is killed, telling each acknowledged number.
[[noreturn]] void work(const State& state, int pipe, std::uint32_t seed) {
    auto signer = signer::LocalSigner::open({state.dir.path() / "keys", std::string(kOrigin),
                                           signer::Creation::kIfAbsent});
    if (!signer) ::_exit(3);
    auto ledger = open_ledger(state.path, **signer);
    if (!ledger) ::_exit(4);
    std::mt19937 random(seed);
    for (;;) {
        const std::uint64_t next = (*ledger)->next_record().value;
        const auto records = sample_records(next, 1 + random() % 9, 300);
        if (!(*ledger)->append(records)) ::_exit(5);
        const std::uint64_t acknowledged = next + records.size();
        if (::write(pipe, &acknowledged, sizeof acknowledged) != sizeof acknowledged) ::_exit(6);
        if (random() % 3 == 0 && !(*ledger)->seal(static_cast<TimeNs>(next))) ::_exit(7);
    }
}

// Kills the worker after it has acknowledged `count` times; returns the last number it told.
std::uint64_t run_and_kill(const State& state, std::uint32_t seed, unsigned count) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        work(state, ends[1], seed);
    }
    ::close(ends[1]);
    std::uint64_t last = 0;
    for (unsigned i = 0; i < count; ++i) {
        if (::read(ends[0], &last, sizeof last) != sizeof last) break;
    }
    ::kill(child, SIGKILL);
    // What it told before it died counts too.
    while (::read(ends[0], &last, sizeof last) == sizeof last) continue;
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    return last;
}

std::string findings(const Report& report) {
    std::string out;
    for (const Finding& finding : report.findings) {
        out += finding.file + ": " + finding.place + ": " + finding.cause + "\n";
    }
    return out;
}

}  // namespace

TEST_CASE("crash: after kill -9 every acknowledged record is there once", "[ledger]") {
    State state;
    std::mt19937 random(4711);
    std::uniform_int_distribution<unsigned> kill_after(1, 40);
    for (std::uint32_t round = 0; round < 50; ++round) {
        const std::uint64_t acknowledged = run_and_kill(state, round, kill_after(random));
        const auto signer = open_signer(state);
        std::uint64_t next = 0;
        {
            const auto ledger = open_ledger(state.path, *signer);
            if (!ledger) FAIL("round " << round << ": " << ledger.error().message);
            next = (*ledger)->next_record().value;
        }
        INFO("round " << round);
        REQUIRE(next >= acknowledged);
        auto reader = JournalReader::open(state.path / "journal");
        REQUIRE(reader);
        for (std::uint64_t n = 0; n < next; ++n) {
            const auto line = reader->next();
            if (!line || !line->has_value()) FAIL("record " << n << " is missing");
            if ((*line)->text != sample_record(n, 300)) FAIL("record " << n << " differs");
        }
        CHECK(findings(fsck(state.path, {signer->verifier()})) == "");
        CHECK(foreign_complaint(state.path / "log", signer->verifier()) == "");
    }
}

TEST_CASE("crash: any failing operation of the disk loses nothing and forks nothing", "[ledger]") {
    using Mode = FaultyDisk::Mode;
    for (const Mode mode : {Mode::kNotDone, Mode::kHalfDone, Mode::kDoneButFailed}) {
        for (const int error : {EIO, ENOSPC}) {
            for (std::uint64_t fail_at = 1; fail_at < 100; fail_at += error == EIO ? 1 : 7) {
                State state;
                TestSigner signer;
                FaultyDisk disk(fail_at, mode, error);
                std::uint64_t acknowledged = 0;
                std::uint64_t sealed = 0;
                {
                    auto ledger = open_ledger(state.path, signer, disk);
                    while (ledger && acknowledged < 200) {
                        if (!(*ledger)->append(sample_records(acknowledged, 4, 500))) break;
                        acknowledged += 4;
                        const auto done = (*ledger)->seal(static_cast<TimeNs>(acknowledged));
                        if (!done) break;
                        sealed = done->size.value;
                    }
                    if (ledger && acknowledged < 200) {
                        const auto more = sample_records((*ledger)->next_record().value, 1);
                        CHECK((*ledger)->append(more).error().code == "ledger.poisoned");
                    }
                }
                const auto ledger = open_ledger(state.path, signer);
                INFO("operation " << fail_at << " mode " << static_cast<int>(mode));
                if (!ledger) FAIL(ledger.error().message);
                CHECK((*ledger)->next_record().value >= acknowledged);
                CHECK((*ledger)->tree_size().value >= sealed);
                REQUIRE((*ledger)->append(sample_records((*ledger)->next_record().value, 3)));
                REQUIRE((*ledger)->seal(1'000'000));
                CHECK(findings(fsck(state.path, {signer.verifier()})) == "");
                CHECK(foreign_complaint(state.path / "log", signer.verifier()) == "");
            }
        }
    }
}

TEST_CASE("crash: a file size limit stops the log cleanly", "[ledger]") {
    State state;
    TestSigner signer;
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    std::uint64_t acknowledged = 0;
    {
        const auto ledger = open_ledger(state.path, signer);
        REQUIRE(ledger);
        const rlimit small{24u << 10, before.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
        for (;;) {
            const auto done = (*ledger)->append(sample_records(acknowledged, 3, 700));
            if (!done) {
                CHECK(done.error().code == "io.efbig");
                break;
            }
            acknowledged += 3;
        }
        CHECK((*ledger)->append(sample_records(acknowledged, 1)).error().code == "ledger.poisoned");
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    }
    const auto ledger = open_ledger(state.path, signer);
    REQUIRE(ledger);
    CHECK((*ledger)->next_record().value == acknowledged);
    REQUIRE((*ledger)->seal(1));
    CHECK(findings(fsck(state.path, {signer.verifier()})) == "");
    CHECK(foreign_complaint(state.path / "log", signer.verifier()) == "");
}
