// A start that looks at the end of the tree only.
#include <catch2/catch.hpp>

#include "overlord/tlog/tiles.hpp"
#include "sample.hpp"

using namespace overlord;
using namespace overlord::tlog;
using sample::Batch;
using sample::TemporaryDirectory;

namespace {

constexpr std::uint64_t kSize = 1400;  // five full tiles and one of 120

struct Grown {
    TemporaryDirectory directory;
    TileWriter writer = *TileWriter::create(directory.path);
    Grown() {
        for (std::uint64_t at = 0; at < kSize; at += 70)
            REQUIRE(writer.append(Batch(at, at + 70).views));
    }
};

TreeHead head_of(const std::vector<Hash>& leaves, std::uint64_t size) {
    return {{size}, root_of(std::span(leaves).first(size))};
}

// Index of a tile or bundle of level 0 below `from`, by its file's name.
bool covers(const std::string& name, std::uint64_t from) {
    if (!name.starts_with("tile/0/") && !name.starts_with("tile/entries/")) return true;
    const std::size_t slash = name.find('/', 5);
    return std::stoull(name.substr(slash + 1, 3)) >= from / kTileWidth;
}

}  // namespace

TEST_CASE("tiles: the right edge of each earlier size is read from a tree that grew", "[tlog]") {
    Grown grown;
    const std::vector<Hash> leaves = sample::leaves(kSize);
    Frontier expected;
    for (std::uint64_t size = 1; size <= kSize; ++size) {
        expected.append(leaves[size - 1]);
        CAPTURE(size);
        // A partial tile narrower than any that was published stands in a wider one.
        const Result<Frontier> read = read_frontier(grown.directory.path, expected.head());
        REQUIRE(read);
        REQUIRE(read->hashes() == expected.hashes());
    }
    TreeHead wrong = head_of(leaves, 1000);
    wrong.root[3] ^= 1;
    CHECK(read_frontier(grown.directory.path, wrong).error().code == "tile.damaged");
    CHECK_FALSE(read_frontier(grown.directory.path, {{kSize + 1}, wrong.root}));
}

TEST_CASE("tiles: the check of a tail reads the files of its entries and the way up", "[tlog]") {
    Grown grown;
    const Path& root = grown.directory.path;
    const TreeHead head = grown.writer.head();
    for (const std::uint64_t from : {0u, 1u, 255u, 256u, 700u, 1399u, 1400u, 5000u}) {
        CAPTURE(from);
        REQUIRE(check_tail(root, head, {from}));
    }
    int found = 0;
    for (const auto& item : std::filesystem::recursive_directory_iterator(root)) {
        if (!item.is_regular_file()) continue;
        const std::string name = std::filesystem::relative(item.path(), root).string();
        const std::string good = *read_text_file(item.path());
        std::string bad = good;
        bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 1);
        for (const std::string& content : {bad, std::string()}) {
            REQUIRE(write_file_derived(item.path(), as_bytes(content)));
            for (const std::uint64_t from : {0u, 300u, 1300u}) {
                CAPTURE(name, from, content.size());
                const Status checked = check_tail(root, head, {from});
                CHECK(checked.has_value() == !covers(name, from));
                if (!checked) ++found;
            }
        }
        REQUIRE(write_file_derived(item.path(), as_bytes(good)));
    }
    CHECK(found > 20);
}

TEST_CASE("tiles: the check of a tail needs the root of the head", "[tlog]") {
    Grown grown;
    TreeHead head = grown.writer.head();
    head.root[0] ^= 1;
    CHECK(check_tail(grown.directory.path, head, {1300}).error().code == "fsck.log");
    std::filesystem::remove(grown.directory.path / "tile/entries/005.p/120");
    CHECK_FALSE(check_tail(grown.directory.path, grown.writer.head(), {1300}));
}
