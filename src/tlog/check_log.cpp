#include <fcntl.h>

#include <algorithm>
#include <filesystem>

#include "decimal.hpp"
#include "overlord/tlog/tiles.hpp"
#include "tile_files.hpp"

namespace overlord::tlog {
namespace {

Error fsck_error(const std::string& file, const std::string& reason) {
    return Error{"fsck.log", file + ": " + reason, ErrorClass::kFatal};
}

Error as_fsck(const Error& error) { return Error{"fsck.log", error.message, ErrorClass::kFatal}; }

// "entry 70" or "entries 512 to 767": what the hash at `position` of a tile is about.
std::string entries_behind(const TileId& tile, std::uint64_t position) {
    const unsigned shift = tile.level * kTileHeight;
    const std::uint64_t first = (tile.index * kTileWidth + position) << shift;
    if (shift == 0) return "entry " + std::to_string(first);
    return "entries " + std::to_string(first) + " to " +
           std::to_string(first + (std::uint64_t{1} << shift) - 1);
}

// The daemon removes partial files when their tile is full, also while they are looked at.
template <class Content>
bool gone(const Result<Content>& content) {
    return !content && content.error().code == "io.enoent";
}

// Compares what is on the disk with the tree as it is made again from the entries.
class CompareSink final : public TileBuilder::Sink {
public:
    explicit CompareSink(const Path& root) : root_(root) {}

    Status full_tile(const TileId& tile, std::span<const Hash> hashes) override {
        const Result<Bytes> content = read_file(root_ / tile_path(tile));
        if (!content) return as_fsck(content.error());
        const Bytes expected = tile_bytes(hashes);
        if (Status same = compare_tile(tile_path(tile), tile, *content, expected); !same) {
            return same;
        }
        return partial_tiles(tile, expected);
    }

    // The bundle itself was read by the caller; what is left are its partial files.
    Status full_entries(std::uint64_t index, ByteView bundle) override {
        return partial_entries(index, bundle);
    }

    // Every partial file of a tile is a beginning of `expected`, also where the tile is full by now
    // and a crash kept the partial files from being removed.
    Status partial_tiles(const TileId& tile, ByteView expected) const {
        const std::string full_name = tile_full_path(tile.level, tile.index);
        return each_partial(full_name, [&](const std::string& name, unsigned width) -> Status {
            const Result<Bytes> content = read_file(root_ / name);
            if (gone(content)) return {};
            if (!content) return as_fsck(content.error());
            if (content->size() != width * sizeof(Hash)) {
                return fsck_error(name, "has " + std::to_string(content->size()) + " bytes");
            }
            return compare_tile(name, tile, *content, expected);
        });
    }

    Status partial_entries(std::uint64_t index, ByteView expected) const {
        return each_partial(entries_full_path(index), [&](const std::string& name,
                                                          unsigned width) -> Status {
            const Result<Bytes> content = read_file(root_ / name);
            if (gone(content)) return {};
            if (!content) return as_fsck(content.error());
            if (!parse_entries(*content, width)) {
                return fsck_error(name, "does not hold " + std::to_string(width) + " entries");
            }
            const std::size_t common = std::min(content->size(), expected.size());
            if (std::equal(content->begin(), content->begin() + static_cast<std::ptrdiff_t>(common),
                           expected.begin())) {
                return {};
            }
            return fsck_error(name, "differs from the entries from " +
                                        std::to_string(index * kTileWidth) + " on");
        });
    }

private:
    // The part that both have: a file of a size beyond the checkpoint may hold more.
    static Status compare_tile(const std::string& name, const TileId& tile, ByteView content,
                               ByteView expected) {
        if (content.size() % sizeof(Hash) != 0 ||
            (tile.width == kTileWidth && name == tile_path(tile) &&
             content.size() != expected.size())) {
            return fsck_error(name, "has " + std::to_string(content.size()) + " bytes");
        }
        const std::size_t common = std::min(content.size(), expected.size());
        const auto end = content.begin() + static_cast<std::ptrdiff_t>(common);
        const auto different = std::mismatch(content.begin(), end, expected.begin()).first;
        if (different == end) return {};
        const auto position =
            static_cast<std::uint64_t>(different - content.begin()) / sizeof(Hash);
        return fsck_error(name, "hash " + std::to_string(position) + " is not that of " +
                                    entries_behind(tile, position));
    }

    template <class Visit>
    Status each_partial(const std::string& full_name, Visit visit) const {
        const Path directory = root_ / (full_name + ".p");
        std::error_code failure;
        if (!std::filesystem::exists(directory, failure)) return {};
        const Result<std::vector<std::string>> names = list_files(directory);
        if (gone(names)) return {};
        if (!names) return as_fsck(names.error());
        for (const std::string& name : *names) {
            const std::string path = full_name + ".p/" + name;
            if (name.ends_with(".tmp")) continue;  // a write that a crash cut short
            const std::optional<std::uint64_t> width = parse_decimal(name);
            if (!width || *width == 0 || *width >= kTileWidth) {
                return fsck_error(path, "is no file of a log");
            }
            if (Status seen = visit(path, static_cast<unsigned>(*width)); !seen) return seen;
        }
        return {};
    }

    const Path& root_;
};

Status check_edge(const Path& root, const TileBuilder& builder, const CompareSink& sink) {
    const std::span<const std::vector<Hash>> edge = builder.edge();
    for (unsigned level = 0; level < edge.size(); ++level) {
        if (edge[level].empty()) continue;
        const TileId tile{level, size_at(builder.size(), level) / kTileWidth,
                          static_cast<unsigned>(edge[level].size())};
        const Result<std::vector<Hash>> hashes = read_tile(root, tile);
        if (!hashes) return as_fsck(hashes.error());
        const auto different =
            std::mismatch(hashes->begin(), hashes->end(), edge[level].begin()).first;
        if (different != hashes->end()) {
            const auto position = static_cast<std::uint64_t>(different - hashes->begin());
            return fsck_error(tile_path(tile), "hash " + std::to_string(position) +
                                                   " is not that of " +
                                                   entries_behind(tile, position));
        }
        if (Status same = sink.partial_tiles(tile, tile_bytes(edge[level])); !same) return same;
    }
    if (builder.edge_entries().empty()) return {};
    return sink.partial_entries(builder.size().value / kTileWidth, builder.edge_entries());
}

Status check_bundle(const Path& root, TileBuilder& builder, TreeSize size, CompareSink& sink,
                    const EntryVisitor& visit) {
    const std::uint64_t first = builder.size().value;
    const auto width =
        static_cast<unsigned>(std::min<std::uint64_t>(kTileWidth, size.value - first));
    const std::uint64_t index = first / kTileWidth;
    const Result<Bytes> content = read_entries(root, index, width);
    if (!content) return as_fsck(content.error());
    const Result<std::vector<Bytes>> entries = parse_entries(*content, width);
    if (!entries) return fsck_error(entries_path(index, width), entries.error().message);
    for (const Bytes& entry : *entries) {
        if (visit) {
            if (Status seen = visit({builder.size().value}, entry); !seen) return seen;
        }
        if (Status same = builder.append(entry, sink); !same) return same;
    }
    return {};
}

// The tree over the full bundles in front of entry `from`. Its edge is taken as it is on the disk:
// a wrong hash in it leads to a wrong root at the end.
Result<TileBuilder> tree_before(const Path& root, TreeSize from) {
    const TreeSize size{from.value - from.value % kTileWidth};
    Result<std::vector<std::vector<Hash>>> edge = read_edge_tiles(root, size);
    if (!edge) return as_fsck(edge.error());
    return TileBuilder::restore(size, *std::move(edge), {});
}

void forget_cached(const Path& file) {
    const Result<FileHandle> handle = open_file(file, O_RDONLY | O_CLOEXEC);
    // Only a hint: where it is not followed, the file is read as it is cached.
    if (handle) (void)::posix_fadvise(handle->get(), 0, 0, POSIX_FADV_DONTNEED);
}

void forget_cached_series(const Path& root, const std::string& full_name) {
    forget_cached(root / full_name);
    const Result<std::vector<std::string>> partial = list_files(root / (full_name + ".p"));
    if (!partial) return;  // there are none
    for (const std::string& name : *partial) forget_cached(root / (full_name + ".p") / name);
}

// After a write that failed the page cache may give back what the disk does not have. What is there
// and clean is dropped, so that the check reads what a start after a power cut would read.
void forget_cached(const Path& root, TreeSize from, TreeSize size) {
    for (std::uint64_t i = from.value / kTileWidth; i <= size.value / kTileWidth; ++i) {
        forget_cached_series(root, entries_full_path(i));
    }
    for (unsigned level = 0; size_at(size, level) > 0; ++level) {
        const std::uint64_t end = size_at(size, level) / kTileWidth;
        for (std::uint64_t i = size_at(from, level) / kTileWidth; i <= end; ++i) {
            forget_cached_series(root, tile_full_path(level, i));
        }
    }
}

Status check_from(const Path& root, const TreeHead& head, TileBuilder builder,
                  const EntryVisitor& visit) {
    CompareSink sink(root);
    while (builder.size() < head.size) {
        if (Status same = check_bundle(root, builder, head.size, sink, visit); !same) return same;
    }
    if (Status same = check_edge(root, builder, sink); !same) return same;
    if (builder.root() != head.root) {
        return fsck_error("checkpoint", "the entries lead to another root than that of size " +
                                            std::to_string(head.size.value));
    }
    return {};
}

}  // namespace

Status check_log(const Path& root, const TreeHead& head, const EntryVisitor& visit) {
    return check_from(root, head, TileBuilder(), visit);
}

Status check_tail(const Path& root, const TreeHead& head, TreeSize from) {
    forget_cached(root, from, head.size);
    Result<TileBuilder> before = tree_before(root, std::min(from, head.size));
    if (!before) return std::move(before).error();
    return check_from(root, head, *std::move(before), {});
}

}  // namespace overlord::tlog
