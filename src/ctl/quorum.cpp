#include "quorum.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "overlord/attest/bundle.hpp"
#include "overlord/base/time.hpp"
#include "overlord/tlog/proof.hpp"
#include "slot_sample.hpp"

namespace overlord::ctl {
namespace {

Keys cosigners(const Keys& keys) {
    Keys found;
    std::copy_if(keys.begin(), keys.end(), std::back_inserter(found),
                 [](const tlog::VerifierKey& key) { return key.is_cosigner(); });
    return found;
}

std::string time_text(std::uint64_t posix_seconds) {
    constexpr auto kMost = static_cast<std::uint64_t>(INT64_MAX / kSecondNs);
    if (posix_seconds > kMost) return "a time beyond all calendars";
    return format_rfc3339(static_cast<TimeNs>(posix_seconds) * kSecondNs);
}

void refuse(attest::Report& report, std::string why) {
    report.fails(std::move(why));
    report.valid = false;
    report.assurance.clear();
}

}  // namespace

Result<Trust> read_trust(std::span<const std::string> keys,
                         const std::optional<std::string>& policy_file) {
    Result<Keys> given = read_keys(keys);
    if (!given) return std::move(given).error();
    Trust trust{*std::move(given), std::nullopt, {}};
    if (!policy_file) return trust;
    const Result<std::string> text = read_text_file(*policy_file, tlog::kPolicyBytesMax);
    if (!text) return Error{"usage", "--policy: " + text.error().message};
    Result<tlog::Policy> policy = tlog::Policy::parse(*text);
    if (!policy) return Error{"usage", *policy_file + ": " + policy.error().message};
    for (const tlog::PolicyLog& log : policy->logs()) trust.keys.push_back(log.key);
    for (const tlog::VerifierKey& key : policy->witness_keys()) trust.keys.push_back(key);
    trust.policy = *std::move(policy);
    return trust;
}

bool has_quorum(std::string_view note, const Trust& trust) {
    if (!trust.policy || !trust.policy->needs_witnesses()) return true;
    const Result<tlog::OpenedNote> opened = tlog::open_note(note, trust.policy->witness_keys());
    return opened && trust.policy->reached_by(opened->verified);
}

void check_cosignatures(std::string_view note, const Trust& trust, attest::Report& report) {
    if (!report.valid) return;
    const Keys witnesses = cosigners(trust.keys);
    if (witnesses.empty() && !trust.policy) return;
    const Result<tlog::OpenedNote> opened = tlog::open_note(note, witnesses);
    if (!opened && opened.error().code != "note.unsigned") {
        return refuse(report, "the cosignatures: " + opened.error().message);
    }
    std::vector<tlog::VerifiedSignature> verified;
    if (opened) verified = opened->verified;
    for (const tlog::VerifiedSignature& signature : verified) {
        report.holds("witness " + signature.key.name + " has cosigned the checkpoint at " +
                     time_text(signature.time));
    }
    const std::string given = std::to_string(witnesses.size());
    if (!trust.policy) {
        if (verified.empty())
            report.holds("none of the " + given + " witnesses given has cosigned; none was asked "
                         "for (--policy)");
        return;
    }
    if (!trust.policy->reached_by(verified)) {
        return refuse(report, "the quorum " + trust.policy->quorum_text() +
                                  " has not cosigned the checkpoint: " +
                                  std::to_string(verified.size()) + " of " + given +
                                  " witnesses have");
    }
    report.holds("that is the quorum: " + trust.policy->quorum_text());
}

std::string checkpoint_of(std::string_view document) {
    const Result<attest::Bundle> bundle = attest::parse_bundle(document);
    if (bundle) return bundle->entry_proof.checkpoint;
    if (const std::string note = slot_sample_checkpoint(document); !note.empty()) return note;
    const nlohmann::json json =
        nlohmann::json::parse(document, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object() || !json.contains("entry_proof")) return "";
    if (!json["entry_proof"].is_string()) return "";
    const Result<tlog::TlogProof> proof =
        tlog::TlogProof::parse(json["entry_proof"].get<std::string>());
    return proof ? proof->checkpoint : "";
}

}  // namespace overlord::ctl
