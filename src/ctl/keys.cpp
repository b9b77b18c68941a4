// overlordctl keys: makes key files and shows the public halves that verifiers need.
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "key_ring.hpp"
#include "overlord/attest/dsse.hpp"
#include "overlord/tlog/keyfile.hpp"
#include "places.hpp"

namespace overlord::ctl {
namespace {

enum class Format { kVkey, kPem };

// As DSSE envelopes name it; the log's ECDSA keys sign none.
nlohmann::ordered_json key_id(const tlog::VerifierKey& key) {
    if (key.ed25519() == nullptr) return nullptr;
    return attest::key_id(*key.ed25519());
}

void print_keys(const Options& options, const std::vector<OwnKey>& keys, Format format) {
    if (options.json()) {
        nlohmann::ordered_json json = nlohmann::ordered_json::array();
        for (const OwnKey& own : keys) {
            json.push_back({{"name", own.key.name},
                            {"vkey", own.key.to_text()},
                            {"pem", own.key.to_pem()},
                            {"key_id", key_id(own.key)},
                            {"file", own.file.string()}});
        }
        std::cout << json.dump() << "\n";
        return;
    }
    for (const OwnKey& own : keys) {
        std::cout << (format == Format::kPem ? own.key.to_pem() : own.key.to_text() + "\n");
    }
}

// Key files, files with verifier keys, or verifier keys themselves.
Result<std::vector<OwnKey>> named_keys(std::span<const std::string> names) {
    std::vector<OwnKey> keys;
    for (const std::string& name : names) {
        if (const Result<tlog::KeySigner> signer = tlog::load_key(name)) {
            keys.push_back({name, signer->verifier()});
            continue;
        }
        const Result<Keys> read = read_keys({&name, 1});
        if (!read) return read.error();
        for (const tlog::VerifierKey& key : *read) keys.push_back({name, key});
    }
    return keys;
}

int show_keys(const Options& options, Format format) {
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
    print_keys(options, *keys, format);
    return kYes;
}

int new_key(const Options& options, Format format) {
    if (options.operands().size() != 2 || !options.has("-o")) {
        return fail(options, kUsage,
                    Error{"usage",
                          "keys new NAME -o FILE: a name such as "
                          "overlords.example.org/site1 and the file to make"});
    }
    const Path file = *options.value("-o");
    const Result<tlog::KeySigner> key = tlog::create_key(file, options.operands()[1]);
    if (!key) return fail(options, kUsage, key.error());
    print_keys(options, {{file, key->verifier()}}, format);
    return kYes;
}

}  // namespace

int run_keys(const Options& options) {
    const std::string format = options.value_or("--format", "vkey");
    if (format != "vkey" && format != "pem") {
        return fail(options, kUsage, Error{"usage", "--format " + format + ": say vkey or pem"});
    }
    const std::string action = options.operands().empty() ? "" : options.operands().front();
    const Format shape = format == "pem" ? Format::kPem : Format::kVkey;
    if (action == "new") return new_key(options, shape);
    if (action == "show") return show_keys(options, shape);
    return fail(options, kUsage, Error{"usage", "say keys new or keys show"});
}

}  // namespace overlord::ctl
