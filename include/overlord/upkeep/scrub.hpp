// The background scrub: reads the old part of a log again from the disk, at a low and bounded rate,
// so that a disk that loses bits is noticed while copies are still there. A thread of its own with
// the lowest priorities for processor and disk; it writes nothing and holds nothing that the main
// path waits for. The daemon goes on whatever it finds; fsck says more, and `fsck --repair` writes
// derived files again.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/base/time.hpp"
#include "overlord/ledger/fsck.hpp"

namespace overlord::upkeep {

struct ScrubOptions {
    Path state_dir;
    std::uint64_t bytes_per_second = 0;  // more than 0
    DurationNs pause = 0;                // between two passes
    // Called by the scrub's thread with each new finding, as one line that says what to do.
    std::function<void(const std::string&)> error;
};

struct ScrubStatus {
    std::uint64_t bytes = 0;         // read since the start
    std::uint64_t passes = 0;        // that came to their end
    std::uint64_t segments_done = 0; // in this pass
    std::uint64_t segments = 0;      // that this pass is about
    TimeNs last_pass_at = 0;         // when the last pass ended, on the wall clock; 0: none yet
    std::vector<ledger::Finding> findings;  // of all passes, each once
};

class Scrub {
public:
    // Begins the first pass at once.
    Scrub(ScrubOptions options, Clock& clock);
    ~Scrub();  // ends within a step
    Scrub(const Scrub&) = delete;
    Scrub& operator=(const Scrub&) = delete;

    [[nodiscard]] ScrubStatus status() const;  // any thread
    // Until a pass that began after this call has ended; for tests.
    void wait_for_pass();

private:
    void run();
    [[nodiscard]] Status pass();
    [[nodiscard]] Status tiles(const tlog::TreeHead& head);
    [[nodiscard]] Status paced(std::uint64_t bytes);
    [[nodiscard]] bool rest(DurationNs time);  // false: stop
    void found(ledger::Finding finding, const std::string& advice);

    const ScrubOptions options_;
    Clock& clock_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    ScrubStatus status_;
    std::uint64_t begun_ = 0;  // passes
    DurationNs owed_ = 0;      // the thread's own: time that what was read has to take
    bool stop_ = false;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace overlord::upkeep
