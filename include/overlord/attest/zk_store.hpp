// The zero-knowledge documents that were made: state_dir/attestations/DIGEST.zk.json beside the
// envelopes, DIGEST being the attestation's. Any thread.
#pragma once

#include <optional>
#include <string>

#include "overlord/attest/zk_document.hpp"
#include "overlord/base/file.hpp"

namespace overlord::attest {

[[nodiscard]] Path zk_document_file(const Path& state_dir, const Hash& attestation);

// Durable when it returns. `line` as compose() wrote it.
[[nodiscard]] Status keep_zk_document(const Path& state_dir, const Hash& attestation,
                                      std::string_view line);

// Empty: there is none. Codes zk.format (another format), store.corrupt (what is there is no
// document of this attestation).
[[nodiscard]] Result<std::optional<ZkDocument>> find_zk_document(const Path& state_dir,
                                                                 const Hash& attestation);

}  // namespace overlord::attest
