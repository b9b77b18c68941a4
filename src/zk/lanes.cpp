#include "lanes.hpp"

#include <atomic>

namespace overlord::zk::lanes {
namespace {

bool supported() {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512ifma") != 0;
#else
    return false;
#endif
}

std::atomic<bool>& switched_on() {
    static std::atomic<bool> on = supported();
    return on;
}

}  // namespace

bool available() {
    return switched_on().load(std::memory_order_relaxed);
}

void enable(bool on) {
    switched_on().store(on && supported(), std::memory_order_relaxed);
}

Places::Places() : words{} {
    // Identities: y = z = 1.
    for (std::size_t group = 0; group < 8; ++group) {
        for (std::size_t lane = 0; lane < kCount; ++lane) {
            words[(group * 20 + 5) * kCount + lane] = 1;
            words[(group * 20 + 10) * kCount + lane] = 1;
        }
    }
}

Point Places::at(std::size_t place) const {
    const std::size_t group = place / kCount;
    const std::size_t lane = place % kCount;
    std::array<FieldElement, 4> coordinates;
    for (std::size_t word = 0; word < 20; ++word) {
        coordinates[word / 5].limbs[word % 5] = words[(group * 20 + word) * kCount + lane];
    }
    return {coordinates[0], coordinates[1], coordinates[2], coordinates[3]};
}

}  // namespace overlord::zk::lanes
