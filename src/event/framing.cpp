#include "overlord/event/framing.hpp"

#include <algorithm>
#include <cstring>

namespace overlord::event {

void LineFramer::feed(std::string_view bytes) {
    OVERLORD_ASSERT(chunk_.empty());
    chunk_ = bytes;
}

std::optional<Line> LineFramer::next() {
    if (chunk_.empty()) return std::nullopt;
    const void* found = std::memchr(chunk_.data(), '\n', chunk_.size());
    if (found == nullptr) {
        keep(chunk_);
        chunk_ = {};
        return std::nullopt;
    }
    const auto size = static_cast<std::size_t>(static_cast<const char*>(found) - chunk_.data());
    const std::string_view part = chunk_.substr(0, size);
    chunk_.remove_prefix(size + 1);
    if (length_ == 0) return complete(part, size);

    keep(part);
    joined_.swap(started_);
    started_.clear();
    const std::size_t length = std::exchange(length_, 0);
    return complete(joined_, length);
}

std::optional<Line> LineFramer::finish() {
    OVERLORD_ASSERT(chunk_.empty());
    if (length_ == 0) return std::nullopt;
    joined_.swap(started_);
    started_.clear();
    Line line = complete(joined_, std::exchange(length_, 0));
    line.ended = false;
    return line;
}

// One byte more than the limit is kept, because a CR there may turn out to belong to the line's
// end.
void LineFramer::keep(std::string_view part) {
    const std::size_t room = line_bytes_max_ + 1 - started_.size();
    started_.append(part.substr(0, room));
    length_ += part.size();
}

Line LineFramer::complete(std::string_view text, std::size_t length) {
    Line line;
    line.number = ++lines_;
    if (text.size() == length && text.ends_with('\r')) {
        text.remove_suffix(1);
        --length;
    }
    line.too_long = length > line_bytes_max_;
    line.text = text.substr(0, line_bytes_max_);
    return line;
}

Error too_long_error() {
    return {"framing.too_long", "a line of more than " + std::to_string(kLineBytesMax) + " bytes"};
}

Error truncated_error(const Error& why) {
    return {"framing.truncated", "the stream ended inside the line: " + why.message};
}

Error timeout_error(std::uint64_t timeout_ms) {
    return {"framing.timeout", "the line did not end within " + std::to_string(timeout_ms) + " ms"};
}

}  // namespace overlord::event
