#include "read_only.hpp"

#include <spdlog/spdlog.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <cstdio>
#include <utility>

#include "daemon.hpp"
#include "overlord/tlog/checkpoint.hpp"

namespace overlord::daemon {
namespace {

// Codes whose messages say what happened but not what to do.
constexpr std::string_view kRefusals[] = {"signer.rollback", "signer.fork", "signer.inconsistent"};
// ... and those that say both.
constexpr std::string_view kGuardCodes[] = {"signer.clone", "signer.guard_old"};

template <class Codes>
bool is_one_of(std::string_view code, const Codes& codes) {
    return std::find(std::begin(codes), std::end(codes), code) != std::end(codes);
}

}  // namespace

bool means_read_only(const Error& error) {
    return error.code.starts_with("log.") || is_one_of(error.code, kRefusals) ||
           is_one_of(error.code, kGuardCodes);
}

std::string read_only_line(const Error& error) {
    std::string line = "read-only " + error.code + ": " + error.message;
    if (is_one_of(error.code, kRefusals))
        line += "; put the newest state back, or stop the copy of it that runs elsewhere; if it is "
                "lost, begin a new log with a new origin";
    std::replace(line.begin(), line.end(), '\n', ' ');
    if (error.code == "log.closed") return line;  // for good
    return line + "; until then nothing is accepted, signed or written";
}

// ---------------------------------------------------------------------------------------------
// The daemon in this state: HTTP and signals, nothing else.

// What is published stands in the status, also where the ledger did not open.
void Daemon::show_published() {
    auto snapshot = std::make_shared<pipeline::StatusSnapshot>(*status_.snapshot());
    snapshot->origin = origin_;
    // It may be the file that is wrong, so this shows what it says and vouches for nothing.
    const Result<std::string> note =
        read_text_file(config_.state_dir / "log" / "checkpoint", tlog::kNoteBytesMax);
    const Result<tlog::Note> parsed = tlog::Note::parse(note ? *note : "");
    const Result<tlog::Checkpoint> checkpoint = tlog::parse_checkpoint(parsed ? parsed->text : "");
    if (checkpoint) {
        snapshot->entries = checkpoint->head.size.value;
        snapshot->root = checkpoint->head.root;
    }
    status_.publish(std::move(snapshot));
}

// The watchdog is fed by the main path as long as there is one.
void Daemon::feed_watchdog() {
    std::uint64_t limit_us = 0;
    if (::sd_watchdog_enabled(0, &limit_us) <= 0) return;
    watchdog_.expires_after(std::chrono::microseconds(limit_us / 2));
    watchdog_.async_wait([this](boost::system::error_code failure) {
        if (failure) return;
        ::sd_notify(0, "WATCHDOG=1");
        feed_watchdog();
    });
}

Status Daemon::run_read_only(const Error& why) {
    read_only_ = why;
    const std::string line = read_only_line(why);
    std::fprintf(stderr, "%s\n", line.c_str());
    finish_stop();
    fatal_.reset();
    if (stopping_) return {};
    io_.restart();
    show_published();
    // Without HTTP there are still the line and the state of the unit to be seen.
    if (Status listening = listen_http(); !listening)
        spdlog::error("{}: {}", listening.error().code, listening.error().message);
    else if (http_)
        spdlog::info("read-only: status, metrics and the log at http://{}",
                     http_->endpoint().text());
    ::sd_notifyf(0, "READY=1\nSTATUS=%s", line.c_str());
    feed_watchdog();
    const auto work = boost::asio::make_work_guard(io_);
    io_.run();
    watchdog_.cancel();
    finish_stop();
    return {};
}

}  // namespace overlord::daemon
