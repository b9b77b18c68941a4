#include "overlord/tlog/note.hpp"

#include <algorithm>

#include "overlord/crypto/sha256.hpp"

namespace overlord::tlog {
namespace {

constexpr std::string_view kDash = "\xe2\x80\x94 ";  // U+2014 and a space
constexpr std::size_t kKeyIdBytes = 4;
constexpr std::size_t kTimeBytes = 8;

Error malformed(const char* reason) {
    return Error{"note.malformed", std::string("note: ") + reason};
}
Error bad_vkey(const char* reason) {
    return Error{"note.vkey", std::string("verifier key: ") + reason};
}

// The next code point of valid UTF-8 (RFC 3629: no surrogates, no overlong forms); -1 otherwise.
std::int32_t next_code_point(std::string_view& rest) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(rest[i]); };
    const std::uint8_t lead = byte(0);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3
                               : lead < 0xf5                                             ? 4
                                                                                         : 0;
    if (length == 0 || length > rest.size()) return -1;
    std::int32_t value = length == 1 ? lead : lead & (0x7f >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return -1;
        value = value << 6 | (byte(i) & 0x3f);
    }
    constexpr std::int32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < kLeast[length] || value > 0x10ffff) return -1;
    if (value >= 0xd800 && value <= 0xdfff) return -1;
    rest.remove_prefix(length);
    return value;
}

// White_Space of Unicode.
bool is_space(std::int32_t c) {
    return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
           c == 0x205f || c == 0x3000;
}

bool is_note_text(std::string_view rest) {
    while (!rest.empty()) {
        const std::int32_t c = next_code_point(rest);
        if (c < 0 || (c < 0x20 && c != '\n')) return false;
    }
    return true;
}

std::uint32_t get_u32_be(ByteView from) {
    return std::uint32_t{from[0]} << 24 | std::uint32_t{from[1]} << 16 |
           std::uint32_t{from[2]} << 8 | from[3];
}

void put_u32_be(Bytes& out, std::uint32_t value) {
    put_u16_be(out, static_cast<std::uint16_t>(value >> 16));
    put_u16_be(out, static_cast<std::uint16_t>(value));
}

Result<NoteSignature> parse_signature_line(std::string_view line) {
    if (!line.starts_with(kDash)) return malformed("a signature line does not begin with a dash");
    line.remove_prefix(kDash.size());
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) return malformed("a signature line has no signature");
    const std::string_view name = line.substr(0, space);
    if (!is_key_name(name)) return malformed("a signature line has a bad key name");
    const Result<Bytes> decoded = from_base64(line.substr(space + 1));
    if (!decoded) return malformed("a signature is not base64");
    if (decoded->size() <= kKeyIdBytes) return malformed("a signature is too short");
    NoteSignature signature;
    signature.name = name;
    signature.key_id = get_u32_be(*decoded);
    signature.signature.assign(decoded->begin() + kKeyIdBytes, decoded->end());
    return signature;
}

ByteView key_bytes(const VerifierKey& key) {
    if (const auto* ecdsa = std::get_if<crypto::EcdsaPublicKey>(&key.key)) return ecdsa->spki;
    return *key.ed25519();
}

Status take_key(ByteView bytes, VerifierKey& key) {
    switch (key.type) {
        case SignatureType::kEcdsa: {
            const Result<crypto::EcdsaPublicKey> ecdsa = crypto::EcdsaPublicKey::parse(bytes);
            if (!ecdsa) return bad_vkey("not a P-256 key as ECDSA keys have it");
            key.key = *ecdsa;
            return {};
        }
        case SignatureType::kEd25519:
        case SignatureType::kCosignature: {
            crypto::PublicKey ed25519;
            if (bytes.size() != ed25519.size()) return bad_vkey("bad key");
            std::copy(bytes.begin(), bytes.end(), ed25519.begin());
            key.key = ed25519;
            return {};
        }
    }
    return bad_vkey("a type other than Ed25519, ECDSA and Ed25519 cosignature");
}

// What the signature of a cosignature is over: the whole text, so that extension lines count.
std::string cosigned_message(std::string_view text, std::uint64_t posix_seconds) {
    return "cosignature/v1\ntime " + std::to_string(posix_seconds) + "\n" + std::string(text);
}

bool verify_line(std::string_view text, const NoteSignature& line, VerifiedSignature& verified) {
    const ByteView bytes(line.signature);
    if (const auto* ecdsa = std::get_if<crypto::EcdsaPublicKey>(&verified.key.key)) {
        return crypto::verify(*ecdsa, as_bytes(text), bytes);
    }
    const crypto::PublicKey& key = *verified.key.ed25519();
    if (!verified.key.is_cosigner()) return crypto::verify(key, as_bytes(text), bytes);
    if (bytes.size() != kTimeBytes + std::tuple_size_v<crypto::Signature>) return false;
    for (const std::uint8_t byte : bytes.first(kTimeBytes)) {
        verified.time = verified.time << 8 | byte;
    }
    if (verified.time > INT64_MAX) return false;
    return crypto::verify(key, as_bytes(cosigned_message(text, verified.time)),
                          bytes.subspan(kTimeBytes));
}

}  // namespace

bool is_key_name(std::string_view name) {
    if (name.empty()) return false;
    while (!name.empty()) {
        const std::int32_t c = next_code_point(name);
        if (c < 0x20 || c == '+' || is_space(c)) return false;
    }
    return true;
}

const crypto::PublicKey* VerifierKey::ed25519() const {
    return std::get_if<crypto::PublicKey>(&key);
}

std::uint32_t VerifierKey::id() const {
    const ByteView bytes = key_bytes(*this);
    if (type == SignatureType::kEcdsa) return get_u32_be(crypto::sha256(bytes));
    const std::uint8_t type_byte = static_cast<std::uint8_t>(type);
    return get_u32_be(crypto::sha256({as_bytes(name), as_bytes("\n"), {&type_byte, 1}, bytes}));
}

std::string VerifierKey::to_pem() const {
    return std::visit([](const auto& public_key) { return crypto::to_pem(public_key); }, key);
}

std::string VerifierKey::to_text() const {
    Bytes id_bytes;
    put_u32_be(id_bytes, id());
    Bytes typed{static_cast<std::uint8_t>(type)};
    put_bytes(typed, key_bytes(*this));
    return name + "+" + to_hex(id_bytes) + "+" + to_base64(typed);
}

Result<VerifierKey> VerifierKey::parse(std::string_view vkey) {
    const std::size_t first = vkey.find('+');
    const std::size_t second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
    if (second == std::string_view::npos) return bad_vkey("not NAME+ID+KEY");
    VerifierKey parsed;
    parsed.name = vkey.substr(0, first);
    if (!is_key_name(parsed.name)) return bad_vkey("bad name");
    const Result<Bytes> typed = from_base64(vkey.substr(second + 1));
    if (!typed || typed->empty()) return bad_vkey("bad key");
    parsed.type = static_cast<SignatureType>(typed->front());
    if (Status taken = take_key(ByteView(*typed).subspan(1), parsed); !taken) return taken.error();
    const std::string_view id = vkey.substr(first + 1, second - first - 1);
    const Result<Bytes> id_bytes = from_hex(id);
    if (!id_bytes || id_bytes->size() != kKeyIdBytes || get_u32_be(*id_bytes) != parsed.id()) {
        return bad_vkey("the key id does not belong to name and key");
    }
    return parsed;
}

std::string signature_line(const NoteSignature& signature) {
    Bytes bytes;
    put_u32_be(bytes, signature.key_id);
    put_bytes(bytes, signature.signature);
    return std::string(kDash) + signature.name + " " + to_base64(bytes) + "\n";
}

std::string Note::to_text() const {
    std::string raw = text + "\n";
    for (const NoteSignature& signature : signatures) raw += signature_line(signature);
    return raw;
}

Result<Note> Note::parse(std::string_view raw) {
    if (raw.size() > kNoteBytesMax) return malformed("too large");
    if (!is_note_text(raw)) return malformed("not UTF-8, or a control character");
    // The text may contain empty lines; the signatures follow the last one.
    const std::size_t gap = raw.rfind("\n\n");
    if (gap == std::string_view::npos) return malformed("no empty line before the signatures");
    Note note;
    note.text = raw.substr(0, gap + 1);
    std::string_view rest = raw.substr(gap + 2);
    if (rest.empty()) return malformed("no signature");
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos) return malformed("the last line does not end");
        Result<NoteSignature> signature = parse_signature_line(rest.substr(0, end));
        if (!signature) return signature.error();
        if (note.signatures.size() == kNoteSignaturesMax) return malformed("too many signatures");
        note.signatures.push_back(*std::move(signature));
        rest.remove_prefix(end + 1);
    }
    return note;
}

Result<OpenedNote> open_note(std::string_view raw, VerifierKeys known) {
    Result<Note> note = Note::parse(raw);
    if (!note) return note.error();
    OpenedNote opened;
    opened.note = *std::move(note);
    for (const NoteSignature& line : opened.note.signatures) {
        const auto key = std::find_if(known.begin(), known.end(), [&](const VerifierKey& k) {
            return k.name == line.name && k.id() == line.key_id;
        });
        if (key == known.end()) continue;
        VerifiedSignature verified{*key};
        if (!verify_line(opened.note.text, line, verified)) {
            return Error{"note.bad_signature", "note: the signature of " + key->name + " is wrong"};
        }
        const bool repeated =
            std::any_of(opened.verified.begin(), opened.verified.end(),
                        [&](const VerifiedSignature& v) { return v.key == verified.key; });
        if (!repeated) opened.verified.push_back(std::move(verified));
    }
    if (opened.verified.empty()) {
        return Error{"note.unsigned", "note: no signature by a known key"};
    }
    return opened;
}

KeySigner::KeySigner(std::string name, crypto::SigningKey key)
    : key_(std::move(key)),
      verifier_{std::move(name), SignatureType::kEd25519, key_.public_key()} {
    OVERLORD_ASSERT(is_key_name(verifier_.name));
}

Result<NoteSignature> KeySigner::sign(std::string_view text) {
    const crypto::Signature signature = key_.sign(as_bytes(text));
    // A signature made wrongly by a fault of the machine can give the private key away: it must not
    // leave.
    if (!crypto::verify(key_.public_key(), as_bytes(text), signature)) {
        return Error{"note.self_check", "note: a signature of our own does not verify",
                     ErrorClass::kFatal};
    }
    return NoteSignature{verifier_.name, verifier_.id(), Bytes(signature.begin(), signature.end())};
}

Result<std::string> sign_note(std::string_view text, std::span<NoteSigner* const> signers) {
    OVERLORD_ASSERT(text.ends_with('\n'));
    Note note{std::string(text), {}};
    for (NoteSigner* const signer : signers) {
        Result<NoteSignature> signature = signer->sign(text);
        if (!signature) return with_context(signature.error(), signer->verifier().name);
        note.signatures.push_back(*std::move(signature));
    }
    return note.to_text();
}

Result<std::string> sign_note(std::string_view text, NoteSigner& signer) {
    NoteSigner* const one = &signer;
    return sign_note(text, {&one, 1});
}

NoteSignature cosign(std::string_view text, const Witness& witness, std::uint64_t posix_seconds) {
    const VerifierKey verifier{witness.name, SignatureType::kCosignature,
                               witness.key.public_key()};
    const crypto::Signature signature =
        witness.key.sign(as_bytes(cosigned_message(text, posix_seconds)));
    NoteSignature line{witness.name, verifier.id(), {}};
    put_u64_be(line.signature, posix_seconds);
    put_bytes(line.signature, signature);
    return line;
}

}  // namespace overlord::tlog
