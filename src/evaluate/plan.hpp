// What the evaluator looks up of a bundle, prepared once.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "measure.hpp"
#include "overlord/rules/bundle.hpp"

namespace overlord::evaluate {

class Plan {
public:
    explicit Plan(rules::Bundle bundle);
    Plan(const Plan&) = delete;
    Plan& operator=(const Plan&) = delete;

    struct Use {
        std::size_t measure;
        std::size_t input;
    };
    struct KindPlan {
        std::vector<Use> uses;
        std::vector<std::size_t> checks;
        std::size_t nil_field = kNone;  // of a nil report: the field that names the kind
    };
    // What a level and its controls look at.
    struct LevelPlan {
        std::vector<std::size_t> reads;  // sorted
        bool reads_nothing = false;      // one of its controls does not: it is asked every time
    };
    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

    rules::Bundle bundle;
    std::vector<MeasurePlan> measures;
    std::vector<KindPlan> kinds;
    std::vector<LevelPlan> level_plans;  // by level of the bundle

    [[nodiscard]] std::size_t kind_of(std::string_view type) const;  // kNone if unknown
    [[nodiscard]] std::size_t measure_of(std::string_view pack, std::string_view name) const;
    [[nodiscard]] std::size_t level_of(std::string_view name) const;
    // The measure that a control is mainly about: the one with its limit, else the first it reads.
    [[nodiscard]] const MeasurePlan* main_measure(const rules::Control& control,
                                                  std::size_t& index) const;
    // Does a system with these levels follow the measure: does one of them, or one that is not on
    // request, read it?
    [[nodiscard]] bool followed(std::size_t measure, const std::vector<std::size_t>& levels) const;
    // The measures that a nil report of `pack` about kind `name` speaks of.
    [[nodiscard]] std::vector<std::size_t> about(std::string_view pack,
                                                 std::string_view name) const;

    // The waiver of the control for the system at this time, or null.
    [[nodiscard]] const rules::Waiver* waiver(std::size_t control, std::string_view system,
                                              TimeNs now) const;
    // The first time after `now` at which waiver() may say something else; kNever: none.
    [[nodiscard]] TimeNs waiver_changes(std::size_t control, std::string_view system,
                                        TimeNs now) const;

private:
    void note_reads();
    [[nodiscard]] const std::vector<const rules::Waiver*>* waivers(std::size_t control,
                                                                   std::string_view system) const;
    // By control and system.
    std::map<std::size_t, std::map<std::string, std::vector<const rules::Waiver*>, std::less<>>>
        waivers_;
    std::map<std::string, std::size_t, std::less<>> kinds_by_type_;
    std::map<std::string, std::size_t, std::less<>> measures_by_name_;  // PACK:NAME
};

}  // namespace overlord::evaluate
