// A real overlordd for the benchmarks: started from the bench's own folder on a state of its own,
// watched from outside through /proc, its ready line and its status page. POSIX only, one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "overlord/base/file.hpp"

namespace overlord::bench {

[[noreturn]] void fail(const std::string& what);
[[nodiscard]] double now_s();          // CLOCK_MONOTONIC
[[nodiscard]] double machine_cpu_s();  // of all processes and processors since the start

// What a process has used so far.
struct Usage {
    double cpu_s = 0;
    double rss_mb = 0;  // at the moment
    double peak_mb = 0;
};

struct ProcessUsage {
    std::string name;
    Usage usage;
};

struct Accepted {
    std::uint64_t accepted = 0;
    std::uint64_t rejected = 0;
    std::uint64_t duplicate = 0;
    std::uint64_t systems = 0;
};

class DaemonUnderTest {
public:
    // `root` gets the configuration, the daemon's output and its state.
    DaemonUnderTest(Path root, Path rules, std::string extra_configuration);
    ~DaemonUnderTest();

    // Starts it; seconds until the ready line.
    double start();
    // SIGTERM and the end; seconds it took. The second form does not let it finish anything.
    double stop();
    void kill();

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] Path state() const { return root_ / "state"; }
    // overlordd, then its children by name.
    [[nodiscard]] std::vector<ProcessUsage> usage() const;
    [[nodiscard]] Accepted accepted() const;  // from /api/v1/status

private:
    void read_ready_line();
    double end(int signal);

    Path root_;
    int process_ = -1;
    FileHandle errors_;
    std::uint16_t port_ = 0;
    std::uint16_t http_port_ = 0;
};

// A connected loopback socket, TCP_NODELAY set.
[[nodiscard]] FileHandle connect_to(std::uint16_t port);

}  // namespace overlord::bench
