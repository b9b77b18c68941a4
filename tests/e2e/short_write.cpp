// A library to preload: write number K on a file takes half of its bytes, as a disk that fills up
// or a signal may have it. strace cannot do that.
//
//   OVERLORD_SHORT_WRITE=K:PATH             the writes of a process are counted, over its threads
//   OVERLORD_SHORT_WRITE_LOG=FILE           one line for each write that was made short
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

struct Plan {
    unsigned long at = 0;  // 0: none
    std::string path;

    Plan() {
        const char* text = std::getenv("OVERLORD_SHORT_WRITE");
        if (text == nullptr) return;
        char* rest = nullptr;
        at = std::strtoul(text, &rest, 10);
        if (*rest == ':') path = rest + 1;
    }
};

std::string path_of(int descriptor) {
    std::array<char, 4096> path{};
    const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
    const ssize_t length = ::readlink(link.c_str(), path.data(), path.size());
    return length < 0 ? std::string() : std::string(path.data(), static_cast<std::size_t>(length));
}

void note(const char* call, const std::string& path) {
    const char* file = std::getenv("OVERLORD_SHORT_WRITE_LOG");
    if (file == nullptr) return;
    const int log = ::open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const std::string line = std::string(call) + " " + path + "\n";
    // Through the system call: ::write of a test's helper is not what is under test.
    ::syscall(SYS_write, log, line.data(), line.size());
    ::close(log);
}

// How many of `size` bytes this write takes.
std::size_t taken(const char* call, int descriptor, std::size_t size) {
    static const Plan plan;
    static std::atomic<unsigned long> count{0};
    if (plan.at == 0 || size < 2) return size;
    if (path_of(descriptor) != plan.path || ++count != plan.at) return size;
    note(call, plan.path);
    return size / 2;
}

}  // namespace

extern "C" {

ssize_t pwrite(int descriptor, const void* data, std::size_t size, off_t offset) {
    const std::size_t some = taken("pwrite64", descriptor, size);
    return ::syscall(SYS_pwrite64, descriptor, data, some, offset);
}

ssize_t pwrite64(int descriptor, const void* data, std::size_t size, off_t offset) {
    return pwrite(descriptor, data, size, offset);
}

// The daemon gives one part.
ssize_t pwritev2(int descriptor, const iovec* parts, int count, off_t offset, int flags) {
    iovec first = parts[0];
    if (count != 1) std::abort();
    first.iov_len = taken("pwritev2", descriptor, first.iov_len);
    return ::syscall(SYS_pwritev2, descriptor, &first, 1, offset, 0L, flags);
}
}
