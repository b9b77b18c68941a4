// Several keys of one log: in this process, and in overlord-signer with kills in between.
#include <signal.h>

#include <catch2/catch.hpp>

#include "overlord/signer/process_signer.hpp"
#include "overlord/tlog/keyfile.hpp"
#include "sample.hpp"

using namespace overlord;
using namespace overlord::signer;
using sample::kOrigin;
using sample::SampleLog;
using sample::TemporaryDirectory;
using Others = tlog::Roster::Others;

namespace {

std::unique_ptr<LocalSigner> open_signer(const Path& keys, const Path& passphrase = {}) {
    REQUIRE(crypto::initialize());
    SignerOptions options{keys, kOrigin, Creation::kIfAbsent};
    options.stores.passphrase = passphrase;
    Result<std::unique_ptr<LocalSigner>> signer = LocalSigner::open(options);
    REQUIRE(signer);
    REQUIRE((*signer)->begin({}));
    return *std::move(signer);
}

std::size_t signed_by(const std::string& note, const std::vector<tlog::VerifierKey>& keys) {
    const Result<tlog::SignedCheckpoint> opened = tlog::open_checkpoint(note, keys);
    return opened ? opened->note.verified.size() : 0;
}

}  // namespace

TEST_CASE("rotation: both keys sign during the overlap, then the new one alone", "[signer]") {
    const TemporaryDirectory directory;
    const Path keys = directory.path / "keys";
    SampleLog log(9);
    const auto signer = open_signer(keys);
    const tlog::VerifierKey old_key = signer->verifier();
    const std::string before = *signer->sign(log.checkpoint(3), {});

    const Result<tlog::VerifierKey> new_key = signer->add({"file", Others::kRetire, 0});
    REQUIRE(new_key);
    CHECK(signer->verifier() == *new_key);
    CHECK(signer->verifiers() == std::vector{*new_key, old_key});
    const std::string during = *signer->sign(log.checkpoint(5), log.proof(3, 5));
    CHECK(signed_by(during, {old_key}) == 1);
    CHECK(signed_by(during, {*new_key}) == 1);
    CHECK(signed_by(during, {*new_key, old_key}) == 2);
    REQUIRE(signer->log_told());
    CHECK(signer->roster().due().empty());

    REQUIRE(signer->retire(old_key));
    const std::string after = *signer->sign(log.checkpoint(9), log.proof(5, 9));
    CHECK(signed_by(after, {*new_key}) == 1);
    CHECK(tlog::open_checkpoint(after, old_key).error().code == "note.unsigned");
    CHECK(signed_by(before, {old_key}) == 1);
    CHECK(std::filesystem::exists(keys / "log.key"));
    REQUIRE(signer->log_told());
    CHECK_FALSE(std::filesystem::exists(keys / "log.key"));
    CHECK(std::filesystem::exists(keys / "retired" / "log.key"));
    CHECK(signer->roster().keys[0].source == "file:retired/log.key");
    CHECK(signer->roster().keys[1].source == "file:log-2.key");
}

TEST_CASE("rotation: a crash at any step is found by the next start", "[signer]") {
    const TemporaryDirectory directory;
    const Path keys = directory.path / "keys";
    { REQUIRE(open_signer(keys)->log_told()); }
    // A key file was made, and nothing names it yet.
    REQUIRE(tlog::create_key(keys / "log-2.key", kOrigin));
    std::optional<tlog::VerifierKey> added;
    {
        const auto signer = open_signer(keys);
        CHECK(signer->roster().due().empty());
        added = *signer->add({"file", Others::kRetire, 0});
        CHECK(signer->roster().keys.back().source == "file:log-3.key");
    }
    {  // the roster has it, the log does not
        const auto signer = open_signer(keys);
        CHECK(signer->verifier() == *added);
        CHECK(signer->roster().due().size() == 2);
        REQUIRE(signer->log_told());
        REQUIRE(signer->retire(signer->roster().keys[0].key));
    }
    // The file was moved aside, and the roster does not say so yet.
    REQUIRE(make_directories(keys / "retired"));
    std::filesystem::rename(keys / "log.key", keys / "retired" / "log.key");
    const auto signer = open_signer(keys);
    CHECK(signer->verifiers() == std::vector{*added});
    CHECK(signer->roster().due().size() == 1);
    REQUIRE(signer->log_told());
    CHECK(signer->roster().keys[0].source == "file:retired/log.key");
}

TEST_CASE("rotation: a sealed key beside one in clear, and without its passphrase", "[signer]") {
    const TemporaryDirectory directory;
    const Path keys = directory.path / "keys";
    const Path passphrase = directory.path / "passphrase";
    REQUIRE(write_file_durable(passphrase, as_bytes("correct horse\n"), 0600));
    SampleLog log(3);
    {
        const auto signer = open_signer(keys);
        CHECK(signer->add({"sealed", Others::kRetire, 0}).error().code == "keys.source");
        CHECK(signer->add({"ftp", Others::kRetire, 0}).error().code == "keys.source");
        CHECK(signer->add({"credential:x", Others::kRetire, 0}).error().code == "keys.source");
        CHECK(signer->add({"pkcs11:x", Others::kRetire, 0}).error().code == "keys.source");
        CHECK(signer->add({"credential:../x", Others::kRetire, 0}).error().code == "keys.source");
        CHECK(signer->sign(log.checkpoint(3), {}));  // a refusal is no reason to stop
    }
    { REQUIRE(open_signer(keys, passphrase)->add({"sealed", Others::kRetire, 0})); }
    const auto code = [&](const Path& given) {
        SignerOptions options{keys, kOrigin};
        options.stores.passphrase = given;
        const Result<std::unique_ptr<LocalSigner>> signer = LocalSigner::open(options);
        return signer ? "ok" : signer.error().code;
    };
    CHECK(code(passphrase) == "ok");
    CHECK(code({}) == "keys.source");
    REQUIRE(write_file_durable(directory.path / "wrong", as_bytes("correct house\n"), 0600));
    CHECK(code(directory.path / "wrong") == "key.passphrase");
    const auto signer = open_signer(keys, passphrase);
    const std::string note = *signer->sign(log.checkpoint(3), {});
    CHECK(signed_by(note, signer->verifiers()) == 2);
}

TEST_CASE("rotation: a source that holds another key than it did is refused", "[signer]") {
    const TemporaryDirectory directory;
    const Path keys = directory.path / "keys";
    { open_signer(keys); }
    std::filesystem::remove(keys / "log.key");
    REQUIRE(tlog::create_key(keys / "log.key", kOrigin));
    CHECK(LocalSigner::open({keys, kOrigin}).error().code == "signer.key");
}

TEST_CASE("rotation: over the process, with a kill after each step", "[signer]") {
    const TemporaryDirectory directory;
    SampleLog log(20);
    const Path credentials = directory.path / "credentials";
    REQUIRE(make_directories(credentials));
    const tlog::VerifierKey handed =
        tlog::create_key(credentials / "log-key", kOrigin)->verifier();
    ProcessOptions options{Path(OVERLORD_BIN_DIR) / "overlord-signer",
                           {directory.path / "keys", kOrigin, Creation::kIfAbsent}};
    options.signer.stores.credentials = credentials;
    Result<std::unique_ptr<ProcessSigner>> started = ProcessSigner::start(options);
    REQUIRE(started);
    ProcessSigner& signer = **started;
    const auto kill = [&] { REQUIRE(::kill(signer.process_id(), SIGKILL) == 0); };
    REQUIRE(signer.begin({}));
    const tlog::VerifierKey first = signer.verifier();
    REQUIRE(signer.log_told());
    kill();
    const Result<tlog::VerifierKey> second =
        signer.add({"credential:log-key", Others::kRetire, 1800000000});
    REQUIRE(second);
    CHECK(*second == handed);
    CHECK(signer.roster().keys[0].until == 1800000000);
    kill();
    const std::string during = *signer.sign(log.checkpoint(7), {});
    CHECK(signed_by(during, {first, *second}) == 2);
    REQUIRE(signer.log_told());
    kill();
    CHECK(signer.retire(*second).error().code == "keys.last");
    REQUIRE(signer.retire(first));
    kill();
    const std::string after = *signer.sign(log.checkpoint(9), log.proof(7, 9));
    CHECK(signed_by(after, {*second}) == 1);
    CHECK(signed_by(after, {first}) == 0);
    REQUIRE(signer.log_told());
    CHECK(signer.verifiers() == std::vector{*second});
    CHECK(std::filesystem::exists(directory.path / "keys/retired/log.key"));
}

TEST_CASE("rotation: keys exchanged behind the daemon's back are noticed", "[signer]") {
    const TemporaryDirectory directory;
    const Path keys = directory.path / "keys";
    ProcessOptions options{Path(OVERLORD_BIN_DIR) / "overlord-signer",
                           {keys, kOrigin, Creation::kIfAbsent}};
    Result<std::unique_ptr<ProcessSigner>> started = ProcessSigner::start(options);
    REQUIRE(started);
    REQUIRE((*started)->begin({}));
    REQUIRE((*started)->log_told());
    REQUIRE(::kill((*started)->process_id(), SIGKILL) == 0);
    tlog::Roster roster = *tlog::read_roster(keys / "log.roster");
    std::filesystem::remove(keys / "log.key");
    roster.keys[0].key = tlog::create_key(keys / "log.key", kOrigin)->verifier();
    REQUIRE(tlog::write_roster(keys / "log.roster", roster));
    CHECK((*started)->last().error().code == "signer.changed");
}
