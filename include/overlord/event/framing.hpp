// Cuts a byte stream into lines: LF or CRLF ended, at most kLineBytesMax bytes each, numbered
// from 1. One framer per connection, used by one thread. Memory: at most two lines, whatever is
// sent.
//
//     framer.feed(chunk);
//     while (std::optional<Line> line = framer.next()) { ... }
//     ... at the end of the stream: framer.finish()
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "overlord/base/result.hpp"
#include "overlord/event/limits.hpp"

namespace overlord::event {

struct Line {
    std::uint64_t number = 0;  // from 1; every LF counts, blank and overlong lines too
    std::string_view text;  // without LF or CRLF; of an overlong line the first kLineBytesMax bytes
    bool too_long = false;  // reject it with too_long_error()
    bool ended = true;      // false only for what finish() gives: no LF came

    // Nothing but spaces and tabs: the line is counted and is no event and no reject.
    [[nodiscard]] bool blank() const { return text.find_first_not_of(" \t") == text.npos; }
};

class LineFramer {
public:
    explicit LineFramer(std::size_t line_bytes_max = kLineBytesMax)
        : line_bytes_max_(line_bytes_max) {}

    // Borrows `bytes` until next() has returned nothing; asserts that the chunk before is used up.
    void feed(std::string_view bytes);

    // The next line that ended. Its text lives until the next feed() or finish() and no longer than
    // the chunk. When nothing is left, keeps the started line and lets go of the chunk.
    [[nodiscard]] std::optional<Line> next();

    // Gives back what of the chunk is not framed yet, to be fed again later (backpressure).
    [[nodiscard]] std::string_view take_rest() { return std::exchange(chunk_, {}); }

    // At the end of the stream: the started line, if there is one. It counts when it decodes; else
    // the caller rejects it with truncated_error().
    [[nodiscard]] std::optional<Line> finish();

    // A line has been started and not ended (known once next() has returned nothing).
    [[nodiscard]] bool in_line() const { return length_ > 0; }
    [[nodiscard]] std::uint64_t lines() const { return lines_; }  // given out so far

private:
    void keep(std::string_view part);
    [[nodiscard]] Line complete(std::string_view text, std::size_t length);

    std::size_t line_bytes_max_;
    std::string_view chunk_;  // not yet framed
    std::string started_;     // the beginning of the line that the last chunk left open
    std::string joined_;      // a line of more than one chunk, while the caller looks at it
    std::size_t length_ = 0;  // bytes of the started line, those beyond the limit too
    std::uint64_t lines_ = 0;
};

// The rejects of this layer. framing.too_long: more than kLineBytesMax bytes before the LF.
[[nodiscard]] Error too_long_error();
// framing.truncated: the stream ended inside a line, and what came is no event (`why`).
[[nodiscard]] Error truncated_error(const Error& why);
// framing.timeout: a started line did not end in time.
[[nodiscard]] Error timeout_error(std::uint64_t timeout_ms);

}  // namespace overlord::event
