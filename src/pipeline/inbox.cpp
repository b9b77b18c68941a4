#include "inbox.hpp"

#include <chrono>
#include <utility>

namespace overlord::pipeline {
namespace {

// What a waiting line costs beside its text; keeps millions of tiny lines bounded too.
constexpr std::size_t kArrivalOverheadBytes = 256;

std::size_t cost(const Arrival& arrival) {
    return arrival.raw.size() + kArrivalOverheadBytes;
}

}  // namespace

bool Inbox::put(Arrival arrival) {
    bool was_empty = false;
    bool room = true;
    {
        std::lock_guard lock(mutex_);
        was_empty = items_.empty();
        bytes_ += cost(arrival);
        items_.push_back(Item{std::move(arrival), {}});
        if (bytes_ >= bytes_max_) full_ = true;
        room = !full_;
    }
    if (was_empty) filled_.notify_one();
    return room;
}

void Inbox::put(Command command) {
    {
        std::lock_guard lock(mutex_);
        items_.push_back(Item{{}, std::move(command)});
    }
    filled_.notify_one();
}

void Inbox::on_room(std::function<void()> callback) {
    room_ = std::move(callback);
}

Inbox::Taken Inbox::take(std::size_t max, DurationNs wait_ns) {
    Taken taken;
    bool room_again = false;
    {
        std::unique_lock lock(mutex_);
        if (items_.empty() && wait_ns > 0)
            filled_.wait_for(lock, std::chrono::nanoseconds(wait_ns),
                             [&] { return !items_.empty(); });
        std::size_t bytes = 0;
        while (!items_.empty() && taken.arrivals.size() < max && bytes < kTakenBytesMax) {
            Item& item = items_.front();
            if (item.command) {
                if (!taken.arrivals.empty()) break;  // its turn comes next, after these
                taken.command = std::move(item.command);
                items_.pop_front();
                break;
            }
            bytes_ -= cost(item.arrival);
            bytes += cost(item.arrival);
            taken.arrivals.push_back(std::move(item.arrival));
            items_.pop_front();
        }
        if (full_ && bytes_ <= bytes_max_ / 2) {
            full_ = false;
            room_again = true;
        }
    }
    if (room_again && room_) room_();
    return taken;
}

std::size_t Inbox::waiting() const {
    std::lock_guard lock(mutex_);
    return items_.size();
}

}  // namespace overlord::pipeline
