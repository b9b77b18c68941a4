// What the bundle knows (limits, measures read, forms of proof) together with what the files say
// (titles, citations, parameters, comments). A file's words are taken from its outline.
#include "overlord/rules/catalogue.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "overlord/crypto/sha256.hpp"
#include "overlord/rules/outline.hpp"
#include "overlord/rules/proof_plan.hpp"

namespace overlord::rules {
namespace {

using Json = nlohmann::ordered_json;

constexpr DurationNs kSlot = 60 * kSecondNs;  // of the plan whose entries are shown

// One pack's text, read once.
struct Page {
    std::string pack, file;
    std::string_view text;
    Outline outline;
};

std::string digest_of(std::string_view text) {
    return to_hex(crypto::sha256(as_bytes(text)));
}

std::string pack_of(const std::string& file) {
    return file.substr(0, file.rfind('.'));
}

std::vector<Page> pages(const std::vector<prolog::SourceFile>& files) {
    std::vector<Page> all;
    for (const prolog::SourceFile& file : files)
        all.push_back({pack_of(file.name), file.name, file.text, outline(file.text)});
    return all;
}

std::string_view operator_text(Limit::Op op) {
    switch (op) {
        case Limit::Op::kAtMost:
            return "=<";
        case Limit::Op::kLess:
            return "<";
        case Limit::Op::kAtLeast:
            return ">=";
        case Limit::Op::kGreater:
            return ">";
        case Limit::Op::kEqual:
            break;
    }
    return "=";
}

class Catalogue {
public:
    Catalogue(const Bundle& bundle, const std::vector<prolog::SourceFile>& tests)
        : bundle_(bundle), pages_(pages(bundle.files)), tests_(pages(tests)) {
        const Json plan = Json::parse(proof_plan(bundle, kSlot).text);
        for (const Json& entry : plan.at("controls")) proofs_[entry.at("control")] = entry;
    }

    [[nodiscard]] Json json() const {
        Json all;
        all["v"] = 1;
        all["bundle"] = to_hex(bundle_.digest);
        for (const char* list : {"packs", "controls", "parameters", "measures", "kinds", "checks",
                                 "predicates"})
            all[list] = Json::array();
        for (const Page& page : pages_) all["packs"].push_back(pack_json(page));
        for (const Control& control : bundle_.controls)
            all["controls"].push_back(control_json(control));
        for (const Page& page : pages_) add_parameters(page, all["parameters"]);
        for (const Measure& measure : bundle_.measures)
            all["measures"].push_back(measure_json(measure));
        for (const Kind& kind : bundle_.kinds) all["kinds"].push_back(kind_json(kind));
        for (const Check& check : bundle_.checks) all["checks"].push_back(check_json(check));
        for (const Page& page : pages_) add_predicates(page, all["predicates"]);
        return all;
    }

private:
    [[nodiscard]] const Page& page(const std::string& pack) const {
        const auto found = std::find_if(pages_.begin(), pages_.end(),
                                        [&](const Page& one) { return one.pack == pack; });
        return found == pages_.end() ? pages_.front() : *found;
    }

    // The directive NAME(FIRST, ...), null where the kernel declared it itself.
    static const Item* directive(const Page& page, std::string_view name,
                                 const std::string& first) {
        for (const Item& item : page.outline.items) {
            if (item.kind != Item::Kind::kDirective || item.name != name) continue;
            const std::vector<TermView> given = terms(page.text, item);
            if (!given.empty() && (given[0].value() == first || given[0].name() == first))
                return &item;
        }
        return nullptr;
    }

    static int line(const Page& page, const Item* item) {
        return item == nullptr ? 0 : line_column(page.text, item->begin).line;
    }

    // :- pack(Family, "1.0") names the control set; without it the pack is one of its own.
    static std::pair<std::string, std::string> control_set(const Page& page) {
        for (const Item& item : page.outline.items) {
            if (item.kind != Item::Kind::kDirective || item.name != "pack") continue;
            const std::vector<TermView> given = terms(page.text, item);
            if (given.size() >= 2) return {given[0].value(), given[1].value()};
        }
        return {page.pack, "1"};
    }

    [[nodiscard]] Json pack_json(const Page& page) const {
        Json one;
        const auto [family, version] = control_set(page);
        one["pack"] = page.pack;
        one["file"] = page.file;
        one["control_set"] = family;
        one["version"] = version;
        one["about"] = heading(page);
        for (const Level& level : bundle_.levels)
            if (level.name == page.pack) one["level"] = level.predicate + "/1";
        return one;
    }

    // The first line of the pack's /** <module> comment.
    static std::string heading(const Page& page) {
        constexpr std::string_view kMark = "<module>";
        for (const Comment& comment : page.outline.comments) {
            const std::string_view block =
                page.text.substr(comment.begin, comment.end - comment.begin);
            const std::size_t mark = block.find(kMark);
            if (mark == std::string_view::npos) continue;
            const std::size_t from = block.find_first_not_of(' ', mark + kMark.size());
            if (from == std::string_view::npos) continue;
            return std::string(block.substr(from, block.find('\n', from) - from));
        }
        return "";
    }

    [[nodiscard]] Json control_json(const Control& control) const {
        const Page& page = this->page(control.pack);
        const Item* item = directive(page, "control", control.id);
        const auto [family, set_version] = control_set(page);
        Json one;
        one["id"] = control.id;
        one["version"] = control.version;
        one["pack"] = control.pack;
        one["control_set"] = family;
        one["control_set_version"] = set_version;
        one["title"] = control.title;
        one["basis"] = control.basis;
        const auto option = [&](const char* name, const char* otherwise) {
            const std::string given = option_of(page, item, name);
            one[name] = given.empty() ? otherwise : given;
        };
        option("severity", "medium");
        option("status", "stable");
        one["citations"] = citations(page, item);
        one["parameters"] = parameters_of(control);
        one["predicate"] = control.predicate + "/2";
        one["file"] = control.file;
        one["line"] = control.line;
        one["about"] = described(page.text, page.outline, control.predicate, 2);
        one["rule"] = rule_text(page, control.predicate, 2);
        add_limit(control, one);
        one["reads"] = Json::array();
        for (const std::size_t m : control.reads) one["reads"].push_back(measure_name(m));
        one["proof"] = proof_json(control);
        one["event_types"] = event_types(control);
        one["options"] = other_options(page, item);
        one["tests"] = tests_of(control.predicate);
        return one;
    }

    static std::string option_of(const Page& page, const Item* item, std::string_view name) {
        if (item == nullptr) return "";
        const std::vector<TermView> given = terms(page.text, *item);
        return given.size() < 3 ? "" : given[2].option(name);
    }

    // Options that have no member of their own: for(5, min), clear_after(10, min), ...
    static Json other_options(const Page& page, const Item* item) {
        static const std::set<std::string> kOwn = {"title",    "basis",  "version", "cites",
                                                   "severity", "status", "prove"};
        Json texts = Json::array();
        if (item == nullptr) return texts;
        const std::vector<TermView> given = terms(page.text, *item);
        if (given.size() < 3) return texts;
        for (const TermView& option : given[2].parts())
            if (!kOwn.contains(option.name())) texts.push_back(option.text());
        return texts;
    }

    void add_limit(const Control& control, Json& one) const {
        one["measure"] = nullptr;
        one["limit"] = "";
        one["unit"] = "";
        if (!control.limit) return;
        const Measure& measure = bundle_.measures[control.limit->measure];
        const Measure::Function function = measure.function;
        const bool truth = function == Measure::Function::kAll ||
                           function == Measure::Function::kLatestAll;
        const Number& number = control.limit->number;
        const std::string told =
            truth ? (number == Number(0) ? "false" : "true") : number.to_decimal();
        one["measure"] = measure_name(control.limit->measure);
        one["limit"] = std::string(operator_text(control.limit->op)) + " " + told;
        one["unit"] = measure.unit;
    }

    [[nodiscard]] std::string measure_name(std::size_t m) const {
        return bundle_.measures[m].pack + ":" + bundle_.measures[m].name;
    }

    // cites(A, B) and cites([A, B]); a string or citation(Framework, Edition, Clause[, Options]).
    static Json citations(const Page& page, const Item* item) {
        Json all = Json::array();
        if (item == nullptr) return all;
        const std::vector<TermView> given = terms(page.text, *item);
        if (given.size() < 3) return all;
        for (const TermView& option : given[2].parts()) {
            if (option.name() != "cites") continue;
            for (const TermView& one : option.parts()) {
                if (!one.is_list()) {
                    all.push_back(citation_json(one));
                    continue;
                }
                for (const TermView& inner : one.parts()) all.push_back(citation_json(inner));
            }
        }
        return all;
    }

    static Json citation_json(const TermView& citation) {
        const std::vector<TermView> given =
            citation.name() == "citation" ? citation.parts() : std::vector<TermView>{};
        const auto part = [&](std::size_t index) {
            return index < given.size() ? given[index].value() : std::string();
        };
        const auto option = [&](std::string_view name) {
            return given.size() > 3 ? given[3].option(name) : std::string();
        };
        Json one;
        one["framework"] = given.empty() ? citation.value() : part(0);
        one["edition"] = part(1);
        one["clause"] = part(2);
        for (const char* date : {"from", "until"}) {
            const std::string told = option(date);
            one[date] = told.empty() ? Json(nullptr) : Json(told);
        }
        one["verified"] = option("verified") != "false";
        return one;
    }

    [[nodiscard]] Json proof_json(const Control& control) const {
        const auto found = proofs_.find(control.id);
        if (found == proofs_.end()) return {{"mode", "none"}};
        Json one;
        for (const char* member : {"mode", "form", "why"})
            if (found->second.contains(member)) one[member] = found->second[member];
        one["stream"] = digest_of(found->second.dump());
        return one;
    }

    [[nodiscard]] Json event_types(const Control& control) const {
        std::set<std::string> types;
        for (const std::size_t m : control.reads)
            for (const Measure::Input& input : bundle_.measures[m].inputs)
                types.insert(bundle_.kinds[input.kind].schema.type);
        return Json(types);
    }

    // The clauses of a predicate as they are written.
    static std::string rule_text(const Page& page, std::string_view name, std::size_t arity) {
        std::string text;
        for (const Item& item : page.outline.items) {
            if (item.kind != Item::Kind::kClause || item.name != name || item.arity != arity)
                continue;
            if (!text.empty()) text += "\n";
            text += page.text.substr(item.begin, item.end - item.begin);
        }
        return text;
    }

    // Parameters that the control's rules and the measures they read name.
    [[nodiscard]] Json parameters_of(const Control& control) const {
        std::set<std::string> named;
        std::set<std::string> seen;
        follow(page(control.pack), control.predicate, seen, named);
        for (const std::size_t m : control.reads) {
            const Page& page = this->page(bundle_.measures[m].pack);
            if (const Item* item = directive(page, "measure", bundle_.measures[m].name))
                add_named(page, *item, named);
        }
        Json all = Json::array();
        for (const Page& page : pages_) {
            Json declared = Json::array();
            add_parameters(page, declared);
            for (const Json& one : declared)
                if (named.contains(one.at("pack").get<std::string>() + ":" +
                                   one.at("name").get<std::string>()))
                    all.push_back(one);
        }
        return all;
    }

    // Through every predicate of the pack that the clauses mention.
    void follow(const Page& page, const std::string& name, std::set<std::string>& seen,
                std::set<std::string>& named) const {
        if (!seen.insert(name).second) return;
        for (const Item& item : page.outline.items) {
            if (item.kind != Item::Kind::kClause || item.name != name) continue;
            add_named(page, item, named);
            for (const Token& token : item.tokens) {
                if (token.kind != Token::Kind::kName) continue;
                const std::string mentioned = unquoted(token.text(page.text));
                if (mentioned != "param") follow(page, mentioned, seen, named);
            }
        }
    }

    // param(NAME) and param(PACK, NAME, Value), at any depth.
    static void add_named(const Page& page, const Item& item, std::set<std::string>& named) {
        for (std::size_t at = 0; at + 1 < item.tokens.size(); ++at) {
            if (item.tokens[at].text(page.text) != "param") continue;
            std::vector<TermView> given;
            for (const Argument& one : arguments(page.text, item.tokens, at + 1))
                given.emplace_back(page.text, item.tokens, one);
            if (given.size() == 1) named.insert(page.pack + ":" + given[0].value());
            if (given.size() != 3) continue;
            const std::string pack = given[0].name();
            named.insert((pack.empty() ? page.pack : pack) + ":" + given[1].value());
        }
    }

    static void add_parameters(const Page& page, Json& all) {
        for (const Item& item : page.outline.items) {
            if (item.kind != Item::Kind::kDirective) continue;
            const std::vector<TermView> given = terms(page.text, item);
            const bool own = item.name == "parameter" && given.size() >= 2;
            const bool of_system = item.name == "parameter_for" && given.size() >= 3;
            if (!own && !of_system) continue;
            const std::size_t name = own ? 0 : 1;
            const bool told = own && given.size() > 2;
            Json one;
            one["pack"] = page.pack;
            one["name"] = given[name].value();
            if (of_system) one["system"] = given[0].value();
            one["value"] = given[name + 1].text();
            one["unit"] = told && given[2].is_list() ? given[2].option("unit") : "";
            one["about"] = !told                ? ""
                           : given[2].is_list() ? given[2].option("about")
                                                : given[2].value();
            one["file"] = page.file;
            one["line"] = line(page, &item);
            all.push_back(std::move(one));
        }
    }

    [[nodiscard]] Json measure_json(const Measure& measure) const {
        const Page& page = this->page(measure.pack);
        const Item* item = directive(page, "measure", measure.name);
        Json one;
        one["pack"] = measure.pack;
        one["name"] = measure.name;
        one["text"] = item == nullptr ? "" : text_of(page.text, *item);
        one["unit"] = measure.unit;
        one["window_ns"] = measure.window;
        one["declared"] = digest_of(measure.declaration);
        one["file"] = measure.file;
        one["line"] = measure.line;
        return one;
    }

    [[nodiscard]] Json kind_json(const Kind& kind) const {
        const Page& page = this->page(kind.pack);
        const Item* item = directive(page, "telemetry", kind.name);
        Json one;
        one["type"] = kind.schema.type;
        one["text"] = item == nullptr ? "" : text_of(page.text, *item);
        one["declared"] = digest_of(kind.declaration);
        one["file"] = page.file;
        one["line"] = line(page, item);
        return one;
    }

    [[nodiscard]] Json check_json(const Check& check) const {
        return {{"kind", bundle_.kinds[check.kind].schema.type},
                {"predicate", check.predicate + "/2"},
                {"file", check.file},
                {"line", check.line}};
    }

    static void add_predicates(const Page& page, Json& all) {
        std::map<std::pair<std::string, std::size_t>, int> first;
        for (const Item& item : page.outline.items)
            if (item.kind == Item::Kind::kClause)
                first.try_emplace({item.name, item.arity}, line(page, &item));
        for (const auto& [key, at] : first) {
            std::string words;
            for (const Item& item : page.outline.items)
                if (item.kind == Item::Kind::kClause && item.name == key.first &&
                    item.arity == key.second)
                    words += text_of(page.text, item) + "\n";
            all.push_back({{"pack", page.pack},
                           {"predicate", key.first + "/" + std::to_string(key.second)},
                           {"declared", digest_of(words)},
                           {"file", page.file},
                           {"line", at}});
        }
    }

    [[nodiscard]] std::size_t tests_of(const std::string& predicate) const {
        std::size_t count = 0;
        for (const Page& page : tests_) {
            for (const Item& item : page.outline.items) {
                const bool calls = std::any_of(
                    item.tokens.begin(), item.tokens.end(),
                    [&](const Token& token) { return token.text(page.text) == predicate; });
                if (item.kind == Item::Kind::kClause && item.name == "test" && calls) ++count;
            }
        }
        return count;
    }

    const Bundle& bundle_;
    std::vector<Page> pages_, tests_;
    std::map<std::string, Json> proofs_;  // by control
};

}  // namespace

std::string catalogue_json(const Bundle& bundle, const std::vector<prolog::SourceFile>& tests) {
    return Catalogue(bundle, tests).json().dump();
}

}  // namespace overlord::rules
