#include "json_reader.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstring>

#include "overlord/base/number.hpp"
#include "overlord/event/decode.hpp"

namespace overlord::event {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Where simdjson found the text not to be UTF-8 (RFC 3629: no overlong forms, no surrogates, at
// most U+10FFFF). Only for the message, so it may be slow.
std::size_t first_invalid_utf8(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        std::size_t length = 1;
        while (length <= 4 && at + length <= text.size() &&
               !simdjson::validate_utf8(text.data() + at, length)) {
            ++length;
        }
        if (length > 4 || at + length > text.size()) return at;
        at += length;
    }
    return at;
}

void append_utf8(std::string& out, unsigned code) {
    const auto byte = [&out](unsigned bits) { out.push_back(static_cast<char>(bits)); };
    if (code < 0x80) {
        byte(code);
    } else if (code < 0x800) {
        byte(0xC0u | (code >> 6));
        byte(0x80u | (code & 0x3Fu));
    } else if (code < 0x10000) {
        byte(0xE0u | (code >> 12));
        byte(0x80u | ((code >> 6) & 0x3Fu));
        byte(0x80u | (code & 0x3Fu));
    } else {
        byte(0xF0u | (code >> 18));
        byte(0x80u | ((code >> 12) & 0x3Fu));
        byte(0x80u | ((code >> 6) & 0x3Fu));
        byte(0x80u | (code & 0x3Fu));
    }
}

// A key as it stands in a path: bare where that is unambiguous, else quoted and cut.
void append_key(std::string& out, std::string_view key) {
    const auto plain = [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    if (!key.empty() && key.size() <= kReasonKeyBytesMax &&
        std::all_of(key.begin(), key.end(), plain)) {
        out += '.';
        out += key;
        return;
    }
    std::size_t size = std::min(key.size(), kReasonKeyBytesMax);
    while (size < key.size() && size > 0 &&
           (static_cast<unsigned char>(key[size]) & 0xC0u) == 0x80u) {
        --size;  // cut between characters
    }
    out += "[\"";
    for (const char c : key.substr(0, size)) {
        if (c == '"' || c == '\\') out += '\\';
        out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
    out += size < key.size() ? "...\"]" : "\"]";
}

}  // namespace

bool JsonReader::start(std::string_view text) {
    text_.reserve(text.size() + kPadding);
    text_.assign(text).append(kPadding, '\0');
    end_ = text_.data() + text.size();
    decoded_.clear();
    decoded_.reserve(text.size());
    keys_.clear();
    depth_ = 0;
    at_ = text_.data();
    if (simdjson::validate_utf8(text.data(), text.size())) return true;
    error_ = Error{"json.utf8",
                   "offset " + std::to_string(first_invalid_utf8(text)) + ": not valid UTF-8"};
    return false;
}

bool JsonReader::peek(FieldType& type) {
    skip_space();
    switch (*at_) {
        case '{':
            type = FieldType::kObject;
            return true;
        case '[':
            type = FieldType::kArray;
            return true;
        case '"':
            type = FieldType::kString;
            return true;
        case 't':
        case 'f':
            type = FieldType::kBool;
            return true;
        case 'n':
            type = FieldType::kNull;
            return true;
        default:
            break;
    }
    if (*at_ == '-' || is_digit(*at_)) {
        type = FieldType::kNumber;
        return true;
    }
    return fail_syntax("expected a value");
}

// The rest of a string that has escapes (or a byte that is not allowed), decoded into decoded_.
bool JsonReader::escaped_string(const char* start, std::string_view& decoded) {
    const std::size_t begin = decoded_.size();
    decoded_.append(start, at_);
    while (*at_ != '"') {
        if (*at_ == '\\') {
            if (!escape(decoded_)) return false;
        } else if (static_cast<unsigned char>(*at_) >= 0x20) {
            decoded_.push_back(*at_++);
        } else if (at_ == end_) {
            return fail_syntax("a string does not end");
        } else if (*at_ == '\0') {
            return fail_here("json.nul", "a string with a NUL character");
        } else {
            return fail_syntax("a control character in a string must be escaped");
        }
    }
    ++at_;
    OVERLORD_ASSERT(decoded_.size() <= text_.size());
    decoded = std::string_view(decoded_).substr(begin);
    return true;
}

bool JsonReader::escape(std::string& out) {
    ++at_;
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
    const std::size_t simple = *at_ == '\0' ? kNames.npos : kNames.find(*at_);
    if (simple != kNames.npos) {
        out.push_back(kValues[simple]);
        ++at_;
        return true;
    }
    if (*at_ != 'u') return fail_syntax("unknown escape in a string");
    ++at_;
    unsigned code = 0;
    if (!hex4(code)) return false;
    if (code == 0) return fail_here("json.nul", "a string with a NUL character");
    if (code >= 0xDC00 && code <= 0xDFFF) {
        return fail_here("json.surrogate", "a low surrogate without its high one");
    }
    if (code >= 0xD800 && code <= 0xDBFF) {
        unsigned low = 0;
        if (at_[0] != '\\' || at_[1] != 'u') {
            return fail_here("json.surrogate", "a high surrogate without its low one");
        }
        at_ += 2;
        if (!hex4(low)) return false;
        if (low < 0xDC00 || low > 0xDFFF) {
            return fail_here("json.surrogate", "a high surrogate without its low one");
        }
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    append_utf8(out, code);
    return true;
}

bool JsonReader::hex4(unsigned& code) {
    code = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
        const char c = *at_;
        unsigned digit = 0;
        if (is_digit(c)) {
            digit = static_cast<unsigned>(c - '0');
        } else if (c >= 'a' && c <= 'f') {
            digit = static_cast<unsigned>(c - 'a') + 10;
        } else if (c >= 'A' && c <= 'F') {
            digit = static_cast<unsigned>(c - 'A') + 10;
        } else {
            return fail_syntax("\\u needs four hexadecimal digits");
        }
        code = code * 16 + digit;
    }
    return true;
}

bool JsonReader::number(std::string_view& token) {
    const char* start = at_;
    if (*at_ == '-') ++at_;
    const char* integer = at_;
    while (is_digit(*at_)) ++at_;
    auto digits = at_ - integer;
    if (digits == 0) return fail_here("json.number", "a number needs a digit");
    if (digits > 1 && *integer == '0')
        return fail_here("json.number", "a number with a leading zero");
    if (*at_ == '.') {
        const char* fraction = ++at_;
        while (is_digit(*at_)) ++at_;
        if (at_ == fraction) return fail_here("json.number", "no digit after the decimal point");
        digits += at_ - fraction;
    }
    if (digits > kNumberDigitsMax) {
        return fail_here("json.number",
                         "more than " + std::to_string(kNumberDigitsMax) + " digits");
    }
    if (*at_ == 'e' || *at_ == 'E') {
        ++at_;
        if (*at_ == '+' || *at_ == '-') ++at_;
        if (!is_digit(*at_)) return fail_here("json.number", "no digit in the exponent");
        int exponent = 0;
        for (; is_digit(*at_); ++at_) exponent = std::min(exponent * 10 + (*at_ - '0'), 1000);
        if (exponent > kNumberExponentMax) {
            return fail_here("json.number",
                             "an exponent beyond " + std::to_string(kNumberExponentMax));
        }
    }
    token = {start, static_cast<std::size_t>(at_ - start)};
    return true;
}

bool JsonReader::word(std::string_view expected) {
    if (std::strncmp(at_, expected.data(), expected.size()) != 0) {
        return fail_syntax("expected true, false or null");
    }
    at_ += expected.size();
    return true;
}

bool JsonReader::skip(FieldType type) {
    std::string_view ignored;
    const auto value = [this] {
        FieldType inner{};
        return peek(inner) && skip(inner);
    };
    switch (type) {
        case FieldType::kNull:
            return word("null");
        case FieldType::kBool:
            return word(*at_ == 't' ? "true" : "false");
        case FieldType::kNumber:
            return number(ignored);
        case FieldType::kString:
            return string(ignored);
        case FieldType::kArray:
            return array(value);
        case FieldType::kObject:
            return object([&](std::string_view) { return value(); });
    }
    return false;
}

bool JsonReader::at_end() {
    skip_space();
    return at_ == end_ || fail_syntax("text after the event");
}

bool JsonReader::enter(char open) {
    OVERLORD_ASSERT(*at_ == open);
    if (depth_ == kNestingMax) {
        return fail_here("json.depth", "nested deeper than " + std::to_string(kNestingMax));
    }
    ++at_;
    ++depth_;
    steps_[depth_] = Step{};
    return true;
}

// Names are compared decoded ("a" is "\u0061"). Pairs for the usual few, sorted beyond, so that an
// object of ten thousand keys costs no quadratic time.
bool JsonReader::unique_keys(std::size_t first) {
    constexpr std::size_t kPairwiseMax = 16;
    const auto begin = keys_.begin() + static_cast<std::ptrdiff_t>(first);
    auto twice = keys_.end();
    if (keys_.size() - first <= kPairwiseMax) {
        for (auto key = begin; key != keys_.end() && twice == keys_.end(); ++key) {
            if (std::find(begin, key, *key) != key) twice = key;
        }
    } else {
        std::sort(begin, keys_.end());
        twice = std::adjacent_find(begin, keys_.end());
    }
    if (twice != keys_.end()) {
        steps_[++depth_] = Step{*twice, 0, true};
        return fail_here("json.duplicate_key", "the same name twice in one object");
    }
    keys_.erase(begin, keys_.end());
    return true;
}

bool JsonReader::fail_syntax(std::string_view what) {
    const auto offset = static_cast<std::size_t>(at_ - text_.data());
    std::string message = "offset " + std::to_string(offset) + ": ";
    message += what;
    if (at_ == end_) message += ", found the end of the line";
    error_ = Error{"json.syntax", std::move(message)};
    return false;
}

bool JsonReader::fail_here(std::string_view code, std::string_view what) {
    error_ = Error{std::string(code), path() + ": " + std::string(what)};
    return false;
}

std::string JsonReader::path() const {
    std::string out = "$";
    for (std::size_t level = 1; level <= depth_; ++level) {
        const Step& step = steps_[level];
        if (step.is_key) {
            append_key(out, step.key);
        } else {
            out += '[' + std::to_string(step.item) + ']';
        }
    }
    return out;
}

bool is_utf8(std::string_view text) {
    return simdjson::validate_utf8(text.data(), text.size());
}

}  // namespace overlord::event
