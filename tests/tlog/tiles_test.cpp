#include "overlord/tlog/tiles.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "sample.hpp"

using namespace overlord;
using namespace overlord::tlog;
using sample::Batch;
using sample::TemporaryDirectory;

namespace {

// Every file below `root` with its content.
std::map<std::string, std::string> files_of(const Path& root) {
    std::map<std::string, std::string> files;
    for (const auto& item : std::filesystem::recursive_directory_iterator(root)) {
        if (!item.is_regular_file()) continue;
        files[std::filesystem::relative(item.path(), root).string()] = *read_text_file(item.path());
    }
    return files;
}

// What the standard says must be there for a size, and nothing else.
std::vector<std::string> expected_names(std::uint64_t size) {
    const auto width = [](std::uint64_t count, std::uint64_t index) {
        return static_cast<unsigned>(std::min<std::uint64_t>(256, count - index * 256));
    };
    std::vector<std::string> names;
    for (std::uint64_t index = 0; index * 256 < size; ++index) {
        names.push_back(entries_path(index, width(size, index)));
    }
    unsigned level = 0;
    for (std::uint64_t count = size; count > 0; count /= 256, ++level) {
        for (std::uint64_t index = 0; index * 256 < count; ++index) {
            names.push_back(tile_path({level, index, width(count, index)}));
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

TreeHead head_of(const std::vector<Hash>& leaves, std::uint64_t size) {
    return {{size}, root_of(std::span(leaves).first(size))};
}

}  // namespace

TEST_CASE("tiles: paths", "[tlog]") {
    CHECK(tile_path({0, 5, 256}) == "tile/0/005");
    CHECK(tile_path({1, 234, 17}) == "tile/1/234.p/17");
    CHECK(tile_path({0, 1234067, 256}) == "tile/0/x001/x234/067");
    CHECK(tile_path({2, 1000, 1}) == "tile/2/x001/000.p/1");
    CHECK(entries_path(999, 256) == "tile/entries/999");
    CHECK(entries_path(273, 112) == "tile/entries/273.p/112");
}

TEST_CASE("tiles: the worked example, byte for byte", "[tlog]") {
    const TemporaryDirectory directory;
    TileWriter writer = *TileWriter::create(directory.path);
    REQUIRE(writer.append(Batch(0, 3).views));
    CHECK(to_base64(writer.root()) == "PbZ2Ze6owm3jQWaMHTGZ9h3kt4CoKFaaiYzkjCjZMfM=");
    const auto files = files_of(directory.path);
    REQUIRE(files.size() == 2);
    CHECK(to_hex(as_bytes(files.at("tile/entries/000.p/3"))) ==
          "00097b22736571223a307d00097b22736571223a317d00097b22736571223a327d");
    CHECK(to_hex(as_bytes(files.at("tile/0/000.p/3"))) ==
          to_hex(sample::leaf(0)) + to_hex(sample::leaf(1)) + to_hex(sample::leaf(2)));
}

TEST_CASE("tiles: all sizes up to 1100 in random steps are those written in one go", "[tlog]") {
    const std::vector<Hash> leaves = sample::leaves(1100);
    // In memory every size; on the disk those around the borders of tiles and some between.
    std::mt19937 random(42);
    const TemporaryDirectory directory;
    TileWriter grown = *TileWriter::create(directory.path / "grown");
    std::uint64_t size = 0;
    while (size < leaves.size()) {
        const std::uint64_t step = std::uniform_int_distribution<std::uint64_t>(0, 9)(random);
        const std::uint64_t next = std::min<std::uint64_t>(leaves.size(), size + step);
        REQUIRE(grown.append(Batch(size, next).views));
        size = next;
        CAPTURE(size);
        REQUIRE(grown.size() == TreeSize{size});
        REQUIRE(grown.head() == head_of(leaves, size));
        REQUIRE(TileReader::open(directory.path / "grown", grown.head()));
        // A new writer goes on from the files.
        Result<TileWriter> reopened = TileWriter::open(directory.path / "grown", grown.head());
        REQUIRE(reopened);
        grown = *std::move(reopened);
    }
    REQUIRE(check_log(directory.path / "grown", grown.head()));

    TileWriter whole = *TileWriter::create(directory.path / "whole");
    REQUIRE(whole.append(Batch(0, size).views));
    const auto grown_files = files_of(directory.path / "grown");
    const auto whole_files = files_of(directory.path / "whole");
    for (const auto& [name, content] : whole_files) {
        CAPTURE(name);
        REQUIRE(grown_files.contains(name));
        CHECK(grown_files.at(name) == content);
    }
    // Partial tiles may be left only where the tile is not full.
    for (const auto& [name, content] : grown_files) {
        const std::size_t partial = name.find(".p/");
        if (partial == std::string::npos) continue;
        CHECK_FALSE(whole_files.contains(name.substr(0, partial)));
    }
}

TEST_CASE("tiles: each size from nothing has exactly the files of the standard", "[tlog]") {
    const std::vector<Hash> leaves = sample::leaves(1100);
    for (std::uint64_t size = 0; size <= 1100; ++size) {
        const bool border = size % 256 <= 2 || size % 256 >= 254 || size % 97 == 0;
        if (!border) continue;
        CAPTURE(size);
        const TemporaryDirectory directory;
        TileWriter writer = *TileWriter::create(directory.path);
        REQUIRE(writer.append(Batch(0, size).views));
        CHECK(writer.head() == head_of(leaves, size));
        std::vector<std::string> names;
        for (const auto& [name, content] : files_of(directory.path)) names.push_back(name);
        CHECK(names == expected_names(size));
        REQUIRE(check_log(directory.path, writer.head()));
    }
}

TEST_CASE("tiles: every size of the tree in memory has the right root", "[tlog]") {
    struct Ignore final : TileBuilder::Sink {
        Status full_tile(const TileId&, std::span<const Hash>) override { return {}; }
        Status full_entries(std::uint64_t, ByteView) override { return {}; }
    } ignore;
    TileBuilder builder;
    Frontier frontier;
    for (std::uint64_t size = 0; size <= 1100; ++size) {
        CHECK(builder.root() == frontier.root());
        REQUIRE(builder.append(as_bytes(sample::entry(size)), ignore));
        frontier.append(sample::leaf(size));
    }
}

TEST_CASE("tiles: around 65,536 entries three levels begin", "[tlog]") {
    const std::vector<Hash> leaves = sample::leaves(65540);
    const TemporaryDirectory directory;
    TileWriter writer = *TileWriter::create(directory.path / "grown");
    REQUIRE(writer.append(Batch(0, 65279).views));
    for (const std::uint64_t size :
         {65280, 65281, 65533, 65534, 65535, 65536, 65537, 65538, 65539}) {
        CAPTURE(size);
        REQUIRE(writer.append(Batch(writer.size().value, size).views));
        REQUIRE(writer.head() == head_of(leaves, size));
        const TemporaryDirectory fresh;
        TileWriter whole = *TileWriter::create(fresh.path);
        REQUIRE(whole.append(Batch(0, size).views));
        const auto files = files_of(fresh.path);
        std::vector<std::string> names;
        for (const auto& [name, content] : files) {
            names.push_back(name);
            const Result<std::string> grown = read_text_file(directory.path / "grown" / name);
            if (!grown || *grown != content) FAIL_CHECK(name << " differs");
        }
        CHECK(names == expected_names(size));
        REQUIRE(TileWriter::open(directory.path / "grown", writer.head()));
        REQUIRE(check_log(directory.path / "grown", writer.head()));
    }
    CHECK(std::filesystem::exists(directory.path / "grown" / "tile/2/000.p/1"));
}

TEST_CASE("tiles: a reader proves every entry and every older size", "[tlog]") {
    constexpr std::uint64_t kSize = 1300;
    const std::vector<Hash> leaves = sample::leaves(kSize);
    const TemporaryDirectory directory;
    TileWriter writer = *TileWriter::create(directory.path);
    REQUIRE(writer.append(Batch(0, kSize).views));
    Result<TileReader> reader = TileReader::open(directory.path, writer.head());
    REQUIRE(reader);
    for (std::uint64_t index = 0; index < kSize; ++index) {
        CAPTURE(index);
        REQUIRE(as_text(*reader->entry({index})) == sample::entry(index));
        REQUIRE(*reader->leaf({index}) == leaves[index]);
        const Result<Proof> proof = reader->inclusion({index}, {kSize});
        REQUIRE(proof);
        REQUIRE(verify_inclusion({index, {kSize}}, leaves[index], *proof, writer.root()));
    }
    MemoryTree memory(leaves);
    for (std::uint64_t size = 1; size <= kSize; size += 13) {
        CAPTURE(size);
        CHECK(*reader->consistency({size}, {kSize}) == *consistency_proof(memory, {size}, {kSize}));
        CHECK(*reader->inclusion({size / 2}, {size}) ==
              *inclusion_proof(memory, {size / 2, {size}}));
    }
}

TEST_CASE("tiles: entries of any bytes and of the largest size", "[tlog]") {
    const TemporaryDirectory directory;
    TileWriter writer = *TileWriter::create(directory.path);
    const Bytes empty;
    const Bytes largest(kEntryBytesMax, 0xab);
    const Bytes too_large(kEntryBytesMax + 1);
    const std::vector<ByteView> good{empty, largest, as_bytes(std::string_view("\0\n", 2))};
    REQUIRE(writer.append(good));
    const TreeHead head = writer.head();
    const std::vector<ByteView> bad{empty, too_large};
    CHECK(writer.append(bad).error().code == "log.entry_size");
    CHECK(writer.head() == head);
    REQUIRE(check_log(directory.path, head));
    Result<TileReader> reader = TileReader::open(directory.path, head);
    REQUIRE(reader);
    CHECK(*reader->entry({0}) == empty);
    CHECK(*reader->entry({1}) == largest);
}
