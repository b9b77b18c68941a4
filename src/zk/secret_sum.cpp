#include "secret_sum.hpp"

#include "overlord/crypto/keys.hpp"

namespace overlord::zk {

SecretSum::SecretSum() {
    if (lanes::available()) places_.emplace<lanes::Places>();
}

SecretSum::~SecretSum() {
    std::visit(
        [](auto& places) {
            crypto::wipe({reinterpret_cast<std::uint8_t*>(&places), sizeof places});
        },
        places_);
}

void SecretSum::add(const Scalar& scalar, const AffineNiels* multiples) {
    std::array<std::int16_t, kSecretDigits> digits;
    to_radix(scalar, kSecretWidth, digits.data());
    if (auto* vectors = std::get_if<lanes::Places>(&places_)) {
        lanes::add_secret(*vectors, multiples, digits.data());
    } else {
        Plain& plain = std::get<Plain>(places_);
        for (std::size_t i = 0; i < kSecretDigits; ++i) {
            plain[i] = zk::add(plain[i], pick(multiples, digits[i]));
        }
    }
    crypto::wipe({reinterpret_cast<std::uint8_t*>(digits.data()), sizeof digits});
}

Point SecretSum::place(std::size_t i) const {
    if (const auto* vectors = std::get_if<lanes::Places>(&places_)) return vectors->at(i);
    return std::get<Plain>(places_)[i];
}

Point SecretSum::total() const {
    Point total;
    for (std::size_t i = kSecretDigits; i-- > 0;) {
        for (int bit = 0; bit < kSecretWidth; ++bit) total = twice(total);
        total += place(i);
    }
    return total;
}

}  // namespace overlord::zk
