#include "event_line.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "overlord/base/assert.hpp"

namespace overlord::workbench {
namespace {

using event::FieldSchema;
using event::ValueType;
using prolog::Value;

std::string json_text(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', false,
                                     nlohmann::json::error_handler_t::replace);
}

bool is_text(const Value& value) {
    return value.kind == Value::Kind::kAtom || value.kind == Value::Kind::kString;
}

Error wrong(const FieldSchema& field, const std::string& what) {
    return {"feed.value", field.name + ": " + what};
}

Result<Number> number_of(const FieldSchema& field, const Value& value) {
    if (value.kind == Value::Kind::kInteger) return Number(value.integer);
    if (value.kind == Value::Kind::kRatio) return Number::parse_ratio(value.text);
    return wrong(field, "a number is needed, not " + value.text);
}

Result<std::string> number_json(const FieldSchema& field, const Value& value) {
    const Result<Number> number = number_of(field, value);
    if (!number) return number.error();
    std::string text = number->to_decimal();
    if (text.ends_with("..."))
        return wrong(field, number->to_text() + " has no decimal form that ends");
    return text;
}

DurationNs unit_ns(const std::string& unit) {
    static const std::map<std::string, DurationNs> units = {
        {"ns", 1},          {"us", 1'000},      {"ms", 1'000'000}, {"s", kSecondNs},
        {"min", kMinuteNs}, {"m", kMinuteNs},   {"h", kHourNs},    {"d", kDayNs},
    };
    const auto found = units.find(unit);
    return found == units.end() ? 0 : found->second;
}

// "RFC 3339", ns since 1970, at(N, UNIT) since the start, ago(N, UNIT) before the event,
// in(N, UNIT) after it.
Result<std::string> time_json(const FieldSchema& field, const Value& value, const Moment& moment) {
    if (is_text(value)) return json_text(value.text);
    if (value.kind == Value::Kind::kInteger) return json_text(format_rfc3339(value.integer));
    const Error none =
        wrong(field, "a time is \"RFC 3339\", at(N, UNIT), ago(N, UNIT) or in(N, UNIT)");
    if (value.kind != Value::Kind::kCompound || value.items.size() != 2) return none;
    const DurationNs unit = unit_ns(value.items[1].text);
    const std::int64_t count = value.items[0].integer;
    constexpr DurationNs kMost = 100 * 366 * kDayNs;
    if (value.items[0].kind != Value::Kind::kInteger || unit == 0 || count < 0 ||
        count > kMost / unit)
        return none;
    if (value.text == "at") return json_text(format_rfc3339(moment.start + count * unit));
    if (value.text == "ago") return json_text(format_rfc3339(moment.time - count * unit));
    if (value.text == "in") return json_text(format_rfc3339(moment.time + count * unit));
    return none;
}

Result<std::string> texts_json(const FieldSchema& field, const Value& value) {
    if (value.kind != Value::Kind::kList) return wrong(field, "a list of strings is needed");
    std::string out = "[";
    for (const Value& item : value.items) {
        if (!is_text(item)) return wrong(field, "a list of strings is needed");
        if (out.size() > 1) out += ',';
        out += json_text(item.text);
    }
    return out + "]";
}

Result<std::string> text_json(const FieldSchema& field, const Value& value, const Moment& moment) {
    if (is_text(value)) return json_text(value.text);
    const bool numbered = value.kind == Value::Kind::kCompound && value.text == "numbered" &&
                          value.items.size() == 1 && is_text(value.items[0]);
    if (numbered) return json_text(value.items[0].text + std::to_string(moment.step));
    return wrong(field, "a text or numbered(TEXT) is needed");
}

Result<std::string> value_json(const FieldSchema& field, const Value& value,
                               const Moment& moment) {
    switch (field.type) {
        case ValueType::kNumber:
        case ValueType::kInteger:
            return number_json(field, value);
        case ValueType::kBool:
            if (value.text == "true" || value.text == "false") return value.text;
            return wrong(field, "true or false is needed");
        case ValueType::kTime:
            return time_json(field, value, moment);
        case ValueType::kStrings:
            return texts_json(field, value);
        case ValueType::kAtom:
        case ValueType::kString:
            break;
    }
    return text_json(field, value, moment);
}

// A word of a series as the value that it is for this field.
Result<Value> value_of_word(const FieldSchema& field, std::string_view word) {
    if (field.type == ValueType::kNumber || field.type == ValueType::kInteger) {
        const Result<Number> number = Number::parse_json(word);
        if (!number) return wrong(field, std::string(word) + " is no number");
        return Value::of_ratio(number->to_text());
    }
    return Value::of_atom(word);
}

const rules::Kind& kind_of(const rules::Bundle& bundle, const FedEvent& event) {
    const auto found =
        std::find_if(bundle.kinds.begin(), bundle.kinds.end(), [&](const rules::Kind& kind) {
            return kind.pack == event.pack && kind.name == event.kind;
        });
    OVERLORD_ASSERT(found != bundle.kinds.end());  // the gate has looked
    return *found;
}

}  // namespace

FedEvent fed_event(const Value& event) {
    OVERLORD_ASSERT(event.text == "event" && event.items.size() == 5);
    return {event.items[0].text, event.items[1].text, event.items[2].text, event.items[3].text,
            &event.items[4].items};
}

Result<std::string> event_line(const rules::Bundle& bundle, const FedEvent& event,
                               const Moment& moment) {
    const rules::Kind& kind = kind_of(bundle, event);
    std::string out = "{\"specversion\":\"1.0\",\"id\":\"" + std::to_string(moment.number) +
                      "\",\"source\":" + json_text(event.source) +
                      ",\"type\":" + json_text(kind.schema.type) +
                      ",\"subject\":" + json_text(event.system) + ",\"time\":\"" +
                      format_rfc3339(moment.time) + "\",\"data\":{";
    for (const Value& given : *event.fields) {
        const auto& schema = kind.schema.fields;
        const auto field =
            std::find_if(schema.begin(), schema.end(),
                         [&](const FieldSchema& one) { return one.name == given.text; });
        OVERLORD_ASSERT(field != schema.end() && given.items.size() == 1);
        const bool place = given.items[0].kind == Value::Kind::kAtom && given.items[0].text == "$";
        const Result<Value> value =
            place ? value_of_word(*field, moment.value) : Result<Value>(given.items[0]);
        if (!value) return value.error();
        const Result<std::string> json = value_json(*field, *value, moment);
        if (!json) return json.error();
        if (out.back() != '{') out += ',';
        out += json_text(field->name) + ":" + *json;
    }
    return out + "}}";
}

}  // namespace overlord::workbench
