#include "admin_request.hpp"

#include <nlohmann/json.hpp>

#include "json_text.hpp"

namespace overlord::net {
namespace {

Error bad(std::string reason) {
    return Error{"admin.request", std::move(reason)};
}

template <class Value>
Result<Value> member_or(const AdminRequest& request, std::string_view name, Value otherwise,
                        const char* kind) {
    const auto found = request.members.find(name);
    if (found == request.members.end()) return otherwise;
    if (const Value* value = std::get_if<Value>(&found->second)) return *value;
    return bad("\"" + std::string(name) + "\" must be " + kind);
}

Result<AdminValue> value_of(const std::string& name, const nlohmann::json& json) {
    if (json.is_boolean()) return AdminValue(json.get<bool>());
    if (json.is_string()) return AdminValue(json.get<std::string>());
    const bool in_range = json.is_number_integer() &&
                          (!json.is_number_unsigned() || json.get<std::uint64_t>() <= INT64_MAX);
    if (in_range) return AdminValue(json.get<std::int64_t>());
    return bad("\"" + name + "\" is no string, integer or boolean");
}

}  // namespace

Result<std::string> AdminRequest::text(std::string_view name) const {
    if (members.find(name) == members.end()) return bad("\"" + std::string(name) + "\" is missing");
    return text_or(name, "");
}

Result<std::string> AdminRequest::text_or(std::string_view name, std::string otherwise) const {
    return member_or<std::string>(*this, name, std::move(otherwise), "a string");
}

Result<std::int64_t> AdminRequest::number_or(std::string_view name, std::int64_t otherwise) const {
    return member_or<std::int64_t>(*this, name, otherwise, "an integer");
}

Result<bool> AdminRequest::flag(std::string_view name) const {
    return member_or<bool>(*this, name, false, "true or false");
}

Result<AdminRequest> parse_admin_request(std::string_view line) {
    const nlohmann::json json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) return bad("the request is no JSON object");
    AdminRequest request;
    for (const auto& [name, value] : json.items()) {
        if (value.is_null()) continue;
        Result<AdminValue> read = value_of(name, value);
        if (!read) return std::move(read).error();
        request.members.emplace(name, *std::move(read));
    }
    Result<std::string> command = request.text("command");
    if (!command) return std::move(command).error();
    request.command = *std::move(command);
    request.members.erase("command");
    return request;
}

std::string admin_refusal(const Error& error) {
    std::string line = "{\"ok\":false,\"code\":";
    append_json_string(line, error.code);
    line += ",\"reason\":";
    append_json_string(line, error.message);
    return line + "}";
}

}  // namespace overlord::net
