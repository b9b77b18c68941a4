#include "settle.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "journal_paths.hpp"
#include "overlord/crypto/keys.hpp"

namespace overlord::ledger {

namespace {

struct Range {
    std::uint64_t begin;
    std::uint64_t end;
};

Status write_again(const FileHandle& file, const Path& name, Range range, Disk& disk) {
    Bytes bytes(range.end - range.begin);
    const Result<std::size_t> got = read_at(file, name, bytes, range.begin);
    if (!got) return got.error();
    if (*got != bytes.size()) {
        return Error{"journal.corrupt", name.string() + ": became shorter while it was read",
                     ErrorClass::kFatal};
    }
    const Status written = disk.write_at_durable(file, name, bytes, range.begin);
    crypto::wipe(bytes);  // they may be keys
    return written;
}

}  // namespace

Status settle_end(const Path& journal, const JournalState& state, Disk& disk) {
    OVERLORD_ASSERT(!state.torn);
    if (!state.begun) return {};
    const Path name = segment_path(journal, state.segment);
    const Result<FileHandle> file = disk.open(name, O_RDWR | O_CLOEXEC, 0600);
    if (!file) return file.error();
    const Status header = write_again(*file, name, {0, kSegmentHeaderBytes}, disk);
    if (!header) return header;
    const std::uint64_t frames = state.offset - kSegmentHeaderBytes;
    const std::uint64_t last = state.offset - std::min(frames, kFrameBytesMax);
    if (last < state.offset) {
        const Status again = write_again(*file, name, {last, state.offset}, disk);
        if (!again) return again;
    }
    return disk.sync_directory(journal);
}

Status settle_file(const FileHandle& file, const Path& name, Disk& disk) {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return io_error("stat " + name.string(), errno);
    const Range all{0, static_cast<std::uint64_t>(status.st_size)};
    if (Status again = write_again(file, name, all, disk); !again) return again;
    return disk.sync_directory(name.parent_path());
}

}  // namespace overlord::ledger
