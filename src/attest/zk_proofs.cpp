// Steps 4 and 5 of the verification: the proofs, and the verdict that follows from them.
#include <algorithm>

#include "json.hpp"
#include "overlord/attest/zk_verify.hpp"
#include "overlord/zk/msm.hpp"
#include "overlord/zk/point.hpp"
#include "overlord/zk/range_proof.hpp"

namespace overlord::attest {
namespace {

struct WindowPoints {
    zk::Point bad;
    zk::Point total;
};

Result<WindowPoints> points_of(const ZkStatement& statement, const WindowEnds& ends) {
    const std::optional<zk::Point> bad = zk::decode(ends.after.bad);
    const std::optional<zk::Point> total = zk::decode(ends.after.total);
    const std::optional<zk::Point> bad_before = zk::decode(ends.before.bad);
    const std::optional<zk::Point> total_before = zk::decode(ends.before.total);
    if (!bad || !total || !bad_before || !total_before) {
        return Error{"zk.point", statement.control + ": the window's sums are no points"};
    }
    return WindowPoints{*bad - *bad_before, *total - *total_before};
}

// What the statement's range proof has to be about: c_bad bad + c_total total + constant B.
zk::Point commitment_of(const zk::LinearForm& form, const WindowPoints& sums) {
    const std::array scalars = {zk::Scalar::from_i128(form.bad), zk::Scalar::from_i128(form.total),
                                zk::Scalar::from_i128(form.constant)};
    const std::array points = {sums.bad, sums.total, zk::Point::base()};
    return zk::multiply_vartime(scalars, points);
}

std::string names_of(const ZkDocument& document, const ZkProof& proof) {
    std::string names;
    for (std::uint64_t i = proof.from; i < proof.from + proof.count; ++i) {
        names += (names.empty() ? "" : ", ") + document.statements[i].control;
    }
    return names;
}

Status check_proof(const ZkCase& zk, std::span<const WindowEnds> ends, std::size_t index) {
    const ZkDocument& document = zk.document;
    const ZkProof& proof = document.proofs[index];
    const Result<std::vector<zk::WindowStatement>> windows = windows_of(document, zk.plan, index);
    if (!windows) return windows.error();
    std::vector<zk::Point> commitments;
    for (std::size_t i = 0; i < windows->size(); ++i) {
        const std::size_t at = proof.from + i;
        const Result<WindowPoints> sums = points_of(document.statements[at], ends[at]);
        if (!sums) return sums.error();
        commitments.push_back(commitment_of((*windows)[i].form, *sums));
    }
    commitments.resize(zk::padded_count(commitments.size()));
    const zk::Label label = zk::label(zk::VerdictSubject{
        document.origin, document.size.value, document.root, document.bundle,
        plan_digest(document.plan), document.attestation, *windows});
    const Status proven =
        zk::verify_range({label, zk::kVerdictBits, commitments}, proof.proof);
    if (proven) return {};
    return Error{"zk.proof", "the proof of " + names_of(document, proof) + ": " +
                                 proven.error().message + " (" + proven.error().code + ")"};
}

// --- The verdict ---

const std::string kCompliant = "compliant";
const std::string kNonCompliant = "non_compliant";

std::string text_of(const Json& object, const char* name) {
    const std::string* text = find_text(object, name);
    return text == nullptr ? "" : *text;
}

const Json* list_of(const Json& object, const char* name) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(name);
    return found == object.end() || !found->is_array() ? nullptr : &*found;
}

TimeNs slot_time(zk::Int128 slot, DurationNs slot_ns) {
    constexpr zk::Int128 kMost = INT64_MAX;
    return static_cast<TimeNs>(std::min(slot * slot_ns, kMost));
}

ControlFinding find_control(const ZkCase& zk, const std::string& level, const Json& attested) {
    ControlFinding found;
    found.level = level;
    found.control = text_of(attested, "id");
    found.attested = text_of(attested, "verdict");
    std::uint64_t observations = 0;
    if (find_unsigned(attested, "observations", observations)) found.observations = observations;
    const PlanControl* control = zk.plan.find(found.control);
    if (control == nullptr) {
        found.why = "the plan does not name it";
        return found;
    }
    found.mode = control->mode;
    found.why = control->why;
    const auto& statements = zk.document.statements;
    const auto statement =
        std::find_if(statements.begin(), statements.end(),
                     [&](const ZkStatement& s) { return s.control == found.control; });
    if (statement == statements.end()) {
        if (control->proved()) found.why =
            "the document says nothing about it: no slot of it was proved by then, its window "
            "reaches into what was erased, or there is more in it than a proof can count, which "
            "the status of its daemon would say";
        return found;
    }
    found.proved = true;
    found.holds = statement->holds;
    found.limit = control->limit_text;
    found.window = {statement->first, statement->count};
    found.from = slot_time(statement->first, zk.plan.slot_ns);
    found.to = slot_time(zk::Int128{statement->first} + statement->count, zk.plan.slot_ns);
    return found;
}

// Codes: zk.verdict.
Status compare(const std::string& what, const std::string& attested, bool holds) {
    const std::string& contrary = holds ? kNonCompliant : kCompliant;
    if (attested != contrary) return {};
    return Error{"zk.verdict", what + " is attested " + attested +
                                   ", but the proof shows that it " +
                                   (holds ? "complies" : "does not comply")};
}

LevelFinding derive_level(const ZkCase& zk, const std::string& level, const std::string& attested,
                          std::span<const ControlFinding> controls) {
    LevelFinding finding{level, attested, std::nullopt, ""};
    std::string unproved;
    for (const ControlFinding& control : controls) {
        if (control.proved && !control.holds) {
            finding.derived = kNonCompliant;
            return finding;
        }
        // Where evidence was missing the rule itself says unknown, whatever the slots hold.
        if (control.proved && control.attested != "unknown") continue;
        unproved += (unproved.empty() ? "" : ", ") + control.control;
    }
    const auto& levels = zk.plan.levels;
    const auto rule = std::find_if(levels.begin(), levels.end(),
                                   [&](const PlanLevel& plan) { return plan.level == level; });
    const auto attested_too = [&](const std::string& name) {
        return std::any_of(controls.begin(), controls.end(), [&](const ControlFinding& control) {
            return control.control == name;
        });
    };
    if (!unproved.empty()) {
        finding.why = "not proved, or attested unknown: " + unproved;
    } else if (controls.empty() || rule == levels.end() || !rule->conjunction) {
        finding.why = "its rule is more than the conjunction of its controls";
    } else if (!std::all_of(rule->controls.begin(), rule->controls.end(), attested_too)) {
        finding.why = "its rule asks for controls that the attestation does not name";
    } else {
        finding.derived = kCompliant;
    }
    return finding;
}

// A system complies where all of its levels do.
std::optional<std::string> derive_system(const std::vector<LevelFinding>& levels) {
    bool all = !levels.empty();
    for (const LevelFinding& level : levels) {
        if (level.derived == kNonCompliant) return kNonCompliant;
        all = all && level.derived == kCompliant;
    }
    return all ? std::optional(kCompliant) : std::nullopt;
}

Status judge_level(const ZkCase& zk, const Json& level, ZkFindings& findings) {
    const Json* controls = list_of(level, "controls");
    if (controls == nullptr) return Error{"statement.claim", "a level without its controls"};
    const std::string name = text_of(level, "level");
    const std::size_t begin = findings.controls.size();
    for (const Json& control : *controls) {
        ControlFinding finding = find_control(zk, name, control);
        if (finding.proved) {
            Status same = compare(finding.control, finding.attested, finding.holds);
            if (!same) return same;
        }
        findings.controls.push_back(std::move(finding));
    }
    LevelFinding finding =
        derive_level(zk, name, text_of(level, "verdict"),
                     std::span(findings.controls).subspan(begin));
    if (finding.derived) {
        Status same = compare("level " + name, finding.attested, finding.derived == kCompliant);
        if (!same) return same;
    }
    findings.levels.push_back(std::move(finding));
    return {};
}

}  // namespace

std::size_t ZkFindings::proved() const {
    return static_cast<std::size_t>(
        std::count_if(controls.begin(), controls.end(),
                      [](const ControlFinding& control) { return control.proved; }));
}

Status check_statements(const ZkCase& zk, std::span<const WindowEnds> ends) {
    OVERLORD_ASSERT(ends.size() == zk.document.statements.size());
    for (std::size_t i = 0; i < zk.document.proofs.size(); ++i) {
        if (Status proven = check_proof(zk, ends, i); !proven) return proven;
    }
    return {};
}

Result<ZkFindings> judge(const ZkCase& zk) {
    const Result<Json> claim = parse_json(zk.attested.statement.claim, "statement.claim");
    if (!claim) return claim.error();
    const Json* levels = list_of(*claim, "levels");
    if (levels == nullptr) return Error{"statement.claim", "the claim names no levels"};
    ZkFindings findings;
    for (const Json& level : *levels) {
        if (Status judged = judge_level(zk, level, findings); !judged) return judged.error();
    }
    for (const ZkStatement& statement : zk.document.statements) {
        const bool named = std::any_of(
            findings.controls.begin(), findings.controls.end(),
            [&](const ControlFinding& control) { return control.control == statement.control; });
        if (named) continue;
        return Error{"zk.verdict", "the document is about " + statement.control +
                                       ", which the attestation does not name"};
    }
    findings.attested = text_of(*claim, "verdict");
    findings.derived = derive_system(findings.levels);
    if (findings.derived) {
        Status same =
            compare(zk.document.system, findings.attested, findings.derived == kCompliant);
        if (!same) return same.error();
    }
    return findings;
}

}  // namespace overlord::attest
