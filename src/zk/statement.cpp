#include "overlord/zk/statement.hpp"

#include <algorithm>

#include "encoding.hpp"
#include "label.hpp"
#include "overlord/base/assert.hpp"
#include "overlord/crypto/sha256.hpp"

namespace overlord::zk {
namespace {

constexpr std::string_view kLabelName = "zk-overlord1";
constexpr int kBoundBits = 250;  // half the group's order is above 2^251

int bit_length(Uint128 value) {
    int length = 0;
    for (; value != 0; value >>= 1) ++length;
    return length;
}

Uint128 magnitude(Int128 value) {
    const auto bits = static_cast<Uint128>(value);
    return value < 0 ? ~bits + 1 : bits;
}

// Is value * count * 2^bits < 2^limit? Exact where it fits, which 128 bits of value times 64 of
// count may not: lengths add up to within one.
bool product_below(Uint128 value, std::uint64_t count, std::uint32_t bits, int limit) {
    if (value == 0 || count == 0) return true;
    const int length = bit_length(value) + bit_length(count) + static_cast<int>(bits);
    return length <= limit;  // value*count < 2^(length of both)
}

}  // namespace

Label label_of(const Bytes& canonical) {
    Label out;
    const Hash digest = crypto::sha256(canonical);
    static_assert(kLabelName.size() + std::tuple_size_v<Hash> == std::tuple_size_v<Label>);
    std::copy(kLabelName.begin(), kLabelName.end(), out.begin());
    std::copy(digest.begin(), digest.end(), out.begin() + kLabelName.size());
    return out;
}

Direction opposite(Direction direction) {
    return direction == Direction::kHolds ? Direction::kFails : Direction::kHolds;
}

LinearForm linear_form(const Limit& limit, Direction direction) {
    OVERLORD_ASSERT(limit.q > 0 && (limit.absolute || limit.p <= limit.q));
    LinearForm form;
    form.bad = -static_cast<Int128>(limit.q);
    if (limit.absolute) {
        form.constant = static_cast<Int128>(limit.p);
    } else {
        form.total = static_cast<Int128>(limit.q) - static_cast<Int128>(limit.p);
    }
    if (limit.strict) form.constant -= 1;
    if (direction == Direction::kHolds) return form;
    // not (x >= 0) is -x - 1 >= 0 for an integer x, and not (x - 1 >= 0) is -x >= 0.
    return LinearForm{-form.bad, -form.total, -form.constant - 1};
}

Result<Int128> evaluate(const LinearForm& form, const WindowSums& sums) {
    Int128 bad = 0;
    Int128 total = 0;
    Int128 value = 0;
    const bool wraps =
        __builtin_mul_overflow(form.bad, static_cast<Int128>(sums.bad), &bad) ||
        __builtin_mul_overflow(form.total, static_cast<Int128>(sums.total), &total) ||
        __builtin_add_overflow(bad, total, &value) ||
        __builtin_add_overflow(value, form.constant, &value);
    if (wraps) return Error{"statement.range", "a sum of slots has more than 128 bits"};
    return value;
}

Result<Direction> direction_of(const Limit& limit, const WindowSums& sums) {
    const Result<Int128> value = evaluate(linear_form(limit, Direction::kHolds), sums);
    if (!value) return value.error();
    return *value >= 0 ? Direction::kHolds : Direction::kFails;
}

Status check_bound(const LinearForm& form, std::uint64_t count, std::uint32_t bits) {
    // Three terms below 2^(bound - 2) are together below 2^bound.
    constexpr int kTermBits = kBoundBits - 2;
    const bool small = bits <= kVerdictBits && bit_length(magnitude(form.constant)) <= kTermBits &&
                       product_below(magnitude(form.bad), count, bits, kTermBits) &&
                       product_below(magnitude(form.total), count, bits, kTermBits);
    if (small) return {};
    return Error{"statement.bound",
                 "a window of " + std::to_string(count) + " slots of " + std::to_string(bits) +
                     " bits could wrap around with these coefficients"};
}

std::uint32_t padded_width(std::size_t values) {
    OVERLORD_ASSERT(values > 0 && values <= kAggregationMax);
    std::uint32_t padded = 1;
    while (padded < values) padded *= 2;
    return padded;
}

Bytes canonical_bytes(const RangeSubject& subject) {
    Bytes out;
    put_tag(out, "zk-overlords/range/v1");
    put_prefixed(out, subject.origin);
    put_bytes(out, subject.stream);
    put_u64_be(out, subject.first);
    put_u64_be(out, subject.count);
    put_u32_be(out, subject.bits);
    put_u32_be(out, padded_width(2 * subject.count));
    return out;
}

Label label(const RangeSubject& subject) {
    return label_of(canonical_bytes(subject));
}

Bytes canonical_bytes(const VerdictSubject& subject) {
    Bytes out;
    put_tag(out, "zk-overlords/statement/v1");
    put_prefixed(out, subject.origin);
    put_u64_be(out, subject.size);
    for (const Hash* hash :
         {&subject.root, &subject.bundle, &subject.plan, &subject.attestation}) {
        put_bytes(out, *hash);
    }
    put_u32_be(out, kVerdictBits);
    put_u32_be(out, padded_width(subject.windows.size()));
    put_u32_be(out, static_cast<std::uint32_t>(subject.windows.size()));
    for (const WindowStatement& window : subject.windows) {
        put_bytes(out, window.stream);
        put_u64_be(out, window.first);
        put_u64_be(out, window.count);
        put_i128_be(out, window.form.bad);
        put_i128_be(out, window.form.total);
        put_i128_be(out, window.form.constant);
        out.push_back(static_cast<std::uint8_t>(window.direction));
    }
    return out;
}

Label label(const VerdictSubject& subject) {
    return label_of(canonical_bytes(subject));
}

}  // namespace overlord::zk
