#include "overlord/signer/guard.hpp"

#include <catch2/catch.hpp>

#include "overlord/signer/local_signer.hpp"
#include "sample.hpp"

using namespace overlord;
using namespace overlord::signer;
using sample::kOrigin;
using sample::SampleLog;
using sample::TemporaryDirectory;

namespace {

std::string vector(const char* name) {
    return *read_text_file(Path(OVERLORD_SOURCE_DIR) / "tests/vectors/tlog" / name);
}

Guard golden() {
    Guard guard;
    guard.origin = kOrigin;
    guard.head = SampleLog(3).checkpoint(3).head;
    guard.epoch = 7;
    guard.adopted = 5;
    guard.machine.fill(0xab);
    return guard;
}

std::unique_ptr<LocalSigner> open_signer(const Path& keys, Place place = Place::kBound) {
    REQUIRE(crypto::initialize());
    SignerOptions options{keys, kOrigin, Creation::kIfAbsent};
    options.place = place;
    Result<std::unique_ptr<LocalSigner>> signer = LocalSigner::open(options);
    REQUIRE(signer);
    return *std::move(signer);
}

std::string begin_code(LocalSigner& signer, const tlog::LogMemory& memory = {}) {
    const Result<tlog::SignerStart> start = signer.begin(memory);
    return start ? "epoch " + std::to_string(start->epoch) : start.error().code;
}

}  // namespace

TEST_CASE("guard: the golden files of both versions", "[signer]") {
    CHECK(format_guard(golden()) == vector("log.guard"));
    CHECK(*parse_guard(vector("log.guard")) == golden());
    Guard old = golden();
    old.epoch = old.adopted = 0;
    old.machine = {};
    CHECK(*parse_guard(vector("log.guard.v1")) == old);
}

TEST_CASE("guard: any byte changed, missing or added is damage", "[signer]") {
    const std::string good = vector("log.guard");
    for (std::size_t at = 0; at < good.size(); ++at) {
        CAPTURE(at);
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 1);
        CHECK(parse_guard(bad).error().code == "signer.guard_damaged");
        CHECK(parse_guard(good.substr(0, at)).error().code == "signer.guard_damaged");
        bad = good;
        bad.insert(at, "0");
        CHECK(parse_guard(bad).error().code == "signer.guard_damaged");
    }
}

TEST_CASE("guard: a guard of the version before is read and written anew", "[signer]") {
    const TemporaryDirectory directory;
    const Path keys = directory.path / "keys";
    { open_signer(keys); }
    REQUIRE(write_file_derived(keys / "log.guard", as_bytes(vector("log.guard.v1"))));
    std::filesystem::remove(keys / "log.roster");  // it had none either
    const auto signer = open_signer(keys);
    CHECK(signer->last()->size == TreeSize{3});
    CHECK(begin_code(*signer, {0, golden().head}) == "epoch 1");
    const Guard now = *read_guard(keys / "log.guard");
    CHECK(now.head == golden().head);
    CHECK(now.epoch == 1);
    CHECK(now.machine == *place_of(keys));
    CHECK(signer->roster().keys.size() == 1);
    CHECK_FALSE(signer->roster().keys[0].logged);
}

TEST_CASE("guard: each start is counted, and nothing is signed before it is judged", "[signer]") {
    const TemporaryDirectory directory;
    const Path keys = directory.path / "keys";
    SampleLog log(3);
    for (const char* const epoch : {"epoch 1", "epoch 2", "epoch 3"}) {
        const auto signer = open_signer(keys);
        const Result<std::string> early = signer->sign(log.checkpoint(3), {});
        REQUIRE_FALSE(early);
        CHECK(early.error().code == "signer.begin");
        CHECK(begin_code(*signer) == epoch);
        CHECK(signer->sign(log.checkpoint(3), {}));
    }
    CHECK(read_guard(keys / "log.guard")->epoch == 3);
}

TEST_CASE("guard: one that is older than the log is refused, however often", "[signer]") {
    const TemporaryDirectory directory;
    const Path keys = directory.path / "keys";
    SampleLog log(9);
    {
        const auto signer = open_signer(keys);
        REQUIRE(begin_code(*signer) == "epoch 1");
        REQUIRE(signer->sign(log.checkpoint(3), {}));
    }
    // The log has seen start 4, or a checkpoint of 5 entries: this guard has not.
    for (int attempt = 0; attempt < 8; ++attempt) {
        const auto signer = open_signer(keys);
        CHECK(begin_code(*signer, {4, {}}) == "signer.guard_old");
        CHECK(begin_code(*signer, {1, log.checkpoint(5).head}) == "signer.guard_old");
        CHECK(signer->sign(log.checkpoint(5), log.proof(3, 5)).error().code == "signer.begin");
    }
    CHECK(read_guard(keys / "log.guard")->epoch == 1);
    CHECK(begin_code(*open_signer(keys), {1, log.checkpoint(3).head}) == "epoch 2");
}

TEST_CASE("guard: a copy of the state is a clone, also on this machine", "[signer]") {
    const TemporaryDirectory directory;
    const Path keys = directory.path / "keys";
    const Path copy = directory.path / "copy";
    { REQUIRE(begin_code(*open_signer(keys)) == "epoch 1"); }
    std::filesystem::copy(keys, copy);
    {
        const auto signer = open_signer(copy);
        CHECK(begin_code(*signer) == "signer.clone");
        CHECK(signer->sign(SampleLog(3).checkpoint(3), {}).error().code == "signer.begin");
    }
    CHECK(begin_code(*open_signer(keys)) == "epoch 2");
    // A move keeps the inode: it is the same state.
    std::filesystem::rename(keys, directory.path / "moved");
    CHECK(begin_code(*open_signer(directory.path / "moved")) == "epoch 3");
    CHECK(begin_code(*open_signer(copy, Place::kFree)) == "epoch 2");
}

TEST_CASE("guard: the place is the machine's id and the directory", "[signer]") {
    const TemporaryDirectory directory;
    const Path one = directory.path / "one";
    const Path two = directory.path / "two";
    const Path id = directory.path / "machine-id";
    REQUIRE(make_directories(one));
    REQUIRE(make_directories(two));
    const Hash without = *place_of(one, id);
    REQUIRE(write_file_derived(id, as_bytes("0123456789abcdef0123456789abcdef\n")));
    const Hash here = *place_of(one, id);
    CHECK(here == *place_of(one, id));
    CHECK(here != without);
    CHECK(here != *place_of(two, id));
    REQUIRE(write_file_derived(id, as_bytes("1123456789abcdef0123456789abcdef\n")));
    CHECK(here != *place_of(one, id));
    CHECK(place_of(directory.path / "none", id).error().code == "io.enoent");
}
