#include "json.hpp"

#include <algorithm>
#include <set>
#include <vector>

namespace overlord::attest {
namespace {

// Follows the parser and remembers the member names of each open object.
class MemberWatch {
public:
    // What nlohmann calls at each event; false would drop the value, so faults are only noted.
    bool operator()(int depth, Json::parse_event_t event, const Json& value) {
        using Event = Json::parse_event_t;
        if (depth > kJsonDepthMax) fault_ = "nested too deeply";
        if (event == Event::object_start) open_.emplace_back();
        if (event == Event::object_end && !open_.empty()) open_.pop_back();
        if (event == Event::key && !open_.empty() && value.is_string()) {
            const auto& name = value.get_ref<const std::string&>();
            if (!open_.back().insert(name).second) fault_ = "member " + name + " is given twice";
        }
        return true;
    }
    [[nodiscard]] const std::string& fault() const { return fault_; }

private:
    std::vector<std::set<std::string>> open_;
    std::string fault_;
};

const Json* find_member(const Json& object, const char* name) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
}

void append_string(std::string& out, std::string_view text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20) {
            out += "\\u00";
            out += kDigits[byte >> 4];
            out += kDigits[byte & 15];
        } else {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
    }
    out += '"';
}

// Recursion is bounded by kJsonDepthMax for what was parsed, and by our own few levels else.
void append_value(std::string& out, const Json& value) {
    if (value.is_string()) return append_string(out, value.get_ref<const std::string&>());
    if (!value.is_structured()) {
        OVERLORD_ASSERT(!value.is_number_float());
        out += value.dump();
        return;
    }
    out += value.is_object() ? '{' : '[';
    bool first = true;
    for (const auto& member : value.items()) {
        if (!first) out += ',';
        first = false;
        if (value.is_object()) {
            append_string(out, member.key());
            out += ':';
        }
        append_value(out, member.value());
    }
    out += value.is_object() ? '}' : ']';
}

}  // namespace

Result<Json> parse_json(std::string_view text, std::string_view code) {
    MemberWatch watch;
    const Json::parser_callback_t callback = [&](int depth, Json::parse_event_t event,
                                                 Json& value) {
        return watch(depth, event, value);
    };
    Json value = Json::parse(text.begin(), text.end(), callback, /*allow_exceptions=*/false);
    if (value.is_discarded()) return Error{std::string(code), "not a JSON text"};
    if (!watch.fault().empty()) return Error{std::string(code), watch.fault()};
    return value;
}

std::string canonical_text(const Json& value) {
    std::string out;
    append_value(out, value);
    return out;
}

bool has_canonical_text(const Json& value) {
    if (value.is_number_float()) return false;
    if (!value.is_structured()) return true;
    return std::all_of(value.begin(), value.end(), has_canonical_text);
}

const Json* find_object(const Json& object, const char* name) {
    const Json* member = find_member(object, name);
    return member != nullptr && member->is_object() ? member : nullptr;
}

const std::string* find_text(const Json& object, const char* name) {
    const Json* member = find_member(object, name);
    return member == nullptr ? nullptr : member->get_ptr<const std::string*>();
}

bool find_unsigned(const Json& object, const char* name, std::uint64_t& value) {
    const Json* member = find_member(object, name);
    if (member == nullptr || !member->is_number_unsigned()) return false;
    value = member->get<std::uint64_t>();
    return true;
}

bool find_signed(const Json& object, const char* name, std::int64_t& value) {
    const Json* member = find_member(object, name);
    if (member == nullptr || !member->is_number_integer()) return false;
    if (member->is_number_unsigned() && member->get<std::uint64_t>() > INT64_MAX) return false;
    value = member->get<std::int64_t>();
    return true;
}

}  // namespace overlord::attest
