// Follows the slot streams of a log through all of its entries and checks them: consecutive slots
// with exactly one entry each, sums that chain, no identity, and one good range proof over every
// slot (docs/formats/zk.md, Verification).
//
// Entries are taken in their order and once; memory is bounded by the streams that are followed and
// by the slots that wait for their range proof. The expensive part runs in threads of its own,
// which get whole groups of slots as values. A SlotWalk belongs to one thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/attest/slot_entry.hpp"
#include "overlord/base/strong.hpp"

namespace overlord::attest {

// Slots that may wait for their range proof; a prover that is further behind is none. A daemon that
// was down for two days commits to 2,880 slots of silence when it comes back.
inline constexpr std::size_t kOpenSlotsMax = 8'192;

struct SlotSums {
    zk::PointBytes bad{};  // the identity before the first slot
    zk::PointBytes total{};
    bool operator==(const SlotSums&) const = default;
};

// How far a stream has come: slots [begin, covered) have range proofs, `open` are those after them.
struct StreamState {
    zk::SlotNumber begin = 0;
    zk::SlotNumber covered = 0;
    SlotSums sums;           // of all slots before `covered`
    std::uint32_t bits = 0;  // of its range proofs; 0: there is none yet
    EntryIndex entry;        // its newest entry, and
    TimeNs at = 0;           // that one's log time
    std::vector<SlotEntry> open;
    [[nodiscard]] zk::SlotNumber next() const { return covered + open.size(); }
    bool operator==(const StreamState&) const = default;
};

// Consecutive slots of one stream and the range proof over them: what a checking thread gets.
struct SlotGroup {
    EntryIndex entry;  // where its range proof stands, or its last slot where it has none yet
    Hash stream{};
    SlotSums before;
    std::vector<SlotEntry> slots;
    std::uint32_t bits = 0;
    Bytes proof;  // empty: not covered yet, only the sums are checked
};

// Points, sums and range proofs of the groups, the proofs all at once. The error names the group
// that stands first in the log. Codes: zk.point, zk.identity, zk.sum, zk.range_proof.
[[nodiscard]] Status check_groups(std::string_view origin, std::span<const SlotGroup> groups);

struct SlotWalkOptions {
    std::string origin;     // of the log, which every range proof names
    unsigned threads = 2;   // that check; 0: the calling one
    bool follow_all = false;  // every stream of the log, or those of follow() only
};

class SlotWalk {
public:
    explicit SlotWalk(SlotWalkOptions options);
    ~SlotWalk();  // joins its threads
    SlotWalk(const SlotWalk&) = delete;
    SlotWalk& operator=(const SlotWalk&) = delete;

    // Before the first entry: follow this stream, whose range proofs have `bits`; keep its sums as
    // of the slots before `first` and up to `last`.
    void follow(const Hash& stream, std::uint32_t bits);
    void mark(const Hash& stream, zk::SlotNumber slot);
    // Go on where an earlier walk was.
    void resume(const Hash& stream, StreamState state);
    void resume(const StreamsEntry& announced) { announced_ = announced; }

    // The next entry. Codes: entry.syntax, zk.streams (the log says twice how it names streams, or
    // has a slot before), zk.slot_missing, zk.slot_twice, zk.early (a slot was logged before it was
    // over), zk.range_missing (too many slots wait), zk.range_order (a range that does not begin
    // with the first uncovered slot, or ends behind the last), zk.range_bits, and what a thread has
    // found so far.
    [[nodiscard]] Status see(EntryIndex index, std::string_view entry);

    // Waits for all checks, those of slots without a range proof too. Of several errors that of the
    // entry that stands first. Entries may follow.
    [[nodiscard]] Status finish();

    [[nodiscard]] const std::map<Hash, StreamState>& streams() const { return streams_; }
    // How the log names its streams, once it has said so.
    [[nodiscard]] const std::optional<StreamsEntry>& announced() const { return announced_; }
    [[nodiscard]] const StreamState* find(const Hash& stream) const;
    // After this slot; nothing where it was not marked or never came.
    [[nodiscard]] std::optional<SlotSums> sums_after(const Hash& stream, zk::SlotNumber slot) const;
    // Streams that the log has, followed or not.
    [[nodiscard]] std::size_t streams_seen() const { return seen_.size(); }
    // The longest time between a slot's end and its entry, by the log's own times.
    [[nodiscard]] DurationNs longest_delay() const { return longest_delay_; }

private:
    class Checker;
    [[nodiscard]] Status take(EntryIndex index, const StreamsEntry& entry);
    [[nodiscard]] Status take(EntryIndex index, const SlotEntry& entry);
    [[nodiscard]] Status take(EntryIndex index, const RangeEntry& entry);
    [[nodiscard]] Status check_time(EntryIndex index, const SlotEntry& entry);
    void submit();

    SlotWalkOptions options_;
    std::map<Hash, StreamState> streams_;
    std::map<Hash, std::uint32_t> followed_;  // with the bits that are expected
    std::map<std::pair<Hash, zk::SlotNumber>, std::optional<SlotSums>> marks_;
    std::set<Hash> seen_;
    std::optional<StreamsEntry> announced_;
    DurationNs longest_delay_ = 0;
    std::vector<SlotGroup> groups_;  // of the next parcel
    std::unique_ptr<Checker> checker_;
};

}  // namespace overlord::attest
