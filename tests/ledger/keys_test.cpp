// The keys of records: who gets which, what a crash leaves, what an erasure takes.
#include <catch2/catch.hpp>

#include "overlord/ledger/fsck.hpp"
#include "overlord/ledger/ledger.hpp"
#include "overlord/ledger/proof.hpp"
#include "support.hpp"
#include "test_signer.hpp"

using namespace overlord;
using namespace overlord::ledger;
using namespace overlord::ledger::testing;

namespace {

constexpr TimeNs kNoon = 1'769'688'000'000'000'000;  // 2026-01-29T12:00:00Z

std::string record_at(std::uint64_t n, TimeNs at, std::string_view text = "{\"a\":1}") {
    return compose(RecordIndex{n}, at, event_body(), text);
}

struct Issued {
    TempDir dir;
    std::optional<KeyIssuer> issuer;
    std::uint64_t next = 0;

    explicit Issued(Disk& disk = real_disk()) { reopen(disk); }
    void reopen(Disk& disk = real_disk()) {
        issuer.reset();
        Result<KeyIssuer> opened = KeyIssuer::open(dir.path(), disk);
        if (!opened) FAIL(opened.error().message);
        issuer.emplace(*std::move(opened));
    }
    KeyId id(TimeNs at, Owner owner) {
        const std::string text = record_at(next, at);
        const std::vector<NewRecord> records{{text, owner}};
        const auto done = issuer->commit(records, RecordIndex{next++});
        if (!done) FAIL(done.error().message);
        return done->front().key.id;
    }
};

const Owner kGateway{OwnerKind::kSystem, "gateway"};
const Owner kPress{OwnerKind::kSystem, "tablet_press"};

}  // namespace

TEST_CASE("keys: one for each owner and day, the same after a restart", "[ledger]") {
    Issued keys;
    const KeyId first = keys.id(kNoon, kGateway);
    CHECK(keys.id(kNoon, kPress) == first + 1);
    CHECK(keys.id(kNoon, {}) == first + 2);
    CHECK(keys.id(kNoon, {OwnerKind::kRejects, ""}) == first + 3);
    CHECK(keys.id(kNoon + kHourNs, kGateway) == first);
    keys.reopen();
    CHECK(keys.id(kNoon + 2 * kHourNs, kGateway) == first);
    // The next day begins with a key for each of yesterday's owners.
    const KeyId second = keys.id(kNoon + kDayNs, kPress);
    CHECK(second == first + 5);
    CHECK(keys.id(kNoon + kDayNs, kGateway) == first + 4);
    // After a crash the clock may be back over midnight: the later day's keys stay in use.
    keys.reopen();
    CHECK(keys.id(kNoon, kGateway) == first + 4);
    CHECK(std::filesystem::exists(keys.dir.path() / "20260129.keys"));
    CHECK(std::filesystem::exists(keys.dir.path() / "20260130.keys"));
    CHECK(check_key_files(keys.dir.path()).empty());

    RecordKeys reader(keys.dir.path());
    const auto info = reader.info(second);
    REQUIRE(info);
    CHECK(info->name == "tablet_press");
    CHECK(info->day == day_of(kNoon) + 1);
    CHECK(reader.find(99).error().code == "key.missing");
    CHECK((*reader.first_record(day_of(kNoon) + 1))->value == 6);
    CHECK_FALSE(reader.first_record(day_of(kNoon) + 2)->has_value());
}

TEST_CASE("keys: one append may span days", "[ledger]") {
    Issued keys;
    std::vector<std::string> texts;
    std::vector<NewRecord> records;
    for (std::uint64_t n = 0; n < 6; ++n) {
        texts.push_back(record_at(n, kNoon + static_cast<TimeNs>(n) * kDayNs / 2));
    }
    for (const std::string& text : texts) records.push_back({text, kGateway});
    const auto done = keys.issuer->commit(records, RecordIndex{0});
    REQUIRE(done);
    RecordKeys reader(keys.dir.path());
    for (std::size_t n = 0; n < texts.size(); ++n) {
        const JournalRecord& one = (*done)[n];
        CHECK(one.key.id == (n + 1) / 2);
        const auto salt = reader.salt(one.key.id, RecordIndex{n});
        REQUIRE(salt);
        CHECK(commitment(*salt, texts[n]) == one.commitment);
    }
}

TEST_CASE("keys: an entry that a crash cut short is passed over", "[ledger]") {
    Issued keys;
    const KeyId first = keys.id(kNoon, kGateway);
    const Path file = keys.dir.path() / "20260129.keys";
    const std::string before = slurp(file);
    keys.id(kNoon, kPress);
    const std::string after = slurp(file);
    const auto end_of = [](const std::string& text) { return text.find_last_not_of('\0') + 1; };
    const std::size_t end = (end_of(before) + 7) / 8 * 8;
    for (std::size_t size = end; size < end_of(after); ++size) {
        spill(file, after.substr(0, size) + std::string(after.size() - size, '\0'));
        keys.reopen();
        CHECK(keys.id(kNoon, kGateway) == first);
        CHECK(keys.id(kNoon, {OwnerKind::kSystem, "other"}) == first + 1);
        CHECK(check_key_files(keys.dir.path()).empty());
        RecordKeys reader(keys.dir.path());
        CHECK(reader.info(first + 1)->name == "other");
    }
}

TEST_CASE("keys: any flipped byte of a key file is found", "[ledger]") {
    Issued keys;
    keys.id(kNoon, kGateway);
    keys.id(kNoon, {});
    keys.id(kNoon + kDayNs, kPress);
    for (const char* name : {"20260129.keys", "20260130.keys"}) {
        const Path file = keys.dir.path() / name;
        const std::string good = slurp(file);
        for (std::size_t i = 0; i < good.size(); i += i < 400 ? 1 : 61) {  // then only zeros
            std::string bad = good;
            bad[i] = static_cast<char>(bad[i] ^ 0x20);
            spill(file, bad);
            INFO(name << " byte " << i);
            const auto findings = check_key_files(keys.dir.path());
            REQUIRE_FALSE(findings.empty());
            CHECK(findings.front().first == name);
        }
        spill(file, good);
    }
    CHECK(check_key_files(keys.dir.path()).empty());
}

TEST_CASE("keys: failing disks leave keys that can be used", "[ledger]") {
    using Mode = FaultyDisk::Mode;
    for (const Mode mode : {Mode::kNotDone, Mode::kHalfDone, Mode::kDoneButFailed}) {
        for (std::uint64_t fail_at = 1; fail_at < 9; ++fail_at) {
            FaultyDisk disk(fail_at, mode);
            TempDir dir;
            {
                Result<KeyIssuer> issuer = KeyIssuer::open(dir.path(), disk);
                REQUIRE(issuer);
                for (std::uint64_t n = 0; n < 6; ++n) {
                    const std::string name = "system" + std::to_string(n % 3);
                    const TimeNs at = kNoon + static_cast<TimeNs>(n / 3) * kDayNs;
                    const std::string text = record_at(n, at);
                    const std::vector<NewRecord> one{{text, {OwnerKind::kSystem, name}}};
                    if (!issuer->commit(one, RecordIndex{n})) break;
                }
            }
            Result<KeyIssuer> again = KeyIssuer::open(dir.path(), real_disk());
            INFO("operation " << fail_at << " mode " << static_cast<int>(mode));
            REQUIRE(again);
            const std::string text = record_at(9, kNoon + kDayNs);
            const std::vector<NewRecord> one{{text, kPress}};
            REQUIRE(again->commit(one, RecordIndex{9}));
            CHECK(check_key_files(dir.path()).empty());
        }
    }
}

TEST_CASE("keys: what is destroyed cannot be read, and all else still proves", "[ledger]") {
    TempDir dir;
    TestSigner signer;
    Options options;
    options.state_dir = dir.path() / "state";
    options.origin = kOrigin;
    options.signer = &signer;
    options.segment_bytes = 32u << 10;
    const Path keys = options.state_dir / "journal" / "keys";
    {
        auto ledger = Ledger::open(options);
        REQUIRE(ledger);
        for (std::uint64_t n = 0; n < 60; ++n) {
            const std::string text = record_at(n, kNoon + static_cast<TimeNs>(n / 20) * kDayNs,
                                               "{\"filler\":\"" + std::string(400, 'x') + "\"}");
            const std::vector<NewRecord> one{{text, n % 2 == 0 ? kGateway : kPress}};
            REQUIRE((*ledger)->append(one));
            REQUIRE((*ledger)->seal(kNoon + static_cast<TimeNs>(n)));
        }
    }
    const ErasureScope scope{ErasureScope::Kind::kSystem, "gateway"};
    const Day before = day_of(kNoon) + 1;
    CHECK(*count_keys(keys, scope, before) == 1);
    CHECK(*destroy_keys(keys, scope, before, real_disk()) == 1);
    CHECK(*destroy_keys(keys, scope, before, real_disk()) == 0);
    CHECK(*count_keys(keys, scope, before + 9) == 2);

    const Report report = fsck(options.state_dir, {signer.verifier()});
    for (const Finding& finding : report.findings) FAIL_CHECK(finding.place << finding.cause);
    CHECK(report.counts.erased == 10);
    CHECK(report.counts.events == 50);

    auto ledger = Ledger::open(options);
    REQUIRE(ledger);
    for (std::uint64_t n = 0; n < 60; ++n) {
        const bool erased = n < 20 && n % 2 == 0;
        const auto text = (*ledger)->read_record(RecordIndex{n});
        const auto proof = event_proof(options.state_dir, RecordIndex{n}, signer.verifier());
        INFO("record " << n);
        CHECK((*ledger)->read_commitment(RecordIndex{n}).has_value());
        CHECK(text.has_value() == !erased);
        REQUIRE(proof.has_value() == !erased);
        if (erased) CHECK(text.error().code == "record.erased");
        if (erased) CHECK(proof.error().code == "record.erased");
        if (proof) CHECK(verify_event_proof(*proof, signer.verifier()));
    }
}

TEST_CASE("keys: nothing of a record stands in the journal in clear", "[ledger]") {
    TempDir dir;
    TestSigner signer;
    Options options;
    options.state_dir = dir.path() / "state";
    options.origin = kOrigin;
    options.signer = &signer;
    options.segment_bytes = 32u << 10;
    auto ledger = Ledger::open(options);
    REQUIRE(ledger);
    const std::string text = record_at(0, kNoon, "{\"patient\":\"0123456789\"}");
    const std::vector<NewRecord> one{{text, kGateway}};
    REQUIRE((*ledger)->append(one));
    const std::string bytes = slurp(options.state_dir / "journal" / "00000000.seg");
    CHECK(bytes.find("0123456789") == std::string::npos);
    CHECK(bytes.find("kind") == std::string::npos);
    CHECK(*(*ledger)->read_record(RecordIndex{0}) == text);
}
