#include "tile_files.hpp"

#include <algorithm>
#include <bit>
#include <cstdio>

#include "overlord/crypto/sha256.hpp"

namespace overlord::tlog {
namespace {

std::string with_width(std::string full_path, unsigned width) {
    OVERLORD_ASSERT(width >= 1 && width <= kTileWidth);
    if (width == kTileWidth) return full_path;
    return full_path + ".p/" + std::to_string(width);
}

// The partial file, else the full one; an error names the file that was wanted.
Result<Bytes> read_either(const Path& root, const std::string& partial, const std::string& full,
                          std::size_t size_max) {
    Result<Bytes> content = read_file(root / partial, size_max);
    if (content || content.error().code != "io.enoent" || partial == full) return content;
    Result<Bytes> fallback = read_file(root / full, size_max);
    if (fallback || fallback.error().code != "io.enoent") return fallback;
    return content;
}

// Bytes of the first `width` entries of a bundle; 0 if there are fewer.
std::size_t prefix_bytes(ByteView bundle, unsigned width) {
    std::size_t at = 0;
    for (unsigned i = 0; i < width; ++i) {
        if (bundle.size() - at < 2) return 0;
        const std::size_t length = std::size_t{bundle[at]} << 8 | bundle[at + 1];
        if (bundle.size() - at - 2 < length) return 0;
        at += 2 + length;
    }
    return at;
}

}  // namespace

Error damaged(const std::string& file, const std::string& reason) {
    return Error{"tile.damaged", file + ": " + reason, ErrorClass::kFatal};
}

std::string index_path(std::uint64_t index) {
    char group[8];
    std::snprintf(group, sizeof group, "%03u", static_cast<unsigned>(index % 1000));
    std::string path = group;
    for (index /= 1000; index > 0; index /= 1000) {
        std::snprintf(group, sizeof group, "x%03u/", static_cast<unsigned>(index % 1000));
        path.insert(0, group);
    }
    return path;
}

std::string entries_full_path(std::uint64_t index) { return "tile/entries/" + index_path(index); }

std::string tile_full_path(unsigned level, std::uint64_t index) {
    return "tile/" + std::to_string(level) + "/" + index_path(index);
}

std::string tile_path(const TileId& tile) {
    return with_width(tile_full_path(tile.level, tile.index), tile.width);
}

std::string entries_path(std::uint64_t index, unsigned width) {
    return with_width(entries_full_path(index), width);
}

Result<std::vector<Bytes>> parse_entries(ByteView bundle, unsigned width) {
    std::vector<Bytes> entries;
    entries.reserve(width);
    while (!bundle.empty() && entries.size() < width) {
        const std::size_t end = prefix_bytes(bundle, 1);
        if (end == 0) break;
        entries.emplace_back(bundle.begin() + 2, bundle.begin() + static_cast<std::ptrdiff_t>(end));
        bundle = bundle.subspan(end);
    }
    if (entries.size() != width || !bundle.empty()) {
        return Error{"tile.entries", "the bundle does not consist of " + std::to_string(width) +
                                         " entries"};
    }
    return entries;
}

Bytes tile_bytes(std::span<const Hash> hashes) {
    Bytes bytes;
    bytes.reserve(hashes.size() * sizeof(Hash));
    for (const Hash& hash : hashes) put_bytes(bytes, hash);
    return bytes;
}

Result<std::vector<Hash>> read_tile(const Path& root, const TileId& tile) {
    const std::string name = tile_path(tile);
    const Result<Bytes> content = read_either(root, name, tile_full_path(tile.level, tile.index),
                                              kTileWidth * sizeof(Hash));
    if (!content) return content.error();
    const std::size_t wanted = tile.width * sizeof(Hash);
    if (content->size() != wanted && content->size() != kTileWidth * sizeof(Hash)) {
        return damaged(name, "has " + std::to_string(content->size()) + " bytes instead of " +
                                 std::to_string(wanted));
    }
    std::vector<Hash> hashes(tile.width);
    for (std::size_t i = 0; i < hashes.size(); ++i) {
        std::copy_n(content->begin() + static_cast<std::ptrdiff_t>(i * sizeof(Hash)), sizeof(Hash),
                    hashes[i].begin());
    }
    return hashes;
}

Result<Bytes> read_entries(const Path& root, std::uint64_t index, unsigned width) {
    const std::string name = entries_path(index, width);
    Result<Bytes> content =
        read_either(root, name, entries_full_path(index), kTileWidth * (kEntryBytesMax + 2));
    if (!content) return content;
    const std::size_t size = prefix_bytes(*content, width);
    if (size == 0) return damaged(name, "ends within an entry");
    const bool partial = width < kTileWidth;
    if (size != content->size()) {
        // Only a full bundle that stands in for a partial one may have more.
        if (!partial || prefix_bytes(*content, kTileWidth) != content->size()) {
            return damaged(name, "has bytes after its last entry");
        }
        content->resize(size);
    }
    return content;
}

Hash root_of_edge(TreeSize size, std::span<const std::vector<Hash>> edge) {
    // Each edge tile of width w stands for the perfect subtrees of w's bits, the largest first; the
    // tiles of higher levels stand to the left of those below.
    std::vector<Hash> frontier;
    for (std::size_t level = edge.size(); level-- > 0;) {
        std::span<const Hash> rest(edge[level]);
        while (!rest.empty()) {
            const std::size_t width = std::bit_floor(rest.size());
            frontier.push_back(root_of(rest.first(width)));
            rest = rest.subspan(width);
        }
    }
    const Result<Frontier> restored = Frontier::restore(size, std::move(frontier));
    OVERLORD_ASSERT(restored);
    return restored->root();
}

Result<std::vector<std::vector<Hash>>> read_edge(const Path& root, const TreeHead& head) {
    std::vector<std::vector<Hash>> edge;
    for (unsigned level = 0; size_at(head.size, level) > 0; ++level) {
        const std::uint64_t count = size_at(head.size, level);
        const auto width = static_cast<unsigned>(count % kTileWidth);
        edge.emplace_back();
        if (width == 0) continue;
        Result<std::vector<Hash>> hashes = read_tile(root, {level, count / kTileWidth, width});
        if (!hashes) return hashes.error();
        edge.back() = *std::move(hashes);
    }
    if (root_of_edge(head.size, edge) != head.root) {
        return damaged("tile", "the tiles at the right edge do not lead to the root of size " +
                                   std::to_string(head.size.value));
    }
    return edge;
}

}  // namespace overlord::tlog
