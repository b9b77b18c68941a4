#include "overlord/signer/sealed_file.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "overlord/tlog/keyfile.hpp"
#include "sample.hpp"

using namespace overlord;
using namespace overlord::signer;
using sample::TemporaryDirectory;

namespace {

struct Example {
    Example() {
        REQUIRE(crypto::initialize());
        REQUIRE(write_file_durable(passphrase_file, as_bytes("correct horse\n"), 0600));
    }
    crypto::Secret passphrase(const char* text) {
        crypto::Secret secret(std::char_traits<char>::length(text));
        std::copy_n(text, secret.view().size(), secret.bytes().begin());
        return secret;
    }
    std::string open_code(const crypto::Secret& with) {
        const Result<tlog::KeySigner> opened = open_sealed_key(file, with);
        return opened ? "ok" : opened.error().code;
    }
    TemporaryDirectory directory;
    Path passphrase_file = directory.path / "passphrase";
    Path file = directory.path / "log.sealed";
    tlog::KeySigner key{"log.example/one", crypto::SigningKey::from_seed(Bytes(32, 9))};
};

}  // namespace

TEST_CASE("sealed file: opens with its passphrase and no other", "[signer]") {
    Example example;
    const crypto::Secret passphrase = *read_passphrase(example.passphrase_file);
    CHECK(as_text(passphrase.view()) == "correct horse");
    REQUIRE(write_sealed_key(example.file, example.key, passphrase));
    struct stat status {};
    REQUIRE(::stat(example.file.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    const Result<tlog::KeySigner> opened = open_sealed_key(example.file, passphrase);
    REQUIRE(opened);
    CHECK(opened->verifier() == example.key.verifier());
    CHECK(as_text(opened->key().seed()) == as_text(example.key.key().seed()));
    CHECK(*peek_sealed_key(example.file) == example.key.verifier());
    CHECK(example.open_code(example.passphrase("correct horse ")) == "key.passphrase");
    CHECK(write_sealed_key(example.file, example.key, passphrase).error().code == "key.exists");
    // Neither the seed nor its text form is in the file.
    const std::string text = *read_text_file(example.file);
    const std::string line(as_text(tlog::key_line(example.key).view()));
    CHECK(text.find(line.substr(line.rfind('+') + 1, 30)) == std::string::npos);
}

TEST_CASE("sealed file: no byte of it can be changed", "[signer]") {
    Example example;
    const crypto::Secret passphrase = example.passphrase("correct horse");
    REQUIRE(write_sealed_key(example.file, example.key, passphrase));
    const std::string good = *read_text_file(example.file);
    for (std::size_t at = 0; at < good.size(); at += 7) {  // each costs a passphrase's work
        CAPTURE(at);
        std::string bad = good;
        bad[at] = bad[at] == 'A' ? 'B' : 'A';
        REQUIRE(write_file_derived(example.file, as_bytes(bad), 0600));
        const std::string code = example.open_code(passphrase);
        CHECK((code == "key.malformed" || code == "key.passphrase"));
    }
    REQUIRE(write_file_derived(example.file, as_bytes(good.substr(0, good.size() - 1)), 0600));
    CHECK(example.open_code(passphrase) == "key.malformed");
    REQUIRE(write_file_derived(example.file, as_bytes(good), 0600));
    CHECK(example.open_code(passphrase) == "ok");
    REQUIRE(::chmod(example.file.c_str(), 0644) == 0);
    CHECK(example.open_code(passphrase) == "key.mode");
}

TEST_CASE("sealed file: a cost that no memory pays is refused unread", "[signer]") {
    Example example;
    const crypto::Secret passphrase = example.passphrase("correct horse");
    REQUIRE(write_sealed_key(example.file, example.key, passphrase));
    const std::string good = *read_text_file(example.file);
    for (const char* cost : {"3 99999999", "99 65536", "0 65536", "3 1", "3 -1", "x 65536"}) {
        CAPTURE(cost);
        std::string bad = good;
        bad.replace(bad.find("3 65536"), 7, cost);
        REQUIRE(write_file_derived(example.file, as_bytes(bad), 0600));
        CHECK(example.open_code(passphrase) == "key.malformed");
    }
}

TEST_CASE("sealed file: passphrases that are none", "[signer]") {
    Example example;
    CHECK(read_passphrase(example.directory.path / "none").error().code == "io.enoent");
    REQUIRE(write_file_durable(example.passphrase_file, as_bytes("\n"), 0600));
    CHECK(read_passphrase(example.passphrase_file).error().code == "key.passphrase");
    REQUIRE(write_file_durable(example.passphrase_file, as_bytes("x"), 0600));
    REQUIRE(::chmod(example.passphrase_file.c_str(), 0604) == 0);
    CHECK(read_passphrase(example.passphrase_file).error().code == "key.mode");
}
