#include "secret_tables.hpp"

#include "overlord/crypto/keys.hpp"

namespace overlord::zk {

AffineNiels pick(const AffineNiels* multiples, std::int16_t digit) {
    const auto wide = static_cast<std::int64_t>(digit);
    const auto sign = static_cast<std::uint64_t>(wide >> 63);  // all ones or zero
    const std::uint64_t magnitude = (static_cast<std::uint64_t>(wide) ^ sign) - sign;
    AffineNiels entry;  // of zero: the identity
    for (std::uint64_t i = 0; i < kSecretEntries; ++i) {
        const std::uint64_t is_it = ((magnitude ^ (i + 1)) - 1) >> 63;
        entry = select(entry, multiples[i], is_it);
    }
    return select(entry, negate(entry), sign & 1);
}

std::vector<AffineNiels> multiples_of(std::span<const Point> points) {
    std::vector<Point> multiples;
    multiples.reserve(points.size() * kSecretEntries);
    for (const Point& point : points) {
        const ProjectiveNiels step = prepare(point);
        Point multiple;
        for (std::size_t i = 0; i < kSecretEntries; ++i) {
            multiple = add(multiple, step);
            multiples.push_back(multiple);
        }
    }
    return prepare_affine(multiples);
}

SecretTable::SecretTable(const Point& base) {
    std::vector<Point> powers;
    Point power = base;
    for (std::size_t i = 0; i < kSecretDigits; ++i) {
        powers.push_back(power);
        for (int bit = 0; bit < kSecretWidth; ++bit) power = twice(power);
    }
    multiples_ = multiples_of(powers);
}

Point SecretTable::multiply(const Scalar& scalar, int bits) const {
    std::array<std::int16_t, kSecretDigits> digits;
    to_radix(scalar, kSecretWidth, digits.data());
    // One digit more for the carry.
    const std::size_t count =
        std::min(kSecretDigits, static_cast<std::size_t>(bits / kSecretWidth + 1));
    Point total;
    for (std::size_t i = 0; i < count; ++i) {
        total = add(total, pick(&multiples_[i * kSecretEntries], digits[i]));
    }
    crypto::wipe({reinterpret_cast<std::uint8_t*>(digits.data()), sizeof digits});
    return total;
}

}  // namespace overlord::zk
