#include <filesystem>
#include <fstream>

#include "machine.hpp"

using namespace overlord;
using namespace overlord::rules;

namespace {

class Directory {
public:
    Directory() {
        char name[] = "/tmp/overlord-rules-XXXXXX";
        path_ = ::mkdtemp(name);
    }
    ~Directory() { std::filesystem::remove_all(path_); }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(path_ / name) << text;
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace

TEST_CASE("rules: the digest covers names and texts, in the order of the names", "[rules]") {
    const std::vector<prolog::SourceFile> files = {{"b.pl", "two"}, {"a.pl", "one"}};
    // printf 'zk-overlords/bundle/v1\0' and, for each, u64 length, name, u64 length, text |
    // sha256sum
    CHECK(to_hex(bundle_digest(files)) == to_hex(bundle_digest({files[1], files[0]})));
    CHECK(bundle_digest({{"a.pl", "one"}}) != bundle_digest({{"a.plo", "ne"}}));
    CHECK(bundle_digest({{"a.pl", "one"}, {"b.pl", ""}}) != bundle_digest({{"a.pl", "one"}}));
    CHECK(to_hex(bundle_digest(files)) ==
          "94d2700d3f2ef97acb0e2202c352cb8e4e99d0bab5ce4bf755f64cddbc1cec93");
}

TEST_CASE("rules: the packs of a directory are read in order", "[rules]") {
    const Directory directory;
    directory.write("b.pl", "b");
    directory.write("a.pl", "a");
    directory.write("a.plt", "test");
    directory.write(".hidden.pl", "x");
    directory.write("readme.md", "x");
    const auto files = read_rules(directory.path());
    REQUIRE(files.has_value());
    REQUIRE(files.value().size() == 2);
    CHECK(files.value()[0].name == "a.pl");
    CHECK(files.value()[0].text == "a");
    CHECK(files.value()[1].name == "b.pl");
    const Sources tests = find_tests(directory.path());
    CHECK(tests.faults.empty());
    CHECK(tests.files.size() == 1);
}

TEST_CASE("rules: a directory that cannot be trusted is refused", "[rules]") {
    CHECK(read_rules("/nowhere/at/all").error().code == "rules.directory");
    {
        const Directory empty;
        CHECK(read_rules(empty.path()).error().code == "rules.directory");
    }
    {
        const Directory directory;
        std::filesystem::create_symlink("/etc/passwd", directory.path() / "evil.pl");
        CHECK(read_rules(directory.path()).error().code == "rules.file");
    }
    {
        const Directory directory;
        std::filesystem::create_directory(directory.path() / "folder.pl");
        CHECK(read_rules(directory.path()).error().code == "rules.file");
    }
    {
        const Directory directory;
        directory.write("big.pl", std::string((1 << 20) + 1, 'x'));
        CHECK(read_rules(directory.path()).error().code == "rules.file");
    }
    {
        const Directory directory;
        std::filesystem::create_directory(directory.path() / "..data");
        directory.write("..data/a.pl", "a");
        std::filesystem::create_symlink("..data/a.pl", directory.path() / "a.pl");
        CHECK(read_rules(directory.path()).has_value());
    }
}

TEST_CASE("rules: each file that cannot be read is told with its place", "[rules]") {
    const Directory directory;
    directory.write("good.pl", "a");
    std::filesystem::create_directory(directory.path() / "folder.pl");
    std::filesystem::create_symlink("nowhere.pl", directory.path() / "lost.pl");
    std::filesystem::create_symlink("/etc/passwd", directory.path() / "outside.pl");
    const Sources found = find_rules(directory.path());
    REQUIRE(found.files.size() == 1);
    CHECK(found.files[0].name == "good.pl");
    REQUIRE(found.faults.size() == 3);
    CHECK(to_text(found.faults[0]) == "folder.pl:1:1: error[rules.file]: not a regular file");
    CHECK(to_text(found.faults[1]) ==
          "lost.pl:1:1: error[rules.file]: a link that leads nowhere: No such file or directory");
    CHECK(to_text(found.faults[2]) ==
          "outside.pl:1:1: error[rules.file]: a link that leaves the directory");
    CHECK(to_text(find_rules("/nowhere/at/all").faults.at(0)) ==
          "/nowhere/at/all:1:1: error[rules.directory]: No such file or directory");
}

TEST_CASE("rules: a diagnostic is one line", "[rules]") {
    CHECK(to_text(prolog::Diagnostic{"a.pl", 14, 5, "error", "rules.undefined",
                                     "foo/2 is not defined"}) ==
          "a.pl:14:5: error[rules.undefined]: foo/2 is not defined");
    CHECK(to_text(prolog::Diagnostic{"a.pl", 0, 0, "error", "rules.size", "too large"}) ==
          "a.pl: error[rules.size]: too large");
}
