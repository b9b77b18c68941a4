#include "overlord/ledger/disk.hpp"

#include <cerrno>
#include <unistd.h>

namespace overlord::ledger {

namespace {

class RealDisk final : public Disk {
public:
    Result<FileHandle> open(const Path& path, int flags, unsigned mode) override {
        return open_file(path, flags, mode);
    }
    Status write_at(const FileHandle& file, const Path& name, ByteView content,
                    std::uint64_t offset) override {
        return overlord::write_at(file, name, content, offset);
    }
    Status write_at_durable(const FileHandle& file, const Path& name, ByteView content,
                            std::uint64_t offset) override {
        return overlord::write_at_durable(file, name, content, offset);
    }
    Status sync(const FileHandle& file, const Path& name) override {
        if (::fsync(file.get()) != 0) return io_error("fsync " + name.string(), errno);
        return {};
    }
    Status rename(const Path& from, const Path& to) override {
        if (::rename(from.c_str(), to.c_str()) != 0) {
            return io_error("rename " + from.string() + " to " + to.string(), errno);
        }
        return {};
    }
    Status sync_directory(const Path& directory) override {
        return overlord::sync_directory(directory);
    }
    Status write_file_durable(const Path& path, ByteView content, unsigned mode) override {
        return overlord::write_file_durable(path, content, mode);
    }
};

}  // namespace

Disk& real_disk() {
    static RealDisk disk;  // has no state
    return disk;
}

}  // namespace overlord::ledger
