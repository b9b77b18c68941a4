// Makes public logs with slot streams, attestations and zero-knowledge documents from given values:
// for the tests of verification, for attacks on it, and for the benchmark of a year. The keys are
// test keys, made from fixed seeds; whoever has this file can sign with them.
//
// Nothing here checks what it is told: a log can be as wrong as a test wants it.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "overlord/attest/contributions.hpp"
#include "overlord/attest/dsse.hpp"
#include "overlord/attest/proof_plan.hpp"
#include "overlord/attest/slot_entry.hpp"
#include "overlord/attest/statement.hpp"
#include "overlord/attest/zk_document.hpp"
#include "overlord/base/file.hpp"
#include "overlord/tlog/checkpoint.hpp"
#include "overlord/zk/point.hpp"
#include "overlord/zk/scalar.hpp"

namespace overlord::zk_log {

inline constexpr DurationNs kSlotNs = kMinuteNs;
inline const Bytes kProofKey(32, 0x70);  // of the streams' names; everybody knows it

// What one slot commits to. Scalars, so that an attack may commit to what is no value at all.
struct Opening {
    zk::Scalar bad, total;
    zk::Scalar r_bad, r_total;
};

// What an event adds to a slot of an event-bound stream, and the blindings of its commitments.
struct Event {
    std::uint64_t record = 0;
    zk::SlotValues values;
    bool takes_away = false;  // an attack's: it commits to minus `values.bad`
    zk::Scalar r_bad{}, r_total{};
};

// One control of one system: its openings so far, and the entries made of them.
class Stream {
public:
    Stream(std::string origin, const std::string& system, attest::PlanControl control,
           zk::SlotNumber begin, std::uint32_t generation = 0);

    // The next slot. Blindings are derived from the stream's name and the slot's number.
    [[nodiscard]] attest::SlotEntry slot(zk::SlotValues values);
    // Of an event-bound stream: bound to these events, whose blindings are derived; what else the
    // slot has is blinding. The values are their sum, or what an attack says that they are.
    [[nodiscard]] attest::SlotEntry slot(std::vector<Event> events,
                                         std::optional<zk::SlotValues> said = {});
    // What shows that of slots [first, first + count), as it was made, with its proof.
    [[nodiscard]] attest::StreamEvents events(const attest::SlotWindow& window) const;
    // Range proofs over the slot's contributions; where one is no number, of whatever its low 32
    // bits are.
    [[nodiscard]] std::vector<Bytes> event_ranges(zk::SlotNumber slot) const;
    [[nodiscard]] const std::vector<Event>& events_of(zk::SlotNumber slot) const {
        return bound_[slot - begin_].events;
    }
    [[nodiscard]] Bytes prove_events(const attest::SlotWindow& window,
                                     const std::string& origin) const;
    // An attack's: what it says that the values are, in range proofs and statements.
    [[nodiscard]] attest::SlotEntry slot(const Opening& opening, zk::SlotValues said);
    // Derived blindings for values that need not be any.
    [[nodiscard]] Opening open(const zk::Scalar& bad, const zk::Scalar& total) const;

    // Over slots [first, first + count), with a proof of the values that they have; asserts that
    // there are such values. `from` is where the label says that the slots begin.
    [[nodiscard]] attest::RangeEntry range(zk::SlotNumber first, std::size_t count) const;
    [[nodiscard]] attest::RangeEntry range(zk::SlotNumber first, std::size_t count,
                                           zk::SlotNumber from) const;

    struct Sums {
        zk::WindowSums values;
        zk::Scalar r_bad, r_total;
    };
    [[nodiscard]] Sums sums(const attest::SlotWindow& window) const;

    [[nodiscard]] const attest::PlanControl& control() const { return control_; }
    [[nodiscard]] const Hash& id() const { return id_; }
    [[nodiscard]] const Hash& salt() const { return salt_; }
    [[nodiscard]] const zk::StreamTag& tag() const { return tag_; }
    [[nodiscard]] std::uint32_t generation() const { return generation_; }
    [[nodiscard]] zk::SlotNumber begin() const { return begin_; }
    [[nodiscard]] zk::SlotNumber next() const { return begin_ + openings_.size(); }
    [[nodiscard]] const std::deque<Opening>& openings() const { return openings_; }
    [[nodiscard]] const std::deque<zk::SlotValues>& values() const { return values_; }

private:
    std::string origin_;
    attest::PlanControl control_;
    zk::StreamTag tag_;
    std::uint32_t generation_;
    Hash salt_{}, id_{};
    zk::SlotNumber begin_;
    std::deque<Opening> openings_;
    std::deque<zk::SlotValues> values_;
    zk::Point bad_sum_, total_sum_;
    struct Bound {
        std::vector<Event> events;
        attest::SlotEvents shown;
        zk::Point bad, total;  // what is left of the slot without the events
        zk::Scalar rest_bad, rest_total;
    };
    std::deque<Bound> bound_;  // of an event-bound stream, by slot
};

// A range statement's proof that may be forged: of any values under any label.
[[nodiscard]] attest::RangeEntry make_range(const zk::RangeSubject& slots,
                                            std::span<const zk::SlotValues> values,
                                            std::span<const Opening> openings);

// Three proved controls of level telecoms (a ratio over 8 slots, violations over 5, a state), an
// event-bound one of itil, and one of itil that is not proved, or without that one.
enum class Controls : std::uint8_t { kAll, kProved };
[[nodiscard]] std::string example_plan(Controls controls = Controls::kAll);

// A log of one system, from its first entry to a document and a few entries behind it.
//
//   fill(), change `entries` or the streams; seal(), change `document`; document_line(); verify.
class Example {
public:
    explicit Example(Controls controls = Controls::kAll);

    // Twelve slots of each stream as `values` has them, a range entry every four slots. Control
    // number 3 (itil.service_level) is of a level of its own.
    struct Values {
        zk::SlotValues uptime{0, 60'000'000};
        zk::SlotValues failover{0, 2};
        zk::SlotValues redundancy{0, 1};
        zk::SlotValues service_level{0, 60};
    };
    void fill(const Values& values);
    void fill() { fill(Values{}); }
    // Twelve slots more of each stream, all good; the first stream ends before them, and its next
    // generation begins. Attested after them.
    void begin_anew();
    void add(const std::string& entry) { entries.push_back(entry); }

    // How the log names its streams: the entry that fill() begins with.
    [[nodiscard]] attest::StreamsEntry announced() const;
    // Where the entry of a stream stands; asserts that it is there.
    [[nodiscard]] std::size_t slot_at(const Stream& stream, zk::SlotNumber slot) const;
    [[nodiscard]] std::size_t range_at(const Stream& stream, zk::SlotNumber first) const;

    // Attestation, its entry, and the document of what the streams hold, with its proofs.
    void seal() { seal(plan_text); }
    void seal(const std::string& plan_text);
    // The document's proofs again, of the streams' sums under the document as it stands; where a
    // form is negative, of whatever its low 64 bits are.
    void prove();
    [[nodiscard]] std::string document_line() const;  // with its entry at the end of the log
    void log_document();
    // Of the document's event-bound statements.
    [[nodiscard]] attest::ContributionsFile contributions() const;

    [[nodiscard]] tlog::TreeHead head(std::size_t size) const;
    [[nodiscard]] std::vector<std::string> key_options() const;  // "--key", ...
    // The public tree and its checkpoint, signed with the test key.
    [[nodiscard]] std::string checkpoint() const;
    void write_log(const Path& directory) const;
    // The same below log/ of a state, with the envelope and the document in attestations/.
    void write_state(const Path& state) const;

    static constexpr zk::SlotNumber kBegin = 29'494'830;  // 2026-01-29T12:30:00Z
    std::string origin = "overlords.example.org/site1";
    std::string system = "production_system";
    std::string bundle = std::string(64, 'a');
    std::string claim;  // by the values of fill()
    std::uint64_t attested_slots = 13;  // from kBegin to the attestation's instant
    std::string plan_text;
    attest::ProofPlan plan;
    std::deque<Stream> streams;  // of the proved controls, in the plan's order
    std::vector<std::string> entries;
    attest::Statement statement;
    attest::Envelope envelope;
    attest::ZkDocument document;
    tlog::KeySigner log_key;
    tlog::KeySigner attestation_key;
};

}  // namespace overlord::zk_log
