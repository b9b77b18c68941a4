#include <catch2/catch.hpp>

#include <thread>

#include "overlord/ledger/journal_writer.hpp"
#include "support.hpp"

using namespace overlord;
using namespace overlord::ledger;
using namespace overlord::ledger::testing;

namespace {

constexpr std::uint64_t kSmall = 32u << 10;

struct Journal {
    TempDir dir;
    Path path = dir.path() / "journal";
    Hash origin{};
    Disk* disk = &real_disk();

    Journal() { REQUIRE(make_directories(path / "keys")); }

    Result<std::unique_ptr<KeyedWriter>> open(std::uint64_t segment_bytes = kSmall) {
        Result<JournalState> state = scan();
        if (!state) return state.error();
        if (state->torn) {
            const Result<Path> cut = cut_tail(path, *state->torn, real_disk());
            if (!cut) return cut.error();
            state->torn.reset();
        }
        Result<std::unique_ptr<JournalWriter>> writer =
            JournalWriter::open({path, segment_bytes, origin, disk}, *state);
        if (!writer) return std::move(writer).error();
        Result<KeyIssuer> keys = KeyIssuer::open(path / "keys", *disk);
        if (!keys) return std::move(keys).error();
        return std::make_unique<KeyedWriter>(*std::move(writer), *std::move(keys));
    }
    Result<JournalState> scan() const {
        return scan_journal(path, {{}, origin}, [](const FrameView&) { return Status(); });
    }
    std::vector<std::string> read(std::uint64_t from = 0) const {
        Result<JournalReader> reader = JournalReader::open(path, RecordIndex{from});
        REQUIRE(reader);
        std::vector<std::string> records;
        for (;;) {
            const auto line = reader->next();
            REQUIRE(line);
            if (!line->has_value()) return records;
            REQUIRE((*line)->n.value == from + records.size());
            records.emplace_back((*line)->text);
        }
    }
};

void append(KeyedWriter& writer, std::size_t count, std::size_t filler = 200) {
    const auto records = sample_records(writer->next_record().value, count, filler);
    REQUIRE(writer.append(records));
}

void seal(KeyedWriter& writer, std::uint64_t before, const std::string& entry) {
    Seal seal;
    seal.size_before.value = before;
    seal.size.value = before + 1;
    seal.root.fill(0x5a);
    seal.entries = {entry};
    REQUIRE(writer->append_seal(seal));
}

}  // namespace

TEST_CASE("journal: what was appended is read, from any number, also after a restart", "[ledger]") {
    Journal journal;
    {
        auto writer = journal.open();
        REQUIRE(writer);
        append(**writer, 3);
        append(**writer, 1);
        append(**writer, 16);
    }
    {
        auto writer = journal.open();
        REQUIRE(writer);
        CHECK((**writer)->next_record().value == 20);
        append(**writer, 5);
    }
    CHECK(journal.read() == sample_records(0, 25));
    CHECK(journal.read(17) == sample_records(17, 8));
    CHECK(journal.read(25).empty());
    CHECK(journal.read(1000).empty());
}

TEST_CASE("journal: an empty directory is an empty journal", "[ledger]") {
    Journal journal;
    CHECK(journal.read().empty());
    const auto state = journal.scan();
    REQUIRE(state);
    CHECK_FALSE(state->begun);
}

TEST_CASE("journal: segments roll and one append may span several", "[ledger]") {
    Journal journal;
    auto writer = journal.open();
    REQUIRE(writer);
    append(**writer, 400, 900);
    for (int i = 0; i < 40; ++i) append(**writer, 10, 300);
    CHECK((**writer)->segment() > 10);
    CHECK(journal.read().size() == 800);
    CHECK(journal.read(799) == sample_records(799, 1, 300));
    for (const std::uint64_t n : {0u, 399u, 400u, 555u}) {
        CHECK(journal.read(n).size() == 800 - n);
    }
    writer->reset();
    REQUIRE(journal.scan());
    CHECK(journal.scan()->next_record.value == 800);
}

TEST_CASE("journal: a record larger than the rest of a segment rolls", "[ledger]") {
    Journal journal;
    auto writer = journal.open();
    REQUIRE(writer);
    append(**writer, 1, 20000);
    append(**writer, 1, 20000);
    CHECK((**writer)->segment() == 1);
    const std::string huge = sample_record(2, 40000);
    const auto refused = (*writer)->append({huge});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "record.too_large");
    append(**writer, 1);  // that poisoned nothing
}

TEST_CASE("journal: a reader follows a writer", "[ledger]") {
    Journal journal;
    auto writer = journal.open();
    REQUIRE(writer);
    append(**writer, 1);
    Result<JournalReader> reader = JournalReader::open(journal.path);
    REQUIRE(reader);
    constexpr std::uint64_t kRecords = 2000;
    std::thread writing([&] {
        for (std::uint64_t n = 1; n < kRecords; n += 1) {
            const std::vector<std::string> records = sample_records(n, 1, n % 700);
            OVERLORD_ASSERT((*writer)->append(records).has_value());
        }
    });
    std::uint64_t next = 0;
    while (next < kRecords) {
        const auto line = reader->next();
        if (!line) FAIL(line.error().message);
        if (!line->has_value()) continue;
        if ((*line)->n.value != next) FAIL("record " << (*line)->n.value << " after " << next);
        ++next;
    }
    writing.join();
}

TEST_CASE("journal: seals carry the public log", "[ledger]") {
    Journal journal;
    auto writer = journal.open();
    REQUIRE(writer);
    append(**writer, 3);
    seal(**writer, 0, "first entry");
    append(**writer, 2);
    writer->reset();
    const auto state = journal.scan();
    REQUIRE(state);
    CHECK(state->entries.value == 1);
    CHECK(state->sealed_until.value == 3);
    CHECK(state->next_record.value == 5);
    REQUIRE(state->root);
    CHECK((*state->root)[0] == 0x5a);
}

namespace {

// A journal whose last frame begins at `offset`, in a state as a crash would leave it.
struct LastFrame {
    Path file;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
};

LastFrame fill(Journal& journal, std::size_t before, std::size_t filler, std::size_t count) {
    auto writer = journal.open();
    REQUIRE(writer);
    append(**writer, before, filler);
    const auto records = sample_records(before, count, filler);
    const auto placed = (*writer)->append(records);
    REQUIRE(placed);
    REQUIRE(placed->size() == 1);
    return {journal.path / "00000000.seg", placed->front().offset, placed->front().bytes};
}

// What fill() has to be told for a last frame whose header lies in two sectors, or in one.
std::size_t filler_for(bool header_in_two) {
    for (std::size_t filler = 700; filler < 700 + 512; filler += 8) {
        Journal journal;
        const LastFrame last = fill(journal, 1, filler, 5);
        if ((last.offset % 512 + kFrameHeaderBytes > 512) == header_in_two) return filler;
    }
    FAIL("no such frame");
    return 0;
}

}  // namespace

TEST_CASE("journal: a frame cut off at any length is moved to quarantine", "[ledger]") {
    for (const std::size_t before : {1u, 2u, 3u, 4u}) {
        Journal journal;
        const LastFrame last = fill(journal, before, 100 + before * 61, 5);
        const std::string whole = slurp(last.file);
        for (std::uint64_t keep = 0; keep < last.bytes; keep += 8) {
            std::string torn = whole;
            std::fill(torn.begin() + static_cast<std::ptrdiff_t>(last.offset + keep),
                      torn.begin() + static_cast<std::ptrdiff_t>(last.offset + last.bytes), '\0');
            spill(last.file, torn);
            std::filesystem::remove_all(journal.path / "quarantine");
            const auto writer = journal.open();
            INFO("kept " << keep << " of " << last.bytes << " at " << last.offset);
            REQUIRE(writer);
            REQUIRE((**writer)->next_record().value == before);
            if (keep > 0) {
                REQUIRE(std::filesystem::exists(journal.path / "quarantine"));
                const auto kept = *std::filesystem::directory_iterator(journal.path / "quarantine");
                CHECK(torn.substr(last.offset, keep).starts_with(slurp(kept.path())));
            }
        }
    }
}

TEST_CASE("journal: a header that ends in a zero byte, without its payload, is a torn write",
          "[ledger]") {
    for (int attempt = 0; attempt < 20'000; ++attempt) {
        Journal journal;
        const LastFrame last = fill(journal, 1, 100, 1);
        std::string torn = slurp(last.file);
        const auto end = static_cast<std::ptrdiff_t>(last.offset + kFrameHeaderBytes);
        if (torn[static_cast<std::size_t>(end) - 1] != '\0') continue;  // of its checksum: 1 in 256
        std::fill(torn.begin() + end,
                  torn.begin() + static_cast<std::ptrdiff_t>(last.offset + last.bytes), '\0');
        spill(last.file, torn);
        const auto writer = journal.open();
        REQUIRE(writer);
        CHECK((**writer)->next_record().value == 1);
        CHECK(std::filesystem::exists(journal.path / "quarantine"));
        return;
    }
    FAIL("no such header");
}

TEST_CASE("journal: any missing sectors of the last frame are a torn write", "[ledger]") {
    Journal journal;
    const LastFrame last = fill(journal, 1, filler_for(GENERATE(false, true)), 5);
    const std::string whole = slurp(last.file);
    const std::uint64_t first = last.offset / 512;
    const std::uint64_t sectors = (last.offset + last.bytes - 1) / 512 - first + 1;
    for (std::uint64_t mask = 1; mask < (1u << sectors); ++mask) {
        std::string torn = whole;
        for (std::uint64_t s = 0; s < sectors; ++s) {
            if ((mask >> s & 1) == 0) continue;
            const std::uint64_t from = std::max(last.offset, (first + s) * 512);
            const std::uint64_t to = std::min(last.offset + last.bytes, (first + s + 1) * 512);
            std::fill(torn.begin() + static_cast<std::ptrdiff_t>(from),
                      torn.begin() + static_cast<std::ptrdiff_t>(to), '\0');
        }
        spill(last.file, torn);
        const auto writer = journal.open();
        INFO("mask " << mask);
        REQUIRE(writer);
        REQUIRE((**writer)->next_record().value == 1);
    }
}

TEST_CASE("journal: a flipped byte in the last frame is damage, not a torn write", "[ledger]") {
    Journal journal;
    const LastFrame last = fill(journal, 2, 150, 4);
    const std::string whole = slurp(last.file);
    for (std::uint64_t i = 0; i < last.bytes; ++i) {
        for (const int flip : {1, 0x80, 0xff}) {
            std::string damaged = whole;
            damaged[last.offset + i] = static_cast<char>(damaged[last.offset + i] ^ flip);
            spill(last.file, damaged);
            const auto state = journal.scan();
            INFO("byte " << i << " ^ " << flip);
            REQUIRE_FALSE(state);
            REQUIRE(state.error().code == "journal.corrupt");
            REQUIRE(state.error().message.find("record 2") != std::string::npos);
        }
    }
}

TEST_CASE("journal: a hole before a whole frame is damage", "[ledger]") {
    Journal journal;
    LastFrame last = fill(journal, 1, 1500, 1);
    {
        auto writer = journal.open();
        REQUIRE(writer);
        append(**writer, 1);
    }
    patch(last.file, last.offset, std::string(last.bytes, '\0'));
    const auto state = journal.scan();
    REQUIRE_FALSE(state);
    CHECK(state.error().code == "journal.corrupt");
}

TEST_CASE("journal: a shorter file, a missing and a foreign segment are refused", "[ledger]") {
    Journal journal;
    {
        auto writer = journal.open();
        REQUIRE(writer);
        append(**writer, 400, 500);
    }
    const Path second = journal.path / "00000001.seg";
    const std::string whole = slurp(second);
    spill(second, whole.substr(0, whole.size() - 1));
    CHECK(journal.scan().error().code == "journal.corrupt");
    spill(second, slurp(journal.path / "00000002.seg"));
    CHECK(journal.scan().error().code == "journal.corrupt");
    std::filesystem::remove(second);
    CHECK(journal.scan().error().code == "journal.corrupt");
    spill(second, whole);
    CHECK(journal.scan());
    const auto other =
        scan_journal(journal.path, {{}, Hash{1}}, [](const FrameView&) { return Status(); });
    CHECK(other.error().code == "state.origin");
}

TEST_CASE("journal: after a failed operation nothing is written and nothing is lost", "[ledger]") {
    using Mode = FaultyDisk::Mode;
    for (const Mode mode : {Mode::kNotDone, Mode::kHalfDone, Mode::kDoneButFailed}) {
        for (std::uint64_t fail_at = 1; fail_at < 140; ++fail_at) {
            Journal journal;
            FaultyDisk disk(fail_at, mode);
            journal.disk = &disk;
            std::uint64_t acknowledged = 0;
            {
                auto writer = journal.open(16u << 10);
                while (writer && acknowledged < 150) {
                    const auto records = sample_records(acknowledged, 3, 700);
                    if (const auto done = (*writer)->append(records); !done) {
                        CHECK((*writer)->append(records).error().code == "ledger.poisoned");
                        break;
                    }
                    acknowledged += 3;
                }
            }
            journal.disk = &real_disk();
            auto writer = journal.open(16u << 10);
            INFO("operation " << fail_at << " mode " << static_cast<int>(mode)
                 << (writer ? "" : writer.error().message));
            REQUIRE(writer);
            const std::uint64_t found = (**writer)->next_record().value;
            REQUIRE(found >= acknowledged);
            REQUIRE(found <= acknowledged + 3);
            append(**writer, 10, 700);
            CHECK(journal.read() == sample_records(0, found + 10, 700));
        }
    }
}

TEST_CASE("journal: a full disk is seen before it stops the log", "[ledger]") {
    Journal journal;
    auto writer = journal.open();
    REQUIRE(writer);
    append(**writer, 1);
    CHECK((**writer)->room() < kSmall);
    CHECK_FALSE((**writer)->preparation_error());
}
