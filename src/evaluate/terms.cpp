#include "terms.hpp"

namespace overlord::evaluate {
namespace {

using prolog::Value;

Value value_of_field(const event::TypedValue& field, event::ValueType type) {
    if (const Number* number = std::get_if<Number>(&field)) return value_of(*number);
    if (const bool* boolean = std::get_if<bool>(&field)) {
        return Value::of_atom(*boolean ? "true" : "false");
    }
    if (const TimeNs* time = std::get_if<TimeNs>(&field)) return Value::of_integer(*time);
    if (const auto* text = std::get_if<std::string_view>(&field)) {
        return type == event::ValueType::kAtom ? Value::of_atom(*text) : Value::of_string(*text);
    }
    if (const auto* texts = std::get_if<std::span<const std::string_view>>(&field)) {
        std::vector<Value> items;
        items.reserve(texts->size());
        for (const std::string_view text : *texts) items.push_back(Value::of_string(text));
        return Value::of_list(std::move(items));
    }
    return Value::of_atom("none");
}

Value minutes_between(const event::TypedValue& from, const event::TypedValue& until) {
    const TimeNs* start = std::get_if<TimeNs>(&from);
    const TimeNs* end = std::get_if<TimeNs>(&until);
    if (start == nullptr || end == nullptr) return Value::of_atom("none");
    return value_of(Number::ratio(*end - *start, kMinuteNs));
}

std::string enclosed(char open, const std::vector<Value>& items, char close) {
    std::string text(1, open);
    for (const Value& item : items) {
        if (text.size() > 1) text += ',';
        text += text_of(item);
    }
    text += close;
    return text;
}

}  // namespace

Value value_of(const Number& number) {
    std::int64_t numerator = 0;
    std::int64_t denominator = 0;
    if (number.small(numerator, denominator) && denominator == 1) {
        return Value::of_integer(numerator);
    }
    return Value::of_ratio(number.to_text());
}

Value value_of(const Reading& reading) {
    OVERLORD_ASSERT(reading.kind != Reading::Kind::kMissing);
    if (reading.kind == Reading::Kind::kNumber) return value_of(reading.number);
    if (reading.kind == Reading::Kind::kString) return Value::of_string(reading.text.text());
    return Value::of_atom(reading.to_text());
}

Value event_term(const rules::Kind& kind, TimeNs time, Fields fields) {
    using From = rules::Kind::Argument::From;
    std::vector<Value> arguments;
    arguments.reserve(kind.term.size());
    for (const rules::Kind::Argument& argument : kind.term) {
        Value value;
        if (argument.from == From::kEventTime) {
            value = Value::of_integer(time);
        } else if (argument.from == From::kField) {
            value = value_of_field(fields[argument.field], kind.schema.fields[argument.field].type);
        } else {
            value = minutes_between(fields[argument.field], fields[argument.until_field]);
        }
        std::vector<Value> inner;
        inner.push_back(std::move(value));
        arguments.push_back(Value::of_compound(argument.functor, std::move(inner)));
    }
    return Value::of_compound(kind.name, std::move(arguments));
}

std::string text_of(const Value& value) {
    switch (value.kind) {
        case Value::Kind::kInteger:
            return std::to_string(value.integer);
        case Value::Kind::kRatio:
        case Value::Kind::kAtom:
        case Value::Kind::kString:
            return value.text;
        case Value::Kind::kList:
            return enclosed('[', value.items, ']');
        case Value::Kind::kCompound:
            return value.text + enclosed('(', value.items, ')');
        case Value::Kind::kVariable:
            break;
    }
    return "";
}

}  // namespace overlord::evaluate
