#include "verification.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "overlord/attest/bundle.hpp"
#include "overlord/ledger/proof.hpp"
#include "overlord/ledger/record.hpp"
#include "overlord/tlog/tiles.hpp"
#include "slot_sample.hpp"

namespace overlord::ctl {
namespace {

using attest::Report;

std::string format_of(std::string_view text) {
    const nlohmann::json json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object() || !json.contains("format") || !json["format"].is_string()) return "";
    return json["format"].get<std::string>();
}

Result<ledger::VerifiedEvent> verify_with_any(std::string_view text, const Keys& keys) {
    Keys logs;
    for (const tlog::VerifierKey& key : keys) {
        if (!key.is_cosigner()) logs.push_back(key);
    }
    Result<ledger::VerifiedEvent> verified = ledger::verify_event_proof(text, logs);
    if (verified || verified.error().code != "note.unsigned") return verified;
    return Error{"note.unsigned", "none of the " + std::to_string(logs.size()) +
                                      " keys given is that of the log"};
}

Report verify_event(std::string_view text, const Keys& keys) {
    Report report;
    report.subject = "event proof";
    const Result<ledger::VerifiedEvent> event = verify_with_any(text, keys);
    if (!event) {
        report.fails(event.error().message);
        return report;
    }
    const Result<ledger::RecordView> record = ledger::parse(event->record);
    OVERLORD_ASSERT(record.has_value());
    report.subject = "record " + std::to_string(event->n.value);
    report.holds("the checkpoint of " +
                 std::to_string(event->checkpoint.checkpoint.head.size.value) +
                 " entries is signed by " + event->checkpoint.checkpoint.origin);
    report.holds("entry " + std::to_string(event->entry_index.value) +
                 " of that log is the block of records " +
                 std::to_string(event->block.first.value) + " to " +
                 std::to_string(event->block.first.value + event->block.count) +
                 " (exclusive), sealed at " + format_rfc3339(event->block.at));
    report.holds("record " + std::to_string(event->n.value) + " is in that block, logged at " +
                 format_rfc3339(event->at));
    report.holds("it is of kind " + std::string(ledger::to_text(record->kind)) +
                 (record->checks.empty() ? "" : ", checked " + std::string(record->checks)));
    if (!record->event.empty()) report.holds("the event is " + std::string(record->event));
    report.valid = true;
    report.assurance = "integrity: yes, of this record; the event's truth is its sender's word";
    return report;
}

std::string kind_of(ByteView entry) {
    const nlohmann::json json = nlohmann::json::parse(as_text(entry), nullptr, false);
    const bool named = json.is_object() && json.contains("kind") && json["kind"].is_string();
    return named ? json["kind"].get<std::string>() : "of no known kind";
}

std::string counts_text(const std::map<std::string, std::uint64_t>& counts) {
    std::string text;
    for (const auto& [kind, count] : counts) {
        text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + kind;
    }
    return text.empty() ? "none" : text;
}

// What a public tree shows about records without the journal: blocks that join without a hole.
struct EntryWalk {
    std::map<std::string, std::uint64_t> kinds;
    LogStory story;
    std::uint64_t next_record = 0;

    Status visit(EntryIndex index, ByteView entry) {
        ++kinds[kind_of(entry)];
        if (Status seen = story.see(index, as_text(entry)); !seen) return seen;
        const Result<std::optional<ledger::BlockEntry>> block = ledger::parse_block(as_text(entry));
        const std::string place = "entry " + std::to_string(index.value) + ": ";
        if (!block) return Error{"fsck.log", place + block.error().message};
        if (!block->has_value()) return {};
        if ((*block)->first.value != next_record) {
            return Error{"fsck.log", place + "the block begins at record " +
                                         std::to_string((*block)->first.value) +
                                         ", the one before ended at " +
                                         std::to_string(next_record)};
        }
        next_record += (*block)->count;
        return {};
    }
};

// Opens a checkpoint that none of the keys signed, with those that followed one of them.
Result<tlog::SignedCheckpoint> open_with_followers(const Path& directory, std::string_view note,
                                                   const tlog::TreeHead& head, const Keys& keys,
                                                   const LogStory& story,
                                                   std::vector<std::string>& handovers) {
    Result<tlog::TileReader> tree = tlog::TileReader::open(directory, head);
    if (!tree) return std::move(tree).error();
    const GetText get = [&](const std::string& path) {
        return read_text_file(directory / path, tlog::kNoteBytesMax);
    };
    Result<Keys> followers = follow_keys(story, keys, *tree, get, handovers);
    if (!followers) return std::move(followers).error();
    if (followers->empty()) {
        return Error{"note.unsigned",
                     "the log has retired the keys given, and log/handover/ has no checkpoint that "
                     "leads from them to those that sign now: ask for the present key, or for the "
                     "files of log/handover/ from any copy of this log"};
    }
    for (const tlog::VerifierKey& key : keys) {
        if (key.is_cosigner()) followers->push_back(key);
    }
    return attest::open_with_any(note, *followers);
}

Status write_part(const Path& path, std::string_view content) {
    if (Status made = make_directories(path.parent_path()); !made) return made;
    return write_file_derived(path, as_bytes(content));
}

// Length of the first `width` entries of a bundle; npos where it holds fewer.
std::size_t bundle_length(std::string_view bundle, unsigned width) {
    std::size_t length = 0;
    for (unsigned i = 0; i < width; ++i) {
        if (bundle.size() < length + 2) return bundle.npos;
        const auto high = static_cast<unsigned char>(bundle[length]);
        const auto low = static_cast<unsigned char>(bundle[length + 1]);
        length += 2u + high * 256u + low;
    }
    return length <= bundle.size() ? length : bundle.npos;
}

struct LogFile {
    std::string path;
    std::string full_path;  // the same where the file is full
    unsigned width = 0;
    bool entries = false;
};

Status copy_file(const LogFile& file, const GetFile& get, const Path& directory) {
    Result<std::string> content = get(file.path);
    if (!content && content.error().code == "http.not_found" && file.path != file.full_path) {
        content = get(file.full_path);
        if (content) {
            const std::size_t length =
                file.entries ? bundle_length(*content, file.width) : file.width * sizeof(Hash);
            content->resize(std::min(length, content->size()));
        }
    }
    if (!content) return content.error();
    return write_part(directory / file.path, *content);
}

}  // namespace

Result<Report> verify_document(std::string_view text, const Keys& keys) {
    const std::string format = format_of(text);
    if (format == attest::kBundleFormat) {
        const Result<attest::Bundle> bundle = attest::parse_bundle(text);
        if (bundle) return attest::verify_bundle(*bundle, keys);
        Report report;
        report.subject = "proof bundle";
        report.fails(bundle.error().message);
        return report;
    }
    if (format == kSlotSampleFormat) return verify_slot_sample(text, keys);
    if (format == "zk-overlords/event-proof/v1") return verify_event(text, keys);
    return Error{"verify.format", format.empty()
                                      ? "neither an event proof nor a proof bundle"
                                      : "files of format " + format + " are not known here"};
}

Result<tlog::TreeHead> claimed_head(std::string_view note) {
    const Result<tlog::Note> parsed = tlog::Note::parse(note);
    if (!parsed) return parsed.error();
    const Result<tlog::Checkpoint> checkpoint = tlog::parse_checkpoint(parsed->text);
    if (!checkpoint) return checkpoint.error();
    return checkpoint->head;
}

std::vector<EntryIndex> introductions(const Path& directory, const tlog::TreeHead& head) {
    EntryWalk walk;
    std::vector<EntryIndex> found;
    const Status checked = tlog::check_log(directory, head, [&](EntryIndex index, ByteView entry) {
        return walk.visit(index, entry);
    });
    if (!checked) return found;  // what is wrong is told by those who verify
    for (const KeyEntry& entry : walk.story.log_keys) {
        if (entry.state == "active") found.push_back(entry.index);
    }
    return found;
}

VerifiedLog check_public_log(const Path& directory, const Keys& keys, const char* checkpoint,
                             const tlog::EntryVisitor& also) {
    VerifiedLog log;
    Report& report = log.report;
    report.subject = "log in " + directory.string();
    const auto fails = [&](std::string what) {
        report.fails(std::move(what));
        return log;
    };
    const Result<std::string> note = read_text_file(directory / checkpoint, tlog::kNoteBytesMax);
    if (!note) return fails(note.error().message);
    Result<tlog::SignedCheckpoint> opened = attest::open_with_any(*note, keys);
    const bool direct = opened || opened.error().code != "note.unsigned";
    const Result<tlog::TreeHead> head = claimed_head(*note);
    if (!head || (direct && !opened)) {
        return fails("the checkpoint: " + (head ? opened.error().message : head.error().message));
    }
    EntryWalk walk;
    const Status checked = tlog::check_log(directory, *head, [&](EntryIndex index, ByteView entry) {
        Status seen = walk.visit(index, entry);
        return seen && also ? also(index, entry) : seen;
    });
    std::vector<std::string> handovers;
    if (!direct && checked) {
        opened = open_with_followers(directory, *note, *head, keys, walk.story, handovers);
    }
    if (!opened) return fails("the checkpoint: " + opened.error().message);
    report.subject = "log " + opened->checkpoint.origin;
    report.holds("the checkpoint of " + std::to_string(head->size.value) +
                 " entries is signed by " + attest::signers_text(*opened));
    if (!checked) return fails(checked.error().message);
    for (std::string& line : handovers) report.holds(std::move(line));
    report.holds("every entry and every tile leads to its root " + to_base64(head->root));
    report.holds("the entries: " + counts_text(walk.kinds));
    report.holds("its blocks cover records 0 to " + std::to_string(walk.next_record) +
                 " (exclusive) without a hole");
    if (const auto& before = walk.story.opened) {
        report.holds("it says that it continues the log " + before->origin + " from size " +
                     std::to_string(before->head.size.value));
    }
    if (const auto& after = walk.story.closed) {
        report.holds("it is closed; its successor is " + after->origin + " with the key " +
                     after->key.to_text());
    }
    report.valid = true;
    report.assurance =
        "integrity: yes, of the public log; the records behind its blocks need the journal";
    log.origin = opened->checkpoint.origin;
    log.head = *head;
    log.story = std::move(walk.story);
    return log;
}

Report verify_succession(const VerifiedLog& first, const VerifiedLog& second) {
    Report report;
    report.subject = "succession";
    const auto fails = [&](std::string what) {
        report.fails(std::move(what));
        return report;
    };
    if (!first.report.valid || !second.report.valid) return fails("one of the logs is not valid");
    report.subject = first.origin + ", continued by " + second.origin;
    const std::optional<Successor>& closed = first.story.closed;
    if (!closed) return fails(first.origin + " is not closed");
    const auto& keys = second.story.log_keys;
    const bool its_key = std::any_of(keys.begin(), keys.end(), [&](const KeyEntry& entry) {
        return entry.key == closed->key;
    });
    if (closed->origin != second.origin || !its_key) {
        return fails(first.origin + " was closed in favour of " + closed->origin +
                     " with the key " + closed->key.to_text());
    }
    report.holds("the last entry of " + first.origin + " names " + second.origin +
                 " and a key of it");
    const std::optional<Predecessor>& opened = second.story.opened;
    if (!opened) return fails(second.origin + " names no predecessor");
    if (opened->origin != first.origin || opened->head != first.head) {
        return fails(second.origin + " continues " + opened->origin + " from size " +
                     std::to_string(opened->head.size.value) +
                     ", which is not the last head of the log given");
    }
    report.holds("entry 0 of " + second.origin + " holds the last head of " + first.origin + ", " +
                 std::to_string(first.head.size.value) + " entries");
    report.valid = true;
    report.assurance = "succession: yes, each names the other";
    return report;
}

Status copy_log(const tlog::TreeHead& head, const GetFile& get, const Path& directory) {
    std::vector<LogFile> files;
    const std::uint64_t size = head.size.value;
    for (unsigned level = 0; level < 8 && (size >> (8 * level)) != 0; ++level) {
        const std::uint64_t hashes = size >> (8 * level);
        for (std::uint64_t i = 0; i * tlog::kTileWidth < hashes; ++i) {
            const auto width = static_cast<unsigned>(
                std::min<std::uint64_t>(tlog::kTileWidth, hashes - i * tlog::kTileWidth));
            files.push_back(
                {tlog::tile_path({level, i, width}), tlog::tile_path({level, i}), width, false});
            if (level != 0) continue;
            files.push_back({tlog::entries_path(i, width), tlog::entries_path(i, tlog::kTileWidth),
                             width, true});
        }
    }
    for (const LogFile& file : files) {
        if (Status copied = copy_file(file, get, directory); !copied) {
            return with_context(copied.error(), file.path);
        }
    }
    return {};
}

}  // namespace overlord::ctl
