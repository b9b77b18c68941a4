#include "overlord/witness/service.hpp"

#include "overlord/base/bytes.hpp"

namespace overlord::witness {

Answer add_checkpoint(Store& store, std::string_view body,
                      const std::function<void(const std::string&)>& report) {
    Answer answer = store.add_checkpoint(body);
    const bool odd = answer.status == 403 || answer.status == 422 || answer.status == 500;
    if (odd && report) {
        report("add-checkpoint refused with " + std::to_string(answer.status) + ": " +
               answer.body.substr(0, answer.body.find('\n')) + "; the request: " +
               to_base64(as_bytes(body)));
    }
    return answer;
}

std::optional<Answer> get(const Store& store, std::string_view path) {
    constexpr std::string_view kCheckpoint = "/checkpoint";
    if (!path.starts_with('/') || !path.ends_with(kCheckpoint)) return std::nullopt;
    const std::string_view hex = path.substr(1, path.size() - 1 - kCheckpoint.size());
    const Result<std::string> note = store.checkpoint(hex);
    if (!note) return std::nullopt;
    return Answer{200, "text/plain; charset=utf-8", *note};
}

}  // namespace overlord::witness
