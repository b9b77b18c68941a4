#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "overlord/ledger/fsck.hpp"
#include "overlord/ledger/ledger.hpp"
#include "overlord/ledger/proof.hpp"
#include "support.hpp"
#include "overlord/tlog/tiles.hpp"
#include "test_signer.hpp"

using namespace overlord;
using namespace overlord::ledger;
using namespace overlord::ledger::testing;

namespace {

struct State {
    TempDir dir;
    Path path = dir.path() / "state";
    TestSigner signer;

    Result<std::unique_ptr<Ledger>> open(Disk& disk = real_disk()) {
        Options options;
        options.state_dir = path;
        options.origin = kOrigin;
        options.signer = &signer;
        options.segment_bytes = 64u << 10;
        options.disk = &disk;
        return Ledger::open(options);
    }
    Report check() const { return fsck(path, {signer.verifier()}); }
};

std::unique_ptr<Ledger> opened(State& state) {
    Result<std::unique_ptr<Ledger>> ledger = state.open();
    if (!ledger) FAIL(ledger.error().code << ": " << ledger.error().message);
    return *std::move(ledger);
}

AppendResult append(Ledger& ledger, std::size_t count, std::size_t filler = 200) {
    const auto records = sample_records(ledger.next_record().value, count, filler);
    const auto done = ledger.append(records);
    if (!done) FAIL(done.error().message);
    return *done;
}

SealResult seal(Ledger& ledger, const std::vector<std::string>& extra = {}) {
    const auto done = ledger.seal(1'800'000'000'000'000'000, extra);
    if (!done) FAIL(done.error().code << ": " << done.error().message);
    return *done;
}

std::string say(const Report& report) {
    std::string out;
    for (const Finding& finding : report.findings) {
        out += finding.file + ": " + finding.place + ": " + finding.cause + "\n";
    }
    return out;
}

const std::string kExtra = R"({"v":1,"kind":"attestation","at":5,"digest":"00"})";

}  // namespace

TEST_CASE("ledger: append, seal, restart, go on", "[ledger]") {
    State state;
    {
        const auto ledger = opened(state);
        CHECK(ledger->next_record().value == 0);
        CHECK(seal(*ledger).entries == 0);
        CHECK(append(*ledger, 10).commitments.size() == 10);
        const SealResult first = seal(*ledger, {kExtra});
        CHECK(first.size.value == 2);
        CHECK(first.blocks == 1);
        CHECK(first.first_entry.value == 0);
        CHECK(ledger->sealed_until().value == 10);
        append(*ledger, 5);
    }
    {
        const auto ledger = opened(state);
        CHECK(ledger->next_record().value == 15);
        CHECK(ledger->sealed_until().value == 10);
        CHECK(ledger->recovery().unsealed == 5);
        CHECK_FALSE(ledger->recovery().tiles_rewritten);
        append(*ledger, 3);
        CHECK(seal(*ledger).size.value == 3);
        CHECK(*ledger->read_record(RecordIndex{12}) == sample_record(12));
        CHECK(ledger->read_record(RecordIndex{18}).error().code == "record.unknown");
    }
    CHECK(say(state.check()) == "");
    CHECK(state.check().counts.records == 18);
}

TEST_CASE("ledger: blocks are split and proofs of any record verify", "[ledger]") {
    State state;
    const auto ledger = opened(state);
    for (int i = 0; i < 40; ++i) append(*ledger, 500, 10);
    const SealResult big = seal(*ledger);
    CHECK(big.blocks == 2);
    for (int i = 0; i < 30; ++i) {
        append(*ledger, 7, 230);
        seal(*ledger, {kExtra});
    }
    for (const std::uint64_t n : {0u, 1u, 16383u, 16384u, 19999u, 20000u, 20100u, 20209u}) {
        const auto proof = event_proof(state.path, RecordIndex{n}, state.signer.verifier());
        if (!proof) FAIL(proof.error().message);
        CHECK(proof->size() < 3000);
        const auto verified = verify_event_proof(*proof, state.signer.verifier());
        if (!verified) FAIL(verified.error().message);
        CHECK(verified->n.value == n);
        CHECK(verified->record == *ledger->read_record(RecordIndex{n}));
    }
    append(*ledger, 1);
    CHECK(event_proof(state.path, RecordIndex{20210}, state.signer.verifier()).error().code ==
          "proof.not_sealed");
    CHECK(event_proof(state.path, RecordIndex{20211}, state.signer.verifier()).error().code ==
          "record.unknown");
    CHECK(say(state.check()) == "");
}

TEST_CASE("ledger: a proof with any change does not verify", "[ledger]") {
    State state;
    const auto ledger = opened(state);
    append(*ledger, 5, 20);
    seal(*ledger);
    const std::string proof = *event_proof(state.path, RecordIndex{3}, state.signer.verifier());
    REQUIRE(verify_event_proof(proof, state.signer.verifier()));
    for (std::size_t i = 0; i + 1 < proof.size(); ++i) {
        std::string changed = proof;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        if (changed == proof) continue;
        INFO(changed);
        CHECK_FALSE(verify_event_proof(changed, state.signer.verifier()));
    }
    const tlog::KeySigner other(std::string(kOrigin), crypto::SigningKey::generate());
    CHECK_FALSE(verify_event_proof(proof, other.verifier()));
}

TEST_CASE("ledger: a wrong record or entry is refused and changes nothing", "[ledger]") {
    State state;
    const auto ledger = opened(state);
    append(*ledger, 2);
    CHECK(ledger->append(sample_records(3, 1)).error().code == "record.number");
    const std::vector<std::string> lines{sample_record(2).insert(30, "\n")};
    CHECK(ledger->append(lines).error().code == "record.syntax");
    CHECK(ledger->seal(1, std::vector<std::string>{"{}"}).error().code == "entry.syntax");
    CHECK(ledger->seal(1, std::vector<std::string>{kExtra + "\n"}).error().code == "entry.syntax");
    const std::string block = compose(BlockEntry{1, RecordIndex{0}, 1, Hash{}});
    CHECK(ledger->seal(1, std::vector<std::string>{block}).error().code == "entry.syntax");
    append(*ledger, 1);
    CHECK(seal(*ledger).size.value == 1);
}

TEST_CASE("ledger: a second daemon is refused while the first runs", "[ledger]") {
    State state;
    {
        const auto ledger = opened(state);
        const auto second = state.open();
        REQUIRE_FALSE(second);
        CHECK(second.error().code == "state.locked");
    }
    CHECK(state.open());
}

TEST_CASE("ledger: directories that are no state are refused clearly", "[ledger]") {
    State state;
    std::filesystem::create_directories(state.path);
    spill(state.path / "thesis.tex", "x");
    CHECK(state.open().error().code == "state.not_a_state");
    std::filesystem::remove_all(state.path);
    spill(state.path, "a file");
    CHECK(state.open().error().code == "state.not_a_state");
}

TEST_CASE("ledger: a state that may not be written is refused clearly", "[ledger]") {
    State state;
    opened(state);
    ::chmod(state.dir.path().c_str(), 0755);
    ::chmod(state.path.c_str(), 0555);
    const pid_t child = ::fork();
    if (child == 0) {
        const bool dropped = ::geteuid() != 0 || ::setuid(65534) == 0;
        const auto ledger = state.open();
        const bool refused = !ledger && ledger.error().code == "state.readonly";
        ::_exit(dropped && refused ? 0 : 1);
    }
    int status = 1;
    ::waitpid(child, &status, 0);
    ::chmod(state.path.c_str(), 0700);
    CHECK(status == 0);
}

TEST_CASE("ledger: another origin is refused", "[ledger]") {
    State state;
    {
        const auto ledger = opened(state);
        append(*ledger, 1);
    }
    Options options;
    options.state_dir = state.path;
    options.origin = "other.example.org";
    options.signer = &state.signer;
    CHECK(Ledger::open(options).error().code == "state.origin");
}

TEST_CASE("ledger: an older copy of the state is refused as a rollback", "[ledger]") {
    State state;
    const Path copy = state.dir.path() / "copy";
    {
        const auto ledger = opened(state);
        append(*ledger, 5);
        seal(*ledger);
    }
    copy_tree(state.path, copy);  // while no segment is being prepared there
    {
        const auto ledger = opened(state);
        append(*ledger, 5);
        seal(*ledger);
    }
    std::filesystem::remove_all(state.path);
    std::filesystem::rename(copy, state.path);
    CHECK(state.open().error().code == "log.rollback");  // the signer remembers
    std::filesystem::remove_all(state.path);
    CHECK(state.open().error().code == "log.rollback");
}

TEST_CASE("ledger: a published size that the journal lacks is a rollback, and nothing is cut",
          "[ledger]") {
    State state;
    std::uint64_t offset = 0;
    {
        const auto ledger = opened(state);
        append(*ledger, 5);
        seal(*ledger);
        append(*ledger, 5);
        offset = (64u << 10) - ledger->segment_room();
        seal(*ledger);
    }
    state.signer.forget();
    const Path segment = state.path / "journal" / "00000000.seg";
    const std::string whole = slurp(segment);
    patch(segment, offset + 64, std::string(whole.size() - offset - 64, '\0'));
    const std::string torn = slurp(segment);
    CHECK(state.open().error().code == "log.rollback");
    CHECK(slurp(segment) == torn);
}

TEST_CASE("ledger: another history is a fork", "[ledger]") {
    State state;
    State other;
    for (State* each : {&state, &other}) {
        const auto ledger = opened(*each);
        append(*ledger, 5);
        seal(*ledger);
    }
    std::filesystem::copy_file(other.path / "log/checkpoint", state.path / "log/checkpoint",
                               std::filesystem::copy_options::overwrite_existing);
    CHECK(state.open().error().code == "log.fork");
}

TEST_CASE("ledger: the public tree is derived again where it is damaged or missing", "[ledger]") {
    State state;
    {
        const auto ledger = opened(state);
        for (int i = 0; i < 300; ++i) {
            append(*ledger, 1, 10);
            seal(*ledger);
        }
    }
    copy_tree(state.path / "log", state.dir.path() / "good");
    const auto same_tree = [&] {
        return tlog::check_log(state.path / "log",
                               tlog::open_checkpoint(slurp(state.path / "log/checkpoint"),
                                                     state.signer.verifier())
                                   ->checkpoint.head)
            .has_value();
    };
    std::filesystem::remove_all(state.path / "log/tile/entries");
    CHECK(opened(state)->recovery().tiles_rewritten);
    CHECK(same_tree());
    std::filesystem::permissions(state.path / "log/tile/0/000", std::filesystem::perms::owner_all);
    patch(state.path / "log/tile/0/000", 100, "x");
    CHECK(opened(state)->recovery().tiles_rewritten);
    CHECK(same_tree());
    std::filesystem::remove_all(state.path / "log");
    CHECK(opened(state)->recovery().signed_again);
    CHECK(same_tree());
    CHECK(say(state.check()) == "");
}

TEST_CASE("ledger: a signer that fails poisons, and the next start publishes", "[ledger]") {
    State state;
    {
        const auto ledger = opened(state);
        append(*ledger, 5);
        state.signer.failing = true;
        CHECK_FALSE(ledger->seal(1));
        CHECK(ledger->append(sample_records(5, 1)).error().code == "ledger.poisoned");
        CHECK(ledger->seal(1).error().code == "ledger.poisoned");
    }
    CHECK_FALSE(state.open());
    state.signer.failing = false;
    const auto ledger = opened(state);
    CHECK(ledger->recovery().signed_again);
    CHECK(ledger->tree_size().value == 1);
    CHECK(say(state.check()) == "");
}

TEST_CASE("ledger: damage below the sealed position refuses to start", "[ledger]") {
    State state;
    {
        const auto ledger = opened(state);
        append(*ledger, 5);
        seal(*ledger);
        append(*ledger, 5);
    }
    const Path segment = state.path / "journal" / "00000000.seg";
    patch(segment, 4096 + 500, std::string(512, '\0'));
    const auto refused = state.open();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "journal.corrupt");
    CHECK(refused.error().message.find("offset 4096") != std::string::npos);
    CHECK(refused.error().message.find("record 0") != std::string::npos);
}
