// A sum of multiples of many points by secret scalars, in constant time.
#pragma once

#include <variant>

#include "lanes.hpp"
#include "secret_tables.hpp"

namespace overlord::zk {

// One accumulator for each digit's place; a point goes through all of them while its multiples are
// in the first cache, and the doublings are left to the end. Wiped when it goes.
class SecretSum {
public:
    SecretSum();
    SecretSum(const SecretSum&) = delete;
    SecretSum& operator=(const SecretSum&) = delete;
    ~SecretSum();

    // `multiples` are 1 P to 8 P.
    void add(const Scalar& scalar, const AffineNiels* multiples);
    [[nodiscard]] Point total() const;

private:
    using Plain = std::array<Point, kSecretDigits>;
    [[nodiscard]] Point place(std::size_t i) const;

    std::variant<Plain, lanes::Places> places_;
};

}  // namespace overlord::zk
