// What a start does before the ledger takes its first record: the steps of Ledger::open, in order.
// Private to the module.
#pragma once

#include <string>

#include "open_blocks.hpp"
#include "overlord/ledger/ledger.hpp"
#include "overlord/ledger/recovery.hpp"
#include "overlord/tlog/tiles.hpp"
#include "state_dir.hpp"

namespace overlord::ledger {

// The log as the journal has it.
struct JournalContent {
    std::uint32_t from_segment = 0;  // the first one that was read
    TreeSize synced;                 // tiles of this size survive a power cut
    JournalState state;
    tlog::Frontier tree;  // over all public entries
    std::uint64_t frames = 0;
    std::optional<Hash> root_at_published;  // of the tree when it had the published size
    std::optional<Hash> root_at_signed;     // ... and the size that the signer remembers
    std::uint64_t start_epoch = 0;          // of the last `start` entry; 0: none that says so
    std::string closing_entry;              // the last entry, where it closes the log
};

// The sizes that others know of the log.
struct KnownHeads {
    tlog::TreeHead published;  // log/checkpoint; size 0 where there is none
    std::string checkpoint;    // its text
    tlog::TreeHead signed_last;
};

[[nodiscard]] Result<KnownHeads> read_known_heads(const StatePaths& paths, const Options& options);

// Reads the journal and makes the tree of its public entries again, checking each seal's root: the
// last segment only, where the tiles lead to the root in its header, else all of it.
[[nodiscard]] Result<JournalContent> read_journal(const StatePaths& paths, const Options& options,
                                                  const KnownHeads& known);

// Refuses a journal that is older than what was signed (log.rollback) or another history
// (log.fork).
[[nodiscard]] Status compare_heads(const JournalContent& content, const KnownHeads& known);

// Commitments of the records that no block covers.
[[nodiscard]] Result<OpenBlocks> read_unsealed(const StatePaths& paths,
                                               const JournalState& state);

// The tiles of `head`: opened if every file that holds something beyond the size `synced` is right,
// else written again from the journal.
struct OpenedTiles {
    tlog::TileWriter writer;
    bool rewritten = false;
};
[[nodiscard]] Result<OpenedTiles> rewrite_tiles(const StatePaths& paths,
                                                const tlog::TreeHead& head);
[[nodiscard]] Result<OpenedTiles> open_tiles(const StatePaths& paths, const tlog::TreeHead& head,
                                             TreeSize synced);

// Has `head` signed, with the proof that it continues what the signer signed last, and puts the
// checkpoint in its place, unless publication waits for witnesses. The tiles of `head` must be
// there. Returns the checkpoint.
[[nodiscard]] Result<std::string> publish(const StatePaths& paths, const Options& options,
                                          const tlog::TreeHead& head);

}  // namespace overlord::ledger
