#include "overlord/attest/slot_walk.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "overlord/base/assert.hpp"
#include "overlord/zk/statement.hpp"

namespace overlord::attest {
namespace {

// Groups that are checked at once: enough for the batch to pay, 2 MB of points.
constexpr std::size_t kParcelGroups = 128;

Error at_entry(EntryIndex index, const char* code, const std::string& what) {
    return Error{code, "entry " + std::to_string(index.value) + ": " + what};
}

std::string stream_text(const Hash& stream) {
    return "stream " + to_hex(stream);
}

}  // namespace

// Threads that check parcels of groups. Whoever gives them more than they can take waits.
class SlotWalk::Checker {
public:
    Checker(std::string origin, unsigned threads) : origin_(std::move(origin)) {
        for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
    }

    ~Checker() {
        {
            const std::lock_guard guard(mutex_);
            closing_ = true;
            waiting_.clear();
        }
        changed_.notify_all();
        for (std::thread& thread : threads_) thread.join();
    }

    void submit(std::vector<SlotGroup> groups) {
        if (threads_.empty()) return note(groups, check_groups(origin_, groups));
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return waiting_.size() < threads_.size(); });
        waiting_.push_back(std::move(groups));
        lock.unlock();
        changed_.notify_all();
    }

    // What has been found so far, without waiting.
    [[nodiscard]] Status found() {
        const std::lock_guard guard(mutex_);
        return failure_ ? Status(*failure_) : Status();
    }

    [[nodiscard]] Status wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return waiting_.empty() && busy_ == 0; });
        return failure_ ? Status(*failure_) : Status();
    }

private:
    void work() {
        std::unique_lock lock(mutex_);
        for (;;) {
            changed_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
            if (closing_) return;
            const std::vector<SlotGroup> groups = std::move(waiting_.front());
            waiting_.pop_front();
            ++busy_;
            lock.unlock();
            changed_.notify_all();
            const Status checked = check_groups(origin_, groups);
            lock.lock();
            --busy_;
            note(groups, checked);
            changed_.notify_all();
        }
    }

    // Parcels are cut in the order of the log, so the one that begins first has the first error.
    void note(const std::vector<SlotGroup>& groups, const Status& checked) {
        const std::uint64_t begin = groups.front().entry.value;
        if (checked || (failure_ && failed_at_ <= begin)) return;
        failure_ = checked.error();
        failed_at_ = begin;
    }

    std::string origin_;
    std::vector<std::thread> threads_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::vector<SlotGroup>> waiting_;
    std::size_t busy_ = 0;
    bool closing_ = false;
    std::optional<Error> failure_;
    std::uint64_t failed_at_ = 0;
};

SlotWalk::SlotWalk(SlotWalkOptions options)
    : options_(std::move(options)),
      checker_(std::make_unique<Checker>(options_.origin, options_.threads)) {}

SlotWalk::~SlotWalk() = default;

void SlotWalk::follow(const Hash& stream, std::uint32_t bits) {
    followed_[stream] = bits;
}

void SlotWalk::mark(const Hash& stream, zk::SlotNumber slot) {
    marks_[{stream, slot}] = std::nullopt;
}

void SlotWalk::resume(const Hash& stream, StreamState state) {
    seen_.insert(stream);
    streams_[stream] = std::move(state);
}

Status SlotWalk::see(EntryIndex index, std::string_view entry) {
    const Result<ZkEntry> parsed = parse_zk_entry(entry);
    if (!parsed) {
        return at_entry(index, parsed.error().code.c_str(), parsed.error().message);
    }
    if (const auto* streams = std::get_if<StreamsEntry>(&*parsed)) return take(index, *streams);
    if (const auto* slot = std::get_if<SlotEntry>(&*parsed)) return take(index, *slot);
    if (const auto* range = std::get_if<RangeEntry>(&*parsed)) return take(index, *range);
    return {};
}

// Names under a second key would be second names.
Status SlotWalk::take(EntryIndex index, const StreamsEntry& entry) {
    if (announced_) {
        return at_entry(index, "zk.streams", "the log says a second time how it names streams");
    }
    announced_ = entry;
    return {};
}

// Whoever commits to a slot before it is over commits to what is still to come.
Status SlotWalk::check_time(EntryIndex index, const SlotEntry& entry) {
    const zk::Int128 end = (zk::Int128{entry.slot} + 1) * announced_->slot_ns;
    if (entry.at >= end) {
        const auto delay = static_cast<DurationNs>(entry.at - end);
        longest_delay_ = std::max(longest_delay_, delay);
        return {};
    }
    return at_entry(index, "zk.early",
                    stream_text(entry.stream) + ": slot " + std::to_string(entry.slot) +
                        " was logged at " + format_rfc3339(entry.at) + ", before it was over");
}

Status SlotWalk::take(EntryIndex index, const SlotEntry& entry) {
    seen_.insert(entry.stream);
    if (!options_.follow_all && !followed_.contains(entry.stream)) return {};
    if (!announced_) {
        return at_entry(index, "zk.streams", stream_text(entry.stream) +
                                                 " has a slot before the log has announced how it "
                                                 "names streams");
    }
    if (Status timely = check_time(index, entry); !timely) return timely;
    const auto [found, fresh] = streams_.try_emplace(entry.stream);
    StreamState& stream = found->second;
    if (fresh) stream.begin = stream.covered = entry.slot;
    const std::string place = stream_text(entry.stream) + ": slot " + std::to_string(entry.slot);
    if (entry.slot < stream.next()) {
        return at_entry(index, "zk.slot_twice", place + " has an entry already, or comes too late");
    }
    if (entry.slot > stream.next()) {
        return at_entry(index, "zk.slot_missing",
                        place + " follows " + std::to_string(stream.next() - 1) +
                            ": the slots between are missing");
    }
    if (stream.open.size() == kOpenSlotsMax) {
        return at_entry(index, "zk.range_missing",
                        stream_text(entry.stream) + ": " + std::to_string(kOpenSlotsMax) +
                            " slots from " + std::to_string(stream.covered) +
                            " on have no range proof");
    }
    stream.entry = index;
    stream.at = entry.at;
    stream.open.push_back(entry);
    const auto mark = marks_.find({entry.stream, entry.slot});
    if (mark != marks_.end()) mark->second = SlotSums{entry.bad_sum, entry.total_sum};
    return {};
}

Status SlotWalk::take(EntryIndex index, const RangeEntry& entry) {
    seen_.insert(entry.stream);
    const auto expected = followed_.find(entry.stream);
    if (!options_.follow_all && expected == followed_.end()) return {};
    const auto found = streams_.find(entry.stream);
    const std::string place = stream_text(entry.stream) + ": the range of " +
                              std::to_string(entry.count) + " slots from " +
                              std::to_string(entry.first);
    if (found == streams_.end()) {
        return at_entry(index, "zk.range_order", place + " stands before every slot");
    }
    StreamState& stream = found->second;
    if (entry.first != stream.covered || entry.count > stream.open.size()) {
        return at_entry(index, "zk.range_order",
                        place + " is not about the next slots that wait for one, " +
                            std::to_string(stream.covered) + " to " +
                            std::to_string(stream.next()) + " (exclusive)");
    }
    const std::uint32_t bits = expected != followed_.end() ? expected->second : stream.bits;
    if (bits != 0 && entry.bits != bits) {
        return at_entry(index, "zk.range_bits",
                        place + " is about values of " + std::to_string(entry.bits) +
                            " bits, not of " + std::to_string(bits));
    }
    const auto count = static_cast<std::ptrdiff_t>(entry.count);
    SlotGroup group{index, entry.stream, stream.sums, {}, entry.bits, entry.proof};
    group.slots.assign(stream.open.begin(), stream.open.begin() + count);
    stream.open.erase(stream.open.begin(), stream.open.begin() + count);
    stream.sums = {group.slots.back().bad_sum, group.slots.back().total_sum};
    stream.covered += entry.count;
    stream.bits = entry.bits;
    stream.entry = index;
    stream.at = entry.at;
    groups_.push_back(std::move(group));
    if (groups_.size() == kParcelGroups) submit();
    return checker_->found();
}

void SlotWalk::submit() {
    if (groups_.empty()) return;
    checker_->submit(std::exchange(groups_, {}));
}

Status SlotWalk::finish() {
    for (const auto& [name, stream] : streams_) {
        if (stream.open.empty()) continue;
        groups_.push_back({stream.entry, name, stream.sums, stream.open, 0, {}});
        if (groups_.size() == kParcelGroups) submit();
    }
    submit();
    return checker_->wait();
}

const StreamState* SlotWalk::find(const Hash& stream) const {
    const auto found = streams_.find(stream);
    return found == streams_.end() ? nullptr : &found->second;
}

std::optional<SlotSums> SlotWalk::sums_after(const Hash& stream, zk::SlotNumber slot) const {
    const auto found = marks_.find({stream, slot});
    return found == marks_.end() ? std::nullopt : found->second;
}

}  // namespace overlord::attest
