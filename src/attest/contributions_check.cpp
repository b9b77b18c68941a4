// Contributions held against the slots of a log.
#include <algorithm>

#include "overlord/attest/contributions.hpp"
#include "overlord/zk/blinding_proof.hpp"

namespace overlord::attest {
namespace {

const ZkStatement* statement_of(const ZkCase& zk, const Hash& stream) {
    const auto& statements = zk.document.statements;
    const auto found = std::find_if(statements.begin(), statements.end(),
                                    [&](const ZkStatement& one) { return one.stream == stream; });
    return found == statements.end() ? nullptr : &*found;
}

bool event_bound(const ZkCase& zk, const ZkStatement& statement) {
    return zk.control_of(statement).mode == ProofMode::kEvent;
}

Error refuse(const char* code, const std::string& control, const std::string& what) {
    return Error{code, control + ": " + what};
}

}  // namespace

Result<zk::Remainder> commitments_of(const SlotEntry& entry) {
    const std::optional<zk::Point> bad = zk::decode(entry.bad);
    const std::optional<zk::Point> total = zk::decode(entry.total);
    if (bad && total) return zk::Remainder{*bad, *total};
    return Error{"zk.point",
                 "slot " + std::to_string(entry.slot) + " holds what is no canonical point"};
}

Result<zk::Remainder> remainder_of(const SlotEntry& entry, const SlotEvents& events) {
    const Hash digest = zk::contributions_digest(entry.stream, entry.slot, events.events);
    if (zk::bound_switch(events.own_switch, digest) != entry.switch_hash) {
        return Error{"zk.bound_switch", "slot " + std::to_string(entry.slot) +
                                            " was bound to other events in the log"};
    }
    const Result<zk::Remainder> slot = commitments_of(entry);
    if (!slot) return slot.error();
    Result<zk::Remainder> left = zk::remainder(*slot, events.events);
    if (left) return left;
    return with_context(left.error(), "slot " + std::to_string(entry.slot));
}

Result<ContributionsCheck> ContributionsCheck::open(const ZkCase& zk, ContributionsFile file) {
    if (file.origin != zk.document.origin) {
        return Error{"contributions.origin", "the contributions are of the log " + file.origin};
    }
    if (file.attestation != zk.document.attestation) {
        return Error{"contributions.attestation", "the contributions are those of attestation " +
                                                      to_hex(file.attestation)};
    }
    ContributionsCheck check;
    check.origin_ = std::move(file.origin);
    for (StreamEvents& stream : file.streams) {
        const ZkStatement* statement = statement_of(zk, stream.stream);
        if (statement == nullptr || !event_bound(zk, *statement)) {
            return Error{"zk.contributions", "stream " + to_hex(stream.stream) +
                                                 " is none of an event-bound statement"};
        }
        if (stream.first != statement->first || stream.slots.size() != statement->count) {
            return refuse("zk.contributions", statement->control,
                          "the slots with contributions are not those of its window");
        }
        const Hash id = stream.stream;
        check.streams_[id] = Stream{statement->control, std::move(stream), {}, 0};
    }
    for (const ZkStatement& statement : zk.document.statements) {
        if (!event_bound(zk, statement) || check.streams_.contains(statement.stream)) continue;
        return refuse("zk.contributions", statement.control, "its contributions are not there");
    }
    return check;
}

Status ContributionsCheck::see(const SlotEntry& entry) {
    const auto found = streams_.find(entry.stream);
    if (found == streams_.end()) return {};
    Stream& stream = found->second;
    const std::size_t seen = stream.left.size() / 2;
    if (seen == stream.listed.slots.size() || entry.slot != stream.listed.first + seen) return {};
    const SlotEvents& events = stream.listed.slots[seen];
    const Result<zk::Remainder> left = remainder_of(entry, events);
    if (!left) return with_context(left.error(), stream.control);
    stream.left.insert(stream.left.end(), {left->bad, left->total});
    stream.events += events.events.size();
    return {};
}

Result<std::vector<ContributionsCheck::Found>> ContributionsCheck::finish() const {
    std::vector<Found> found;
    for (const auto& [id, stream] : streams_) {
        const std::uint64_t count = stream.listed.slots.size();
        if (stream.left.size() != 2 * count) {
            return refuse("zk.contributions", stream.control,
                          "slot " + std::to_string(stream.listed.first + stream.left.size() / 2) +
                              " is not in the log");
        }
        const zk::Label label =
            zk::label(zk::RemainderSubject{origin_, id, stream.listed.first, count});
        const Status proven = zk::verify_blindings(label, stream.left, stream.listed.proof);
        if (!proven && proven.error().code == "zk.proof") {
            return refuse("zk.event_sum", stream.control,
                          "its slots are not shown to be the sums of their events");
        }
        if (!proven) return with_context(proven.error(), stream.control);
        found.push_back({stream.control, count, stream.events});
    }
    return found;
}

}  // namespace overlord::attest
