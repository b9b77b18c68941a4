#include "zk_answer.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "overlord/base/time.hpp"

namespace overlord::ctl {
namespace {

using attest::ControlFinding;
using attest::LevelFinding;
using attest::Report;
using attest::ZkCase;

void refuse(Report& report, const Error& error) {
    report.fails(error.message + " (" + error.code + ")");
    report.valid = false;
    report.assurance.clear();
}

// The assurance of sums that neither the reader nor a monitor has checked.
constexpr const char* kUnchecked = "window sum not checked";

// Rounded up.
std::string seconds_text(DurationNs duration) {
    return std::to_string((duration + kSecondNs - 1) / kSecondNs) + " s";
}

std::string slots_text(std::uint64_t count) {
    return std::to_string(count) + (count == 1 ? " slot" : " slots");
}

// Slots of the window that the measure has.
std::uint64_t whole_window(const ZkCase& zk, const std::string& control) {
    return attest::slot_window(*zk.plan.find(control), zk.plan.slot_ns, 0,
                               INT64_MAX / zk.plan.slot_ns)
        .count;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// Of the window that the measure has, for a stream that is younger than it.
std::string coverage(const ZkCase& zk, const ControlFinding& control, const ZkAnswer& answer) {
    const std::uint64_t whole = whole_window(zk, control.control);
    if (control.window.count >= whole) return "";
    return ", of the window's " + std::to_string(whole) +
           (contains(answer.begun_anew, control.control)
                ? ": its stream began anew then"
                : ": there are none before in its stream");
}

// Without the log, nothing is known of a stream that is not the first one.
void find_begun_anew(const ZkCase& zk, const attest::ZkLogReader* reader, ZkAnswer& answer) {
    for (std::size_t i = 0; i < zk.document.statements.size(); ++i) {
        const attest::ZkStatement& statement = zk.document.statements[i];
        const bool anew = reader == nullptr ? statement.generation > 0
                                            : reader->generations_before(i) > 0;
        const bool cut = statement.count < whole_window(zk, statement.control);
        if (anew && (cut || reader == nullptr)) answer.begun_anew.push_back(statement.control);
    }
}

// How the slots are known to be what they are said to be.
std::string binding_text(const ControlFinding& control, const ZkAnswer& answer) {
    if (control.mode == attest::ProofMode::kSlot) return "slot-asserted";
    const auto events = answer.events.find(control.control);
    if (events == answer.events.end()) return "event-bound (its events not shown)";
    return "event-bound: " + std::to_string(events->second) +
           (events->second == 1 ? " contribution" : " contributions") + ", sum checked";
}

std::string attested_text(const ControlFinding& control) {
    const std::string verdict = "attested " + control.attested;
    if (!control.observations) return verdict;
    return verdict + " from " + std::to_string(*control.observations) +
           (*control.observations == 1 ? " observation" : " observations");
}

// What a proof rests on that was not checked: without it, it shows nothing.
std::string condition(const ZkAnswer& answer) {
    const bool sums = answer.assurance != kUnchecked;
    if (sums && answer.rules_checked) return "";
    const char* what = sums                    ? "the plan is"
                       : answer.rules_checked ? "its window's sums are"
                                              : "its window's sums and the plan are";
    return std::string(" if ") + what + " right (not checked)";
}

std::string control_text(const ZkCase& zk, const ControlFinding& control,
                         const ZkAnswer& answer) {
    if (!control.proved) {
        return control.control + ": " + std::string(to_text(control.mode)) + ", not proved (" +
               control.why + "); " + attested_text(control);
    }
    return control.control + (control.holds ? " holds" : " does not hold") +
           (control.limit.empty() ? "" : " (" + control.limit + ")") +
           ": proved in zero knowledge" + condition(answer) + ", " +
           binding_text(control, answer) + ", over " +
           slots_text(control.window.count) + " from " + format_rfc3339(control.from) + " to " +
           format_rfc3339(control.to) + coverage(zk, control, answer) + "; " +
           attested_text(control);
}

std::string level_text(const LevelFinding& level, const ZkAnswer& answer) {
    if (level.derived) {
        return "level " + level.level + " is " + *level.derived +
               ": that follows from the proofs" + condition(answer);
    }
    return "level " + level.level + " is attested " + level.attested +
           ", which does not follow from the proofs alone: " + level.why;
}

void tell(const ZkCase& zk, const ZkAnswer& answer, Report& report) {
    const attest::ZkFindings& findings = answer.findings;
    for (const ControlFinding& control : findings.controls) {
        report.holds(control_text(zk, control, answer));
    }
    for (const LevelFinding& level : findings.levels) report.holds(level_text(level, answer));
    if (findings.derived) {
        report.holds(zk.document.system + " is " + *findings.derived +
                     ": that follows from the proofs" + condition(answer));
    }
}

// The contributions that were given, once the log has been read.
Status check_contributions(const attest::ContributionsCheck& check, ZkAnswer& answer) {
    const Result<std::vector<attest::ContributionsCheck::Found>> found = check.finish();
    if (!found) return found.error();
    for (const auto& one : *found) answer.events[one.control] = one.events;
    return {};
}

// Every entry of the log, read and checked.
Status check_full(const ZkCase& zk, const ZkSources& sources, Report& report, ZkAnswer& answer) {
    attest::ZkLogReader reader(zk, sources.threads);
    std::optional<attest::ContributionsCheck> contributions;
    if (sources.contributions) {
        Result<attest::ContributionsCheck> check =
            attest::ContributionsCheck::open(zk, *sources.contributions);
        if (!check) return check.error();
        contributions = *std::move(check);
        reader.show_slots(
            [&](const attest::SlotEntry& entry) { return contributions->see(entry); });
    }
    if (Status read = sources.entries(reader); !read) return read;
    const Result<std::vector<attest::WindowEnds>> ends = reader.finish();
    if (!ends) return ends.error();
    if (Status proven = attest::check_statements(zk, *ends); !proven) return proven;
    std::uint64_t slots = 0;
    for (const attest::ZkStatement& statement : zk.document.statements) {
        slots += reader.walk().find(statement.stream)->covered - statement.begin;
    }
    const std::size_t streams = zk.document.statements.size();
    report.holds("all " + std::to_string(zk.document.size.value) + " entries of " + sources.place +
                 " were read: the " + std::to_string(slots) + " slots of " +
                 std::to_string(streams) + " streams follow each other without a hole, their sums "
                 "chain, and each has its range proof; each was logged within " +
                 seconds_text(reader.walk().longest_delay()) +
                 " of its end, by the log's own times");
    report.holds("the log has " + std::to_string(reader.streams_seen()) +
                 " streams, of which these " + std::to_string(streams) +
                 " are opened here; their names follow from the key that it announced, and no "
                 "other stream ran beside them for these controls and this system");
    find_begun_anew(zk, &reader, answer);
    if (reader.logged()) report.holds("the log names this document for the attestation");
    return contributions ? check_contributions(*contributions, answer) : Status();
}

Status check_own_rules(const ZkCase& zk, const ZkSources& sources, Report& report) {
    const Result<attest::OwnRules> rules = sources.rules(zk.plan.slot_ns);
    if (!rules) return rules.error();
    if (Status same = attest::check_rules(zk, *rules); !same) return same;
    report.holds("the rules given are those of the document, and the plan of its proofs follows "
                 "from them: digest " + to_hex(attest::plan_digest(zk.document.plan)));
    return {};
}

// Whether the monitor has cosigned the bundle's checkpoint, which covers the document's size.
Result<bool> is_monitored(const attest::Bundle& bundle, const tlog::VerifierKey& monitor) {
    const Result<tlog::OpenedNote> opened =
        tlog::open_note(bundle.entry_proof.checkpoint, monitor);
    if (opened) return true;
    if (opened.error().code == "note.unsigned") return false;
    return opened.error();
}

std::string words(const ZkAnswer& answer) {
    if (answer.yes) return "yes, " + answer.assurance;
    std::string why;
    if (answer.assurance == kUnchecked) {
        why = "window sum not checked (--log, --monitor)";
    }
    if (!answer.rules_checked) {
        why += std::string(why.empty() ? "" : ", ") + "rules not checked (--rules)";
    }
    for (const std::string& control : answer.begun_anew) {
        why += (why.empty() ? "" : ", ") + control + " began anew within its window" +
               (answer.assurance == "full" ? "" : " or before (--log)");
    }
    if (!answer.findings.follows()) {
        why += std::string(why.empty() ? "" : ", ") + "that it is " + answer.findings.attested +
               " does not follow from the " + std::to_string(answer.findings.proved()) + " of " +
               std::to_string(answer.findings.controls.size()) + " controls that are proved";
    }
    return "not shown: " + why;
}

}  // namespace

std::optional<ZkAnswer> answer_zk(const attest::Bundle& bundle, attest::CheckedBundle& checked,
                                  const ZkSources& sources) {
    Report& report = checked.report;
    OVERLORD_ASSERT(report.valid && bundle.zk);
    const auto refused = [&](const Error& error) {
        refuse(report, error);
        return std::nullopt;
    };
    const Result<ZkCase> zk = attest::open_zk(bundle.zk->document, checked.attested);
    if (!zk) return refused(zk.error());
    if (sources.contributions && !sources.entries) {
        return refused({"zk.contributions",
                        "contributions are held against every slot of the log (--log, or a full "
                        "bundle)"});
    }
    Status good = attest::check_zk_places(*bundle.zk, *zk, checked.head);
    if (!good) return refused(good.error());
    report.holds("its zero-knowledge document of " + std::to_string(zk->document.size.value) +
                 " entries is entry " + std::to_string(bundle.zk->entry.index.value) +
                 " of the log");
    ZkAnswer answer;
    if (sources.rules) {
        good = check_own_rules(*zk, sources, report);
        if (!good) return refused(good.error());
        answer.rules_checked = true;
    }
    answer.assurance = kUnchecked;
    if (sources.entries) {
        good = check_full(*zk, sources, report, answer);
        if (!good) return refused(good.error());
        answer.assurance = "full";
    } else {
        const Result<attest::CheckedZk> compact = attest::check_zk_part(*bundle.zk, checked);
        if (!compact) return refused(compact.error());
        find_begun_anew(*zk, nullptr, answer);
    }
    if (sources.monitor && answer.assurance != "full") {
        const Result<bool> monitored = is_monitored(bundle, *sources.monitor);
        if (!monitored) return refused(monitored.error());
        if (*monitored) {
            answer.assurance = "monitored by " + sources.monitor->name;
            report.holds("the monitor " + sources.monitor->name +
                         " has cosigned the checkpoint: it checked every slot up to there");
        } else {
            report.holds("the monitor " + sources.monitor->name +
                         " has not cosigned this checkpoint");
        }
    }
    Result<attest::ZkFindings> findings = attest::judge(*zk);
    if (!findings) return refused(findings.error());
    answer.findings = *std::move(findings);
    tell(*zk, answer, report);
    answer.yes = answer.rules_checked && answer.assurance != kUnchecked &&
                 answer.findings.follows() && answer.begun_anew.empty();
    answer.answer = words(answer);
    report.assurance = "integrity: yes; zero knowledge: " + answer.answer +
                       "; replay: needs the records";
    if (sources.asked() && !answer.yes) {
        report.fails("the question was whether the verdict follows from all that was logged, and "
                     "that is " + answer.answer);
        report.valid = false;
    }
    return answer;
}

std::string to_json(const ZkAnswer& answer) {
    using Json = nlohmann::ordered_json;
    const auto known = [](const std::optional<std::string>& text) {
        return text ? Json(*text) : Json(nullptr);
    };
    Json json;
    json["yes"] = answer.yes;
    json["assurance"] = answer.assurance;
    json["rules_checked"] = answer.rules_checked;
    json["verdict"] = known(answer.findings.derived);
    json["begun_anew"] = answer.begun_anew;
    json["controls"] = Json::array();
    for (const ControlFinding& control : answer.findings.controls) {
        Json one;
        one["control"] = control.control;
        one["level"] = control.level;
        one["attested"] = control.attested;
        if (control.observations) one["observations"] = *control.observations;
        one["mode"] = to_text(control.mode);
        one["proved"] = control.proved ? Json(control.holds ? "holds" : "fails") : Json(nullptr);
        if (!control.proved) one["why"] = control.why;
        if (control.proved) {
            one["limit"] = control.limit;
            one["first_slot"] = control.window.first;
            one["slots"] = control.window.count;
            const auto events = answer.events.find(control.control);
            if (events != answer.events.end()) one["contributions"] = events->second;
            one["from"] = format_rfc3339(control.from);
            one["to"] = format_rfc3339(control.to);
        }
        json["controls"].push_back(std::move(one));
    }
    json["levels"] = Json::array();
    for (const LevelFinding& level : answer.findings.levels) {
        Json one;
        one["level"] = level.level;
        one["attested"] = level.attested;
        one["derived"] = known(level.derived);
        if (!level.derived) one["why"] = level.why;
        json["levels"].push_back(std::move(one));
    }
    return json.dump();
}

}  // namespace overlord::ctl
