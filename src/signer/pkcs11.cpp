#include "overlord/signer/pkcs11.hpp"

#include <algorithm>

#include "overlord/crypto/sha256.hpp"
#include "pkcs11_session.hpp"

namespace overlord::signer {
namespace {

using Session = std::unique_ptr<Pkcs11Session>;

constexpr std::size_t kSignatureBytes = 64;  // of both: R and S, r and s

// The OIDs and names that tokens take for the curves, in DER.
constexpr std::array<std::uint8_t, 10> kP256 = {0x06, 0x08, 0x2a, 0x86, 0x48,
                                                0xce, 0x3d, 0x03, 0x01, 0x07};
constexpr std::array<std::uint8_t, 14> kEdwards25519 = {0x13, 0x0c, 'e', 'd', 'w', 'a', 'r',
                                                        'd',  's',  '2', '5', '5', '1', '9'};

// CKA_EC_POINT is an OCTET STRING; some tokens hand out what is in it. Both lengths are below 128.
ByteView point_of(ByteView attribute) {
    const bool wrapped = attribute.size() > 2 && attribute[0] == 0x04 &&
                         attribute[1] == attribute.size() - 2;
    return wrapped ? attribute.subspan(2) : attribute;
}

Result<tlog::VerifierKey> verifier_of(Pkcs11Session& session, CK_OBJECT_HANDLE public_key,
                                      const std::string& name) {
    const Result<CK_ULONG> kind = session.number(public_key, CKA_KEY_TYPE);
    if (!kind) return kind.error();
    const Result<Bytes> attribute = session.bytes(public_key, CKA_EC_POINT);
    if (!attribute) return attribute.error();
    const ByteView point = point_of(*attribute);
    tlog::VerifierKey key{name, tlog::SignatureType::kEd25519, {}};
    if (*kind == CKK_EC) {
        const Result<crypto::EcdsaPublicKey> ecdsa = crypto::EcdsaPublicKey::from_point(point);
        key.type = tlog::SignatureType::kEcdsa;
        if (ecdsa) key.key = *ecdsa;
        if (ecdsa) return key;
    } else if (*kind == CKK_EC_EDWARDS && point.size() == sizeof(crypto::PublicKey)) {
        crypto::PublicKey ed25519;
        std::copy(point.begin(), point.end(), ed25519.begin());
        key.key = ed25519;
        return key;
    }
    return Error{"pkcs11.kind", "the key is neither Ed25519 nor ECDSA on P-256",
                 ErrorClass::kFatal};
}

class TokenSigner final : public tlog::NoteSigner {
public:
    TokenSigner(Session session, CK_OBJECT_HANDLE private_key, tlog::VerifierKey verifier)
        : session_(std::move(session)), key_(private_key), verifier_(std::move(verifier)) {}

    [[nodiscard]] const tlog::VerifierKey& verifier() const override { return verifier_; }

    [[nodiscard]] Result<tlog::NoteSignature> sign(std::string_view text) override {
        const bool ecdsa = verifier_.type == tlog::SignatureType::kEcdsa;
        const Hash digest = ecdsa ? crypto::sha256(as_bytes(text)) : Hash{};
        const Result<Bytes> raw = ecdsa ? token_sign(CKM_ECDSA, digest)
                                        : token_sign(CKM_EDDSA, as_bytes(text));
        if (!raw) return raw.error();
        const Bytes signature = ecdsa ? crypto::ecdsa_signature_to_der(*raw) : *raw;
        // As for keys of our own: a signature made wrongly must not leave.
        const bool good = ecdsa ? crypto::verify(std::get<crypto::EcdsaPublicKey>(verifier_.key),
                                                 as_bytes(text), signature)
                                : crypto::verify(*verifier_.ed25519(), as_bytes(text), signature);
        if (good) return tlog::NoteSignature{verifier_.name, verifier_.id(), signature};
        return Error{"note.self_check", "note: a signature of the token does not verify",
                     ErrorClass::kFatal};
    }

private:
    Result<Bytes> token_sign(CK_MECHANISM_TYPE type, ByteView message) {
        CK_MECHANISM mechanism{type, nullptr, 0};
        CK_RV code = session_->calls().C_SignInit(session_->handle(), &mechanism, key_);
        if (code != CKR_OK) return pkcs11_failed("C_SignInit", code);
        Bytes signature(kSignatureBytes);
        CK_ULONG size = signature.size();
        code = session_->calls().C_Sign(session_->handle(),
                                        const_cast<unsigned char*>(message.data()), message.size(),
                                        signature.data(), &size);
        if (code != CKR_OK) return pkcs11_failed("C_Sign", code);
        if (size == signature.size()) return signature;
        return Error{"pkcs11.kind", "a signature of " + std::to_string(size) + " bytes",
                     ErrorClass::kFatal};
    }

    Session session_;
    CK_OBJECT_HANDLE key_;
    tlog::VerifierKey verifier_;
};

Result<CK_OBJECT_HANDLE> only_one(Pkcs11Session& session, CK_OBJECT_CLASS kind,
                                  const std::string& label) {
    const Result<std::vector<CK_OBJECT_HANDLE>> found = session.find(kind, label);
    if (!found) return found.error();
    if (found->size() == 1) return found->front();
    return Error{"pkcs11.key",
                 "the token has " + std::to_string(found->size()) +
                     (kind == CKO_PRIVATE_KEY ? " private" : " public") + " keys with the label " +
                     label,
                 ErrorClass::kFatal};
}

Result<std::unique_ptr<tlog::NoteSigner>> make_signer(Session session, const std::string& label,
                                                      const std::string& name) {
    const Result<CK_OBJECT_HANDLE> private_key = only_one(*session, CKO_PRIVATE_KEY, label);
    if (!private_key) return private_key.error();
    const Result<CK_OBJECT_HANDLE> public_key = only_one(*session, CKO_PUBLIC_KEY, label);
    if (!public_key) return public_key.error();
    Result<tlog::VerifierKey> verifier = verifier_of(*session, *public_key, name);
    if (!verifier) return std::move(verifier).error();
    return std::unique_ptr<tlog::NoteSigner>(
        new TokenSigner(std::move(session), *private_key, *std::move(verifier)));
}

Status generate(Pkcs11Session& session, const std::string& label, TokenAlgorithm algorithm) {
    const bool ecdsa = algorithm == TokenAlgorithm::kEcdsa;
    const ByteView curve = ecdsa ? ByteView(kP256) : ByteView(kEdwards25519);
    CK_MECHANISM mechanism{ecdsa ? CKM_EC_KEY_PAIR_GEN : CKM_EC_EDWARDS_KEY_PAIR_GEN, nullptr, 0};
    CK_BBOOL yes = CK_TRUE;
    CK_BBOOL no = CK_FALSE;
    char* const label_bytes = const_cast<char*>(label.data());
    CK_ATTRIBUTE public_part[] = {
        {CKA_TOKEN, &yes, sizeof yes},
        {CKA_VERIFY, &yes, sizeof yes},
        {CKA_LABEL, label_bytes, label.size()},
        {CKA_EC_PARAMS, const_cast<std::uint8_t*>(curve.data()), curve.size()}};
    CK_ATTRIBUTE private_part[] = {{CKA_TOKEN, &yes, sizeof yes},
                                   {CKA_PRIVATE, &yes, sizeof yes},
                                   {CKA_SENSITIVE, &yes, sizeof yes},
                                   {CKA_EXTRACTABLE, &no, sizeof no},
                                   {CKA_SIGN, &yes, sizeof yes},
                                   {CKA_LABEL, label_bytes, label.size()}};
    CK_OBJECT_HANDLE made[2];
    const CK_RV code = session.calls().C_GenerateKeyPair(
        session.handle(), &mechanism, public_part, std::size(public_part), private_part,
        std::size(private_part), &made[0], &made[1]);
    return code == CKR_OK ? Status() : Status(pkcs11_failed("C_GenerateKeyPair", code));
}

}  // namespace

Result<std::unique_ptr<tlog::NoteSigner>> open_token_key(const Token& token,
                                                         const std::string& label,
                                                         const std::string& name) {
    Result<Session> session = Pkcs11Session::open(token, Access::kRead);
    if (!session) return std::move(session).error();
    return make_signer(*std::move(session), label, name);
}

Result<std::unique_ptr<tlog::NoteSigner>> make_token_key(const Token& token,
                                                         const std::string& label,
                                                         const std::string& name,
                                                         TokenAlgorithm algorithm) {
    Result<Session> session = Pkcs11Session::open(token, Access::kWrite);
    if (!session) return std::move(session).error();
    const Result<std::vector<CK_OBJECT_HANDLE>> present =
        (*session)->find(CKO_PRIVATE_KEY, label);
    if (!present) return present.error();
    if (!present->empty()) {
        return Error{"key.exists", "the token has a key with the label " + label};
    }
    if (Status made = generate(**session, label, algorithm); !made) return made.error();
    return make_signer(*std::move(session), label, name);
}

}  // namespace overlord::signer
