// What `verify` does with a file or a directory, without network, Prolog or the daemon's parts.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "key_ring.hpp"
#include "log_story.hpp"
#include "overlord/attest/report.hpp"
#include "overlord/base/file.hpp"
#include "overlord/tlog/merkle.hpp"
#include "overlord/tlog/tiles.hpp"

namespace overlord::ctl {

inline constexpr std::uint64_t kDocumentBytesMax = 64u << 20;  // a sample of slots with its events

// Event proofs and proof bundles, told apart by their `format`. Code: verify.format for anything
// else.
[[nodiscard]] Result<attest::Report> verify_document(std::string_view text, const Keys& keys);

// What was found out about a log, for what rests on it.
struct VerifiedLog {
    attest::Report report;
    std::string origin;
    tlog::TreeHead head;
    LogStory story;
};

// A log's public tree: checkpoint, tiles, entry bundles. `directory` holds the checkpoint, also
// under another name. Where none of the keys signed it, those that the log itself introduced after
// one of them are tried. `also` sees every entry in order while the tree is checked; an error of
// its own makes the report invalid.
[[nodiscard]] VerifiedLog check_public_log(const Path& directory, const Keys& keys,
                                           const char* checkpoint = "checkpoint",
                                           const tlog::EntryVisitor& also = {});

// Does the second log continue the first: closed in its favour, and opened with its last head?
[[nodiscard]] attest::Report verify_succession(const VerifiedLog& first,
                                               const VerifiedLog& second);

// The head of the checkpoint in `note`, whoever signed it: what there is to get of a log. Codes of
// Note::parse and parse_checkpoint.
[[nodiscard]] Result<tlog::TreeHead> claimed_head(std::string_view note);

// The entries of a copied log that introduce keys, as indices; empty where it cannot be read.
[[nodiscard]] std::vector<EntryIndex> introductions(const Path& directory,
                                                    const tlog::TreeHead& head);

// Copies a log's files for `head` into `directory`; `get` gives the file of a path below the log's
// root. A partial file that is gone is taken from the beginning of the full one, as C2SP tlog-tiles
// allows. Errors are those of `get` and of writing.
using GetFile = std::function<Result<std::string>(const std::string& path)>;
[[nodiscard]] Status copy_log(const tlog::TreeHead& head, const GetFile& get,
                              const Path& directory);

}  // namespace overlord::ctl
