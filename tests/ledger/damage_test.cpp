// Any single changed byte of any file is found, by name.
#include <catch2/catch.hpp>

#include <random>

#include "overlord/ledger/fsck.hpp"
#include "overlord/ledger/ledger.hpp"
#include "support.hpp"
#include "test_signer.hpp"

using namespace overlord;
using namespace overlord::ledger;
using namespace overlord::ledger::testing;

namespace {

// Several segments, more entries than a tile holds, extra entries, records that no block covers.
struct SmallState {
    TempDir dir;
    Path path = dir.path() / "state";
    TestSigner signer;

    SmallState() {
        const std::vector<std::string> extra{R"({"v":1,"kind":"rules","at":5,"bundle":"00"})"};
        Result<std::unique_ptr<Ledger>> ledger = open();
        REQUIRE(ledger);
        for (int i = 0; i < 130; ++i) {
            append(**ledger, 1);
            REQUIRE((*ledger)->seal(i, extra));
        }
        append(**ledger, 7);
        ledger->reset();
        for (const auto& file : std::filesystem::recursive_directory_iterator(path)) {
            if (!file.is_regular_file() || file.file_size() == 0) continue;
            std::filesystem::permissions(file.path(), std::filesystem::perms::owner_all);
            files.push_back(file.path());
        }
        std::sort(files.begin(), files.end());
    }
    Result<std::unique_ptr<Ledger>> open() {
        Options options;
        options.state_dir = path;
        options.origin = kOrigin;
        options.signer = &signer;
        options.segment_bytes = 16u << 10;
        return Ledger::open(options);
    }
    static void append(Ledger& ledger, std::size_t count) {
        REQUIRE(ledger.append(sample_records(ledger.next_record().value, count, 100)));
    }
    std::vector<Path> files;
};

std::string first_cause(const Report& report) {
    if (report.ok()) return "";
    const Finding& first = report.findings.front();
    return first.file + ": " + first.place + ": " + first.cause;
}

}  // namespace

TEST_CASE("fsck: any flipped byte of a state is found", "[ledger]") {
    SmallState state;
    REQUIRE(first_cause(fsck(state.path, {state.signer.verifier()})) == "");
    std::mt19937 random(20260129);
    for (int i = 0; i < 2000; ++i) {
        const Path& file = state.files[random() % state.files.size()];
        const std::string good = slurp(file);
        std::string bad = good;
        const std::size_t at = random() % bad.size();
        bad[at] = static_cast<char>(bad[at] ^ static_cast<char>(1 + random() % 255));
        patch(file, at, bad.substr(at, 1));
        const Report report = fsck(state.path, {state.signer.verifier()});
        INFO(file << " byte " << at << ": " << first_cause(report));
        REQUIRE_FALSE(report.ok());
        const std::string name = std::filesystem::relative(file, state.path).string();
        bool named = false;
        for (const Finding& finding : report.findings) named = named || finding.file == name;
        CHECK(named);
        patch(file, at, good.substr(at, 1));
    }
    CHECK(first_cause(fsck(state.path, {state.signer.verifier()})) == "");
}

TEST_CASE("fsck: any flipped byte of a public tree is found without the journal", "[ledger]") {
    SmallState state;
    const Path log = state.path / "log";
    const Report whole = fsck(log, {state.signer.verifier()});
    REQUIRE(first_cause(whole) == "");
    CHECK(whole.counts.entries == 260);
    CHECK(whole.counts.blocks == 130);
    CHECK(whole.not_checked.size() == 1);
    std::mt19937 random(7);
    std::vector<Path> files;
    for (const Path& file : state.files) {
        if (file.string().starts_with(log.string())) files.push_back(file);
    }
    for (int i = 0; i < 300; ++i) {
        const Path& file = files[random() % files.size()];
        const std::string good = slurp(file);
        const std::size_t at = random() % good.size();
        patch(file, at, std::string(1, static_cast<char>(good[at] ^ 0x10)));
        INFO(file << " byte " << at);
        REQUIRE_FALSE(fsck(log, {state.signer.verifier()}).ok());
        patch(file, at, good.substr(at, 1));
    }
}

TEST_CASE("fsck: a flipped byte in the journal is noticed by the start or by fsck", "[ledger]") {
    SmallState state;
    std::mt19937 random(99);
    std::vector<Path> segments;
    for (const Path& file : state.files) {
        if (file.extension() == ".seg") segments.push_back(file);
    }
    segments.pop_back();  // the prepared one: what is in it is overwritten
    const Path good = state.dir.path() / "good";
    copy_tree(state.path, good);
    int old = 0;
    for (int i = 0; i < 300; ++i) {
        const Path& file = segments[random() % segments.size()];
        const std::string content = slurp(file);
        const std::size_t at = random() % content.size();
        patch(file, at, std::string(1, static_cast<char>(content[at] ^ 0x04)));
        const auto ledger = state.open();
        INFO(file << " byte " << at);
        // Behind the last frame it looks like the end of a torn write, and goes to quarantine. What
        // is before the segments that a start reads is found by fsck and the scrub.
        const std::uint32_t number = static_cast<std::uint32_t>(std::stoul(file.stem().string()));
        if (ledger && number >= (*ledger)->recovery().from_segment) {
            REQUIRE((*ledger)->recovery().quarantined);
            REQUIRE((*ledger)->next_record().value == 137);
        } else if (ledger) {
            REQUIRE_FALSE(fsck(state.path, {state.signer.verifier()}).ok());
            ++old;
        } else {
            REQUIRE(ledger.error().code == "journal.corrupt");
        }
        copy_tree(good, state.path);
    }
    CHECK(old > 0);
}

TEST_CASE("fsck: without keys it says what it did not check", "[ledger]") {
    SmallState state;
    const Report report = fsck(state.path, {});
    CHECK(report.ok());
    REQUIRE(report.not_checked.size() == 1);
    CHECK(report.not_checked.front().find("signature") != std::string::npos);
    CHECK_FALSE(fsck(state.dir.path(), {}).ok());
}

TEST_CASE("fsck: a record changed together with its checksums is found by its block", "[ledger]") {
    SmallState state;
    const Path file = state.path / "journal" / "00000000.seg";
    std::string content = slurp(file);
    // Frame 0: change a letter of record 0's event and make the checksums right again.
    const auto header = peek_frame(as_bytes(std::string_view(content).substr(4096)));
    REQUIRE(header);
    Bytes frame(content.begin() + 4096,
                content.begin() + 4096 + static_cast<std::ptrdiff_t>(64 + header->payload_bytes));
    frame[bodies_offset(header->count) + 100] ^= 1;
    finish_frame(frame, *header);
    spill(file, content.replace(4096, frame.size(), as_text(frame)));
    const Report report = fsck(state.path, {state.signer.verifier()});
    REQUIRE_FALSE(report.ok());
    CHECK(report.findings.front().file == "journal/00000000.seg");
}
