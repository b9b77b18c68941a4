// What a kind of event must carry in `data`, and the check that turns fields into typed values. The
// schemas come from the `telemetry` declarations of the rule packs. Pure functions, any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "overlord/base/number.hpp"
#include "overlord/base/result.hpp"
#include "overlord/base/time.hpp"
#include "overlord/event/decode.hpp"

namespace overlord::event {

enum class ValueType : std::uint8_t {
    kAtom,     // a JSON string, a name: at most kAtomBytesMax bytes
    kString,   // a JSON string
    kNumber,   // a JSON number, exact
    kInteger,  // a JSON number whose value is whole (1, 1.0 and 1e3 are)
    kBool,
    kTime,     // a JSON string, RFC 3339, not before 1970
    kStrings,  // an array of JSON strings
};

[[nodiscard]] std::string_view to_text(ValueType type);  // "atom", "string", ... as packs spell it

struct FieldSchema {
    std::string name;
    ValueType type = ValueType::kString;
    bool optional = false;
    std::vector<std::string>
        one_of;                     // empty: any. Numbers by value, written as Number::to_text does
    std::optional<Number> minimum;  // inclusive, for kNumber and kInteger
    std::optional<Number> maximum;
};

// What must hold between two fields of an event that has both: both numbers, or both times.
struct FieldOrder {
    std::size_t less = 0;  // indices into the schema's fields
    bool strict = false;   // they may not be equal
    std::size_t greater = 0;
};

struct KindSchema {
    std::string type;  // "telecoms.failover"
    std::vector<FieldSchema> fields;
    std::vector<FieldOrder> orders{};
};

// One per field of the schema, in its order. Texts and spans point into the event's decoder. The
// std::monostate is an absent optional field; null counts as absent.
using TypedValue = std::variant<std::monostate, bool, Number, std::string_view, TimeNs,
                                std::span<const std::string_view>>;

// Fields that the schema does not name are ignored. Whether the event is of this kind at all is the
// caller's to know (schema.unknown_type). Codes: schema.missing_field ("data.duration_ms is
// required"), schema.wrong_type, schema.value (not one of, out of range, no time, too long,
// in a wrong order to another field).
[[nodiscard]] Result<std::vector<TypedValue>> check(const Event& event, const KindSchema& schema);

[[nodiscard]] Error unknown_type_error(std::string_view type);  // schema.unknown_type

}  // namespace overlord::event
