// A log that changes its keys, told by its own entries, and logs that follow each other.
#include "log_story.hpp"

#include <catch2/catch.hpp>

#include "overlord/tlog/checkpoint.hpp"
#include "program.hpp"
#include "verification.hpp"

using namespace overlord;
using namespace overlord::ctl;

namespace {

using Signers = std::vector<tlog::NoteSigner*>;

// A public tree that is written entry by entry, and signed by whom a test likes.
class Tree {
public:
    Tree(Path directory, std::string origin)
        : directory_(std::move(directory)),
          origin_(std::move(origin)),
          writer_(*tlog::TileWriter::create(directory_)) {}

    EntryIndex add(const std::string& kind, const std::string& members) {
        const EntryIndex index{writer_.head().size.value};
        const std::string entry = "{\"v\":1,\"kind\":\"" + kind + "\",\"at\":1" +
                                  (members.empty() ? "" : ",") + members + "}";
        const std::vector<ByteView> views{as_bytes(entry)};
        REQUIRE(writer_.append(views));
        return index;
    }
    EntryIndex key(const tlog::KeySigner& signer, const std::string& state) {
        return add("key", "\"role\":\"log\",\"vkey\":\"" + signer.verifier().to_text() +
                              "\",\"state\":\"" + state + "\"");
    }
    std::string checkpoint(const Signers& signers) {
        return *tlog::sign_checkpoint({origin_, writer_.head(), {}}, signers);
    }
    void publish(const Signers& signers) { put("checkpoint", checkpoint(signers)); }
    void hand_over(EntryIndex index, const std::string& note) { put(handover_path(index), note); }
    void put(const std::string& name, const std::string& text) {
        REQUIRE(make_directories((directory_ / name).parent_path()));
        REQUIRE(write_file_derived(directory_ / name, as_bytes(text)));
    }
    [[nodiscard]] tlog::TreeHead head() const { return writer_.head(); }
    [[nodiscard]] const Path& directory() const { return directory_; }

private:
    Path directory_;
    std::string origin_;
    tlog::TileWriter writer_;
};

struct Example {
    Example() { REQUIRE(ready); }
    static tlog::KeySigner signer(std::uint8_t seed, const char* origin = "log.example/one") {
        return {origin, crypto::SigningKey::from_seed(Bytes(32, seed))};
    }
    // Keys one, two and three, each after the other, with handovers.
    void rotate_twice() {
        tree.key(one, "active");
        tree.add("start", "");
        tree.key(one, "retiring");
        second = tree.key(two, "active");
        tree.hand_over(second, tree.checkpoint({&two, &one}));
        tree.key(one, "retired");
        tree.key(two, "retiring");
        third = tree.key(three, "active");
        tree.hand_over(third, tree.checkpoint({&three, &two}));
        tree.key(two, "retired");
        tree.publish({&three});
    }
    bool valid(const tlog::KeySigner& known) {
        return check_public_log(tree.directory(), {known.verifier()}).report.valid;
    }
    bool ready = crypto::initialize().has_value();  // before the keys below are made
    TemporaryDirectory directory;
    tlog::KeySigner one = signer(1), two = signer(2), three = signer(3), other = signer(9);
    Tree tree{directory.path / "log", "log.example/one"};
    EntryIndex second, third;
};

std::string vkey_member(const tlog::KeySigner& signer) {
    return "\"vkey\":\"" + signer.verifier().to_text() + "\"";
}

}  // namespace

TEST_CASE("log story: from the first key to the last, by handovers", "[ctl]") {
    Example example;
    example.rotate_twice();
    CHECK(example.valid(example.one));
    CHECK(example.valid(example.two));
    CHECK(example.valid(example.three));
    CHECK_FALSE(example.valid(example.other));
}

TEST_CASE("log story: a link that is missing or false breaks the chain", "[ctl]") {
    Example example;
    example.rotate_twice();
    const std::string before = *read_text_file(example.tree.directory() /
                                               handover_path(example.third));
    SECTION("taken away") {
        std::filesystem::remove(example.tree.directory() / handover_path(example.third));
    }
    SECTION("signed by nobody of before") {
        example.tree.hand_over(example.third, example.tree.checkpoint({&example.three}));
    }
    SECTION("of another history") {
        Tree other(example.directory.path / "other", "log.example/one");
        for (int i = 0; i < 9; ++i) other.add("start", "");
        example.tree.hand_over(example.third, other.checkpoint({&example.two}));
    }
    SECTION("from before the entry") {
        example.tree.hand_over(example.third, *read_text_file(example.tree.directory() /
                                                              handover_path(example.second)));
    }
    CHECK_FALSE(example.valid(example.one));
    CHECK_FALSE(example.valid(example.two));
    CHECK(example.valid(example.three));
    example.tree.hand_over(example.third, before);
    CHECK(example.valid(example.one));
}

TEST_CASE("log story: a key that the log has retired vouches for nothing later", "[ctl]") {
    Example example;
    example.rotate_twice();
    // Who stole key one after its retirement signs a key of his own into a log of his own making.
    const EntryIndex stolen = example.tree.key(example.other, "active");
    example.tree.hand_over(stolen, example.tree.checkpoint({&example.one, &example.other}));
    example.tree.publish({&example.other});
    CHECK_FALSE(example.valid(example.one));
    CHECK_FALSE(example.valid(example.three));
}

TEST_CASE("log story: succession is shown by both logs or not at all", "[ctl]") {
    Example example;
    tlog::KeySigner next_key = Example::signer(5, "log.example/two");
    Tree next(example.directory.path / "next", "log.example/two");
    example.tree.key(example.one, "active");
    example.tree.add("close", "\"successor\":\"log.example/two\"," + vkey_member(next_key));
    example.tree.publish({&example.one});
    const tlog::TreeHead last = example.tree.head();
    const auto open = [&](std::uint64_t size, const Hash& root) {
        next.add("open", "\"predecessor\":\"log.example/one\"," + vkey_member(example.one) +
                             ",\"size\":" + std::to_string(size) + ",\"root\":\"" +
                             to_base64(root) + "\"");
        next.key(next_key, "active");
        next.publish({&next_key});
        const Keys keys{example.one.verifier(), next_key.verifier()};
        const VerifiedLog first = check_public_log(example.tree.directory(), keys);
        const VerifiedLog second = check_public_log(next.directory(), keys);
        CHECK(first.report.valid);
        CHECK(second.report.valid);
        CHECK_FALSE(verify_succession(second, first).valid);
        return verify_succession(first, second).valid;
    };
    SECTION("as it should be") { CHECK(open(last.size.value, last.root)); }
    SECTION("from another size") { CHECK_FALSE(open(last.size.value - 1, last.root)); }
    SECTION("from another root") { CHECK_FALSE(open(last.size.value, Hash{})); }
}

TEST_CASE("log story: entries that may not stand where they stand", "[ctl]") {
    Example example;
    LogStory story;
    CHECK(story.see({0}, "{\"v\":1,\"kind\":\"start\"}"));
    CHECK(story.see({1}, "{\"v\":1,\"kind\":\"open\"}").error().code == "fsck.log");
    CHECK(story.see({1}, "{\"v\":1,\"kind\":\"key\",\"role\":\"log\",\"vkey\":\"x\"}")
              .error()
              .code == "fsck.log");
    CHECK(story.see({1}, "{\"v\":1,\"kind\":\"close\",\"successor\":\"x\"}").error().code ==
          "fsck.log");
    CHECK(story.see({1}, "{\"v\":1,\"kind\":\"close\",\"successor\":\"x\"," +
                             vkey_member(example.one) + "}"));
    CHECK(story.see({2}, "{\"v\":1,\"kind\":\"stop\"}").error().code == "fsck.log");
}
