#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "guard.hpp"
#include "overlord/tlog/keyfile.hpp"
#include "overlord/tlog/signer.hpp"

namespace overlord::tlog {
namespace {

Error refused(const char* code, std::string reason) { return Error{code, std::move(reason)}; }

std::string size_text(const TreeHead& head) { return std::to_string(head.size.value); }

// Makes the guard of an empty log and then the key. If we crash between the two, there is no key
// yet, and this runs again; a key without a guard never comes from here.
Status create_files(const Path& key, const Path& guard, const std::string& origin) {
    const Result<Guard> present = read_guard(guard);
    if (!present && present.error().code != "io.enoent") return present.error();
    if (present && present->head.size.value > 0) {
        return Error{"key.missing", key.string() + " is missing, and the guard says that it signed",
                     ErrorClass::kFatal};
    }
    if (Status written = write_guard(guard, {origin, {{0}, root_of({})}}); !written) return written;
    const Result<KeySigner> created = create_key(key, origin);
    if (!created) return created.error();
    return {};
}

Result<FileHandle> lock_file(const Path& file) {
    Result<FileHandle> handle = open_file(file, O_RDONLY);
    if (!handle) return handle;
    if (::flock(handle->get(), LOCK_EX | LOCK_NB) == 0) return handle;
    if (errno != EWOULDBLOCK) return io_error("lock " + file.string(), errno);
    return Error{"signer.locked", file.string() + " is in use by another signer",
                 ErrorClass::kRetry};
}

}  // namespace

LocalSigner::LocalSigner(KeySigner key, FileHandle lock, Path guard, const TreeHead& last)
    : key_(std::move(key)), lock_(std::move(lock)), guard_(std::move(guard)), last_(last) {}

Result<std::unique_ptr<LocalSigner>> LocalSigner::open(const SignerOptions& options) {
    const Path key_file = options.directory / "log.key";
    const Path guard_file = options.directory / "log.guard";
    Result<FileHandle> lock = lock_file(key_file);
    const bool absent = !lock && lock.error().code == "io.enoent";
    if (absent && options.creation == Creation::kIfAbsent) {
        if (Status made = make_directories(options.directory); !made) return made.error();
        Status created = create_files(key_file, guard_file, options.origin);
        if (!created) return created.error();
        lock = lock_file(key_file);
    }
    if (!lock) return std::move(lock).error();

    Result<KeySigner> key = load_key(key_file);
    if (!key) return std::move(key).error();
    const Result<Guard> guard = read_guard(guard_file);
    if (!guard && guard.error().code == "io.enoent") {
        return Error{"signer.guard_missing",
                     guard_file.string() + " is missing, so it is not known what was signed last",
                     ErrorClass::kFatal};
    }
    if (!guard) return guard.error();
    if (key->verifier().name != options.origin || guard->origin != options.origin) {
        return Error{"signer.origin",
                     "key and guard are not of the origin " + options.origin + " but of " +
                         key->verifier().name + " and " + guard->origin,
                     ErrorClass::kFatal};
    }
    return std::unique_ptr<LocalSigner>(
        new LocalSigner(*std::move(key), *std::move(lock), guard_file, guard->head));
}

Status LocalSigner::check_extends(const TreeHead& head, const Proof& consistency) const {
    if (head.size < last_.size) {
        return refused("signer.rollback", "size " + size_text(head) + " after " + size_text(last_));
    }
    if (head.size == last_.size) {
        if (head.root == last_.root) return {};
        return refused("signer.fork", "another root for size " + size_text(head));
    }
    if (last_.size.value == 0) {
        if (consistency.empty()) return {};
        return refused("signer.inconsistent", "there is no consistency proof from size 0");
    }
    const Status proven = verify_consistency(last_, head, consistency);
    if (proven) return {};
    return refused("signer.inconsistent", "size " + size_text(head) + " is not shown to extend " +
                                              size_text(last_) + ": " + proven.error().message);
}

Result<std::string> LocalSigner::sign(const Checkpoint& checkpoint, const Proof& consistency) {
    if (poisoned_) {
        return Error{"signer.poisoned", "an earlier guard write failed", ErrorClass::kFatal};
    }
    if (checkpoint.origin != verifier().name || !checkpoint.extensions.empty()) {
        return refused("signer.origin", "not a plain checkpoint of " + verifier().name);
    }
    Status extends = check_extends(checkpoint.head, consistency);
    if (!extends) return std::move(extends).error();
    if (checkpoint.head != last_) {
        // The intent comes before the signature. If we crash after it, last() is this head, and the
        // caller, whose journal has it too, asks for the same again.
        const Status written = write_guard(guard_, {checkpoint.origin, checkpoint.head});
        if (!written) {
            poisoned_ = true;
            return with_context(written.error(), "write the guard");
        }
        last_ = checkpoint.head;
    }
    return sign_checkpoint(checkpoint, key_);
}

}  // namespace overlord::tlog
