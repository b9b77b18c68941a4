#include "works.hpp"

#include <catch2/catch.hpp>

#include "log_under_test.hpp"
#include "overlord/attest/contributions.hpp"
#include "overlord/attest/dsse.hpp"
#include "overlord/attest/store.hpp"
#include "overlord/prover/bound_slot.hpp"

namespace overlord::prover {
namespace {

constexpr zk::SlotNumber kBegin = 29494800;

std::vector<RecordOfTest> records_of(const std::vector<std::uint32_t>& bads) {
    std::vector<RecordOfTest> records;
    for (const std::uint32_t bad : bads) {
        records.push_back({slot_members(kBegin + records.size(), bad)});
    }
    return records;
}

TimeNs end_of(zk::SlotNumber slot) {
    return static_cast<TimeNs>(slot + 1) * 60 * kSecondNs;
}

}  // namespace

TEST_CASE("works: slot records become a chain of commitments with range proofs", "[prover]") {
    LogUnderTest log;
    const auto works = open_works(log);
    take_all(*works, log, records_of({0, 0, 3, 0, 0, 0, 0, 0, 0, 0}));
    const auto streams = verify_streams(log);
    REQUIRE(streams.size() == 3);
    for (const auto& [id, stream] : streams) {
        CHECK(stream.begin == kBegin);
        CHECK(stream.slots.size() == 10);
        CHECK(stream.proved == 8);  // the next group is of two so far
    }
}

TEST_CASE("works: what was committed to is what the record says", "[prover]") {
    LogUnderTest log;
    const auto works = open_works(log);
    take_all(*works, log, records_of({7, 0, 11}));
    for (const Stream& stream : works->book().streams()) {
        const Openings file =
            *Openings::open(openings_file(log.path(), stream.header.stream),
                            Openings::Access::kRead);
        const auto logged = verify_streams(log).at(stream.header.stream);
        for (std::uint64_t i = 0; i < 3; ++i) {
            const Sums opening = **file.slot(i);
            CHECK(zk::encode(zk::commit(opening.bad, opening.bad_blinding)) ==
                  logged.slots[i].bad);
            CHECK(zk::encode(zk::commit(opening.total, opening.total_blinding)) ==
                  logged.slots[i].total);
            const Hash own = zk::switch_hash(
                stream.header.salt, {opening.bad, opening.total},
                {opening.bad_blinding.encode(), opening.total_blinding.encode()});
            const bool bound = stream.control.control == "telecoms.failover";
            CHECK(stream.header.event_bound == bound);
            const Hash list = (**file.read(i)).contributions;
            CHECK(logged.slots[i].switch_hash == (bound ? zk::bound_switch(own, list) : own));
        }
        if (stream.control.control != "telecoms.uptime") continue;
        CHECK((**file.window(0, 3)).bad == 18);
        CHECK((**file.window(0, 3)).total == 180'000'000);
    }
}

TEST_CASE("works: an event-bound slot is bound to its events and is their sum", "[prover]") {
    LogUnderTest log;
    const auto works = open_works(log);
    take_all(*works, log, records_of({0, 7}));
    const auto& streams = works->book().streams();
    const auto stream = std::find_if(streams.begin(), streams.end(), [](const Stream& one) {
        return one.control.control == "telecoms.failover";
    });
    REQUIRE(stream != streams.end());
    const attest::SlotEntry entry = verify_streams(log).at(stream->header.stream).slots[1];
    Hash key{};
    zk::blinding_key(kDaySecret, key);
    ledger::SlotValue value = slot_members(entry.slot, 7).values[1];
    const BoundSlot bound = *bind_slot(key, entry.stream, entry.slot, value);
    CHECK(bound.list.size() == 3);
    const attest::SlotEvents shown{entry.slot, own_switch(stream->header.salt, bound.slot),
                                   bound.list};
    const zk::Remainder left = *attest::remainder_of(entry, shown);
    CHECK(left.bad == zk::commit(0, bound.rest.bad_blinding));
    CHECK(left.total == zk::commit(0, bound.rest.total_blinding));
    CHECK(prove_ranges(bound, kTestOrigin, entry.stream, entry.slot)->size() == 1);
    // Of no events, or of more than there is room for, there is none.
    value.events->assign(zk::kContributionsMax + 1, {1, 0, 0});
    CHECK(bind_slot(key, entry.stream, entry.slot, value).error().code == "prover.contributions");
    value.events.reset();
    CHECK(bind_slot(key, entry.stream, entry.slot, value).error().code == "prover.contributions");
}

TEST_CASE("works: a run of slots is expanded, one slot at a time", "[prover]") {
    LogUnderTest log;
    const auto works = open_works(log);
    take_all(*works, log, {{slot_members(kBegin, 0, 20)}, {slot_members(kBegin + 20, 5)}});
    for (const auto& [id, stream] : verify_streams(log)) CHECK(stream.slots.size() == 21);
}

TEST_CASE("works: an attestation gets a document of all slots closed by then", "[prover]") {
    LogUnderTest log;
    const auto works = open_works(log);
    const auto records = records_of({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    take_all(*works, log, records);
    const attest::Statement statement = attested(log, records.size(), end_of(kBegin + 10));
    const Hash digest = attest::named("attestation");
    REQUIRE(works->request(statement, digest, Prover::Reason::kBySchedule));
    work_off(*works, log);
    const auto proofs = log.of_kind<attest::ProofEntry>();
    REQUIRE(proofs.size() == 1);
    CHECK(proofs[0].attestation == digest);
    const attest::ZkDocument document = **attest::find_zk_document(log.path(), digest);
    CHECK(attest::document_digest(*attest::compose(document)) == proofs[0].digest);
    REQUIRE(document.statements.size() == 3);
    CHECK(document.statements[0].control == "telecoms.uptime");
    CHECK(document.statements[0].first == kBegin);
    CHECK(document.statements[0].count == 11);
    CHECK(document.statements[0].holds);
    CHECK(document.statements[2].control == "gmp.validation");
    CHECK(document.statements[2].first == kBegin + 10);
    CHECK(document.statements[2].count == 1);
    CHECK(document.size.value < log.head().size.value);
    const auto streams = verify_streams(log);
    for (const auto& [id, stream] : streams) CHECK(stream.proved == 11);
    CHECK(verify_document(document, streams));

    attest::ZkDocument forged = document;
    forged.statements[0].holds = false;
    CHECK_FALSE(verify_document(forged, streams));
    forged = document;
    forged.attestation = attest::named("another");
    CHECK_FALSE(verify_document(forged, streams));
}

TEST_CASE("works: what fails is proved to fail", "[prover]") {
    LogUnderTest log;
    const auto works = open_works(log);
    const auto records = records_of({0, 30'000'000, 0});
    take_all(*works, log, records);
    REQUIRE(works->request(attested(log, 3, end_of(kBegin + 2), "non_compliant"),
                           attest::named("a"), Prover::Reason::kAsked));
    work_off(*works, log);
    const attest::ZkDocument document = **attest::find_zk_document(log.path(), attest::named("a"));
    REQUIRE(document.statements.size() == 3);
    CHECK_FALSE(document.statements[0].holds);
    CHECK_FALSE(document.statements[1].holds);
    CHECK(document.statements[2].holds);  // the state at the close of the last slot
    CHECK(verify_document(document, verify_streams(log)));
}

TEST_CASE("works: where closed slots say otherwise, the attestation's own is waited for",
          "[prover]") {
    LogUnderTest log;
    const auto works = open_works(log);
    auto records = records_of({0, 0});
    take_all(*works, log, records);
    // A violation in slot 2, attested before it is closed.
    const TimeNs at = end_of(kBegin + 1) + kSecondNs;
    REQUIRE(works->request(attested(log, 2, at, "non_compliant"), attest::named("a"),
                           Prover::Reason::kAsked));
    work_off(*works, log);
    CHECK(log.of_kind<attest::ProofEntry>().empty());
    records.push_back({slot_members(kBegin + 2, 30'000'000)});
    take_all(*works, log, records);
    REQUIRE(log.of_kind<attest::ProofEntry>().size() == 1);
    const attest::ZkDocument document = **attest::find_zk_document(log.path(), attest::named("a"));
    CHECK_FALSE(document.statements[0].holds);
    CHECK(document.statements[0].count == 3);
}

TEST_CASE("works: one document a slot, unless somebody asks", "[prover]") {
    LogUnderTest log;
    const auto works = open_works(log);
    auto records = records_of({0, 0});
    take_all(*works, log, records);
    const auto ask = [&](std::string_view name, Prover::Reason reason) {
        REQUIRE(works->request(attested(log, records.size(), end_of(kBegin + 5)),
                               attest::named(name), reason));
        work_off(*works, log);
        return log.of_kind<attest::ProofEntry>().size();
    };
    CHECK(ask("a", Prover::Reason::kBySchedule) == 1);
    CHECK(ask("b", Prover::Reason::kBySchedule) == 1);
    CHECK(ask("c", Prover::Reason::kAsked) == 2);
    CHECK(ask("d", Prover::Reason::kBySchedule) == 2);
    records.push_back({slot_members(kBegin + 2, 0)});
    take_all(*works, log, records);
    const auto proofs = log.of_kind<attest::ProofEntry>();
    REQUIRE(proofs.size() == 3);
    CHECK(proofs[2].attestation == attest::named("d"));  // b gave way to it
    Stats stats;
    works->fill(stats);
    CHECK(stats.documents == 3);
    CHECK(stats.documents_waiting == 0);
    for (const StreamAccount& account : stats.accounts) {
        CHECK(account.comparisons == 2);  // c said again what a had said
        CHECK(account.slots == 3);
    }
}

TEST_CASE("works: a hole begins another stream, and no window reaches across", "[prover]") {
    LogUnderTest log;
    const auto works = open_works(log);
    take_all(*works, log, {{slot_members(kBegin, 0)}, {slot_members(kBegin + 2, 0)}});
    const auto streams = verify_streams(log);
    CHECK(streams.size() == 6);
    REQUIRE(works->request(attested(log, 2, end_of(kBegin + 2)), attest::named("a"),
                           Prover::Reason::kAsked));
    work_off(*works, log);
    const attest::ZkDocument document = **attest::find_zk_document(log.path(), attest::named("a"));
    CHECK(document.statements[0].begin == kBegin + 2);
    CHECK(document.statements[0].count == 1);
    // The first slot of what has ended is proved too.
    for (const auto& [id, stream] : verify_streams(log)) CHECK(stream.proved == 1);
}

TEST_CASE("works: a stream after a hole is the next generation, also from the log alone",
          "[prover]") {
    LogUnderTest log;
    const std::vector<RecordOfTest> records = {{slot_members(kBegin, 0)},
                                               {slot_members(kBegin + 2, 0)},
                                               {slot_members(kBegin + 5, 0)}};
    const auto generations = [&](Works& works) {
        std::map<Hash, std::uint32_t> found;
        for (const Stream& stream : works.book().streams()) {
            REQUIRE(stream.generation);
            CHECK(stream.header.begin == kBegin + std::array{0u, 2u, 5u}[*stream.generation]);
            found[stream.header.stream] = *stream.generation;
        }
        return found;
    };
    std::map<Hash, std::uint32_t> named;
    {
        const auto works = open_works(log);
        take_all(*works, log, records);
        REQUIRE(works->save());
        named = generations(*works);
    }
    CHECK(named.size() == 9);
    const std::size_t entries = log.entries().size();
    const bool lost = GENERATE(false, true);
    if (lost) std::filesystem::remove_all(proofs_directory(log.path()));
    const auto works = open_works(log);
    take_all(*works, log, records);
    CHECK(generations(*works) == named);
    CHECK(log.entries().size() == entries);
    REQUIRE(works->request(attested(log, 3, end_of(kBegin + 5)), attest::named("a"),
                           Prover::Reason::kAsked));
    work_off(*works, log);
    const attest::ZkDocument document = **attest::find_zk_document(log.path(), attest::named("a"));
    CHECK(document.statements[0].generation == 2);
}

TEST_CASE("works: how streams are named is announced once, before the first slot", "[prover]") {
    LogUnderTest log;
    for (std::uint64_t run = 1; run <= 3; ++run) {
        const auto works = open_works(log);
        take_all(*works, log, records_of(std::vector<std::uint32_t>(run, 0)));
        if (run != 2) REQUIRE(works->save());
    }
    const auto announced = log.of_kind<attest::StreamsEntry>();
    REQUIRE(announced.size() == 1);
    CHECK(announced[0].slot_ns == kMinuteNs);
    CHECK(log.entries()[1] == attest::compose(announced[0]));
    std::filesystem::remove(proofs_directory(log.path()) / "book");
    const auto works = open_works(log);
    take_all(*works, log, records_of({0, 0, 0, 0}));
    CHECK(log.of_kind<attest::StreamsEntry>().size() == 1);
}

TEST_CASE("works: a document of an earlier format is passed over, a damaged one is not",
          "[prover]") {
    LogUnderTest log;
    log.append({attest::compose(
        attest::ProofEntry{5, attest::named("old"), attest::named("digest")})});
    REQUIRE(make_directories(log.path() / "attestations"));
    const auto keep = [&](std::string_view line) {
        REQUIRE(attest::keep_zk_document(log.path(), attest::named("old"), line));
    };
    keep(R"({"format":"zk-overlords/zk/v1"})");
    CHECK(try_works(log));
    keep(R"({"format":"zk-overlords/zk/v2"})");
    const auto damaged = try_works(log);
    REQUIRE_FALSE(damaged);
    CHECK(damaged.error().code == "store.corrupt");
}

TEST_CASE("works: another key, or another length of slots, is not this log's", "[prover]") {
    LogUnderTest log;
    {
        const auto works = open_works(log);
        take_all(*works, log, records_of({0}));
        REQUIRE(works->save());
    }
    const auto other = try_works(log, "another proof key");
    REQUIRE_FALSE(other);
    CHECK(other.error().code == "prover.stream_key");

    const auto works = open_works(log);
    std::string plan(attest::kExamplePlan);
    const std::string length = R"("slot_ns":60000000000)";
    plan.replace(plan.find(length), length.size(), R"("slot_ns":30000000000)");
    REQUIRE(works->use_plan(plan));
    ledger::SlotMembers members = slot_members(2 * (kBegin + 1), 0);
    members.plan = to_hex(attest::plan_digest(plan));
    const Status taken = works->take_record(RecordIndex{1}, members, {kDaySecret, 20480});
    REQUIRE_FALSE(taken);
    CHECK(taken.error().code == "prover.slot_length");
}

TEST_CASE("works: a document leaves out a control whose slot is too full", "[prover]") {
    LogUnderTest log;
    crypto::Secret key(32);
    std::vector<std::string> lines;
    auto works = *Works::open({log.path(), std::string(kTestOrigin), {},
                               [&](const std::string& line) { lines.push_back(line); }},
                              std::move(key), log.head());
    REQUIRE(works->use_plan(attest::kExamplePlan));
    auto records = records_of({0, 0, 0});
    records[1].members.values[0] = {"telecoms.uptime", UINT32_MAX, UINT32_MAX};
    take_all(*works, log, records);
    const auto document_of = [&](std::string_view name, std::size_t slots) {
        const Hash digest = attest::named(name);
        const auto statement =
            attested(log, records.size(), end_of(kBegin + slots - 1), "compliant");
        REQUIRE(works->request(statement, digest, Prover::Reason::kAsked));
        work_off(*works, log);
        return **attest::find_zk_document(log.path(), digest);
    };
    const attest::ZkDocument document = document_of("one", 3);
    REQUIRE(document.statements.size() == 2);
    CHECK(document.statements[0].control == "telecoms.failover");
    CHECK(verify_document(document, verify_streams(log)));
    Stats stats;
    works->fill(stats);
    REQUIRE(stats.left_out.size() == 1);
    CHECK(stats.left_out[0].control == "telecoms.uptime");
    CHECK(stats.left_out[0].why.find("32 bits") != std::string::npos);
    records.push_back({slot_members(kBegin + 3, 0)});
    take_all(*works, log, records);
    CHECK(document_of("two", 4).statements.size() == 2);
    REQUIRE(lines.size() == 1);  // once
    CHECK(lines[0].find("telecoms.uptime is left out") != std::string::npos);
}

TEST_CASE("works: a document leaves out what 64 bits do not hold", "[prover]") {
    LogUnderTest log;
    const auto works = open_works(log);
    std::string plan(attest::kExamplePlan);
    const std::string ratio = R"("p":"99999","q":"100000")";
    REQUIRE(plan.find(ratio) != plan.npos);
    plan.replace(plan.find(ratio), ratio.size(),
                 R"("p":"9999900000000000000","q":"10000000000000000000")");
    REQUIRE(works->use_plan(plan));
    auto records = records_of({5000, 0});
    for (RecordOfTest& record : records) record.members.plan = to_hex(attest::plan_digest(plan));
    take_all(*works, log, records);
    attest::Statement statement = attested(log, 2, end_of(kBegin + 1), "non_compliant");
    statement.proved.plan = attest::plan_digest(plan);
    REQUIRE(works->request(statement, attest::named("a"), Prover::Reason::kAsked));
    work_off(*works, log);
    const auto document = **attest::find_zk_document(log.path(), attest::named("a"));
    CHECK(document.statements.size() == 2);
    Stats stats;
    works->fill(stats);
    REQUIRE(stats.left_out.size() == 1);
    CHECK(stats.left_out[0].why.find("64 bits") != std::string::npos);
}

TEST_CASE("works: two records that say different things of a slot are a conflict", "[prover]") {
    LogUnderTest log;
    const auto works = open_works(log);
    take_all(*works, log, records_of({0, 1}));
    REQUIRE(works->take_record(RecordIndex{2}, slot_members(kBegin + 1, 1), {kDaySecret, 20480}));
    work_off(*works, log);
    REQUIRE(works->take_record(RecordIndex{3}, slot_members(kBegin + 1, 2), {kDaySecret, 20480}));
    CHECK(works->step().error().code == "prover.conflict");
}

TEST_CASE("works: a value beyond its bits, a plan that nobody has", "[prover]") {
    LogUnderTest log;
    const auto works = open_works(log);
    ledger::SlotMembers wide = slot_members(kBegin, 0);
    wide.values[2].total = 256;  // of 8 bits
    REQUIRE(works->take_record(RecordIndex{0}, wide, {kDaySecret, 20480}));
    CHECK(works->step().error().code == "prover.value");

    LogUnderTest other;
    const auto fresh = open_works(other);
    ledger::SlotMembers unknown = slot_members(kBegin, 0);
    unknown.plan = std::string(64, '0');
    CHECK(fresh->take_record(RecordIndex{0}, unknown, {kDaySecret, 20480}).error().code ==
          "prover.plan");
}

TEST_CASE("works: erased days end the windows that reach into them, and no others", "[prover]") {
    LogUnderTest log;
    const auto works = open_works(log);
    auto records = records_of({0, 0, 0, 0});
    for (std::size_t i = 2; i < 4; ++i) records[i].day = 20481;
    take_all(*works, log, records);
    const ledger::ErasureScope scope{ledger::ErasureScope::Kind::kSystem,
                                     std::string(kTestSystem)};
    const auto due = works->finish_before({scope, 20481});
    REQUIRE(due);
    CHECK(works->unproved(*due) == 6);  // of four slots no group is made by itself
    work_off(*works, log);
    CHECK(works->unproved(*due) == 0);
    CHECK(*erase_openings(log.path(), scope, 20481) == 6);
    REQUIRE(works->request(attested(log, 4, end_of(kBegin + 3)), attest::named("a"),
                           Prover::Reason::kAsked));
    work_off(*works, log);
    const attest::ZkDocument document = **attest::find_zk_document(log.path(), attest::named("a"));
    REQUIRE(document.statements.size() == 1);  // the one of the last slot alone
    CHECK(document.statements[0].control == "gmp.validation");
    const auto streams = verify_streams(log);
    CHECK(verify_document(document, streams));
    for (const auto& [id, stream] : streams) CHECK(stream.proved == 4);
    // The stream goes on.
    records.push_back({slot_members(kBegin + 4, 0), kDaySecret, 20481});
    take_all(*works, log, records);
    for (const auto& [id, stream] : verify_streams(log)) CHECK(stream.slots.size() == 5);
}

TEST_CASE("works: an erasure waits for the slots of its own days and system alone", "[prover]") {
    LogUnderTest log;
    const auto works = open_works(log);
    std::vector<RecordOfTest> records = records_of(
        {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    for (std::size_t i = 3; i < records.size(); ++i) records[i].day = 20481;
    take_all(*works, log, records);  // a group of eight is proved, and six are open
    using Kind = ledger::ErasureScope::Kind;
    const std::string system(kTestSystem);
    CHECK(works->finish_before({{Kind::kSystem, system}, 20481})->empty());
    CHECK(works->finish_before({{Kind::kSystem, "another"}, 20490})->empty());
    CHECK(works->finish_before({{Kind::kRejects, ""}, 20490})->empty());
    const std::vector<Due> due = *works->finish_before({{Kind::kAll, ""}, 20482});
    CHECK(works->unproved(due) == 18);  // six of three streams
    CHECK(works->unproved({Kind::kSystem, system}) == 18);
    work_off(*works, log);
    CHECK(works->unproved(due) == 0);
}

TEST_CASE("works: nobody waits for slots that were erased before they were proved", "[prover]") {
    LogUnderTest log;
    const auto works = open_works(log);
    take_all(*works, log, records_of({0, 0, 0}));
    const ledger::ErasureScope scope{ledger::ErasureScope::Kind::kSystem,
                                     std::string(kTestSystem)};
    CHECK(*erase_openings(log.path(), scope, 20481) == 9);  // by an older program
    const std::vector<Due> due = *works->finish_before({scope, 20481});
    CHECK(works->unproved(due) == 9);
    work_off(*works, log);
    CHECK(works->unproved(due) == 0);
    CHECK(works->unproved(scope) == 0);
    for (const auto& [id, stream] : verify_streams(log)) CHECK(stream.proved == 0);
}

namespace {

// What an uninterrupted run commits to, without the log's own times.
std::vector<std::string> commitments(const LogUnderTest& log) {
    std::vector<std::string> all;
    for (const attest::SlotEntry& slot : log.of_kind<attest::SlotEntry>()) {
        all.push_back(attest::compose(slot));
    }
    std::sort(all.begin(), all.end());
    return all;
}

std::vector<RecordOfTest> records_of_two_days() {
    std::vector<RecordOfTest> records = records_of({0, 4, 0, 0, 0});
    records.push_back({slot_members(kBegin + 5, 0, 9)});
    for (zk::SlotNumber slot = kBegin + 14; slot < kBegin + 20; ++slot) {
        records.push_back({slot_members(slot, 2), attest::named("test secret, next day"), 20481});
    }
    return records;
}

}  // namespace

TEST_CASE("works: dropped after any piece of work, no slot is missing and none is there twice",
          "[prover]") {
    const auto records = records_of_two_days();
    LogUnderTest undisturbed;
    {
        const auto works = open_works(undisturbed);
        take_all(*works, undisturbed, records);
    }
    const auto expected = commitments(undisturbed);
    REQUIRE(expected.size() == 60);
    for (std::uint32_t seed = 0; seed < 30; ++seed) {
        std::mt19937 random(seed);
        const auto below = [&](std::uint32_t n) {
            return static_cast<std::uint32_t>(random() % n);
        };
        LogUnderTest log;
        for (int run = 0; run < 6; ++run) {
            const auto works = open_works(log);
            std::vector<std::string> ready;
            // Some pieces of work, seals and saves; then the process is gone.
            for (std::uint32_t left = below(60); left > 0; --left) {
                const std::uint64_t next = works->next_record().value;
                if (works->idle() && next < records.size()) {
                    const RecordOfTest& record = records[next];
                    REQUIRE(works->take_record(RecordIndex{next}, record.members,
                                               {record.secret, record.day}));
                }
                Result<Works::Piece> piece = works->step();
                if (!piece) FAIL(piece.error().message);
                if (const auto text = text_of(*piece)) ready.push_back(*text);
                if (below(4) == 0) {
                    log.append(ready);
                    REQUIRE(works->sealed(ready.size(), log.head()));
                    ready.clear();
                }
                if (below(8) == 0) REQUIRE(works->save());
            }
            if (below(2) == 0) log.append(ready);  // sealed, and nobody told the prover
        }
        const auto works = open_works(log);
        take_all(*works, log, records);
        CHECK(commitments(log) == expected);
        for (const auto& [id, stream] : verify_streams(log)) CHECK(stream.proved >= 16);
    }
}

TEST_CASE("works: all that is lost of proofs/ comes back from records and log", "[prover]") {
    const auto records = records_of_two_days();
    const std::string lost = GENERATE("book", "a stream", "all streams", "everything");
    LogUnderTest log;
    {
        const auto works = open_works(log);
        take_all(*works, log, records);
        REQUIRE(works->save());
    }
    const Path proofs = proofs_directory(log.path());
    const auto expected = commitments(log);
    Bytes rows;
    Path gone;
    if (lost == "book" || lost == "everything") std::filesystem::remove(proofs / "book");
    const std::vector<std::string> names = *list_files(proofs);
    for (const std::string& name : names) {
        if (!name.ends_with(".slots") || lost == "book" || (lost == "a stream" && !gone.empty())) {
            continue;
        }
        gone = proofs / name;
        rows = *read_file(gone);
        std::filesystem::remove(gone);
    }
    const auto works = open_works(log);
    take_all(*works, log, records);
    CHECK(commitments(log) == expected);
    if (!gone.empty()) CHECK(*read_file(gone) == rows);
    for (const auto& [id, stream] : verify_streams(log)) CHECK(stream.slots.size() == 20);
}

TEST_CASE("works: an attestation without a document gets it after a restart", "[prover]") {
    LogUnderTest log;
    const auto records = records_of({0, 0, 0});
    const auto store = *attest::EnvelopeStore::open(log.path());
    {
        const auto works = open_works(log);
        take_all(*works, log, records);
        REQUIRE(works->save());
    }
    const attest::Statement statement = attested(log, 3, end_of(kBegin + 2));
    const std::string payload = *attest::make_statement(statement);
    const Hash digest = attest::attestation_digest(payload);
    attest::EnvelopeStore kept = store;
    REQUIRE(kept.put(attest::sign_envelope(crypto::SigningKey::generate(), attest::kPayloadType,
                                           payload),
                     attest::evidence_key(statement)));
    log.append({attest::compose_entry({5, digest})});
    {
        const auto works = open_works(log);
        works->seen_until(RecordIndex{3});
        work_off(*works, log);
    }
    REQUIRE(log.of_kind<attest::ProofEntry>().size() == 1);
    CHECK(log.of_kind<attest::ProofEntry>()[0].attestation == digest);
    {
        const auto works = open_works(log);  // and not a second one
        works->seen_until(RecordIndex{3});
        work_off(*works, log);
        Stats stats;
        works->fill(stats);
        CHECK(stats.accounts[0].comparisons == 1);  // counted again from the log
    }
    CHECK(log.of_kind<attest::ProofEntry>().size() == 1);
}

TEST_CASE("works: an old copy of the book beside a newer log is brought up to it", "[prover]") {
    LogUnderTest log;
    const auto records = records_of_two_days();
    Bytes old;
    {
        const auto works = open_works(log);
        take_all(*works, log, {records.begin(), records.begin() + 3});
        REQUIRE(works->save());
        old = *read_file(proofs_directory(log.path()) / "book");
        take_all(*works, log, records);
        REQUIRE(works->save());
    }
    const auto expected = commitments(log);
    REQUIRE(write_file_durable(proofs_directory(log.path()) / "book", old));
    const auto works = open_works(log);
    take_all(*works, log, records);
    CHECK(commitments(log) == expected);
}

}  // namespace overlord::prover
