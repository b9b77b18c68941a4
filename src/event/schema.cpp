#include "overlord/event/schema.hpp"

#include <algorithm>

#include "overlord/event/limits.hpp"

namespace overlord::event {
namespace {

std::string place(const FieldSchema& schema) {
    return "data." + schema.name;
}

Error bad_value(const FieldSchema& schema, const std::string& what) {
    return {"schema.value", place(schema) + " " + what};
}

Error wrong_type(const FieldSchema& schema) {
    constexpr std::string_view kExpected[] = {"a string",           "a string",  "a number",
                                              "an integer",         "a boolean", "a time",
                                              "an array of strings"};
    return {"schema.wrong_type", place(schema) + " must be " +
                                     std::string(kExpected[static_cast<std::size_t>(schema.type)])};
}

std::string choices(const FieldSchema& schema) {
    std::string text = "must be one of";
    for (const std::string& choice : schema.one_of) {
        text += (&choice == &schema.one_of.front() ? " " : ", ") + choice;
    }
    return text;
}

Status check_choice(const FieldSchema& schema, std::string_view text) {
    if (schema.one_of.empty()) return {};
    if (std::find(schema.one_of.begin(), schema.one_of.end(), text) != schema.one_of.end())
        return {};
    return bad_value(schema, choices(schema));
}

Result<TypedValue> text_value(const Field& field, const FieldSchema& schema) {
    if (field.type != FieldType::kString) return wrong_type(schema);
    if (schema.type == ValueType::kAtom && field.token.size() > kAtomBytesMax) {
        return bad_value(schema, "is longer than " + std::to_string(kAtomBytesMax) + " bytes");
    }
    if (Status good = check_choice(schema, field.token); !good) return std::move(good).error();
    return TypedValue(field.token);
}

Result<TypedValue> number_value(const Field& field, const FieldSchema& schema) {
    if (field.type != FieldType::kNumber) return wrong_type(schema);
    Result<Number> number = Number::parse_json(field.token);
    if (!number) return bad_value(schema, "is no number: " + number.error().message);
    if (schema.type == ValueType::kInteger && !number->is_integer()) return wrong_type(schema);
    if (schema.minimum && *number < *schema.minimum) {
        return bad_value(schema, "is less than " + schema.minimum->to_text());
    }
    if (schema.maximum && *schema.maximum < *number) {
        return bad_value(schema, "is greater than " + schema.maximum->to_text());
    }
    if (!schema.one_of.empty()) {
        if (Status good = check_choice(schema, number->to_text()); !good)
            return std::move(good).error();
    }
    return TypedValue(std::move(*number));
}

Result<TypedValue> time_value(const Field& field, const FieldSchema& schema) {
    if (field.type != FieldType::kString) return wrong_type(schema);
    Result<TimeNs> time = parse_rfc3339(field.token);
    if (!time) return bad_value(schema, "is no time: " + time.error().message);
    if (*time < 0) return bad_value(schema, "is before 1970");
    return TypedValue(std::in_place_type<TimeNs>, *time);
}

Result<TypedValue> value_of(const Field& field, const FieldSchema& schema) {
    switch (schema.type) {
        case ValueType::kAtom:
        case ValueType::kString:
            return text_value(field, schema);
        case ValueType::kNumber:
        case ValueType::kInteger:
            return number_value(field, schema);
        case ValueType::kTime:
            return time_value(field, schema);
        case ValueType::kBool:
            if (field.type != FieldType::kBool) return wrong_type(schema);
            return TypedValue(field.boolean);
        case ValueType::kStrings:
            if (!field.only_strings) return wrong_type(schema);
            return TypedValue(field.strings);
    }
    return wrong_type(schema);
}

// Both present, else there is nothing to compare.
Status check_order(const FieldOrder& order, const KindSchema& schema,
                   const std::vector<TypedValue>& values) {
    const TypedValue& less = values[order.less];
    const TypedValue& greater = values[order.greater];
    const bool absent = std::holds_alternative<std::monostate>(less) ||
                        std::holds_alternative<std::monostate>(greater);
    if (absent) return {};
    const bool times = std::holds_alternative<TimeNs>(less);
    const bool equal = times ? std::get<TimeNs>(less) == std::get<TimeNs>(greater)
                             : std::get<Number>(less) == std::get<Number>(greater);
    const bool below = times ? std::get<TimeNs>(less) < std::get<TimeNs>(greater)
                             : std::get<Number>(less) < std::get<Number>(greater);
    if (below || (equal && !order.strict)) return {};
    const std::string wrong = order.strict ? (times ? "is not before " : "is not less than ")
                                           : (times ? "is after " : "is greater than ");
    return bad_value(schema.fields[order.less], wrong + place(schema.fields[order.greater]));
}

}  // namespace

std::string_view to_text(ValueType type) {
    constexpr std::string_view kNames[] = {"atom", "string", "number", "integer",
                                           "bool", "time",   "strings"};
    return kNames[static_cast<std::size_t>(type)];
}

Result<std::vector<TypedValue>> check(const Event& event, const KindSchema& schema) {
    std::vector<TypedValue> values;
    values.reserve(schema.fields.size());
    for (const FieldSchema& wanted : schema.fields) {
        const Field* field = event.find(wanted.name);
        if (field == nullptr || field->type == FieldType::kNull) {
            if (!wanted.optional) {
                return Error{"schema.missing_field", place(wanted) + " is required"};
            }
            values.emplace_back();
            continue;
        }
        Result<TypedValue> value = value_of(*field, wanted);
        if (!value) return std::move(value).error();
        values.push_back(*std::move(value));
    }
    for (const FieldOrder& order : schema.orders) {
        if (Status good = check_order(order, schema, values); !good)
            return std::move(good).error();
    }
    return values;
}

Error unknown_type_error(std::string_view type) {
    return {"schema.unknown_type", "no rule pack takes in events of type " + std::string(type)};
}

}  // namespace overlord::event
