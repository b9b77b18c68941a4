#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "decimal.hpp"
#include "overlord/tlog/tiles.hpp"
#include "tile_files.hpp"

namespace overlord::tlog {
namespace {

// Full files never change again, and say so.
constexpr unsigned kFullFileMode = 0444;
constexpr unsigned kPartialFileMode = 0644;

Status write_below(const Path& root, const std::string& name, ByteView content, unsigned mode) {
    const Path path = root / name;
    std::error_code failure;
    std::filesystem::create_directories(path.parent_path(), failure);
    if (failure) return io_error("make directory " + path.parent_path().string(), failure.value());
    return write_file_derived(path, content, mode);
}

// A file or a directory with its files; true where there was one.
Result<bool> remove_below(const Path& root, const std::string& name) {
    const Path path = root / name;
    std::error_code failure;
    const std::uintmax_t count = std::filesystem::remove_all(path, failure);
    if (failure) return io_error("remove " + path.string(), failure.value());
    return count > 0;
}

// Removes the partial files of a tile that are wider than `width`.
Status remove_wider(const Path& root, const std::string& full_name, std::uint64_t width) {
    const Path directory = root / (full_name + ".p");
    std::error_code failure;
    if (!std::filesystem::exists(directory, failure)) return {};
    const Result<std::vector<std::string>> names = list_files(directory);
    if (!names) return names.error();
    for (const std::string& name : *names) {
        const std::optional<std::uint64_t> wide = parse_decimal(name);
        if (wide && *wide <= width) continue;
        const Result<bool> removed = remove_below(root, full_name + ".p/" + name);
        if (!removed) return removed.error();
    }
    return {};
}

// Removes what lies right of the first `count` hashes (or entries) of the series of tiles whose
// full names `name_of` gives.
template <class NameOf>
Status remove_right_of(const Path& root, std::uint64_t count, NameOf name_of) {
    std::uint64_t index = count / kTileWidth;
    const std::uint64_t width = count % kTileWidth;
    if (width > 0) {
        const std::string name = name_of(index);
        if (Status removed = remove_wider(root, name, width); !removed) return removed;
        const Result<bool> full = remove_below(root, name);
        if (!full) return full.error();
        ++index;
    }
    // Tiles are written from left to right, so the first gap is the end.
    while (true) {
        const std::string name = name_of(index++);
        const Result<bool> full = remove_below(root, name);
        if (!full) return full.error();
        const Result<bool> partial = remove_below(root, name + ".p");
        if (!partial) return partial.error();
        if (!*full && !*partial) return {};
    }
}

class FileSink final : public TileBuilder::Sink {
public:
    explicit FileSink(const Path& root) : root_(root) {}

    Status full_tile(const TileId& tile, std::span<const Hash> hashes) override {
        return replace(tile_path(tile), tile_bytes(hashes));
    }
    Status full_entries(std::uint64_t index, ByteView bundle) override {
        return replace(entries_full_path(index), bundle);
    }

private:
    Status replace(const std::string& name, ByteView content) {
        if (Status written = write_below(root_, name, content, kFullFileMode); !written) {
            return written;
        }
        // A reader that still wants a partial file falls back to the full one.
        const Result<bool> removed = remove_below(root_, name + ".p");
        if (!removed) return removed.error();
        return {};
    }

    const Path& root_;
};

}  // namespace

TileWriter::TileWriter(Path root, TileBuilder builder)
    : root_(std::move(root)), builder_(std::move(builder)) {}

Result<TileWriter> TileWriter::create(Path root) {
    const Result<bool> removed = remove_below(root, "tile");
    if (!removed) return removed.error();
    return TileWriter(std::move(root), TileBuilder{});
}

Result<TileWriter> TileWriter::open(Path root, const TreeHead& head) {
    Result<std::vector<std::vector<Hash>>> edge = read_edge(root, head);
    if (!edge) return edge.error();
    Bytes bundle;
    const auto width = static_cast<unsigned>(head.size.value % kTileWidth);
    if (width > 0) {
        const std::uint64_t index = head.size.value / kTileWidth;
        Result<Bytes> content = read_entries(root, index, width);
        if (!content) return content.error();
        const Result<std::vector<Bytes>> entries = parse_entries(*content, width);
        if (!entries) return entries.error();
        for (unsigned i = 0; i < width; ++i) {
            if (leaf_hash((*entries)[i]) == edge->front()[i]) continue;
            return damaged(entries_path(index, width),
                           "entry " + std::to_string(index * kTileWidth + i) +
                               " differs from its leaf hash");
        }
        bundle = *std::move(content);
    }
    Result<TileBuilder> builder =
        TileBuilder::restore(head.size, *std::move(edge), std::move(bundle));
    if (!builder) return builder.error();
    TileWriter writer(std::move(root), *std::move(builder));
    // The partial files come first: if we crash between the two, a full file still stands in.
    if (Status written = writer.write_edge({0}); !written) return written.error();
    if (Status removed = writer.remove_beyond(); !removed) return removed.error();
    return writer;
}

Status TileWriter::append(std::span<const ByteView> entries) {
    for (const ByteView entry : entries) {
        if (entry.size() <= kEntryBytesMax) continue;
        return Error{"log.entry_size", "an entry of " + std::to_string(entry.size()) +
                                           " bytes; at most " + std::to_string(kEntryBytesMax)};
    }
    const TreeSize before = size();
    FileSink sink(root_);
    for (const ByteView entry : entries) {
        if (Status appended = builder_.append(entry, sink); !appended) return appended;
    }
    // If we crash before or within this, the files of the old size are still served: its partial
    // tiles are there or their full tiles are.
    return write_edge(before);
}

Status TileWriter::write_edge(TreeSize before) const {
    const std::span<const std::vector<Hash>> edge = builder_.edge();
    for (unsigned level = 0; level < edge.size(); ++level) {
        const std::uint64_t count = size_at(size(), level);
        if (edge[level].empty() || count == size_at(before, level)) continue;
        const TileId tile{level, count / kTileWidth, static_cast<unsigned>(edge[level].size())};
        Status written =
            write_below(root_, tile_path(tile), tile_bytes(edge[level]), kPartialFileMode);
        if (!written) return written;
    }
    const auto width = static_cast<unsigned>(size().value % kTileWidth);
    if (width == 0 || size() == before) return {};
    return write_below(root_, entries_path(size().value / kTileWidth, width),
                       builder_.edge_entries(), kPartialFileMode);
}

Status TileWriter::remove_beyond() const {
    for (unsigned level = 0; level * kTileHeight < 64; ++level) {
        Status removed = remove_right_of(root_, size_at(size(), level), [&](std::uint64_t index) {
            return tile_full_path(level, index);
        });
        if (!removed) return removed;
    }
    return remove_right_of(root_, size().value,
                           [](std::uint64_t index) { return entries_full_path(index); });
}

Status sync_log(const Path& root) {
    const Result<FileHandle> directory = open_file(root, O_RDONLY | O_DIRECTORY);
    if (!directory) return directory.error();
    if (::syncfs(directory->get()) != 0) return io_error("syncfs " + root.string(), errno);
    return {};
}

}  // namespace overlord::tlog
