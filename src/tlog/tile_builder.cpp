#include "overlord/tlog/tiles.hpp"
#include "tile_files.hpp"

namespace overlord::tlog {

Status TileBuilder::append(ByteView entry, Sink& sink) {
    OVERLORD_ASSERT(entry.size() <= kEntryBytesMax);
    put_u16_be(bundle_, static_cast<std::uint16_t>(entry.size()));
    put_bytes(bundle_, entry);
    Hash hash = leaf_hash(entry);
    ++size_;
    for (unsigned level = 0;; ++level) {
        if (edge_.size() <= level) edge_.emplace_back();
        std::vector<Hash>& tile = edge_[level];
        tile.push_back(hash);
        if (tile.size() < kTileWidth) break;
        const std::uint64_t index = size_at(size_, level) / kTileWidth - 1;
        if (level == 0) {
            if (Status taken = sink.full_entries(index, bundle_); !taken) return taken;
            bundle_.clear();
        }
        if (Status taken = sink.full_tile({level, index, kTileWidth}, tile); !taken) return taken;
        hash = root_of(tile);
        tile.clear();
    }
    return {};
}

Hash TileBuilder::root() const { return root_of_edge(size_, edge_); }

Result<TileBuilder> TileBuilder::restore(TreeSize size, std::vector<std::vector<Hash>> edge,
                                         Bytes edge_entries) {
    std::size_t levels = 0;
    while (size_at(size, static_cast<unsigned>(levels)) > 0) ++levels;
    bool fits = edge.size() == levels;
    for (unsigned level = 0; fits && level < levels; ++level) {
        fits = edge[level].size() == size_at(size, level) % kTileWidth;
    }
    const auto width = static_cast<unsigned>(size.value % kTileWidth);
    if (!fits || !parse_entries(edge_entries, width)) {
        return Error{"tile.edge", "the tiles at the right edge do not have the widths of size " +
                                      std::to_string(size.value)};
    }
    TileBuilder builder;
    builder.size_ = size;
    builder.edge_ = std::move(edge);
    builder.bundle_ = std::move(edge_entries);
    return builder;
}

}  // namespace overlord::tlog
