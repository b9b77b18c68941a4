// keys/: private keys, verifier keys, and the guard that remembers the last head that was signed.
#include <algorithm>

#include "checks.hpp"
#include "overlord/prover/prover.hpp"
#include "overlord/signer/guard.hpp"
#include "overlord/tlog/keyfile.hpp"
#include "overlord/tlog/roster.hpp"

namespace overlord::upkeep {
namespace {

constexpr std::uint64_t kVkeyFileBytesMax = 64u << 10;
constexpr std::string_view kLogKeys = "keys/log";
constexpr std::string_view kAttestationKeys = "keys/attestation";
constexpr std::string_view kGuard = "keys/log.guard";
constexpr std::string_view kProofKey = "keys/proof.key";

void check_private_key(const Checked& checked, const std::string& file) {
    const Result<tlog::KeySigner> key = tlog::load_key(checked.state_dir / file);
    ++checked.report.files.keys;
    if (!key) {
        if (key.error().code == "io.eacces") {
            return checked.not_checked(file + ": this user may not read it");
        }
        return checked.found(file, key.error().message);
    }
    const tlog::VerifierKey& verifier = key->verifier();
    const std::string role = checked.published ? checked.published->origin : verifier.name;
    if (file.starts_with(kLogKeys) && verifier.name != role) {
        checked.found(file, "is a key of " + verifier.name + ", the log is " + role);
    }
    if (file.starts_with(kAttestationKeys) && checked.facts.whole &&
        !checked.facts.attestation_keys.empty()) {
        bool known = false;
        for (const crypto::PublicKey& logged : checked.facts.attestation_keys) {
            known = known || (verifier.ed25519() != nullptr && logged == *verifier.ed25519());
        }
        if (!known) checked.found(file, "is no attestation key that the log names");
    }
}

// What it is the key of, check_proofs finds out.
void check_proof_key(const Checked& checked, const std::string& file) {
    const Result<crypto::Secret> key = prover::load_proof_key(checked.state_dir);
    ++checked.report.files.keys;
    if (key) return;
    if (key.error().code == "io.eacces") {
        return checked.not_checked(file + ": this user may not read it");
    }
    checked.found(file, key.error().message);
}

void check_verifier_keys(const Checked& checked, const std::string& file) {
    const std::optional<std::string> text = checked.text(file, kVkeyFileBytesMax);
    if (!text) return;
    ++checked.report.files.keys;
    std::size_t line_number = 0;
    std::string_view rest = *text;
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        ++line_number;
        if (line.empty() || line.front() == '#') continue;
        if (tlog::VerifierKey::parse(line)) continue;
        checked.found(file, "is no verifier key", "line " + std::to_string(line_number));
    }
}

void check_roster(const Checked& checked, const std::string& file) {
    const Result<tlog::Roster> roster = tlog::read_roster(checked.state_dir / file);
    ++checked.report.files.keys;
    if (roster) return;
    if (roster.error().code == "io.eacces") {
        return checked.not_checked(file + ": this user may not read it");
    }
    checked.found(file, roster.error().message);
}

void check_lock(const Checked& checked, const std::string& file) {
    const std::optional<std::string> text = checked.text(file, kVkeyFileBytesMax);
    if (text && !text->empty()) checked.found(file, "is not empty");
}

// The guard is older than nothing that was published, and of this history.
void compare_guard(const Checked& checked, const std::string& file, const tlog::TreeHead& guard) {
    if (checked.published && guard.size < checked.published->head.size) {
        return checked.found(file, "remembers size " + std::to_string(guard.size.value) +
                                       ", but size " +
                                       std::to_string(checked.published->head.size.value) +
                                       " is published: it was put back from an old copy");
    }
    if (!checked.facts.whole || guard.size.value == 0) return;
    const auto root = checked.facts.roots.find(guard.size.value);
    if (root == checked.facts.roots.end()) {
        return checked.found(file, "remembers size " + std::to_string(guard.size.value) +
                                       ", which the journal does not have: its largest is " +
                                       std::to_string(checked.facts.head().size.value));
    }
    if (root->second != guard.root) {
        checked.found(file, "remembers another root at size " + std::to_string(guard.size.value) +
                                " than the journal has: two histories");
    }
}

void check_guard(const Checked& checked) {
    const std::string file(kGuard);
    const Result<signer::Guard> guard = signer::read_guard(checked.state_dir / file);
    if (!guard) {
        if (guard.error().code == "io.eacces") {
            return checked.not_checked(file + ": this user may not read it");
        }
        if (guard.error().code != "io.enoent") checked.found(file, guard.error().message);
        return;
    }
    ++checked.report.files.keys;
    if (checked.published && guard->origin != checked.published->origin) {
        checked.found(file, "is of " + guard->origin + ", the log is " +
                                checked.published->origin);
    }
    compare_guard(checked, file, guard->head);
}

}  // namespace

void check_keys(const Checked& checked) {
    std::error_code failure;
    if (!std::filesystem::exists(checked.state_dir / "keys", failure)) {
        // A backup of the journal and what belongs to it has no checkpoint either, and its keys are
        // kept apart.
        if (checked.published) {
            checked.found("keys", "missing: no daemon starts on this state, nothing more is signed "
                                  "and nobody knows what was signed last");
        }
        return checked.not_checked("keys/: not here");
    }
    bool log_key = false;
    bool guard = false;
    bool proof_key = false;
    for (const std::string& name : checked.files("keys")) {
        const std::string file = "keys/" + name;
        if (file == kGuard) {
            guard = true;
            check_guard(checked);
        } else if (file == kProofKey) {
            proof_key = true;
            check_proof_key(checked, file);
        } else if (name.ends_with(".key")) {
            log_key = log_key || file.starts_with(kLogKeys);
            check_private_key(checked, file);
        } else if (name.ends_with(".vkey")) {
            check_verifier_keys(checked, file);
        } else if (name.ends_with(".roster")) {
            check_roster(checked, file);
        } else if (name.ends_with(".sealed")) {
            checked.not_checked(file + ": sealed; who opens it sees whether it is whole");
        } else if (name.ends_with(".lock")) {
            check_lock(checked, file);
        } else {
            checked.note(file, is_temporary(name) ? "a write that was cut short"
                                                  : "nobody knows this file");
        }
    }
    if (!proof_key && std::filesystem::exists(checked.state_dir / "proofs", failure)) {
        checked.found(std::string(kProofKey),
                      "missing: without it no stream of slots can be named");
    }
    const bool logged = std::any_of(checked.facts.keys.begin(), checked.facts.keys.end(),
                                    [](const LoggedKey& key) { return key.role == "log"; });
    if ((log_key || logged) && !guard) {
        checked.found(std::string(kGuard),
                      "missing: without it nobody knows what was signed last");
    }
}

}  // namespace overlord::upkeep
