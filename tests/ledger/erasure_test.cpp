// What may be erased, and what comes of the disk's room.
#include <catch2/catch.hpp>

#include <sys/stat.h>

#include "overlord/ledger/erasure.hpp"
#include "overlord/ledger/fsck.hpp"
#include "overlord/base/json_text.hpp"
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

Status record_hold(LegalHolds& holds, std::string_view reason, std::string_view text) {
    std::string body = "\"kind\":\"audit\",\"reason\":";
    append_json_string(body, reason);
    body += ",\"text\":";
    append_json_string(body, text);
    const std::string line = compose({7}, kNoon, body, "");
    const Result<RecordView> record = parse(line);
    REQUIRE(record);
    return holds.recorded(*record);
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
    LegalHolds holds;
    RetentionPolicy policy;
    policy.classes = {{"week", 7, {"desk"}}};
    policy.rejects_keep_days = 2;
    const auto check = [&](Kind kind, Day before, const std::vector<std::string>& systems) {
        const Erasure erasure{{kind, kind == Kind::kSystem ? systems.front() : ""}, before};
        const Status allowed = check_erasure(erasure, policy, holds, systems, kNoon);
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

    REQUIRE(record_hold(holds, "hold", compose_hold("free", "case 17")));
    CHECK(check(Kind::kSystem, kToday, {"free"}) == "erasure.held");
    CHECK(check(Kind::kAll, kToday - 9, {"free"}) == "erasure.held");
    CHECK(check(Kind::kSystem, kToday, {"other"}).empty());
    REQUIRE(record_hold(holds, "hold", compose_hold("", "everything")));
    CHECK(check(Kind::kRejects, kToday - 9, {}) == "erasure.held");
}

TEST_CASE("holds: they follow from the records about them, and from nothing else", "[ledger]") {
    LegalHolds holds;
    const std::string name = "a \"b\": c";  // no separator in a name can move the reason
    REQUIRE(record_hold(holds, "hold", compose_hold(name, "case: 17")));
    REQUIRE(record_hold(holds, "query", "member(X, [hold])"));
    CHECK(holds.check_set(name).error().code == "hold.exists");
    CHECK(holds.check_release("a").error().code == "hold.unknown");
    CHECK(record_hold(holds, "hold", "a: case 17").error().code == "hold.record");

    Bytes bytes;
    holds.serialise(bytes);
    ByteReader in(bytes);
    Result<LegalHolds> again = LegalHolds::restore(in);
    REQUIRE(again);
    CHECK(in.empty());
    REQUIRE(again->list().size() == 1);
    CHECK(again->list()[0].system == name);
    CHECK(again->list()[0].reason == "case: 17");
    CHECK(again->list()[0].since == kNoon);
    REQUIRE(record_hold(*again, "release", compose_hold(name, "closed")));
    CHECK(again->list().empty());
    ByteReader cut(ByteView(bytes).first(bytes.size() - 1));
    CHECK_FALSE(LegalHolds::restore(cut));
}

TEST_CASE("erasure: an intent survives, and a damaged one is told", "[ledger]") {
    TempDir dir;
    REQUIRE(make_directories(dir.path() / "keys"));
    using Stage = ErasureStage;
    CHECK(noted_erasures(dir.path(), Stage::kErasing)->empty());
    CHECK_FALSE(room_to_give_back(dir.path()));
    const std::vector<Erasure> erasures{{{Kind::kSystem, "desk \"a\""}, 7}, {{Kind::kAll, ""}, 8}};
    REQUIRE(note_erasures(dir.path(), Stage::kErasing, erasures, real_disk()));
    const auto noted = noted_erasures(dir.path(), Stage::kErasing);
    REQUIRE(noted);
    REQUIRE(noted->size() == 2);
    CHECK(noted->at(0).scope.system == "desk \"a\"");
    CHECK(noted->at(0).before == 7);
    CHECK(noted->at(1).scope.kind == Kind::kAll);
    REQUIRE(finish_erasures(dir.path(), real_disk()));
    CHECK(noted_erasures(dir.path(), Stage::kErasing)->empty());
    CHECK(room_to_give_back(dir.path()));
    spill(dir.path() / "keys" / "erasing", "{\"scope\":\"everything\"}\n");
    CHECK(noted_erasures(dir.path(), Stage::kErasing).error().code == "erasure.damaged");
}

TEST_CASE("erasure: what waits is noted apart from what has begun", "[ledger]") {
    using Stage = ErasureStage;
    TempDir dir;
    REQUIRE(make_directories(dir.path() / "keys"));
    const std::vector<Erasure> erasures{{{Kind::kSystem, "desk_a"}, 7}, {{Kind::kRejects, ""}, 8}};
    REQUIRE(note_erasures(dir.path(), Stage::kWaiting, erasures, real_disk()));
    CHECK(*noted_erasures(dir.path(), Stage::kWaiting) == erasures);
    CHECK(noted_erasures(dir.path(), Stage::kErasing)->empty());
    REQUIRE(note_erasures(dir.path(), Stage::kErasing, {&erasures[0], 1}, real_disk()));
    REQUIRE(finish_erasures(dir.path(), real_disk()));
    CHECK(*noted_erasures(dir.path(), Stage::kWaiting) == erasures);
    REQUIRE(note_erasures(dir.path(), Stage::kWaiting, {}, real_disk()));
    REQUIRE(note_erasures(dir.path(), Stage::kWaiting, {}, real_disk()));  // after a crash
    CHECK(noted_erasures(dir.path(), Stage::kWaiting)->empty());
    CHECK_FALSE(std::filesystem::exists(dir.path() / "keys" / "waiting"));
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
