#include "rules_changes.hpp"

#include <algorithm>

namespace overlord::ctl {
namespace {

using Json = nlohmann::ordered_json;

std::string told(const Json& one, const char* member) {
    const auto found = one.find(member);
    if (found == one.end() || found->is_null()) return "";
    return found->is_string() ? found->get<std::string>() : found->dump();
}

std::string citation_text(const Json& citation) {
    std::string text = told(citation, "framework");
    for (const char* member : {"edition", "clause"})
        if (const std::string part = told(citation, member); !part.empty()) text += ", " + part;
    for (const char* member : {"from", "until"})
        if (const std::string date = told(citation, member); !date.empty())
            text += std::string(", ") + member + " " + date;
    if (!citation.at("verified").get<bool>()) text += " [from memory]";
    return text;
}

std::string limit_text(const Json& control) {
    if (control.at("measure").is_null()) return "";
    const std::string unit = told(control, "unit");
    return told(control, "measure") + " " + told(control, "limit") +
           (unit.empty() ? "" : " " + unit);
}

std::string proof_text(const Json& control) {
    const Json& proof = control.at("proof");
    const std::string form = told(proof, "form");
    return form.empty() ? told(proof, "mode") : told(proof, "mode") + ", " + form;
}

class Comparison {
public:
    Comparison(const Json& before, const Json& after) : before_(before), after_(after) {}

    std::vector<RuleChange> run() {
        each("packs", pack_name, "pack", &Comparison::pack);
        each("controls", control_name, "control", &Comparison::control);
        each("parameters", parameter_name, "parameter", &Comparison::parameter);
        each("measures", measure_name, "measure", &Comparison::measure);
        each("kinds", kind_name, "event type", &Comparison::kind);
        each("checks", check_name, "check", &Comparison::check);
        each("predicates", predicate_name, "predicate", &Comparison::predicate);
        return std::move(changes_);
    }

private:
    using Name = std::string (*)(const Json&);
    using Compare = void (Comparison::*)(const Json* was, const Json* is);

    static std::string pack_name(const Json& one) { return told(one, "pack"); }
    static std::string control_name(const Json& one) { return told(one, "id"); }
    static std::string parameter_name(const Json& one) {
        const std::string system = told(one, "system");
        return told(one, "pack") + ":" + told(one, "name") +
               (system.empty() ? "" : " of " + system);
    }
    static std::string measure_name(const Json& one) {
        return told(one, "pack") + ":" + told(one, "name");
    }
    static std::string kind_name(const Json& one) { return told(one, "type"); }
    static std::string check_name(const Json& one) { return told(one, "kind"); }
    static std::string predicate_name(const Json& one) {
        return told(one, "pack") + ":" + told(one, "predicate");
    }

    static const Json* find(const Json& list, Name name, const std::string& wanted) {
        for (const Json& one : list)
            if (name(one) == wanted) return &one;
        return nullptr;
    }

    // Both lists by name: those that are there now in their order, then those that are gone.
    void each(const char* list, Name name, const char* what, Compare compare) {
        what_ = what;
        for (const Json& is : after_.at(list)) {
            name_ = name(is);
            (this->*compare)(find(before_.at(list), name, name_), &is);
        }
        for (const Json& was : before_.at(list)) {
            name_ = name(was);
            if (find(after_.at(list), name, name_) == nullptr) (this->*compare)(&was, nullptr);
        }
    }

    void note(const std::string& what, const std::string& before, const std::string& after,
              const std::string& effect) {
        if (before == after) return;
        const char* change = before.empty() ? "added" : after.empty() ? "removed" : "changed";
        changes_.push_back({what, change, name_, before, after, effect});
    }

    // The whole thing came or went.
    bool whole(const Json* was, const Json* is, const char* member, const char* added,
               const char* removed) {
        if (was != nullptr && is != nullptr) return false;
        const std::string text = told(was == nullptr ? *is : *was, member);
        changes_.push_back({what_, was == nullptr ? "added" : "removed", name_,
                            was == nullptr ? "" : text, was == nullptr ? text : "",
                            was == nullptr ? added : removed});
        return true;
    }

    void member(const Json* was, const Json* is, const char* member, const char* effect) {
        note(member, told(*was, member), told(*is, member), effect);
    }

    void pack(const Json* was, const Json* is) {
        if (whole(was, is, "file", "systems that have this level are judged by it from now on",
                  "its windows and verdicts go"))
            return;
        const auto set = [](const Json& one) {
            return told(one, "control_set") + " " + told(one, "version");
        };
        note("control set", set(*was), set(*is), "answers and reports name the new one");
        member(was, is, "level", "the level is judged by this predicate");
    }

    void control(const Json* was, const Json* is) {
        if (whole(was, is, "title", "judged at the next record of each system of its level",
                  "its verdict and its proofs end"))
            return;
        member(was, is, "title", "");
        member(was, is, "version", "answers and reports name the new one");
        for (const char* text : {"basis", "severity", "status"}) member(was, is, text, "");
        citations(was->at("citations"), is->at("citations"));
        note("limit", limit_text(*was), limit_text(*is), "judged anew at the next record");
        member(was, is, "rule", "judged anew at the next record");
        member(was, is, "options", "judged anew at the next record");
        proof(*was, *is);
    }

    void citations(const Json& was, const Json& is) {
        const auto missing_from = [](const Json& citation, const Json& list) {
            return std::none_of(list.begin(), list.end(),
                                [&](const Json& other) { return other == citation; });
        };
        for (const Json& citation : is)
            if (missing_from(citation, was)) note("citation", "", citation_text(citation), "");
        for (const Json& citation : was)
            if (missing_from(citation, is)) note("citation", citation_text(citation), "", "");
    }

    // Another entry of the plan is another stream of slots.
    void proof(const Json& was, const Json& is) {
        if (was.at("proof") == is.at("proof")) return;
        const std::string before = proof_text(was);
        const std::string after = proof_text(is);
        const std::string effect =
            told(is.at("proof"), "form").empty()
                ? "it is proved in zero knowledge no longer"
                : "its proofs begin anew with the next slot: counts under two meanings are never "
                  "added up";
        changes_.push_back({"proof", "changed", name_, before, after, effect});
    }

    void parameter(const Json* was, const Json* is) {
        if (whole(was, is, "value", "", "")) return;
        note("parameter", told(*was, "value") + " " + told(*was, "unit"),
             told(*is, "value") + " " + told(*is, "unit"),
             "rules that ask for it are judged anew; a measure that names it starts anew");
        note("description", told(*was, "about"), told(*is, "about"), "");
    }

    void measure(const Json* was, const Json* is) {
        if (whole(was, is, "text",
                  "it starts empty: what reads it is unknown until there is evidence",
                  "what it counted is dropped"))
            return;
        if (told(*was, "declared") != told(*is, "declared")) {
            const std::string before = told(*was, "text");
            const bool same = before == told(*is, "text");
            changes_.push_back({what_, "changed", name_, before, told(*is, "text"),
                                same ? "what it takes in has changed: it starts anew, what was "
                                       "counted is dropped"
                                     : "it starts anew: what was counted is dropped"});
            return;
        }
        note(what_, told(*was, "text"), told(*is, "text"), "its window goes on");
    }

    void kind(const Json* was, const Json* is) {
        if (whole(was, is, "text", "events of this type are taken in",
                  "events of this type are refused"))
            return;
        if (told(*was, "declared") == told(*is, "declared")) return;
        changes_.push_back({what_, "changed", name_, told(*was, "text"), told(*is, "text"),
                            "the measures that take it in start anew"});
    }

    void check(const Json* was, const Json* is) {
        if (whole(was, is, "predicate", "each event of this type is checked",
                  "events of this type are checked no longer"))
            return;
        member(was, is, "predicate", "");
    }

    // That of a control has been told with it, clause by clause.
    [[nodiscard]] static bool of_control(const Json& catalogue, const Json& predicate) {
        const Json& controls = catalogue.at("controls");
        return std::any_of(controls.begin(), controls.end(), [&](const Json& control) {
            return control.at("pack") == predicate.at("pack") &&
                   control.at("predicate") == predicate.at("predicate");
        });
    }

    void predicate(const Json* was, const Json* is) {
        if ((was == nullptr || of_control(before_, *was)) &&
            (is == nullptr || of_control(after_, *is)))
            return;
        if (whole(was, is, "predicate", "", "")) return;
        if (told(*was, "declared") == told(*is, "declared")) return;
        changes_.push_back({what_, "changed", name_, told(*was, "file") + ":" + told(*was, "line"),
                            told(*is, "file") + ":" + told(*is, "line"),
                            "what calls it is judged anew at the next record"});
    }

    const Json& before_;
    const Json& after_;
    std::string what_, name_;
    std::vector<RuleChange> changes_;
};

}  // namespace

std::vector<RuleChange> rule_changes(const Json& before, const Json& after) {
    return Comparison(before, after).run();
}

}  // namespace overlord::ctl
