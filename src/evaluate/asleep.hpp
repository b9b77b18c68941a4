// The state of a measure that nothing was heard of for a while: the bytes that it writes into a
// state, in one block of memory. Most measures of a system hear of something once in hours; as
// bytes they take a fifth to a tenth of what they take as objects.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>

#include "overlord/base/bytes.hpp"

namespace overlord::evaluate {

class Asleep {
public:
    Asleep() = default;
    explicit Asleep(ByteView state)
        : block_(std::make_unique_for_overwrite<std::uint8_t[]>(kSizeBytes + state.size())) {
        const auto size = static_cast<std::uint32_t>(state.size());
        std::memcpy(block_.get(), &size, kSizeBytes);
        std::copy(state.begin(), state.end(), block_.get() + kSizeBytes);
    }
    [[nodiscard]] bool empty() const { return block_ == nullptr; }
    [[nodiscard]] ByteView state() const {  // not of an empty one
        std::uint32_t size = 0;
        std::memcpy(&size, block_.get(), kSizeBytes);
        return {block_.get() + kSizeBytes, size};
    }

private:
    static constexpr std::size_t kSizeBytes = sizeof(std::uint32_t);
    std::unique_ptr<std::uint8_t[]> block_;  // the size of the state, then the state
};

}  // namespace overlord::evaluate
