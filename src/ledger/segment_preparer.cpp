#include "segment_preparer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "journal_paths.hpp"
#include "overlord/base/priority.hpp"
#include "overlord/tlog/tiles.hpp"

namespace overlord::ledger {

namespace {

// Each chunk goes to the disk before the next one is written: 64 MiB of dirty zeros at once would
// make an append's or a seal's sync wait for all of them.
constexpr std::uint64_t kChunkBytes = 512u << 10;

// What stays free for all else, so that the log can be written on while the rest of the present
// segment is: tiles, entries, keys, attestations of that rest.
std::uint64_t spared(std::uint64_t segment_bytes) {
    constexpr std::uint64_t kLeast = 2u << 20;
    return std::max(segment_bytes / 4, kLeast);
}

// Is there room for `bytes` more of a segment, and for all else beside it?
Status check_room(const Path& path, std::uint64_t bytes, std::uint64_t segment_bytes) {
    std::error_code failure;
    const std::filesystem::space_info space =
        std::filesystem::space(path.parent_path(), failure);
    // Who cannot say how much is free says so when it is written to.
    if (failure || space.available >= bytes + spared(segment_bytes)) return {};
    return Error{"io.enospc",
                 "write " + path.string() + ": No space left on device for it: " +
                     std::to_string(space.available >> 10) + " KiB are free, " +
                     std::to_string((bytes + spared(segment_bytes)) >> 10) +
                     " are needed, with what has to stay free for the public log",
                 ErrorClass::kFatal};
}

Status write_zeros(const Path& path, std::uint64_t bytes, Disk& disk) {
    if (Status room = check_room(path, bytes, bytes); !room) return room;
    Result<FileHandle> file = disk.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (!file) return std::move(file).error();
    const Bytes zeros(std::min(kChunkBytes, bytes));
    for (std::uint64_t at = 0; at < bytes; at += zeros.size()) {
        const std::uint64_t length = std::min<std::uint64_t>(zeros.size(), bytes - at);
        // Others write too: the last room is theirs.
        if (Status room = check_room(path, length, bytes); !room) return room;
        Status written = disk.write_at_durable(*file, path, ByteView(zeros).first(length), at);
        if (!written) return written;
    }
    return disk.sync(*file, path);
}

}  // namespace

Status prepare_segment(const Path& journal, std::uint32_t segment, std::uint64_t segment_bytes,
                       Disk& disk) {
    const Path path = segment_path(journal, segment);
    std::error_code failure;
    const std::uint64_t there = std::filesystem::file_size(path, failure);
    // Its name may not be on the disk yet: the start before may have failed at that.
    if (!failure && there == segment_bytes) return disk.sync_directory(journal);
    // A file of another size is one that was prepared under another configuration; it holds
    // nothing.
    Path temporary = path;
    temporary += ".tmp";
    // What an attempt before left there would be counted as used.
    (void)::unlink(temporary.c_str());
    if (Status zeros = write_zeros(temporary, segment_bytes, disk); !zeros) {
        // Its room goes back at once: on a full disk it would be the last there is.
        (void)::unlink(temporary.c_str());
        return zeros;
    }
    // If we crash here, the temporary file is written again from its start.
    if (Status renamed = disk.rename(temporary, path); !renamed) return renamed;
    return disk.sync_directory(journal);
}

SegmentPreparer::SegmentPreparer(Path journal, Path log, std::uint64_t segment_bytes, Disk& disk)
    : journal_(std::move(journal)),
      log_(std::move(log)),
      segment_bytes_(segment_bytes),
      disk_(disk),
      thread_([this] { run(); }) {}

SegmentPreparer::~SegmentPreparer() {
    {
        std::lock_guard lock(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void SegmentPreparer::request(std::uint32_t segment) {
    {
        std::lock_guard lock(mutex_);
        wanted_ = segment;
    }
    changed_.notify_all();
}

Status SegmentPreparer::wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !wanted_ && !busy_; });
    if (error_) return *error_;
    return {};
}

std::optional<Error> SegmentPreparer::error() const {
    std::lock_guard lock(mutex_);
    return error_;
}

// A sync that failed is not tried again: a second one would say nothing about the files of the
// first. The ledger stops when it needs the next segment, and the start looks at the files.
Status SegmentPreparer::sync_public_log() {
    if (log_.empty()) return {};
    if (!sync_error_) {
        if (const Status synced = tlog::sync_log(log_); !synced) sync_error_ = synced.error();
    }
    return sync_error_ ? Status(*sync_error_) : Status();
}

void SegmentPreparer::run() {
    yield_to_others();  // the next segment is not needed before this one is full
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stop_ || wanted_; });
        if (stop_) return;
        const std::uint32_t segment = *std::exchange(wanted_, std::nullopt);
        busy_ = true;
        lock.unlock();
        Status done = sync_public_log();
        if (done) done = prepare_segment(journal_, segment, segment_bytes_, disk_);
        lock.lock();
        busy_ = false;
        error_ = done ? std::nullopt : std::optional<Error>(done.error());
        changed_.notify_all();
    }
}

}  // namespace overlord::ledger
