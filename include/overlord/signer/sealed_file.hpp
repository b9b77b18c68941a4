// A key file sealed with a passphrase:
//
//   zk-overlords/sealed-key/v1
//   key NAME+ID+KEY                       the public half
//   argon2id 3 65536 BASE64               passes, KiB of memory, salt
//   sealed BASE64                         nonce and XChaCha20-Poly1305 of a key file's line
//
// All lines before the last are authenticated with it. Any thread.
#pragma once

#include "overlord/crypto/keys.hpp"
#include "overlord/tlog/note.hpp"

namespace overlord::signer {

// The passphrase is the file's content without one last LF. Codes: io.*, key.mode, key.passphrase
// (it is empty).
[[nodiscard]] Result<crypto::Secret> read_passphrase(const Path& file);

// Writes durably with mode 0600. Codes: key.exists, key.memory, io.*
[[nodiscard]] Status write_sealed_key(const Path& file, const tlog::KeySigner& signer,
                                      const crypto::Secret& passphrase);

// Codes: io.*, key.mode, key.malformed, key.passphrase, key.memory.
[[nodiscard]] Result<tlog::KeySigner> open_sealed_key(const Path& file,
                                                      const crypto::Secret& passphrase);

// The public half, for those who have no passphrase; believed as far as the file is.
[[nodiscard]] Result<tlog::VerifierKey> peek_sealed_key(const Path& file);

}  // namespace overlord::signer
