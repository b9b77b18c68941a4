// Range proofs to and from other implementations, one a line, in hex and decimal:
//
//   zk_cases make ROUNDS MUTATIONS   BITS LABEL COMMITMENT,... PROOF 1|0
//       ROUNDS proofs of each shape, then so many changed ones; the last word is our verdict
//   zk_cases check                   BITS LABEL VALUE,... BLINDING,... COMMITMENT,... PROOF
//       from standard input; each must be what we commit to and accept
#include <cstdio>
#include <iostream>
#include <string>

#include "../zk/mutations.hpp"
#include "overlord/crypto/keys.hpp"
#include "overlord/zk/pedersen.hpp"

namespace {

using namespace overlord;
using namespace overlord::zk;

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> out(1);
    for (const char c : text) {
        if (c == separator) {
            out.emplace_back();
        } else {
            out.back().push_back(c);
        }
    }
    return out;
}

int make(int rounds, int mutations) {
    for (int round = 0; round < rounds; ++round) {
        for (const unsigned bits : {8u, 16u, 32u, 64u}) {
            // All shapes twice, then the small ones.
            for (std::size_t count = 1; count <= 16 && (round < 2 || bits * count <= 64);
                 count *= 2) {
                const RangeCase good = random_case(bits, count);
                std::printf("%s %d\n", to_line(good).c_str(), accepts(good) ? 1 : 0);
            }
        }
    }
    Mutations changed(2);
    for (int i = 0; i < mutations; ++i) {
        const RangeCase bad = changed.next();
        std::printf("%s %d\n", to_line(bad).c_str(), accepts(bad) ? 1 : 0);
    }
    return 0;
}

bool check_line(const std::string& line) {
    const std::vector<std::string> words = split(line, ' ');
    if (words.size() != 6) return false;
    const std::vector<std::string> values = split(words[2], ',');
    const std::vector<std::string> blindings = split(words[3], ',');
    const std::vector<std::string> commitments = split(words[4], ',');
    if (values.size() != commitments.size() || blindings.size() != commitments.size()) return false;
    RangeCase out;
    out.bits = static_cast<unsigned>(std::stoul(words[0]));
    out.label = *from_hex(words[1]);
    out.proof = *from_hex(words[5]);
    for (std::size_t i = 0; i < commitments.size(); ++i) {
        const std::optional<Scalar> blinding = Scalar::decode(*from_hex(blindings[i]));
        if (!blinding) return false;
        out.commitments.push_back(encode(commit(std::stoull(values[i]), *blinding)));
        if (to_hex(out.commitments.back()) != commitments[i]) return false;
    }
    return accepts(out);
}

int check() {
    std::size_t count = 0;
    for (std::string line; std::getline(std::cin, line); ++count) {
        if (check_line(line)) continue;
        std::printf("refused although it is good: %s\n", line.c_str());
        return 1;
    }
    std::printf("we accepted %zu proofs of dalek, and their commitments are ours\n", count);
    return count == 0 ? 1 : 0;
}

}  // namespace

int main(int count, char** arguments) {
    if (!crypto::initialize()) return 2;
    const std::string command = count > 1 ? arguments[1] : "";
    if (command == "make" && count == 4) {
        return make(std::stoi(arguments[2]), std::stoi(arguments[3]));
    }
    if (command == "check" && count == 2) return check();
    std::fprintf(stderr, "usage: zk_cases make ROUNDS MUTATIONS | check\n");
    return 2;
}
