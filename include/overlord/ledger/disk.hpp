// The disk as the ledger sees it: every operation that changes a file, behind one interface so that
// tests can let each of them fail, before or after it took effect. Reading is not part of it.
//
// Called from the ledger thread and from the journal's preparer thread. Errors are class kFatal, as
// in overlord/base/file.hpp: the caller never retries on the same file.
#pragma once

#include <cstdint>

#include "overlord/base/file.hpp"

namespace overlord::ledger {

class Disk {
public:
    virtual ~Disk() = default;
    [[nodiscard]] virtual Result<FileHandle> open(const Path& path, int flags, unsigned mode) = 0;
    [[nodiscard]] virtual Status write_at(const FileHandle& file, const Path& name,
                                          ByteView content, std::uint64_t offset) = 0;
    // Returns once the data is on the disk.
    [[nodiscard]] virtual Status write_at_durable(const FileHandle& file, const Path& name,
                                                  ByteView content, std::uint64_t offset) = 0;
    [[nodiscard]] virtual Status sync(const FileHandle& file, const Path& name) = 0;
    [[nodiscard]] virtual Status rename(const Path& from, const Path& to) = 0;
    [[nodiscard]] virtual Status sync_directory(const Path& directory) = 0;
    // Whole small files; see write_file_durable of base.
    [[nodiscard]] virtual Status write_file_durable(const Path& path, ByteView content,
                                                    unsigned mode) = 0;
};

[[nodiscard]] Disk& real_disk();

}  // namespace overlord::ledger
