// The rules that a verifier has, and the plan of proofs that follows from them.
#pragma once

#include "event_sample.hpp"
#include "overlord/attest/zk_verify.hpp"
#include "overlord/base/file.hpp"
#include "overlord/base/time.hpp"

namespace overlord::ctl {

// The bundle's digest is computed here; the plan is derived by overlord-engine, which stands beside
// this program (a child process: verification has no Prolog of its own). Codes: those of
// read_rules, process.missing, rules.plan (the program refuses the rules, or such slots).
[[nodiscard]] Result<attest::OwnRules> own_rules(const Path& directory, DurationNs slot_ns);

// What drawn events add to event-bound slots by these rules, event by event: overlord-engine says
// it too. Codes as above.
[[nodiscard]] Result<std::vector<std::vector<ExpectedContribution>>> own_contributions(
    const Path& directory, DurationNs slot_ns, std::span<const DrawnEvent> events);

}  // namespace overlord::ctl
