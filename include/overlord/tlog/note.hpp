// Signed notes (c2sp.org/signed-note v1.0.0) and cosignatures (c2sp.org/tlog-cosignature v1.0.1):
//
//   text, one or more lines
//                                          (an empty line)
//   - KEYNAME BASE64(4-byte key id, signature)      with U+2014 as the dash, one line or more
//
// Pure computation on values; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "overlord/base/bytes.hpp"
#include "overlord/base/result.hpp"
#include "overlord/crypto/ecdsa.hpp"
#include "overlord/crypto/keys.hpp"

namespace overlord::tlog {

inline constexpr std::size_t kNoteBytesMax = 1'000'000;  // as the Go verifier has it
inline constexpr std::size_t kNoteSignaturesMax = 100;   // likewise; the standard asks for 16

enum class SignatureType : std::uint8_t {
    kEd25519 = 0x01,      // over the note's text
    kEcdsa = 0x02,        // P-256 over the SHA-256 of the note's text, in DER
    kCosignature = 0x04,  // Ed25519 over "cosignature/v1", a time and the note's text
};

// Not empty, valid UTF-8, no white space, no '+'.
[[nodiscard]] bool is_key_name(std::string_view name);

// Who signs: text form NAME+HEXID+BASE64(type, public key), "vkey".
struct VerifierKey {
    std::string name;
    SignatureType type = SignatureType::kEd25519;
    std::variant<crypto::PublicKey, crypto::EcdsaPublicKey> key{};  // as the type has it

    [[nodiscard]] static Result<VerifierKey> parse(std::string_view vkey);  // code note.vkey
    [[nodiscard]] std::string to_text() const;
    // The first four bytes of SHA-256(name, LF, type, key); of an ECDSA key of SHA-256(key) alone,
    // the key being its SubjectPublicKeyInfo in DER.
    [[nodiscard]] std::uint32_t id() const;
    [[nodiscard]] bool is_cosigner() const { return type == SignatureType::kCosignature; }
    [[nodiscard]] const crypto::PublicKey* ed25519() const;  // none for ECDSA
    [[nodiscard]] std::string to_pem() const;
    bool operator==(const VerifierKey&) const = default;
};

// The keys that a caller trusts: one, or several. A view, as a parameter only.
class VerifierKeys : public std::span<const VerifierKey> {
public:
    VerifierKeys() = default;
    VerifierKeys(const VerifierKey& one) : span(&one, 1) {}
    VerifierKeys(const std::vector<VerifierKey>& keys) : span(keys) {}
    VerifierKeys(std::span<const VerifierKey> keys) : span(keys) {}
};

struct NoteSignature {
    std::string name;
    std::uint32_t key_id = 0;
    Bytes signature;  // after the key id
    bool operator==(const NoteSignature&) const = default;
};

[[nodiscard]] std::string signature_line(const NoteSignature& signature);  // with its LF

struct Note {
    std::string text;  // with its last LF, without the empty line
    std::vector<NoteSignature> signatures;

    [[nodiscard]] static Result<Note> parse(std::string_view raw);  // code note.malformed
    [[nodiscard]] std::string to_text() const;
};

struct VerifiedSignature {
    VerifierKey key;
    std::uint64_t time = 0;  // POSIX seconds of a cosignature, else 0
};

struct OpenedNote {
    Note note;
    std::vector<VerifiedSignature> verified;  // at least one, each key once
};

// Lines of unknown keys are ignored. A line of a known key that does not verify rejects the whole
// note (note.bad_signature), and so does the lack of any known line (note.unsigned).
[[nodiscard]] Result<OpenedNote> open_note(std::string_view raw, VerifierKeys known);

// Makes signatures of the type of its key, which may live in this process or in a token.
class NoteSigner {
public:
    virtual ~NoteSigner() = default;
    [[nodiscard]] virtual const VerifierKey& verifier() const = 0;
    [[nodiscard]] virtual Result<NoteSignature> sign(std::string_view text) = 0;
};

// A signer whose key is here. `name` must be a key name (asserted).
class KeySigner final : public NoteSigner {
public:
    KeySigner(std::string name, crypto::SigningKey key);
    [[nodiscard]] const VerifierKey& verifier() const override { return verifier_; }
    [[nodiscard]] Result<NoteSignature> sign(std::string_view text) override;
    [[nodiscard]] const crypto::SigningKey& key() const { return key_; }

private:
    crypto::SigningKey key_;
    VerifierKey verifier_;
};

// `text` must end with a LF (asserted). One line for each signer, in their order.
[[nodiscard]] Result<std::string> sign_note(std::string_view text,
                                            std::span<NoteSigner* const> signers);
[[nodiscard]] Result<std::string> sign_note(std::string_view text, NoteSigner& signer);

// A witness' line: "at this time this is the largest consistent tree I have seen of this origin".
struct Witness {
    std::string name;
    const crypto::SigningKey& key;
};
[[nodiscard]] NoteSignature cosign(std::string_view text, const Witness& witness,
                                   std::uint64_t posix_seconds);

}  // namespace overlord::tlog
