// The part of fsck that costs most: is each record what was committed to, and spelled as its kind
// has it? Records do not depend on each other, so threads of their own look at them while the
// caller walks over the frames. Private to the module.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/base/time.hpp"
#include "overlord/ledger/fsck.hpp"
#include "overlord/ledger/record.hpp"
#include "overlord/ledger/record_keys.hpp"

namespace overlord::ledger {

// Code record.members.
[[nodiscard]] Status check_members(const RecordView& record);

struct RecordFrame {
    RecordIndex first;
    std::uint32_t count = 0;
    Bytes payload;
};

struct RecordFindings {
    std::vector<std::pair<RecordIndex, std::string>> causes;
    std::uint64_t left_out = 0;  // beyond kFindingsMax of a frame
    std::uint64_t records = 0;
    std::uint64_t events = 0;
    std::uint64_t erased = 0;
    // Log time of the first and the last record that has a text.
    std::optional<std::pair<RecordIndex, TimeNs>> first_at;
    TimeNs last_at = INT64_MIN;
};

class RecordChecks {
public:
    explicit RecordChecks(const Path& keys_directory);
    ~RecordChecks();

    // Waits where too many frames are waiting.
    void submit(RecordFrame frame);
    // What was found in all frames submitted since the last call, in their order.
    [[nodiscard]] std::vector<RecordFindings> take();

private:
    void work(const Path& keys_directory);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::pair<std::size_t, RecordFrame>> waiting_;
    std::vector<RecordFindings> findings_;  // by the order of submission
    std::size_t open_ = 0;                  // submitted and not looked at to their end
    bool stop_ = false;
    std::vector<std::thread> threads_;  // last: they use all of the above
};

}  // namespace overlord::ledger
