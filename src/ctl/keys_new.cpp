// overlordctl keys new: a key file, a sealed one, a key in a token, or the keys of a new state.
#include "keys.hpp"
#include "overlord/signer/local_signer.hpp"
#include "overlord/signer/pkcs11.hpp"
#include "overlord/signer/sealed_file.hpp"
#include "overlord/tlog/keyfile.hpp"

namespace overlord::ctl {
namespace {

Error usage(std::string text) { return Error{"usage", std::move(text)}; }

Result<OwnKey> new_sealed(const Path& file, const std::string& name, const Path& passphrase_file) {
    if (!tlog::is_key_name(name)) {
        return Error{"key.name", "a key's name is not empty and has no space and no '+'"};
    }
    const Result<crypto::Secret> passphrase = signer::read_passphrase(passphrase_file);
    if (!passphrase) return passphrase.error();
    const tlog::KeySigner key(name, crypto::SigningKey::generate());
    Status written = signer::write_sealed_key(file, key, *passphrase);
    if (!written) return std::move(written).error();
    return OwnKey{file, key.verifier(), "", "", "", 0};
}

Result<OwnKey> new_in_token(const Options& options, const std::string& name) {
    const auto module = options.value("--pkcs11-module");
    const auto token = options.value("--pkcs11-token");
    const auto pin = options.value("--pkcs11-pin");
    if (!module || !token || !pin) {
        return usage("--pkcs11 LABEL needs --pkcs11-module, --pkcs11-token and --pkcs11-pin");
    }
    const std::string algorithm = options.value_or("--algorithm", "ed25519");
    if (algorithm != "ed25519" && algorithm != "ecdsa") {
        return usage("--algorithm " + algorithm + ": say ed25519 or ecdsa");
    }
    const std::string label = *options.value("--pkcs11");
    using Algorithm = signer::TokenAlgorithm;
    const Result<std::unique_ptr<tlog::NoteSigner>> key = signer::make_token_key(
        {*module, *token, *pin}, label, name,
        algorithm == "ecdsa" ? Algorithm::kEcdsa : Algorithm::kEd25519);
    if (!key) return key.error();
    return OwnKey{{}, (*key)->verifier(), "", "", "pkcs11:" + label, 0};
}

// What a first start would make, before it: a successor's key is named in the log that it follows.
Result<OwnKey> new_state(const Path& state_dir, const std::string& origin) {
    std::error_code failure;
    if (std::filesystem::exists(state_dir / "journal", failure)) {
        return usage(state_dir.string() + " is the state of a log that has begun");
    }
    const Path keys = state_dir / "keys";
    const Result<std::unique_ptr<signer::LocalSigner>> signer =
        signer::LocalSigner::open({keys, origin, signer::Creation::kIfAbsent});
    if (!signer) return signer.error();
    return OwnKey{keys / "log.key", (*signer)->verifier(), "log", "active", "file:log.key", 0};
}

Result<OwnKey> make(const Options& options) {
    const std::optional<std::string> file = options.value("-o");
    const std::optional<std::string> state = options.value("--state");
    const bool in_token = options.has("--pkcs11");
    const int places = (file ? 1 : 0) + (state ? 1 : 0) + (in_token ? 1 : 0);
    if (options.operands().size() != 2 || places != 1) {
        return usage("keys new NAME and one of -o FILE, --pkcs11 LABEL and --state DIR: a name "
                     "such as overlords.example.org/site1 and where the key is to be made");
    }
    const std::string& name = options.operands()[1];
    if (file && *file == "-") return usage("a private key is not printed: -o needs a file");
    if (in_token) return new_in_token(options, name);
    if (state) return new_state(*state, name);
    if (!options.has("--sealed")) {
        const Result<tlog::KeySigner> key = tlog::create_key(*file, name);
        if (!key) return key.error();
        return OwnKey{*file, key->verifier(), "", "", "", 0};
    }
    if (!options.has("--passphrase")) return usage("--sealed needs --passphrase FILE");
    return new_sealed(*file, name, *options.value("--passphrase"));
}

}  // namespace

int new_key(const Options& options, KeyFormat format) {
    const Result<OwnKey> made = make(options);
    if (!made) return fail(options, kUsage, made.error());
    print_keys(options, {*made}, format);
    return kYes;
}

}  // namespace overlord::ctl
