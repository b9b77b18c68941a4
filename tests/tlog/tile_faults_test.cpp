// What a crash, a power cut or a hand in the files leaves behind, and that it is found.
#include <catch2/catch.hpp>
#include <map>

#include "overlord/tlog/tiles.hpp"
#include "sample.hpp"

using namespace overlord;
using namespace overlord::tlog;
using sample::Batch;
using sample::TemporaryDirectory;

namespace {

void put(const Path& path, std::string_view content) {
    std::filesystem::create_directories(path.parent_path());
    REQUIRE(write_file_derived(path, as_bytes(content)));
}

}  // namespace

TEST_CASE("tiles: a crash after the full tile and before the checkpoint", "[tlog]") {
    const TemporaryDirectory directory;
    TileWriter writer = *TileWriter::create(directory.path);
    REQUIRE(writer.append(Batch(0, 255).views));
    const TreeHead published = writer.head();
    REQUIRE(writer.append(Batch(255, 300).views));
    CHECK_FALSE(std::filesystem::exists(directory.path / "tile/0/000.p"));

    // The published size is still readable, provable and open for other entries.
    Result<TileReader> reader = TileReader::open(directory.path, published);
    REQUIRE(reader);
    CHECK(as_text(*reader->entry({254})) == sample::entry(254));
    CHECK(verify_inclusion({7, published.size}, sample::leaf(7),
                           *reader->inclusion({7}, published.size), published.root));
    REQUIRE(check_log(directory.path, published));
    Result<TileWriter> again = TileWriter::open(directory.path, published);
    REQUIRE(again);
    // What was never signed is gone, also its other entries.
    CHECK(std::filesystem::exists(directory.path / "tile/0/000.p/255"));
    for (const char* name : {"tile/0/000", "tile/0/001.p", "tile/1/000.p", "tile/entries/000",
                             "tile/entries/001.p"}) {
        CAPTURE(name);
        CHECK_FALSE(std::filesystem::exists(directory.path / name));
    }
    REQUIRE(again->append(Batch(500, 520).views));
    REQUIRE(sync_log(directory.path));
    REQUIRE(check_log(directory.path, again->head()));
}

TEST_CASE("tiles: a writer does not go on from files that do not lead to the root", "[tlog]") {
    const TemporaryDirectory directory;
    TileWriter writer = *TileWriter::create(directory.path);
    REQUIRE(writer.append(Batch(0, 300).views));
    TreeHead wrong = writer.head();
    wrong.root[0] ^= 1;
    CHECK(TileWriter::open(directory.path, wrong).error().code == "tile.damaged");
    CHECK(TileReader::open(directory.path, wrong).error().code == "tile.damaged");

    put(directory.path / "tile/entries/001.p/44", "torn");
    CHECK(TileWriter::open(directory.path, writer.head()).error().code == "tile.damaged");
    std::filesystem::remove(directory.path / "tile/0/001.p/44");
    CHECK(TileWriter::open(directory.path, writer.head()).error().code == "io.enoent");

    // The entries are the truth: a writer from nothing replaces all of it.
    TileWriter rebuilt = *TileWriter::create(directory.path);
    REQUIRE(rebuilt.append(Batch(0, 300).views));
    CHECK(rebuilt.head() == writer.head());
    REQUIRE(check_log(directory.path, writer.head()));
}

TEST_CASE("tiles: a changed byte in any file is found, with file and entry", "[tlog]") {
    const TemporaryDirectory directory;
    TileWriter writer = *TileWriter::create(directory.path);
    REQUIRE(writer.append(Batch(0, 700).views));
    REQUIRE(writer.append(Batch(700, 710).views));
    const TreeHead head = writer.head();
    REQUIRE(check_log(directory.path, head));
    int changes = 0;
    for (const auto& item : std::filesystem::recursive_directory_iterator(directory.path)) {
        if (!item.is_regular_file()) continue;
        const std::string good = *read_text_file(item.path());
        const std::string name = std::filesystem::relative(item.path(), directory.path).string();
        for (std::size_t at = 0; at < good.size(); at += 1 + good.size() / 40) {
            std::string bad = good;
            bad[at] = static_cast<char>(bad[at] ^ 0x10);
            put(item.path(), bad);
            CAPTURE(name, at);
            const Status checked = check_log(directory.path, head);
            REQUIRE_FALSE(checked);
            CHECK(checked.error().code == "fsck.log");
            CHECK(checked.error().message.find("tile/") != std::string::npos);
            ++changes;
        }
        for (const std::string& bad : {good + "x", good.substr(1), std::string{}}) {
            put(item.path(), bad);
            CAPTURE(name, bad.size());
            CHECK_FALSE(check_log(directory.path, head));
        }
        put(item.path(), good);
    }
    CHECK(changes > 200);
    REQUIRE(check_log(directory.path, head));
}

TEST_CASE("tiles: the check names what it found", "[tlog]") {
    const TemporaryDirectory directory;
    TileWriter writer = *TileWriter::create(directory.path);
    REQUIRE(writer.append(Batch(0, 600).views));
    const auto change = [&](const std::string& name, std::size_t at) {
        const std::string good = *read_text_file(directory.path / name);
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 1);
        put(directory.path / name, bad);
        const Status checked = check_log(directory.path, writer.head());
        put(directory.path / name, good);
        REQUIRE_FALSE(checked);
        return checked.error().message;
    };
    CHECK(change("tile/0/001", 32 * 14 + 3) == "tile/0/001: hash 14 is not that of entry 270");
    CHECK(change("tile/1/000.p/2", 40) ==
          "tile/1/000.p/2: hash 1 is not that of entries 256 to 511");
    // A change of an entry shows at its leaf hash.
    CHECK(change("tile/entries/000", 8) == "tile/0/000: hash 0 is not that of entry 0");
    CHECK(change("tile/0/002.p/88", 0) == "tile/0/002.p/88: hash 0 is not that of entry 512");

    put(directory.path / "tile/0/002.p/notes", "x");
    CHECK(check_log(directory.path, writer.head()).error().message ==
          "tile/0/002.p/notes: is no file of a log");
    std::filesystem::remove(directory.path / "tile/0/002.p/notes");
    put(directory.path / "tile/0/002.p/89.tmp", "a write cut short");
    CHECK(check_log(directory.path, writer.head()));
    std::filesystem::remove(directory.path / "tile/0/001");
    CHECK(check_log(directory.path, writer.head()).error().message.find("tile/0/001") !=
          std::string::npos);
}

TEST_CASE("tiles: a reader refuses a tile or entry that was changed", "[tlog]") {
    const TemporaryDirectory directory;
    TileWriter writer = *TileWriter::create(directory.path);
    REQUIRE(writer.append(Batch(0, 600).views));
    const Path tile = directory.path / "tile/0/001";
    const std::string good = *read_text_file(tile);
    std::string bad = good;
    bad[100] = static_cast<char>(bad[100] ^ 1);
    put(tile, bad);
    {
        TileReader reader = *TileReader::open(directory.path, writer.head());
        CHECK(reader.leaf({0}));
        CHECK(reader.leaf({300}).error().code == "tile.damaged");
        CHECK(reader.inclusion({300}, {600}).error().code == "tile.damaged");
    }
    put(tile, good);
    const Path bundle = directory.path / "tile/entries/001";
    std::string entries = *read_text_file(bundle);
    entries[9] = '!';
    put(bundle, entries);
    TileReader reader = *TileReader::open(directory.path, writer.head());
    CHECK(reader.entry({0}));
    CHECK(reader.entry({300}).error().code == "tile.damaged");
}

TEST_CASE("tiles: the visitor sees each entry and can stop the check", "[tlog]") {
    const TemporaryDirectory directory;
    TileWriter writer = *TileWriter::create(directory.path);
    REQUIRE(writer.append(Batch(0, 300).views));
    std::uint64_t seen = 0;
    const auto visit = [&](EntryIndex index, ByteView entry) -> Status {
        CHECK(index.value == seen++);
        CHECK(as_text(entry) == sample::entry(index.value));
        return {};
    };
    REQUIRE(check_log(directory.path, writer.head(), visit));
    CHECK(seen == 300);
    const Status stopped =
        check_log(directory.path, writer.head(),
                  [](EntryIndex, ByteView) -> Status { return Error{"entry.bad", "stop"}; });
    CHECK(stopped.error().code == "entry.bad");
}
