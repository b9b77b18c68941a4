// Where a private key is, and how a signer gets at it. Four back ends, one interface
// (tlog::NoteSigner):
//
//   file:NAME          keys/NAME, one line in clear, mode 0600
//   sealed:NAME        keys/NAME, sealed with a passphrase (sealed_file.hpp)
//   credential:NAME    a key file that systemd hands over ($CREDENTIALS_DIRECTORY/NAME)
//   pkcs11:LABEL       a key in a token (pkcs11.hpp), Ed25519 or ECDSA P-256
//
// Secrets come from files only, never from arguments or the environment.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "overlord/base/file.hpp"
#include "overlord/tlog/roster.hpp"

namespace overlord::signer {

struct Token {
    Path module;       // the PKCS#11 library
    std::string name;  // the token's label
    Path pin;          // a file with the user's PIN
};

struct KeyPlaces {
    Path directory;    // keys/ of the state
    Path credentials;  // $CREDENTIALS_DIRECTORY; empty: systemd hands nothing over
    Path passphrase;   // a file; of all sealed keys
    Token token;
};

// Reads a key, into locked memory where it comes out of its store at all. Codes: keys.source (not
// one of the above, or what it needs is not configured), those of the back end.
[[nodiscard]] Result<std::unique_ptr<tlog::NoteSigner>> open_key(const KeyPlaces& places,
                                                                 const std::string& source,
                                                                 const std::string& name);

struct NewKey {
    std::string source;
    std::unique_ptr<tlog::NoteSigner> signer;
};

// The key that a configuration asks for with "file", "sealed", "credential:NAME" or "pkcs11:LABEL".
// The first two make one under a file name that is free (log.key, log-2.key, ...), the others take
// one that is there.
[[nodiscard]] Result<NewKey> new_key(const KeyPlaces& places, std::string_view kind,
                                     const std::string& role, const std::string& name);

// The roster once the log tells all of it: the files of retired keys are moved to keys/retired/
// first. Doing it again is as good as once.
[[nodiscard]] Result<tlog::Roster> log_told(const Path& directory, tlog::Roster roster);

}  // namespace overlord::signer
