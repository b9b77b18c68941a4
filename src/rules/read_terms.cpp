#include "read_terms.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace overlord::rules {

using prolog::Value;

const Value& argument(const Value& term, std::size_t index) {
    OVERLORD_ASSERT(index < term.items.size());
    return term.items[index];
}

const std::string& text(const Value& term, std::size_t index) {
    return argument(term, index).text;
}

bool is(const Value& term, std::string_view name, std::size_t arity) {
    return term.kind == Value::Kind::kCompound && term.text == name && term.items.size() == arity;
}

Number number(const Value& value) {
    if (value.kind == Value::Kind::kInteger) return value.integer;
    Result<Number> parsed = Number::parse_ratio(value.text);
    OVERLORD_ASSERT(parsed.has_value());
    return std::move(parsed).value();
}

std::int64_t integer(const Value& value) {
    OVERLORD_ASSERT(value.kind == Value::Kind::kInteger);
    return value.integer;
}

std::size_t field_index(const Kind& kind, const std::string& name) {
    const auto& fields = kind.schema.fields;
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [&](const auto& field) { return field.name == name; });
    OVERLORD_ASSERT(found != fields.end());
    return static_cast<std::size_t>(found - fields.begin());
}

namespace {

Expression::Op operation(const std::string& name) {
    using Op = Expression::Op;
    static const std::map<std::string, Op> operations = {
        {"add", Op::kAdd},          {"subtract", Op::kSubtract}, {"multiply", Op::kMultiply},
        {"divide", Op::kDivide},    {"equal", Op::kEqual},       {"not_equal", Op::kNotEqual},
        {"less", Op::kLess},        {"at_most", Op::kAtMost},    {"greater", Op::kGreater},
        {"at_least", Op::kAtLeast}, {"and", Op::kAnd},           {"or", Op::kOr},
        {"not", Op::kNot},          {"field", Op::kField},       {"earlier", Op::kField},
        {"number", Op::kNumber},    {"text", Op::kText},         {"bool", Op::kBool},
        {"given", Op::kGiven},      {"missing", Op::kMissing},   {"abs", Op::kAbs},
        {"min", Op::kMin},          {"max", Op::kMax},
    };
    const auto found = operations.find(name);
    OVERLORD_ASSERT(found != operations.end());
    return found->second;
}

}  // namespace

Expression read_expression(const Value& term, const FieldOf& field_of) {
    Expression made;
    made.op = operation(term.text);
    switch (made.op) {
        case Expression::Op::kField:
        case Expression::Op::kGiven:
        case Expression::Op::kMissing:
            made.field = field_of(term);
            break;
        case Expression::Op::kNumber:
            made.number = number(argument(term, 0));
            break;
        case Expression::Op::kText:
            made.text = text(term, 0);
            break;
        case Expression::Op::kBool:
            made.boolean = text(term, 0) == "true";
            break;
        default:
            for (const Value& item : term.items)
                made.arguments.push_back(read_expression(item, field_of));
    }
    return made;
}

}  // namespace overlord::rules
