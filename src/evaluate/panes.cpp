#include "panes.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "limits.hpp"

namespace overlord::evaluate {
namespace {

constexpr std::array<DurationNs, 7> kPaneLengths = {
    kSecondNs, 10 * kSecondNs, kMinuteNs, 10 * kMinuteNs, kHourNs, 6 * kHourNs, kDayNs};
constexpr std::int64_t kRebaseBeyond = 1 << 30;

}  // namespace

DurationNs pane_length(DurationNs window) {
    for (const DurationNs pane : kPaneLengths) {
        if (window <= kPanesMax * pane) return pane;
    }
    return kPaneLengths.back();
}

void PaneCounts::rebase(Pane pane) {
    if (head_ == entries_.size()) {
        entries_.clear();
        head_ = 0;
        base_ = pane;
        return;
    }
    if (std::llabs(pane - base_) < kRebaseBeyond) return;
    const Pane front_pane = front();
    const std::int32_t shift = entries_[head_].pane;
    for (std::size_t i = head_; i < entries_.size(); ++i) entries_[i].pane -= shift;
    base_ = front_pane;
}

void PaneCounts::add(Pane pane) {
    rebase(pane);
    make_room(entries_, head_);
    ++total_;
    const std::int32_t relative = static_cast<std::int32_t>(pane - base_);
    std::size_t i = entries_.size();
    while (i > head_ && entries_[i - 1].pane > relative) --i;
    if (i > head_ && entries_[i - 1].pane == relative) {
        ++entries_[i - 1].count;
    } else {
        entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(i), Entry{relative, 1});
    }
}

void PaneCounts::remove(Pane pane) {
    std::size_t i = entries_.size();
    while (i > head_ && base_ + entries_[i - 1].pane > pane) --i;
    OVERLORD_ASSERT(i > head_ && base_ + entries_[i - 1].pane == pane);
    --total_;
    if (--entries_[i - 1].count > 0) return;
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(i - 1));
}

void PaneCounts::write(Writer& out) const {
    out.u(entries_.size() - head_);
    Pane previous = 0;
    for (std::size_t i = head_; i < entries_.size(); ++i) {
        const Pane pane = base_ + entries_[i].pane;
        out.i(pane - previous);
        out.u(entries_[i].count);
        previous = pane;
    }
}

void PaneCounts::read(Reader& in) {
    *this = PaneCounts();
    Pane pane = 0;
    std::size_t left = in.count();
    entries_.reserve(left);
    for (; left > 0 && in.ok(); --left) {
        pane += in.i();
        if (entries_.empty()) base_ = pane;
        const std::uint64_t count = in.u();
        const bool sorted = entries_.empty() || pane - base_ > entries_.back().pane;
        if (!sorted || pane - base_ >= kRebaseBeyond || count == 0 || count > UINT32_MAX) {
            in.fail();
            return;
        }
        entries_.push_back(
            {static_cast<std::int32_t>(pane - base_), static_cast<std::uint32_t>(count)});
        total_ += count;
    }
}

}  // namespace overlord::evaluate
