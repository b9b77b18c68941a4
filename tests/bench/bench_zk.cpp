// LINKS: overlord_zk overlord_crypto
// The proof system on one thread: what a verifier, a prover and a reader of the log pay. The best
// of five runs, in processor time; without AVX-512 IFMA too, where the processor has it.
//
//   bench_zk [FILE]    lines "NAME<tab>MICROSECONDS" of another implementation stand beside ours:
//                      tests/foreign/zk/dalek makes them (cargo run --release bench > FILE)
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <time.h>

#include "../../src/zk/lanes.hpp"
#include "overlord/crypto/keys.hpp"
#include "overlord/zk/msm.hpp"
#include "overlord/zk/pedersen.hpp"
#include "overlord/zk/range_proof.hpp"

namespace {

using namespace overlord;
using namespace overlord::zk;

constexpr std::string_view kLabel = "zk-overlord1 and the digest of a statement..";
constexpr int kBatch = 64;
constexpr std::size_t kWindow = 43'200;  // a slot a minute for thirty days
constexpr std::size_t kAtATime = 512;

// Of this thread alone, so that what else the machine does counts less.
double cpu_us() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

std::map<std::string, double> others;

void read_others(const char* path) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        const std::size_t tab = line.find('\t');
        if (tab != std::string::npos) others[line.substr(0, tab)] = std::stod(line.substr(tab));
    }
}

// `work` does `count` things at a time.
template <class Work>
void measure(const char* name, std::size_t count, Work&& work) {
    work();  // makes the tables
    double best = 1e18;
    for (int run = 0; run < 5; ++run) {
        std::size_t rounds = 0;
        const double start = cpu_us();
        double took = 0;
        do {
            work();
            ++rounds;
            took = cpu_us() - start;
        } while (took < 200'000);
        best = std::min(best, took / static_cast<double>(rounds * count));
    }
    std::printf("%-40s %12.2f us", name, best);
    const auto found = others.find(name);
    if (found != others.end()) {
        std::printf("   beside %10.2f us, %.2f times as long", found->second, found->second / best);
    }
    std::printf("\n");
    std::fflush(stdout);
}

Scalar random_scalar() {
    std::array<std::uint8_t, 64> bytes;
    crypto::random_bytes(bytes);
    return Scalar::from_wide(bytes);
}

struct Sample {
    unsigned bits;
    std::vector<std::uint64_t> values;
    std::vector<Scalar> blindings;
    std::vector<Point> commitments;
    Bytes proof;

    Sample(unsigned sample_bits, std::size_t count) : bits(sample_bits) {
        for (std::size_t i = 0; i < count; ++i) {
            values.push_back((i + 1) * 0x9e3779b97f4a7c15 >> (64 - bits));
            blindings.push_back(random_scalar());
            commitments.push_back(commit(values.back(), blindings.back()));
        }
        proof = prove();
    }
    [[nodiscard]] Bytes prove() const {
        return *prove_range({as_bytes(kLabel), bits, values, blindings});
    }
    [[nodiscard]] RangeStatement statement() const {
        return {as_bytes(kLabel), bits, commitments};
    }
};

void require(const Status& status) {
    if (status) return;
    std::fprintf(stderr, "bench_zk: %s\n", status.error().message.c_str());
    std::exit(1);
}

void measure_proofs(unsigned bits, std::size_t values) {
    const Sample sample(bits, values);
    const std::string shape = " (" + std::to_string(bits) + "," + std::to_string(values) + ")";
    measure(("prove" + shape).c_str(), 1, [&] { (void)sample.prove(); });
    measure(("verify" + shape).c_str(), 1,
            [&] { require(verify_range(sample.statement(), sample.proof)); });
    measure(("verify" + shape + ", each in a batch of 64").c_str(), kBatch, [&] {
        RangeBatch batch;
        for (int i = 0; i < kBatch; ++i) batch.add(sample.statement(), sample.proof);
        require(batch.verify());
    });
}

void measure_sums() {
    const Scalar blinding = random_scalar();
    measure("commit and encode", 1, [&] { (void)encode(commit(12345, blinding)); });

    std::vector<PointBytes> window;
    for (std::size_t i = 0; i < kWindow; ++i) {
        window.push_back(encode(commit(i, i == 0 ? blinding : Scalar::from_u64(i))));
    }
    measure("window of 43,200: decode and add, each", kWindow, [&] {
        Point total;
        for (std::size_t i = 0; i < window.size(); i += kAtATime) {
            const std::size_t some = std::min(kAtATime, window.size() - i);
            for (const std::optional<Point>& point : decode(std::span(window).subspan(i, some))) {
                total += *point;
            }
        }
        if (total.is_identity()) std::exit(1);
    });
    for (const std::size_t count : {64, 147, 1024, 2090, 8192}) {
        std::vector<Scalar> scalars;
        std::vector<Point> points;
        for (std::size_t i = 0; i < count; ++i) {
            scalars.push_back(random_scalar());
            points.push_back(*decode(window[i]));
        }
        measure(("sum of " + std::to_string(count) + " multiples").c_str(), 1,
                [&] { (void)multiply_vartime(scalars, points); });
    }
}

}  // namespace

int main(int count, char** arguments) {
    require(crypto::initialize());
    if (count > 1) read_others(arguments[1]);
    for (const bool on : {true, false}) {
        lanes::enable(on);
        if (on && !lanes::available()) continue;
        std::printf("%s AVX-512 IFMA\n", on ? "with" : "without");
        measure_sums();
        measure_proofs(64, 1);
        measure_proofs(32, 16);
        measure_proofs(64, 16);
    }
}
