// The expensive half of following a stream: what is checked with points. Pure.
#include <algorithm>

#include "overlord/attest/slot_walk.hpp"
#include "overlord/zk/point.hpp"
#include "overlord/zk/range_proof.hpp"
#include "overlord/zk/statement.hpp"

namespace overlord::attest {
namespace {

std::string place_of(const SlotGroup& group, zk::SlotNumber slot) {
    return "slot " + std::to_string(slot) + " of stream " + to_hex(group.stream);
}

Error group_error(const char* code, const SlotGroup& group, const std::string& what) {
    return Error{code, "entry " + std::to_string(group.entry.value) + ": " + what};
}

struct Sums {
    zk::Point bad;
    zk::Point total;
};

// Sums of the group before are the ones that the next group of a stream rests on: decoded once.
class SumsReader {
public:
    [[nodiscard]] std::optional<Sums> read(const SlotSums& bytes) {
        if (known_ && bytes == bytes_) return sums_;
        const std::optional<zk::Point> bad = zk::decode(bytes.bad);
        const std::optional<zk::Point> total = zk::decode(bytes.total);
        if (!bad || !total) return std::nullopt;
        keep(bytes, {*bad, *total});
        return sums_;
    }
    void keep(const SlotSums& bytes, const Sums& sums) {
        known_ = true;
        bytes_ = bytes;
        sums_ = sums;
    }

private:
    bool known_ = false;
    SlotSums bytes_;
    Sums sums_;
};

// The commitments of the group, in the order of its range proof; the sums are checked on the way.
Result<std::vector<zk::Point>> check_sums(const SlotGroup& group, SumsReader& reader) {
    std::optional<Sums> running = reader.read(group.before);
    if (!running) {
        return group_error("zk.point", group, "the sums before " +
                                                  place_of(group, group.slots.front().slot) +
                                                  " are no points");
    }
    std::vector<zk::Point> commitments;
    commitments.reserve(2 * group.slots.size());
    for (const SlotEntry& slot : group.slots) {
        const std::string place = place_of(group, slot.slot);
        const std::optional<zk::Point> bad = zk::decode(slot.bad);
        const std::optional<zk::Point> total = zk::decode(slot.total);
        const std::optional<Sums> claimed = reader.read({slot.bad_sum, slot.total_sum});
        if (!bad || !total || !claimed) {
            return group_error("zk.point", group, place + " holds what is no canonical point");
        }
        if (bad->is_identity() || total->is_identity()) {
            return group_error("zk.identity", group, place + " commits to nothing: an identity");
        }
        running->bad += *bad;
        running->total += *total;
        if (!(running->bad == claimed->bad) || !(running->total == claimed->total)) {
            return group_error("zk.sum", group,
                               "the sums of " + place + " are not those before and its own");
        }
        commitments.push_back(*bad);
        commitments.push_back(*total);
    }
    return commitments;
}

void add_range(std::string_view origin, const SlotGroup& group, std::vector<zk::Point> commitments,
               zk::RangeBatch& batch) {
    const zk::Label label =
        zk::label(zk::RangeSubject{origin, group.stream, group.slots.front().slot,
                                   group.slots.size(), group.bits});
    commitments.resize(zk::padded_count(commitments.size()));
    batch.add({label, group.bits, commitments}, group.proof);
}

}  // namespace

Status check_groups(std::string_view origin, std::span<const SlotGroup> groups) {
    SumsReader reader;
    zk::RangeBatch batch;
    std::vector<const SlotGroup*> covered;
    std::optional<Error> first;  // of the sums; a bad proof before it in the log comes first
    for (const SlotGroup& group : groups) {
        Result<std::vector<zk::Point>> commitments = check_sums(group, reader);
        if (!commitments) {
            first = std::move(commitments).error();
            break;
        }
        if (group.proof.empty()) continue;
        covered.push_back(&group);
        add_range(origin, group, *std::move(commitments), batch);
    }
    if (const Status proven = batch.verify(); !proven) {
        OVERLORD_ASSERT(batch.bad().has_value() && *batch.bad() < covered.size());
        const SlotGroup& group = *covered[*batch.bad()];
        return group_error("zk.range_proof", group,
                           "the range proof over " + std::to_string(group.slots.size()) +
                               " slots from " + place_of(group, group.slots.front().slot) + ": " +
                               proven.error().message);
    }
    if (first) return *std::move(first);
    return {};
}

}  // namespace overlord::attest
