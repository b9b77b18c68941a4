// A start reads the last segment, and all of the journal where that is not enough.
#include <catch2/catch.hpp>

#include "overlord/ledger/fsck.hpp"
#include "overlord/ledger/ledger.hpp"
#include "support.hpp"
#include "test_signer.hpp"

using namespace overlord;
using namespace overlord::ledger;
using namespace overlord::ledger::testing;

namespace {

constexpr TimeNs kAt = 1'800'000'000'000'000'000;

// A log of eight segments, sealed often, with more than two tiles of entries.
struct Old {
    TempDir dir;
    Path path = dir.path() / "state";
    TestSigner signer;

    Old() {
        const std::unique_ptr<Ledger> ledger = open();
        while (segments() < 8 || ledger->tree_size().value < 600) grow(*ledger);
    }
    std::unique_ptr<Ledger> open() {
        Result<std::unique_ptr<Ledger>> ledger = try_open();
        if (!ledger) FAIL(ledger.error().code << ": " << ledger.error().message);
        return *std::move(ledger);
    }
    Result<std::unique_ptr<Ledger>> try_open() {
        Options options;
        options.state_dir = path;
        options.origin = kOrigin;
        options.signer = &signer;
        options.segment_bytes = 64u << 10;
        return Ledger::open(options);
    }
    static void grow(Ledger& ledger) {
        const std::vector<std::string> extra(8, R"({"v":1,"kind":"test","at":1})");
        REQUIRE(ledger.append(sample_records(ledger.next_record().value, 8, 200)));
        REQUIRE(ledger.seal(kAt, extra));
    }
    std::size_t segments() const {
        std::size_t count = 0;
        const auto names = list_files(path / "journal");
        REQUIRE(names);
        for (const std::string& name : *names)
            if (name.ends_with(".seg")) ++count;
        return count;
    }
    Path segment(int number) const {
        return path / "journal" / ("0000000" + std::to_string(number) + ".seg");
    }
    std::string problems() const {
        std::string all;
        const Report report = fsck(path, {signer.verifier()});
        for (const Finding& finding : report.findings)
            all += finding.file + ", " + finding.place + ": " + finding.cause + "\n";
        return all;
    }
    std::vector<Path> tiles() const {
        std::vector<Path> files;
        for (const auto& item :
             std::filesystem::recursive_directory_iterator(path / "log" / "tile"))
            if (item.is_regular_file()) files.push_back(item.path());
        return files;
    }
};

// The start has to come to the same state as one that reads everything.
void check_whole(Old& log, std::uint64_t records, const tlog::TreeHead& head) {
    const std::unique_ptr<Ledger> ledger = log.open();
    CHECK(ledger->next_record().value == records);
    CHECK(ledger->tree_size() == head.size);
    CHECK(ledger->root() == head.root);
    Old::grow(*ledger);
    CHECK(log.problems() == "");
}

struct Known {
    std::uint64_t records;
    tlog::TreeHead head;
};

Known known(Old& log) {
    const std::unique_ptr<Ledger> ledger = log.open();
    return {ledger->next_record().value, {ledger->tree_size(), ledger->root()}};
}

}  // namespace

TEST_CASE("start: of an old log the last segment is read", "[ledger]") {
    Old log;
    const Known before = known(log);
    {
        const std::unique_ptr<Ledger> ledger = log.open();
        CHECK(ledger->recovery().from_segment >= 6);
        CHECK(ledger->recovery().frames < 400);
        CHECK_FALSE(ledger->recovery().tiles_rewritten);
        CHECK_FALSE(ledger->recovery().signed_again);
    }
    check_whole(log, before.records, before.head);
}

TEST_CASE("start: every start while a log grows over its segments is right", "[ledger]") {
    Old log;
    for (int i = 0; i < 60; ++i) {
        Known before = known(log);
        {
            const std::unique_ptr<Ledger> ledger = log.open();
            REQUIRE(ledger->root() == before.head.root);
            for (int more = 0; more < 1 + i % 9; ++more) Old::grow(*ledger);
            if (i % 3 == 0)  // records that no block covers, across a segment's end too
                REQUIRE(ledger->append(sample_records(ledger->next_record().value, 40, 300)));
        }
    }
    CHECK(log.problems() == "");
}

TEST_CASE("start: damage in an old segment is fsck's business", "[ledger]") {
    Old log;
    patch(log.segment(2), 9000, "xyz");
    const std::unique_ptr<Ledger> ledger = log.open();
    CHECK(ledger->recovery().from_segment >= 6);
    CHECK(log.problems().find("00000002.seg") != std::string::npos);
}

TEST_CASE("start: without the tiles all of the journal is read and they are written again",
          "[ledger]") {
    Old log;
    const Known before = known(log);
    std::filesystem::remove_all(log.path / "log" / "tile");
    {
        const std::unique_ptr<Ledger> ledger = log.open();
        CHECK(ledger->recovery().from_segment == 0);
        CHECK(ledger->recovery().tiles_rewritten);
        CHECK_FALSE(std::filesystem::exists(log.path / "log" / "rewriting"));
    }
    check_whole(log, before.records, before.head);
    // And the next one is short again.
    CHECK(log.open()->recovery().from_segment >= 6);
}

TEST_CASE("start: whatever a power cut took of the newest tiles is written again", "[ledger]") {
    Old log;
    const Known before = known(log);
    const std::uint64_t bundles = before.head.size.value / 256;
    int cuts = 0;
    for (const Path& tile : log.tiles()) {
        const std::string name = std::filesystem::relative(tile, log.path / "log").string();
        const bool last = name.find("/00" + std::to_string(bundles)) != std::string::npos;
        if (!last && name.find("tile/1/") == std::string::npos) continue;
        const bool present = tile.filename() == std::to_string(before.head.size.value % 256) ||
                             name.find("tile/1/") != std::string::npos;
        if (!present) continue;  // of an earlier size; nobody asks for it
        const std::string content = slurp(tile);
        for (const std::string& left : {std::string(), std::string(content.size(), '\0'),
                                        content.substr(0, content.size() / 2)}) {
            CAPTURE(name, left.size());
            REQUIRE(write_file_derived(tile, as_bytes(left)));
            const std::unique_ptr<Ledger> ledger = log.open();
            CHECK(ledger->recovery().tiles_rewritten);
            CHECK(ledger->root() == before.head.root);
            ++cuts;
        }
    }
    CHECK(cuts >= 6);
    check_whole(log, before.records, before.head);
}

TEST_CASE("start: tiles whose rewriting was cut short are not believed", "[ledger]") {
    Old log;
    const Known before = known(log);
    spill(log.path / "log" / "rewriting", "");
    CHECK(log.open()->recovery().tiles_rewritten);
    check_whole(log, before.records, before.head);
}

TEST_CASE("start: another history is a fork also in a part that is not read", "[ledger]") {
    Old log;
    std::optional<tlog::TreeHead> early;
    {
        // The signer remembers a head of the first segment, with another root.
        Old other;
        early = known(other).head;
    }
    REQUIRE(early);
    tlog::Checkpoint wrong{std::string(kOrigin), *early, {}};
    wrong.head.size.value = 40;
    TestSigner fresh;
    const Result<std::string> note = fresh.sign(wrong, {});
    REQUIRE(note);
    spill(log.path / "log" / "checkpoint", *note);
    const auto opened = log.try_open();
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == "log.fork");
}
