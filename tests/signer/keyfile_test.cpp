#include "overlord/tlog/keyfile.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "sample.hpp"

using namespace overlord;
using namespace overlord::tlog;
using signer::sample::TemporaryDirectory;

namespace {

// The key of the example of golang.org/x/mod/sumdb/note.
const std::string kGoKey =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz\n";
constexpr const char* kGoVkey =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

std::string code_of(const Path& file, std::string_view content, unsigned mode = 0600) {
    REQUIRE(write_file_derived(file, as_bytes(content), mode));
    REQUIRE(::chmod(file.c_str(), mode) == 0);
    const Result<KeySigner> key = load_key(file);
    return key ? "ok" : key.error().code;
}

}  // namespace

TEST_CASE("keyfile: a key is made once, with mode 0600, and read again", "[signer]") {
    REQUIRE(crypto::initialize());
    const TemporaryDirectory directory;
    const Path file = directory.path / "attestation.key";
    const Result<KeySigner> made = create_key(file, "log.example/attestation");
    REQUIRE(made);
    struct stat status {};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    const Result<KeySigner> read = load_key(file);
    REQUIRE(read);
    CHECK(read->verifier() == made->verifier());
    CHECK(as_text(read->key().seed()) == as_text(made->key().seed()));
    CHECK(create_key(file, "log.example/attestation").error().code == "key.exists");
    CHECK(create_key(directory.path / "b", "two words").error().code == "key.name");
    CHECK(load_key(directory.path / "none").error().code == "io.enoent");
}

TEST_CASE("keyfile: the key of the Go package's example is read", "[signer]") {
    REQUIRE(crypto::initialize());
    const TemporaryDirectory directory;
    const Path file = directory.path / "key";
    REQUIRE(write_file_durable(file, as_bytes(kGoKey)));
    Result<KeySigner> key = load_key(file);
    REQUIRE(key);
    CHECK(key->verifier().to_text() == kGoVkey);
    const std::string text =
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n";
    CHECK(*sign_note(text, *key) ==
          text +
              "\n\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFY"
              "C2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n");
}

TEST_CASE("keyfile: damaged and readable files are refused", "[signer]") {
    REQUIRE(crypto::initialize());
    const TemporaryDirectory directory;
    const Path file = directory.path / "key";
    CHECK(code_of(file, kGoKey) == "ok");
    CHECK(code_of(file, kGoKey, 0400) == "ok");
    CHECK(code_of(file, kGoKey, 0440) == "ok");
    CHECK(code_of(file, kGoKey, 0604) == "key.mode");
    CHECK(code_of(file, kGoKey, 0660) == "key.mode");
    const auto replaced = [](std::size_t at, char c) {
        std::string text = kGoKey;
        text[at] = c;
        return text;
    };
    CHECK(code_of(file, "") == "key.malformed");
    CHECK(code_of(file, kGoKey.substr(0, kGoKey.size() - 1)) == "key.malformed");
    CHECK(code_of(file, kGoKey + "x\n") == "key.malformed");
    CHECK(code_of(file, std::string(kGoVkey) + "\n") == "key.malformed");
    CHECK(code_of(file, replaced(13, 'E')) == "key.malformed");   // the name
    CHECK(code_of(file, replaced(25, '0')) == "key.malformed");   // the key id
    CHECK(code_of(file, replaced(60, 'Z')) == "key.malformed");   // the seed
    CHECK(code_of(file, std::string(5000, 'x')) == "key.malformed");
}
