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
#include <vector>

#include "overlord/base/bytes.hpp"
#include "overlord/base/result.hpp"
#include "overlord/crypto/keys.hpp"

namespace overlord::tlog {

inline constexpr std::size_t kNoteBytesMax = 1'000'000;  // as the Go verifier has it
inline constexpr std::size_t kNoteSignaturesMax = 100;   // likewise; the standard asks for 16

enum class SignatureType : std::uint8_t {
    kEd25519 = 0x01,      // over the note's text
    kCosignature = 0x04,  // over "cosignature/v1", a time and the note's text
};

// Not empty, valid UTF-8, no white space, no '+'.
[[nodiscard]] bool is_key_name(std::string_view name);

// Who signs: text form NAME+HEXID+BASE64(type, public key), "vkey".
struct VerifierKey {
    std::string name;
    SignatureType type = SignatureType::kEd25519;
    crypto::PublicKey key{};

    [[nodiscard]] static Result<VerifierKey> parse(std::string_view vkey);  // code note.vkey
    [[nodiscard]] std::string to_text() const;
    [[nodiscard]] std::uint32_t id() const;  // SHA-256(name, LF, type, key), first four bytes
    bool operator==(const VerifierKey&) const = default;
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
[[nodiscard]] Result<OpenedNote> open_note(std::string_view raw,
                                           std::span<const VerifierKey> known);

// Makes signatures of type 0x01; the key may live in this process or in another.
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

// `text` must end with a LF (asserted).
[[nodiscard]] Result<std::string> sign_note(std::string_view text, NoteSigner& signer);

// A witness' line: "at this time this is the largest consistent tree I have seen of this origin".
struct Witness {
    std::string name;
    const crypto::SigningKey& key;
};
[[nodiscard]] NoteSignature cosign(std::string_view text, const Witness& witness,
                                   std::uint64_t posix_seconds);

}  // namespace overlord::tlog
