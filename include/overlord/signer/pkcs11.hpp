// Keys in a PKCS#11 token (OASIS PKCS#11 v2.40 and 3.0): the private half never leaves it. Ed25519
// by CKM_EDDSA, ECDSA P-256 by CKM_ECDSA over the SHA-256 that is made here. The module is loaded
// at run time. Belongs to one thread; one session for each key.
#pragma once

#include <memory>
#include <string>

#include "overlord/signer/key_source.hpp"

namespace overlord::signer {

// The key with this label, which must be the only one. Codes: pkcs11.module, pkcs11.token,
// pkcs11.pin, pkcs11.key (none, or more than one), pkcs11.kind (neither Ed25519 nor P-256),
// pkcs11.failed (the token's own error, with the name of the call), io.*, key.mode.
[[nodiscard]] Result<std::unique_ptr<tlog::NoteSigner>> open_token_key(const Token& token,
                                                                       const std::string& label,
                                                                       const std::string& name);

enum class TokenAlgorithm { kEd25519, kEcdsa };

// Makes a key pair in the token that cannot be read out of it. Code key.exists: the label is taken.
[[nodiscard]] Result<std::unique_ptr<tlog::NoteSigner>> make_token_key(const Token& token,
                                                                       const std::string& label,
                                                                       const std::string& name,
                                                                       TokenAlgorithm algorithm);

}  // namespace overlord::signer
