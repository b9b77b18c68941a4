#include "tile_files.hpp"

#include <algorithm>
#include <bit>
#include <cstdio>

#include "decimal.hpp"
#include "overlord/crypto/sha256.hpp"

namespace overlord::tlog {
namespace {

std::string with_width(std::string full_path, unsigned width) {
    OVERLORD_ASSERT(width >= 1 && width <= kTileWidth);
    if (width == kTileWidth) return full_path;
    return full_path + ".p/" + std::to_string(width);
}

// A file that holds at least the wanted width of a tile.
struct Found {
    Bytes content;
    unsigned width = 0;  // by its name
};

// Partial files wider than `width`, the narrowest first.
std::vector<unsigned> wider_than(unsigned width, const Path& directory) {
    std::vector<unsigned> wider;
    const Result<std::vector<std::string>> names = list_files(directory);
    if (!names) return wider;
    for (const std::string& name : *names) {
        const std::optional<std::uint64_t> number = parse_decimal(name);
        if (number && *number > width && *number < kTileWidth) {
            wider.push_back(static_cast<unsigned>(*number));
        }
    }
    std::sort(wider.begin(), wider.end());
    return wider;
}

// The file of that width, else the full one, else a wider partial one: a tile only grows, so each
// begins with the same bytes. An error names the file that was wanted.
Result<Found> read_at_least(const Path& root, const std::string& full_name, unsigned width,
                            std::size_t size_max) {
    const auto read = [&](unsigned of_width) -> Result<Found> {
        Result<Bytes> content = read_file(root / with_width(full_name, of_width), size_max);
        if (!content) return std::move(content).error();
        return Found{*std::move(content), of_width};
    };
    Result<Found> wanted = read(width);
    if (wanted || wanted.error().code != "io.enoent" || width == kTileWidth) return wanted;
    Result<Found> full = read(kTileWidth);
    if (full || full.error().code != "io.enoent") return full;
    for (const unsigned wider : wider_than(width, root / (full_name + ".p"))) {
        Result<Found> found = read(wider);
        if (found || found.error().code != "io.enoent") return found;
    }
    return wanted;
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
    const Result<Found> found =
        read_at_least(root, tile_full_path(tile.level, tile.index), tile.width,
                      kTileWidth * sizeof(Hash));
    if (!found) return found.error();
    const Bytes& content = found->content;
    const std::size_t wanted = found->width * sizeof(Hash);
    if (content.size() != wanted) {
        return damaged(tile_path({tile.level, tile.index, found->width}),
                       "has " + std::to_string(content.size()) + " bytes instead of " +
                           std::to_string(wanted));
    }
    std::vector<Hash> hashes(tile.width);
    for (std::size_t i = 0; i < hashes.size(); ++i) {
        std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(i * sizeof(Hash)), sizeof(Hash),
                    hashes[i].begin());
    }
    return hashes;
}

Result<Bytes> read_entries(const Path& root, std::uint64_t index, unsigned width) {
    Result<Found> found = read_at_least(root, entries_full_path(index), width,
                                        kTileWidth * (kEntryBytesMax + 2));
    if (!found) return std::move(found).error();
    Bytes& content = found->content;
    const std::string name = entries_path(index, found->width);
    const std::size_t whole = prefix_bytes(content, found->width);
    if (whole == 0) return damaged(name, "ends within an entry");
    if (whole != content.size()) return damaged(name, "has bytes after its last entry");
    content.resize(prefix_bytes(content, width));
    return std::move(content);
}

Frontier frontier_of_edge(TreeSize size, std::span<const std::vector<Hash>> edge) {
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
    Result<Frontier> restored = Frontier::restore(size, std::move(frontier));
    OVERLORD_ASSERT(restored);
    return *std::move(restored);
}

Hash root_of_edge(TreeSize size, std::span<const std::vector<Hash>> edge) {
    return frontier_of_edge(size, edge).root();
}

Result<std::vector<std::vector<Hash>>> read_edge_tiles(const Path& root, TreeSize size) {
    std::vector<std::vector<Hash>> edge;
    for (unsigned level = 0; size_at(size, level) > 0; ++level) {
        const std::uint64_t count = size_at(size, level);
        const auto width = static_cast<unsigned>(count % kTileWidth);
        edge.emplace_back();
        if (width == 0) continue;
        Result<std::vector<Hash>> hashes = read_tile(root, {level, count / kTileWidth, width});
        if (!hashes) return hashes.error();
        edge.back() = *std::move(hashes);
    }
    return edge;
}

Result<std::vector<std::vector<Hash>>> read_edge(const Path& root, const TreeHead& head) {
    Result<std::vector<std::vector<Hash>>> edge = read_edge_tiles(root, head.size);
    if (!edge) return edge;
    if (root_of_edge(head.size, *edge) != head.root) {
        return damaged("tile", "the tiles at the right edge do not lead to the root of size " +
                                   std::to_string(head.size.value));
    }
    return edge;
}

Result<Frontier> read_frontier(const Path& root, const TreeHead& head) {
    const Result<std::vector<std::vector<Hash>>> edge = read_edge(root, head);
    if (!edge) return edge.error();
    return frontier_of_edge(head.size, *edge);
}

}  // namespace overlord::tlog
