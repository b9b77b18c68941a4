// One line of text to one CloudEvents 1.0 event (JSON event format), or to an Error that says what
// is wrong and where. docs/formats/events.md is the format's own page.
//
// Nothing is rounded, repaired or guessed: numbers stay the text that was sent, a duplicate key is
// an error (two readers could disagree on which one counts), and so are invalid UTF-8, lone
// surrogates and NUL. What comes out of a string is data, whatever it looks like.
//
// Codes: json.syntax json.depth json.utf8 json.number json.duplicate_key json.nul json.surrogate
// event.missing_attribute event.bad_attribute event.time framing.too_long. Every message names the
// place: "$.data.duration_ms: ..." or "offset 17: ..." (bytes, from 0).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "overlord/base/result.hpp"
#include "overlord/base/time.hpp"
#include "overlord/event/limits.hpp"

namespace overlord::event {

enum class FieldType : std::uint8_t { kNull, kBool, kNumber, kString, kArray, kObject };

// One member of `data`.
struct Field {
    std::string_view name;
    FieldType type = FieldType::kNull;
    bool boolean = false;       // the value, when type is kBool
    bool only_strings = false;  // an array whose items are all strings (an empty one too)
    std::string_view token;     // a number's exact text; a string decoded; else the raw JSON
    std::span<const std::string_view> strings;  // the items, decoded, when only_strings
};

struct Event {
    std::string_view raw;  // the exact bytes from { to }: what a record embeds
    std::string_view id;
    std::string_view source;
    std::string_view type;
    std::string_view subject;     // the system
    TimeNs time = 0;              // never negative
    std::span<const Field> data;  // in the order sent; empty when data is absent, null or {}
    // The source's own count of its events, where it gives one (CloudEvents extension `sequence`).
    std::optional<std::uint64_t> sequence;

    [[nodiscard]] const Field* find(std::string_view name) const;  // of data; null when not there
};

// Is the text valid UTF-8 (RFC 3629)?
[[nodiscard]] bool is_utf8(std::string_view text);

// Reuses its buffers from line to line: no allocation once they are warm. One thread.
class Decoder {
public:
    Decoder();
    Decoder(Decoder&&) noexcept;
    Decoder& operator=(Decoder&&) noexcept;
    ~Decoder();

    // The line may have white space around the object and nothing else. The Event points into this
    // decoder (not into `line`) and lives until the next decode().
    [[nodiscard]] Result<Event> decode(std::string_view line);

    // The event's id as far as the last line was read, also when it was refused; empty if unknown.
    // It is for the answer to the sender only. Lives as long as the Event.
    [[nodiscard]] std::string_view last_id() const;

private:
    class Parser;
    std::unique_ptr<Parser> parser_;
};

}  // namespace overlord::event
