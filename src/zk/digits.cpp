#include "digits.hpp"

#include "overlord/base/assert.hpp"
#include "overlord/crypto/keys.hpp"

namespace overlord::zk {
namespace {

struct Words {
    std::array<std::uint64_t, 5> words{};  // one more, so that windows may reach past the end

    explicit Words(const Scalar& scalar) {
        ScalarBytes bytes = scalar.encode();
        for (std::size_t i = 0; i < 4; ++i) words[i] = get_u64_le(&bytes[8 * i]);
        crypto::wipe(bytes);
    }
    ~Words() {
        crypto::wipe({reinterpret_cast<std::uint8_t*>(words.data()), sizeof words});
    }
    Words(const Words&) = delete;
    Words& operator=(const Words&) = delete;

    [[nodiscard]] std::uint64_t window(std::size_t bit, int width) const {
        const std::size_t word = bit / 64;
        const std::size_t shift = bit % 64;
        // Two shifts, as one by 64 is not defined.
        const std::uint64_t bits = words[word] >> shift | (words[word + 1] << 1) << (63 - shift);
        return bits & ((std::uint64_t{1} << width) - 1);
    }
};

}  // namespace

void to_radix(const Scalar& scalar, int width, std::int16_t* digits) {
    OVERLORD_ASSERT(width >= 2 && width <= 15);
    const Words words(scalar);
    const std::size_t count = radix_digits(width);
    const std::int32_t half = std::int32_t{1} << (width - 1);
    std::int32_t carry = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto bits = static_cast<std::int32_t>(
            words.window(i * static_cast<std::size_t>(width), width));
        const std::int32_t digit = bits + carry;
        // The last digit keeps its carry: a scalar is below 2^252 + 2^125, so it stays small.
        carry = i + 1 < count ? (digit + half) >> width : 0;
        digits[i] = static_cast<std::int16_t>(digit - (carry << width));
    }
}

Naf to_naf(const Scalar& scalar, int width) {
    OVERLORD_ASSERT(width >= 2 && width <= 8);
    const Words words(scalar);
    Naf naf{};
    std::uint64_t carry = 0;
    for (std::size_t bit = 0; bit < naf.size();) {
        const std::uint64_t window = words.window(bit, width) + carry;
        if ((window & 1) == 0) {
            ++bit;
            continue;
        }
        carry = window >> (width - 1) & 1;
        naf[bit] = static_cast<std::int8_t>(static_cast<std::int64_t>(window) -
                                            static_cast<std::int64_t>(carry << width));
        bit += static_cast<std::size_t>(width);
    }
    return naf;
}

}  // namespace overlord::zk
