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

constexpr std::string_view kIdGap = "IIIIIIIIIIIIIIII";
constexpr std::string_view kSystemGap = "SSSSS";
constexpr std::string_view kTimeGap = "TTTTTTTTTTTTTTTTTTTTTTTTTTTTTT";
constexpr std::string_view kKeyGap = "KKKK";

// Of 20 events: 12 trades, 6 heartbeats, one that is seldom and one that is a little less so.
struct Kind {
    const char* type;
    const char* data;
};
constexpr Kind kTrade{"trading.trade", R"("latency_ms":0.412,"segregated":true,"desk":"desk-07",)"
                                       R"("instrument":"XETR:DE0007164600")"};
constexpr Kind kHeartbeat{"telecoms.heartbeat",
                          R"("service":"core","status":"up","node":"gw-7.fra.example.net")"};
constexpr Kind kFailover{"telecoms.failover",
                         R"("from_system":"primary","to_system":"backup_1","duration_ms":23)"};
constexpr Kind kRedundancy{"telecoms.redundancy", R"("group":"core","healthy":4,"required":2)"};
constexpr Kind kAccess{"trading.access", R"("actor":"a-17","actor_side":"buy","resource":"book-3",)"
                                         R"("resource_side":"buy","decision":"allow")"};
constexpr Kind kLevel{"itil.service_level", R"("service":"core","good":3600,"total":3600)"};
constexpr Kind kIncident{"itil.incident",
                         R"("id":"INC-KKKK","priority":2,"reported":"2026-01-29T12:37:12Z",)"
                         R"("responded":"2026-01-29T12:41:12Z")"};
constexpr Kind kChange{"itil.change", R"("id":"CHG-KKKK","cab_approved":true,"board":"b-1",)"
                                      R"("requester":"alice","approver":"bob")"};

std::vector<Kind> mix() {
    const Kind seldom[] = {kFailover, kRedundancy, kAccess, kLevel, kIncident, kChange};
    std::vector<Kind> kinds;
    for (const Kind& one : seldom) {
        for (int i = 0; i < 12; ++i) kinds.push_back(kTrade);
        for (int i = 0; i < 7; ++i) kinds.push_back(kHeartbeat);
        kinds.push_back(one);
    }
    return kinds;
}

void put_digits(char* at, std::size_t width, std::uint64_t value) {
    for (std::size_t i = width; i-- > 0; value /= 10) at[i] = static_cast<char>('0' + value % 10);
}

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

EventMaker::EventMaker(std::size_t systems, std::size_t sources) : systems_(systems) {
    const std::vector<Kind> kinds = mix();
    kinds_ = kinds.size();
    for (std::size_t source = 0; source < sources; ++source) {
        for (const Kind& kind : kinds) shapes_.push_back(shape(kind.type, kind.data, source));
    }
    run_ = std::to_string(wall_ns() / 1'000'000 % 10'000'000 + 10'000'000).substr(1);
}

EventMaker::Shape EventMaker::shape(const std::string& type, const std::string& data,
                                    std::size_t source) {
    Shape shape;
    shape.text = R"({"specversion":"1.0","id":")" + std::string(kIdGap) + R"(","source":"//gw-)" +
                 std::to_string(source) + R"(/core","type":")" + type + R"(","subject":"system_)" +
                 std::string(kSystemGap) + R"(","time":")" + std::string(kTimeGap) +
                 R"(","data":{)" + data + "}}\n";
    shape.id = shape.text.find(kIdGap);
    shape.system = shape.text.find(kSystemGap);
    shape.time = shape.text.find(kTimeGap);
    const std::size_t key = shape.text.find(kKeyGap);
    shape.key = key == std::string::npos ? 0 : key;
    return shape;
}

void EventMaker::append(std::string& out, std::size_t source, std::int64_t time_ns) {
    const Shape& shape = shapes_[source * kinds_ + made_ % kinds_];
    const std::size_t begin = out.size();
    out += shape.text;
    char* line = out.data() + begin;
    std::memcpy(line + shape.id, run_.data(), run_.size());
    put_digits(line + shape.id + run_.size(), kIdGap.size() - run_.size(), made_);
    // Every system gets every kind: another step at each turn of the systems.
    put_digits(line + shape.system, kSystemGap.size(), (made_ * 7 + made_ / kinds_) % systems_);
    if (shape.key != 0) put_digits(line + shape.key, kKeyGap.size(), made_ / kinds_ % 1000);
    // A nanosecond apart, so that the times have all their digits.
    put_time(line + shape.time, time_ns + static_cast<std::int64_t>(made_ % 1000));
    ++made_;
}

void EventMaker::put_time(char* at, std::int64_t time_ns) {
    if (time_ns / kSecondNs != second_) {
        second_ = time_ns / kSecondNs;
        second_text_ = format_rfc3339(second_ * kSecondNs + 1);  // with its nine digits
    }
    std::memcpy(at, second_text_.data(), kTimeGap.size());
    put_digits(at + 20, 9, static_cast<std::uint64_t>(time_ns % kSecondNs));
}

LoadResult run_load(const LoadPlan& plan, EventMaker& maker) {
    ::prctl(PR_SET_TIMERSLACK, 1000);  // 1 us, else a wait for the schedule is 50 us late
    return Load(plan, maker).run();
}

}  // namespace overlord::bench
