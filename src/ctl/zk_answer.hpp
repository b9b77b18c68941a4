// The answer to "does the verdict follow from all that was logged?", for a proof bundle that
// carries a zero-knowledge document (docs/formats/zk.md, Verification). Without network, Prolog or
// the daemon's parts: rules and entries come from functions that the command gives.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "key_ring.hpp"
#include "overlord/attest/bundle.hpp"
#include "overlord/attest/contributions.hpp"
#include "overlord/attest/zk_verify.hpp"

namespace overlord::ctl {

// Where the parts of an answer come from; what is not given is not checked, and the answer says so.
struct ZkSources {
    // The verifier's own rules, with the plan for slots of this length.
    std::function<Result<attest::OwnRules>(DurationNs slot_ns)> rules;
    // Gives every entry of a log, in order, to a reader.
    std::function<Status(attest::ZkLogReader&)> entries;
    std::string place;  // of these entries: "log DIR"
    // Of the document's event-bound slots; held against the entries, which it needs.
    std::optional<attest::ContributionsFile> contributions;
    std::optional<tlog::VerifierKey> monitor;
    unsigned threads = 2;

    [[nodiscard]] bool asked() const { return rules || entries || monitor || contributions; }
};

struct ZkAnswer {
    bool yes = false;
    std::string assurance;  // "full", "monitored by NAME", "window sum not checked"
    bool rules_checked = false;
    std::string answer;  // in words: "yes, full" or why not
    attest::ZkFindings findings;
    // Proved controls with a window that reaches behind the beginning of their stream, though it is
    // not the first one: what the others held is not in it.
    std::vector<std::string> begun_anew;
    // Of event-bound controls, where contributions were given: how many, all of them summed up.
    std::map<std::string, std::uint64_t> events;
};

// Verifies the zero-knowledge part and adds a line for each step and control to the bundle's
// report, which is valid (asserted). A check that fails makes the report invalid and gives no
// answer.
[[nodiscard]] std::optional<ZkAnswer> answer_zk(const attest::Bundle& bundle,
                                                attest::CheckedBundle& checked,
                                                const ZkSources& sources);

// {"yes":true,"assurance":"full","rules_checked":true,"verdict":"compliant","controls":[...],
// "levels":[...]}
[[nodiscard]] std::string to_json(const ZkAnswer& answer);

}  // namespace overlord::ctl
