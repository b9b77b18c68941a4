#include "overlord/upkeep/scrub.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "overlord/base/priority.hpp"
#include "overlord/ledger/old_log.hpp"
#include "overlord/tlog/tiles.hpp"

namespace overlord::upkeep {
namespace {

constexpr int kIoClassIdle = 3;  // linux/ioprio.h: the disk is ours when nobody else wants it
constexpr int kIoClassShift = 13;
constexpr int kIoWhoThread = 1;
constexpr DurationNs kShortestRest = 20'000'000;  // many small files are one rest

// Each hash of a tile goes with an entry; what an entry has of its own is passed to us.
constexpr std::uint64_t kHashBytes = sizeof(Hash);

Error stopped() { return Error{"scrub.stopped", "the scrub is asked to stop"}; }

// Without them the scrub is only less polite.
void lower_priorities() {
    come_last();
    (void)::syscall(SYS_ioprio_set, kIoWhoThread, 0, kIoClassIdle << kIoClassShift);
}

// "tile/0/000: hash 3 is not that of entry 3"
ledger::Finding finding_of(const Error& error) {
    const std::size_t colon = error.message.find(": ");
    const bool named = error.message.starts_with("tile/") && colon != std::string::npos;
    return {"log/" + (named ? error.message.substr(0, colon) : ""), "",
            named ? error.message.substr(colon + 2) : error.message};
}

}  // namespace

Scrub::Scrub(ScrubOptions options, Clock& clock)
    : options_(std::move(options)), clock_(clock), thread_([this] { run(); }) {
    OVERLORD_ASSERT(options_.bytes_per_second > 0);
}

Scrub::~Scrub() {
    {
        std::lock_guard lock(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

ScrubStatus Scrub::status() const {
    std::lock_guard lock(mutex_);
    return status_;
}

void Scrub::wait_for_pass() {
    std::unique_lock lock(mutex_);
    const std::uint64_t wanted = begun_ + 1;
    changed_.wait(lock, [&] { return stop_ || status_.passes >= wanted; });
}

void Scrub::run() {
    lower_priorities();
    for (;;) {
        {
            std::lock_guard lock(mutex_);
            ++begun_;
        }
        const Status done = pass();
        if (!done && done.error().code == stopped().code) return;
        // What could not be read is a finding too, and the next pass tries again.
        if (!done) found({"journal", "", done.error().message}, "see the cause");
        {
            std::lock_guard lock(mutex_);
            status_.passes += 1;
            status_.last_pass_at = clock_.now();
        }
        changed_.notify_all();
        if (!rest(options_.pause)) return;
    }
}

Status Scrub::pass() {
    const Result<ledger::OldLog> old = ledger::find_old_log(options_.state_dir);
    if (!old) return old.error();
    {
        std::lock_guard lock(mutex_);
        status_.segments = old->end - old->first;
        status_.segments_done = 0;
    }
    const ledger::Pace pace = [this](std::uint64_t bytes) { return paced(bytes); };
    for (std::uint32_t segment = old->first; segment < old->end; ++segment) {
        Result<std::optional<ledger::Finding>> wrong =
            ledger::check_full_segment(options_.state_dir, segment, pace);
        if (!wrong) return std::move(wrong).error();
        if (wrong->has_value()) {
            found(std::move(**wrong),
                  "keep everything, restore the segment from a copy; overlordctl fsck says more");
        }
        std::lock_guard lock(mutex_);
        status_.segments_done += 1;
    }
    return tiles(old->head);
}

Status Scrub::tiles(const tlog::TreeHead& head) {
    if (head.size.value == 0) return {};
    const Path log = options_.state_dir / "log";
    std::error_code failure;
    for (std::filesystem::recursive_directory_iterator at(log / "tile", failure), end;
         !failure && at != end; at.increment(failure)) {
        if (!at->is_regular_file(failure)) continue;
        // A partial tile goes when it is full.
        (void)ledger::drop_cached(at->path());
        if (const Status on = paced(0); !on) return on;
    }
    const auto visit = [this](EntryIndex, ByteView entry) {
        return paced(entry.size() + kHashBytes);
    };
    Status good = tlog::check_log(log, head, visit);
    if (!good && good.error().code == stopped().code) return good;
    // A partial tile may have gone while it was looked at.
    if (!good) good = tlog::check_log(log, head, visit);
    if (!good && good.error().code == stopped().code) return good;
    if (!good) {
        found(finding_of(good.error()),
              "stop the daemon and run overlordctl fsck --repair on the state folder");
    }
    return {};
}

Status Scrub::paced(std::uint64_t bytes) {
    {
        std::lock_guard lock(mutex_);
        status_.bytes += bytes;
        if (stop_) return stopped();
    }
    const double seconds =
        static_cast<double>(bytes) / static_cast<double>(options_.bytes_per_second);
    owed_ += static_cast<DurationNs>(seconds * static_cast<double>(kSecondNs));
    if (owed_ < kShortestRest) return {};
    return rest(std::exchange(owed_, 0)) ? Status() : Status(stopped());
}

bool Scrub::rest(DurationNs time) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::nanoseconds(time), [this] { return stop_; });
    return !stop_;
}

void Scrub::found(ledger::Finding finding, const std::string& advice) {
    {
        std::lock_guard lock(mutex_);
        std::vector<ledger::Finding>& known = status_.findings;
        const bool again = std::any_of(known.begin(), known.end(), [&](const auto& one) {
            return one.file == finding.file && one.place == finding.place;
        });
        if (again || known.size() >= ledger::kFindingsMax) return;
        known.push_back(finding);
    }
    options_.error("scrub: " + finding.file + (finding.place.empty() ? "" : ", " + finding.place) +
                   ": " + finding.cause + "; " + advice);
}

}  // namespace overlord::upkeep
