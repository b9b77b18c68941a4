#include "overlord/base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace overlord {
namespace {

Error path_error(std::string_view verb, const Path& path) {
    return io_error(std::string(verb) + " " + path.string(), errno);
}

Path parent_of(const Path& path) {
    const Path parent = path.parent_path();
    return parent.empty() ? Path(".") : parent;
}

// A fresh NAME.tmp; one left behind by a crash is removed, so that its mode is not inherited.
Result<FileHandle> create_temporary(const Path& temporary, unsigned mode) {
    constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
    Result<FileHandle> file = open_file(temporary, kFlags, mode);
    if (file || file.error().code != "io.eexist") return file;
    if (::unlink(temporary.c_str()) != 0) return path_error("remove", temporary);
    return open_file(temporary, kFlags, mode);
}

enum class Durability { kProcessCrash, kPowerCut };

// Content of many megabytes goes out in pieces, each on its way before the next is written: given
// to the disk at once, it would keep the durable writes of other threads waiting for all of it.
Status write_in_pieces(const FileHandle& file, const Path& name, ByteView content) {
    constexpr std::size_t kPieceBytes = 512u << 10;
    constexpr unsigned kWhole =
        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    const bool one_piece = content.size() <= kPieceBytes;
    for (std::size_t at = 0; at < content.size(); at += kPieceBytes) {
        const ByteView piece = content.subspan(at, std::min(kPieceBytes, content.size() - at));
        if (Status written = write_at(file, name, piece, at); !written) return written;
        if (one_piece) break;
        const auto offset = static_cast<off64_t>(at);
        const auto length = static_cast<off64_t>(piece.size());
        // No durability in this, only pace; an error of the disk is told here and not again.
        const bool out = ::sync_file_range(file.get(), offset, length, kWhole) == 0;
        if (!out && errno != ENOSYS && errno != EINVAL) return path_error("write out", name);
    }
    return {};
}

Status fill_and_rename(const Path& temporary, const Path& path, ByteView content, unsigned mode,
                       Durability durability) {
    const Result<FileHandle> file = create_temporary(temporary, mode);
    if (!file) return file.error();
    const Status written = durability == Durability::kPowerCut
                               ? write_in_pieces(*file, temporary, content)
                               : write_at(*file, temporary, content, 0);
    if (!written) return written;
    if (durability == Durability::kPowerCut && ::fsync(file->get()) != 0) {
        return path_error("fsync", temporary);
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) return path_error("rename to", path);
    return {};
}

Status replace_file(const Path& path, ByteView content, unsigned mode, Durability durability) {
    Path temporary = path;
    temporary += ".tmp";
    Status filled = fill_and_rename(temporary, path, content, mode, durability);
    if (!filled) {
        // The first error is the one that counts; on a full disk the space is given back.
        ::unlink(temporary.c_str());
    }
    return filled;
}

// One call of `write_some(data, size, offset)` after the other until all is written.
template <class WriteSome>
Status write_all(const Path& name, ByteView content, std::uint64_t offset, WriteSome write_some) {
    while (!content.empty()) {
        const ssize_t count =
            write_some(content.data(), content.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return path_error("write", name);
        if (count == 0) return io_error("write " + name.string(), EIO);
        content = content.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return {};
}

// Pipes and the files of /proc have no size beforehand.
Result<Bytes> read_stream(const FileHandle& file, const Path& path, std::uint64_t size_max) {
    constexpr std::size_t kChunkBytes = 65'536;
    Bytes content;
    while (true) {
        const std::size_t before = content.size();
        content.resize(before + kChunkBytes);
        const ssize_t count = ::read(file.get(), content.data() + before, kChunkBytes);
        content.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return path_error("read", path);
        if (content.size() > size_max) return io_error("read " + path.string(), EFBIG);
        if (count == 0) return content;
    }
}

}  // namespace

FileHandle& FileHandle::operator=(FileHandle&& other) noexcept {
    if (this != &other) {
        if (open()) ::close(descriptor_);
        descriptor_ = std::exchange(other.descriptor_, -1);
    }
    return *this;
}

FileHandle::~FileHandle() {
    if (open()) ::close(descriptor_);
}

Result<FileHandle> open_file(const Path& path, int flags, unsigned mode) {
    while (true) {
        const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, mode);
        if (descriptor >= 0) return FileHandle(descriptor);
        if (errno != EINTR) return path_error("open", path);
    }
}

Result<Bytes> read_file(const Path& path, std::uint64_t size_max) {
    const Result<FileHandle> file = open_file(path, O_RDONLY);
    if (!file) return file.error();
    struct stat status {};
    if (::fstat(file->get(), &status) != 0) return path_error("stat", path);
    if (S_ISDIR(status.st_mode)) return io_error("read " + path.string(), EISDIR);
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (size == 0) return read_stream(*file, path, size_max);
    if (size > size_max) return io_error("read " + path.string(), EFBIG);
    Bytes content(size);
    const Result<std::size_t> count = read_at(*file, path, content, 0);
    if (!count) return count.error();
    content.resize(*count);
    return content;
}

Result<std::string> read_text_file(const Path& path, std::uint64_t size_max) {
    const Result<Bytes> content = read_file(path, size_max);
    if (!content) return content.error();
    return std::string(as_text(*content));
}

Status write_file_durable(const Path& path, ByteView content, unsigned mode) {
    if (Status replaced = replace_file(path, content, mode, Durability::kPowerCut); !replaced) {
        return replaced;
    }
    // The rename itself is durable only with its directory.
    return sync_directory(parent_of(path));
}

Status write_file_derived(const Path& path, ByteView content, unsigned mode) {
    return replace_file(path, content, mode, Durability::kProcessCrash);
}

Status write_at(const FileHandle& file, const Path& name, ByteView content, std::uint64_t offset) {
    return write_all(name, content, offset, [&](const void* data, std::size_t size, off_t at) {
        return ::pwrite(file.get(), data, size, at);
    });
}

Status write_at_durable(const FileHandle& file, const Path& name, ByteView content,
                        std::uint64_t offset) {
    bool unsupported = false;
    Status written =
        write_all(name, content, offset, [&](const std::uint8_t* data, std::size_t size, off_t at) {
            iovec part{const_cast<std::uint8_t*>(data), size};
            const ssize_t count = ::pwritev2(file.get(), &part, 1, at, RWF_DSYNC);
            unsupported = count < 0 && (errno == EOPNOTSUPP || errno == ENOSYS);
            return count;
        });
    if (!unsupported) return written;
    // Nothing was written by the refused call, so starting over is safe.
    if (Status plain = write_at(file, name, content, offset); !plain) return plain;
    if (::fdatasync(file.get()) != 0) return path_error("fdatasync", name);
    return {};
}

Result<std::size_t> read_at(const FileHandle& file, const Path& name,
                            std::span<std::uint8_t> content, std::uint64_t offset) {
    std::size_t total = 0;
    while (total < content.size()) {
        const ssize_t count = ::pread(file.get(), content.data() + total, content.size() - total,
                                      static_cast<off_t>(offset + total));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return path_error("read", name);
        if (count == 0) break;
        total += static_cast<std::size_t>(count);
    }
    return total;
}

Status sync_directory(const Path& directory) {
    const Result<FileHandle> handle = open_file(directory, O_RDONLY | O_DIRECTORY);
    if (!handle) return handle.error();
    if (::fsync(handle->get()) != 0) return path_error("fsync", directory);
    return {};
}

Status make_directories(const Path& directory, unsigned mode) {
    if (directory.empty()) return {};
    if (::mkdir(directory.c_str(), mode) == 0) return sync_directory(parent_of(directory));
    if (errno == ENOENT && directory.has_relative_path()) {
        if (Status parents = make_directories(parent_of(directory), mode); !parents) return parents;
        if (::mkdir(directory.c_str(), mode) == 0) return sync_directory(parent_of(directory));
    }
    if (errno != EEXIST) return path_error("make directory", directory);
    std::error_code failure;
    if (std::filesystem::is_directory(directory, failure)) return {};
    return io_error("make directory " + directory.string(), ENOTDIR);
}

Result<std::vector<std::string>> list_files(const Path& directory) {
    std::vector<std::string> names;
    std::error_code failure;
    std::filesystem::directory_iterator entry(directory, failure);
    const std::filesystem::directory_iterator end;
    while (!failure && entry != end) {
        if (entry->is_regular_file(failure)) names.push_back(entry->path().filename().string());
        if (!failure) entry.increment(failure);
    }
    if (failure) return io_error("list " + directory.string(), failure.value());
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace overlord
