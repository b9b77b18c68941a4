// Files whose durability is stated. Every error is class kFatal with the path in its message: a
// failed write, fsync or rename leaves durable state unknown, and the caller stops (never a retry:
// after a failed fsync Linux marks the pages clean, so a second one would lie).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "overlord/base/bytes.hpp"
#include "overlord/base/result.hpp"

namespace overlord {

using Path = std::filesystem::path;

// Owns one file descriptor.
class FileHandle {
public:
    FileHandle() = default;
    explicit FileHandle(int descriptor) : descriptor_(descriptor) {}
    FileHandle(FileHandle&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    FileHandle& operator=(FileHandle&& other) noexcept;
    ~FileHandle();

    [[nodiscard]] int get() const { return descriptor_; }
    [[nodiscard]] int release() { return std::exchange(descriptor_, -1); }
    [[nodiscard]] bool open() const { return descriptor_ >= 0; }

private:
    int descriptor_ = -1;
};

[[nodiscard]] Result<FileHandle> open_file(const Path& path, int flags, unsigned mode = 0600);

// Whole files; an absent file has code io.enoent. `size_max` guards against reading a surprise.
[[nodiscard]] Result<Bytes> read_file(const Path& path, std::uint64_t size_max = 1ull << 32);
[[nodiscard]] Result<std::string> read_text_file(const Path& path,
                                                 std::uint64_t size_max = 1ull << 28);

// write to NAME.tmp, fsync, rename over NAME, fsync the directory: afterwards either the old or the
// new content is there, whole, also after a power cut.
[[nodiscard]] Status write_file_durable(const Path& path, ByteView content, unsigned mode = 0600);

// write to NAME.tmp, rename: whole after a crash of the process, anything after a power cut. For
// files that recovery derives again from the journal.
[[nodiscard]] Status write_file_derived(const Path& path, ByteView content, unsigned mode = 0644);

// All of `content` at `offset`, resuming after short writes and EINTR. The second form returns once
// the data is on the disk (RWF_DSYNC).
[[nodiscard]] Status write_at(const FileHandle& file, const Path& name, ByteView content,
                              std::uint64_t offset);
[[nodiscard]] Status write_at_durable(const FileHandle& file, const Path& name, ByteView content,
                                      std::uint64_t offset);
// Up to content.size() bytes; fewer only at the end of the file.
[[nodiscard]] Result<std::size_t> read_at(const FileHandle& file, const Path& name,
                                          std::span<std::uint8_t> content, std::uint64_t offset);

[[nodiscard]] Status sync_directory(const Path& directory);
[[nodiscard]] Status make_directories(const Path& directory,
                                      unsigned mode = 0700);  // and syncs the parents

// Names in a directory that are regular files, sorted.
[[nodiscard]] Result<std::vector<std::string>> list_files(const Path& directory);

}  // namespace overlord
