// overlordctl monitor: follows a published log, checks its slots and cosigns it.
#include <utility>  // before Asio: its coroutine headers of 1.74 forgot it

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <condition_variable>
#include <csignal>
#include <iostream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "command.hpp"
#include "http.hpp"
#include "monitor.hpp"
#include "overlord/net/http.hpp"
#include "overlord/witness/service.hpp"

namespace overlord::ctl {
namespace {

// Tells alarms on one line each, and what was cosigned.
void tell(const Options& options, const Round& round) {
    for (const Alarm& alarm : round.alarms) {
        std::cerr << "ALARM " << alarm.code << ": " << alarm.text << std::endl;
    }
    if (options.json()) {
        nlohmann::ordered_json json;
        json["size"] = round.head.size.value;
        json["streams"] = round.streams;
        json["sound"] = round.sound;
        json["cosigned"] = !round.note.empty();
        json["alarms"] = nlohmann::ordered_json::array();
        for (const Alarm& alarm : round.alarms) {
            json["alarms"].push_back({{"code", alarm.code}, {"text", alarm.text}});
        }
        std::cout << json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)
                  << std::endl;
        return;
    }
    std::cout << (round.note.empty() ? "not cosigned: " : "cosigned: ") << round.head.size.value
              << " entries, " << round.streams << " streams" << std::endl;
}

Result<MonitorOptions> read_options(const Options& options) {
    if (options.operands().size() != 1) return Error{"usage", "monitor needs the log's URL"};
    const Result<Url> url = parse_url(options.operands().front());
    if (!url) return Error{"usage", url.error().message};
    for (const char* needed : {"--key", "--state"}) {
        if (options.has(needed)) continue;
        return Error{"usage", std::string("monitor needs ") + needed};
    }
    MonitorOptions monitor;
    Result<Keys> keys = read_keys(options.values("--key"));
    if (!keys) return std::move(keys).error();
    monitor.logs = *std::move(keys);
    const Result<DurationNs> slot = parse_duration(options.value_or("--slot", "1m"));
    if (!slot) return with_context(slot.error(), "--slot");
    const Result<std::uint64_t> silence =
        parse_count(options.value_or("--silence", "10"), 1, 1'000'000);
    if (!silence) return with_context(silence.error(), "--silence");
    monitor.directory = *options.value("--state");
    monitor.new_name = options.value_or("--name", "");
    monitor.slot_ns = *slot;
    monitor.silence_slots = *silence;
    monitor.get = [url = *url](const std::string& path) { return http_get(url, "/" + path); };
    return monitor;
}

int run_once(const Options& options, Monitor& monitor) {
    const Result<Round> round = monitor.round();
    if (!round) return fail(options, kUnavailable, round.error());
    tell(options, *round);
    return round->sound && round->alarms.empty() ? kYes : kNo;
}

net::HttpHandlers pages(const Monitor& monitor) {
    net::HttpHandlers handlers;
    const auto healthy = [] { return net::HttpReply{200, "text/plain; charset=utf-8", "ok\n"}; };
    handlers.pages["/healthz"] = {healthy, net::HttpAudience::kAnyone};
    // What was cosigned, below HEX/checkpoint. Nothing can be submitted: only what the monitor has
    // read itself is cosigned.
    handlers.others = [&monitor](std::string_view path) -> std::optional<net::HttpReply> {
        std::optional<witness::Answer> answer = witness::get(monitor.store(), path);
        if (!answer) return std::nullopt;
        return net::HttpReply{answer->status, std::move(answer->content_type),
                              std::move(answer->body)};
    };
    return handlers;
}

// Rounds, one after the other, in a thread of their own until stop().
class Rounds {
public:
    Rounds(const Options& options, Monitor& monitor, DurationNs interval)
        : thread_([this, &options, &monitor, interval] { work(options, monitor, interval); }) {}
    ~Rounds() {
        {
            const std::lock_guard guard(mutex_);
            stopping_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }
    Rounds(const Rounds&) = delete;
    Rounds& operator=(const Rounds&) = delete;

private:
    void work(const Options& options, Monitor& monitor, DurationNs interval) {
        std::unique_lock lock(mutex_);
        tlog::TreeHead told;
        while (!stopping_) {
            lock.unlock();
            const Result<Round> round = monitor.round();
            if (!round) {
                std::cerr << "ALARM " << round.error().code << ": " << round.error().message
                          << std::endl;
            } else if (round->head != told || !round->alarms.empty()) {
                tell(options, *round);
                told = round->head;
            }
            lock.lock();
            changed_.wait_for(lock, std::chrono::nanoseconds(interval),
                              [this] { return stopping_; });
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false;
    std::thread thread_;
};

int follow(const Options& options, Monitor& monitor, DurationNs interval) {
    boost::asio::io_context io{1};
    boost::asio::signal_set signals(io, SIGTERM, SIGINT);
    signals.async_wait([&](boost::system::error_code, int) { io.stop(); });
    std::unique_ptr<net::HttpServer> server;
    std::string where = "nowhere";
    if (const auto listen = options.value("--listen")) {
        net::HttpOptions serving;
        serving.listen = *listen;
        serving.connections_max = 64;
        auto started = net::HttpServer::start(io, pages(monitor), serving);
        if (!started) return fail(options, kUnavailable, started.error());
        server = *std::move(started);
        where = server->endpoint().text();
    }
    std::cerr << "ready monitor=" << where
              << " vkey=" << monitor.store().verifier().to_text()
              << " size=" << monitor.state().head.size.value << std::endl;
    const Rounds rounds(options, monitor, interval);
    io.run();
    if (server) server->stop();
    io.restart();
    io.poll();
    return kYes;
}

}  // namespace

int run_monitor(const Options& options) {
    Result<MonitorOptions> monitoring = read_options(options);
    if (!monitoring) return fail(options, kUsage, monitoring.error());
    const Result<DurationNs> interval = parse_duration(options.value_or("--interval", "10s"));
    if (!interval) return fail(options, kUsage, with_context(interval.error(), "--interval"));
    Result<std::unique_ptr<Monitor>> monitor =
        Monitor::open(*std::move(monitoring), system_clock());
    if (!monitor) return fail(options, kUnavailable, monitor.error());
    if (options.has("--vkey")) {
        std::cout << (*monitor)->store().verifier().to_text() << "\n";
        return kYes;
    }
    return options.has("--once") ? run_once(options, **monitor)
                                 : follow(options, **monitor, *interval);
}

}  // namespace overlord::ctl
