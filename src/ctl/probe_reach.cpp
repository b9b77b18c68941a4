#include "probe_reach.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

#include "overlord/base/file.hpp"

extern char** environ;

namespace overlord::ctl::probe {
namespace {

struct Attempt {
    FileHandle socket;
    bool open = false;  // its outcome is not known yet
};

void finish(Reach& reach, bool answered, Clock& clock) {
    reach.answered = answered;
    reach.finished = clock.monotonic();
    reach.at = clock.now();
}

using AddressList = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

AddressList resolve(const HostPort& address) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &found) != 0) {
        found = nullptr;
    }
    return {found, &::freeaddrinfo};
}

// The first address of a name counts: a service that answers only on its second one is not healthy
// for the clients that take the first.
Attempt start(const HostPort& address, Reach& reach, Clock& clock) {
    const AddressList found = resolve(address);
    reach.started = clock.monotonic();
    Attempt attempt;
    if (found == nullptr) {
        finish(reach, false, clock);
        return attempt;
    }
    attempt.socket =
        FileHandle(::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!attempt.socket.open()) {
        finish(reach, false, clock);
        return attempt;
    }
    if (::connect(attempt.socket.get(), found->ai_addr, found->ai_addrlen) == 0) {
        finish(reach, true, clock);
    } else if (errno == EINPROGRESS) {
        attempt.open = true;
    } else {
        finish(reach, false, clock);
    }
    return attempt;
}

bool connected(int socket) {
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

// Waits for one or more outcomes. False once `deadline` has passed.
bool wait_some(std::vector<Attempt>& attempts, std::vector<Reach>& results, TimeNs deadline,
               Clock& clock) {
    std::vector<pollfd> waiting;
    std::vector<std::size_t> index;
    for (std::size_t i = 0; i < attempts.size(); ++i) {
        if (!attempts[i].open) continue;
        waiting.push_back({attempts[i].socket.get(), POLLOUT, 0});
        index.push_back(i);
    }
    const DurationNs left = deadline - clock.monotonic();
    if (waiting.empty() || left <= 0) return false;
    const timespec limit{left / kSecondNs, left % kSecondNs};
    if (::ppoll(waiting.data(), waiting.size(), &limit, nullptr) <= 0) return errno == EINTR;
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        if (waiting[i].revents == 0) continue;
        Attempt& attempt = attempts[index[i]];
        finish(results[index[i]], connected(attempt.socket.get()), clock);
        attempt.open = false;
    }
    return true;
}

}  // namespace

std::vector<Reach> reach_all(std::span<const HostPort> addresses, DurationNs timeout,
                             Clock& clock) {
    std::vector<Reach> results(addresses.size());
    std::vector<Attempt> attempts;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        attempts.push_back(start(addresses[i], results[i], clock));
    }
    const TimeNs deadline = clock.monotonic() + timeout;
    while (wait_some(attempts, results, deadline, clock)) {
    }
    for (std::size_t i = 0; i < attempts.size(); ++i) {
        if (attempts[i].open) finish(results[i], false, clock);
    }
    return results;
}

std::optional<bool> unit_is_active(const std::string& unit) {
    std::array<std::string, 5> words = {"systemctl", "is-active", "--quiet", "--", unit};
    std::array<char*, 6> arguments{};
    for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
    pid_t child = 0;
    if (::posix_spawnp(&child, "systemctl", nullptr, nullptr, arguments.data(), environ) != 0) {
        return std::nullopt;
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return std::nullopt;
    }
    if (!WIFEXITED(status)) return std::nullopt;
    constexpr int kInactive = 3;  // LSB: the program is not running
    constexpr int kNoSuchUnit = 4;
    const int code = WEXITSTATUS(status);
    if (code == 0) return true;
    return code == kInactive || code == kNoSuchUnit ? std::optional(false) : std::nullopt;
}

}  // namespace overlord::ctl::probe
