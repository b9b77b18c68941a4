#include "overlord/attest/proof_plan.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>

#include "json.hpp"
#include "overlord/crypto/sha256.hpp"

namespace overlord::attest {
namespace {

Error field(const std::string& what) {
    return Error{"plan.field", "plan: " + what, ErrorClass::kReject};
}

// A member of an entry that must be there; the first failure is kept.
class Fields {
public:
    Fields(const Json& object, std::string where) : object_(object), where_(std::move(where)) {}

    void text(const char* name, std::string& value) {
        const std::string* found = find_text(object_, name);
        if (found == nullptr) return fail(name);
        value = *found;
    }
    void natural(const char* name, std::int64_t& value) {
        if (!find_signed(object_, name, value) || value < 0) fail(name);
    }
    // A limit's numbers are texts, because they may be beyond what readers of JSON keep exactly.
    void decimal(const char* name, std::uint64_t& value) {
        const std::string* found = find_text(object_, name);
        if (found == nullptr || found->empty() || found->size() > 20) return fail(name);
        const char* end = found->data() + found->size();
        const auto read = std::from_chars(found->data(), end, value);
        const bool canonical = found->size() == 1 || found->front() != '0';
        if (read.ec != std::errc{} || read.ptr != end || !canonical) fail(name);
    }
    void flag(const char* name, bool& value) {
        const auto found = object_.find(name);
        if (found == object_.end() || !found->is_boolean()) return fail(name);
        value = found->get<bool>();
    }
    void fail(const std::string& name) {
        if (!error_) error_ = field(where_ + "." + name + " is missing or malformed");
    }
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }

private:
    const Json& object_;
    std::string where_;
    std::optional<Error> error_;
};

constexpr std::uint64_t kSlotFull = 0xffff'ffff;  // what a slot says that has no room

constexpr std::array<std::string_view, 4> kModes = {"none", "disclosed", "slot", "event"};
constexpr std::array<std::string_view, 4> kForms = {"ratio", "violations", "state", "sum"};

template <class Enum, std::size_t N>
void name_of(Fields& fields, const char* member, const std::array<std::string_view, N>& names,
             Enum& value) {
    std::string text;
    fields.text(member, text);
    const auto found = std::find(names.begin(), names.end(), text);
    if (found == names.end()) return fields.fail(member);
    value = static_cast<Enum>(found - names.begin());
}

// A sum's limit is below what a slot says when it has no room: p/q < 2^32 - 1.
void check_limit(Fields& fields, PlanControl& control) {
    zk::Limit& limit = control.limit;
    if (control.form == ProofForm::kSum) {
        limit.absolute = true;
        if (limit.q == 0 || limit.p / limit.q >= kSlotFull) fields.fail("p");
        return;
    }
    if (limit.q == 0 || limit.p > limit.q) fields.fail("p");
    if (control.form != ProofForm::kRatio && limit != zk::kNoneBad) fields.fail("q");
}

void read_proved(Fields& fields, PlanControl& control) {
    name_of(fields, "form", kForms, control.form);
    fields.flag("strict", control.limit.strict);
    fields.decimal("p", control.limit.p);
    fields.decimal("q", control.limit.q);
    std::string measure;
    fields.text("measure", measure);
    std::string declared;  // the digest of what is measured; of a state without a measure ""
    fields.text("declared", declared);
    if (!declared.empty() && !hash_from_hex(declared)) fields.fail("declared");
    fields.text("limit", control.limit_text);
    fields.natural("window_ns", control.window_ns);
    std::int64_t bits = 0;
    fields.natural("bits", bits);
    control.bits = static_cast<std::uint32_t>(bits);
    if (bits != 8 && bits != 16 && bits != 32) fields.fail("bits");
    fields.natural("lateness_ns", control.lateness_ns);
    if (fields.error()) return;
    check_limit(fields, control);
}

Result<PlanControl> read_control(const Json& json, std::size_t index) {
    Fields fields(json, "controls[" + std::to_string(index) + "]");
    PlanControl control;
    if (!json.is_object()) return field("a control is no object");
    fields.text("control", control.control);
    fields.text("level", control.level);
    name_of(fields, "mode", kModes, control.mode);
    if (control.proved()) {
        read_proved(fields, control);
    } else {
        fields.text("why", control.why);
    }
    if (fields.error()) return *fields.error();
    if (json.size() != (control.proved() ? 13u : 4u)) return field("a control has other members");
    control.text = canonical_text(json);
    return control;
}

Result<PlanLevel> read_level(const Json& json, std::size_t index) {
    Fields fields(json, "levels[" + std::to_string(index) + "]");
    PlanLevel level;
    if (!json.is_object() || json.size() != 3) return field("a level has other members");
    fields.text("level", level.level);
    fields.flag("conjunction", level.conjunction);
    const auto controls = json.find("controls");
    if (controls == json.end() || !controls->is_array()) {
        fields.fail("controls");
    } else {
        for (const Json& name : *controls) {
            if (!name.is_string()) return field("a level's control is no text");
            level.controls.push_back(name.get<std::string>());
        }
    }
    if (fields.error()) return *fields.error();
    return level;
}

Status read_lists(const Json& json, ProofPlan& plan) {
    const auto controls = json.find("controls");
    const auto levels = json.find("levels");
    if (controls == json.end() || !controls->is_array()) return field("controls are missing");
    if (levels == json.end() || !levels->is_array()) return field("levels are missing");
    std::set<std::string> names;
    for (std::size_t i = 0; i < controls->size(); ++i) {
        Result<PlanControl> control = read_control((*controls)[i], i);
        if (!control) return control.error();
        if (!names.insert(control->control).second) {
            return field(control->control + " stands there twice");
        }
        plan.controls.push_back(std::move(*control));
    }
    for (std::size_t i = 0; i < levels->size(); ++i) {
        Result<PlanLevel> level = read_level((*levels)[i], i);
        if (!level) return level.error();
        plan.levels.push_back(std::move(*level));
    }
    return {};
}

}  // namespace

std::string_view to_text(ProofMode mode) {
    return kModes[static_cast<std::size_t>(mode)];
}

std::string_view to_text(ProofForm form) {
    return kForms[static_cast<std::size_t>(form)];
}

const PlanControl* ProofPlan::find(std::string_view control) const {
    const auto found = std::find_if(controls.begin(), controls.end(),
                                    [&](const PlanControl& c) { return c.control == control; });
    return found == controls.end() ? nullptr : &*found;
}

Result<ProofPlan> parse_plan(std::string_view text) {
    if (text.size() > kPlanBytesMax) return Error{"plan.size", "the plan is too long"};
    const Result<Json> json = parse_json(text, "plan.syntax");
    if (!json) return with_context(json.error(), "plan");
    if (!json->is_object() || !has_canonical_text(*json) || canonical_text(*json) != text) {
        return Error{"plan.syntax", "the plan is not in its canonical form"};
    }
    std::uint64_t version = 0;
    ProofPlan plan;
    if (!find_unsigned(*json, "v", version) || version != 1 || json->size() != 4) {
        return field("not a plan of version 1");
    }
    if (!find_signed(*json, "slot_ns", plan.slot_ns) || plan.slot_ns <= 0) return field("slot_ns");
    if (Status lists = read_lists(*json, plan); !lists) return lists.error();
    return plan;
}

Result<PlanControl> parse_plan_control(std::string_view text) {
    if (text.size() > kPlanBytesMax) return Error{"plan.size", "the plan's entry is too long"};
    const Result<Json> json = parse_json(text, "plan.syntax");
    if (!json) return with_context(json.error(), "plan entry");
    if (!has_canonical_text(*json) || canonical_text(*json) != text) {
        return Error{"plan.syntax", "the plan's entry is not in its canonical form"};
    }
    return read_control(*json, 0);
}

Hash plan_digest(std::string_view text) {
    return crypto::sha256(as_bytes(text));
}

SlotWindow slot_window(const PlanControl& control, DurationNs slot_ns, zk::SlotNumber begin,
                       zk::SlotNumber last) {
    OVERLORD_ASSERT(slot_ns > 0 && begin <= last);
    const auto slots = static_cast<std::uint64_t>(
        control.window_ns / slot_ns + (control.window_ns % slot_ns != 0 ? 1 : 0));
    const std::uint64_t wanted = std::max<std::uint64_t>(slots, 1);
    const std::uint64_t count = std::min(wanted, last - begin + 1);
    return SlotWindow{last + 1 - count, count};
}

}  // namespace overlord::attest
