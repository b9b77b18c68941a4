// The calls of libc that change files, by way of the disk model when they are about files below its
// root. They stand in front of libc's own for the whole program, its shared libraries included.
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string>

#include "disk_model.hpp"

namespace {

using overlord::ByteView;
using overlord::Path;
using overlord::power_cut::DiskModel;
using Verdict = DiskModel::Verdict;

Path path_of(int descriptor) {
    std::array<char, 4096> path{};
    const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
    const long length = ::syscall(SYS_readlink, link.c_str(), path.data(), path.size());
    return length < 0 ? Path() : Path(std::string(path.data(), static_cast<std::size_t>(length)));
}

Path path_at(int folder, const char* name) {
    if (name[0] == '/' || folder == AT_FDCWD) return name;
    return path_of(folder) / name;
}

int fail(int error) {
    errno = error;
    return -1;
}

// Carries out one change: `act` makes the system call, `tell` says to the model what it did.
template <class Act, class Tell>
long change(const char* call, const Path& path, Act act, Tell tell) {
    DiskModel* model = DiskModel::installed();
    if (model == nullptr || !model->covers(path)) return act();
    const std::lock_guard lock(model->mutex());
    int error = 0;
    const Verdict verdict = model->begin(call, path, error);
    if (verdict == Verdict::kRefuse) return fail(error);
    const long result = act();
    if (result < 0) return result;
    tell(*model, result, verdict);
    return verdict == Verdict::kDo ? result : fail(error);
}

long open_at(int folder, const char* name, int flags, unsigned mode) {
    const Path path = path_at(folder, name);
    const auto act = [&] { return ::syscall(SYS_openat, folder, name, flags, mode); };
    const bool changes = (flags & (O_CREAT | O_TRUNC)) != 0;
    if (!changes) return act();
    // A descriptor that a failed call has opened all the same is nobody's.
    long descriptor = -1;
    const long result = change(
        "open", path, act, [&](DiskModel& model, long opened, Verdict) {
            descriptor = opened;
            model.opened(path, flags, mode);
        });
    if (result < 0 && descriptor >= 0) {
        const int error = errno;
        ::syscall(SYS_close, descriptor);
        errno = error;
    }
    return result;
}

long write_at(int descriptor, const void* data, std::size_t size, off_t offset, int flags) {
    const Path path = path_of(descriptor);
    const int status = static_cast<int>(::syscall(SYS_fcntl, descriptor, F_GETFL));
    const bool durable = (flags & RWF_DSYNC) != 0 || (status & (O_DSYNC | O_SYNC)) != 0;
    const auto act = [&] {
        // What is safe is decided in the model; the real disk need not wait.
        return ::syscall(SYS_pwrite64, descriptor, data, size, offset);
    };
    return change("write", path, act, [&](DiskModel& model, long written, Verdict verdict) {
        const ByteView bytes(static_cast<const std::uint8_t*>(data),
                             static_cast<std::size_t>(written));
        model.wrote(path, static_cast<std::uint64_t>(offset), bytes, durable, verdict);
    });
}

// A refused fsync has an effect of its own, so that the model decides.
int sync(const char* call, int number, int descriptor) {
    const Path path = path_of(descriptor);
    DiskModel* model = DiskModel::installed();
    if (model == nullptr || !model->covers(path)) {
        return static_cast<int>(::syscall(number, descriptor));
    }
    const std::lock_guard lock(model->mutex());
    int error = 0;
    const Verdict verdict = model->begin(call, path, error);
    model->synced(path, verdict);
    return verdict == Verdict::kDo ? 0 : fail(error);
}

// Of everything below the root, too.
int sync_all(int descriptor) {
    const Path path = path_of(descriptor);
    DiskModel* model = DiskModel::installed();
    if (model == nullptr || !model->covers(path)) {
        return static_cast<int>(::syscall(SYS_syncfs, descriptor));
    }
    const std::lock_guard lock(model->mutex());
    int error = 0;
    const Verdict verdict = model->begin("syncfs", path, error);
    model->synced_all(verdict);
    return verdict == Verdict::kDo ? 0 : fail(error);
}

int advise(int descriptor, off_t offset, off_t length, int advice) {
    const Path path = path_of(descriptor);
    DiskModel* model = DiskModel::installed();
    if (advice == POSIX_FADV_DONTNEED && model != nullptr && model->covers(path)) {
        const std::lock_guard lock(model->mutex());
        model->forgotten(path);
        return 0;
    }
    return static_cast<int>(::syscall(SYS_fadvise64, descriptor, offset, length, advice));
}

int rename_at(int from_folder, const char* from, int to_folder, const char* to) {
    const Path old_path = path_at(from_folder, from);
    const Path new_path = path_at(to_folder, to);
    const auto act = [&] { return ::syscall(SYS_renameat, from_folder, from, to_folder, to); };
    return static_cast<int>(change("rename", new_path, act, [&](DiskModel& model, long, Verdict) {
        model.renamed(old_path, new_path);
    }));
}

int remove_at(int folder, const char* name, int flags) {
    const Path path = path_at(folder, name);
    const auto act = [&] { return ::syscall(SYS_unlinkat, folder, name, flags); };
    return static_cast<int>(change(
        "unlink", path, act, [&](DiskModel& model, long, Verdict) { model.removed(path); }));
}

int make_folder_at(int folder, const char* name, mode_t mode) {
    const Path path = path_at(folder, name);
    const auto act = [&] { return ::syscall(SYS_mkdirat, folder, name, mode); };
    return static_cast<int>(change("mkdir", path, act, [&](DiskModel& model, long, Verdict) {
        model.made_folder(path, mode);
    }));
}

int resize(int descriptor, off_t size) {
    const Path path = path_of(descriptor);
    const auto act = [&] { return ::syscall(SYS_ftruncate, descriptor, size); };
    return static_cast<int>(change("ftruncate", path, act, [&](DiskModel& model, long, Verdict) {
        model.resized(path, static_cast<std::uint64_t>(size));
    }));
}

int allocate(int descriptor, int mode, off_t offset, off_t length) {
    const Path path = path_of(descriptor);
    const auto act = [&] { return ::syscall(SYS_fallocate, descriptor, mode, offset, length); };
    return static_cast<int>(change("fallocate", path, act, [&](DiskModel& model, long, Verdict) {
        const auto begin = static_cast<std::uint64_t>(offset);
        const auto size = static_cast<std::uint64_t>(length);
        constexpr int kZeroes = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE;
        if ((mode & kZeroes) != 0) model.zeroed(path, begin, size);
        struct stat status {};
        const bool known = ::fstat(descriptor, &status) == 0;
        const bool grows = (mode & FALLOC_FL_KEEP_SIZE) == 0;
        if (known && grows) model.resized(path, static_cast<std::uint64_t>(status.st_size));
    }));
}

}  // namespace

#define OVERLORD_OPEN_MODE                                  \
    unsigned mode = 0;                                      \
    if ((flags & (O_CREAT | O_TMPFILE)) != 0) {             \
        va_list rest;                                       \
        va_start(rest, flags);                              \
        mode = va_arg(rest, unsigned);                      \
        va_end(rest);                                       \
    }

extern "C" {

int open(const char* name, int flags, ...) {
    OVERLORD_OPEN_MODE
    return static_cast<int>(open_at(AT_FDCWD, name, flags, mode));
}
int open64(const char* name, int flags, ...) {
    OVERLORD_OPEN_MODE
    return static_cast<int>(open_at(AT_FDCWD, name, flags, mode));
}
int openat(int folder, const char* name, int flags, ...) {
    OVERLORD_OPEN_MODE
    return static_cast<int>(open_at(folder, name, flags, mode));
}
int openat64(int folder, const char* name, int flags, ...) {
    OVERLORD_OPEN_MODE
    return static_cast<int>(open_at(folder, name, flags, mode));
}
ssize_t pwrite(int descriptor, const void* data, std::size_t size, off_t offset) {
    return write_at(descriptor, data, size, offset, 0);
}
ssize_t pwrite64(int descriptor, const void* data, std::size_t size, off_t offset) {
    return write_at(descriptor, data, size, offset, 0);
}
ssize_t pwritev2(int descriptor, const iovec* parts, int count, off_t offset, int flags) {
    if (count != 1) return fail(ENOTSUP);
    return write_at(descriptor, parts->iov_base, parts->iov_len, offset, flags);
}
ssize_t pwritev64v2(int descriptor, const iovec* parts, int count, off_t offset, int flags) {
    return pwritev2(descriptor, parts, count, offset, flags);
}
int fsync(int descriptor) { return sync("fsync", SYS_fsync, descriptor); }
int fdatasync(int descriptor) { return sync("fdatasync", SYS_fdatasync, descriptor); }
int syncfs(int descriptor) noexcept { return sync_all(descriptor); }
int posix_fadvise(int descriptor, off_t offset, off_t length, int advice) noexcept {
    return advise(descriptor, offset, length, advice);
}
int posix_fadvise64(int descriptor, off_t offset, off_t length, int advice) noexcept {
    return advise(descriptor, offset, length, advice);
}
int rename(const char* from, const char* to) noexcept {
    return rename_at(AT_FDCWD, from, AT_FDCWD, to);
}
int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
    return rename_at(from_folder, from, to_folder, to);
}
int unlink(const char* name) noexcept { return remove_at(AT_FDCWD, name, 0); }
int unlinkat(int folder, const char* name, int flags) noexcept {
    return remove_at(folder, name, flags);
}
int rmdir(const char* name) noexcept { return remove_at(AT_FDCWD, name, AT_REMOVEDIR); }
int remove(const char* name) noexcept {
    if (remove_at(AT_FDCWD, name, 0) == 0) return 0;
    return errno == EISDIR ? remove_at(AT_FDCWD, name, AT_REMOVEDIR) : -1;
}
int mkdir(const char* name, mode_t mode) noexcept { return make_folder_at(AT_FDCWD, name, mode); }
int mkdirat(int folder, const char* name, mode_t mode) noexcept {
    return make_folder_at(folder, name, mode);
}
int ftruncate(int descriptor, off_t size) noexcept { return resize(descriptor, size); }
int ftruncate64(int descriptor, off_t size) noexcept { return resize(descriptor, size); }
int fallocate(int descriptor, int mode, off_t offset, off_t length) {
    return allocate(descriptor, mode, offset, length);
}
int fallocate64(int descriptor, int mode, off_t offset, off_t length) {
    return allocate(descriptor, mode, offset, length);
}
}
