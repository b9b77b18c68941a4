#include "admin.hpp"

#include <nlohmann/json.hpp>

#include "stream.hpp"

namespace overlord::ctl {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kAdminTimeoutMs = 600'000;  // a command may have to work through a whole journal

Error unavailable(const std::string& reason) {
    return Error{"admin.unavailable", reason, ErrorClass::kRetry};
}

}  // namespace

Result<Json> ask_admin(const Path& socket, const Json& request) {
    Result<Stream> stream = Stream::connect(socket);
    if (!stream) return unavailable(stream.error().message + std::string(kLookAtStatus));
    const std::string line = request.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    if (Status sent = stream->send(line); !sent) return unavailable(sent.error().message);
    const Result<std::optional<std::string>> answer = stream->read_line(kAdminTimeoutMs);
    if (!answer) return unavailable(answer.error().message);
    if (!answer->has_value()) {
        return unavailable("the daemon ended the connection without an answer: look whether the "
                           "command was done before you give it again");
    }
    Json json = Json::parse(**answer, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object() || !json.contains("ok") || !json["ok"].is_boolean()) {
        return unavailable("what answers at " + socket.string() + " is no daemon of ours");
    }
    if (!json["ok"].get<bool>()) {
        return Error{json.value("code", "admin.refused"), json.value("reason", "refused")};
    }
    json.erase("ok");
    return json;
}

int fail_admin(const Options& options, const Error& error) {
    return fail(options, error.code == "admin.unavailable" ? kUnavailable : kNo, error);
}

}  // namespace overlord::ctl
