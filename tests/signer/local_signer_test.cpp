#include <catch2/catch.hpp>

#include "overlord/crypto/keys.hpp"
#include "overlord/signer/local_signer.hpp"
#include "overlord/tlog/keyfile.hpp"
#include "sample.hpp"

using namespace overlord;
using namespace overlord::signer;
using signer::sample::kOrigin;
using signer::sample::SampleLog;
using signer::sample::TemporaryDirectory;

namespace {

std::unique_ptr<LocalSigner> open_signer(const Path& directory) {
    REQUIRE(crypto::initialize());
    Result<std::unique_ptr<LocalSigner>> signer =
        LocalSigner::open({directory, kOrigin, Creation::kIfAbsent});
    REQUIRE(signer);
    REQUIRE((*signer)->begin({}));
    return *std::move(signer);
}

std::string open_code(const Path& directory, Creation creation = Creation::kIfAbsent,
                      const char* origin = kOrigin) {
    const Result<std::unique_ptr<LocalSigner>> signer =
        LocalSigner::open({directory, origin, creation});
    return signer ? "ok" : signer.error().code;
}

template <class Text>
std::string code_of(const Result<Text>& result) {
    return result ? "ok" : result.error().code;
}

}  // namespace

TEST_CASE("signer: signs a log as it grows, also in one go and again", "[signer]") {
    const TemporaryDirectory directory;
    SampleLog log(20);
    const auto signer = open_signer(directory.path / "keys");
    CHECK(signer->last()->size == TreeSize{0});
    std::uint64_t last = 0;
    for (const std::uint64_t size : {0, 1, 1, 2, 7, 8, 19, 20}) {
        const Result<std::string> note =
            signer->sign(log.checkpoint(size), log.proof(last, size));
        REQUIRE(note);
        const Result<tlog::SignedCheckpoint> opened =
            tlog::open_checkpoint(*note, signer->verifier());
        REQUIRE(opened);
        CHECK(opened->checkpoint.head == log.checkpoint(size).head);
        CHECK(*signer->last() == log.checkpoint(size).head);
        last = size;
    }
}

TEST_CASE("signer: refuses a rollback, a fork and what is not proven, and goes on", "[signer]") {
    const TemporaryDirectory directory;
    SampleLog log(20);
    SampleLog other(20, "other ");
    const auto signer = open_signer(directory.path / "keys");
    CHECK(code_of(signer->sign(log.checkpoint(9), log.proof(3, 9))) == "signer.inconsistent");
    REQUIRE(signer->sign(log.checkpoint(9), {}));

    CHECK(code_of(signer->sign(log.checkpoint(8), {})) == "signer.rollback");
    CHECK(code_of(signer->sign(log.checkpoint(0), {})) == "signer.rollback");
    CHECK(code_of(signer->sign(other.checkpoint(9), {})) == "signer.fork");
    CHECK(code_of(signer->sign(log.checkpoint(12), {})) == "signer.inconsistent");
    CHECK(code_of(signer->sign(other.checkpoint(12), other.proof(9, 12))) == "signer.inconsistent");
    CHECK(code_of(signer->sign(other.checkpoint(12), log.proof(9, 12))) == "signer.inconsistent");
    tlog::Checkpoint foreign = log.checkpoint(12);
    foreign.origin = "log.example/two";
    CHECK(code_of(signer->sign(foreign, log.proof(9, 12))) == "signer.origin");
    tlog::Checkpoint extended = log.checkpoint(12);
    extended.extensions = {"extension"};
    CHECK(code_of(signer->sign(extended, log.proof(9, 12))) == "signer.origin");

    CHECK(*signer->last() == log.checkpoint(9).head);
    CHECK(signer->sign(log.checkpoint(12), log.proof(9, 12)));
}

TEST_CASE("signer: remembers over a restart", "[signer]") {
    const TemporaryDirectory directory;
    SampleLog log(20);
    SampleLog other(20, "other ");
    std::string vkey;
    {
        const auto signer = open_signer(directory.path / "keys");
        vkey = signer->verifier().to_text();
        REQUIRE(signer->sign(log.checkpoint(5), {}));
    }
    const auto signer = open_signer(directory.path / "keys");
    CHECK(signer->verifier().to_text() == vkey);
    CHECK(*signer->last() == log.checkpoint(5).head);
    CHECK(code_of(signer->sign(log.checkpoint(4), {})) == "signer.rollback");
    CHECK(code_of(signer->sign(other.checkpoint(5), {})) == "signer.fork");
    CHECK(signer->sign(log.checkpoint(5), {}));
    CHECK(signer->sign(log.checkpoint(6), log.proof(5, 6)));
}

TEST_CASE("signer: makes key and guard only when asked, and one of them alone is refused",
          "[signer]") {
    REQUIRE(crypto::initialize());
    const TemporaryDirectory directory;
    const Path keys = directory.path / "keys";
    SampleLog log(3);
    CHECK(open_code(keys, Creation::kRefuse) == "io.enoent");
    { REQUIRE(open_signer(keys)->sign(log.checkpoint(3), {})); }
    CHECK(open_code(keys, Creation::kRefuse) == "ok");

    std::filesystem::rename(keys / "log.guard", keys / "aside");
    CHECK(open_code(keys) == "signer.guard_missing");
    std::filesystem::rename(keys / "aside", keys / "log.guard");
    std::filesystem::rename(keys / "log.key", keys / "aside");
    CHECK(open_code(keys) == "key.missing");
    std::filesystem::rename(keys / "aside", keys / "log.key");
    CHECK(open_code(keys) == "ok");
    CHECK(open_code(keys, Creation::kRefuse, "log.example/two") == "signer.origin");
}

TEST_CASE("signer: a crash between guard and key at the first start is repaired", "[signer]") {
    REQUIRE(crypto::initialize());
    const TemporaryDirectory directory;
    const Path keys = directory.path / "keys";
    { open_signer(keys); }
    std::filesystem::remove(keys / "log.roster");
    CHECK(open_code(keys) == "ok");
    std::filesystem::remove(keys / "log.roster");
    std::filesystem::remove(keys / "log.key");
    CHECK(open_code(keys) == "ok");
}

TEST_CASE("signer: refuses to start on a guard with any byte changed or missing", "[signer]") {
    const TemporaryDirectory directory;
    const Path keys = directory.path / "keys";
    SampleLog log(3);
    { REQUIRE(open_signer(keys)->sign(log.checkpoint(3), {})); }
    const std::string good = *read_text_file(keys / "log.guard");
    for (std::size_t at = 0; at < good.size(); ++at) {
        CAPTURE(at);
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 1);
        REQUIRE(write_file_derived(keys / "log.guard", as_bytes(bad)));
        CHECK(open_code(keys) == "signer.guard_damaged");
        REQUIRE(write_file_derived(keys / "log.guard", as_bytes(good.substr(0, at))));
        CHECK(open_code(keys) == "signer.guard_damaged");
    }
    REQUIRE(write_file_derived(keys / "log.guard", as_bytes(good)));
    CHECK(open_code(keys) == "ok");
}


TEST_CASE("signer: one signer of a key at a time", "[signer]") {
    const TemporaryDirectory directory;
    const auto signer = open_signer(directory.path / "keys");
    CHECK(open_code(directory.path / "keys") == "signer.locked");
}

TEST_CASE("signer: a guard that cannot be written ends all signing", "[signer]") {
    const TemporaryDirectory directory;
    const Path keys = directory.path / "keys";
    SampleLog log(9);
    const auto signer = open_signer(keys);
    REQUIRE(signer->sign(log.checkpoint(3), {}));
    // A directory in the place of the temporary file makes the write fail, also for root.
    std::filesystem::create_directories(keys / "log.guard.tmp" / "x");
    const Result<std::string> failed = signer->sign(log.checkpoint(5), log.proof(3, 5));
    REQUIRE_FALSE(failed);
    CHECK(failed.error().kind == ErrorClass::kFatal);
    std::filesystem::remove_all(keys / "log.guard.tmp");
    CHECK(code_of(signer->sign(log.checkpoint(5), log.proof(3, 5))) == "signer.poisoned");
}
