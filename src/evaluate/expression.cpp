#include "expression.hpp"

#include <algorithm>

namespace overlord::evaluate {
namespace {

using Op = rules::Expression::Op;

Operand operand_of(const event::TypedValue& value) {
    if (const bool* boolean = std::get_if<bool>(&value)) return *boolean;
    if (const Number* number = std::get_if<Number>(&value)) return *number;
    if (const auto* text = std::get_if<std::string_view>(&value)) return *text;
    if (const TimeNs* time = std::get_if<TimeNs>(&value)) return Number(*time);
    return std::monostate{};
}

// `segregated = true` reads the same whether the pack's `true` came as a boolean or as an atom.
bool same(const Operand& left, const Operand& right) {
    const auto* boolean = std::get_if<bool>(&left);
    const auto* text = std::get_if<std::string_view>(&right);
    if (boolean != nullptr && text != nullptr) return *text == (*boolean ? "true" : "false");
    if (left.index() != right.index()) {
        const bool swapped =
            std::holds_alternative<std::string_view>(left) && std::holds_alternative<bool>(right);
        return swapped && same(right, left);
    }
    if (const Number* number = std::get_if<Number>(&left)) {
        return compare(*number, std::get<Number>(right)) == 0;
    }
    if (boolean != nullptr) return *boolean == std::get<bool>(right);
    if (const auto* words = std::get_if<std::string_view>(&left)) {
        return *words == std::get<std::string_view>(right);
    }
    return false;
}

bool has_value(const Operand& operand) {
    return !std::holds_alternative<std::monostate>(operand);
}

Operand ordered(Op op, const Operand& left, const Operand& right) {
    const Number* a = std::get_if<Number>(&left);
    const Number* b = std::get_if<Number>(&right);
    if (a == nullptr || b == nullptr) return false;
    const int order = compare(*a, *b);
    switch (op) {
        case Op::kLess:
            return order < 0;
        case Op::kAtMost:
            return order <= 0;
        case Op::kGreater:
            return order > 0;
        default:
            return order >= 0;
    }
}

Operand arithmetic(Op op, const Operand& left, const Operand& right) {
    const Number* a = std::get_if<Number>(&left);
    const Number* b = std::get_if<Number>(&right);
    if (a == nullptr || b == nullptr) return std::monostate{};
    switch (op) {
        case Op::kAdd:
            return *a + *b;
        case Op::kSubtract:
            return *a - *b;
        case Op::kMultiply:
            return *a * *b;
        case Op::kMin:
            return *b < *a ? *b : *a;
        case Op::kMax:
            return *a < *b ? *b : *a;
        default:
            break;
    }
    if (*b == Number(0)) return std::monostate{};
    return *a / *b;
}

Operand absolute(const Operand& operand) {
    const Number* number = std::get_if<Number>(&operand);
    if (number == nullptr) return std::monostate{};
    return *number < Number(0) ? Number(0) - *number : *number;
}

// Given means that it is there and holds something: an empty text is no report, no board, no input.
bool given(const rules::Expression& expression, Fields fields) {
    const rules::Expression& field =
        expression.arguments.empty() ? expression : expression.arguments.front();
    const event::TypedValue& value = fields[field.field];
    if (const auto* text = std::get_if<std::string_view>(&value)) return !text->empty();
    if (const auto* texts = std::get_if<std::span<const std::string_view>>(&value)) {
        return !texts->empty();
    }
    return !std::holds_alternative<std::monostate>(value);
}

bool connective(const rules::Expression& expression, Fields fields) {
    const auto test = [&](const rules::Expression& part) { return holds(part, fields); };
    const auto& parts = expression.arguments;
    if (expression.op == Op::kAnd) return std::all_of(parts.begin(), parts.end(), test);
    if (expression.op == Op::kOr) return std::any_of(parts.begin(), parts.end(), test);
    return !test(parts.front());
}

}  // namespace

Operand evaluate_expression(const rules::Expression& expression, Fields fields) {
    switch (expression.op) {
        case Op::kField:
            return operand_of(fields[expression.field]);
        case Op::kNumber:
            return expression.number;
        case Op::kText:
            return std::string_view(expression.text);
        case Op::kBool:
            return expression.boolean;
        case Op::kGiven:
            return given(expression, fields);
        case Op::kMissing:
            return !given(expression, fields);
        case Op::kAnd:
        case Op::kOr:
        case Op::kNot:
            return connective(expression, fields);
        default:
            break;
    }
    const Operand left = evaluate_expression(expression.arguments[0], fields);
    if (expression.op == Op::kSubtract && expression.arguments.size() == 1) {
        return arithmetic(Op::kSubtract, Number(0), left);
    }
    if (expression.op == Op::kAbs) return absolute(left);
    const Operand right = evaluate_expression(expression.arguments[1], fields);
    switch (expression.op) {
        case Op::kEqual:
            return same(left, right);
        case Op::kNotEqual:
            return has_value(left) && has_value(right) && !same(left, right);
        case Op::kLess:
        case Op::kAtMost:
        case Op::kGreater:
        case Op::kAtLeast:
            return ordered(expression.op, left, right);
        default:
            return arithmetic(expression.op, left, right);
    }
}

bool holds(const rules::Expression& expression, Fields fields) {
    const Operand value = evaluate_expression(expression, fields);
    const bool* boolean = std::get_if<bool>(&value);
    return boolean != nullptr && *boolean;
}

std::string key_text(const event::TypedValue& value) {
    const Operand operand = operand_of(value);
    if (const auto* text = std::get_if<std::string_view>(&operand)) return std::string(*text);
    if (const Number* number = std::get_if<Number>(&operand)) return number->to_text();
    if (const bool* boolean = std::get_if<bool>(&operand)) return *boolean ? "true" : "false";
    return "none";
}

}  // namespace overlord::evaluate
