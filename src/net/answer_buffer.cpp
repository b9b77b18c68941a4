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
    published_.append_to(text, "published");
    witnessed_.append_to(text, "witnessed");
    text += std::exchange(notice_, {});
    return text;
}

void AnswerBuffer::notice(std::string_view code, std::string_view reason) {
    notice_ = "{\"code\":";
    append_json_string(notice_, code);
    notice_ += ",\"reason\":";
    append_json_string(notice_, reason);
    notice_ += "}\n";
}

// The size told is that of the head that first covered the lines.
void AnswerBuffer::Receipt::set(std::uint64_t to, std::uint64_t under) {
    if (to == lines) return;
    lines = to;
    size = under;
}

void AnswerBuffer::Receipt::append_to(std::string& text, std::string_view state) {
    if (!due()) return;
    text += "{\"";
    text += state;
    text += "\":" + std::to_string(lines) + ",\"size\":" + std::to_string(size) + "}\n";
    told = lines;
}

}  // namespace overlord::net
