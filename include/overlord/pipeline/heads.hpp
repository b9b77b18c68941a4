// How far the log is signed, published and witnessed, and how many records stand under each of the
// three heads. The ledger thread posts every new head here, the witness client what came back;
// receipts, metrics and the status read it. io thread only; nothing here blocks.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include "overlord/base/bytes.hpp"
#include "overlord/base/strong.hpp"
#include "overlord/base/time.hpp"

namespace overlord::pipeline {

// When log/checkpoint moves on: at once, or only once a quorum of witnesses has cosigned.
enum class Publication { kWhenSealed, kWhenWitnessed };

struct LogHead {
    std::uint64_t records = 0;  // the records [0, records) are in blocks under this head
    TreeSize size;
    Hash root{};
    std::string checkpoint;  // the note; with cosignatures in witnessed()
};

class HeadBoard {
public:
    // A witness answers within seconds; this is more than an hour at ten heads a second, in 1 MiB.
    static constexpr std::size_t kHistoryMax = 65'536;

    explicit HeadBoard(Publication publication = Publication::kWhenSealed)
        : publication_(publication) {}
    void set_publication(Publication publication) { publication_ = publication; }

    // A head was signed. Smaller ones than the newest are ignored.
    void sealed(LogHead head);
    // A quorum has cosigned the tree of this size; `now` is wall time. What stands under it is
    // found among the heads posted before; where none has this size, under the largest below it.
    void witnessed(TreeSize size, std::string cosigned_checkpoint, TimeNs now);

    [[nodiscard]] const LogHead& newest() const { return newest_; }  // signed
    [[nodiscard]] const LogHead& published() const;                  // what log/checkpoint shows
    [[nodiscard]] const LogHead& witnessed() const { return witnessed_; }
    [[nodiscard]] TimeNs witnessed_at() const { return witnessed_at_; }  // 0: not since the start
    [[nodiscard]] Publication publication() const { return publication_; }

    // Called after each change, in the order of subscription. An observer may end its own or
    // another subscription from the call.
    using Observer = std::function<void()>;
    [[nodiscard]] std::uint64_t subscribe(Observer observer);
    void unsubscribe(std::uint64_t id) { observers_.erase(id); }

private:
    struct Mark {
        TreeSize size;
        std::uint64_t records;
    };
    void tell();

    Publication publication_;
    LogHead newest_, witnessed_;
    TimeNs witnessed_at_ = 0;
    std::deque<Mark> history_;  // of signed heads, by size
    std::map<std::uint64_t, Observer> observers_;
    std::uint64_t next_observer_ = 1;
};

}  // namespace overlord::pipeline
