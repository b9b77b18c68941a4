#include "key_ring.hpp"

#include "overlord/tlog/keyfile.hpp"
#include "overlord/tlog/roster.hpp"

namespace overlord::ctl {
namespace {

constexpr std::uint64_t kKeyFileBytesMax = 1u << 20;

Status add_file(const std::string& name, Keys& keys) {
    const Result<std::string> text = read_text_file(name, kKeyFileBytesMax);
    if (!text) {
        return Error{"usage", "\"" + name +
                                  "\" is neither a verifier key (NAME+HEXID+BASE64) nor a "
                                  "file with some"};
    }
    std::string_view rest = *text;
    for (std::size_t line = 1; !rest.empty(); ++line) {
        const std::size_t end = rest.find('\n');
        std::string_view one = rest.substr(0, end);
        rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
        while (one.ends_with('\r') || one.ends_with(' ')) one.remove_suffix(1);
        if (one.empty() || one.front() == '#') continue;
        const Result<tlog::VerifierKey> key = tlog::VerifierKey::parse(one);
        if (!key) {
            return Error{"usage", name + ":" + std::to_string(line) + ": " + key.error().message};
        }
        keys.push_back(*key);
    }
    return {};
}

Result<tlog::VerifierKey> read_own(const Path& file) {
    if (file.extension() == ".key") {
        const Result<tlog::KeySigner> signer = tlog::load_key(file);
        if (!signer) return signer.error();
        return signer->verifier();
    }
    Keys keys;
    if (Status added = add_file(file.string(), keys); !added) return added.error();
    if (keys.empty()) return Error{"keys.none", file.string() + " holds no key"};
    return keys.front();
}

// The file's name where the private half is in one.
Path file_of(const Path& directory, const std::string& source) {
    const std::size_t colon = source.find(':');
    const std::string kind = source.substr(0, colon);
    if (kind != "file" && kind != "sealed") return {};
    return directory / source.substr(colon + 1);
}

Status add_roster(const Path& directory, const std::string& role, std::vector<OwnKey>& keys) {
    const Result<tlog::Roster> roster = tlog::read_roster(directory / (role + ".roster"));
    if (!roster) return roster.error();
    using enum tlog::KeyState;
    for (const tlog::KeyState state : {kActive, kRetiring, kRetired}) {
        for (const tlog::RosterKey& entry : roster->keys) {
            if (entry.state != state) continue;
            keys.push_back({file_of(directory, entry.source), entry.key, role,
                            std::string(to_text(state)), entry.source, entry.until});
        }
    }
    return {};
}

}  // namespace

Result<Keys> read_keys(std::span<const std::string> values) {
    Keys keys;
    for (const std::string& value : values) {
        const Result<tlog::VerifierKey> key = tlog::VerifierKey::parse(value);
        if (key) {
            keys.push_back(*key);
            continue;
        }
        std::error_code failure;
        if (value.find('+') != value.npos && !std::filesystem::exists(value, failure)) {
            return Error{"usage", "--key " + value + ": " + key.error().message};
        }
        if (Status added = add_file(value, keys); !added) return added.error();
    }
    return keys;
}

Result<std::vector<OwnKey>> own_keys(const Path& state_dir) {
    const Path directory = state_dir / "keys";
    const Result<std::vector<std::string>> names = list_files(directory);
    if (!names) return Error{"keys.none", names.error().message};
    std::vector<OwnKey> keys;
    std::string refused;
    for (const char* const role : {"log", "attestation"}) {
        const Status added = add_roster(directory, role, keys);
        if (!added && added.error().code != "io.enoent") refused = added.error().message;
    }
    for (const std::string& name : *names) {
        const Path file = directory / name;
        if (file.extension() != ".key" && file.extension() != ".vkey") continue;
        const Result<tlog::VerifierKey> key = read_own(file);
        if (!key) {
            refused = key.error().message;
            continue;
        }
        bool known = false;
        for (const OwnKey& other : keys) known = known || other.key == *key;
        if (!known) keys.push_back({file, *key, "", "", ""});
    }
    if (!keys.empty()) return keys;
    return Error{"keys.none", refused.empty() ? directory.string() + " holds no keys" : refused};
}

Result<Keys> own_log_keys(const Path& state_dir) {
    const Path directory = state_dir / "keys";
    const Result<tlog::VerifierKey> given = read_own(directory / "log.vkey");
    if (given) return Keys{*given};
    const Result<tlog::Roster> roster = tlog::read_roster(directory / "log.roster");
    if (roster) return roster->signing();
    const Result<tlog::VerifierKey> key = read_own(directory / "log.key");
    if (key) return Keys{*key};
    return Error{"keys.none", "the log's key: " + key.error().message + " (give it with --key)"};
}

}  // namespace overlord::ctl
