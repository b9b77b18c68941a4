// The public tree of a log as files (c2sp.org/tlog-tiles v0.1.0): the directory that HTTP serves.
//
//   tile/L/N[.p/W]        256 (or W) hashes of level L; a hash of level L + 1 is the root of a full
//                         tile of level L
//   tile/entries/N[.p/W]  the entries behind level 0, each with a 16-bit big-endian length in front
//
// All of it is derived from the entries; none of it is trusted when it is read back.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/tlog/merkle.hpp"

namespace overlord::tlog {

inline constexpr unsigned kTileHeight = 8;
inline constexpr unsigned kTileWidth = 256;
inline constexpr std::size_t kEntryBytesMax = 65'535;  // what the 16-bit length can say

struct TileId {
    unsigned level = 0;       // 0 to 7
    std::uint64_t index = 0;  // of the tile within its level
    unsigned width = kTileWidth;
    auto operator<=>(const TileId&) const = default;
};

// Below the log's root, say "tile/1/x001/234.p/17". Width 0 is no tile (asserted).
[[nodiscard]] std::string tile_path(const TileId& tile);
[[nodiscard]] std::string entries_path(std::uint64_t index, unsigned width);

// "length, entry" one after the other; exactly `width` of them. Code: tile.entries.
[[nodiscard]] Result<std::vector<Bytes>> parse_entries(ByteView bundle, unsigned width);

// The growing tree: takes entries and hands out each tile when it is full. One owner.
class TileBuilder {
public:
    struct Sink {
        virtual ~Sink() = default;
        [[nodiscard]] virtual Status full_tile(const TileId& tile,
                                               std::span<const Hash> hashes) = 0;
        [[nodiscard]] virtual Status full_entries(std::uint64_t index, ByteView bundle) = 0;
    };

    // The entry's size must be at most kEntryBytesMax (asserted).
    [[nodiscard]] Status append(ByteView entry, Sink& sink);

    [[nodiscard]] TreeSize size() const { return size_; }
    [[nodiscard]] Hash root() const;
    // The tiles at the right edge that are not full; width 0 where there is none.
    [[nodiscard]] std::span<const std::vector<Hash>> edge() const { return edge_; }
    [[nodiscard]] ByteView edge_entries() const { return bundle_; }

    // From the edge of an earlier one. The widths must be those of the size. Code: tile.edge.
    [[nodiscard]] static Result<TileBuilder> restore(TreeSize size,
                                                     std::vector<std::vector<Hash>> edge,
                                                     Bytes edge_entries);

private:
    TreeSize size_;
    std::vector<std::vector<Hash>> edge_;  // by level
    Bytes bundle_;
};

// Writes the files. One writer a directory; belongs to one thread.
//
// Files are whole after a crash of the process, but what was written since the last sync_log() may
// be lost or wrong after a power cut, in any order. So recovery checks what came after a size that
// was synced (check_tail), and where that is not right creates the log anew from all entries.
// Errors are class kFatal (base/file.hpp), but for log.entry_size.
class TileWriter {
public:
    // An empty log; removes all tiles that there are.
    [[nodiscard]] static Result<TileWriter> create(Path root);

    // Goes on at `head`, whose files must be there and lead to its root, else tile.damaged. Files
    // of a larger size, which a crash left before it was signed, are removed.
    [[nodiscard]] static Result<TileWriter> open(Path root, const TreeHead& head);

    // Appends and writes every file of the new size, any number of tiles at once; partial tiles go
    // once their full tile is there.
    [[nodiscard]] Status append(std::span<const ByteView> entries);

    [[nodiscard]] TreeSize size() const { return builder_.size(); }
    [[nodiscard]] Hash root() const { return builder_.root(); }
    [[nodiscard]] TreeHead head() const { return {size(), root()}; }

private:
    TileWriter(Path root, TileBuilder builder);
    [[nodiscard]] Status write_edge(TreeSize before) const;
    [[nodiscard]] Status remove_beyond() const;

    Path root_;
    TileBuilder builder_;
};

// Afterwards all files of a log directory that were written before survive a power cut. One syncfs,
// so it takes its time; any thread, also beside the writer.
[[nodiscard]] Status sync_log(const Path& root);

// The right edge of the tree of `head`, from its tiles, which must lead to its root (tile.damaged).
[[nodiscard]] Result<Frontier> read_frontier(const Path& root, const TreeHead& head);

// Reads a log directory against a head that the caller trusts (a verified checkpoint): every hash
// and entry that comes out was authenticated up to its root. Code of what does not fit:
// tile.damaged, with the file's name. Belongs to one thread.
class TileReader final : public NodeReader {
public:
    [[nodiscard]] static Result<TileReader> open(Path root, const TreeHead& head);

    [[nodiscard]] const TreeHead& head() const { return head_; }
    [[nodiscard]] Result<Hash> node(NodeId id) override;
    // Indices must be within the head (asserted), sizes at most its size.
    [[nodiscard]] Result<Hash> leaf(EntryIndex index);
    [[nodiscard]] Result<Bytes> entry(EntryIndex index);
    [[nodiscard]] Result<Proof> inclusion(EntryIndex index, TreeSize size);
    [[nodiscard]] Result<Proof> consistency(TreeSize from, TreeSize to);

private:
    using Tile = std::shared_ptr<const std::vector<Hash>>;
    TileReader(Path root, const TreeHead& head) : root_(std::move(root)), head_(head) {}
    [[nodiscard]] Result<Tile> tile(unsigned level, std::uint64_t index);

    Path root_;
    TreeHead head_;
    std::vector<std::vector<Hash>> edge_;
    std::map<std::pair<unsigned, std::uint64_t>, Tile> cache_;  // authenticated; bounded
    std::uint64_t bundle_index_ = UINT64_MAX;
    std::vector<Bytes> bundle_;  // the last one read, authenticated
};

// Checks all files of a log directory that `head` speaks about: makes the tree again from the entry
// bundles and compares each tile byte for byte, partial tiles too. `visit`, where given, sees each
// entry in order. Code: fsck.log; the message names the file and the entry.
using EntryVisitor = std::function<Status(EntryIndex, ByteView)>;
[[nodiscard]] Status check_log(const Path& root, const TreeHead& head,
                               const EntryVisitor& visit = {});

// The same for the entries from `from` on, and the tiles over them. Of what lies before, only what
// it takes to come to the root of `head` is read.
[[nodiscard]] Status check_tail(const Path& root, const TreeHead& head, TreeSize from);

}  // namespace overlord::tlog
