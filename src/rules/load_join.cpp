// The part of a measure's declaration that joins events (src/prolog/kernel/joins.pl).
#include <algorithm>

#include "read_terms.hpp"

namespace overlord::rules {
namespace {

using prolog::Value;

std::size_t place_of(std::vector<std::size_t>& fields, std::size_t field) {
    const auto found = std::find(fields.begin(), fields.end(), field);
    if (found != fields.end()) return static_cast<std::size_t>(found - fields.begin());
    fields.push_back(field);
    return fields.size() - 1;
}

// Reads the steps of one join: first what each keeps and looks at, then the conditions over it.
class JoinReader {
public:
    JoinReader(const Measure& measure, const std::vector<Kind>& kinds)
        : measure_(measure), kinds_(kinds) {}

    Join read(const Value& steps, DurationNs within) {
        join_.within = within;
        join_.steps.resize(steps.items.size());
        OVERLORD_ASSERT(join_.steps.size() == measure_.inputs.size());
        for (std::size_t i = 0; i < join_.steps.size(); ++i) {
            if (has_condition(steps.items[i])) gather(argument(steps.items[i], 1), i);
        }
        for (const Join::Step& step : join_.steps) {
            first_slots_.push_back(join_.slots);
            join_.slots += step.keeps.size();
        }
        for (std::size_t i = 0; i < join_.steps.size(); ++i) read_step(steps.items[i], i);
        return std::move(join_);
    }

private:
    static bool has_condition(const Value& step) {
        return argument(step, 1).kind == Value::Kind::kCompound;
    }
    [[nodiscard]] const Kind& kind_of(std::size_t step) const {
        return kinds_[measure_.inputs[step].kind];
    }

    // The slot or place behind the slots of a field that a condition of step `at` names.
    std::size_t field_of(const Value& leaf, std::size_t at) {
        if (is(leaf, "earlier", 2)) {
            const auto step = static_cast<std::size_t>(integer(argument(leaf, 0)));
            const std::size_t slot =
                place_of(join_.steps[step].keeps, field_index(kind_of(step), text(leaf, 1)));
            return first_slots_.empty() ? slot : first_slots_[step] + slot;
        }
        return join_.slots +
               place_of(join_.steps[at].looks_at, field_index(kind_of(at), text(leaf, 0)));
    }

    void gather(const Value& condition, std::size_t at) {
        (void)read_expression(condition, [&](const Value& leaf) { return field_of(leaf, at); });
    }

    // step(Keys, Joint | none, Times, Negated)
    void read_step(const Value& step, std::size_t at) {
        Join::Step& made = join_.steps[at];
        for (const Value& key : argument(step, 0).items) {
            made.key.push_back(field_index(kind_of(at), key.text));
        }
        made.times = static_cast<std::uint64_t>(integer(argument(step, 2)));
        made.negated = text(step, 3) == "true";
        if (!has_condition(step)) return;
        made.when = read_expression(argument(step, 1),
                                    [&](const Value& leaf) { return field_of(leaf, at); });
    }

    const Measure& measure_;
    const std::vector<Kind>& kinds_;
    Join join_;
    std::vector<std::size_t> first_slots_;  // by step, once all of them are known
};

}  // namespace

bool read_join_setting(Measure& measure, const std::vector<Kind>& kinds, const Value& setting) {
    if (is(setting, "join", 2)) {
        measure.join = JoinReader(measure, kinds)
                           .read(argument(setting, 0), integer(argument(setting, 1)));
        return true;
    }
    if (!measure.join) return false;
    if (is(setting, "times", 2)) {
        for (std::size_t i = 0; i < 2; ++i) {
            const Kind& kind = kinds[measure.inputs[i].kind];
            measure.join->steps[i].time = field_index(kind, text(setting, i));
        }
    } else if (setting.text == "settled") {
        measure.join->settled = true;
    } else {
        return false;
    }
    return true;
}

}  // namespace overlord::rules
