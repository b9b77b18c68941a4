#include "answer_buffer.hpp"

#include <utility>

#include "json_text.hpp"

namespace overlord::net {

bool AnswerBuffer::reject(std::uint64_t line, const pipeline::LineResult& result,
                          std::size_t unread) {
    // Once answers are left out, they are left out until the count of them has been taken: the
    // sender then knows that it has seen all or gets a number.
    if (suppressed_ > 0 || rejects_.size() + unread > bytes_max_) {
        ++suppressed_;
        return false;
    }
    rejects_ += "{\"line\":" + std::to_string(line);
    if (!result.id.empty()) {
        rejects_ += ",\"id\":";
        append_json_string(rejects_, result.id);
    }
    rejects_ += ",\"code\":";
    append_json_string(rejects_, result.code);
    rejects_ += ",\"reason\":";
    append_json_string(rejects_, result.reason);
    rejects_ += "}\n";
    return true;
}

std::string AnswerBuffer::take() {
    std::string text = std::exchange(rejects_, {});
    if (suppressed_ > 0) {
        text += "{\"suppressed\":" + std::to_string(std::exchange(suppressed_, 0)) + "}\n";
    }
    if (durable_ != durable_told_) {
        text += "{\"durable\":" + std::to_string(durable_) + "}\n";
        durable_told_ = durable_;
    }
    return text;
}

}  // namespace overlord::net
