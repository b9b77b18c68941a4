// Finds the zero-knowledge part of a proof bundle in a state directory.
#pragma once

#include "overlord/attest/bundle.hpp"
#include "overlord/base/file.hpp"
#include "overlord/tlog/tiles.hpp"

namespace overlord::attest {

// There is a document of this attestation.
[[nodiscard]] bool has_document(const Path& state_dir, const Hash& attestation);

// The document of an attestation with its places under the head of `tiles`; nothing where there is
// no document, or its entry is not under that head yet. Codes: those of parse_zk_document, and
// bundle.window where an end of a window is not in the log.
[[nodiscard]] Result<std::optional<ZkPart>> assemble_zk(const Path& state_dir,
                                                        const Hash& attestation,
                                                        tlog::TileReader& tiles);

}  // namespace overlord::attest
