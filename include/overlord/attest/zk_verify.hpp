// Verification of a zero-knowledge document, in the order of docs/formats/zk.md: what it says is
// held against the attestation, the verifier's own rules and the log; the commitments are computed
// from the log and never taken from the document; then the proofs, then the verdict that follows.
//
// Each step rests on those before it. Values in, values out; any thread, but for ZkLogReader, which
// belongs to one and has threads of its own.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/attest/proof_plan.hpp"
#include "overlord/attest/slot_walk.hpp"
#include "overlord/attest/statement.hpp"
#include "overlord/attest/zk_document.hpp"
#include "overlord/tlog/merkle.hpp"

namespace overlord::attest {

// An attestation whose own verification is done, by verify_bundle or because it is ours.
struct Attested {
    Statement statement;
    Hash digest{};
};

// A document and what stands in it, fit to be held against the log.
struct ZkCase {
    ZkDocument document;
    Hash digest{};  // of the document
    ProofPlan plan;
    Attested attested;
    [[nodiscard]] const PlanControl& control_of(const ZkStatement& statement) const;
    // Of a stream of the statement's control and system, the only one of this generation.
    [[nodiscard]] Hash name_of(const ZkStatement& statement, std::uint32_t generation) const;
};

// Step 1. The document is about this attestation, its log, rules and system; the streams' names
// follow from the system and the plan's entries; the windows are those of the measures, and of the
// attestation's time; no sum can wrap around. Codes: those of parse_zk_document, zk.attestation,
// zk.origin, zk.size, zk.bundle, zk.system, zk.encoding and zk.tag (a stream's tag is not that of
// its system and control under the document's stream key), zk.stream, zk.window, zk.bound, zk.late
// (a window ended long before the attestation), zk.ahead (it ends after the attestation's instant:
// what came later says nothing of it).
[[nodiscard]] Result<ZkCase> open_zk(std::string_view document, const Attested& attested);

// How long before the attestation a window may have ended, beyond the lateness of the plan: a
// prover waits for every slot that was closed by then.
inline constexpr DurationNs kWindowAgeMax = 10 * kMinuteNs;
// The slot of the attestation's instant: no window goes beyond it.
[[nodiscard]] zk::SlotNumber slot_of_instant(TimeNs attested_at, DurationNs slot_ns);
// Has a stream, whose next slot is `next`, come far enough for an attestation of that time?
[[nodiscard]] bool is_recent(const ProofPlan& plan, zk::SlotNumber next, TimeNs attested_at);

// Step 2. The rules that the verifier has are those of the document: the bundle by its digest (64
// hexadecimal digits), the plan by its bytes. Codes: zk.bundle, zk.plan.
struct OwnRules {
    std::string bundle;
    std::string plan;  // derived from the files, never from the document
};
[[nodiscard]] Status check_rules(const ZkCase& zk, const OwnRules& rules);

// The sums before the first slot of a window and after its last.
struct WindowEnds {
    SlotSums before;
    SlotSums after;
};

// Step 3, in full: reads every entry of a log, those from the document's size on too as far as
// there are any.
class ZkLogReader {
public:
    ZkLogReader(const ZkCase& zk, unsigned threads);  // the case outlives the reader

    // Before the first entry: each slot entry below the document's size is shown to `see` too,
    // whose error is that of see() below.
    void show_slots(std::function<Status(const SlotEntry& entry)> see) {
        shown_ = std::move(see);
    }

    // In their order, from 0. Codes: those of SlotWalk, zk.root (the entries up to the document's
    // size, or to the attestation's, do not lead to the root that it names), zk.logged (the log
    // names another document for this attestation, or named one before).
    [[nodiscard]] Status see(EntryIndex index, std::string_view entry);

    // After the last entry, the ends of each statement's window. Codes: those of see(), zk.size
    // (the log is shorter than the document says), zk.streams (the log has announced another key or
    // length of slots than the document's, or none), zk.stream_twice (another generation of the
    // stream has a slot behind this one's first, or for its time), zk.begin (the stream begins with
    // another slot), zk.window (the window does not end with the last slot that has a range proof,
    // nor with that of the attestation's instant).
    [[nodiscard]] Result<std::vector<WindowEnds>> finish();

    [[nodiscard]] bool logged() const { return logged_; }  // the document has its entry
    [[nodiscard]] std::size_t streams_seen() const { return walk_.streams_seen(); }
    // Streams of the statement's control and system that the log has besides: they ended before.
    [[nodiscard]] std::size_t generations_before(std::size_t statement) const;
    [[nodiscard]] const SlotWalk& walk() const { return walk_; }

private:
    [[nodiscard]] Status see_root();
    [[nodiscard]] Status see_proof(EntryIndex index, const ProofEntry& proof);
    [[nodiscard]] Status check_streams() const;
    [[nodiscard]] Status check_generations(std::size_t statement) const;
    [[nodiscard]] Status show(std::string_view entry) const;

    const ZkCase& zk_;
    tlog::Frontier frontier_;
    SlotWalk walk_;
    bool logged_ = false;
    // Every name that a stream of a statement could have, and where the log has slots of it.
    struct Generation {
        std::size_t statement = 0;
        std::optional<EntryIndex> first, last;
        zk::SlotNumber last_slot = 0;
    };
    std::map<Hash, Generation> generations_;
    std::function<Status(const SlotEntry&)> shown_;
};

// Step 3, in short: the sums are taken from a few entries whose place in the log is proven, and
// that they are sums is left to a monitor, or to nobody. For each statement the slot before the
// window (its first one where the stream begins with it), the last slot, and the range entry over
// that.
//
// The log's `streams` entry is as the document says. Code zk.streams.
[[nodiscard]] Status check_announced(const ZkCase& zk, const StreamsEntry& announced);
struct EndEntries {
    std::string before;
    std::string last;
    std::string range;
};
// Codes: entry.syntax, zk.end (an entry is about another stream or slot), zk.begin, zk.point,
// zk.identity, zk.range_bits.
[[nodiscard]] Result<std::vector<WindowEnds>> ends_of(const ZkCase& zk,
                                                      std::span<const EndEntries> entries);

// Step 4. Every statement's proof, of the commitment that follows from the ends. Codes: zk.point,
// zk.proof.
[[nodiscard]] Status check_statements(const ZkCase& zk, std::span<const WindowEnds> ends);

// Step 5. What follows for each control of the attestation, and for the verdict.
struct ControlFinding {
    std::string level;
    std::string control;
    std::string attested;  // compliant | non_compliant | unknown
    // From so many, by the attestation's word: a limit holds of nothing, too.
    std::optional<std::uint64_t> observations;
    ProofMode mode = ProofMode::kNone;
    bool proved = false;
    bool holds = false;     // of a proved one
    std::string why;        // one that is not proved: why not
    std::string limit;      // of a proved one: ">= 99999r100000"
    SlotWindow window;
    TimeNs from = 0, to = 0;  // the window's time
};

struct LevelFinding {
    std::string level;
    std::string attested;
    // Follows from the proved controls: one fails, or all hold, are proved and the level's rule is
    // their conjunction.
    std::optional<std::string> derived;
    std::string why;  // it does not follow: why not
};

struct ZkFindings {
    std::vector<ControlFinding> controls;  // in the attestation's order
    std::vector<LevelFinding> levels;
    std::string attested;                // the system's verdict
    std::optional<std::string> derived;  // where one follows
    [[nodiscard]] std::size_t proved() const;
    // Is the attested verdict what follows from the proofs, all of it?
    [[nodiscard]] bool follows() const { return derived == attested; }
};

// Codes: statement.claim, zk.verdict (what was attested and what is proved contradict each other;
// the message names where; `unknown` contradicts nothing).
[[nodiscard]] Result<ZkFindings> judge(const ZkCase& zk);

}  // namespace overlord::attest
