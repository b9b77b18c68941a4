// A log's directory that takes the prover's entries, a prover's work that can be dropped at any
// point, and a verifier of what came out of it that shares nothing with the prover but src/zk.
#pragma once

#include <catch2/catch.hpp>

#include <map>
#include <random>

#include "overlord/attest/slot_entry.hpp"
#include "overlord/attest/zk_store.hpp"
#include "overlord/crypto/sha256.hpp"
#include "overlord/tlog/tiles.hpp"
#include "overlord/zk/pedersen.hpp"
#include "overlord/zk/range_proof.hpp"
#include "temporary_directory.hpp"
#include "works.hpp"
#include "zk_examples.hpp"

namespace overlord::prover {

inline constexpr std::string_view kTestOrigin = "overlords.example.org/site1";
inline constexpr std::string_view kTestSystem = "production_system";
inline const Hash kDaySecret = attest::named("test secret of a day");

// Three failovers, of which one is too long or none.
inline std::vector<ledger::Contribution> failovers(zk::SlotNumber slot, bool bad) {
    return {{10 * slot, 0, 1}, {10 * slot + 2, bad ? 1u : 0u, 1}, {10 * slot + 3, 0, 1}};
}

// A slot record of the example plan's three proved controls, of which the second is event-bound.
inline ledger::SlotMembers slot_members(zk::SlotNumber slot, std::uint32_t bad,
                                        std::uint64_t count = 1) {
    ledger::SlotMembers members;
    members.plan = to_hex(attest::plan_digest(attest::kExamplePlan));
    members.system = kTestSystem;
    members.slot = slot;
    members.count = count;
    members.values = {{"telecoms.uptime", bad, 60'000'000},
                      {"telecoms.failover", bad > 0 ? 1u : 0u, 3, failovers(slot, bad > 0)},
                      {"gmp.validation", bad > 0 ? 1u : 0u, 1}};
    return members;
}

class LogUnderTest {
public:
    LogUnderTest() {
        REQUIRE(crypto::initialize());
        REQUIRE(make_directories(directory_.path / "log"));
        writer_.emplace(*tlog::TileWriter::create(directory_.path / "log"));
        append({R"({"v":1,"kind":"start","at":1})"});
    }

    void append(const std::vector<std::string>& entries) {
        std::vector<ByteView> views;
        for (const std::string& entry : entries) {
            entries_.push_back(entry);
            views.push_back(as_bytes(entry));
        }
        REQUIRE(writer_->append(views));
    }

    [[nodiscard]] Path path() const { return directory_.path; }
    [[nodiscard]] tlog::TreeHead head() const { return writer_->head(); }
    [[nodiscard]] const std::vector<std::string>& entries() const { return entries_; }

    template <class Entry>
    [[nodiscard]] std::vector<Entry> of_kind() const {
        std::vector<Entry> found;
        for (const std::string& text : entries_) {
            const auto entry = attest::parse_zk_entry(text);
            REQUIRE(entry);
            if (const auto* one = std::get_if<Entry>(&*entry)) found.push_back(*one);
        }
        return found;
    }

private:
    TemporaryDirectory directory_;
    std::optional<tlog::TileWriter> writer_;
    std::vector<std::string> entries_;
};

inline Result<std::unique_ptr<Works>> try_works(const LogUnderTest& log,
                                                std::string_view key_name = "test proof key") {
    crypto::Secret key(32);
    const Hash bytes = attest::named(key_name);
    std::copy(bytes.begin(), bytes.end(), key.bytes().begin());
    return Works::open({log.path(), std::string(kTestOrigin), {}}, std::move(key), log.head());
}

inline std::unique_ptr<Works> open_works(const LogUnderTest& log) {
    auto works = try_works(log);
    if (!works) FAIL(works.error().message);
    REQUIRE((*works)->use_plan(attest::kExamplePlan));
    return std::move(*works);
}

inline std::optional<std::string> text_of(Works::Piece& piece) {
    if (auto* streams = std::get_if<attest::StreamsEntry>(&piece)) return attest::compose(*streams);
    if (auto* slot = std::get_if<attest::SlotEntry>(&piece)) return attest::compose(*slot);
    if (auto* range = std::get_if<attest::RangeEntry>(&piece)) return attest::compose(*range);
    if (auto* proof = std::get_if<attest::ProofEntry>(&piece)) return attest::compose(*proof);
    return std::nullopt;
}

// All the work there is; what comes out is sealed `batch` entries at a time.
inline void work_off(Works& works, LogUnderTest& log, std::size_t batch = 5) {
    std::vector<std::string> ready;
    const auto seal = [&] {
        log.append(ready);
        REQUIRE(works.sealed(ready.size(), log.head()));
        ready.clear();
    };
    for (;;) {
        Result<Works::Piece> piece = works.step();
        if (!piece) FAIL(piece.error().message);
        if (const auto text = text_of(*piece)) ready.push_back(*text);
        const bool nothing = std::holds_alternative<Works::Nothing>(*piece);
        if (nothing && ready.empty()) return;
        if (nothing || ready.size() == batch) seal();
    }
}

struct RecordOfTest {
    ledger::SlotMembers members;
    Hash secret = kDaySecret;
    ledger::Day day = 20480;
};

// Record i has number i; those the works have taken are passed over.
inline void take_all(Works& works, LogUnderTest& log, const std::vector<RecordOfTest>& records) {
    for (std::size_t n = works.next_record().value; n < records.size(); ++n) {
        const RecordOfTest& record = records[n];
        const Status taken =
            works.take_record(RecordIndex{n}, record.members, {record.secret, record.day});
        if (!taken) FAIL(taken.error().message);
        work_off(works, log);
        works.seen_until(RecordIndex{n + 1});
    }
    work_off(works, log);
}

struct VerifiedStream {
    zk::SlotNumber begin = 0;
    std::vector<attest::SlotEntry> slots;
    std::uint64_t proved = 0;
};

// Every stream of the log: slots one after the other, sums that add up, and each slot in one range
// proof, in order.
inline std::map<Hash, VerifiedStream> verify_streams(const LogUnderTest& log) {
    std::map<Hash, VerifiedStream> streams;
    std::map<Hash, std::pair<zk::Point, zk::Point>> sums;
    for (const attest::SlotEntry& slot : log.of_kind<attest::SlotEntry>()) {
        VerifiedStream& stream = streams[slot.stream];
        if (stream.slots.empty()) stream.begin = slot.slot;
        CHECK(slot.slot == stream.begin + stream.slots.size());
        auto& [bad, total] = sums[slot.stream];
        bad += *zk::decode(slot.bad);
        total += *zk::decode(slot.total);
        CHECK(zk::encode(bad) == slot.bad_sum);
        CHECK(zk::encode(total) == slot.total_sum);
        stream.slots.push_back(slot);
    }
    for (const attest::RangeEntry& range : log.of_kind<attest::RangeEntry>()) {
        VerifiedStream& stream = streams[range.stream];
        CHECK(range.first == stream.begin + stream.proved);
        REQUIRE(stream.proved + range.count <= stream.slots.size());
        std::vector<zk::Point> commitments(zk::padded_width(2 * range.count));
        for (std::uint64_t i = 0; i < range.count; ++i) {
            commitments[2 * i] = *zk::decode(stream.slots[stream.proved + i].bad);
            commitments[2 * i + 1] = *zk::decode(stream.slots[stream.proved + i].total);
        }
        const zk::Label label = zk::label(
            zk::RangeSubject{kTestOrigin, range.stream, range.first, range.count, range.bits});
        CHECK(zk::verify_range({label, range.bits, commitments}, range.proof));
        stream.proved += range.count;
    }
    return streams;
}

// The document's proofs over the commitments in the log.
inline bool verify_document(const attest::ZkDocument& document,
                            const std::map<Hash, VerifiedStream>& streams) {
    const attest::ProofPlan plan = *attest::parse_plan(document.plan);
    for (std::size_t i = 0; i < document.proofs.size(); ++i) {
        const auto windows = *attest::windows_of(document, plan, i);
        std::vector<zk::Point> commitments(zk::padded_width(windows.size()));
        for (std::size_t w = 0; w < windows.size(); ++w) {
            const VerifiedStream& stream = streams.at(windows[w].stream);
            const std::uint64_t first = windows[w].first - stream.begin;
            zk::Point bad;
            zk::Point total;
            for (std::uint64_t s = first; s < first + windows[w].count; ++s) {
                bad += *zk::decode(stream.slots[s].bad);
                total += *zk::decode(stream.slots[s].total);
            }
            const auto scaled = [](zk::Point point, zk::Int128 factor) {
                zk::Point sum;
                for (zk::Uint128 left = static_cast<zk::Uint128>(factor < 0 ? -factor : factor);
                     left != 0; left >>= 1) {
                    if ((left & 1) != 0) sum += point;
                    point += point;
                }
                return factor < 0 ? -sum : sum;
            };
            commitments[w] = scaled(bad, windows[w].form.bad) +
                             scaled(total, windows[w].form.total) +
                             scaled(zk::Point::base(), windows[w].form.constant);
        }
        const zk::Label label = zk::label(zk::VerdictSubject{
            document.origin, document.size.value, document.root, document.bundle,
            attest::plan_digest(document.plan), document.attestation, windows});
        if (!zk::verify_range({label, zk::kVerdictBits, commitments}, document.proofs[i].proof)) {
            return false;
        }
    }
    return true;
}

// An attestation of the example system that is in the log.
inline attest::Statement attested(LogUnderTest& log, std::uint64_t records, TimeNs at,
                                  std::string_view verdict = "compliant") {
    attest::Statement statement;
    statement.system = kTestSystem;
    statement.subject_digest = attest::named("evidence " + std::to_string(records));
    const std::string of_control = R"(","verdict":")" + std::string(verdict) + R"("})";
    statement.claim = R"({"bundle":")" + to_hex(attest::named("bundle")) + R"(","verdict":")" +
                      std::string(verdict) +
                      R"(","levels":[{"level":"telecoms","controls":[)"
                      R"({"id":"telecoms.uptime)" + of_control + "]}]}";
    statement.log = {std::string(kTestOrigin), log.head().size, log.head().root,
                     RecordIndex{records}};
    statement.at = at;
    statement.proved = {attest::plan_digest(attest::kExamplePlan),
                        {{"telecoms.uptime", "slot", "ratio"}}};
    return statement;
}

}  // namespace overlord::prover
