#include "overlord/witness/store.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>

#include "overlord/crypto/sha256.hpp"

namespace overlord::witness {
namespace {

constexpr std::string_view kFirstLine = "zk-overlords/witness/v1\n";
constexpr std::string_view kKeyField = "key ";
constexpr std::string_view kOriginField = "origin ";
constexpr std::size_t kStateBytesMax = 4u << 20;

Error state_error(const char* code, std::string message) {
    return Error{code, std::move(message), ErrorClass::kFatal};
}

Path checkpoint_path(const Path& directory, std::string_view origin) {
    return directory / origin_hex(origin) / "checkpoint";
}

Result<FileHandle> take_lock(const Path& directory) {
    Result<FileHandle> lock = open_file(directory / "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (!lock) return lock;
    if (::flock(lock->get(), LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno != EWOULDBLOCK) return io_error("lock " + directory.string(), errno);
    return Error{"witness.locked", "another witness uses " + directory.string(),
                 ErrorClass::kRetry};
}

std::string line(std::string_view field, std::string_view value) {
    return std::string(field) + std::string(value) + "\n";
}

// The lines of the log's own keys: what strangers added is neither kept nor given out.
std::vector<tlog::NoteSignature> log_lines(std::string_view raw,
                                           const std::vector<tlog::VerifierKey>& logs) {
    std::vector<tlog::NoteSignature> lines;
    const Result<tlog::Note> note = tlog::Note::parse(raw);
    if (!note) return lines;
    for (const tlog::NoteSignature& line : note->signatures) {
        const bool known = std::any_of(logs.begin(), logs.end(), [&](const auto& key) {
            return key.name == line.name && key.id() == line.key_id;
        });
        const bool again = std::find(lines.begin(), lines.end(), line) != lines.end();
        if (known && !again) lines.push_back(line);
    }
    return lines;
}

Answer plain(unsigned status, std::string text) {
    return {status, "text/plain; charset=utf-8", std::move(text) + "\n"};
}

}  // namespace

std::string origin_hex(std::string_view origin) {
    return to_hex(crypto::sha256(as_bytes(origin)));
}

Store::Store(StoreOptions options, tlog::KeySigner key, FileHandle lock, Clock& clock)
    : options_(std::move(options)),
      key_(std::move(key)),
      verifier_{key_.verifier().name, tlog::SignatureType::kCosignature, key_.verifier().key},
      lock_(std::move(lock)),
      clock_(clock) {}

Result<std::unique_ptr<Store>> Store::open(StoreOptions options, tlog::KeySigner key,
                                           Clock& clock) {
    std::error_code failure;
    const Path directory = options.directory;
    const bool there = std::filesystem::exists(directory / "witness.state", failure);
    if (!there && options.creation == Creation::kRefuse) {
        return state_error("witness.state_missing",
                           directory.string() +
                               " holds no witness's state. If this witness has cosigned before, "
                               "put it back: without it a fork would be cosigned. Only a new "
                               "witness starts with --create");
    }
    if (Status made = make_directories(directory, 0700); !made) return made.error();
    Result<FileHandle> lock = take_lock(directory);
    if (!lock) return std::move(lock).error();
    std::unique_ptr<Store> store(
        new Store(std::move(options), std::move(key), *std::move(lock), clock));
    if (!there) {
        if (Status written = store->write_state(); !written) return written.error();
    }
    if (Status read = store->read_state(); !read) return read.error();
    return store;
}

Status Store::read_state() {
    const Path file = options_.directory / "witness.state";
    const Result<std::string> text = read_text_file(file, kStateBytesMax);
    if (!text) return text.error();
    std::string_view rest = *text;
    const auto damaged = [&] {
        return state_error("witness.state_damaged", file.string() + " is damaged");
    };
    const std::string key_line = line(kKeyField, verifier_.to_text());
    if (!rest.starts_with(kFirstLine)) return damaged();
    rest.remove_prefix(kFirstLine.size());
    const std::size_t key_end = rest.find('\n');
    if (!rest.starts_with(kKeyField) || key_end == rest.npos) return damaged();
    if (!rest.starts_with(key_line)) {
        const std::string owner(rest.substr(kKeyField.size(), key_end - kKeyField.size()));
        return state_error("witness.state_key", file.string() + " belongs to the key " + owner +
                                                    ", not to " + verifier_.to_text());
    }
    rest.remove_prefix(key_line.size());
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        if (!rest.starts_with(kOriginField) || end == rest.npos) return damaged();
        const std::string origin(rest.substr(kOriginField.size(), end - kOriginField.size()));
        rest.remove_prefix(end + 1);
        Result<Known> known = read_known(origin);
        if (!known) return std::move(known).error();
        known_.emplace(origin, *std::move(known));
    }
    return {};
}

Result<Store::Known> Store::read_known(const std::string& origin) const {
    const Path file = checkpoint_path(options_.directory, origin);
    const auto bad = [&](const std::string& why) {
        return state_error("witness.state_damaged",
                           file.string() + ": what was cosigned last for " + origin +
                               " is not known (" + why + "); put the file back from a copy");
    };
    Result<std::string> note = read_text_file(file, tlog::kNoteBytesMax);
    if (!note) return bad(note.error().message);
    // Our own cosignature is what makes the file worth believing.
    const Result<tlog::OpenedNote> opened = tlog::open_note(*note, std::span(&verifier_, 1));
    if (!opened) return bad(opened.error().message);
    const Result<tlog::Checkpoint> checkpoint = tlog::parse_checkpoint(opened->note.text);
    if (!checkpoint) return bad(checkpoint.error().message);
    if (checkpoint->origin != origin) return bad("it is of " + checkpoint->origin);
    return Known{checkpoint->head, *std::move(note)};
}

Status Store::write_state() const {
    std::string text = std::string(kFirstLine) + line(kKeyField, verifier_.to_text());
    for (const auto& [origin, known] : known_) text += line(kOriginField, origin);
    return write_file_durable(options_.directory / "witness.state", as_bytes(text), 0600);
}

Status Store::remember(const std::string& origin, Known known) {
    const Path file = checkpoint_path(options_.directory, origin);
    const bool fresh = !known_.contains(origin);
    if (fresh) {
        if (Status made = make_directories(file.parent_path(), 0700); !made) return made;
    }
    if (Status written = write_file_durable(file, as_bytes(known.note), 0644); !written) {
        return written;
    }
    known_[origin] = std::move(known);
    // If we crash before this, the log counts as new. Nothing of it was given out yet.
    return fresh ? write_state() : Status();
}

Answer Store::add_checkpoint(std::string_view body) {
    const std::lock_guard guard(mutex_);
    const Answer broken = plain(500, "this witness cannot write to its disk");
    if (poisoned_) return broken;
    const Result<tlog::AddCheckpoint> request = tlog::AddCheckpoint::parse(body);
    if (!request) return plain(400, request.error().message);
    const std::string origin = request->note.substr(0, request->note.find('\n'));
    const auto stored = known_.find(origin);
    const tlog::TreeHead head = stored == known_.end() ? tlog::TreeHead{} : stored->second.head;
    const tlog::WitnessVerdict verdict = tlog::judge(*request, head, options_.logs);
    if (verdict.status == 409) {
        return {409, std::string(tlog::kSizeContentType),
                std::to_string(verdict.known.value) + "\n"};
    }
    if (verdict.status != 200) return plain(verdict.status, verdict.reason);

    const auto seconds = static_cast<std::uint64_t>(std::max<TimeNs>(clock_.now(), 0) / kSecondNs);
    const tlog::NoteSignature cosignature =
        tlog::cosign(verdict.text, {verifier_.name, key_.key()}, seconds);
    tlog::Note cosigned{verdict.text, log_lines(request->note, options_.logs)};
    cosigned.signatures.push_back(cosignature);
    if (!remember(origin, {verdict.checkpoint.head, cosigned.to_text()})) {
        poisoned_ = true;  // what is on the disk is not known
        return broken;
    }
    return {200, "text/plain; charset=utf-8", tlog::signature_line(cosignature)};
}

Result<std::string> Store::checkpoint(std::string_view hex_of_origin) const {
    const std::lock_guard guard(mutex_);
    for (const auto& [origin, known] : known_)
        if (origin_hex(origin) == hex_of_origin) return known.note;
    return Error{"witness.unknown", "no checkpoint of such a log was cosigned here"};
}

std::size_t Store::known_logs() const {
    const std::lock_guard guard(mutex_);
    return known_.size();
}

}  // namespace overlord::witness
