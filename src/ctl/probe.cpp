// overlordctl probe: watches services and sends what it sees as events, until it is stopped.
//
// Two threads: this one asks the targets and writes lines into a pipe, the sender reads them there
// and keeps them until they are durable. When the daemon is away the sender's window fills, then
// the pipe, and then rounds are skipped and counted: a probe does not lie about when it looked.
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "command.hpp"
#include "overlord/net/send_client.hpp"
#include "places.hpp"
#include "probe_watch.hpp"
#include "send_report.hpp"

namespace overlord::ctl {
namespace {

constexpr std::uint64_t kGiveUpMs = 24ull * 3600 * 1000;  // a probe outlives a long maintenance

struct Pipe {
    FileHandle read;
    FileHandle write;
};

Result<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return io_error("pipe", errno);
    Pipe pipe{FileHandle(ends[0]), FileHandle(ends[1])};
    // A round is written whole or skipped; the largest (256 targets) has some 120 KiB.
    ::fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
    ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
    return pipe;
}

// SIGINT and SIGTERM as a descriptor; blocked for all threads started afterwards.
Result<FileHandle> open_stop_signal() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    if (::pthread_sigmask(SIG_BLOCK, &set, nullptr) != 0) return io_error("block signals", errno);
    const int descriptor = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (descriptor < 0) return io_error("signalfd", errno);
    return FileHandle(descriptor);
}

// The lines go into the pipe together or not at all, so that half a round is never sent.
class LineWriter {
public:
    explicit LineWriter(int pipe) : pipe_(pipe), capacity_(::fcntl(pipe, F_GETPIPE_SZ)) {}

    enum class Outcome { kWritten, kFull, kClosed };
    Outcome write(const std::vector<std::string>& lines) {
        std::string text;
        for (const std::string& line : lines) text += line + "\n";
        int waiting = 0;
        if (::ioctl(pipe_, FIONREAD, &waiting) != 0) return Outcome::kClosed;
        if (waiting + static_cast<int>(text.size()) + PIPE_BUF > capacity_) return Outcome::kFull;
        std::string_view rest = text;
        while (!rest.empty()) {
            const ssize_t count = ::write(pipe_, rest.data(), rest.size());
            if (count > 0) {
                rest.remove_prefix(static_cast<std::size_t>(count));
            } else if (errno == EAGAIN) {
                pollfd room{pipe_, POLLOUT, 0};
                ::poll(&room, 1, -1);  // there is room for the bytes, but pages may be fragmented
            } else if (errno != EINTR) {
                return Outcome::kClosed;
            }
        }
        return Outcome::kWritten;
    }

private:
    int pipe_;
    int capacity_;
};

struct RoundCounts {
    std::uint64_t rounds = 0;
    std::uint64_t skipped = 0;  // the daemon was away for longer than what can be kept
};

// True where a signal came before `deadline` (monotonic).
bool stopped_before(TimeNs deadline, int stop, Clock& clock) {
    const DurationNs left = std::max<DurationNs>(deadline - clock.monotonic(), 0);
    const timespec limit{left / kSecondNs, left % kSecondNs};
    pollfd waiting{stop, POLLIN, 0};
    return ::ppoll(&waiting, 1, &limit, nullptr) > 0;
}

RoundCounts watch_until_stopped(const probe::Plan& plan, int pipe, int stop, Clock& clock) {
    probe::Watch watch(plan, clock);
    LineWriter writer(pipe);
    RoundCounts counts;
    const TimeNs start = clock.monotonic();
    while (true) {
        std::vector<std::string> lines = watch.round();
        ++counts.rounds;
        const bool last = counts.rounds == plan.count;
        for (std::string& line :
             watch.nil_reports(last ? probe::Watch::Due::kNow : probe::Watch::Due::kByInterval)) {
            lines.push_back(std::move(line));
        }
        const LineWriter::Outcome written = writer.write(lines);
        if (written == LineWriter::Outcome::kClosed) break;
        if (written == LineWriter::Outcome::kFull) ++counts.skipped;
        if (last) break;
        // Rounds keep their places on the grid: a slow one delays the next, not all after it.
        const DurationNs passed = clock.monotonic() - start;
        const TimeNs next = start + (passed / plan.interval + 1) * plan.interval;
        if (stopped_before(next, stop, clock)) {
            writer.write(watch.nil_reports(probe::Watch::Due::kNow));
            break;
        }
    }
    return counts;
}

std::string summary_text(const RoundCounts& counts, const net::SendSummary& sent) {
    nlohmann::ordered_json json =
        nlohmann::ordered_json::parse(to_json(sent, net::SendState::kDurable));
    json["rounds"] = counts.rounds;
    json["skipped"] = counts.skipped;
    return json.dump();
}

}  // namespace

int run_probe(const Options& options) {
    const Result<probe::Plan> plan = probe::read_plan(options);
    if (!plan) return fail(options, kUsage, plan.error());
    if (!plan->units.empty() && !probe::unit_is_active(plan->units.front())) {
        return fail(options, kUnavailable,
                    Error{"probe.systemd", "systemd does not answer, so --unit sees nothing"});
    }
    const Result<Places> places = find_places(options);
    if (!places) return fail(options, kUsage, places.error());
    const Result<FileHandle> stop = open_stop_signal();
    if (!stop) return fail(options, kUnavailable, stop.error());
    Result<Pipe> pipe = make_pipe();
    if (!pipe) return fail(options, kUnavailable, pipe.error());
    ::signal(SIGPIPE, SIG_IGN);  // a sender that gave up shows as EPIPE

    net::SendOptions send;
    send.to = places->ingest;
    send.give_up_ms = kGiveUpMs;
    net::SendReport sent;
    std::thread sender([&] {
        sent = net::send_lines(pipe->read.get(), send, tell_on_standard_error());
        pipe->read = FileHandle();  // so that the writer sees that nobody reads any more
    });
    const RoundCounts counts =
        watch_until_stopped(*plan, pipe->write.get(), stop->get(), system_clock());
    pipe->write = FileHandle();
    sender.join();
    if (!sent.status) fail(options, kUnavailable, sent.status.error());
    std::cout << summary_text(counts, sent.summary) << "\n";
    if (!sent.status) return kUnavailable;
    return sent.summary.rejected == 0 ? kYes : kNo;
}

}  // namespace overlord::ctl
