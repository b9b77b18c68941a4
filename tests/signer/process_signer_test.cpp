#include "overlord/signer/process_signer.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>

#include "sample.hpp"

using namespace overlord;
using namespace overlord::signer;
using sample::SampleLog;
using sample::TemporaryDirectory;

namespace {

ProcessOptions options(const Path& directory, Creation creation = Creation::kIfAbsent) {
    return {Path(OVERLORD_BIN_DIR) / "overlord-signer",
            {directory / "keys", sample::kOrigin, creation}};
}

std::unique_ptr<ProcessSigner> start(const Path& directory) {
    Result<std::unique_ptr<ProcessSigner>> signer = ProcessSigner::start(options(directory));
    REQUIRE(signer);
    REQUIRE((*signer)->begin({}));
    return *std::move(signer);
}

std::string start_code(const ProcessOptions& given) {
    const Result<std::unique_ptr<ProcessSigner>> signer = ProcessSigner::start(given);
    return signer ? "ok" : signer.error().code;
}

template <class Value>
std::string code_of(const Result<Value>& result) {
    return result ? "ok" : result.error().code;
}

}  // namespace

TEST_CASE("signer process: signs, refuses with its reason, and goes on", "[signer]") {
    const TemporaryDirectory directory;
    SampleLog log(20);
    SampleLog other(20, "other ");
    const auto signer = start(directory.path);
    CHECK(signer->verifier().name == sample::kOrigin);
    CHECK(signer->last()->size == TreeSize{0});
    const Result<std::string> note = signer->sign(log.checkpoint(7), {});
    REQUIRE(note);
    CHECK(tlog::open_checkpoint(*note, signer->verifier()));
    const Result<std::string> fork = signer->sign(other.checkpoint(7), {});
    REQUIRE_FALSE(fork);
    CHECK(fork.error().code == "signer.fork");
    CHECK(fork.error().kind == ErrorClass::kReject);
    CHECK(fork.error().message == "another root for size 7");
    CHECK(code_of(signer->sign(log.checkpoint(6), {})) == "signer.rollback");
    CHECK(code_of(signer->sign(other.checkpoint(9), other.proof(7, 9))) == "signer.inconsistent");
    CHECK(*signer->last() == log.checkpoint(7).head);
    CHECK(signer->sign(log.checkpoint(9), log.proof(7, 9)));
}

TEST_CASE("signer process: killed between two signatures it remembers what it signed", "[signer]") {
    const TemporaryDirectory directory;
    SampleLog log(40);
    SampleLog other(40, "other ");
    const auto signer = start(directory.path);
    const tlog::VerifierKey verifier = signer->verifier();
    std::uint64_t last = 0;
    for (std::uint64_t size = 3; size <= 40; size += 3) {
        CAPTURE(size);
        REQUIRE(signer->sign(log.checkpoint(size), log.proof(last, size)));
        last = size;
        REQUIRE(::kill(signer->process_id(), SIGKILL) == 0);
        CHECK(code_of(signer->sign(other.checkpoint(size), {})) == "signer.fork");
        REQUIRE(::kill(signer->process_id(), SIGKILL) == 0);
        CHECK(*signer->last() == log.checkpoint(size).head);
        CHECK(signer->verifier() == verifier);
    }
}

TEST_CASE("signer process: does not start without its files, or on a damaged guard", "[signer]") {
    const TemporaryDirectory directory;
    CHECK(start_code(options(directory.path, Creation::kRefuse)) == "io.enoent");
    { start(directory.path); }
    CHECK(start_code(options(directory.path, Creation::kRefuse)) == "ok");
    ProcessOptions other = options(directory.path);
    other.signer.origin = "log.example/two";
    CHECK(start_code(other) == "signer.origin");
    const Path guard = directory.path / "keys" / "log.guard";
    const std::string good = *read_text_file(guard);
    REQUIRE(write_file_derived(guard, as_bytes(good.substr(1))));
    CHECK(start_code(options(directory.path)) == "signer.guard_damaged");
    ProcessOptions absent = options(directory.path);
    absent.program = directory.path / "none";
    CHECK(start_code(absent) == "io.enoent");
}

TEST_CASE("signer process: a second one of the same key is refused", "[signer]") {
    const TemporaryDirectory directory;
    const auto signer = start(directory.path);
    CHECK(start_code(options(directory.path)) == "signer.locked");
}

TEST_CASE("signer process: one that stopped answering is a timeout and is replaced", "[signer]") {
    const TemporaryDirectory directory;
    SampleLog log(9);
    ProcessOptions given = options(directory.path);
    given.timeout_ms = 200;
    Result<std::unique_ptr<ProcessSigner>> started = ProcessSigner::start(given);
    REQUIRE(started);
    ProcessSigner& signer = **started;
    REQUIRE(signer.begin({}));
    REQUIRE(::kill(signer.process_id(), SIGSTOP) == 0);
    const Result<std::string> silent = signer.sign(log.checkpoint(3), {});
    REQUIRE_FALSE(silent);
    CHECK(silent.error().code == "signer.timeout");
    CHECK(silent.error().kind == ErrorClass::kRetry);
    CHECK(signer.sign(log.checkpoint(3), {}));
}

TEST_CASE("signer process: signals to the group are left to the daemon", "[signer]") {
    const TemporaryDirectory directory;
    SampleLog log(9);
    const auto signer = start(directory.path);
    const pid_t before = signer->process_id();
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) REQUIRE(::kill(before, number) == 0);
    CHECK(signer->sign(log.checkpoint(3), {}));
    CHECK(signer->process_id() == before);
}
