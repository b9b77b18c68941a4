// What may be erased, and what comes of the disk's room.
#include <catch2/catch.hpp>

#include <sys/stat.h>

#include "overlord/ledger/erasure.hpp"
#include "overlord/ledger/fsck.hpp"
#include "overlord/ledger/ledger.hpp"
#include "overlord/ledger/retention.hpp"
#include "support.hpp"
#include "test_signer.hpp"

using namespace overlord;
using namespace overlord::ledger;
using namespace overlord::ledger::testing;

namespace {

constexpr TimeNs kNoon = 1'769'688'000'000'000'000;  // 2026-01-29T12:00:00Z
const Day kToday = day_of(kNoon);
using Kind = ErasureScope::Kind;

std::int64_t blocks_of(const Path& file) {
    struct stat status {};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    return status.st_blocks;
}

}  // namespace

TEST_CASE("retention: the longest class that fits counts", "[ledger]") {
    RetentionPolicy policy;
    policy.keep_days = 10;
    policy.classes = {{"batches", 2557, {"press_*", "granulator"}}, {"short", 3, {"press_9"}}};
    CHECK(policy.term_of("press_9").days == 2557);
    CHECK(policy.term_of("press_9").by == "class batches");
    CHECK(policy.term_of("granulator").days == 2557);
    CHECK(policy.term_of("granulator_2").days == 10);
    CHECK(policy.term_of("").days == 10);
}

TEST_CASE("retention: what is kept, held or not over is refused with the reason", "[ledger]") {
    TempDir dir;
    Result<LegalHolds> holds = LegalHolds::open(dir.path() / "holds.json", real_disk());
    REQUIRE(holds);
    RetentionPolicy policy;
    policy.classes = {{"week", 7, {"desk"}}};
    policy.rejects_keep_days = 2;
    const auto check = [&](Kind kind, Day before, const std::vector<std::string>& systems) {
        const Erasure erasure{{kind, kind == Kind::kSystem ? systems.front() : ""}, before};
        const Status allowed = check_erasure(erasure, policy, *holds, systems, kNoon);
        return allowed ? std::string() : allowed.error().code;
    };
    CHECK(check(Kind::kSystem, kToday + 1, {"free"}) == "erasure.period");
    CHECK(check(Kind::kSystem, kToday, {"free"}).empty());
    CHECK(check(Kind::kSystem, kToday - 6, {"desk"}) == "erasure.retained");
    CHECK(check(Kind::kSystem, kToday - 7, {"desk"}).empty());
    CHECK(check(Kind::kRejects, kToday - 1, {}) == "erasure.retained");
    CHECK(check(Kind::kRejects, kToday - 2, {}).empty());
    CHECK(check(Kind::kAll, kToday - 2, {"free", "desk"}) == "erasure.retained");
    CHECK(check(Kind::kAll, kToday - 2, {"free"}).empty());

    REQUIRE(holds->set({"free", "case 17", kNoon}));
    CHECK(holds->set({"free", "again", kNoon}).error().code == "hold.exists");
    CHECK(check(Kind::kSystem, kToday, {"free"}) == "erasure.held");
    CHECK(check(Kind::kAll, kToday - 9, {"free"}) == "erasure.held");
    CHECK(check(Kind::kSystem, kToday, {"other"}).empty());
    REQUIRE(holds->set({"", "everything", kNoon}));
    CHECK(check(Kind::kRejects, kToday - 9, {}) == "erasure.held");

    Result<LegalHolds> again = LegalHolds::open(dir.path() / "holds.json", real_disk());
    REQUIRE(again);
    REQUIRE(again->list().size() == 2);
    CHECK(again->list()[0].reason == "case 17");
    CHECK(again->release("nobody").error().code == "hold.unknown");
    REQUIRE(again->release(""));
    REQUIRE(again->release("free"));
    CHECK(again->list().empty());
    spill(dir.path() / "holds.json", "[{]");
    CHECK(LegalHolds::open(dir.path() / "holds.json", real_disk()).error().code == "hold.damaged");
}

TEST_CASE("erasure: an intent survives, and a damaged one is told", "[ledger]") {
    TempDir dir;
    REQUIRE(make_directories(dir.path() / "keys"));
    CHECK(noted_erasures(dir.path())->empty());
    CHECK_FALSE(room_to_give_back(dir.path()));
    const std::vector<Erasure> erasures{{{Kind::kSystem, "desk \"a\""}, 7}, {{Kind::kAll, ""}, 8}};
    REQUIRE(note_erasures(dir.path(), erasures, real_disk()));
    const auto noted = noted_erasures(dir.path());
    REQUIRE(noted);
    REQUIRE(noted->size() == 2);
    CHECK(noted->at(0).scope.system == "desk \"a\"");
    CHECK(noted->at(0).before == 7);
    CHECK(noted->at(1).scope.kind == Kind::kAll);
    REQUIRE(finish_erasures(dir.path(), real_disk()));
    CHECK(noted_erasures(dir.path())->empty());
    CHECK(room_to_give_back(dir.path()));
    spill(dir.path() / "keys" / "erasing", "{\"scope\":\"everything\"}\n");
    CHECK(noted_erasures(dir.path()).error().code == "erasure.damaged");
}

TEST_CASE("erasure: room is given back, and damage in what is left is found", "[ledger]") {
    TempDir dir;
    TestSigner signer;
    Options options;
    options.state_dir = dir.path() / "state";
    options.origin = kOrigin;
    options.signer = &signer;
    options.segment_bytes = 256u << 10;
    const Path journal = options.state_dir / "journal";
    {
        auto ledger = Ledger::open(options);
        REQUIRE(ledger);
        for (std::uint64_t n = 0; n < 800;) {
            std::vector<std::string> texts;
            std::vector<NewRecord> records;
            for (int i = 0; i < 50; ++i, ++n) {
                texts.push_back(compose(RecordIndex{n}, kNoon, event_body(),
                                        "{\"x\":\"" + std::string(700, 'a') + "\"}"));
            }
            // One of fifty stays: its frame keeps it, and gives back the pages around it.
            for (int i = 0; i < 50; ++i) {
                const Owner owner{OwnerKind::kSystem, i == 20 ? "stays" : "goes"};
                records.push_back({texts[static_cast<std::size_t>(i)], owner});
            }
            REQUIRE((*ledger)->append(records));
            REQUIRE((*ledger)->seal(kNoon));
        }
    }
    const Path first = journal / "00000000.seg";
    const std::int64_t before = blocks_of(first);
    const ErasureScope scope{Kind::kSystem, "goes"};
    REQUIRE(*destroy_keys(journal / "keys", scope, kToday + 1, real_disk()) == 1);
    std::atomic<bool> stop{false};
    const auto freed = give_back_room(journal, stop);
    REQUIRE(freed);
    CHECK(freed->complete);
    CHECK(blocks_of(first) < before / 2);
    CHECK(give_back_room(journal, stop));

    const Report report = fsck(options.state_dir, {signer.verifier()});
    for (const Finding& finding : report.findings) FAIL_CHECK(finding.place << finding.cause);
    CHECK(report.counts.erased == 784);
    CHECK(report.counts.events == 16);
    {
        auto ledger = Ledger::open(options);
        REQUIRE(ledger);
        CHECK((*ledger)->read_record(RecordIndex{70}).has_value());
        CHECK((*ledger)->read_record(RecordIndex{71}).error().code == "record.erased");
    }
    // A byte of a record that stayed, in a frame whose checksum does not hold any more.
    const std::string whole = slurp(first);
    const auto header = peek_frame(as_bytes(std::string_view(whole).substr(4096)));
    REQUIRE(header);
    const auto records = parse_records(
        as_bytes(std::string_view(whole).substr(4096 + kFrameHeaderBytes, header->payload_bytes)),
        header->count);
    REQUIRE(records);
    const auto at = static_cast<std::uint64_t>(
        as_text((*records)[20].cipher).data() - whole.data());
    patch(first, at + 5, std::string(1, static_cast<char>(whole[at + 5] ^ 1)));
    const Report damaged = fsck(options.state_dir, {signer.verifier()});
    REQUIRE_FALSE(damaged.ok());
    CHECK(damaged.findings.front().file == "journal/00000000.seg");
    CHECK(damaged.findings.front().cause.find("record 20") != std::string::npos);
}
