// Merkle trees of RFC 6962 section 2.1 (RFC 9162 section 2.1), SHA-256: hashes, roots and proofs.
// Pure computation, any thread; the verifying half is all that an auditor needs.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "overlord/base/bytes.hpp"
#include "overlord/base/result.hpp"
#include "overlord/base/strong.hpp"

namespace overlord::tlog {

using Proof = std::vector<Hash>;  // the sibling nearest to the leaf comes first

inline constexpr std::size_t kProofHashesMax = 63;  // C2SP tlog-proof; trees below 2^63 leaves

struct TreeHead {
    TreeSize size;
    Hash root{};
    bool operator==(const TreeHead&) const = default;
};

struct LeafPosition {
    std::uint64_t index = 0;  // of the leaf, from 0
    TreeSize size;            // of the tree that the proof is for
};

// The leaves [start, end); a valid one has `start` at a multiple of the next power of two of its
// size (draft-ietf-plants-merkle-tree-certs section 4).
struct Subtree {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
};

[[nodiscard]] Hash leaf_hash(ByteView entry);                       // SHA-256(00 | entry)
[[nodiscard]] Hash node_hash(const Hash& left, const Hash& right);  // SHA-256(01 | left | right)
[[nodiscard]] Hash root_of(std::span<const Hash> leaf_hashes);      // of none: SHA-256("")

// Each verification fails with one of: proof.range (positions that no proof can be about),
// proof.length (too many or too few hashes), proof.mismatch.
[[nodiscard]] Status verify_inclusion(LeafPosition leaf, const Hash& leaf_hash, const Proof& proof,
                                      const Hash& root);
// The tree `newer` has the tree `older` as its beginning. An older size of 0 is refused here: a
// proof from nothing says nothing, and whoever starts from nothing knows it.
[[nodiscard]] Status verify_consistency(const TreeHead& older, const TreeHead& newer,
                                        const Proof& proof);
[[nodiscard]] Status verify_subtree_inclusion(std::uint64_t index, Subtree subtree,
                                              const Hash& leaf_hash, const Proof& proof,
                                              const Hash& subtree_root);
[[nodiscard]] Status verify_subtree_consistency(Subtree subtree, const Hash& subtree_root,
                                                const TreeHead& tree, const Proof& proof);

// The right edge of a tree: what is needed to append to it and to know its root, in 32 bytes for
// each bit that is set in the size.
class Frontier {
public:
    Frontier() = default;
    // From size() and hashes() of an earlier one. Code: tlog.frontier.
    [[nodiscard]] static Result<Frontier> restore(TreeSize size, std::vector<Hash> hashes);

    void append(const Hash& leaf_hash);
    [[nodiscard]] TreeSize size() const { return size_; }
    [[nodiscard]] Hash root() const;
    [[nodiscard]] TreeHead head() const { return {size_, root()}; }
    [[nodiscard]] const std::vector<Hash>& hashes() const { return hashes_; }

private:
    TreeSize size_;
    std::vector<Hash> hashes_;  // roots of perfect subtrees, the largest (leftmost) first
};

// Root of the perfect subtree of leaves [index << level, (index + 1) << level).
struct NodeId {
    unsigned level = 0;
    std::uint64_t index = 0;
};

// Where proofs are made from. Implementations own their own errors.
class NodeReader {
public:
    virtual ~NodeReader() = default;
    [[nodiscard]] virtual Result<Hash> node(NodeId id) = 0;
};

// Proofs from a reader that holds at least `size` leaves (asserted: index < size; from <= to).
[[nodiscard]] Result<Hash> tree_root(NodeReader& nodes, TreeSize size);
[[nodiscard]] Result<Proof> inclusion_proof(NodeReader& nodes, LeafPosition leaf);
[[nodiscard]] Result<Proof> consistency_proof(NodeReader& nodes, TreeSize from, TreeSize to);

// A whole tree in memory, for the inner tree of a block: 64 bytes a leaf.
class MemoryTree final : public NodeReader {
public:
    explicit MemoryTree(std::vector<Hash> leaf_hashes);
    [[nodiscard]] TreeSize size() const { return {levels_.front().size()}; }
    [[nodiscard]] Hash root();
    [[nodiscard]] Result<Hash> node(NodeId id) override;  // asserts that the node is there

private:
    std::vector<std::vector<Hash>> levels_;
};

}  // namespace overlord::tlog
