// The check of a whole state directory: the journal and the public log (ledger/fsck.hpp), and every
// file beside them, each held against what the log says about it. Reads only, trusts nothing but
// the keys it is given, and may run beside a daemon.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/ledger/fsck.hpp"
#include "overlord/tlog/note.hpp"

namespace overlord::upkeep {

// Files that were checked, beside journal and public tree.
struct FileCounts {
    std::uint64_t keys = 0;
    std::uint64_t snapshots = 0;
    std::uint64_t bundles = 0;   // of rules
    std::uint64_t settings = 0;  // of the engine
    std::uint64_t attestations = 0;
    std::uint64_t proofs = 0;  // openings, plans and documents
    std::uint64_t others = 0;
};

// Nothing is wrong with it, and it is worth knowing: what a crash left, a file nobody knows.
struct Note {
    std::string file;  // below the directory that was checked
    std::string text;
};

struct StateReport {
    ledger::Report log;  // all findings, also those about other files
    FileCounts files;
    std::vector<Note> notes;
    std::uint64_t notes_left_out = 0;  // that did not fit into the list
    [[nodiscard]] bool ok() const { return log.ok(); }
};

// Of a public tree (a directory without journal/) what ledger::fsck checks of one.
[[nodiscard]] StateReport check_state(const Path& directory,
                                      const std::vector<tlog::VerifierKey>& keys);

}  // namespace overlord::upkeep
