// A strict reader of one JSON text (RFC 8259), for the decoder only.
//
// Own code where simdjson would serve for the rest, because evidence needs three things at once
// that it does not give: numbers as the text that was sent (40 digits, no double on the way),
// duplicate keys refused in every object, and a path in every error. simdjson validates the UTF-8.
//
// The reader walks the text once, calling back for members and items; a callback consumes exactly
// one value. Everything returns false once an error is set, and the first error stays.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/base/result.hpp"
#include "overlord/event/decode.hpp"
#include "overlord/event/limits.hpp"

namespace overlord::event {

// The first byte from `at` on that is '"', '\\' or a control, eight bytes at a time: strings are
// most of an event. The bit tricks are exact for the lowest byte that matches, which is the first
// one on a little-endian machine. The padding behind the text is controls, so this ends.
inline const char* skip_plain(const char* at) {
    static_assert(std::endian::native == std::endian::little);
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    constexpr std::uint64_t kHighBits = 0x80 * kOnes;
    const auto zero_bytes = [](std::uint64_t word) { return (word - kOnes) & ~word; };
    for (;; at += sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, sizeof word);
        const std::uint64_t controls = (word - 0x20 * kOnes) & ~word;
        const std::uint64_t found =
            (controls | zero_bytes(word ^ ('"' * kOnes)) | zero_bytes(word ^ ('\\' * kOnes))) &
            kHighBits;
        if (found != 0) return at + std::countr_zero(found) / 8;
    }
}

class JsonReader {
public:
    // Copies the text; views handed out live until the next start(). False: not UTF-8.
    [[nodiscard]] bool start(std::string_view text);

    // The next value's kind by its first byte, white space skipped. Sets an error where none
    // starts.
    [[nodiscard]] bool peek(FieldType& type);

    // Consume one value.
    template <class OnMember>  // bool(std::string_view key)
    [[nodiscard]] bool object(OnMember&& on_member);
    template <class OnItem>  // bool()
    [[nodiscard]] bool array(OnItem&& on_item);
    [[nodiscard]] bool string(std::string_view& decoded);
    [[nodiscard]] bool number(std::string_view& token);
    [[nodiscard]] bool word(std::string_view expected);  // true, false, null
    [[nodiscard]] bool skip(FieldType type);             // any value; all its rules are checked

    // Nothing but white space is left.
    [[nodiscard]] bool at_end();

    [[nodiscard]] const char* position() const { return at_; }
    [[nodiscard]] const Error& error() const { return error_; }
    [[nodiscard]] std::string path() const;  // of the value being read: $.data.process[2]
    bool fail_here(std::string_view code, std::string_view what);  // "$.path: what"
    bool fail_syntax(std::string_view what);                       // "offset N: what"

private:
    struct Step {
        std::string_view key;
        std::size_t item = 0;
        bool is_key = false;
    };

    void skip_space() {
        while (*at_ == ' ' || *at_ == '\t' || *at_ == '\r' || *at_ == '\n') ++at_;
    }
    [[nodiscard]] bool enter(char open);
    [[nodiscard]] bool key(std::string_view& decoded);
    [[nodiscard]] bool unique_keys(std::size_t first);
    [[nodiscard]] bool escaped_string(const char* start, std::string_view& decoded);
    [[nodiscard]] bool escape(std::string& out);
    [[nodiscard]] bool hex4(unsigned& code);

    static constexpr std::size_t kPadding = 8;

    std::string text_;           // with kPadding NULs behind it, the sentinels that end every scan
    const char* end_ = nullptr;  // of the text itself
    std::string decoded_;  // strings that had escapes; never longer than the text, so never moved
    const char* at_ = nullptr;
    std::vector<std::string_view> keys_;  // of the objects that are open, innermost last
    std::array<Step, kNestingMax + 1> steps_;
    std::size_t depth_ = 0;
    Error error_;
};

// Inline, so that what was read stays in registers: written to memory in halves and read back whole
// it would cost more than the reading.
[[gnu::always_inline]] inline bool JsonReader::string(std::string_view& decoded) {
    const char* start = ++at_;
    at_ = skip_plain(at_);
    if (*at_ == '"') {
        decoded = {start, static_cast<std::size_t>(at_ - start)};
        ++at_;
        return true;
    }
    std::string_view with_escapes;
    if (!escaped_string(start, with_escapes)) return false;
    decoded = with_escapes;
    return true;
}

// A member's name and its colon; the next byte may be white space before the value.
[[gnu::always_inline]] inline bool JsonReader::key(std::string_view& decoded) {
    skip_space();
    if (*at_ != '"') return fail_syntax("expected a name in double quotes");
    if (!string(decoded)) return false;
    keys_.push_back(decoded);
    skip_space();
    if (*at_ != ':') return fail_syntax("expected ':'");
    ++at_;
    return true;
}

template <class OnMember>
bool JsonReader::object(OnMember&& on_member) {
    if (!enter('{')) return false;
    const std::size_t first_key = keys_.size();
    skip_space();
    if (*at_ == '}') {
        ++at_;
        --depth_;
        return true;
    }
    for (;;) {
        std::string_view name;
        if (!key(name)) return false;
        steps_[depth_] = Step{name, 0, true};
        if (!on_member(name)) return false;
        skip_space();
        if (*at_ == ',') {
            ++at_;
            continue;
        }
        if (*at_ != '}') return fail_syntax("expected ',' or '}'");
        ++at_;
        break;
    }
    --depth_;
    return unique_keys(first_key);
}

template <class OnItem>
bool JsonReader::array(OnItem&& on_item) {
    if (!enter('[')) return false;
    skip_space();
    if (*at_ == ']') {
        ++at_;
        --depth_;
        return true;
    }
    for (std::size_t item = 0;; ++item) {
        steps_[depth_] = Step{{}, item, false};
        if (!on_item()) return false;
        skip_space();
        if (*at_ == ',') {
            ++at_;
            continue;
        }
        if (*at_ != ']') return fail_syntax("expected ',' or ']'");
        ++at_;
        break;
    }
    --depth_;
    return true;
}

}  // namespace overlord::event
