#include "overlord/prover/bound_slot.hpp"

#include <algorithm>

#include "overlord/crypto/keys.hpp"
#include "overlord/zk/pedersen.hpp"
#include "overlord/zk/range_proof.hpp"

namespace overlord::prover {
namespace {

template <class Input>
zk::Scalar blinding(ByteView key, const Input& input) {
    zk::WideBlinding wide = zk::wide_blinding(key, input);
    const zk::Scalar scalar = zk::Scalar::from_wide(wide);
    crypto::wipe(wide);
    return scalar;
}

Sums open_contribution(ByteView key, const Hash& stream, zk::SlotNumber slot,
                       const ledger::Contribution& event) {
    const auto of = [&](zk::SlotPart part, std::uint64_t value) {
        return blinding(key, zk::ContributionInput{stream, slot, event.record, part, value});
    };
    return Sums{event.bad, event.total, of(zk::SlotPart::kBad, event.bad),
                of(zk::SlotPart::kTotal, event.total)};
}

std::vector<zk::Contribution> commit_to(const std::vector<OpenedContribution>& events) {
    std::vector<zk::Point> points;
    points.reserve(2 * events.size());
    for (const OpenedContribution& event : events) {
        points.push_back(zk::commit(event.opening.bad, event.opening.bad_blinding));
        points.push_back(zk::commit(event.opening.total, event.opening.total_blinding));
    }
    const std::vector<zk::PointBytes> bytes = zk::encode(points);
    std::vector<zk::Contribution> list;
    for (std::size_t i = 0; i < events.size(); ++i) {
        list.push_back({events[i].record, bytes[2 * i], bytes[2 * i + 1]});
    }
    return list;
}

}  // namespace

Sums open_slot(ByteView key, const Hash& stream, zk::SlotNumber slot,
               const zk::SlotValues& values) {
    const auto of = [&](zk::SlotPart part, std::uint64_t value) {
        return blinding(key, zk::BlindingInput{stream, slot, part, value});
    };
    return Sums{values.bad, values.total, of(zk::SlotPart::kBad, values.bad),
                of(zk::SlotPart::kTotal, values.total)};
}

Result<BoundSlot> bind_slot(ByteView key, const Hash& stream, zk::SlotNumber slot,
                            const ledger::SlotValue& value) {
    const bool good = value.events && value.events->size() <= zk::kContributionsMax;
    if (!good) {
        return Error{"prover.contributions",
                     "slot " + std::to_string(slot) + " of " + value.control +
                         (value.events ? " has more events than a slot has room for"
                                       : " is to be bound to its events and its record has none"),
                     ErrorClass::kFatal};
    }
    BoundSlot bound;
    // Its blindings are those of the slot's values, as of a slot that is not bound to events.
    bound.rest = open_slot(key, stream, slot, {value.bad, value.total});
    bound.rest.bad = bound.rest.total = 0;
    bound.slot = bound.rest;
    bound.events.reserve(value.events->size());
    for (const ledger::Contribution& event : *value.events) {
        bound.events.push_back({event.record, open_contribution(key, stream, slot, event)});
        bound.slot.add(bound.events.back().opening);
    }
    bound.list = commit_to(bound.events);
    bound.digest = zk::contributions_digest(stream, slot, bound.list);
    return bound;
}

Result<std::vector<Bytes>> prove_ranges(const BoundSlot& bound, std::string_view origin,
                                        const Hash& stream, zk::SlotNumber slot) {
    std::vector<Bytes> proofs;
    for (std::size_t first = 0; first < bound.events.size(); first += zk::kRangeSlotsMax) {
        const std::size_t count = std::min(zk::kRangeSlotsMax, bound.events.size() - first);
        const std::size_t width = zk::padded_width(2 * count);
        std::vector<std::uint64_t> values(width);
        std::vector<zk::Scalar> blindings(width);
        for (std::size_t i = 0; i < count; ++i) {
            const Sums& opening = bound.events[first + i].opening;
            values[2 * i] = opening.bad;
            values[2 * i + 1] = opening.total;
            blindings[2 * i] = opening.bad_blinding;
            blindings[2 * i + 1] = opening.total_blinding;
        }
        const zk::Label label =
            zk::label(zk::ContributionRange{origin, stream, slot, first, count});
        Result<Bytes> proof = zk::prove_range({label, zk::kContributionBits, values, blindings});
        zk::wipe(blindings);
        if (!proof) return with_context(proof.error(), "prove contributions");
        proofs.push_back(*std::move(proof));
    }
    return proofs;
}

Hash own_switch(const Hash& salt, const Sums& slot) {
    zk::ScalarBytes bad = slot.bad_blinding.encode();
    zk::ScalarBytes total = slot.total_blinding.encode();
    const Hash hash = zk::switch_hash(salt, {slot.bad, slot.total}, {bad, total});
    crypto::wipe(bad);
    crypto::wipe(total);
    return hash;
}

Hash published_switch(const StreamHeader& header, const Sums& slot, const Hash& contributions) {
    const Hash own = own_switch(header.salt, slot);
    return header.event_bound ? zk::bound_switch(own, contributions) : own;
}

}  // namespace overlord::prover
