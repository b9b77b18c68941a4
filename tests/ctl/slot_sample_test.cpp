#include "slot_sample.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>

#include "overlord/ledger/ledger.hpp"
#include "overlord/ledger/record.hpp"
#include "overlord/prover/openings.hpp"
#include "overlord/signer/local_signer.hpp"
#include "program.hpp"
#include "zk_log.hpp"

using namespace overlord;
using namespace overlord::ctl;
using zk_log::Example;
using zk_log::kSlotNs;
using zk_log::Stream;

namespace {

// A state with ten slots of one stream, two events in each: journal, log and openings.
class SlotState {
public:
    SlotState() {
        REQUIRE(crypto::initialize());
        signer::SignerOptions keys{state / "keys", example.origin, signer::Creation::kIfAbsent};
        REQUIRE(make_directories(keys.directory));
        auto signer = signer::LocalSigner::open(keys);
        REQUIRE(signer);
        log_key = (*signer)->verifier();
        ledger::Options options;
        options.state_dir = state;
        options.origin = example.origin;
        options.signer = signer->get();
        options.segment_bytes = 64u << 10;
        auto ledger = ledger::Ledger::open(options);
        REQUIRE(ledger);
        std::array<char, 9> crc{};
        std::snprintf(crc.data(), crc.size(), "%08x", crc32c(zk_log::kProofKey));
        const std::string key = to_hex(zk_log::kProofKey) + " " + crc.data() + "\n";
        REQUIRE(write_file_derived(state / "keys" / "proof.key", as_bytes(key)));
        Stream& stream = example.streams.front();
        REQUIRE(make_directories(prover::proofs_directory(state)));
        auto openings = prover::Openings::open(
            prover::openings_file(state, stream.id()),
            {stream.id(), stream.salt(), example.system, stream.control().text, kSlotNs,
             stream.begin()});
        REQUIRE(openings);
        prover::Sums sums;
        for (std::uint32_t i = 0; i < 10; ++i) add_slot(**ledger, *openings, i, sums);
        REQUIRE(openings->sync());
    }

    Outcome sample(const std::string& file) const {
        return overlordctl({"sample", state.string(), "--slots", "4", "-o", file, "--key",
                            log_key.to_text()});
    }
    std::string file(const std::string& name) const { return (directory.path / name).string(); }

    TemporaryDirectory directory;
    Path state = directory.path / "state";
    Example example;
    tlog::VerifierKey log_key;

private:
    void add_slot(ledger::Ledger& ledger, prover::Openings& openings, std::uint32_t i,
                  prover::Sums& sums) {
        Stream& stream = example.streams.front();
        const zk::SlotNumber slot = stream.next();
        const auto end = static_cast<TimeNs>(slot + 1) * kSlotNs;
        const zk::SlotValues values{i % 3, 60'000'000};
        ledger::SlotMembers members;
        members.plan = std::string(64, 'b');
        members.system = example.system;
        members.slot = slot;
        members.values = {{stream.control().control, static_cast<std::uint32_t>(values.bad),
                           static_cast<std::uint32_t>(values.total)}};
        std::vector<std::string> records;
        const std::uint64_t n = ledger.next_record().value;
        for (std::uint64_t e = 0; e < 2; ++e) {
            const TimeNs time = end - static_cast<TimeNs>(2 - e) * kSecondNs;
            records.push_back(
                ledger::compose(RecordIndex{n + e}, end + static_cast<TimeNs>(e),
                                R"("kind":"event","event":)", event_text(n + e, time)));
        }
        records.push_back(ledger::compose(RecordIndex{n + 2}, end + kSlotNs, R"("kind":"slot",)",
                                          compose_members(members)));
        REQUIRE(ledger.append(records));
        std::vector<std::string> entries = {compose(stream.slot(values))};
        if (i == 0) entries.insert(entries.begin(), compose(example.announced()));
        REQUIRE(ledger.seal(end + kSlotNs + 1, entries));
        const zk_log::Opening& opening = stream.openings().back();
        sums.add({values.bad, values.total, opening.r_bad, opening.r_total});
        REQUIRE(openings.write(i, {values, ledger::Day{20'482}, i, sums}));
    }

    std::string event_text(std::uint64_t id, TimeNs time) const {
        return R"({"specversion":"1.0","id":"e-)" + std::to_string(id) +
               R"(","source":"//gw-7/core","type":"telecoms.heartbeat","subject":")" +
               example.system + R"(","time":")" + format_rfc3339(time) +
               R"(","data":{"service":"web","status":"up"}})";
    }
};

}  // namespace

TEST_CASE("slot sample: slots that the root draws are opened with their records", "[ctl]") {
    const SlotState made;
    const std::string file = made.file("slots.json");
    const Outcome sampled = made.sample(file);
    INFO(sampled.out << sampled.err);
    REQUIRE(sampled.code == 0);
    CHECK(contains(sampled.out, "4 slots of 1 streams"));
    const Outcome verified = overlordctl({"verify", file, "--key", made.log_key.to_text()});
    INFO(verified.out << verified.err);
    CHECK(verified.code == 0);
    CHECK(contains(verified.out, "telecoms.uptime of production_system: 4 slots of"));
    CHECK(contains(verified.out, "with 8 events of their time"));
    CHECK(contains(verified.out, "weaker, the log could have made other roots"));

    const Result<SlotSample> sample = parse_slot_sample(*read_text_file(file));
    REQUIRE(sample);
    CHECK(parse_slot_sample(to_json(*sample))->streams.front().drawn.size() == 4);
    const Keys keys = {made.log_key};
    const auto refused_with = [&](auto change) {
        SlotSample changed = *sample;
        change(changed.streams.front());
        const attest::Report report = verify_slot_sample(to_json(changed), keys);
        CHECK_FALSE(report.valid);
        return report.findings.back().text;
    };
    CHECK(contains(refused_with([](SampledStream& s) { ++s.drawn[1].values.bad; }),
                   "not those of its commitments"));
    CHECK(contains(refused_with([](SampledStream& s) { s.drawn[1].r_bad[0] ^= 1; }),
                   "not those of its commitments"));
    CHECK(contains(refused_with([](SampledStream& s) { s.drawn[1].r_bad[31] = 0xff; }),
                   "no canonical scalar"));
    CHECK(contains(refused_with([](SampledStream& s) { std::swap(s.drawn[0], s.drawn[1]); }),
                   "other slots than the root draws"));
    CHECK(contains(refused_with([](SampledStream& s) { s.drawn.pop_back(), s.erased = {1}; }),
                   "other slots than the root draws"));
    CHECK(contains(refused_with([](SampledStream& s) { s.drawn.push_back(s.drawn[0]); }),
                   "other slots than the root draws"));
    CHECK(contains(refused_with([](SampledStream& s) { s.drawn[0].record = s.drawn[1].record; }),
                   "is about other slots"));
    CHECK(contains(refused_with([](SampledStream& s) { s.drawn[0].record = s.drawn[0].events[0]; }),
                   "not one of slots"));
    CHECK(contains(refused_with([](SampledStream& s) { s.drawn[0].events = s.drawn[1].events; }),
                   "about another system or time"));
    CHECK(contains(refused_with([](SampledStream& s) { s.system = "another"; }), "is not that of"));
    CHECK(contains(refused_with([](SampledStream& s) { s.first = s.last; }),
                   "not the stream's first"));
    CHECK(contains(refused_with([](SampledStream& s) { s.last.hashes[0][0] ^= 1; }),
                   "a slot's entry"));
    CHECK(contains(refused_with([](SampledStream& s) { ++s.generation; }), "is not that of"));
    CHECK(contains(refused_with([](SampledStream& s) { s.tag.point[0] ^= 1; }), "is not that of"));
}

TEST_CASE("slot sample: an erased slot is named and not opened", "[ctl]") {
    const SlotState made;
    const Stream& stream = made.example.streams.front();
    auto openings = prover::Openings::open(prover::openings_file(made.state, stream.id()),
                                           prover::Openings::Access::kWrite);
    REQUIRE(openings);
    REQUIRE(openings->erase(ledger::Day{30'000}));
    const std::string file = made.file("slots.json");
    REQUIRE(made.sample(file).code == 0);
    const Outcome verified = overlordctl({"verify", file, "--key", made.log_key.to_text()});
    CHECK(verified.code == 0);
    CHECK(contains(verified.out, "4 said to be erased"));
}

TEST_CASE("slot sample: a state without streams has none", "[ctl]") {
    const SlotState made;
    std::filesystem::remove_all(prover::proofs_directory(made.state));
    const Outcome none = made.sample(made.file("slots.json"));
    CHECK(none.code == 3);
    CHECK(contains(none.err, "nothing is proved"));
}

TEST_CASE("slot sample: drawing is within the stream, without repeats, and by the root", "[ctl]") {
    const Hash root{1};
    const Hash stream{2};
    const std::vector<zk::SlotNumber> drawn = draw_slots(root, stream, 1'000, 50, 50);
    REQUIRE(drawn.size() == 50);
    std::vector<zk::SlotNumber> sorted = drawn;
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t i = 0; i < sorted.size(); ++i) CHECK(sorted[i] == 1'000 + i);
    CHECK(draw_slots(root, stream, 1'000, 50, 5) ==
          std::vector<zk::SlotNumber>(drawn.begin(), drawn.begin() + 5));
    CHECK(draw_slots(Hash{3}, stream, 1'000, 50, 50) != drawn);
    CHECK(draw_slots(root, Hash{3}, 1'000, 50, 50) != drawn);
    CHECK(draw_slots(root, stream, 1'000, 0, 5).empty());
}
