// Exact rational numbers. Telemetry and thresholds never pass through a double (DESIGN: 0.99999 as
// a double is wrong by 1e-30, which is enough to judge a limit wrongly).
//
// Small values (numerator and denominator within 63 bits) live inline; others in GMP. Values are
// always normalised: gcd(num, den) = 1, den > 0. Any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "overlord/base/result.hpp"

namespace overlord {

inline constexpr int kNumberDigitsMax =
    40;  // digits of a literal; more is an attack, not a measurement
inline constexpr int kNumberExponentMax =
    30;  // |exponent| of a literal; bounds the size of a rational

class Number {
public:
    Number() = default;  // 0
    // Implicit on purpose: an integer is a Number.
    Number(std::int64_t integer) : numerator_(integer) {}
    Number(const Number& other);
    Number(Number&& other) noexcept { swap(other); }
    Number& operator=(const Number& other);
    Number& operator=(Number&& other) noexcept {
        swap(other);
        return *this;
    }
    ~Number() {
        if (is_big()) free_big();
    }

    [[nodiscard]] static Number ratio(std::int64_t numerator, std::int64_t denominator);

    // A JSON number token (RFC 8259 section 6), read exactly. Codes: number.syntax, number.range.
    [[nodiscard]] static Result<Number> parse_json(std::string_view token);

    // "n" or "n/d" as to_text writes it, of any size. Code: number.syntax.
    [[nodiscard]] static Result<Number> parse_ratio(std::string_view text);

    [[nodiscard]] bool is_integer() const;
    // True, with both parts, when the value is stored inline.
    [[nodiscard]] bool small(std::int64_t& numerator, std::int64_t& denominator) const;

    [[nodiscard]] std::string to_text() const;  // canonical: "23", "41/50", "-1/3"
    [[nodiscard]] std::string to_decimal()
        const;  // exact where it ends ("0.82"), else 12 digits and "..."

    friend Number operator+(const Number& left, const Number& right);
    friend Number operator-(const Number& left, const Number& right);
    friend Number operator*(const Number& left, const Number& right);
    friend Number operator/(const Number& left, const Number& right);  // right != 0 (asserted)
    friend int compare(const Number& left, const Number& right);       // -1, 0, 1
    friend bool operator==(const Number& l, const Number& r) { return compare(l, r) == 0; }
    friend bool operator<(const Number& l, const Number& r) { return compare(l, r) < 0; }

private:
    struct Big;  // mpq_t
    explicit Number(std::unique_ptr<Big> big);
    [[nodiscard]] bool is_big() const { return denominator_ == 0; }
    [[nodiscard]] Big& big() const { return *reinterpret_cast<Big*>(numerator_); }
    void free_big() noexcept;
    void swap(Number& other) noexcept {
        std::swap(numerator_, other.numerator_);
        std::swap(denominator_, other.denominator_);
    }

    // Sixteen bytes, because an evaluator keeps millions of them: where the denominator is 0, the
    // numerator is the address of a Big that is this number's own.
    std::int64_t numerator_ = 0;
    std::int64_t denominator_ = 1;
};

[[nodiscard]] int compare(const Number& left, const Number& right);

}  // namespace overlord
