// Gives the room of erased records back to the file system, on a thread of its own beside the main
// path. Owned and called by the ledger thread.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

#include "overlord/base/file.hpp"
#include "overlord/base/priority.hpp"
#include "overlord/ledger/erasure.hpp"

namespace overlord::pipeline {

class RoomGiver {
public:
    using Said = std::function<void(const std::string&)>;  // one line for the daemon's log
    RoomGiver(Path journal, Said warn) : journal_(std::move(journal)), warn_(std::move(warn)) {}
    ~RoomGiver() { stop(); }
    RoomGiver(const RoomGiver&) = delete;
    RoomGiver& operator=(const RoomGiver&) = delete;

    // Begins where there is something to give back; again from the start if it was at it.
    void begin() {
        stop();
        if (!ledger::room_to_give_back(journal_)) return;
        stop_ = false;
        thread_ = std::thread([this] {
            come_last();
            const Result<ledger::FreedRoom> freed = ledger::give_back_room(journal_, stop_);
            // Only room is at stake; the next start tries again.
            if (!freed) warn_(freed.error().code + ": " + freed.error().message);
        });
    }
    void stop() {
        stop_ = true;
        if (thread_.joinable()) thread_.join();
    }

private:
    const Path journal_;
    const Said warn_;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

}  // namespace overlord::pipeline
