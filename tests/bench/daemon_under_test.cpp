#include "daemon_under_test.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace overlord::bench {
namespace {

Path own_folder() {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path();
}

std::string read_proc(int process, const char* file) {
    std::ifstream in("/proc/" + std::to_string(process) + "/" + file);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

double megabytes_of(const std::string& status, const std::string& key) {
    const std::size_t at = status.find("\n" + key + ":");
    if (at == std::string::npos) return 0;
    return std::strtod(status.c_str() + at + key.size() + 2, nullptr) / 1024;
}

// The members of /proc/PID/stat after the name in parentheses, which may hold spaces.
std::vector<std::string> stat_of(int process) {
    const std::string stat = read_proc(process, "stat");
    std::vector<std::string> members;
    const std::size_t close = stat.rfind(')');
    if (close == std::string::npos) return members;
    std::istringstream rest(stat.substr(close + 1));
    for (std::string member; rest >> member;) members.push_back(member);
    return members;
}

int running = -1;  // the daemon that a failed bench must not leave behind

constexpr std::size_t kParent = 1;  // members of stat_of
constexpr std::size_t kUserTime = 11;
constexpr std::size_t kSystemTime = 12;

Usage usage_of(int process) {
    Usage usage;
    const std::string status = read_proc(process, "status");
    usage.rss_mb = megabytes_of(status, "VmRSS");
    usage.peak_mb = megabytes_of(status, "VmHWM");
    const std::vector<std::string> stat = stat_of(process);
    if (stat.size() <= kSystemTime) return usage;
    usage.cpu_s = (std::stod(stat[kUserTime]) + std::stod(stat[kSystemTime])) /
                  static_cast<double>(::sysconf(_SC_CLK_TCK));
    return usage;
}

std::string name_of(int process) {
    std::string name = read_proc(process, "comm");
    while (name.ends_with('\n')) name.pop_back();
    return name;
}

}  // namespace

void fail(const std::string& what) {
    std::fprintf(stderr, "bench_pipeline: %s\n", what.c_str());
    if (running > 0) ::kill(running, SIGKILL);  // its children follow it
    std::exit(1);
}

double now_s() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

double machine_cpu_s() {
    std::ifstream in("/proc/stat");
    std::string cpu;
    double user = 0;
    double nice = 0;
    double system = 0;
    in >> cpu >> user >> nice >> system;
    return (user + nice + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

FileHandle connect_to(std::uint16_t port) {
    FileHandle link(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(link.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        fail("connect to port " + std::to_string(port));
    }
    const int on = 1;
    ::setsockopt(link.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return link;
}

DaemonUnderTest::DaemonUnderTest(Path root, Path rules, std::string extra)
    : root_(std::move(root)) {
    std::ofstream(root_ / "overlordd.toml")
        << "state_dir = \"" << state().string() << "\"\norigin = \"bench.example/log\"\n"
        << "[ingest]\nlisten = \"127.0.0.1:0\"\n"
        << "[repl]\nsocket = \"" << (root_ / "repl.sock").string() << "\"\n"
        << "[http]\nlisten = \"127.0.0.1:0\"\n"
        << "[rules]\ndir = \"" << rules.string() << "\"\n"
        << extra << "\n";
}

DaemonUnderTest::~DaemonUnderTest() {
    if (process_ > 0) kill();
}

double DaemonUnderTest::start() {
    const double begin = now_s();
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) fail("pipe");
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    std::string program = (own_folder() / "overlordd").string();
    std::string flag = "--config";
    std::string file = (root_ / "overlordd.toml").string();
    char* argv[] = {program.data(), flag.data(), file.data(), nullptr};
    const int error = ::posix_spawn(&process_, program.c_str(), &actions, nullptr, argv, environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    errors_ = FileHandle(ends[0]);
    if (error != 0) fail("start " + program);
    running = process_;
    read_ready_line();
    return now_s() - begin;
}

// Everything before the ready line is kept for the message if the line never comes.
void DaemonUnderTest::read_ready_line() {
    std::string text;
    char buffer[4096];
    for (;;) {
        const ssize_t got = ::read(errors_.get(), buffer, sizeof buffer);
        if (got <= 0) fail("the daemon did not become ready:\n" + text);
        text.append(buffer, static_cast<std::size_t>(got));
        const std::size_t ready = text.find("ready ingest=");
        if (ready == std::string::npos || text.find('\n', ready) == std::string::npos) continue;
        const auto port_after = [&](const char* name) {
            const std::size_t colon = text.find(':', text.find(name, ready));
            return static_cast<std::uint16_t>(std::strtoul(text.c_str() + colon + 1, nullptr, 10));
        };
        port_ = port_after("ingest=");
        http_port_ = port_after("http=");
        return;
    }
}

double DaemonUnderTest::end(int signal) {
    const double begin = now_s();
    ::kill(process_, signal);
    std::string text;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::read(errors_.get(), buffer, sizeof buffer)) > 0;) {
        text.append(buffer, static_cast<std::size_t>(got));
    }
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = running = -1;
    if (signal == SIGTERM && status != 0) fail("the daemon did not stop well:\n" + text);
    return now_s() - begin;
}

double DaemonUnderTest::stop() {
    return end(SIGTERM);
}
void DaemonUnderTest::kill() {
    (void)end(SIGKILL);
}

std::vector<ProcessUsage> DaemonUnderTest::usage() const {
    std::vector<ProcessUsage> all{{name_of(process_), usage_of(process_)}};
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const int process = std::atoi(entry.path().filename().c_str());
        if (process <= 0) continue;
        const std::vector<std::string> stat = stat_of(process);
        if (stat.size() > kParent && std::atoi(stat[kParent].c_str()) == process_) {
            all.push_back({name_of(process), usage_of(process)});
        }
    }
    return all;
}

Accepted DaemonUnderTest::accepted() const {
    const FileHandle link = connect_to(http_port_);
    const std::string request =
        "GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    if (::send(link.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0)
        fail("ask the status");
    std::string answer;
    char buffer[65536];
    for (ssize_t got = 0; (got = ::recv(link.get(), buffer, sizeof buffer, 0)) > 0;) {
        answer.append(buffer, static_cast<std::size_t>(got));
    }
    const std::size_t body = answer.find("\r\n\r\n");
    if (body == std::string::npos) fail("no answer to the status: " + answer);
    const auto page = nlohmann::json::parse(answer.substr(body + 4), nullptr, false);
    if (page.is_discarded()) fail("the status is no JSON: " + answer.substr(0, 300));
    const auto& events = page["events"];
    return {events["accepted"], events["rejected"], events["duplicate"], page["systems"].size()};
}

}  // namespace overlord::bench
