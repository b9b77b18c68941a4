#include "tail_start.hpp"

#include "journal_paths.hpp"
#include "segment_file.hpp"

namespace overlord::ledger {

namespace {

std::optional<SegmentHeader> header_of(const Path& journal, std::uint32_t segment) {
    Result<SegmentFile> file = SegmentFile::open(journal, segment);
    if (!file) return std::nullopt;
    Result<std::optional<SegmentHeader>> header = file->header();
    if (!header) return std::nullopt;
    return *std::move(header);
}

// The headers of the last segment that has begun and of the one before it.
struct LastTwo {
    SegmentHeader before;
    SegmentHeader last;
};

std::optional<LastTwo> last_two(const Path& journal) {
    const Result<std::vector<std::uint32_t>> segments = list_segments(journal);
    if (!segments) return std::nullopt;
    for (std::size_t i = segments->size(); i-- > 1;) {
        const std::optional<SegmentHeader> last = header_of(journal, (*segments)[i]);
        if (!last) continue;  // only prepared
        const std::optional<SegmentHeader> before = header_of(journal, (*segments)[i - 1]);
        if (!before) return std::nullopt;
        return LastTwo{*before, *last};
    }
    return std::nullopt;
}

// The root at a size that others know. Outer nullopt: it cannot be told.
std::optional<std::optional<Hash>> root_at(const StatePaths& paths, const tlog::TreeHead& head,
                                           TreeSize size) {
    if (size.value == 0 || size > head.size) return std::optional<Hash>();  // not in this part
    if (size == head.size) return std::optional<Hash>(head.root);
    Result<tlog::TileReader> tiles = tlog::TileReader::open(paths.log, head);
    if (!tiles) return std::nullopt;
    const Result<Hash> root = tlog::tree_root(*tiles, size);
    if (!root) return std::nullopt;
    return std::optional<Hash>(*root);
}

}  // namespace

std::optional<TailStart> find_tail_start(const StatePaths& paths, const KnownHeads& known) {
    const std::optional<LastTwo> headers = last_two(paths.journal);
    if (!headers || headers->last.entries == 0) return std::nullopt;
    const tlog::TreeHead head{{headers->last.entries}, headers->last.root};
    Result<tlog::Frontier> tree = tlog::read_frontier(paths.log, head);
    if (!tree) return std::nullopt;
    const auto at_published = root_at(paths, head, known.published.size);
    const auto at_signed = root_at(paths, head, known.signed_last.size);
    if (!at_published || !at_signed) return std::nullopt;
    TailStart start;
    start.segment = headers->last.segment;
    start.tree = *std::move(tree);
    start.synced.value = headers->before.entries;
    start.root_at_published = *at_published;
    start.root_at_signed = *at_signed;
    return start;
}

}  // namespace overlord::ledger
