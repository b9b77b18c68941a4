// Reading one segment file through a window, so that a frame costs no system call of its own and an
// I/O error is an error (a mapping would turn it into SIGBUS). Private to the module.
#pragma once

#include <cstdint>

#include "overlord/base/file.hpp"
#include "overlord/ledger/journal_format.hpp"

namespace overlord::ledger {

class SegmentFile {
public:
    // Checks that the file has `segment_bytes_of_header` once the header is there: a shorter file
    // lost bytes that were durable. Codes io.*, journal.corrupt.
    [[nodiscard]] static Result<SegmentFile> open(const Path& journal, std::uint32_t segment);

    [[nodiscard]] std::uint32_t number() const { return number_; }
    [[nodiscard]] const Path& path() const { return path_; }
    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] const FileHandle& file() const { return file_; }

    // The header, nullopt while the segment is only prepared (its block is all zeros).
    [[nodiscard]] Result<std::optional<SegmentHeader>> header();

    // `length` bytes at `offset`, which must lie inside the file; valid until the next call.
    [[nodiscard]] Result<ByteView> view(std::uint64_t offset, std::uint64_t length);
    // 64 bytes at `offset` without touching the window.
    [[nodiscard]] Result<std::optional<FrameHeader>> peek(std::uint64_t offset);
    // Forgets the window: another process may have written since.
    void refresh() { window_.clear(); }

private:
    Path path_;
    FileHandle file_;
    std::uint32_t number_ = 0;
    std::uint64_t size_ = 0;
    Bytes window_;
    std::uint64_t window_offset_ = 0;
};

}  // namespace overlord::ledger
