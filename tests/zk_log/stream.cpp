#include <algorithm>

#include "overlord/crypto/sha256.hpp"
#include "overlord/zk/blinding_proof.hpp"
#include "overlord/zk/pedersen.hpp"
#include "overlord/zk/range_proof.hpp"
#include "zk_log.hpp"

namespace overlord::zk_log {
namespace {

// Of a test, so from what everybody knows.
zk::Scalar derived_scalar(const Hash& stream, zk::SlotNumber slot, const char* part) {
    std::array<std::uint8_t, 64> wide{};
    for (std::size_t half = 0; half < 2; ++half) {
        Bytes input(stream.begin(), stream.end());
        put_u64_be(input, slot);
        put_u64_be(input, half);
        const Hash hash = crypto::sha256({as_bytes("test blinding"), as_bytes(part), input});
        std::copy(hash.begin(), hash.end(), wide.begin() + static_cast<std::ptrdiff_t>(32 * half));
    }
    return zk::Scalar::from_wide(wide);
}

}  // namespace

Stream::Stream(std::string origin, const std::string& system, attest::PlanControl control,
               zk::SlotNumber begin, std::uint32_t generation)
    : origin_(std::move(origin)),
      control_(std::move(control)),
      tag_(zk::make_stream_tag(kProofKey, {origin_, system, control_.text})),
      generation_(generation),
      salt_(zk::stream_salt(tag_.point, generation)),
      id_(zk::stream_id(salt_, {system, control_.text, kSlotNs})),
      begin_(begin) {
}

attest::SlotEntry Stream::slot(zk::SlotValues values) {
    if (control_.mode == attest::ProofMode::kEvent) {
        const std::uint64_t record = 10 * (next() - begin_) + 1;
        if (values.total < 2) return slot(std::vector<Event>{{record, values}});
        return slot({{record, {values.bad, values.total - 1}}, {record + 1, {0, 1}}});
    }
    attest::SlotEntry entry =
        slot(open(zk::Scalar::from_u64(values.bad), zk::Scalar::from_u64(values.total)), values);
    const Opening& opening = openings_.back();
    entry.switch_hash = zk::switch_hash(salt_, values,
                                        {opening.r_bad.encode(), opening.r_total.encode()});
    return entry;
}

attest::SlotEntry Stream::slot(const Opening& opening, zk::SlotValues said) {
    const zk::Point bad = zk::commit(opening.bad, opening.r_bad);
    const zk::Point total = zk::commit(opening.total, opening.r_total);
    bad_sum_ += bad;
    total_sum_ += total;
    attest::SlotEntry entry;
    entry.stream = id_;
    entry.slot = next();
    entry.at = static_cast<TimeNs>((entry.slot + 2) * static_cast<std::uint64_t>(kSlotNs));
    entry.bad = zk::encode(bad);
    entry.total = zk::encode(total);
    entry.bad_sum = zk::encode(bad_sum_);
    entry.total_sum = zk::encode(total_sum_);
    openings_.push_back(opening);
    values_.push_back(said);
    return entry;
}

attest::SlotEntry Stream::slot(std::vector<Event> events, std::optional<zk::SlotValues> said) {
    zk::SlotValues values;
    Bound bound;
    bound.rest_bad = derived_scalar(id_, next(), "bad");
    bound.rest_total = derived_scalar(id_, next(), "total");
    Opening opening{{}, {}, bound.rest_bad, bound.rest_total};
    for (Event& event : events) {
        event.r_bad = derived_scalar(id_, next(), ("bad " + std::to_string(event.record)).c_str());
        event.r_total =
            derived_scalar(id_, next(), ("total " + std::to_string(event.record)).c_str());
        const zk::Scalar bad = zk::Scalar::from_u64(event.values.bad);
        const zk::Point committed = zk::commit(event.takes_away ? -bad : bad, event.r_bad);
        bound.shown.events.push_back({event.record, zk::encode(committed),
                                      zk::encode(zk::commit(event.values.total, event.r_total))});
        opening.r_bad += event.r_bad;
        opening.r_total += event.r_total;
        values.bad += event.takes_away ? 0 - event.values.bad : event.values.bad;
        values.total += event.values.total;
    }
    if (said) values = *said;
    opening.bad = zk::Scalar::from_u64(values.bad);
    opening.total = zk::Scalar::from_u64(values.total);
    attest::SlotEntry entry = slot(opening, values);
    bound.shown.slot = entry.slot;
    bound.shown.own_switch = zk::switch_hash(salt_, values,
                                             {opening.r_bad.encode(), opening.r_total.encode()});
    entry.switch_hash = zk::bound_switch(
        bound.shown.own_switch,
        zk::contributions_digest(id_, entry.slot, bound.shown.events));
    const auto left = attest::remainder_of(entry, bound.shown);
    if (left) bound.bad = left->bad, bound.total = left->total;
    bound.events = std::move(events);
    bound_.push_back(std::move(bound));
    return entry;
}

attest::StreamEvents Stream::events(const attest::SlotWindow& window) const {
    attest::StreamEvents made{id_, window.first, {}, prove_events(window, origin_)};
    for (std::uint64_t i = 0; i < window.count; ++i) {
        made.slots.push_back(bound_[window.first - begin_ + i].shown);
    }
    return made;
}

std::vector<Bytes> Stream::event_ranges(zk::SlotNumber slot) const {
    const std::vector<Event>& events = events_of(slot);
    std::vector<Bytes> proofs;
    for (std::size_t first = 0; first < events.size(); first += zk::kRangeSlotsMax) {
        const std::size_t count = std::min(zk::kRangeSlotsMax, events.size() - first);
        std::vector<std::uint64_t> values;
        std::vector<zk::Scalar> blindings;
        for (std::size_t i = first; i < first + count; ++i) {
            values.insert(values.end(), {events[i].values.bad, events[i].values.total});
            blindings.insert(blindings.end(), {events[i].r_bad, events[i].r_total});
        }
        values.resize(zk::padded_count(values.size()));
        blindings.resize(values.size());
        const zk::Label label =
            zk::label(zk::ContributionRange{origin_, id_, slot, first, count});
        Result<Bytes> proof =
            zk::prove_range({label, zk::kContributionBits, values, blindings});
        OVERLORD_ASSERT(proof.has_value());
        proofs.push_back(*std::move(proof));
    }
    return proofs;
}

Bytes Stream::prove_events(const attest::SlotWindow& window, const std::string& origin) const {
    std::vector<zk::Point> points;
    std::vector<zk::Scalar> blindings;
    for (std::uint64_t i = 0; i < window.count; ++i) {
        const Bound& bound = bound_[window.first - begin_ + i];
        points.insert(points.end(), {bound.bad, bound.total});
        blindings.insert(blindings.end(), {bound.rest_bad, bound.rest_total});
    }
    const zk::Label label =
        zk::label(zk::RemainderSubject{origin, id_, window.first, window.count});
    return zk::prove_blindings({label, points, blindings});
}

Opening Stream::open(const zk::Scalar& bad, const zk::Scalar& total) const {
    return {bad, total, derived_scalar(id_, next(), "bad"), derived_scalar(id_, next(), "total")};
}

attest::RangeEntry Stream::range(zk::SlotNumber first, std::size_t count) const {
    return range(first, count, first);
}

attest::RangeEntry Stream::range(zk::SlotNumber first, std::size_t count,
                                 zk::SlotNumber from) const {
    const auto begin = static_cast<std::ptrdiff_t>(first - begin_);
    const auto end = begin + static_cast<std::ptrdiff_t>(count);
    const std::vector<zk::SlotValues> values(values_.begin() + begin, values_.begin() + end);
    const std::vector<Opening> openings(openings_.begin() + begin, openings_.begin() + end);
    return make_range({origin_, id_, from, count, control_.bits}, values, openings);
}

attest::RangeEntry make_range(const zk::RangeSubject& slots, std::span<const zk::SlotValues> values,
                              std::span<const Opening> openings) {
    std::vector<std::uint64_t> secrets;
    std::vector<zk::Scalar> blindings;
    for (std::size_t i = 0; i < values.size(); ++i) {
        secrets.insert(secrets.end(), {values[i].bad, values[i].total});
        blindings.insert(blindings.end(), {openings[i].r_bad, openings[i].r_total});
    }
    secrets.resize(zk::padded_count(secrets.size()));
    blindings.resize(secrets.size());
    const zk::Label label = zk::label(slots);
    Result<Bytes> proof = zk::prove_range({label, slots.bits, secrets, blindings});
    OVERLORD_ASSERT(proof.has_value());
    const auto at = static_cast<TimeNs>((slots.first + slots.count + 2) *
                                        static_cast<std::uint64_t>(kSlotNs));
    return {at, slots.stream, slots.first, slots.count, slots.bits, *std::move(proof)};
}

Stream::Sums Stream::sums(const attest::SlotWindow& window) const {
    Sums sums;
    for (std::uint64_t i = 0; i < window.count; ++i) {
        const std::size_t at = window.first - begin_ + i;
        sums.values.bad += values_[at].bad;
        sums.values.total += values_[at].total;
        sums.r_bad += openings_[at].r_bad;
        sums.r_total += openings_[at].r_total;
    }
    return sums;
}

}  // namespace overlord::zk_log
