#include "sender.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <deque>

#include "overlord/base/time.hpp"

namespace overlord::bench {
namespace {

std::int64_t wall_ns() {
    timespec now;
    ::clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * kSecondNs + now.tv_nsec;
}

double own_cpu_s() {
    rusage usage;
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// One connection: what is to be sent, and the times of the lines that are not answered yet.
struct Link {
    FileHandle socket;
    std::string out;
    std::size_t written = 0;
    std::uint64_t lines = 0;
    std::uint64_t answered = 0;
    std::deque<std::uint64_t> open_events;  // of lines answered + 1 and on, if on a schedule
    std::uint64_t published = 0;
    std::deque<std::uint64_t> unpublished_events;  // of lines published + 1 and on
    std::string in;

    [[nodiscard]] bool unsent() const { return written < out.size(); }
    [[nodiscard]] std::uint64_t open() const { return lines - answered; }
};

class Load {
public:
    Load(const LoadPlan& plan, EventMaker& maker) : plan_(plan), maker_(maker) {
        for (std::size_t i = 0; i < plan.connections; ++i) {
            Link& link = links_.emplace_back();
            link.socket = connect_to(plan.port);
            ::fcntl(link.socket.get(), F_SETFL, O_NONBLOCK);
        }
        if (plan.rate > 0) result_.latency_ms.resize(plan.events);
        if (!plan.published) return;
        result_.published_ms.resize(plan.events);
        for (Link& link : links_) {
            link.out = "{\"receipts\":[\"published\"]}\n";
            link.lines = 1;
            link.open_events.push_back(kNoEvent);
            link.unpublished_events.push_back(kNoEvent);
        }
    }

    LoadResult run() {
        const double cpu = own_cpu_s();
        begin_ = now_s();
        while (result_.durable < plan_.events ||
               (plan_.published && published_ < plan_.events)) {
            make();
            for (Link& link : links_) write(link);
            wait();
            for (Link& link : links_) read(link);
        }
        result_.seconds = now_s() - begin_;
        result_.cpu_s = own_cpu_s() - cpu;
        return std::move(result_);
    }

private:
    void make_on(std::size_t index, std::int64_t wall) {
        Link& link = links_[index];
        const std::size_t before = link.out.size();
        maker_.append(link.out, index, wall);
        result_.bytes += link.out.size() - before - 1;
        ++link.lines;
        if (plan_.rate > 0) link.open_events.push_back(result_.sent);
        if (plan_.published) link.unpublished_events.push_back(result_.sent);
        ++result_.sent;
    }

    void make() {
        if (result_.sent >= plan_.events) return;
        const std::int64_t wall = wall_ns();
        if (plan_.rate > 0) {
            const double passed = (now_s() - begin_) * plan_.rate;
            const auto due = std::min(plan_.events, static_cast<std::uint64_t>(passed) + 1);
            while (result_.sent < due) make_on(result_.sent % links_.size(), wall);
            return;
        }
        for (std::size_t i = 0; i < links_.size(); ++i) {
            Link& link = links_[i];
            if (link.unsent()) continue;
            const std::uint64_t room =
                plan_.window_lines - std::min<std::uint64_t>(link.open(), plan_.window_lines);
            if (room < std::min<std::uint64_t>(plan_.window_lines / 4, kLinesAtOnce)) continue;
            for (std::uint64_t k = 0; k < std::min(room, kLinesAtOnce); ++k) {
                if (result_.sent >= plan_.events) return;
                make_on(i, wall);
            }
        }
    }

    void write(Link& link) {
        if (!link.unsent()) return;
        const ssize_t sent = ::send(link.socket.get(), link.out.data() + link.written,
                                    link.out.size() - link.written, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) fail("the daemon closed a connection");
        if (sent > 0) link.written += static_cast<std::size_t>(sent);
        if (!link.unsent()) {
            link.out.clear();
            link.written = 0;
        }
    }

    [[nodiscard]] double scheduled(std::uint64_t event) const {
        return begin_ + static_cast<double>(event) / plan_.rate;
    }

    // Until an answer comes, something can be sent again, or the next event is due.
    void wait() {
        std::vector<pollfd> polls;
        for (const Link& link : links_) {
            const short wanted = link.unsent() ? POLLIN | POLLOUT : POLLIN;
            polls.push_back({link.socket.get(), wanted, 0});
        }
        timespec patience{1, 0};
        if (plan_.rate > 0 && result_.sent < plan_.events) {
            const double left = std::max(scheduled(result_.sent) - now_s(), kQuantumS);
            patience = {0, std::min<long>(std::lround(left * 1e9), 999'999'999)};
        }
        ::ppoll(polls.data(), polls.size(), &patience, nullptr);
    }

    void read(Link& link) {
        char buffer[65536];
        for (;;) {
            const ssize_t got = ::recv(link.socket.get(), buffer, sizeof buffer, 0);
            if (got == 0) fail("the daemon closed a connection");
            if (got < 0) break;
            link.in.append(buffer, static_cast<std::size_t>(got));
            if (static_cast<std::size_t>(got) < sizeof buffer) break;
        }
        std::size_t begin = 0;
        for (std::size_t end; (end = link.in.find('\n', begin)) != std::string::npos;
             begin = end + 1) {
            answer(link, std::string_view(link.in).substr(begin, end - begin));
        }
        link.in.erase(0, begin);
    }

    void answer(Link& link, std::string_view line) {
        constexpr std::string_view kDurable = "{\"durable\":";
        constexpr std::string_view kPublished = "{\"published\":";
        if (line.starts_with(kPublished)) {
            return publish(link, std::strtoull(line.data() + kPublished.size(), nullptr, 10));
        }
        if (!line.starts_with(kDurable)) {
            if (result_.rejected++ == 0) result_.first_reject = line;
            return;
        }
        const std::uint64_t upto = std::strtoull(line.data() + kDurable.size(), nullptr, 10);
        const double now = now_s();
        for (; link.answered < upto; ++link.answered) {
            if (link.open_events.empty()) {
                ++result_.durable;
                continue;
            }
            const std::uint64_t event = link.open_events.front();
            link.open_events.pop_front();
            if (event == kNoEvent) continue;
            ++result_.durable;
            result_.latency_ms[event] = static_cast<float>((now - scheduled(event)) * 1e3);
        }
    }

    void publish(Link& link, std::uint64_t upto) {
        const double now = now_s();
        for (; link.published < upto; ++link.published) {
            const std::uint64_t event = link.unpublished_events.front();
            link.unpublished_events.pop_front();
            if (event == kNoEvent) continue;
            ++published_;
            result_.published_ms[event] = static_cast<float>((now - scheduled(event)) * 1e3);
        }
    }

    static constexpr std::uint64_t kNoEvent = UINT64_MAX;  // the line that asks for receipts
    static constexpr std::uint64_t kLinesAtOnce = 256;     // 64 KiB
    // The sender wakes up at most this often: what it adds to a latency at the most.
    static constexpr double kQuantumS = 100e-6;

    const LoadPlan& plan_;
    EventMaker& maker_;
    std::vector<Link> links_;
    LoadResult result_;
    std::uint64_t published_ = 0;
    double begin_ = 0;
};

}  // namespace

LoadResult run_load(const LoadPlan& plan, EventMaker& maker) {
    ::prctl(PR_SET_TIMERSLACK, 1000);  // 1 us, else a wait for the schedule is 50 us late
    return Load(plan, maker).run();
}

}  // namespace overlord::bench
