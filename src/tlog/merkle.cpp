#include "overlord/tlog/merkle.hpp"

#include <algorithm>
#include <bit>

#include "overlord/crypto/sha256.hpp"

namespace overlord::tlog {
namespace {

constexpr std::uint8_t kLeafPrefix[1] = {0x00};
constexpr std::uint8_t kNodePrefix[1] = {0x01};

Error mismatch(const char* what) { return Error{"proof.mismatch", what}; }
Error wrong_length() { return Error{"proof.length", "the proof has the wrong number of hashes"}; }

// The walk of RFC 9162 sections 2.1.3.2 and 2.1.4.2 from a node on level 0 towards the root: `node`
// is where it stands and `last` the last node of that level.
struct Walk {
    std::uint64_t node;
    std::uint64_t last;
    void up() {
        node >>= 1;
        last >>= 1;
    }
};

bool is_valid(Subtree subtree) {
    if (subtree.start >= subtree.end) return false;
    const std::uint64_t size = subtree.end - subtree.start;
    if (size > std::uint64_t{1} << 63) return false;
    return subtree.start % std::bit_ceil(size) == 0;
}

// Root of [start, end), which is aligned as every subtree of an RFC 6962 tree is.
Result<Hash> range_root(NodeReader& nodes, Subtree range) {
    const std::uint64_t size = range.end - range.start;
    const auto level = static_cast<unsigned>(std::bit_width(size) - 1);
    if (std::has_single_bit(size)) return nodes.node({level, range.start >> level});
    const std::uint64_t middle = range.start + std::bit_floor(size);
    const Result<Hash> left = range_root(nodes, {range.start, middle});
    if (!left) return left;
    const Result<Hash> right = range_root(nodes, {middle, range.end});
    if (!right) return right;
    return node_hash(*left, *right);
}

std::uint64_t split_of(Subtree range) {
    return range.start + std::bit_floor(range.end - range.start - 1);
}

// The sides of the path come from the root downwards; a proof lists them upwards.
Result<Proof> collect(NodeReader& nodes, std::vector<Subtree> sides) {
    Proof proof;
    proof.reserve(sides.size());
    std::reverse(sides.begin(), sides.end());
    for (const Subtree side : sides) {
        const Result<Hash> hash = range_root(nodes, side);
        if (!hash) return hash.error();
        proof.push_back(*hash);
    }
    return proof;
}

}  // namespace

Hash leaf_hash(ByteView entry) { return crypto::sha256({kLeafPrefix, entry}); }

Hash node_hash(const Hash& left, const Hash& right) {
    return crypto::sha256({kNodePrefix, left, right});
}

Hash root_of(std::span<const Hash> leaf_hashes) {
    Frontier frontier;
    for (const Hash& hash : leaf_hashes) frontier.append(hash);
    return frontier.root();
}

Status verify_inclusion(LeafPosition leaf, const Hash& leaf_hash, const Proof& proof,
                        const Hash& root) {
    if (leaf.index >= leaf.size.value) {
        return Error{"proof.range", "leaf " + std::to_string(leaf.index) +
                                        " is not in a tree of size " +
                                        std::to_string(leaf.size.value)};
    }
    Walk walk{leaf.index, leaf.size.value - 1};
    Hash hash = leaf_hash;
    for (const Hash& side : proof) {
        if (walk.last == 0) return wrong_length();
        // On the right edge of an incomplete tree there are levels without a sibling.
        while (walk.node == walk.last && walk.node % 2 == 0) walk.up();
        hash = walk.node % 2 == 1 ? node_hash(side, hash) : node_hash(hash, side);
        walk.up();
    }
    if (walk.last != 0) return wrong_length();
    if (hash != root) return mismatch("the inclusion proof leads to another root");
    return {};
}

Status verify_consistency(const TreeHead& older, const TreeHead& newer, const Proof& proof) {
    if (older.size.value == 0) {
        return Error{"proof.range", "a consistency proof from size 0 says nothing"};
    }
    return verify_subtree_consistency({0, older.size.value}, older.root, newer, proof);
}

Status verify_subtree_inclusion(std::uint64_t index, Subtree subtree, const Hash& leaf_hash,
                                const Proof& proof, const Hash& subtree_root) {
    if (!is_valid(subtree) || index < subtree.start || index >= subtree.end) {
        return Error{"proof.range", "not a leaf of a valid subtree"};
    }
    return verify_inclusion({index - subtree.start, {subtree.end - subtree.start}}, leaf_hash,
                            proof, subtree_root);
}

Status verify_subtree_consistency(Subtree subtree, const Hash& subtree_root, const TreeHead& tree,
                                  const Proof& proof) {
    if (subtree.start == subtree.end && subtree.end <= tree.size.value) {
        if (!proof.empty()) return wrong_length();
        if (subtree_root != root_of({})) return mismatch("not the root of an empty subtree");
        return {};
    }
    if (!is_valid(subtree) || subtree.end > tree.size.value) {
        return Error{"proof.range", "not a valid subtree of the tree"};
    }
    std::uint64_t first = subtree.start;
    Walk walk{subtree.end - 1, tree.size.value - 1};
    const auto up = [&] {
        first >>= 1;
        walk.up();
    };
    // Up to the top of the last perfect part of the subtree: from there the proof goes on.
    const bool at_edge = walk.node == walk.last;
    while (first != walk.node && (at_edge || walk.node % 2 == 1)) up();

    std::span<const Hash> sides(proof);
    Hash seed = subtree_root;
    if (first != walk.node) {
        if (sides.empty()) return wrong_length();
        seed = sides.front();
        sides = sides.subspan(1);
    }
    Hash small = seed;
    Hash large = seed;
    for (const Hash& side : sides) {
        if (walk.last == 0) return wrong_length();
        if (walk.node % 2 == 1 || walk.node == walk.last) {
            if (first < walk.node) small = node_hash(side, small);
            large = node_hash(side, large);
            while (walk.node % 2 == 0) up();
        } else {
            large = node_hash(large, side);
        }
        up();
    }
    if (walk.last != 0) return wrong_length();
    if (small != subtree_root) return mismatch("the consistency proof leads to another older root");
    if (large != tree.root) return mismatch("the consistency proof leads to another newer root");
    return {};
}

Result<Frontier> Frontier::restore(TreeSize size, std::vector<Hash> hashes) {
    if (hashes.size() != static_cast<std::size_t>(std::popcount(size.value))) {
        return Error{"tlog.frontier", "the number of hashes does not fit the size of the tree"};
    }
    Frontier frontier;
    frontier.size_ = size;
    frontier.hashes_ = std::move(hashes);
    return frontier;
}

void Frontier::append(const Hash& leaf_hash) {
    Hash hash = leaf_hash;
    for (std::uint64_t size = size_.value; size % 2 == 1; size /= 2) {
        hash = node_hash(hashes_.back(), hash);
        hashes_.pop_back();
    }
    hashes_.push_back(hash);
    ++size_;
}

Hash Frontier::root() const {
    if (hashes_.empty()) return crypto::sha256(ByteView{});
    Hash root = hashes_.back();
    for (std::size_t i = hashes_.size() - 1; i > 0; --i) root = node_hash(hashes_[i - 1], root);
    return root;
}

Result<Hash> tree_root(NodeReader& nodes, TreeSize size) {
    if (size.value == 0) return crypto::sha256(ByteView{});
    return range_root(nodes, {0, size.value});
}

Result<Proof> inclusion_proof(NodeReader& nodes, LeafPosition leaf) {
    OVERLORD_ASSERT(leaf.index < leaf.size.value);
    std::vector<Subtree> sides;
    Subtree range{0, leaf.size.value};
    while (range.end - range.start > 1) {
        const std::uint64_t middle = split_of(range);
        if (leaf.index < middle) {
            sides.push_back({middle, range.end});
            range.end = middle;
        } else {
            sides.push_back({range.start, middle});
            range.start = middle;
        }
    }
    return collect(nodes, std::move(sides));
}

Result<Proof> consistency_proof(NodeReader& nodes, TreeSize from, TreeSize to) {
    OVERLORD_ASSERT(from <= to);
    std::vector<Subtree> sides;
    if (from.value == 0) return Proof{};
    Subtree range{0, to.value};
    bool known = true;  // the verifier has the root of what is left of the older tree
    while (range.end != from.value) {
        const std::uint64_t middle = split_of(range);
        if (from.value <= middle) {
            sides.push_back({middle, range.end});
            range.end = middle;
        } else {
            sides.push_back({range.start, middle});
            range.start = middle;
            known = false;
        }
    }
    if (!known) sides.push_back(range);
    return collect(nodes, std::move(sides));
}

MemoryTree::MemoryTree(std::vector<Hash> leaf_hashes) {
    levels_.push_back(std::move(leaf_hashes));
    while (levels_.back().size() >= 2) {
        const std::vector<Hash>& below = levels_.back();
        std::vector<Hash> level;
        level.reserve(below.size() / 2);
        for (std::size_t i = 0; i + 1 < below.size(); i += 2) {
            level.push_back(node_hash(below[i], below[i + 1]));
        }
        levels_.push_back(std::move(level));
    }
}

Hash MemoryTree::root() { return *tree_root(*this, size()); }

Result<Hash> MemoryTree::node(NodeId id) {
    OVERLORD_ASSERT(id.level < levels_.size() && id.index < levels_[id.level].size());
    return levels_[id.level][id.index];
}

}  // namespace overlord::tlog
