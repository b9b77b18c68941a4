#include "overlord/ledger/erasure.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "journal_paths.hpp"
#include "overlord/base/json_text.hpp"
#include "segment_file.hpp"

namespace overlord::ledger {

namespace {

Path file_of(const Path& journal, ErasureStage stage) {
    return keys_directory(journal) / (stage == ErasureStage::kWaiting ? "waiting" : "erasing");
}
Path freeing(const Path& journal) {
    return keys_directory(journal) / "freeing";
}

// If we crash before it is gone, what was carried out finds no key and is passed over.
Status forget(const Path& file, Disk& disk) {
    if (::unlink(file.c_str()) != 0 && errno != ENOENT) {
        return io_error("remove " + file.string(), errno);
    }
    return disk.sync_directory(file.parent_path());
}

std::optional<ErasureScope::Kind> kind_of(std::string_view text) {
    using Kind = ErasureScope::Kind;
    for (const Kind kind : {Kind::kSystem, Kind::kRejects, Kind::kAll}) {
        if (to_text(kind) == text) return kind;
    }
    return std::nullopt;
}

Result<Erasure> parse_erasure(std::string_view line, const Path& path) {
    const nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
    const auto is = [&](const char* name, auto test) {
        return json.is_object() && json.contains(name) && (json[name].*test)();
    };
    const bool shaped = is("scope", &nlohmann::json::is_string) &&
                        is("system", &nlohmann::json::is_string) &&
                        is("before", &nlohmann::json::is_number_integer);
    if (shaped) {
        const auto kind = kind_of(json["scope"].get<std::string>());
        const std::string system = json["system"].get<std::string>();
        if (kind) return Erasure{{*kind, system}, json["before"].get<Day>()};
    }
    return Error{"erasure.damaged",
                 path.string() + " is not what an erasure wrote: put it back from a copy, or "
                                 "remove it and erase again",
                 ErrorClass::kFatal};
}

// Gives back the pages of a frame that hold erased records only. Only the index is read.
class FrameFreer {
public:
    FrameFreer(const Path& journal, SegmentFile& segment, FileHandle& file, FreedRoom& freed)
        : keys_(keys_directory(journal)), segment_(segment), file_(file), freed_(freed) {}

    Status visit(std::uint64_t offset, const FrameHeader& header) {
        const std::uint64_t bodies = bodies_offset(header.count);
        const std::uint64_t extent = frame_extent(header.payload_bytes);
        if (header.type != FrameType::kRecords || bodies >= extent) return {};
        index_.resize(bodies - kFrameHeaderBytes);
        const Result<std::size_t> got =
            read_at(segment_.file(), segment_.path(), index_, offset + kFrameHeaderBytes);
        if (!got) return got.error();
        // Damage is for fsck and the scrub to report; nothing of it is given away.
        if (*got != index_.size() || crc32c(index_) != header.payload_crc) return {};
        std::uint64_t run = offset + bodies;  // where the erased records in a row begin
        std::uint64_t at = run;
        for (std::uint32_t i = 0; i < header.count; ++i) {
            const std::uint8_t* const entry = index_.data() + i * kIndexEntryBytes;
            const Result<bool> erased = is_erased(get_u32_le(entry + 4));
            if (!erased) return erased.error();
            if (!*erased) {
                if (Status punched = punch(run, at); !punched) return punched;
            }
            at += get_u32_le(entry);
            if (!*erased) run = at;
        }
        return punch(run, std::min(at, offset + extent));
    }

private:
    Result<bool> is_erased(KeyId key) {
        if (known_ && key == last_) return erased_;
        const Result<KeyInfo> info = keys_.info(key);
        if (!info) return info.error();
        known_ = true;
        last_ = key;
        erased_ = info->erased;
        return erased_;
    }

    // Whole pages only: where none fits, nothing would come free.
    Status punch(std::uint64_t from, std::uint64_t to) {
        constexpr std::uint64_t kPage = 4096;
        const std::uint64_t first = (from + kPage - 1) / kPage * kPage;
        const std::uint64_t end = to / kPage * kPage;
        if (first >= end) return {};
        constexpr int kMode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
        if (::fallocate(file_.get(), kMode, static_cast<off_t>(first),
                        static_cast<off_t>(end - first)) != 0) {
            return io_error("give back room in " + segment_.path().string(), errno);
        }
        freed_.holes += 1;
        freed_.bytes += end - first;
        return {};
    }

    RecordKeys keys_;
    SegmentFile& segment_;
    FileHandle& file_;
    FreedRoom& freed_;
    Bytes index_;
    KeyId last_ = 0;
    bool known_ = false;   // last_ is of a key that was looked up, ...
    bool erased_ = false;  // ... and this is what came out
};

Status free_segment(const Path& journal, std::uint32_t number, const std::atomic<bool>& stop,
                    FreedRoom& freed) {
    Result<SegmentFile> segment = SegmentFile::open(journal, number);
    if (!segment) return std::move(segment).error();
    Result<FileHandle> file = open_file(segment->path(), O_RDWR | O_CLOEXEC);
    if (!file) return std::move(file).error();
    FrameFreer freer(journal, *segment, *file, freed);
    const std::uint64_t before = freed.holes;
    for (std::uint64_t offset = kSegmentHeaderBytes; !stop;) {
        const Result<std::optional<FrameHeader>> header = segment->peek(offset);
        if (!header) return header.error();
        const bool here = header->has_value() && (*header)->segment == number &&
                          frame_extent((*header)->payload_bytes) <= segment->size() - offset;
        if (!here) break;
        if (Status visited = freer.visit(offset, **header); !visited) return visited;
        offset += frame_extent((*header)->payload_bytes);
    }
    if (freed.holes == before || ::fdatasync(file->get()) == 0) return {};
    return io_error("sync " + segment->path().string(), errno);
}

}  // namespace

std::string_view to_text(ErasureScope::Kind kind) {
    switch (kind) {
        case ErasureScope::Kind::kSystem:
            return "system";
        case ErasureScope::Kind::kRejects:
            return "rejects";
        case ErasureScope::Kind::kAll:
            return "all";
    }
    return "";
}

Status note_erasures(const Path& journal, ErasureStage stage, std::span<const Erasure> erasures,
                     Disk& disk) {
    if (erasures.empty()) return forget(file_of(journal, stage), disk);
    std::string text;
    for (const Erasure& erasure : erasures) {
        text += "{\"scope\":";
        append_json_string(text, to_text(erasure.scope.kind));
        text += ",\"system\":";
        append_json_string(text, erasure.scope.system);
        text += ",\"before\":" + std::to_string(erasure.before) + "}\n";
    }
    return disk.write_file_durable(file_of(journal, stage), as_bytes(text), 0600);
}

Result<std::vector<Erasure>> noted_erasures(const Path& journal, ErasureStage stage) {
    std::vector<Erasure> found;
    const Path path = file_of(journal, stage);
    const Result<std::string> text = read_text_file(path);
    if (!text && text.error().code == "io.enoent") return found;
    if (!text) return text.error();
    for (std::size_t begin = 0; begin < text->size();) {
        const std::size_t end = std::min(text->find('\n', begin), text->size());
        const std::string_view line = std::string_view(*text).substr(begin, end - begin);
        Result<Erasure> erasure = parse_erasure(line, path);
        if (!erasure) return std::move(erasure).error();
        found.push_back(*std::move(erasure));
        begin = end + 1;
    }
    return found;
}

Status finish_erasures(const Path& journal, Disk& disk) {
    const Status moved = disk.rename(file_of(journal, ErasureStage::kErasing), freeing(journal));
    if (!moved) return moved;
    return disk.sync_directory(keys_directory(journal));
}

bool room_to_give_back(const Path& journal) {
    std::error_code failure;
    return std::filesystem::exists(freeing(journal), failure);
}

Result<FreedRoom> give_back_room(const Path& journal, const std::atomic<bool>& stop) {
    FreedRoom freed;
    const Result<std::vector<std::uint32_t>> segments = list_segments(journal);
    if (!segments) return segments.error();
    std::vector<std::uint32_t> begun;
    for (const std::uint32_t number : *segments) {
        Result<SegmentFile> file = SegmentFile::open(journal, number);
        if (!file) return std::move(file).error();
        const Result<std::optional<SegmentHeader>> header = file->header();
        if (!header) return header.error();
        if (header->has_value()) begun.push_back(number);
    }
    // Zeros in the segment in use would look like a torn write.
    for (std::size_t i = 0; i + 1 < begun.size() && !stop; ++i) {
        if (Status done = free_segment(journal, begun[i], stop, freed); !done) return done.error();
    }
    freed.complete = !stop;
    if (stop || begun.empty()) return freed;
    if (::unlink(freeing(journal).c_str()) != 0 && errno != ENOENT) {
        return io_error("remove " + freeing(journal).string(), errno);
    }
    return freed;
}

}  // namespace overlord::ledger
