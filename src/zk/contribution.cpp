#include "overlord/zk/contribution.hpp"

#include <sodium.h>

#include "encoding.hpp"
#include "label.hpp"
#include "overlord/base/assert.hpp"
#include "overlord/crypto/keys.hpp"
#include "overlord/crypto/sha256.hpp"

namespace overlord::zk {
namespace {

Error refuse(const Contribution& one, std::string_view what) {
    return Error{"zk.contributions",
                 "the contribution of record " + std::to_string(one.record) + std::string(what)};
}

}  // namespace

WideBlinding wide_blinding(ByteView key, const ContributionInput& input) {
    OVERLORD_ASSERT(key.size() == 32);
    Bytes text;
    text.reserve(128);  // at once: a buffer that grew would leave a copy behind
    put_tag(text, "zk-overlords/contribution-blinding/v1");
    put_bytes(text, input.stream);
    put_u64_be(text, input.slot);
    put_u64_be(text, input.record);
    text.push_back(static_cast<std::uint8_t>(input.part));
    put_u64_be(text, input.value);
    WideBlinding wide;
    OVERLORD_ASSERT(crypto_generichash(wide.data(), wide.size(), text.data(), text.size(),
                                       key.data(), key.size()) == 0);
    crypto::wipe(text);
    return wide;
}

Hash contributions_digest(const Hash& stream, SlotNumber slot,
                          std::span<const Contribution> list) {
    Bytes text;
    put_tag(text, "zk-overlords/contributions/v1");
    put_bytes(text, stream);
    put_u64_be(text, slot);
    put_u64_be(text, list.size());
    for (const Contribution& one : list) {
        put_u64_be(text, one.record);
        put_bytes(text, one.bad);
        put_bytes(text, one.total);
    }
    return crypto::sha256(text);
}

Hash bound_switch(const Hash& switch_hash, const Hash& contributions) {
    Bytes text;
    put_tag(text, "zk-overlords/bound-switch/v1");
    put_bytes(text, switch_hash);
    put_bytes(text, contributions);
    return crypto::sha256(text);
}

Result<Remainder> remainder(const Remainder& slot, std::span<const Contribution> list) {
    if (list.size() > kContributionsMax) {
        return Error{"zk.contributions", "a slot has " + std::to_string(list.size()) +
                                             " contributions, which is too many"};
    }
    Remainder rest = slot;
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (i > 0 && list[i - 1].record >= list[i].record) {
            return refuse(list[i], " stands behind that of " + std::to_string(list[i - 1].record));
        }
        const std::optional<Point> bad = decode(list[i].bad);
        const std::optional<Point> total = decode(list[i].total);
        if (!bad || !total || bad->is_identity() || total->is_identity()) {
            return refuse(list[i], " is no commitment");
        }
        rest.bad -= *bad;
        rest.total -= *total;
    }
    return rest;
}

Bytes canonical_bytes(const RemainderSubject& subject) {
    Bytes out;
    put_tag(out, "zk-overlords/remainders/v1");
    put_prefixed(out, subject.origin);
    put_bytes(out, subject.stream);
    put_u64_be(out, subject.first);
    put_u64_be(out, subject.count);
    return out;
}

Label label(const RemainderSubject& subject) {
    return label_of(canonical_bytes(subject));
}

Bytes canonical_bytes(const ContributionRange& range) {
    Bytes out;
    put_tag(out, "zk-overlords/contribution-range/v1");
    put_prefixed(out, range.origin);
    put_bytes(out, range.stream);
    put_u64_be(out, range.slot);
    put_u64_be(out, range.first);
    put_u64_be(out, range.count);
    put_u32_be(out, kContributionBits);
    put_u32_be(out, padded_width(2 * range.count));
    return out;
}

Label label(const ContributionRange& range) {
    return label_of(canonical_bytes(range));
}

}  // namespace overlord::zk
