// What shows that the event-bound slots of a document are the sums of their events, and of nothing
// else: each event's commitments, slot by slot, and a proof that what is left of the slots is
// blinding (docs/formats/zk.md, Events of a slot). A file beside a proof bundle, for whoever may
// know how many events there were and when: it shows that, and no value. One JSON text a line:
//
//   {"format":"zk-overlords/contributions/v1","origin":"...","attestation":"<hex>","streams":1}
//   {"stream":"<hex>","first":N,"count":C,"proof":"<base64>"}
//   {"slot":N,"switch":"<base64>","events":[[812,"<base64 bad>","<base64 total>"],...]}   C times
//
// Values; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/attest/zk_verify.hpp"
#include "overlord/zk/contribution.hpp"

namespace overlord::attest {

inline constexpr std::string_view kContributionsFormat = "zk-overlords/contributions/v1";
inline constexpr std::size_t kContributionsBytesMax = 512u << 20;

struct SlotEvents {
    zk::SlotNumber slot = 0;
    Hash own_switch{};  // of the slot's opening; with the list's digest it gives the entry's
    std::vector<zk::Contribution> events;
    bool operator==(const SlotEvents&) const = default;
};

// All slots of a statement's window.
struct StreamEvents {
    Hash stream{};
    zk::SlotNumber first = 0;
    std::vector<SlotEvents> slots;
    Bytes proof;  // zk::prove_blindings, of the slots' remainders
    bool operator==(const StreamEvents&) const = default;
};

struct ContributionsFile {
    std::string origin;
    Hash attestation{};
    std::vector<StreamEvents> streams;
    bool operator==(const ContributionsFile&) const = default;
};

[[nodiscard]] std::string compose(const ContributionsFile& file);
// Strict: what compose writes. Codes contributions.syntax (with the line), contributions.size.
[[nodiscard]] Result<ContributionsFile> parse_contributions(std::string_view text);
[[nodiscard]] bool looks_like_contributions(std::string_view text);

// The commitments of a slot that its entry has. Code zk.point.
[[nodiscard]] Result<zk::Remainder> commitments_of(const SlotEntry& entry);
// What is left of a slot without its events. Codes: zk.bound_switch (the entry is bound to another
// list: an event left out or counted twice, a list of another slot or stream), zk.contributions,
// zk.point.
[[nodiscard]] Result<zk::Remainder> remainder_of(const SlotEntry& entry, const SlotEvents& events);

// Holds a file against the log, whose slot entries it is given in their order.
class ContributionsCheck {
public:
    // Codes: contributions.origin, contributions.attestation (it belongs to another document),
    // zk.contributions (an event-bound statement has no slots in it, or others than its window's,
    // or a stream is not one of those).
    [[nodiscard]] static Result<ContributionsCheck> open(const ZkCase& zk, ContributionsFile file);

    // Of any stream. Codes: those of remainder_of().
    [[nodiscard]] Status see(const SlotEntry& entry);
    struct Found {
        std::string control;
        std::uint64_t slots = 0;
        std::uint64_t events = 0;
    };
    // After the last entry. Codes: zk.event_sum (slots of a stream are not the sums of their
    // events), zk.encoding, zk.contributions (a slot has not come).
    [[nodiscard]] Result<std::vector<Found>> finish() const;

private:
    struct Stream {
        std::string control;
        StreamEvents listed;
        std::vector<zk::Point> left;  // bad and total of each slot that has come
        std::uint64_t events = 0;
    };
    std::string origin_;
    std::map<Hash, Stream> streams_;
};

}  // namespace overlord::attest
