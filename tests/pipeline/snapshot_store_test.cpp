#include "snapshot_store.hpp"

#include <unistd.h>
#include <catch2/catch.hpp>

#include "overlord/crypto/sha256.hpp"
#include "overlord/evaluate/messages.hpp"

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
    [[nodiscard]] Path file() const { return path / list_files(path)->front(); }
};

// The layout of an engine's snapshot: shape, global part, no kinds, no systems, no digests.
Bytes engine_part(std::uint64_t records) {
    Bytes part{0, 3, 1, 2, static_cast<std::uint8_t>(records), 0, 0, 0};
    REQUIRE(evaluate::snapshot_digest(part));
    return part;
}

StoredSnapshot snapshot(std::uint64_t records) {
    const Bytes engine = engine_part(records);
    return {{"rules " + std::to_string(records), "settings"},
            RecordIndex{records},
            1000,
            *evaluate::snapshot_digest(engine),
            engine,
            Bytes(3, 7),
            {}};
}

// With the digest in front made right again, as somebody would who changes a file on purpose.
void seal_again(const Path& file, Bytes content) {
    const Hash digest = crypto::sha256(ByteView(content).subspan(32));
    std::copy(digest.begin(), digest.end(), content.begin());
    REQUIRE(write_file_derived(file, content));
}

}  // namespace

TEST_CASE("snapshots: the newest ones are kept, and found at or before a record", "[pipeline]") {
    Folder folder;
    const SnapshotStore store(folder.path / "snapshots", "build 1");
    CHECK(store.list(RecordIndex{100})->empty());
    for (const std::uint64_t n : {5u, 10u, 20u}) REQUIRE(store.save(snapshot(n)));
    CHECK(*store.list(RecordIndex{100}) == std::vector{RecordIndex{20}, RecordIndex{10}});
    CHECK(*store.list(RecordIndex{19}) == std::vector{RecordIndex{10}});
    const auto found = store.read(RecordIndex{20});
    REQUIRE(found);
    CHECK(found->records == RecordIndex{20});
    CHECK(found->at == 1000);
    CHECK(found->in_force == snapshot(20).in_force);
    CHECK(found->engine == snapshot(20).engine);
    CHECK(found->state == snapshot(20).state);
    CHECK(found->digest == snapshot(20).digest);
    CHECK(store.read(RecordIndex{5}).error().code == "snapshot.unreadable");
}

TEST_CASE("snapshots: the digest that save gives is the file's", "[pipeline]") {
    Folder folder;
    const SnapshotStore store(folder.path, "build 1");
    const Result<Hash> saved = store.save(snapshot(5));
    REQUIRE(saved);
    CHECK(store.read(RecordIndex{5})->file == *saved);
}

TEST_CASE("snapshots: another build reads them, another format does not", "[pipeline]") {
    Folder folder;
    REQUIRE(SnapshotStore(folder.path, "build 1").save(snapshot(5)));
    const SnapshotStore other(folder.path, "build 2");
    CHECK(other.read(RecordIndex{5}));
    Bytes content = *read_file(folder.file());
    const auto version = 32 + 4 + kSnapshotFormat.size() - 1;
    REQUIRE(content[version] == kSnapshotFormat.back());
    content[version] = 'x';
    seal_again(folder.file(), content);
    CHECK(other.read(RecordIndex{5}).error().code == "snapshot.format");
}

TEST_CASE("snapshots: every changed byte and every cut is seen", "[pipeline]") {
    Folder folder;
    const SnapshotStore store(folder.path, "build 1");
    REQUIRE(store.save(snapshot(5)));
    const Path file = folder.file();
    const Bytes good = *read_file(file);
    for (std::size_t at = 0; at < good.size(); ++at) {
        Bytes bad = good;
        bad[at] ^= 1;
        REQUIRE(write_file_derived(file, bad));
        REQUIRE(store.read(RecordIndex{5}).error().code == "snapshot.damaged");
    }
    for (std::size_t size = 0; size < good.size(); ++size) {
        REQUIRE(write_file_derived(file, ByteView(good).first(size)));
        REQUIRE(store.read(RecordIndex{5}).error().code == "snapshot.damaged");
    }
}

TEST_CASE("snapshots: a state that is not the one it names is refused", "[pipeline]") {
    Folder folder;
    const SnapshotStore store(folder.path, "build 1");
    StoredSnapshot wrong = snapshot(5);
    wrong.engine = engine_part(6);
    REQUIRE(store.save(wrong));
    CHECK(store.read(RecordIndex{5}).error().code == "snapshot.digest");
}

TEST_CASE("snapshots: one under another record's name is refused", "[pipeline]") {
    Folder folder;
    const SnapshotStore store(folder.path, "build 1");
    REQUIRE(store.save(snapshot(5)));
    std::filesystem::rename(folder.file(), folder.path / "00000000000000000006.snap");
    CHECK(store.read(RecordIndex{6}).error().code == "snapshot.damaged");
}

TEST_CASE("snapshot entries: one spelling, read back", "[pipeline]") {
    Hash digest{};
    digest[0] = 0xab;
    const SnapshotEntry entry{17, RecordIndex{200}, digest, Hash{}};
    const std::string text = compose_entry(entry);
    CHECK(text == "{\"v\":1,\"kind\":\"snapshot\",\"at\":17,\"records\":200,\"digest\":\"ab" +
                      std::string(62, '0') + "\",\"file\":\"" + std::string(64, '0') + "\"}");
    CHECK(**parse_snapshot_entry(text) == entry);
    CHECK_FALSE(parse_snapshot_entry("{\"v\":1,\"kind\":\"stop\",\"at\":1}")->has_value());
    for (const std::string& bad :
         {text + " ", text.substr(0, text.size() - 1),
          "{\"v\":1,\"kind\":\"snapshot\",\"at\":017" + text.substr(31)})
        CHECK(parse_snapshot_entry(bad).error().code == "entry.syntax");
}

}  // namespace overlord::pipeline
