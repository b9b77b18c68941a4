#include "overlord/tlog/merkle.hpp"

#include <catch2/catch.hpp>

#include "sample.hpp"

using namespace overlord;
using namespace overlord::tlog;

namespace {

// The definition of RFC 6962 section 2.1, as directly as it can be written.
Hash reference_root(std::span<const Hash> leaves) {
    if (leaves.size() == 1) return leaves.front();
    std::size_t split = 1;
    while (split * 2 < leaves.size()) split *= 2;
    return node_hash(reference_root(leaves.first(split)), reference_root(leaves.subspan(split)));
}

std::vector<Hash> classic_leaves() {
    std::vector<Hash> hashes;
    for (const char* hex : {"", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                            "606162636465666768696a6b6c6d6e6f"}) {
        hashes.push_back(leaf_hash(*from_hex(hex)));
    }
    return hashes;
}

std::string hex_root(std::span<const Hash> leaves) { return to_hex(root_of(leaves)); }

}  // namespace

TEST_CASE("merkle: the roots of the eight classic leaves", "[tlog]") {
    const char* roots[] = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                           "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                           "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                           "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                           "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                           "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                           "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                           "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    const std::vector<Hash> leaves = classic_leaves();
    CHECK(to_base64(root_of({})) == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    for (std::size_t n = 1; n <= leaves.size(); ++n) {
        CHECK(hex_root(std::span(leaves).first(n)) == roots[n - 1]);
    }
}

TEST_CASE("merkle: the worked example", "[tlog]") {
    CHECK(to_hex(sample::leaf(0)) ==
          "a402b0e36f5aae85457360fcf00a2545b87dd47f310553e7b0d32d6d0ac4400d");
    CHECK(to_hex(node_hash(sample::leaf(0), sample::leaf(1))) ==
          "fc52d71a368a798fd96ec7e5b7ee5f8f9fdd10c7ff9ab146c4eac1e6a0a1b10a");
    CHECK(hex_root(sample::leaves(3)) ==
          "3db67665eea8c26de341668c1d3199f61de4b780a828569a898ce48c28d931f3");
    CHECK(hex_root(sample::leaves(70000)) ==
          "49eb5bb2bfa40df9ceb1f90de77f97b659c3e8ed34e951d22b1e6a2952818bcc");

    MemoryTree tree(sample::leaves(3));
    CHECK(*inclusion_proof(tree, {1, {3}}) == Proof{sample::leaf(0), sample::leaf(2)});
    CHECK(*consistency_proof(tree, {2}, {3}) == Proof{sample::leaf(2)});
}

TEST_CASE("merkle: the frontier agrees with the definition and survives a restart", "[tlog]") {
    const std::vector<Hash> leaves = sample::leaves(300);
    Frontier frontier;
    for (std::size_t n = 0; n < leaves.size(); ++n) {
        frontier.append(leaves[n]);
        CHECK(frontier.root() == reference_root(std::span(leaves).first(n + 1)));
        const Result<Frontier> restored = Frontier::restore(frontier.size(), frontier.hashes());
        REQUIRE(restored);
        CHECK(restored->head() == frontier.head());
        frontier = *restored;
    }
    CHECK(Frontier::restore({3}, {leaves[0]}).error().code == "tlog.frontier");
    CHECK(Frontier::restore({0}, {leaves[0]}).error().code == "tlog.frontier");
}

TEST_CASE("merkle: every proof of small trees is made and verified", "[tlog]") {
    const std::vector<Hash> leaves = sample::leaves(70);
    MemoryTree whole(leaves);
    for (std::uint64_t size = 1; size <= leaves.size(); ++size) {
        const Hash root = root_of(std::span(leaves).first(size));
        CHECK(*tree_root(whole, {size}) == root);
        for (std::uint64_t index = 0; index < size; ++index) {
            CAPTURE(size, index);
            Proof proof = *inclusion_proof(whole, {index, {size}});
            CHECK(verify_inclusion({index, {size}}, leaves[index], proof, root));
            if (size > 1) {
                const LeafPosition other{(index + 1) % size, {size}};
                CHECK_FALSE(verify_inclusion(other, leaves[index], proof, root));
            }
            proof.push_back(root);
            CHECK(verify_inclusion({index, {size}}, leaves[index], proof, root).error().code ==
                  "proof.length");
        }
        for (std::uint64_t older = 1; older <= size; ++older) {
            CAPTURE(size, older);
            const TreeHead old_head{{older}, root_of(std::span(leaves).first(older))};
            Proof proof = *consistency_proof(whole, {older}, {size});
            CHECK(verify_consistency(old_head, {{size}, root}, proof));
            if (!proof.empty()) {
                proof.back()[0] ^= 1;
                CHECK_FALSE(verify_consistency(old_head, {{size}, root}, proof));
                proof.pop_back();
                CHECK_FALSE(verify_consistency(old_head, {{size}, root}, proof));
            }
        }
    }
}

TEST_CASE("merkle: positions that no proof can be about are refused", "[tlog]") {
    const std::vector<Hash> leaves = sample::leaves(4);
    const Hash root = root_of(leaves);
    CHECK(verify_inclusion({4, {4}}, leaves[0], {}, root).error().code == "proof.range");
    CHECK(verify_inclusion({0, {0}}, leaves[0], {}, root).error().code == "proof.range");
    CHECK(verify_consistency({{0}, root_of({})}, {{4}, root}, {}).error().code == "proof.range");
    CHECK(verify_consistency({{5}, root}, {{4}, root}, {}).error().code == "proof.range");
    const TreeHead huge{{UINT64_MAX}, root};
    CHECK_FALSE(verify_consistency({{UINT64_MAX - 1}, root}, huge, Proof(63, root)));
    CHECK_FALSE(verify_inclusion({UINT64_MAX - 1, {UINT64_MAX}}, root, Proof(63, root), root));
}
