// LINKS: overlord_zk overlord_crypto
// Does the time of what handles secrets depend on them? After dudect (Reparaz, Balasch,
// Verbauwhede 2017): two classes of inputs in random order, Welch's t-test on what they took. |t|
// above 4.5 is a leak. A control that does leak shows that the measurement would see one.
//
//   bench_zk_timing [THOUSANDS]    of measurements for each subject, 100 unless said otherwise
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include <time.h>

#include "../../src/zk/lanes.hpp"
#include "../../src/zk/secret_sum.hpp"
#include "overlord/crypto/keys.hpp"
#include "overlord/zk/msm.hpp"
#include "overlord/zk/pedersen.hpp"
#include "overlord/zk/range_proof.hpp"

namespace {

using namespace overlord;
using namespace overlord::zk;

constexpr double kLeak = 4.5;

double now_ns() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

struct Sample {
    bool second;  // of the two classes
    double took;
};

// Of the samples that took less than `limit`.
double welch_t(const std::vector<Sample>& samples, double limit) {
    double count[2] = {}, sum[2] = {}, squares[2] = {};
    for (const Sample& sample : samples) {
        if (sample.took >= limit) continue;
        const int c = sample.second ? 1 : 0;
        count[c] += 1;
        sum[c] += sample.took;
        squares[c] += sample.took * sample.took;
    }
    const double mean[2] = {sum[0] / count[0], sum[1] / count[1]};
    double variance = 0;
    for (int c = 0; c < 2; ++c) {
        variance += (squares[c] / count[c] - mean[c] * mean[c]) / (count[c] - 1);
    }
    return (mean[0] - mean[1]) / std::sqrt(variance);
}

// The largest |t|, of all samples and without the slowest ones, which are interrupts.
double largest_t(const std::vector<Sample>& samples) {
    std::vector<double> sorted;
    for (const Sample& sample : samples) sorted.push_back(sample.took);
    std::sort(sorted.begin(), sorted.end());
    double largest = std::abs(welch_t(samples, sorted.back() + 1));
    for (const double part : {0.99, 0.9, 0.75, 0.5}) {
        const auto at = static_cast<std::size_t>(part * static_cast<double>(sorted.size()));
        largest = std::max(largest, std::abs(welch_t(samples, sorted[at])));
    }
    return largest;
}

Scalar random_scalar() {
    std::array<std::uint8_t, 64> bytes;
    crypto::random_bytes(bytes);
    return Scalar::from_wide(bytes);
}

struct Input {
    bool second;
    Scalar scalar;
    std::uint64_t value;
};

// The first class has the scalar one, whose digits are nearly all zero, and the value zero; the
// second any scalar and all bits. Made before anything is measured, so that making them leaves no
// trace in the processor.
std::vector<Input> inputs(int count, std::uint64_t all_bits) {
    std::mt19937_64 random(std::random_device{}());
    std::vector<Input> out;
    for (int i = 0; i < count; ++i) {
        const bool second = (random() & 1) != 0;
        out.push_back({second, second ? random_scalar() : Scalar::from_u64(1),
                       second ? all_bits : 0});
    }
    return out;
}

template <class Work>
double measure(const char* name, int count, std::uint64_t all_bits, Work&& work) {
    const std::vector<Input> all = inputs(count, all_bits);
    std::vector<Sample> samples;
    samples.reserve(all.size());
    for (const Input& input : all) {
        const double start = now_ns();
        work(input);
        samples.push_back({input.second, now_ns() - start});
    }
    samples.erase(samples.begin(), samples.begin() + count / 20);  // while caches fill
    const double t = largest_t(samples);
    std::printf("%-34s %8d runs   |t| = %6.2f\n", name, count, t);
    std::fflush(stdout);
    return t;
}

bool measure_secrets(int count) {
    const Scalar other = random_scalar();
    const Point base = blinding_base();
    const std::vector<AffineNiels> multiples = multiples_of({&base, 1});
    const std::array<std::uint8_t, 44> label{};
    Scalar kept;  // so that nothing is left out as unused
    double largest = 0;
    const auto check = [&](double t) { largest = std::max(largest, t); };

    check(measure("scalar product", count, 0, [&](const Input& input) {
        Scalar product = input.scalar;
        for (int i = 0; i < 64; ++i) product *= other;
        kept += product;
    }));
    check(measure("scalar inverse", count, 0,
                  [&](const Input& input) { kept += input.scalar.invert(); }));
    check(measure("commit, blinding", count, 0,
                  [&](const Input& input) { (void)commit(7, input.scalar); }));
    check(measure("commit, value", count, ~std::uint64_t{0},
                  [&](const Input& input) { (void)commit(input.value, other); }));
    check(measure("sum of secret multiples", count, 0, [&](const Input& input) {
        SecretSum sum;
        sum.add(input.scalar, multiples.data());
    }));
    check(measure("prove (8,1), 0 or 255", count / 4, 255, [&](const Input& input) {
        (void)prove_range({label, 8, {&input.value, 1}, {&other, 1}});
    }));
    return largest < kLeak && !kept.is_zero();
}

}  // namespace

int main(int count, char** arguments) {
    if (!crypto::initialize()) return 2;
    const int runs = 1000 * (count > 1 ? std::atoi(arguments[1]) : 100);
    bool good = true;
    for (const bool on : {true, false}) {
        lanes::enable(on);
        if (on && !lanes::available()) continue;
        std::printf("%s\n", on ? "with AVX-512 IFMA" : "without");
        good = measure_secrets(runs) && good;
    }
    const Point point = Point::base();
    const double control =
        measure("control: not constant time", runs / 10, 0, [&](const Input& input) {
            (void)multiply_vartime({&input.scalar, 1}, {&point, 1});
        });
    if (control < kLeak) {
        std::printf("the control shows no leak: the measurement says nothing\n");
        return 2;
    }
    std::printf(good ? "no leak seen\n" : "a leak\n");
    return good ? 0 : 1;
}
