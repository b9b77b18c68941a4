// Makes the proof bundle of an attestation from the files of a state directory, also while a daemon
// uses it. Any thread.
#pragma once

#include "overlord/attest/bundle.hpp"
#include "overlord/base/file.hpp"
#include "overlord/tlog/tiles.hpp"

namespace overlord::attest {

// The attestation's entry is looked for from the statement's size on, where it stands within a few
// entries. Codes: bundle.unknown (no such attestation), bundle.not_sealed (its entry is not
// published yet: try again in a moment), tile.damaged, and those of open_checkpoint and the store.
[[nodiscard]] Result<Bundle> assemble_bundle(const Path& state_dir, const Hash& digest,
                                             tlog::VerifierKeys logs);

// The same under one given checkpoint that one of `logs` signed, say one that a monitor has
// cosigned.
[[nodiscard]] Result<Bundle> assemble_bundle_under(const Path& state_dir, const Hash& digest,
                                                   tlog::VerifierKeys logs, std::string note);

// The entry of one slot with its proof under the head of `tiles`. Code bundle.window: it is not in
// the log.
[[nodiscard]] Result<ProvenEntry> find_slot_entry(tlog::TileReader& tiles, const Hash& stream,
                                                  zk::SlotNumber slot);
// The log's `streams` entry likewise. Code bundle.streams: it has none.
[[nodiscard]] Result<ProvenEntry> find_streams_entry(tlog::TileReader& tiles);

}  // namespace overlord::attest
