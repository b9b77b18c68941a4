#include "attestation_keys.hpp"

namespace overlord::daemon {

using tlog::Roster;
using tlog::RosterKey;

namespace {

constexpr const char* kRole = "attestation";
constexpr const char* kFirstSource = "file:attestation.key";

Result<std::unique_ptr<tlog::KeySigner>> in_memory(std::unique_ptr<tlog::NoteSigner> key) {
    std::unique_ptr<tlog::KeySigner> own(dynamic_cast<tlog::KeySigner*>(key.get()));
    if (own == nullptr) {
        return Error{"keys.source", "attestations are signed with a key in a file, not in a token"};
    }
    (void)key.release();  // `own` has it
    return own;
}

}  // namespace

Result<AttestationKeys> AttestationKeys::open(signer::KeyPlaces places, std::string name,
                                              const std::string& source, Creation creation) {
    AttestationKeys keys(std::move(places), std::move(name));
    std::error_code failure;
    const bool begun = std::filesystem::exists(keys.file(), failure) ||
                       std::filesystem::exists(keys.places_.directory / "attestation.key", failure);
    if (!begun && creation == Creation::kIfAbsent) {
        Result<signer::NewKey> made = signer::new_key(keys.places_, source, kRole, keys.name_);
        if (!made) return std::move(made).error();
        Status saved = keys.save(Roster{{{made->signer->verifier(), made->source}}});
        if (!saved) return std::move(saved).error();
    }
    if (Status loaded = keys.load(); !loaded) return std::move(loaded).error();
    return keys;
}

Status AttestationKeys::load() {
    Result<Roster> roster = tlog::read_roster(file());
    if (!roster && roster.error().code != "io.enoent") return std::move(roster).error();
    const std::string source = roster ? roster->newest_active()->source : kFirstSource;
    Result<std::unique_ptr<tlog::NoteSigner>> key = signer::open_key(places_, source, name_);
    if (!key) return std::move(key).error();
    // A state of the version before has the key and no roster.
    if (!roster) roster = Roster{{{(*key)->verifier(), source}}};
    if ((*key)->verifier() != roster->newest_active()->key) {
        return Error{"signer.key", source + " holds another key than " +
                                       roster->newest_active()->key.to_text() +
                                       ": put the right one back",
                     ErrorClass::kFatal};
    }
    Result<std::unique_ptr<tlog::KeySigner>> own = in_memory(*std::move(key));
    if (!own) return std::move(own).error();
    key_ = *std::move(own);
    return save(*std::move(roster));
}

Status AttestationKeys::save(Roster roster) {
    if (roster == roster_) return {};
    if (Status written = tlog::write_roster(file(), roster); !written) return written;
    roster_ = std::move(roster);
    return {};
}

crypto::SigningKey AttestationKeys::signing_key() const {
    return crypto::SigningKey::from_seed(key_->key().seed());
}

std::vector<crypto::PublicKey> AttestationKeys::earlier() const {
    std::vector<crypto::PublicKey> keys;
    for (const RosterKey& entry : roster_.keys) {
        if (!entry.signs()) keys.push_back(*entry.key.ed25519());
    }
    return keys;
}

Result<tlog::VerifierKey> AttestationKeys::rotate(const std::string& source) {
    Result<signer::NewKey> made = signer::new_key(places_, source, kRole, name_);
    if (!made) return std::move(made).error();
    Result<std::unique_ptr<tlog::KeySigner>> own = in_memory(std::move(made->signer));
    if (!own) return std::move(own).error();
    const tlog::VerifierKey key = (*own)->verifier();
    Roster roster = roster_;
    const tlog::VerifierKey before = roster.newest_active()->key;
    Status changed = roster.add(key, made->source, Roster::Others::kRetire, 0);
    if (changed) changed = roster.retire(before);
    // If we crash here, a key file is left that nothing names; the next one gets another name.
    if (changed) changed = save(std::move(roster));
    if (!changed) return std::move(changed).error();
    key_ = *std::move(own);
    return key;
}

Status AttestationKeys::log_told() {
    Result<Roster> told = signer::log_told(places_.directory, roster_);
    if (!told) return std::move(told).error();
    return save(*std::move(told));
}

}  // namespace overlord::daemon
