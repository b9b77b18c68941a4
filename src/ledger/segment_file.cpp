#include "segment_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "journal_paths.hpp"

namespace overlord::ledger {

namespace {

constexpr std::uint64_t kWindowBytes = 1u << 20;

Error corrupt(const Path& path, std::string_view what) {
    return Error{"journal.corrupt", path.string() + ": " + std::string(what), ErrorClass::kFatal};
}

}  // namespace

Result<SegmentFile> SegmentFile::open(const Path& journal, std::uint32_t segment) {
    SegmentFile out;
    out.path_ = segment_path(journal, segment);
    out.number_ = segment;
    Result<FileHandle> file = open_file(out.path_, O_RDONLY | O_CLOEXEC);
    if (!file) return std::move(file).error();
    out.file_ = *std::move(file);
    struct stat status {};
    if (::fstat(out.file_.get(), &status) != 0) {
        return io_error("stat " + out.path_.string(), errno);
    }
    out.size_ = static_cast<std::uint64_t>(status.st_size);
    if (out.size_ < kSegmentBytesMin) return corrupt(out.path_, "too short for a segment");
    return out;
}

Result<std::optional<SegmentHeader>> SegmentFile::header() {
    Bytes block(kSegmentHeaderBytes);
    const Result<std::size_t> got = read_at(file_, path_, block, 0);
    if (!got) return got.error();
    if (*got != block.size()) return corrupt(path_, "segment header: cut off");
    const auto zero = [](std::uint8_t byte) { return byte == 0; };
    if (std::all_of(block.begin(), block.end(), zero)) return std::optional<SegmentHeader>();
    const Result<SegmentHeader> header = decode_segment_header(block);
    if (!header) return corrupt(path_, header.error().message);
    if (header->segment != number_) return corrupt(path_, "segment header: another segment's");
    if (header->segment_bytes != size_) {
        return corrupt(path_, "the file has " + std::to_string(size_) + " bytes, its header says " +
                                  std::to_string(header->segment_bytes));
    }
    return std::optional<SegmentHeader>(*header);
}

Result<ByteView> SegmentFile::view(std::uint64_t offset, std::uint64_t length) {
    OVERLORD_ASSERT(offset <= size_ && length <= size_ - offset);
    const bool inside =
        offset >= window_offset_ && offset + length <= window_offset_ + window_.size();
    if (!inside) {
        window_.resize(std::min(std::max(length, kWindowBytes), size_ - offset));
        window_offset_ = offset;
        const Result<std::size_t> got = read_at(file_, path_, window_, offset);
        if (!got) return got.error();
        if (*got != window_.size()) return corrupt(path_, "became shorter while it was read");
    }
    return ByteView(window_).subspan(offset - window_offset_, length);
}

Result<std::optional<FrameHeader>> SegmentFile::peek(std::uint64_t offset) {
    if (size_ - offset < kFrameHeaderBytes) return std::optional<FrameHeader>();
    std::array<std::uint8_t, kFrameHeaderBytes> bytes;
    const Result<std::size_t> got = read_at(file_, path_, bytes, offset);
    if (!got) return got.error();
    return peek_frame(ByteView(bytes).first(*got));
}

}  // namespace overlord::ledger
