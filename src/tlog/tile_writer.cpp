#include <filesystem>

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

// The partial files of a tile whose full file is there. A reader that still wants one falls back to
// the full file.
Status remove_partials(const Path& root, const std::string& full_name) {
    const Path directory = root / (full_name + ".p");
    std::error_code failure;
    std::filesystem::remove_all(directory, failure);
    if (failure) return io_error("remove " + directory.string(), failure.value());
    return {};
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
        return remove_partials(root_, name);
    }

    const Path& root_;
};

}  // namespace

TileWriter::TileWriter(Path root, TileBuilder builder)
    : root_(std::move(root)), builder_(std::move(builder)) {}

TileWriter TileWriter::create(Path root) { return TileWriter(std::move(root), TileBuilder{}); }

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
    return TileWriter(std::move(root), *std::move(builder));
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

Status TileWriter::write_edge(TreeSize before) {
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

}  // namespace overlord::tlog
