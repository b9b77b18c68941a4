// Windows made of epoch-aligned panes (DESIGN 4.2): pane k is [k*P, (k+1)*P), and a window of
// length W holds at `now` every pane that ends after now - W. Sparse; memory is bounded by
// kPanesMax. Where periods make the window, a pane is one of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "codec.hpp"
#include "overlord/base/time.hpp"
#include "periods.hpp"

namespace overlord::evaluate {

inline constexpr Pane kFirstPane = std::numeric_limits<Pane>::min();

[[nodiscard]] constexpr std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
    const std::int64_t quotient = value / by;
    return value % by < 0 ? quotient - 1 : quotient;
}

// The finest of {1 s, 10 s, 60 s, 10 min, 1 h, 6 h, 1 d} that gives at most kPanesMax in the
// window.
[[nodiscard]] DurationNs pane_length(DurationNs window);

class Window {
public:
    explicit Window(DurationNs length) : length_(length), pane_(pane_length(length)) {}
    explicit Window(const Periods& periods)
        : length_(periods.length()), pane_(periods.length()), periods_(periods) {}

    // A window of length 0 has no end: one pane holds everything and never leaves.
    [[nodiscard]] bool endless() const { return length_ == 0 && !periods_; }
    [[nodiscard]] DurationNs length() const { return length_; }  // 0: none, or a calendar's
    [[nodiscard]] DurationNs pane() const { return pane_; }      // likewise
    [[nodiscard]] Pane pane_of(TimeNs time) const {
        if (periods_) return periods_->of(time);
        return endless() ? 0 : floor_divide(time, pane_);
    }
    [[nodiscard]] TimeNs begins(Pane pane) const {
        return periods_ ? periods_->begins(pane) : pane * pane_;
    }
    [[nodiscard]] Pane oldest(TimeNs now) const {
        if (periods_) return periods_->current(now);
        return endless() ? 0 : floor_divide(now - length_, pane_);
    }
    [[nodiscard]] TimeNs leaves(Pane pane) const {  // the first instant at which it is not held
        if (periods_) return periods_->until(pane);
        return endless() ? std::numeric_limits<TimeNs>::max() : (pane + 1) * pane_ + length_;
    }
    [[nodiscard]] const std::optional<Periods>& periods() const { return periods_; }

private:
    DurationNs length_;
    DurationNs pane_;
    std::optional<Periods> periods_;
};

// Room for one more behind `entries`, whose first `head` are gone: they make room when they are an
// eighth, else it grows by a quarter: a full window takes up at most half as much again.
template <class Entry>
void make_room(std::vector<Entry>& entries, std::size_t& head) {
    if (entries.size() < entries.capacity()) return;
    if (head * 8 < entries.size() || head == 0) {
        return entries.reserve(entries.size() + entries.size() / 4 + 4);
    }
    entries.erase(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(head));
    head = 0;
}

// Observations by pane; eight bytes each, because most of the evaluator's memory is this.
class PaneCounts {
public:
    void add(Pane pane);
    void remove(Pane pane);  // takes back one that was added and has not left
    void expire(Pane oldest) {
        expire(oldest, [](Pane, std::uint32_t) {});
    }
    template <class Gone>
    void expire(Pane oldest, Gone gone) {
        while (head_ < entries_.size() && base_ + entries_[head_].pane < oldest) {
            gone(base_ + entries_[head_].pane, entries_[head_].count);
            total_ -= entries_[head_++].count;
        }
        if (head_ * 2 > entries_.size()) {
            entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(head_));
            head_ = 0;
        }
    }
    template <class Each>
    void each(Each each) const {
        for (std::size_t i = head_; i < entries_.size(); ++i) {
            each(base_ + entries_[i].pane, entries_[i].count);
        }
    }
    [[nodiscard]] std::uint64_t total() const { return total_; }
    [[nodiscard]] std::uint64_t of(Pane pane) const {
        std::uint64_t count = 0;
        each([&](Pane one, std::uint32_t observations) {
            if (one == pane) count = observations;
        });
        return count;
    }
    [[nodiscard]] bool empty() const { return total_ == 0; }
    [[nodiscard]] Pane front() const { return base_ + entries_[head_].pane; }
    [[nodiscard]] Pane back() const { return base_ + entries_.back().pane; }
    void write(Writer& out) const;
    void read(Reader& in);

private:
    struct Entry {
        std::int32_t pane;  // from base_
        std::uint32_t count;
    };
    void rebase(Pane pane);

    std::vector<Entry> entries_;  // sorted; those before head_ are gone
    std::size_t head_ = 0;
    Pane base_ = 0;
    std::uint64_t total_ = 0;
};

// Any values by pane, sorted, sparse. `V` needs no more than to be copied.
template <class V>
class PaneValues {
public:
    struct Entry {
        Pane pane;
        V value;
    };
    // The value of a pane, made with V{} when the pane is new.
    V& at(Pane pane) {
        make_room(entries_, head_);
        std::size_t i = entries_.size();
        while (i > head_ && entries_[i - 1].pane > pane) --i;
        if (i > head_ && entries_[i - 1].pane == pane) return entries_[i - 1].value;
        return entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(i), {pane, V{}})
            ->value;
    }
    template <class Gone>
    void expire(Pane oldest, Gone gone) {
        while (head_ < entries_.size() && entries_[head_].pane < oldest) {
            gone(entries_[head_].value);
            entries_[head_++].value = V{};
        }
        if (head_ * 2 > entries_.size()) {
            entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(head_));
            head_ = 0;
        }
    }
    void push_back(Pane pane, V value) {
        make_room(entries_, head_);
        entries_.push_back({pane, std::move(value)});
    }
    void pop_back() { entries_.pop_back(); }
    [[nodiscard]] bool empty() const { return head_ == entries_.size(); }
    [[nodiscard]] const Entry& front() const { return entries_[head_]; }
    [[nodiscard]] const Entry& back() const { return entries_.back(); }
    [[nodiscard]] std::size_t size() const { return entries_.size() - head_; }
    [[nodiscard]] auto begin() const {
        return entries_.begin() + static_cast<std::ptrdiff_t>(head_);
    }
    [[nodiscard]] auto end() const { return entries_.end(); }

private:
    std::vector<Entry> entries_;
    std::size_t head_ = 0;
};

}  // namespace overlord::evaluate
