// Keys in a token, with SoftHSM as the token: a directory of its own for each test.
#include "overlord/signer/pkcs11.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "overlord/signer/process_signer.hpp"
#include "sample.hpp"

using namespace overlord;
using namespace overlord::signer;
using sample::kOrigin;
using sample::SampleLog;
using sample::TemporaryDirectory;
using Others = tlog::Roster::Others;

namespace {

constexpr const char* kModule = "/usr/lib/softhsm/libsofthsm2.so";

// The module reads its configuration once in a process, so that all tests share one token.
const Token* softhsm() {
    static const TemporaryDirectory directory;
    static const Token token = [] {
        const Path tokens = directory.path / "tokens";
        std::error_code failure;
        if (!std::filesystem::exists(kModule, failure)) return Token{};
        REQUIRE(make_directories(tokens));
        const Path configuration = directory.path / "softhsm2.conf";
        const std::string text = "directories.tokendir = " + tokens.string() + "\n";
        REQUIRE(write_file_durable(configuration, as_bytes(text)));
        ::setenv("SOFTHSM2_CONF", configuration.c_str(), 1);
        const char* const make = "softhsm2-util --init-token --free --label test-token"
                                 " --pin 1234 --so-pin 5678 > /dev/null";
        REQUIRE(std::system(make) == 0);
        const Path pin = directory.path / "pin";
        REQUIRE(write_file_durable(pin, as_bytes("1234\n"), 0600));
        return Token{kModule, "test-token", pin};
    }();
    if (!token.module.empty()) return &token;
    WARN("SKIPPED: SoftHSM is not installed (Debian: softhsm2)");
    return nullptr;
}

std::string open_code(const Token& token, const std::string& label) {
    const auto key = open_token_key(token, label, kOrigin);
    return key ? "ok" : key.error().code;
}

}  // namespace

TEST_CASE("pkcs11: keys of both algorithms are made, found again and sign", "[signer]") {
    REQUIRE(crypto::initialize());
    const Token* const token = softhsm();
    if (token == nullptr) return;
    for (const auto& [algorithm, type, label] :
         {std::tuple{TokenAlgorithm::kEd25519, tlog::SignatureType::kEd25519, "ed"},
          std::tuple{TokenAlgorithm::kEcdsa, tlog::SignatureType::kEcdsa, "ec"}}) {
        CAPTURE(label);
        const auto made = make_token_key(*token, label, kOrigin, algorithm);
        INFO((made ? "" : made.error().message));
        REQUIRE(made);
        const tlog::VerifierKey key = (*made)->verifier();
        CHECK(key.type == type);
        CHECK(*tlog::VerifierKey::parse(key.to_text()) == key);
        CHECK(make_token_key(*token, label, kOrigin, algorithm).error().code == "key.exists");
        const auto found = open_token_key(*token, label, kOrigin);
        REQUIRE(found);
        CHECK((*found)->verifier() == key);
        for (std::uint64_t size = 1; size < 20; ++size) {
            const tlog::Checkpoint checkpoint = SampleLog(size).checkpoint(size);
            const Result<std::string> note = tlog::sign_checkpoint(checkpoint, **found);
            REQUIRE(note);
            CHECK(tlog::open_checkpoint(*note, key)->checkpoint.head == checkpoint.head);
        }
    }
}

TEST_CASE("pkcs11: what cannot be opened says why", "[signer]") {
    REQUIRE(crypto::initialize());
    const Token* const token = softhsm();
    if (token == nullptr) return;
    TemporaryDirectory directory;
    CHECK(open_code(*token, "none") == "pkcs11.key");
    Token other = *token;
    other.name = "none";
    CHECK(open_code(other, "ed") == "pkcs11.token");
    other = *token;
    other.module = directory.path / "none.so";
    CHECK(open_code(other, "ed") == "pkcs11.module");
    other.module = "/lib/x86_64-linux-gnu/libc.so.6";
    if (std::filesystem::exists(other.module)) CHECK(open_code(other, "ed") == "pkcs11.module");
    other = *token;
    other.pin = directory.path / "pin";
    CHECK(open_code(other, "ed") == "io.enoent");
    REQUIRE(write_file_durable(other.pin, as_bytes("9999\n"), 0600));
    CHECK(open_code(other, "ed") == "pkcs11.pin");
    REQUIRE(::chmod(other.pin.c_str(), 0644) == 0);
    CHECK(open_code(other, "ed") == "key.mode");
}

TEST_CASE("pkcs11: a file key and a token's key of another type sign side by side", "[signer]") {
    REQUIRE(crypto::initialize());
    const Token* const token = softhsm();
    if (token == nullptr) return;
    REQUIRE(make_token_key(*token, "beside", kOrigin, TokenAlgorithm::kEcdsa));
    const TemporaryDirectory directory;
    SampleLog log(9);
    ProcessOptions options{Path(OVERLORD_BIN_DIR) / "overlord-signer",
                           {directory.path / "keys", kOrigin, Creation::kIfAbsent}};
    options.signer.stores.token = *token;
    Result<std::unique_ptr<ProcessSigner>> started = ProcessSigner::start(options);
    REQUIRE(started);
    ProcessSigner& signer = **started;
    REQUIRE(signer.begin({}));
    const tlog::VerifierKey ed25519 = signer.verifier();
    const Result<tlog::VerifierKey> ecdsa = signer.add({"pkcs11:beside", Others::kStay, 0});
    INFO((ecdsa ? "" : ecdsa.error().message));
    REQUIRE(ecdsa);
    CHECK(ecdsa->type == tlog::SignatureType::kEcdsa);
    const std::string note = *signer.sign(log.checkpoint(7), {});
    CHECK(tlog::open_checkpoint(note, std::vector{ed25519, *ecdsa})->note.verified.size() == 2);
    // A verifier that knows one of them only, as those of before do, accepts it too.
    CHECK(tlog::open_checkpoint(note, ed25519)->note.verified.size() == 1);
    CHECK(tlog::open_checkpoint(note, *ecdsa)->note.verified.size() == 1);
    REQUIRE(signer.retire(ed25519));
    CHECK(signer.verifiers() == std::vector{*ecdsa});
    CHECK(signer.sign(log.checkpoint(9), log.proof(7, 9)));
}

TEST_CASE("pkcs11: a log begins with a key of a token", "[signer]") {
    REQUIRE(crypto::initialize());
    const Token* const token = softhsm();
    if (token == nullptr) return;
    REQUIRE(make_token_key(*token, "first", kOrigin, TokenAlgorithm::kEd25519));
    const TemporaryDirectory directory;
    SignerOptions options{directory.path / "keys", kOrigin, Creation::kIfAbsent};
    options.source = "pkcs11:first";
    options.stores.token = *token;
    {
        const auto signer = LocalSigner::open(options);
        REQUIRE(signer);
        REQUIRE((*signer)->begin({}));
        CHECK((*signer)->sign(SampleLog(3).checkpoint(3), {}));
        CHECK((*signer)->roster().keys[0].source == "pkcs11:first");
    }
    options.creation = Creation::kRefuse;
    CHECK(LocalSigner::open(options));
    CHECK_FALSE(std::filesystem::exists(directory.path / "keys" / "log.key"));
}
