#include <algorithm>

#include "overlord/tlog/tiles.hpp"
#include "tile_files.hpp"

namespace overlord::tlog {
namespace {

constexpr std::size_t kCachedTilesMax = 1024;  // 8 MB

}  // namespace

Result<TileReader> TileReader::open(Path root, const TreeHead& head) {
    TileReader reader(std::move(root), head);
    Result<std::vector<std::vector<Hash>>> edge = read_edge(reader.root_, head);
    if (!edge) return edge.error();
    reader.edge_ = *std::move(edge);
    return reader;
}

Result<TileReader::Tile> TileReader::tile(unsigned level, std::uint64_t index) {
    const std::uint64_t edge_index = size_at(head_.size, level) / kTileWidth;
    if (index == edge_index) return std::make_shared<const std::vector<Hash>>(edge_[level]);
    const auto cached = cache_.find({level, index});
    if (cached != cache_.end()) return cached->second;

    const TileId id{level, index, kTileWidth};
    Result<std::vector<Hash>> hashes = read_tile(root_, id);
    if (!hashes) return hashes.error();
    // The root of a full tile is one hash of the level above, which is authenticated in turn; the
    // edge, where this ends, was compared with the trusted root.
    const Result<Tile> parent = tile(level + 1, index / kTileWidth);
    if (!parent) return parent.error();
    if (root_of(*hashes) != (**parent)[index % kTileWidth]) {
        return damaged(tile_path(id), "its hashes do not lead to the root");
    }
    if (cache_.size() >= kCachedTilesMax) cache_.clear();
    Tile shared = std::make_shared<const std::vector<Hash>>(*std::move(hashes));
    cache_.emplace(std::pair{level, index}, shared);
    return shared;
}

Result<Hash> TileReader::node(NodeId id) {
    const unsigned level = id.level / kTileHeight;
    const unsigned within = id.level % kTileHeight;
    const std::uint64_t first = id.index << within;
    OVERLORD_ASSERT(first + (std::uint64_t{1} << within) <= size_at(head_.size, level));
    const Result<Tile> hashes = tile(level, first / kTileWidth);
    if (!hashes) return hashes.error();
    return root_of(std::span(**hashes).subspan(first % kTileWidth, std::size_t{1} << within));
}

Result<Hash> TileReader::leaf(EntryIndex index) { return node({0, index.value}); }

Result<Bytes> TileReader::entry(EntryIndex index) {
    OVERLORD_ASSERT(index.value < head_.size.value);
    const std::uint64_t bundle = index.value / kTileWidth;
    if (bundle != bundle_index_) {
        const std::uint64_t first = bundle * kTileWidth;
        const auto width = static_cast<unsigned>(
            std::min<std::uint64_t>(kTileWidth, head_.size.value - first));
        const Result<Bytes> content = read_entries(root_, bundle, width);
        if (!content) return content.error();
        Result<std::vector<Bytes>> entries = parse_entries(*content, width);
        if (!entries) return entries.error();
        const Result<Tile> hashes = tile(0, bundle);
        if (!hashes) return hashes.error();
        for (unsigned i = 0; i < width; ++i) {
            if (leaf_hash((*entries)[i]) == (**hashes)[i]) continue;
            return damaged(entries_path(bundle, width), "entry " + std::to_string(first + i) +
                                                            " differs from its leaf hash");
        }
        bundle_ = *std::move(entries);
        bundle_index_ = bundle;
    }
    return bundle_[index.value % kTileWidth];
}

Result<Proof> TileReader::inclusion(EntryIndex index, TreeSize size) {
    OVERLORD_ASSERT(size <= head_.size);
    return inclusion_proof(*this, {index.value, size});
}

Result<Proof> TileReader::consistency(TreeSize from, TreeSize to) {
    OVERLORD_ASSERT(to <= head_.size);
    return consistency_proof(*this, from, to);
}

}  // namespace overlord::tlog
