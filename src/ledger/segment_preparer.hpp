// Makes the next segment while the current one is filled: a file of zeros, synced, renamed into
// place, directory synced. Writing zeros matters: into merely allocated space a
// durable write has to change the file's metadata too, which doubles its time. Private to the
// module.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>

#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"
#include "overlord/ledger/disk.hpp"

namespace overlord::ledger {

// Does the work at once. A segment of that number and size that is there already is kept. Where it
// fails nothing of it stays behind. Code io.enospc: also where it would take the room that the
// public log needs until the present segment is full, so that a full disk is met that early.
[[nodiscard]] Status prepare_segment(const Path& journal, std::uint32_t segment,
                                     std::uint64_t segment_bytes, Disk& disk);

class SegmentPreparer {
public:
    // `log` is the public log's folder, which is synced before each segment is prepared; empty for
    // none. So when a segment begins, the tiles of the log as it was when the segment before it
    // began survive a power cut: that is what a start relies on (tail_start.hpp).
    SegmentPreparer(Path journal, Path log, std::uint64_t segment_bytes, Disk& disk);
    ~SegmentPreparer();

    // Asks for a segment; returns at once.
    void request(std::uint32_t segment);
    // Waits until the segment asked for last is there, or could not be made.
    [[nodiscard]] Status wait();
    // The outcome of the latest request that ended in an error, until one succeeds.
    [[nodiscard]] std::optional<Error> error() const;

private:
    void run();
    [[nodiscard]] Status sync_public_log();

    const Path journal_;
    const Path log_;
    const std::uint64_t segment_bytes_;
    Disk& disk_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<std::uint32_t> wanted_;
    bool busy_ = false;
    bool stop_ = false;
    std::optional<Error> error_;
    std::optional<Error> sync_error_;  // the thread's own
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace overlord::ledger
