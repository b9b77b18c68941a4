// The proof plan of a bundle: what of its controls is proved, and how (docs/formats/zk.md). It is
// derived from the rules by the engine; here its text is read. Pure functions, any thread.
//
//   {"v":1,"slot_ns":60000000000,"controls":[ENTRY,...],"levels":[LEVEL,...]}
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/base/bytes.hpp"
#include "overlord/base/result.hpp"
#include "overlord/base/time.hpp"
#include "overlord/zk/statement.hpp"

namespace overlord::attest {

inline constexpr std::size_t kPlanBytesMax = 32 * 1024;

// slot: the daemon asserts what a slot holds; event: each event's own commitment; none: not proved.
enum class ProofMode : std::uint8_t { kNone, kDisclosed, kSlot, kEvent };
enum class ProofForm : std::uint8_t { kRatio, kViolations, kState, kSum };
[[nodiscard]] std::string_view to_text(ProofMode mode);
[[nodiscard]] std::string_view to_text(ProofForm form);

struct PlanControl {
    std::string control;  // telecoms.uptime
    std::string level;
    ProofMode mode = ProofMode::kNone;
    std::string why;  // of mode none and disclosed: why it is not proved

    // Of modes slot and event.
    ProofForm form = ProofForm::kState;
    zk::Limit limit;             // kNoneBad but for a ratio and a sum
    std::string limit_text;      // ">= 99999r100000", as the control's own literal says
    DurationNs window_ns = 0;    // 0: the last closed slot alone
    std::uint32_t bits = 0;      // of the slots' range proofs
    DurationNs lateness_ns = 0;  // a slot closes this long after its end
    std::string text;            // the entry's own canonical text, which names the stream

    [[nodiscard]] bool proved() const {
        return mode == ProofMode::kSlot || mode == ProofMode::kEvent;
    }
};

struct PlanLevel {
    std::string level;
    std::vector<std::string> controls;
    bool conjunction = false;  // the level is compliant exactly where all of these are
};

struct ProofPlan {
    DurationNs slot_ns = 0;
    std::vector<PlanControl> controls;  // in the bundle's order
    std::vector<PlanLevel> levels;
    [[nodiscard]] const PlanControl* find(std::string_view control) const;
};

// Strict: the canonical text and nothing else. Codes plan.syntax, plan.size, plan.field.
[[nodiscard]] Result<ProofPlan> parse_plan(std::string_view text);
// One entry of a plan, from its text. The same codes.
[[nodiscard]] Result<PlanControl> parse_plan_control(std::string_view text);
[[nodiscard]] Hash plan_digest(std::string_view text);  // SHA-256, the plan's name

// The slots of a window that ends with slot `last`, of a stream that began with slot `begin` (not
// after last): all that the measure's window covers.
struct SlotWindow {
    zk::SlotNumber first = 0;
    std::uint64_t count = 0;
    bool operator==(const SlotWindow&) const = default;
};
[[nodiscard]] SlotWindow slot_window(const PlanControl& control, DurationNs slot_ns,
                                     zk::SlotNumber begin, zk::SlotNumber last);

}  // namespace overlord::attest
