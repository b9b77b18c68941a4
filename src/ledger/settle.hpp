// After a failed write or fsync Linux may give back what is in memory and not on the disk, also to
// the process that starts next (Rebello et al., Can Applications Recover from fsync Failures?,
// USENIX ATC 2020). So what a start has read at the journal's end, where the failure was, is
// written again before anything builds on it.
#pragma once

#include "overlord/ledger/disk.hpp"
#include "overlord/ledger/recovery.hpp"

namespace overlord::ledger {

// Writes the header and the last frames of the segment in use durably once more, the same bytes at
// the same place, and syncs the names in the folder. One write is in flight at a time, so what
// failed is among them. `state` has no torn tail any more.
[[nodiscard]] Status settle_end(const Path& journal, const JournalState& state, Disk& disk);

// The same for a whole file that was opened for reading and writing, and for its name.
[[nodiscard]] Status settle_file(const FileHandle& file, const Path& name, Disk& disk);

}  // namespace overlord::ledger
