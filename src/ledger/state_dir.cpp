#include "state_dir.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "journal_paths.hpp"
#include "overlord/ledger/rederive.hpp"

namespace overlord::ledger {

namespace {

// What may be in a state directory that has no journal yet: the daemon makes keys before it.
constexpr std::array<std::string_view, 11> kKnown{
    "lock",      "log",        "keys",   "rules", "signer",      "attestations",
    "snapshots", "lost+found", "origin", "run",   "crash.marker"};

Error refuse(std::string code, std::string message) {
    return Error{std::move(code), std::move(message), ErrorClass::kFatal};
}

Error readable_only(const Error& error, const Path& path) {
    const bool denied = error.code == "io.eacces" || error.code == "io.eperm";
    if (!denied && error.code != "io.erofs") return error;
    return refuse("state.readonly", "cannot write in " + path.string() + ": " + error.message +
                                        ": the daemon's user needs to own the state directory");
}

Status check_is_state(const Path& state_dir) {
    std::error_code failure;
    if (!std::filesystem::is_directory(state_dir, failure)) {
        return refuse("state.not_a_state", state_dir.string() + " is not a directory");
    }
    if (std::filesystem::exists(state_dir / "journal", failure)) return {};
    for (std::filesystem::directory_iterator at(state_dir, failure), end; !failure && at != end;
         at.increment(failure)) {
        const std::string name = at->path().filename().string();
        if (std::find(kKnown.begin(), kKnown.end(), name) != kKnown.end()) continue;
        return refuse("state.not_a_state",
                      state_dir.string() + " has no journal/ but holds " + name +
                          ": it is not a state directory; configure an empty or a new one");
    }
    if (failure) {
        return readable_only(io_error("list " + state_dir.string(), failure.value()), state_dir);
    }
    return {};
}

Status check_writable(const Path& directory) {
    if (::access(directory.c_str(), W_OK | X_OK) == 0) return {};
    return readable_only(io_error("access " + directory.string(), errno), directory);
}

Result<FileHandle> take_lock(const Path& lock) {
    Result<FileHandle> file = open_file(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (!file) return readable_only(file.error(), lock.parent_path());
    if (::flock(file->get(), LOCK_EX | LOCK_NB) == 0) return file;
    if (errno != EWOULDBLOCK) return io_error("lock " + lock.string(), errno);
    return refuse("state.locked", "another daemon uses " + lock.parent_path().string() +
                                      " (it holds " + lock.string() +
                                      "): stop it first, or configure another state_dir");
}

}  // namespace

Result<FileHandle> lock_state(const Path& state_dir) {
    return take_lock(StatePaths(state_dir).lock);
}

Result<FileHandle> claim_state(const Path& state_dir) {
    const StatePaths paths(state_dir);
    if (const Status made = make_directories(state_dir); !made) {
        const bool other = made.error().code == "io.enotdir";
        if (other) return refuse("state.not_a_state", made.error().message);
        return readable_only(made.error(), state_dir);
    }
    if (const Status state = check_is_state(state_dir); !state) return state.error();
    Result<FileHandle> lock = take_lock(paths.lock);
    if (!lock) return lock;
    const std::array<std::pair<Path, unsigned>, 3> directories{
        {{paths.journal, 0700u}, {keys_directory(paths.journal), 0700u}, {paths.log, 0755u}}};
    for (const auto& [directory, mode] : directories) {
        const Status made = make_directories(directory, mode);
        if (!made) return readable_only(made.error(), directory);
        if (const Status writable = check_writable(directory); !writable) return writable.error();
    }
    return lock;
}

}  // namespace overlord::ledger
