#include "overlord/signer/key_source.hpp"

#include <unistd.h>

#include <algorithm>

#include "overlord/signer/pkcs11.hpp"
#include "overlord/signer/sealed_file.hpp"
#include "overlord/tlog/keyfile.hpp"

namespace overlord::signer {
namespace {

using tlog::KeySigner;
using tlog::NoteSigner;

constexpr int kFilesMax = 100;  // more than a roster has keys

Error bad_source(std::string reason) {
    return Error{"keys.source", std::move(reason), ErrorClass::kFatal};
}

// A name, not a path: no slash but that of "retired/".
bool is_plain(std::string_view name) {
    return !name.empty() && name.front() != '.' && name.find('/') == name.npos &&
           std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

struct Source {
    std::string_view kind;
    std::string_view name;
};

Source split(std::string_view source) {
    const std::size_t colon = std::min(source.find(':'), source.size());
    return {source.substr(0, colon), source.substr(std::min(colon + 1, source.size()))};
}

Result<std::unique_ptr<NoteSigner>> owned(Result<KeySigner> signer) {
    if (!signer) return std::move(signer).error();
    return std::unique_ptr<NoteSigner>(new KeySigner(*std::move(signer)));
}

Result<crypto::Secret> passphrase_of(const KeyPlaces& places) {
    if (places.passphrase.empty()) {
        return bad_source("a sealed key needs [keys] passphrase, a file with its passphrase");
    }
    return read_passphrase(places.passphrase);
}

Result<std::unique_ptr<NoteSigner>> open_store(const KeyPlaces& places, const Source& source,
                                               const std::string& name) {
    const std::string label(source.name);
    if (source.kind == "file") return owned(tlog::load_key(places.directory / label));
    if (source.kind == "sealed") {
        const Result<crypto::Secret> passphrase = passphrase_of(places);
        if (!passphrase) return passphrase.error();
        return owned(open_sealed_key(places.directory / label, *passphrase));
    }
    if (source.kind == "credential") {
        if (places.credentials.empty()) {
            return bad_source("credential:" + label +
                              ": systemd hands over no credentials ($CREDENTIALS_DIRECTORY); set "
                              "LoadCredential= or LoadCredentialEncrypted= in the unit");
        }
        return owned(tlog::load_key(places.credentials / label));
    }
    if (source.kind == "pkcs11") {
        if (places.token.module.empty() || places.token.name.empty() || places.token.pin.empty()) {
            return bad_source("a PKCS#11 key needs [keys] pkcs11_module, pkcs11_token, pkcs11_pin");
        }
        return open_token_key(places.token, label, name);
    }
    return bad_source(std::string(source.kind) + ": say file, sealed, credential:NAME or "
                                                 "pkcs11:LABEL");
}

// "log.key", "log-2.key", ...: the first that was never used, also by a key that was retired.
Result<std::string> free_name(const Path& directory, const std::string& role,
                              std::string_view kind) {
    const std::string extension = kind == "file" ? ".key" : ".sealed";
    for (int n = 1; n <= kFilesMax; ++n) {
        const std::string name =
            role + (n == 1 ? "" : "-" + std::to_string(n)) + extension;
        std::error_code failure;
        const bool taken = std::filesystem::exists(directory / name, failure) ||
                           std::filesystem::exists(directory / "retired" / name, failure);
        if (!taken) return name;
    }
    return Error{"keys.many", directory.string() + " holds too many key files"};
}

}  // namespace

Result<std::unique_ptr<NoteSigner>> open_key(const KeyPlaces& places, const std::string& source,
                                             const std::string& name) {
    const Source parts = split(source);
    if (!is_plain(parts.name)) return bad_source(source + " names no key");
    Result<std::unique_ptr<NoteSigner>> signer = open_store(places, parts, name);
    if (!signer) return with_context(std::move(signer).error(), source);
    if ((*signer)->verifier().name == name) return signer;
    return Error{"signer.origin",
                 source + " is a key of " + (*signer)->verifier().name + ", not of " + name,
                 ErrorClass::kFatal};
}

Result<NewKey> new_key(const KeyPlaces& places, std::string_view kind, const std::string& role,
                       const std::string& name) {
    if (kind != "file" && kind != "sealed") {
        Result<std::unique_ptr<NoteSigner>> signer = open_key(places, std::string(kind), name);
        if (!signer) return std::move(signer).error();
        return NewKey{std::string(kind), *std::move(signer)};
    }
    const Result<std::string> file = free_name(places.directory, role, kind);
    if (!file) return file.error();
    const std::string source = std::string(kind) + ":" + *file;
    if (kind == "file") {
        Result<std::unique_ptr<NoteSigner>> made =
            owned(tlog::create_key(places.directory / *file, name));
        if (!made) return std::move(made).error();
        return NewKey{source, *std::move(made)};
    }
    if (!tlog::is_key_name(name)) {
        return Error{"key.name", "a key's name is not empty and has no space and no '+'"};
    }
    const Result<crypto::Secret> passphrase = passphrase_of(places);
    if (!passphrase) return passphrase.error();
    KeySigner signer(name, crypto::SigningKey::generate());
    if (Status written = write_sealed_key(places.directory / *file, signer, *passphrase);
        !written) {
        return std::move(written).error();
    }
    return NewKey{source, std::unique_ptr<NoteSigner>(new KeySigner(std::move(signer)))};
}

namespace {

// The source of a retired key from then on.
Result<std::string> set_aside(const Path& directory, const std::string& source) {
    const Source parts = split(source);
    const bool in_directory = parts.kind == "file" || parts.kind == "sealed";
    if (!in_directory || parts.name.starts_with("retired/")) return source;
    const std::string name(parts.name);
    const Path retired = directory / "retired";
    if (Status made = make_directories(retired); !made) return std::move(made).error();
    if (::rename((directory / name).c_str(), (retired / name).c_str()) != 0 && errno != ENOENT) {
        return io_error("move " + name + " aside", errno);
    }
    for (const Path& changed : {retired, directory}) {
        if (Status synced = sync_directory(changed); !synced) return std::move(synced).error();
    }
    return std::string(parts.kind) + ":retired/" + name;
}

}  // namespace

Result<tlog::Roster> log_told(const Path& directory, tlog::Roster roster) {
    for (tlog::RosterKey& entry : roster.keys) {
        entry.logged = true;
        if (entry.signs()) continue;
        Result<std::string> source = set_aside(directory, entry.source);
        if (!source) return std::move(source).error();
        entry.source = *std::move(source);
    }
    return roster;
}

}  // namespace overlord::signer
