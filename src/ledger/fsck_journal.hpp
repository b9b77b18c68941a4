// The part of fsck that needs the private journal. Private to the module.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fsck_records.hpp"
#include "overlord/ledger/entry.hpp"
#include "overlord/ledger/fsck.hpp"
#include "overlord/ledger/journal_reader.hpp"
#include "overlord/ledger/record_keys.hpp"
#include "overlord/tlog/merkle.hpp"

namespace overlord::ledger {

class JournalCheck {
public:
    // `head`: of the checkpoint, where there is a good one; then the journal must lead to its root.
    JournalCheck(const Path& state_dir, std::optional<tlog::TreeHead> head, std::string origin,
                 Report& report);
    void run();

private:
    void segment(std::uint32_t number, bool last_begun);
    void header(const SegmentHeader& header);
    void end_of_segment(JournalReader& reader, bool last_begun);
    void prepared(std::uint32_t number);
    void frame(const FrameView& frame);
    void records(const FrameView& frame);
    void take_record_findings();
    void seal(const FrameView& frame);
    void block(const BlockEntry& block, EntryIndex index);
    void compare_with_head();
    void lose_track(std::string_view why);
    void found(std::string place, std::string cause);

    Path journal_;
    std::optional<tlog::TreeHead> head_;
    std::string origin_;
    Report& report_;
    RecordChecks checks_;

    std::uint32_t segment_ = 0;
    JournalPosition expected_;  // what the next segment's header must say
    bool tracking_ = true;      // false after damage, until a header gives the place again
    std::int64_t last_at_ = INT64_MIN;
    tlog::Frontier tree_;
    bool tree_known_ = true;
    std::optional<Hash> root_at_head_;
    RecordIndex pending_first_;      // records from here on are in no block yet
    std::vector<Hash> pending_;      // their leaf hashes
    bool pending_known_ = true;      // false: some of them could not be computed
};

}  // namespace overlord::ledger
