#include "snapshot_store.hpp"

#include <unistd.h>
#include <catch2/catch.hpp>

namespace overlord::pipeline {
namespace {

struct Folder {
    Path path;
    Folder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "overlord-snapshots-XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path); }
};

StoredSnapshot snapshot(std::uint64_t records) {
    return {RecordIndex{records}, Bytes(100, static_cast<std::uint8_t>(records)), Bytes(3, 7)};
}

}  // namespace

TEST_CASE("snapshots: the newest ones are kept, and found at or before a record", "[pipeline]") {
    Folder folder;
    const SnapshotStore store(folder.path / "snapshots", "build 1");
    CHECK(store.load(RecordIndex{100})->empty());
    for (const std::uint64_t n : {5u, 10u, 20u}) REQUIRE(store.save(snapshot(n)));
    const auto found = store.load(RecordIndex{100});
    REQUIRE(found);
    REQUIRE(found->size() == kSnapshotsKept);
    CHECK(found->front().records == RecordIndex{20});
    CHECK(found->front().engine == snapshot(20).engine);
    CHECK(found->front().state == snapshot(20).state);
    REQUIRE(store.load(RecordIndex{19})->size() == 1);
    CHECK(store.load(RecordIndex{19})->front().records == RecordIndex{10});
}

TEST_CASE("snapshots: damaged ones and those of another build are passed over", "[pipeline]") {
    Folder folder;
    const SnapshotStore store(folder.path, "build 1");
    REQUIRE(store.save(snapshot(5)));
    CHECK(SnapshotStore(folder.path, "build 2").load(RecordIndex{100})->empty());
    const std::string name = list_files(folder.path)->front();
    const Bytes good = *read_file(folder.path / name);
    for (std::size_t at = 0; at < good.size(); ++at) {
        Bytes bad = good;
        bad[at] ^= 1;
        REQUIRE(write_file_derived(folder.path / name, bad));
        REQUIRE(store.load(RecordIndex{100})->empty());
    }
    for (std::size_t size = 0; size < good.size(); ++size) {
        REQUIRE(write_file_derived(folder.path / name, ByteView(good).first(size)));
        REQUIRE(store.load(RecordIndex{100})->empty());
    }
}

}  // namespace overlord::pipeline
