// What `verify` does with a file or a directory, without network, Prolog or the daemon's parts.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "key_ring.hpp"
#include "overlord/attest/report.hpp"
#include "overlord/base/file.hpp"
#include "overlord/tlog/merkle.hpp"

namespace overlord::ctl {

inline constexpr std::uint64_t kDocumentBytesMax = 4u << 20;

// Event proofs and proof bundles, told apart by their `format`. Code: verify.format for anything
// else.
[[nodiscard]] Result<attest::Report> verify_document(std::string_view text, const Keys& keys);

// A log's public tree: checkpoint, tiles, entry bundles. `directory` holds the checkpoint, also
// under another name.
[[nodiscard]] attest::Report verify_log(const Path& directory, const Keys& keys,
                                        const char* checkpoint = "checkpoint");

// The head of the checkpoint in `note` if one of the keys is the log's. Codes of open_checkpoint.
[[nodiscard]] Result<tlog::TreeHead> signed_head(std::string_view note, const Keys& keys);

// Copies a log's files for `head` into `directory`; `get` gives the file of a path below the log's
// root. A partial file that is gone is taken from the beginning of the full one, as C2SP tlog-tiles
// allows. Errors are those of `get` and of writing.
using GetFile = std::function<Result<std::string>(const std::string& path)>;
[[nodiscard]] Status copy_log(const tlog::TreeHead& head, const GetFile& get,
                              const Path& directory);

}  // namespace overlord::ctl
