#include "overlord/pipeline/heads.hpp"

#include <algorithm>
#include <utility>

namespace overlord::pipeline {

void HeadBoard::sealed(LogHead head) {
    if (head.size < newest_.size) return;
    if (history_.empty() || history_.back().size < head.size) {
        history_.push_back({head.size, head.records});
        if (history_.size() > kHistoryMax) history_.pop_front();
    }
    newest_ = std::move(head);
    tell();
}

void HeadBoard::witnessed(TreeSize size, std::string cosigned_checkpoint, TimeNs now) {
    if (size < witnessed_.size) return;
    const auto beyond =
        std::upper_bound(history_.begin(), history_.end(), size,
                         [](TreeSize wanted, const Mark& mark) { return wanted < mark.size; });
    if (beyond != history_.begin())
        witnessed_.records = std::max(witnessed_.records, std::prev(beyond)->records);
    witnessed_.size = size;
    witnessed_.root = size == newest_.size ? newest_.root : Hash{};
    witnessed_.checkpoint = std::move(cosigned_checkpoint);
    witnessed_at_ = now;
    tell();
}

const LogHead& HeadBoard::published() const {
    return publication_ == Publication::kWhenSealed ? newest_ : witnessed_;
}

std::uint64_t HeadBoard::subscribe(Observer observer) {
    observers_.emplace(next_observer_, std::move(observer));
    return next_observer_++;
}

void HeadBoard::tell() {
    // By number and not by iterator: an observer may unsubscribe anybody.
    std::uint64_t last = 0;
    for (auto next = observers_.begin(); next != observers_.end();
         next = observers_.upper_bound(last)) {
        last = next->first;
        const Observer observer = next->second;
        observer();
    }
}

}  // namespace overlord::pipeline
