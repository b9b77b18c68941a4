// overlordctl why SYSTEM: every control that fails or is unknown, as a table.
#include <algorithm>
#include <iostream>

#include "command.hpp"
#include "goal.hpp"
#include "overlord/base/number.hpp"
#include "places.hpp"

namespace overlord::ctl {
namespace {

using Json = nlohmann::ordered_json;

struct Row {
    std::string control;
    std::string verdict;
    std::string finding;  // "82 ms, limit =< 50 ms", or the reason why it is unknown
    std::string rule;     // "telecoms.pl:41"
    std::string records;  // "12, 15"
    std::string waiver;   // "waived by A. Engineer until 2026-07-01T00:00:00Z: second site"
};

// A quoted Prolog atom of any text.
std::string quoted_atom(std::string_view text) {
    std::string atom = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') atom += '\\';
        atom += c;
    }
    return atom + "'";
}

// Bindings are texts of Prolog terms; an atom or a string is shown without its quotation marks.
std::string plain(const Json& solution, const char* name) {
    const auto member = solution.find(name);
    if (member == solution.end()) return "";
    std::string text = member->is_string() ? member->get<std::string>() : member->dump();
    const bool quoted = text.size() >= 2 && text.front() == text.back() &&
                        (text.front() == '\'' || text.front() == '"');
    if (!quoted) return text;
    std::string inner;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] == '\\' && i + 2 < text.size()) ++i;
        inner += text[i];
    }
    return inner;
}

// Values and limits are exact ratios; people read decimals.
std::string readable_number(const std::string& text) {
    const std::size_t space = text.rfind(' ');
    const std::string head = space == text.npos ? "" : text.substr(0, space + 1);
    const std::string tail = space == text.npos ? text : text.substr(space + 1);
    const Result<Number> number = Number::parse_ratio(tail);
    return number ? head + number->to_decimal() : text;
}

std::string with_unit(const std::string& value, const std::string& unit) {
    return value.empty() || unit.empty() ? value : value + " " + unit;
}

std::string finding_text(const Json& solution) {
    const std::string unit = plain(solution, "Unit");
    const std::string value = with_unit(readable_number(plain(solution, "Value")), unit);
    const std::string limit = with_unit(readable_number(plain(solution, "Limit")), unit);
    std::string text = plain(solution, "Reason");
    for (const std::string& part : {value, limit.empty() ? limit : "limit " + limit}) {
        if (!part.empty()) text += (text.empty() ? "" : ", ") + part;
    }
    return text;
}

std::string waiver_text(const Json& solution) {
    const std::string owner = plain(solution, "Owner");
    if (owner.empty()) return "";
    return "waived by " + owner + " until " + plain(solution, "Until") + ": " +
           plain(solution, "Waiver");
}

Row row_of(const Json& solution) {
    Row row{plain(solution, "Id"),
            plain(solution, "Verdict"),
            finding_text(solution),
            plain(solution, "File") + ":" + plain(solution, "Line"),
            plain(solution, "Records"),
            waiver_text(solution)};
    if (row.records.starts_with('[')) row.records = row.records.substr(1, row.records.size() - 2);
    return row;
}

Json waiver_json(const Json& solution) {
    const std::string owner = plain(solution, "Owner");
    if (owner.empty()) return nullptr;
    return {{"owner", owner},
            {"reason", plain(solution, "Waiver")},
            {"until", plain(solution, "Until")}};
}

Json row_json(const Json& solution) {
    const Row row = row_of(solution);
    return {{"control", row.control},
            {"verdict", row.verdict},
            {"value", plain(solution, "Value")},
            {"limit", plain(solution, "Limit")},
            {"unit", plain(solution, "Unit")},
            {"reason", plain(solution, "Reason")},
            {"rule", row.rule},
            {"records", row.records},
            {"severity", plain(solution, "Severity")},
            {"waiver", waiver_json(solution)}};
}

void print_rows(const std::vector<Row>& rows) {
    std::size_t control = 0;
    std::size_t verdict = 0;
    std::size_t finding = 0;
    for (const Row& row : rows) {
        control = std::max(control, row.control.size());
        verdict = std::max(verdict, row.verdict.size());
        finding = std::max(finding, row.finding.size());
    }
    const auto padded = [](std::string text, std::size_t width) {
        text.resize(std::max(text.size(), width), ' ');
        return text + "  ";
    };
    for (const Row& row : rows) {
        std::cout << "  " << padded(row.control, control) << padded(row.verdict, verdict)
                  << padded(row.finding, finding) << row.rule;
        if (!row.records.empty()) std::cout << "  records " << row.records;
        std::cout << "\n";
        if (!row.waiver.empty()) std::cout << "    " << row.waiver << "\n";
    }
}

void print_answer(const Options& options, const std::string& system, const Answer& answer) {
    if (options.json()) {
        Json json;
        json["system"] = system;
        json["controls"] = Json::array();
        for (const Json& solution : answer.solutions)
            json["controls"].push_back(row_json(solution));
        json["complete"] = answer.complete;
        std::cout << json.dump() << "\n";
        return;
    }
    if (answer.solutions.empty()) {
        std::cout << system << ": no control fails or is unknown\n";
        return;
    }
    std::vector<Row> rows;
    for (const Json& solution : answer.solutions) rows.push_back(row_of(solution));
    std::cout << system << ": " << rows.size() << (answer.complete ? "" : " or more")
              << (rows.size() == 1 ? " control fails" : " controls fail") << " or "
              << (rows.size() == 1 ? "is" : "are") << " unknown\n";
    print_rows(rows);
}

}  // namespace

int run_why(const Options& options) {
    if (options.operands().size() != 1) {
        return fail(options, kUsage, Error{"usage", "why needs one SYSTEM"});
    }
    const Result<Places> places = find_places(options);
    if (!places) return fail(options, kUsage, places.error());
    const std::string& system = options.operands().front();
    const Result<Answer> answer =
        ask(places->socket, "why(" + quoted_atom(system) +
                                ", Why), member(why(Id, Verdict, Value, Limit, Unit, File:Line, "
                                "Reason, Records, Notes), Why), "
                                "memberchk(severity(Severity), Notes), "
                                "( memberchk(waived(Owner, Waiver, Until), Notes) -> true "
                                "; Owner = '', Waiver = '', Until = '' )");
    if (!answer) return fail(options, kUnavailable, answer.error());
    if (!answer->error.empty()) return fail(options, kUsage, {"prolog.error", answer->error});
    if (!answer->unknown.empty()) return fail(options, kNo, {"unknown", answer->unknown});
    print_answer(options, system, *answer);
    return answer->solutions.empty() ? kYes : kNo;
}

}  // namespace overlord::ctl
