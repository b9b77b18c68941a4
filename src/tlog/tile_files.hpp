// Names and bytes of tile files, shared by the writer, the reader and the check.
#pragma once

#include <span>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/tlog/tiles.hpp"

namespace overlord::tlog {

// Hashes of level `level` in a tree: the tile at the right edge has `size_at % 256` of them.
[[nodiscard]] inline std::uint64_t size_at(TreeSize size, unsigned level) {
    const unsigned shift = level * kTileHeight;
    return shift < 64 ? size.value >> shift : 0;
}

// "017" or "x001/234": three digits at a time, all groups but the last with an x.
[[nodiscard]] std::string index_path(std::uint64_t index);
[[nodiscard]] std::string entries_full_path(std::uint64_t index);
[[nodiscard]] std::string tile_full_path(unsigned level, std::uint64_t index);

[[nodiscard]] Bytes tile_bytes(std::span<const Hash> hashes);

// The first `width` hashes of a tile, or entries of a bundle: from the partial file, else from the
// full one or a wider partial one, where the tree has grown since. Errors: io.*, tile.damaged.
[[nodiscard]] Result<std::vector<Hash>> read_tile(const Path& root, const TileId& tile);
[[nodiscard]] Result<Bytes> read_entries(const Path& root, std::uint64_t index, unsigned width);

// All tiles at the right edge of a size, as they are there; nothing says that they are right.
[[nodiscard]] Result<std::vector<std::vector<Hash>>> read_edge_tiles(const Path& root,
                                                                     TreeSize size);

// The same, and that they lead to the root of `head` (else tile.damaged).
[[nodiscard]] Result<std::vector<std::vector<Hash>>> read_edge(const Path& root,
                                                               const TreeHead& head);

[[nodiscard]] Frontier frontier_of_edge(TreeSize size, std::span<const std::vector<Hash>> edge);
[[nodiscard]] Hash root_of_edge(TreeSize size, std::span<const std::vector<Hash>> edge);

[[nodiscard]] Error damaged(const std::string& file, const std::string& reason);

}  // namespace overlord::tlog
