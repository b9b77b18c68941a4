#include "overlord/attest/full_bundle.hpp"

#include <fcntl.h>

#include "json.hpp"

namespace overlord::attest {
namespace {

constexpr std::string_view kFirstLine = R"({"format":"zk-overlords/full-bundle/v1",)";
constexpr std::string_view kBundleBegin = R"("bundle":)";
constexpr std::string_view kEntriesLine = R"("entries":[)";
constexpr std::string_view kLastLine = "]}";
// The bundle's own line is the longest; an entry of 64 KiB has at most six times as many bytes.
constexpr std::size_t kLineBytesMax = kZkBundleBytesMax + 1024;
constexpr std::size_t kReadBytes = 256u << 10;

}  // namespace

Status write_full_bundle(const Bundle& bundle, tlog::TileReader& tiles, const PutText& put) {
    OVERLORD_ASSERT(bundle.zk.has_value());
    const Result<ZkDocument> document = parse_zk_document(bundle.zk->document);
    if (!document) return document.error();
    Result<std::string> compact = make_bundle(bundle);
    if (!compact) return compact.error();
    compact->pop_back();
    const std::string head = std::string(kFirstLine) + "\n" + std::string(kBundleBegin) + *compact +
                             ",\n" + std::string(kEntriesLine) + "\n";
    if (Status written = put(head); !written) return written;
    const std::uint64_t size = document->size.value;
    for (std::uint64_t index = 0; index < size; ++index) {
        const Result<Bytes> entry = tiles.entry(EntryIndex{index});
        if (!entry) return entry.error();
        const std::string line = canonical_text(Json(std::string(as_text(*entry)))) +
                                 (index + 1 < size ? ",\n" : "\n");
        if (Status written = put(line); !written) return written;
    }
    return put(std::string(kLastLine) + "\n");
}

bool looks_like_full_bundle(std::string_view text) {
    return text.starts_with(kFirstLine);
}

Result<FullBundleReader> FullBundleReader::open(const Path& path) {
    Result<FileHandle> file = open_file(path, O_RDONLY | O_CLOEXEC);
    if (!file) return std::move(file).error();
    FullBundleReader reader(path, *std::move(file));
    if (Status head = reader.read_head(); !head) return head.error();
    return reader;
}

Error FullBundleReader::syntax(const std::string& what) const {
    return Error{"full_bundle.syntax",
                 path_.string() + ": line " + std::to_string(line_) + ": " + what};
}

// Without its LF; valid until the next one is read.
Result<std::string_view> FullBundleReader::line() {
    ++line_;
    for (;;) {
        const std::size_t end = buffer_.find('\n', begin_);
        if (end != buffer_.npos) {
            const std::string_view found = std::string_view(buffer_).substr(begin_, end - begin_);
            begin_ = end + 1;
            return found;
        }
        if (buffer_.size() - begin_ > kLineBytesMax) return syntax("too long");
        buffer_.erase(0, begin_);
        begin_ = 0;
        const std::size_t kept = buffer_.size();
        buffer_.resize(kept + kReadBytes);
        const std::span<std::uint8_t> room(reinterpret_cast<std::uint8_t*>(&buffer_[kept]),
                                           kReadBytes);
        const Result<std::size_t> count = read_at(file_, path_, room, offset_);
        if (!count) return count.error();
        buffer_.resize(kept + *count);
        offset_ += *count;
        if (*count == 0) return syntax("the file ends here");
    }
}

Status FullBundleReader::read_head() {
    Result<std::string_view> text = line();
    if (!text) return text.error();
    if (*text != kFirstLine) return syntax("not a full bundle of version 1");
    text = line();
    if (!text) return text.error();
    if (!text->starts_with(kBundleBegin) || !text->ends_with(',')) return syntax("no bundle");
    text->remove_prefix(kBundleBegin.size());
    text->remove_suffix(1);
    Result<Bundle> bundle = parse_bundle(*text);
    if (!bundle) return bundle.error();
    if (!bundle->zk) {
        return Error{"full_bundle.no_zk", "the bundle carries no zero-knowledge document"};
    }
    bundle_ = *std::move(bundle);
    text = line();
    if (!text) return text.error();
    return *text == kEntriesLine ? Status() : Status(syntax("no list of entries"));
}

Result<std::optional<std::string>> FullBundleReader::next() {
    if (ended_) return std::optional<std::string>();
    const Result<std::string_view> text = line();
    if (!text) return text.error();
    if (!more_) {
        if (*text != kLastLine) return syntax("the list of entries does not end here");
        ended_ = true;
        const Result<std::string_view> rest = line();
        const bool over = !rest && begin_ == buffer_.size();
        if (!over) return syntax("something stands behind the end");
        return std::optional<std::string>();
    }
    more_ = text->ends_with(',');
    const std::string_view item = text->substr(0, text->size() - (more_ ? 1 : 0));
    const Json json = Json::parse(item.begin(), item.end(), nullptr, /*allow_exceptions=*/false);
    if (!json.is_string() || canonical_text(json) != item) return syntax("no entry");
    return std::optional(json.get<std::string>());
}

}  // namespace overlord::attest
