// overlordctl keys: shows the public halves that verifiers need; what changes keys is beside it.
#include "keys.hpp"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "overlord/attest/dsse.hpp"
#include "overlord/signer/sealed_file.hpp"
#include "overlord/tlog/keyfile.hpp"
#include "places.hpp"

namespace overlord::ctl {
namespace {

// As DSSE envelopes name it; the log's ECDSA keys sign none.
nlohmann::ordered_json key_id(const tlog::VerifierKey& key) {
    if (key.ed25519() == nullptr) return nullptr;
    return attest::key_id(*key.ed25519());
}

std::string until_text(const OwnKey& own) {
    return format_rfc3339(static_cast<TimeNs>(own.until) * kSecondNs);
}

// "retiring until 2026-02-01T12:00:00Z", "retiring until `overlordctl keys retire`", "retired"
std::string state_text(const OwnKey& own) {
    if (own.state != "retiring") return own.state;
    return "retiring until " +
           (own.until == 0 ? std::string("`overlordctl keys retire`") : until_text(own));
}

nlohmann::ordered_json key_json(const OwnKey& own) {
    nlohmann::ordered_json json{{"name", own.key.name},
                                {"vkey", own.key.to_text()},
                                {"pem", own.key.to_pem()},
                                {"key_id", key_id(own.key)},
                                {"file", own.file.string()}};
    if (own.role.empty()) return json;
    json["role"] = own.role;
    json["state"] = own.state;
    json["source"] = own.source;
    if (own.until != 0) json["until"] = until_text(own);
    return json;
}

// Key files, sealed ones too, files with verifier keys, or verifier keys themselves.
Result<std::vector<OwnKey>> named_keys(std::span<const std::string> names) {
    std::vector<OwnKey> keys;
    for (const std::string& name : names) {
        if (const Result<tlog::KeySigner> signer = tlog::load_key(name)) {
            keys.push_back({name, signer->verifier(), "", "", "", 0});
            continue;
        }
        if (const Result<tlog::VerifierKey> sealed = signer::peek_sealed_key(name)) {
            keys.push_back({name, *sealed, "", "", "", 0});
            continue;
        }
        const Result<Keys> read = read_keys({&name, 1});
        if (!read) return read.error();
        for (const tlog::VerifierKey& key : *read) keys.push_back({name, key, "", "", "", 0});
    }
    return keys;
}

// The attestations' keys alone are not what a verifier of the log needs.
void warn_of_no_log_key(const std::vector<OwnKey>& keys, const Path& directory) {
    const auto has = [&](std::string_view role) {
        return std::any_of(keys.begin(), keys.end(),
                           [&](const OwnKey& own) { return own.role == role; });
    };
    // Before a first start there is no roster at all, and the key files say everything.
    if (has("log") || !has("attestation")) return;
    std::cerr << "overlordctl: which keys the log has is not known: "
              << (directory / "log.roster").string() << " cannot be read or is missing\n";
}

int show_keys(const Options& options, KeyFormat format) {
    const std::span<const std::string> names = std::span(options.operands()).subspan(1);
    if (!names.empty()) {
        const Result<std::vector<OwnKey>> keys = named_keys(names);
        if (!keys) return fail(options, kUsage, keys.error());
        print_keys(options, *keys, format);
        return kYes;
    }
    const Result<Places> places = find_places(options);
    if (!places) return fail(options, kUsage, places.error());
    const Result<std::vector<OwnKey>> keys = own_keys(places->state_dir);
    if (!keys) return fail(options, kUnavailable, keys.error());
    warn_of_no_log_key(*keys, places->state_dir / "keys");
    print_keys(options, *keys, format);
    return kYes;
}

}  // namespace

// What a verifier takes as it is: a line for each key, and what became of it in a comment before.
void print_keys(const Options& options, const std::vector<OwnKey>& keys, KeyFormat format) {
    if (options.json()) {
        nlohmann::ordered_json json = nlohmann::ordered_json::array();
        for (const OwnKey& own : keys) json.push_back(key_json(own));
        std::cout << json.dump() << "\n";
        return;
    }
    for (const OwnKey& own : keys) {
        if (!own.state.empty() && own.state != "active") {
            std::cout << "# " << state_text(own) << " (" << own.role << ", " << own.source
                      << "):\n";
        }
        std::cout << (format == KeyFormat::kPem ? own.key.to_pem() : own.key.to_text() + "\n");
    }
}

int run_keys(const Options& options) {
    const std::string format = options.value_or("--format", "vkey");
    if (format != "vkey" && format != "pem") {
        return fail(options, kUsage, Error{"usage", "--format " + format + ": say vkey or pem"});
    }
    const std::string action = options.operands().empty() ? "" : options.operands().front();
    const KeyFormat shape = format == "pem" ? KeyFormat::kPem : KeyFormat::kVkey;
    if (action == "new") return new_key(options, shape);
    if (action == "show") return show_keys(options, shape);
    if (action == "rotate" || action == "add") return rotate_keys(options);
    if (action == "retire") return retire_keys(options);
    if (action == "adopt") return adopt_state(options);
    return fail(options, kUsage,
                Error{"usage", "say keys show, new, rotate, add, retire or adopt"});
}

}  // namespace overlord::ctl
