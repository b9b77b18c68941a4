// The crash marker: 64 bytes in a file that daemon and engine have mapped. Before an item is looked
// at, the engine writes here which one it is; if the engine dies, the daemon reads it.
#pragma once

#include <cstdint>

namespace overlord::evaluate {

inline constexpr std::uint64_t kMarkerMagic = 0x314b52414d4f4b5aull;  // "ZKOMARK1", little-endian

struct Marker {
    std::uint64_t magic = kMarkerMagic;
    std::uint64_t batch = 0;
    std::uint32_t item = 0;    // index in the batch; kNoItem: a deadline that no item caused
    std::uint32_t active = 0;  // 1 while the batch is being evaluated
    std::uint8_t reserved[40] = {};
};
static_assert(sizeof(Marker) == 64);

}  // namespace overlord::evaluate
