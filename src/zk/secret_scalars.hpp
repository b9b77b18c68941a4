// A list of scalars that are secrets: wiped when it goes, not copyable. Reserves once, so that no
// older copy stays behind.
#pragma once

#include <span>
#include <vector>

#include "overlord/zk/scalar.hpp"

namespace overlord::zk {

class SecretScalars {
public:
    explicit SecretScalars(std::size_t size) : values_(size) {}
    SecretScalars(SecretScalars&&) noexcept = default;
    SecretScalars(const SecretScalars&) = delete;
    SecretScalars& operator=(const SecretScalars&) = delete;
    ~SecretScalars() { wipe(values_); }

    [[nodiscard]] Scalar& operator[](std::size_t i) { return values_[i]; }
    [[nodiscard]] const Scalar& operator[](std::size_t i) const { return values_[i]; }
    [[nodiscard]] std::size_t size() const { return values_.size(); }
    [[nodiscard]] std::span<const Scalar> view() const { return values_; }

private:
    std::vector<Scalar> values_;
};

}  // namespace overlord::zk
