#include "overlord/signer/local_signer.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>

namespace overlord::signer {
namespace {

using tlog::NoteSigner;
using tlog::RosterKey;
using tlog::VerifierKey;

// The files of a signer, in one directory.
Path roster_file(const Path& directory) { return directory / "log.roster"; }
Path guard_file(const Path& directory) { return directory / "log.guard"; }
Path first_key(const Path& directory) { return directory / "log.key"; }
Path file_of_lock(const Path& directory) { return directory / "log.lock"; }
constexpr const char* kFirstSource = "file:log.key";

Error refused(const char* code, std::string reason) { return Error{code, std::move(reason)}; }
Error fatal(const char* code, std::string reason) {
    return Error{code, std::move(reason), ErrorClass::kFatal};
}

std::string size_text(const tlog::TreeHead& head) { return std::to_string(head.size.value); }

bool is_there(const Path& file) {
    std::error_code failure;
    return std::filesystem::exists(file, failure);
}

Error guard_missing(const Path& directory) {
    return fatal("signer.guard_missing",
                 guard_file(directory).string() +
                     " is missing, so it is not known what was signed last, and nothing is "
                     "signed. Put it back from a copy that is not older than the last published "
                     "checkpoint; if there is none and no other copy of this state will ever be "
                     "started again: overlordctl keys adopt");
}

Error keys_missing(const Path& directory) {
    return fatal("key.missing", "the log's keys are missing: " + directory.string() +
                                    " has a guard, so they have signed, and neither log.roster, "
                                    "which says where each key is, nor log.key. Put the files of "
                                    "this folder back from a copy, log.roster first");
}

Result<FileHandle> lock_file(const Path& file) {
    Result<FileHandle> handle = open_file(file, O_RDWR | O_CREAT);
    if (!handle) return handle;
    if (::flock(handle->get(), LOCK_EX | LOCK_NB) == 0) return handle;
    if (errno != EWOULDBLOCK) return io_error("lock " + file.string(), errno);
    return Error{"signer.locked", file.string() + " is in use by another signer",
                 ErrorClass::kRetry};
}

}  // namespace

LocalSigner::LocalSigner(SignerOptions options, FileHandle lock)
    : options_(std::move(options)), lock_(std::move(lock)) {
    options_.stores.directory = options_.directory;
}

Result<std::unique_ptr<LocalSigner>> LocalSigner::open(const SignerOptions& options) {
    const Path& directory = options.directory;
    const bool begun = is_there(roster_file(directory)) || is_there(first_key(directory));
    if (!begun && options.creation == Creation::kRefuse) {
        const bool used = is_there(guard_file(options.directory));
        return used ? keys_missing(directory)
                    : io_error("open " + first_key(directory).string(), ENOENT);
    }
    if (Status made = make_directories(options.directory); !made) return made.error();
    Result<FileHandle> lock = lock_file(file_of_lock(options.directory));
    if (!lock) return std::move(lock).error();
    std::unique_ptr<LocalSigner> signer(new LocalSigner(options, *std::move(lock)));
    Status ready = begun ? Status() : signer->create();
    if (ready) ready = signer->load();
    if (!ready) return std::move(ready).error();
    return signer;
}

// Makes the guard of an empty log, then the key, then the roster. If we crash before the key is
// there, this runs again; a key without a guard never comes from here, and a key without a roster
// is taken up by load().
Status LocalSigner::create() {
    const Result<Guard> present = read_guard(guard_file(options_.directory));
    if (!present && present.error().code != "io.enoent") return present.error();
    if (present && present->head.size.value > 0) {
        return keys_missing(options_.directory);
    }
    Guard guard;
    guard.origin = options_.origin;
    guard.head.root = tlog::root_of({});
    Status written = write_guard(guard_file(options_.directory), guard);
    if (!written) return written;
    Result<NewKey> key = new_key(options_.stores, options_.source, "log", options_.origin);
    if (!key) return std::move(key).error();
    tlog::Roster roster;
    roster.keys.push_back({key->signer->verifier(), key->source});
    return write_roster(roster_file(options_.directory), roster);
}

Status LocalSigner::load() {
    Result<tlog::Roster> roster = tlog::read_roster(roster_file(options_.directory));
    if (!roster && roster.error().code == "io.enoent") {
        // A state of the version before, or a crash while this one was made.
        const std::string source = kFirstSource;
        Result<std::unique_ptr<NoteSigner>> first =
            open_key(options_.stores, source, options_.origin);
        if (!first) return std::move(first).error();
        if (!is_there(guard_file(options_.directory))) return guard_missing(options_.directory);
        roster = tlog::Roster{{{(*first)->verifier(), source}}};
        Status written = write_roster(roster_file(options_.directory), *roster);
        if (!written) return written;
    }
    if (!roster) return std::move(roster).error();
    roster_ = *std::move(roster);
    const Result<Guard> guard = read_guard(guard_file(options_.directory));
    if (!guard && guard.error().code == "io.enoent") {
        return guard_missing(options_.directory);
    }
    if (!guard) return guard.error();
    const std::string& name = roster_.keys.front().key.name;
    if (name != options_.origin || guard->origin != options_.origin) {
        return fatal("signer.origin", "keys and guard are not of the origin " + options_.origin +
                                          " but of " + name + " and " + guard->origin);
    }
    guard_ = *guard;
    return load_keys();
}

Status LocalSigner::load_keys() {
    for (const RosterKey& entry : roster_.keys) {
        if (!entry.signs()) continue;
        Result<std::unique_ptr<NoteSigner>> key =
            open_key(options_.stores, entry.source, options_.origin);
        if (!key && key.error().code == "io.enoent") {
            return fatal("key.missing", "a key of the log is missing: " + key.error().message);
        }
        if (!key) return std::move(key).error();
        if ((*key)->verifier() != entry.key) {
            return fatal("signer.key", entry.source + " holds another key than " +
                                           entry.key.to_text() + ": put the right one back");
        }
        keys_.push_back(*std::move(key));
    }
    return {};
}

NoteSigner* LocalSigner::signer_of(const VerifierKey& key) const {
    const auto found = std::find_if(keys_.begin(), keys_.end(),
                                    [&](const auto& own) { return own->verifier() == key; });
    OVERLORD_ASSERT(found != keys_.end());
    return found->get();
}

const VerifierKey& LocalSigner::verifier() const { return roster_.newest_active()->key; }
std::vector<VerifierKey> LocalSigner::verifiers() const { return roster_.signing(); }
std::vector<VerifierKey> LocalSigner::verifiers_so_far() const { return roster_.all(); }

Status LocalSigner::save_guard(const Guard& guard) {
    if (poisoned_) return fatal("signer.poisoned", "an earlier write of the signer failed");
    const Status written = write_guard(guard_file(options_.directory), guard);
    if (!written) {
        poisoned_ = true;
        return with_context(written.error(), "write the guard");
    }
    guard_ = guard;
    return {};
}

Status LocalSigner::save_roster(tlog::Roster roster) {
    if (poisoned_) return fatal("signer.poisoned", "an earlier write of the signer failed");
    const Status written = write_roster(roster_file(options_.directory), roster);
    if (!written) {
        poisoned_ = true;
        return with_context(written.error(), "write the roster of keys");
    }
    roster_ = std::move(roster);
    return {};
}

Result<tlog::SignerStart> LocalSigner::begin(const tlog::LogMemory& memory) {
    Hash here{};
    if (options_.place == Place::kBound) {
        const Result<Hash> found = place_of(options_.directory);
        if (!found) return found.error();
        here = *found;
    }
    const bool elsewhere = guard_.machine != Hash{} && here != Hash{} && guard_.machine != here;
    if (elsewhere) {
        return fatal("signer.clone",
                     "the guard is that of another machine or of another copy of this state: two "
                     "that both go on would fork the log. If this is the only one that will, and "
                     "the newest, say so with: overlordctl keys adopt");
    }
    if (memory.epoch > guard_.epoch || memory.published.size > guard_.head.size) {
        return fatal("signer.guard_old",
                     "the guard is older than the log (it has seen start " +
                         std::to_string(guard_.epoch) + " and size " + size_text(guard_.head) +
                         ", the log tells of start " + std::to_string(memory.epoch) +
                         " and size " + size_text(memory.published) +
                         "). Put the newest keys/log.guard back; if it is lost: overlordctl keys "
                         "adopt");
    }
    Guard next = guard_;
    next.epoch += 1;
    next.machine = here;
    if (Status saved = save_guard(next); !saved) return std::move(saved).error();
    begun_ = true;
    return tlog::SignerStart{guard_.epoch, guard_.adopted};
}

Status LocalSigner::check_extends(const tlog::TreeHead& head,
                                  const tlog::Proof& consistency) const {
    const tlog::TreeHead& last = guard_.head;
    if (head.size < last.size) {
        return refused("signer.rollback", "size " + size_text(head) + " after " + size_text(last));
    }
    if (head.size == last.size) {
        if (head.root == last.root) return {};
        return refused("signer.fork", "another root for size " + size_text(head));
    }
    if (last.size.value == 0) {
        if (consistency.empty()) return {};
        return refused("signer.inconsistent", "there is no consistency proof from size 0");
    }
    const Status proven = tlog::verify_consistency(last, head, consistency);
    if (proven) return {};
    return refused("signer.inconsistent", "size " + size_text(head) + " is not shown to extend " +
                                              size_text(last) + ": " + proven.error().message);
}

Result<std::string> LocalSigner::sign(const tlog::Checkpoint& checkpoint,
                                      const tlog::Proof& consistency) {
    if (!begun_) return fatal("signer.begin", "asked for a signature before its start was judged");
    if (poisoned_) return fatal("signer.poisoned", "an earlier write of the signer failed");
    if (checkpoint.origin != options_.origin || !checkpoint.extensions.empty()) {
        return refused("signer.origin", "not a plain checkpoint of " + options_.origin);
    }
    Status extends = check_extends(checkpoint.head, consistency);
    if (!extends) return std::move(extends).error();
    if (checkpoint.head != guard_.head) {
        // The intent comes before the signature. If we crash after it, last() is this head, and the
        // caller, whose journal has it too, asks for the same again.
        Guard intent = guard_;
        intent.head = checkpoint.head;
        if (Status saved = save_guard(intent); !saved) return std::move(saved).error();
    }
    std::vector<NoteSigner*> signers;
    for (const VerifierKey& key : roster_.signing()) signers.push_back(signer_of(key));
    return tlog::sign_checkpoint(checkpoint, signers);
}

Result<VerifierKey> LocalSigner::add(const AddKey& request) {
    Result<NewKey> made = new_key(options_.stores, request.source, "log", options_.origin);
    if (!made) return std::move(made).error();
    const VerifierKey key = made->signer->verifier();
    tlog::Roster roster = roster_;
    Status added = roster.add(key, made->source, request.others, request.until);
    // If we crash here, a key file is left that nothing names; the next one gets another name.
    if (added) added = save_roster(std::move(roster));
    if (!added) return std::move(added).error();
    keys_.push_back(std::move(made->signer));
    return key;
}

Status LocalSigner::retire(const VerifierKey& named) {
    const VerifierKey key = named;  // it may be named by the roster that is replaced here
    tlog::Roster roster = roster_;
    if (Status retired = roster.retire(key); !retired) return retired;
    if (Status saved = save_roster(std::move(roster)); !saved) return saved;
    std::erase_if(keys_, [&](const auto& own) { return own->verifier() == key; });
    return {};
}

Status LocalSigner::log_told() {
    Result<tlog::Roster> told = signer::log_told(options_.directory, roster_);
    if (!told) return std::move(told).error();
    return *told == roster_ ? Status() : save_roster(*std::move(told));
}

}  // namespace overlord::signer
