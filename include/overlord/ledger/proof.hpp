// The proof of one record, for the auditor who gets it as a file: two hops, from the record to its
// block and from the block's entry to a signed checkpoint (docs/formats/records.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"
#include "overlord/base/strong.hpp"
#include "overlord/base/time.hpp"
#include "overlord/ledger/entry.hpp"
#include "overlord/tlog/checkpoint.hpp"

namespace overlord::ledger {

// From the files of a state directory, also while a daemon uses it; reads the records of one block
// and about a segment of frame headers, however large the log is. Against the checkpoint published
// last. Codes: record.unknown, record.erased, proof.not_sealed (try again after the next seal),
// key.*, journal.corrupt, tile.damaged, io.*.
[[nodiscard]] Result<std::string> event_proof(const Path& state_dir, RecordIndex n,
                                              tlog::VerifierKeys logs);

struct VerifiedEvent {
    std::string record;
    RecordIndex n;
    TimeNs at = 0;
    BlockEntry block;
    EntryIndex entry_index;
    tlog::SignedCheckpoint checkpoint;
};

// Needs nothing but the proof and the log's key, which must come from elsewhere. Codes:
// proof.malformed, proof.mismatch and other codes of tlog's verify_inclusion and open_checkpoint,
// record.syntax, entry.syntax.
[[nodiscard]] Result<VerifiedEvent> verify_event_proof(std::string_view text,
                                                       tlog::VerifierKeys logs);

// Of an erased record: that it was there, as its commitment in its block. Same files, same two
// hops. Codes as above; record.readable where it is not erased.
[[nodiscard]] Result<std::string> erased_proof(const Path& state_dir, RecordIndex n,
                                               tlog::VerifierKeys logs);

struct VerifiedErased {
    RecordIndex n;
    BlockEntry block;
    tlog::SignedCheckpoint checkpoint;
};

// It shows that the log has a record n, and not that it had to be erased.
[[nodiscard]] Result<VerifiedErased> verify_erased_proof(std::string_view text,
                                                         tlog::VerifierKeys logs);

// The entry of an erasure: {"v":1,"kind":"erase","at":A,"before":B,"keys":K}; it concerned records
// below B. nullopt for any other entry.
[[nodiscard]] std::optional<RecordIndex> erased_before(std::string_view entry);

}  // namespace overlord::ledger
