#include "check_config.hpp"

#include <algorithm>

#include "overlord/base/file.hpp"
#include "overlord/crypto/keys.hpp"
#include "overlord/signer/sealed_file.hpp"
#include "overlord/tlog/keyfile.hpp"
#include "witnessing.hpp"

namespace overlord::daemon {
namespace {

constexpr std::string_view kCredential = "credential:";
constexpr std::size_t kPinBytesMax = 4096;  // one line

Error missing(const std::string& what) {
    return Error{"config.value", what, ErrorClass::kReject};
}

Status check_passphrase(const Config::Keys& keys) {
    const bool needed = keys.log == "sealed" || keys.attestation == "sealed";
    if (keys.passphrase.empty()) {
        if (!needed) return {};
        return missing("[keys] passphrase: \"sealed\" keys need a file with their passphrase");
    }
    if (keys.passphrase.string().starts_with(kCredential)) return {};
    const Result<crypto::Secret> read = signer::read_passphrase(keys.passphrase);
    return read ? Status() : Status(with_context(read.error(), "[keys] passphrase"));
}

Status check_token(const Config::Keys& keys) {
    const bool needed = keys.log.starts_with("pkcs11:");
    const bool whole =
        !keys.pkcs11_module.empty() && !keys.pkcs11_token.empty() && !keys.pkcs11_pin.empty();
    if (needed && !whole) {
        return missing("[keys] log: a key in a token needs pkcs11_module, pkcs11_token and "
                       "pkcs11_pin");
    }
    if (keys.pkcs11_pin.empty() || keys.pkcs11_pin.string().starts_with(kCredential)) return {};
    const Result<crypto::Secret> pin = tlog::read_secret(keys.pkcs11_pin, kPinBytesMax);
    return pin ? Status() : Status(with_context(pin.error(), "[keys] pkcs11_pin"));
}

Status check_policy(const Config& config) {
    if (config.witness.policy.empty()) return {};
    const Result<tlog::Policy> policy =
        load_policy(config.witness.policy, config.origin, config.witness.mode);
    return policy ? Status() : Status(policy.error());
}

// A level is the name of a rule file. What the rules really have is known when they are loaded; a
// folder that cannot be read is the start's business, which may go on with the rules it has.
Status check_levels(const Config& config) {
    constexpr std::string_view kEnd = ".pl";
    const Result<std::vector<std::string>> files = list_files(config.rules.dir);
    if (!files) return {};
    std::vector<std::string> packs;
    for (const std::string& name : *files)
        if (name.ends_with(kEnd)) packs.push_back(name.substr(0, name.size() - kEnd.size()));
    if (packs.empty()) return {};
    std::string known;
    for (const std::string& pack : packs) known += (known.empty() ? "" : ", ") + pack;
    for (const auto& [system, levels] : config.systems) {
        for (const std::string& level : levels) {
            if (std::find(packs.begin(), packs.end(), level) != packs.end()) continue;
            return Error{"config.level", "[systems." + system + "] levels: \"" + level +
                                             "\" is no pack of " + config.rules.dir.string() +
                                             " (" + known + ")"};
        }
    }
    return {};
}

}  // namespace

Status check_named_files(const Config& config) {
    if (Status ready = crypto::initialize(); !ready) return ready;
    if (Status policy = check_policy(config); !policy) return policy;
    if (Status levels = check_levels(config); !levels) return levels;
    if (Status passphrase = check_passphrase(config.keys); !passphrase) return passphrase;
    return check_token(config.keys);
}

}  // namespace overlord::daemon
