#include "overlord/base/file.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace overlord;

namespace {

struct TemporaryDirectory {
    TemporaryDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "overlord-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path = pattern;
    }
    ~TemporaryDirectory() { std::filesystem::remove_all(path); }
    Path path;
};

unsigned mode_of(const Path& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 0777u;
}

}  // namespace

TEST_CASE("file: a durable file replaces the old one whole and leaves no temporary", "[base]") {
    const TemporaryDirectory directory;
    const Path file = directory.path / "guard";
    REQUIRE(write_file_durable(file, as_bytes("one")));
    REQUIRE(write_file_durable(file, as_bytes("second")));
    CHECK(*read_text_file(file) == "second");
    CHECK(mode_of(file) == 0600);
    CHECK(*list_files(directory.path) == std::vector<std::string>{"guard"});
}

TEST_CASE("file: a temporary left by a crash is not reused with its mode", "[base]") {
    const TemporaryDirectory directory;
    const Path file = directory.path / "key";
    REQUIRE(write_file_derived(directory.path / "key.tmp", as_bytes("torn and longer"), 0644));
    REQUIRE(write_file_durable(file, as_bytes("seed"), 0600));
    CHECK(*read_text_file(file) == "seed");
    CHECK(mode_of(file) == 0600);
}

TEST_CASE("file: an absent file has its own code, and errors name the path", "[base]") {
    const TemporaryDirectory directory;
    const Result<Bytes> absent = read_file(directory.path / "none");
    REQUIRE_FALSE(absent);
    CHECK(absent.error().code == "io.enoent");
    CHECK(absent.error().kind == ErrorClass::kFatal);
    CHECK(absent.error().message.find((directory.path / "none").string()) != std::string::npos);
    CHECK(read_file(directory.path).error().code == "io.eisdir");
    CHECK(write_file_durable(directory.path / "no" / "file", {}).error().code == "io.enoent");
}

TEST_CASE("file: a file larger than the caller's limit is not read", "[base]") {
    const TemporaryDirectory directory;
    const Path file = directory.path / "large";
    REQUIRE(write_file_derived(file, Bytes(11)));
    CHECK(read_file(file, 10).error().code == "io.efbig");
    CHECK(read_file(file, 11)->size() == 11);
}

TEST_CASE("file: a file without a size beforehand is read to its end", "[base]") {
    CHECK(read_text_file("/proc/self/status")->starts_with("Name:"));
    CHECK(read_file("/proc/self/status", 10).error().code == "io.efbig");
    CHECK(read_file("/dev/null")->empty());
    CHECK(read_file("/dev/zero", 100'000).error().code == "io.efbig");
}

TEST_CASE("file: writes and reads at an offset", "[base]") {
    const TemporaryDirectory directory;
    const Path name = directory.path / "segment";
    const Result<FileHandle> file = open_file(name, O_RDWR | O_CREAT);
    REQUIRE(file);
    REQUIRE(write_at(*file, name, as_bytes("hello world"), 0));
    REQUIRE(write_at_durable(*file, name, as_bytes("WORLD!"), 6));
    std::array<std::uint8_t, 20> buffer{};
    CHECK(*read_at(*file, name, buffer, 0) == 12);
    CHECK(as_text(ByteView(buffer).first(12)) == "hello WORLD!");
    CHECK(*read_at(*file, name, std::span(buffer).first(3), 6) == 3);
    CHECK(*read_at(*file, name, buffer, 100) == 0);
}

TEST_CASE("file: a failed write is an error of class fatal", "[base]") {
    const Result<FileHandle> full = open_file("/dev/full", O_WRONLY);
    REQUIRE(full);
    const Status written = write_at(*full, "/dev/full", as_bytes("x"), 0);
    REQUIRE_FALSE(written);
    CHECK(written.error().code == "io.enospc");
    CHECK(written.error().kind == ErrorClass::kFatal);
}

TEST_CASE("file: directories are made with their parents, also when some exist", "[base]") {
    const TemporaryDirectory directory;
    const Path deep = directory.path / "a" / "b" / "c";
    REQUIRE(make_directories(deep));
    REQUIRE(make_directories(deep));
    CHECK(mode_of(deep) == 0700);
    REQUIRE(write_file_derived(directory.path / "plain", {}));
    CHECK(make_directories(directory.path / "plain").error().code == "io.enotdir");
    CHECK_FALSE(make_directories(directory.path / "plain" / "x"));
    CHECK(*list_files(directory.path) == std::vector<std::string>{"plain"});
}

TEST_CASE("file: a handle has one owner and closes its descriptor", "[base]") {
    Result<FileHandle> opened = open_file("/dev/null", O_RDONLY);
    REQUIRE(opened);
    const int descriptor = opened->get();
    {
        FileHandle first = *std::move(opened);
        FileHandle second = std::move(first);
        CHECK(second.get() == descriptor);
        CHECK(::fcntl(descriptor, F_GETFD) == FD_CLOEXEC);
    }
    CHECK(::fcntl(descriptor, F_GETFD) == -1);
}
