// Canonical bytes of the state: integers as LEB128 (signed ones zigzag), texts with their length.
// One value has one spelling, so equal states have equal bytes (docs/formats/state.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "overlord/base/bytes.hpp"
#include "overlord/base/number.hpp"

namespace overlord::evaluate {

class Writer {
public:
    void u(std::uint64_t value) {
        while (value >= 0x80) {
            bytes_.push_back(static_cast<std::uint8_t>(value | 0x80));
            value >>= 7;
        }
        bytes_.push_back(static_cast<std::uint8_t>(value));
    }
    void i(std::int64_t value) {
        u((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
    }
    void flag(bool value) { bytes_.push_back(value ? 1 : 0); }
    void text(std::string_view value) {
        u(value.size());
        put_bytes(bytes_, as_bytes(value));
    }
    void number(const Number& value) {
        std::int64_t numerator = 0;
        std::int64_t denominator = 0;
        const bool small = value.small(numerator, denominator);
        flag(small);
        if (!small) return text(value.to_text());
        i(numerator);
        i(denominator);
    }
    [[nodiscard]] const Bytes& bytes() const { return bytes_; }
    void clear() { bytes_.clear(); }

private:
    Bytes bytes_;
};

// After the first mistake every read gives zero and ok() is false; the caller checks once.
class Reader {
public:
    explicit Reader(ByteView bytes) : rest_(bytes) {}

    std::uint64_t u() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const std::uint8_t byte = next();
            value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if ((byte & 0x80) == 0) return value;
        }
        return fail();
    }
    std::int64_t i() {
        const std::uint64_t value = u();
        return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
    }
    bool flag() { return next() != 0; }
    // A number of things that follow; each takes at least one byte.
    std::size_t count() {
        const std::uint64_t value = u();
        return value > rest_.size() ? static_cast<std::size_t>(fail())
                                    : static_cast<std::size_t>(value);
    }
    std::string text() {
        const std::size_t size = count();
        std::string value(as_text(rest_.first(size)));
        rest_ = rest_.subspan(size);
        return value;
    }
    Number number() {
        if (flag()) {
            const std::int64_t numerator = i();
            const std::int64_t denominator = i();
            if (denominator > 0) return Number::ratio(numerator, denominator);
        } else if (Result<Number> value = Number::parse_ratio(text())) {
            return std::move(value).value();
        }
        fail();
        return Number(0);
    }
    std::uint64_t fail() {
        ok_ = false;
        rest_ = {};
        return 0;
    }
    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] bool at_end() const { return ok_ && rest_.empty(); }

private:
    std::uint8_t next() {
        if (rest_.empty()) return static_cast<std::uint8_t>(fail());
        const std::uint8_t byte = rest_.front();
        rest_ = rest_.subspan(1);
        return byte;
    }
    ByteView rest_;
    bool ok_ = true;
};

}  // namespace overlord::evaluate
