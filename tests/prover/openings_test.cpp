#include "overlord/prover/openings.hpp"

#include <catch2/catch.hpp>

#include <fstream>

#include "overlord/crypto/sha256.hpp"
#include "temporary_directory.hpp"

namespace overlord::prover {
namespace {

StreamHeader example_header() {
    return {crypto::sha256(as_bytes("stream")), crypto::sha256(as_bytes("salt")),
            "production_system", R"({"control":"telecoms.uptime"})", 60 * kSecondNs, 29494837};
}

Sums opening(std::uint64_t bad, std::uint64_t total, std::uint64_t seed) {
    return {bad, total, zk::Scalar::from_u64(seed * 1000 + 7),
            -zk::Scalar::from_u64(seed * 1000 + 8)};
}

bool same(const Sums& a, const Sums& b) {
    return a.bad == b.bad && a.total == b.total && a.bad_blinding == b.bad_blinding &&
           a.total_blinding == b.total_blinding;
}

// Six slots on two days, four of the first; slot i has bad i and total 10 i.
Openings example(const Path& directory) {
    Openings file = *Openings::open(directory / "x.slots", example_header());
    Row row;
    for (std::uint64_t i = 0; i < 6; ++i) {
        const ledger::Day day = i < 4 ? 20480 : 20481;
        const Sums slot = opening(i, 10 * i, i);
        if (row.day != day) row = Row{{}, day, 0, {}};
        row.values = {i, 10 * i};
        row.place = static_cast<std::uint32_t>(i < 4 ? i : i - 4);
        row.sums.add(slot);
        REQUIRE(file.write(i, row));
    }
    return file;
}

Sums expected(std::uint64_t first, std::uint64_t count) {
    Sums sums;
    for (std::uint64_t i = first; i < first + count; ++i) sums.add(opening(i, 10 * i, i));
    return sums;
}

}  // namespace

TEST_CASE("openings: any window's sums, over days too", "[prover]") {
    const TemporaryDirectory directory;
    const Openings file = example(directory.path);
    CHECK(*file.rows() == 6);
    for (std::uint64_t first = 0; first < 6; ++first) {
        for (std::uint64_t count = 1; first + count <= 6; ++count) {
            const Result<std::optional<Sums>> sums = file.window(first, count);
            REQUIRE(sums);
            REQUIRE(sums->has_value());
            CHECK(same(**sums, expected(first, count)));
        }
    }
    CHECK(same(**file.slot(5), opening(5, 50, 5)));
    CHECK(file.window(0, 7).error().code == "openings.row");
}

TEST_CASE("openings: the file says which stream it is, and is nobody else's", "[prover]") {
    const TemporaryDirectory directory;
    const Path path = directory.path / "x.slots";
    { const Openings file = example(directory.path); }
    CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::mask) ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    const Result<Openings> again = Openings::open(path, Openings::Access::kRead);
    REQUIRE(again);
    CHECK(again->header() == example_header());
    CHECK((*again->read(5))->values == zk::SlotValues{5, 50});
    StreamHeader other = example_header();
    other.begin += 1;
    CHECK(Openings::open(path, other).error().code == "openings.header");

    std::fstream bytes(path, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(40);
    bytes.put('x');
    bytes.close();
    CHECK(Openings::open(path, Openings::Access::kRead).error().code == "openings.header");
}

TEST_CASE("openings: erasing a day leaves the sums of the others", "[prover]") {
    const TemporaryDirectory directory;
    Openings file = example(directory.path);
    CHECK(*file.erase(20480) == 0);
    CHECK(*file.erase(20481) == 4);
    CHECK(*file.erase(20481) == 0);
    for (std::uint64_t i = 0; i < 4; ++i) CHECK_FALSE(file.read(i)->has_value());
    CHECK(same(**file.window(4, 2), expected(4, 2)));
    CHECK(same(**file.window(5, 1), expected(5, 1)));
    CHECK_FALSE(file.window(3, 2)->has_value());
    const Bytes bytes = *read_file(directory.path / "x.slots");
    const std::size_t rows_at = bytes.size() - 6 * kRowBytes;
    CHECK(std::all_of(bytes.begin() + static_cast<std::ptrdiff_t>(rows_at),
                      bytes.begin() + static_cast<std::ptrdiff_t>(rows_at + 4 * kRowBytes),
                      [](std::uint8_t byte) { return byte == 0; }));
}

TEST_CASE("openings: a changed byte of a row is noticed", "[prover]") {
    const TemporaryDirectory directory;
    { const Openings file = example(directory.path); }
    const Path path = directory.path / "x.slots";
    const Bytes whole = *read_file(path);
    for (std::size_t byte = 0; byte < kRowBytes; ++byte) {
        Bytes changed = whole;
        changed[whole.size() - 2 * kRowBytes + byte] ^= 0x10;
        REQUIRE(write_file_derived(path, changed));
        const Openings file = *Openings::open(path, Openings::Access::kRead);
        CHECK(file.read(4).error().code == "openings.row");
        CHECK(file.read(5));
    }
}

TEST_CASE("openings: an erasure goes by the system's name", "[prover]") {
    const TemporaryDirectory directory;
    const Path proofs = proofs_directory(directory.path);
    REQUIRE(make_directories(proofs));
    { const Openings file = example(proofs); }
    using Kind = ledger::ErasureScope::Kind;
    CHECK(*erase_openings(directory.path, {Kind::kSystem, "another"}, 20481) == 0);
    CHECK(*erase_openings(directory.path, {Kind::kRejects, ""}, 20481) == 0);
    CHECK(*erase_openings(directory.path, {Kind::kSystem, "production_system"}, 20481) == 4);
    CHECK(*erase_openings(directory.path, {Kind::kAll, ""}, 20482) == 2);
}

}  // namespace overlord::prover
