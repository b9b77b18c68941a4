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

inline constexpr std::size_t kKeyFileBytesMax = 4096;

// The one line, with its LF, in locked memory; `what` names it in the error (key.malformed).
[[nodiscard]] Result<KeySigner> parse_key(std::string_view line, const std::string& what);
[[nodiscard]] crypto::Secret key_line(const KeySigner& signer);

// Makes a key and writes it durably with mode 0600. An existing file is never replaced
// (key.exists); a name that is no key name is key.name.
[[nodiscard]] Result<KeySigner> create_key(const Path& file, std::string name);

// Reads a key into locked memory. Codes: io.enoent, key.mode (others may read the file, or the
// group write it), key.malformed.
[[nodiscard]] Result<KeySigner> load_key(const Path& file);

// The content of a file that holds a secret, at most `size_max` bytes of it. Codes: io.*, key.mode.
[[nodiscard]] Result<crypto::Secret> read_secret(const Path& file, std::size_t size_max);

}  // namespace overlord::tlog
