#include "overlord/base/number.hpp"

#include <gmp.h>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

namespace overlord {
namespace {

__extension__ using Int128 = __int128;  // the standard name is a GNU extension
__extension__ using Uint128 = unsigned __int128;

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr int kSmallDigitsMax = 18;  // any 18 digits fit 63 bits
constexpr int kDecimalDigits = 12;   // shown of a decimal that does not end

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool fits(Int128 value) { return value >= kMin && value <= kMax; }
Uint128 magnitude(Int128 value) {
    return value < 0 ? Uint128{0} - static_cast<Uint128>(value) : static_cast<Uint128>(value);
}

Uint128 gcd(Uint128 a, Uint128 b) {
    while (b > UINT64_MAX || a > UINT64_MAX) {
        if (b == 0) return a;
        const Uint128 rest = a % b;
        a = b;
        b = rest;
    }
    return std::gcd(static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(b));
}

constexpr std::array<std::int64_t, kSmallDigitsMax + 1> make_powers_of_ten() {
    std::array<std::int64_t, kSmallDigitsMax + 1> powers{1};
    for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
}
constexpr auto kPowersOfTen = make_powers_of_ten();

// A JSON number token in its parts; `digits` is the mantissa without its dot.
struct Literal {
    bool negative = false;
    std::string digits;
    int scale = 0;  // value = digits * 10^scale
};

Error bad_syntax(std::string_view token) {
    return Error{"number.syntax", "not a number: \"" + std::string(token.substr(0, 60)) + "\""};
}

Error bad_range(std::string reason) { return Error{"number.range", std::move(reason)}; }

// The exponent at the end of a token, "e+05"; digits beyond the limit saturate.
bool read_exponent(std::string_view rest, int& exponent) {
    rest.remove_prefix(1);
    const bool negative = rest.starts_with('-');
    if (negative || rest.starts_with('+')) rest.remove_prefix(1);
    if (rest.empty()) return false;
    for (const char c : rest) {
        if (!is_digit(c)) return false;
        if (exponent <= kNumberExponentMax) exponent = exponent * 10 + (c - '0');
    }
    if (negative) exponent = -exponent;
    return true;
}

Result<Literal> read_literal(std::string_view token) {
    Literal literal;
    std::string_view rest = token;
    literal.negative = rest.starts_with('-');
    if (literal.negative) rest.remove_prefix(1);
    std::size_t whole = 0;
    while (whole < rest.size() && is_digit(rest[whole])) ++whole;
    if (whole == 0 || (whole > 1 && rest[0] == '0')) return bad_syntax(token);
    std::size_t fraction = 0;
    if (whole < rest.size() && rest[whole] == '.') {
        while (whole + 1 + fraction < rest.size() && is_digit(rest[whole + 1 + fraction])) {
            ++fraction;
        }
        if (fraction == 0) return bad_syntax(token);
    }
    const std::size_t end = whole + (fraction > 0 ? fraction + 1 : 0);
    int exponent = 0;
    if (end < rest.size()) {
        if (rest[end] != 'e' && rest[end] != 'E') return bad_syntax(token);
        if (!read_exponent(rest.substr(end), exponent)) return bad_syntax(token);
    }
    if (whole + fraction > std::size_t{kNumberDigitsMax}) {
        return bad_range("a number of more than " + std::to_string(kNumberDigitsMax) + " digits");
    }
    if (exponent > kNumberExponentMax || exponent < -kNumberExponentMax) {
        return bad_range("an exponent beyond " + std::to_string(kNumberExponentMax));
    }
    literal.digits.assign(rest.substr(0, whole));
    if (fraction > 0) literal.digits.append(rest.substr(whole + 1, fraction));
    literal.scale = exponent - static_cast<int>(fraction);
    return literal;
}

// Decimal digits without a sign, without a leading zero unless alone.
bool is_canonical_natural(std::string_view text) {
    if (text.empty() || (text.size() > 1 && text[0] == '0')) return false;
    for (const char c : text) {
        if (!is_digit(c)) return false;
    }
    return true;
}

std::string mpz_text(mpz_srcptr value) {
    std::string text(mpz_sizeinbase(value, 10) + 2, '\0');
    mpz_get_str(text.data(), 10, value);
    text.resize(text.find('\0'));
    return text;
}

}  // namespace

struct Number::Big {
    mpq_t value;

    Big() { mpq_init(value); }
    Big(const Big& other) : Big() { mpq_set(value, other.value); }
    Big& operator=(const Big&) = delete;
    explicit Big(const Number& number) : Big() {
        if (number.is_big()) {
            mpq_set(value, number.big().value);
        } else {
            mpz_set_si(mpq_numref(value), number.numerator_);
            mpz_set_si(mpq_denref(value), number.denominator_);
        }
    }
    ~Big() { mpq_clear(value); }

    static void set(mpz_ptr out, Int128 from) {
        const Uint128 bits = magnitude(from);
        const std::uint64_t words[2] = {static_cast<std::uint64_t>(bits),
                                        static_cast<std::uint64_t>(bits >> 64)};
        mpz_import(out, 2, -1, sizeof words[0], 0, 0, words);
        if (from < 0) mpz_neg(out, out);
    }

    // Normalised; inline where it fits, so that a value has one representation only.
    static Number from_parts(Int128 numerator, Int128 denominator) {
        if (denominator != 1) {
            const Uint128 divisor = gcd(magnitude(numerator), magnitude(denominator));
            numerator /= static_cast<Int128>(divisor);
            denominator /= static_cast<Int128>(divisor);
        }
        if (denominator < 0) {
            numerator = -numerator;
            denominator = -denominator;
        }
        if (fits(numerator) && fits(denominator)) {
            Number number;
            number.numerator_ = static_cast<std::int64_t>(numerator);
            number.denominator_ = static_cast<std::int64_t>(denominator);
            return number;
        }
        auto big = std::make_unique<Big>();
        set(mpq_numref(big->value), numerator);
        set(mpq_denref(big->value), denominator);
        return Number(std::move(big));
    }

    // Takes a canonical big value inline again where it fits.
    static Number from_big(std::unique_ptr<Big> big) {
        mpz_srcptr numerator = mpq_numref(big->value);
        mpz_srcptr denominator = mpq_denref(big->value);
        if (mpz_fits_slong_p(numerator) == 0 || mpz_fits_slong_p(denominator) == 0) {
            return Number(std::move(big));
        }
        Number number;
        number.numerator_ = mpz_get_si(numerator);
        number.denominator_ = mpz_get_si(denominator);
        return number;
    }

    using Operation = void (*)(mpq_ptr, mpq_srcptr, mpq_srcptr);
    static Number apply(Operation operation, const Number& left, const Number& right) {
        const Big l(left);
        const Big r(right);
        auto result = std::make_unique<Big>();
        operation(result->value, l.value, r.value);
        return from_big(std::move(result));
    }

    static bool both_small(const Number& left, const Number& right) {
        return !left.is_big() && !right.is_big();
    }
};

Number::Number(const Number& other) {
    if (!other.is_big()) {
        numerator_ = other.numerator_;
        denominator_ = other.denominator_;
    } else {
        *this = Number(std::make_unique<Big>(other.big()));
    }
}

Number& Number::operator=(const Number& other) {
    if (this != &other) *this = Number(other);
    return *this;
}

void Number::free_big() noexcept {
    delete &big();
}

Number::Number(std::unique_ptr<Big> big)
    : numerator_(reinterpret_cast<std::intptr_t>(big.release())), denominator_(0) {}

Number Number::ratio(std::int64_t numerator, std::int64_t denominator) {
    OVERLORD_ASSERT(denominator != 0);
    return Big::from_parts(numerator, denominator);
}

Result<Number> Number::parse_json(std::string_view token) {
    const Result<Literal> read = read_literal(token);
    if (!read) return read.error();
    const Literal& literal = *read;

    const int places = literal.scale < 0 ? -literal.scale : literal.scale;
    if (literal.digits.size() <= std::size_t{kSmallDigitsMax} && places <= kSmallDigitsMax) {
        std::int64_t mantissa = 0;
        for (const char c : literal.digits) mantissa = mantissa * 10 + (c - '0');
        if (literal.negative) mantissa = -mantissa;
        const std::int64_t power = kPowersOfTen[static_cast<std::size_t>(places)];
        return literal.scale < 0 ? Big::from_parts(mantissa, power)
                                 : Big::from_parts(Int128{mantissa} * power, 1);
    }

    auto big = std::make_unique<Big>();
    OVERLORD_ASSERT(mpz_set_str(mpq_numref(big->value), literal.digits.c_str(), 10) == 0);
    if (literal.negative) mpz_neg(mpq_numref(big->value), mpq_numref(big->value));
    mpz_t power;
    mpz_init(power);
    mpz_ui_pow_ui(power, 10, static_cast<unsigned long>(places));
    if (literal.scale < 0) {
        mpz_set(mpq_denref(big->value), power);
    } else {
        mpz_mul(mpq_numref(big->value), mpq_numref(big->value), power);
    }
    mpz_clear(power);
    mpq_canonicalize(big->value);
    return Big::from_big(std::move(big));
}

Result<Number> Number::parse_ratio(std::string_view text) {
    const std::size_t slash = text.find('/');
    std::string_view numerator = text.substr(0, slash);
    const bool negative = numerator.starts_with('-');
    if (negative) numerator.remove_prefix(1);
    if (!is_canonical_natural(numerator) || (negative && numerator == "0")) {
        return bad_syntax(text);
    }
    auto big = std::make_unique<Big>();
    OVERLORD_ASSERT(mpz_set_str(mpq_numref(big->value), std::string(numerator).c_str(), 10) == 0);
    if (negative) mpz_neg(mpq_numref(big->value), mpq_numref(big->value));
    if (slash != std::string_view::npos) {
        const std::string_view denominator = text.substr(slash + 1);
        if (!is_canonical_natural(denominator)) return bad_syntax(text);
        if (denominator == "0" || denominator == "1") return bad_syntax(text);
        OVERLORD_ASSERT(
            mpz_set_str(mpq_denref(big->value), std::string(denominator).c_str(), 10) == 0);
        const Big as_read(*big);
        mpq_canonicalize(big->value);
        // A fraction that can be shortened is refused, so that a value has one text only.
        if (mpz_cmp(mpq_denref(as_read.value), mpq_denref(big->value)) != 0) {
            return bad_syntax(text);
        }
    }
    return Big::from_big(std::move(big));
}

bool Number::is_integer() const {
    return is_big() ? mpz_cmp_ui(mpq_denref(big().value), 1) == 0 : denominator_ == 1;
}

bool Number::small(std::int64_t& numerator, std::int64_t& denominator) const {
    if (is_big()) return false;
    numerator = numerator_;
    denominator = denominator_;
    return true;
}

std::string Number::to_text() const {
    if (!is_big()) {
        std::string text = std::to_string(numerator_);
        if (denominator_ != 1) text += "/" + std::to_string(denominator_);
        return text;
    }
    std::string text = mpz_text(mpq_numref(big().value));
    if (!is_integer()) text += "/" + mpz_text(mpq_denref(big().value));
    return text;
}

std::string Number::to_decimal() const {
    if (is_integer()) return to_text();
    const Big self(*this);
    mpz_t rest;
    mpz_t factor;
    mpz_init(rest);
    mpz_init_set_ui(factor, 2);
    // The decimal ends exactly when the denominator has no prime factor but 2 and 5, and then after
    // as many digits as the larger of the two exponents.
    const mp_bitcnt_t twos = mpz_remove(rest, mpq_denref(self.value), factor);
    mpz_set_ui(factor, 5);
    const mp_bitcnt_t fives = mpz_remove(rest, rest, factor);
    const bool ends = mpz_cmp_ui(rest, 1) == 0;
    const std::size_t digits = ends ? std::max(twos, fives) : std::size_t{kDecimalDigits};

    mpz_ui_pow_ui(factor, 10, digits);
    mpz_abs(rest, mpq_numref(self.value));
    mpz_mul(rest, rest, factor);
    mpz_tdiv_q(rest, rest, mpq_denref(self.value));
    std::string text = mpz_text(rest);
    mpz_clear(rest);
    mpz_clear(factor);
    if (text.size() <= digits) text.insert(0, digits + 1 - text.size(), '0');
    text.insert(text.size() - digits, 1, '.');
    if (mpq_sgn(self.value) < 0) text.insert(0, 1, '-');
    if (!ends) text += "...";
    return text;
}

Number operator+(const Number& left, const Number& right) {
    if (!Number::Big::both_small(left, right)) return Number::Big::apply(mpq_add, left, right);
    // Each product is below 2^126, so their sum fits.
    return Number::Big::from_parts(Int128{left.numerator_} * right.denominator_ +
                                       Int128{right.numerator_} * left.denominator_,
                                   Int128{left.denominator_} * right.denominator_);
}

Number operator-(const Number& left, const Number& right) {
    if (!Number::Big::both_small(left, right)) return Number::Big::apply(mpq_sub, left, right);
    return Number::Big::from_parts(Int128{left.numerator_} * right.denominator_ -
                                       Int128{right.numerator_} * left.denominator_,
                                   Int128{left.denominator_} * right.denominator_);
}

Number operator*(const Number& left, const Number& right) {
    if (!Number::Big::both_small(left, right)) return Number::Big::apply(mpq_mul, left, right);
    return Number::Big::from_parts(Int128{left.numerator_} * right.numerator_,
                                   Int128{left.denominator_} * right.denominator_);
}

Number operator/(const Number& left, const Number& right) {
    OVERLORD_ASSERT(!(right == Number(0)));
    if (!Number::Big::both_small(left, right)) return Number::Big::apply(mpq_div, left, right);
    return Number::Big::from_parts(Int128{left.numerator_} * right.denominator_,
                                   Int128{left.denominator_} * right.numerator_);
}

int compare(const Number& left, const Number& right) {
    if (Number::Big::both_small(left, right)) {
        const Int128 l = Int128{left.numerator_} * right.denominator_;
        const Int128 r = Int128{right.numerator_} * left.denominator_;
        return l < r ? -1 : l > r ? 1 : 0;
    }
    const Number::Big l(left);
    const Number::Big r(right);
    const int order = mpq_cmp(l.value, r.value);
    return order < 0 ? -1 : order > 0 ? 1 : 0;
}

}  // namespace overlord
