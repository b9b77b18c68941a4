// Makes a sample of slots from a state directory.
#pragma once

#include <cstdint>

#include "overlord/base/file.hpp"
#include "overlord/prover/openings.hpp"
#include "overlord/prover/stream_names.hpp"
#include "overlord/tlog/tiles.hpp"
#include "slot_sample.hpp"

namespace overlord::ctl {

// Draws `count` slots of each stream that has openings, by the root of the newest witnessed
// checkpoint, else of the published one. Codes: sample.empty (no stream is in the log), and those
// of journal, tiles and openings.
[[nodiscard]] Result<SlotSample> make_slot_sample(const Path& state, const Keys& logs,
                                                  std::uint64_t count);

// The files of a state's streams.
[[nodiscard]] Result<std::vector<Path>> slot_files(const Path& state);

// What opens the name of a stream. Code sample.name: another key named it.
[[nodiscard]] Result<OpenedName> opened_name(const prover::StreamHeader& header,
                                             prover::StreamNames& names);

// The newest slot of a stream under the tiles' head, at most `rows` from its first. Code
// sample.empty: there is none.
[[nodiscard]] Result<std::pair<zk::SlotNumber, attest::ProvenEntry>> find_last_slot(
    tlog::TileReader& tiles, const prover::StreamHeader& header, std::uint64_t rows);

}  // namespace overlord::ctl
