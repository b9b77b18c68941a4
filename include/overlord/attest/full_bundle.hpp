// A full bundle: a proof bundle with every entry of the log up to its document's size, so that an
// auditor without a network verifies all slots of a window (docs/formats/attestation.md). One JSON
// text with one entry a line, so that neither side has to hold it in memory:
//
//   {"format":"zk-overlords/full-bundle/v1",
//   "bundle":{...},
//   "entries":[
//   "...",
//   "..."
//   ]}
//
// A reader and a writer belong to one thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "overlord/attest/bundle.hpp"
#include "overlord/base/file.hpp"
#include "overlord/tlog/tiles.hpp"

namespace overlord::attest {

// `put` gets the file's text piece by piece. `tiles` are those of a head at least as large as the
// document's size; the bundle has a zero-knowledge part (asserted). Codes: those of make_bundle, of
// the tiles, and of `put`.
using PutText = std::function<Status(std::string_view text)>;
[[nodiscard]] Status write_full_bundle(const Bundle& bundle, tlog::TileReader& tiles,
                                       const PutText& put);

// True where the text, of which the beginning is enough, claims to be a full bundle.
[[nodiscard]] bool looks_like_full_bundle(std::string_view text);

class FullBundleReader {
public:
    // Codes: io.*, full_bundle.syntax, those of parse_bundle; full_bundle.no_zk.
    [[nodiscard]] static Result<FullBundleReader> open(const Path& path);

    [[nodiscard]] const Bundle& bundle() const { return bundle_; }
    // The next entry; nothing after the last one, where the file has to end. Strict: what
    // write_full_bundle writes. Code full_bundle.syntax, with the line's number.
    [[nodiscard]] Result<std::optional<std::string>> next();

private:
    FullBundleReader(Path path, FileHandle file)
        : path_(std::move(path)), file_(std::move(file)) {}
    [[nodiscard]] Result<std::string_view> line();
    [[nodiscard]] Status read_head();
    [[nodiscard]] Error syntax(const std::string& what) const;

    Path path_;
    FileHandle file_;
    std::uint64_t offset_ = 0;  // of what is to be read next
    std::string buffer_;
    std::size_t begin_ = 0;  // of what is not taken yet
    std::uint64_t line_ = 0;
    bool more_ = true;  // the line before ended with a comma
    bool ended_ = false;
    Bundle bundle_;
};

}  // namespace overlord::attest
