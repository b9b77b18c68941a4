// The scrub, and what it reads: the old part of a log.
#include "overlord/upkeep/scrub.hpp"

#include <catch2/catch.hpp>

#include "../ledger/support.hpp"
#include "../ledger/test_signer.hpp"
#include "overlord/ledger/ledger.hpp"
#include "overlord/ledger/old_log.hpp"

using namespace overlord;
using namespace overlord::ledger::testing;

namespace {

constexpr TimeNs kAt = 1'800'000'000'000'000'000;

struct Log {
    TempDir dir;
    Path path = dir.path() / "state";
    TestSigner signer;
    std::vector<std::string> said;
    std::mutex said_mutex;

    std::unique_ptr<ledger::Ledger> open() {
        ledger::Options options;
        options.state_dir = path;
        options.origin = kOrigin;
        options.signer = &signer;
        options.segment_bytes = 64u << 10;
        Result<std::unique_ptr<ledger::Ledger>> opened = ledger::Ledger::open(options);
        REQUIRE(opened);
        return *std::move(opened);
    }
    void grow(ledger::Ledger& log, int seals) {
        const std::vector<std::string> extra(8, R"({"v":1,"kind":"test","at":1})");
        for (int i = 0; i < seals; ++i) {
            REQUIRE(log.append(sample_records(log.next_record().value, 10, 400)));
            REQUIRE(log.seal(kAt, extra));
        }
    }
    upkeep::ScrubOptions options() {
        upkeep::ScrubOptions made;
        made.state_dir = path;
        made.bytes_per_second = 1u << 30;
        made.error = [this](const std::string& line) {
            const std::lock_guard lock(said_mutex);
            said.push_back(line);
        };
        return made;
    }
    std::vector<ledger::Finding> scrubbed() {
        upkeep::Scrub scrub(options(), system_clock());
        scrub.wait_for_pass();
        return scrub.status().findings;
    }
};

}  // namespace

TEST_CASE("old log: full segments, and the tree that was synced", "[upkeep]") {
    Log log;
    const auto nothing = ledger::find_old_log(log.path);
    CHECK_FALSE(nothing);  // no folder
    const std::unique_ptr<ledger::Ledger> open = log.open();
    CHECK(ledger::find_old_log(log.path)->end == 0);
    log.grow(*open, 80);
    const auto old = ledger::find_old_log(log.path);
    REQUIRE(old);
    CHECK(old->first == 0);
    CHECK(old->end >= 3);
    CHECK(old->head.size.value > 100);
    CHECK(old->head.size < open->tree_size());
    for (std::uint32_t segment = old->first; segment < old->end; ++segment) {
        const auto checked = ledger::check_full_segment(log.path, segment,
                                                        [](std::uint64_t) { return Status(); });
        REQUIRE(checked);
        CHECK_FALSE(checked->has_value());
    }
}

TEST_CASE("scrub: a whole log gives no finding, also while it grows", "[upkeep]") {
    Log log;
    const std::unique_ptr<ledger::Ledger> open = log.open();
    log.grow(*open, 60);
    upkeep::Scrub scrub(log.options(), system_clock());
    log.grow(*open, 60);
    scrub.wait_for_pass();
    const upkeep::ScrubStatus status = scrub.status();
    for (const std::string& line : log.said) UNSCOPED_INFO(line);
    CHECK(status.findings.empty());
    CHECK(status.bytes > 100'000);
    CHECK(status.passes >= 1);
    CHECK(status.last_pass_at > 0);
    CHECK(log.said.empty());
}

TEST_CASE("scrub: a changed byte anywhere in the old part is found and told once", "[upkeep]") {
    Log log;
    log.grow(*log.open(), 80);
    REQUIRE(log.scrubbed().empty());
    const Path segment = log.path / "journal" / "00000001.seg";
    const std::string good = slurp(segment);
    for (const std::uint64_t at : {20ul, 150ul, 4096ul + 30, 4096ul + 80, 30'000ul, 64'000ul,
                                   (64ul << 10) - 1}) {
        CAPTURE(at);
        patch(segment, at, std::string(1, static_cast<char>(good[at] ^ 1)));
        log.said.clear();
        const auto findings = log.scrubbed();
        spill(segment, good);
        REQUIRE_FALSE(findings.empty());
        // A header's damage shows at the segment before it, too.
        CHECK((findings.back().file == "journal/00000001.seg" ||
               findings.front().file == "journal/00000001.seg"));
        CHECK_FALSE(findings.front().cause.empty());
        CHECK(log.said.size() == findings.size());
    }
    const Path tile = log.path / "log/tile/0/000";
    const std::string hashes = slurp(tile);
    std::string bad = hashes;
    bad[100] = static_cast<char>(bad[100] ^ 1);
    REQUIRE(write_file_derived(tile, as_bytes(bad)));
    const auto findings = log.scrubbed();
    REQUIRE(findings.size() == 1);
    CHECK(findings.front().file == "log/tile/0/000");
    CHECK(log.said.back().find("fsck --repair") != std::string::npos);
}

TEST_CASE("scrub: ends at once in the middle of a slow pass", "[upkeep]") {
    Log log;
    log.grow(*log.open(), 80);
    upkeep::ScrubOptions slow = log.options();
    slow.bytes_per_second = 1;  // months
    const upkeep::Scrub scrub(slow, system_clock());
    CHECK(scrub.status().passes == 0);
}
