// Key files: one Ed25519 key with its name, in the text form of golang.org/x/mod/sumdb/note, so
// that other tools read it too. One line:
//
//   PRIVATE+KEY+NAME+HEXID+BASE64(01, 32-byte seed)
//
// The key id doubles as a checksum. Used for the log key (by overlord-signer only) and for
// attestation keys. Any thread.
#pragma once

#include <string>

#include "overlord/base/file.hpp"
#include "overlord/tlog/note.hpp"

namespace overlord::tlog {

// Makes a key and writes it durably with mode 0600. An existing file is never replaced
// (key.exists); a name that is no key name is key.name.
[[nodiscard]] Result<KeySigner> create_key(const Path& file, std::string name);

// Reads a key into locked memory. Codes: io.enoent, key.mode (others may read the file, or the
// group write it), key.malformed.
[[nodiscard]] Result<KeySigner> load_key(const Path& file);

}  // namespace overlord::tlog
