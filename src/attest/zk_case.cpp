// Steps 1 and 2 of the verification: what a document says, against everything but the log.
#include <algorithm>

#include "overlord/attest/zk_verify.hpp"
#include "overlord/base/time.hpp"
#include "overlord/zk/statement.hpp"

namespace overlord::attest {
namespace {

Error refuse(const char* code, std::string what) {
    return Error{code, std::move(what)};
}

Status check_attestation(const ZkDocument& document, const Attested& attested) {
    const Statement& said = attested.statement;
    if (document.attestation != attested.digest) {
        return refuse("zk.attestation", "the document is about the attestation " +
                                            to_hex(document.attestation) + ", not about " +
                                            to_hex(attested.digest));
    }
    if (document.origin != said.log.origin) {
        return refuse("zk.origin", "the document is about the log " + document.origin +
                                       ", the attestation about " + said.log.origin);
    }
    if (document.size < said.log.size) {
        return refuse("zk.size", "the document saw " + std::to_string(document.size.value) +
                                     " entries, the attestation " +
                                     std::to_string(said.log.size.value));
    }
    if (document.system != said.system) {
        return refuse("zk.system", "the document is about " + document.system +
                                       ", the attestation about " + said.system);
    }
    const Result<ClaimSummary> claim = summarize_claim(said.claim);
    if (!claim) return claim.error();
    if (to_hex(document.bundle) != claim->bundle) {
        return refuse("zk.bundle", "the document was made with the rules " +
                                       to_hex(document.bundle) + ", the attestation with " +
                                       claim->bundle);
    }
    return {};
}

// Slots of another time than the attestation's say nothing of it: those of before a fault stand for
// no later instant, and a system that has recovered had not.
Status check_time(const ZkCase& zk, const ZkStatement& statement, zk::SlotNumber last) {
    const TimeNs at = zk.attested.statement.at;
    const zk::SlotNumber instant = slot_of_instant(at, zk.plan.slot_ns);
    const std::string window = statement.control + ": the window ends with slot " +
                               std::to_string(last) + ", and the attestation, of " +
                               format_rfc3339(at) + ", is of slot " + std::to_string(instant);
    if (last > instant) return refuse("zk.ahead", window);
    if (is_recent(zk.plan, last + 1, at)) return {};
    return refuse("zk.late", window + ": those between were closed by then and are not in it");
}

Status check_statement(const ZkCase& zk, const ZkStatement& statement) {
    const PlanControl& control = zk.control_of(statement);
    const Status tagged = zk::verify_stream_tag(
        zk.document.stream_key, {zk.document.origin, zk.document.system, control.text},
        statement.tag);
    if (!tagged) return with_context(tagged.error(), statement.control);
    if (zk.name_of(statement, statement.generation) != statement.stream) {
        return refuse("zk.stream", statement.control + ": the stream " +
                                       to_hex(statement.stream) + " is not that of " +
                                       zk.document.system + " under the plan's entry");
    }
    const zk::SlotNumber last = statement.first + statement.count - 1;
    const SlotWindow window = slot_window(control, zk.plan.slot_ns, statement.begin, last);
    if (window != SlotWindow{statement.first, statement.count}) {
        return refuse("zk.window", statement.control + ": the measure's window has " +
                                       std::to_string(window.count) + " slots from " +
                                       std::to_string(window.first) + ", the statement's " +
                                       std::to_string(statement.count) + " from " +
                                       std::to_string(statement.first));
    }
    if (Status timely = check_time(zk, statement, last); !timely) return timely;
    const zk::Direction direction =
        statement.holds ? zk::Direction::kHolds : zk::Direction::kFails;
    const Status bounded = zk::check_bound(zk::linear_form(control.limit, direction),
                                           statement.count, control.bits);
    if (!bounded) return refuse("zk.bound", statement.control + ": " + bounded.error().message);
    return {};
}

}  // namespace

zk::SlotNumber slot_of_instant(TimeNs attested_at, DurationNs slot_ns) {
    OVERLORD_ASSERT(slot_ns > 0);
    return static_cast<zk::SlotNumber>(std::max<TimeNs>(attested_at, 0) / slot_ns);
}

// In 128 bits: a slot's number is anything below 2^64.
bool is_recent(const ProofPlan& plan, zk::SlotNumber next, TimeNs attested_at) {
    DurationNs lateness = 0;  // slots close together, by the greatest of them
    for (const PlanControl& control : plan.controls) {
        if (control.proved()) lateness = std::max(lateness, control.lateness_ns);
    }
    const zk::Int128 end = (zk::Int128{next} + 1) * plan.slot_ns;  // that of the open slot
    return end + lateness + kWindowAgeMax >= attested_at;
}

const PlanControl& ZkCase::control_of(const ZkStatement& statement) const {
    const PlanControl* control = plan.find(statement.control);
    OVERLORD_ASSERT(control != nullptr && control->proved());  // parse_zk_document saw to it
    return *control;
}

Hash ZkCase::name_of(const ZkStatement& statement, std::uint32_t generation) const {
    const Hash salt = zk::stream_salt(statement.tag.point, generation);
    return zk::stream_id(salt, {document.system, control_of(statement).text, plan.slot_ns});
}

Result<ZkCase> open_zk(std::string_view document, const Attested& attested) {
    Result<ZkDocument> parsed = parse_zk_document(document);
    if (!parsed) return std::move(parsed).error();
    if (Status about = check_attestation(*parsed, attested); !about) return about.error();
    Result<ProofPlan> plan = parse_plan(parsed->plan);
    if (!plan) return std::move(plan).error();
    ZkCase zk{*std::move(parsed), document_digest(document), *std::move(plan), attested};
    for (const ZkStatement& statement : zk.document.statements) {
        if (Status good = check_statement(zk, statement); !good) return good.error();
    }
    return zk;
}

Status check_rules(const ZkCase& zk, const OwnRules& rules) {
    if (rules.bundle != to_hex(zk.document.bundle)) {
        return refuse("zk.bundle", "the rules given have the digest " + rules.bundle +
                                       ", the document was made with " +
                                       to_hex(zk.document.bundle));
    }
    if (rules.plan == zk.document.plan) return {};
    return refuse("zk.plan",
                  "the plan that follows from the rules given is not the document's: it has the "
                  "digest " + to_hex(plan_digest(rules.plan)) + ", the document's " +
                      to_hex(plan_digest(zk.document.plan)));
}

}  // namespace overlord::attest
