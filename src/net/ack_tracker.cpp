#include "ack_tracker.hpp"

#include "overlord/base/assert.hpp"

namespace overlord::net {

void AckTracker::submitted(std::uint64_t line) {
    OVERLORD_ASSERT(line == first_ + done_.size());
    done_.push_back(false);
}

void AckTracker::resolved(std::uint64_t line) {
    OVERLORD_ASSERT(line >= first_ && line < first_ + done_.size());
    const std::uint64_t index = line - first_;
    OVERLORD_ASSERT(!done_[index]);
    done_[index] = true;
    while (!done_.empty() && done_.front()) {
        done_.pop_front();
        ++first_;
    }
}

}  // namespace overlord::net
