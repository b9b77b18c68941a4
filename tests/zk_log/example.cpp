#include <algorithm>

#include "overlord/attest/store.hpp"
#include "overlord/tlog/tiles.hpp"
#include "overlord/zk/range_proof.hpp"
#include "zk_log.hpp"

namespace overlord::zk_log {
namespace {

std::string entry_text(const std::string& control, const std::string& form, const std::string& p,
                       const std::string& q, const std::string& limit, int window_slots, int bits,
                       const std::string& mode = "slot") {
    const std::string level = control.substr(0, control.find('.'));
    return R"({"control":")" + control + R"(","level":")" + level + R"(","mode":")" + mode +
           R"(","form":")" + form + R"(","strict":false,"p":")" + p + R"(","q":")" + q +
           R"(","measure":")" + level + ":" + control.substr(control.find('.') + 1) +
           R"(","declared":")" +
           std::string(64, 'd') + R"(","limit":")" + limit +
           R"(","window_ns":)" + std::to_string(window_slots * kSlotNs) + R"(,"bits":)" +
           std::to_string(bits) + R"(,"lateness_ns":60000000000})";
}

std::string level_text(const std::string& level, const std::string& controls) {
    return R"({"level":")" + level + R"(","controls":[)" + controls + R"(],"conjunction":true})";
}

std::string block_entry(std::size_t index) {
    return R"({"v":1,"kind":"block","at":)" + std::to_string(1'769'690'000'000'000'000 + index) +
           R"(,"first":)" + std::to_string(10 * index) + R"(,"count":10,"root":")" +
           to_base64(Hash{static_cast<std::uint8_t>(index)}) + "\"}";
}

std::string control_text(const std::string& control, bool bad) {
    return R"({"id":")" + control + R"(","version":1,"verdict":")" +
           (bad ? "non_compliant" : "compliant") + R"(","observations":12})";
}

std::string verdict(bool bad) {
    return bad ? "non_compliant" : "compliant";
}

std::string level_claim(const std::string& level, bool bad, const std::string& controls) {
    return R"({"level":")" + level + R"(","verdict":")" + verdict(bad) + R"(","controls":[)" +
           controls + "]}";
}

std::string claim_text(const std::string& bundle, const Example::Values& values,
                       const attest::ProofPlan& plan) {
    const bool uptime = 100'000 * values.uptime.bad > values.uptime.total;
    const bool telecoms = uptime || values.failover.bad != 0 || values.redundancy.bad != 0;
    const bool itil = 10'000 * values.service_level.bad > values.service_level.total;
    return R"({"system":"production_system","bundle":")" + bundle + R"(","levels":[)" +
           level_claim("telecoms", telecoms,
                       control_text("telecoms.uptime", uptime) + "," +
                           control_text("telecoms.failover", values.failover.bad != 0) + "," +
                           control_text("telecoms.redundancy", values.redundancy.bad != 0)) +
           "," +
           level_claim("itil", itil,
                       control_text("itil.service_level", itil) +
                           (plan.find("itil.incident") == nullptr
                                ? ""
                                : "," + control_text("itil.incident", false))) +
           R"(],"verdict":")" + verdict(telecoms || itil) + R"(","provisional":false})";
}

template <class Entry, class Matches>
std::size_t position_of(const std::vector<std::string>& entries, Matches matches) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const Result<attest::ZkEntry> entry = attest::parse_zk_entry(entries[i]);
        const auto* wanted = entry ? std::get_if<Entry>(&*entry) : nullptr;
        if (wanted != nullptr && matches(*wanted)) return i;
    }
    OVERLORD_ASSERT(false);
    return 0;
}

crypto::SigningKey test_key(std::uint8_t seed) {
    OVERLORD_ASSERT(crypto::initialize());
    return crypto::SigningKey::from_seed(Bytes(32, seed));
}

}  // namespace

std::string example_plan(Controls controls) {
    const bool all = controls == Controls::kAll;
    const std::string none =
        R"x({"control":"itil.incident","level":"itil","mode":"none",)x"
        R"x("why":"not marked with prove(slot)"})x";
    return R"({"v":1,"slot_ns":60000000000,"controls":[)" +
           entry_text("telecoms.uptime", "ratio", "99999", "100000", ">= 99999r100000", 8, 32) +
           "," + entry_text("telecoms.failover", "violations", "1", "1", "=< 50", 5, 32) + "," +
           entry_text("telecoms.redundancy", "state", "1", "1", ">= 2", 0, 8) + "," +
           entry_text("itil.service_level", "ratio", "9999", "10000", ">= 9999r10000", 8, 32,
                      "event") +
           (all ? "," + none : "") + R"(],"levels":[)" +
           level_text("telecoms",
                      R"("telecoms.uptime","telecoms.failover","telecoms.redundancy")") +
           "," +
           level_text("itil", all ? R"("itil.service_level","itil.incident")"
                                  : R"("itil.service_level")") +
           "]}";
}

Example::Example(Controls controls)
    : plan_text(example_plan(controls)),
      log_key(origin, test_key(0x11)),
      attestation_key(origin + "/attestation", test_key(0x22)) {
    Result<attest::ProofPlan> parsed = attest::parse_plan(plan_text);
    OVERLORD_ASSERT(parsed.has_value());
    plan = *std::move(parsed);
    for (const attest::PlanControl& control : plan.controls) {
        if (control.proved()) streams.emplace_back(origin, system, control, kBegin);
    }
}

void Example::fill(const Values& values) {
    claim = claim_text(bundle, values, plan);
    add(block_entry(0));
    add(compose(announced()));
    const std::array<zk::SlotValues, 4> all = {values.uptime, values.failover, values.redundancy,
                                               values.service_level};
    for (std::size_t n = 0; n < 12; ++n) {
        for (std::size_t i = 0; i < all.size(); ++i) add(compose(streams[i].slot(all[i])));
        add(block_entry(n + 1));
        if (n % 4 != 3) continue;
        for (const Stream& stream : streams) add(compose(stream.range(kBegin + n - 3, 4)));
    }
}

void Example::begin_anew() {
    const Stream& ended = streams.front();
    streams.front() = Stream(origin, system, ended.control(), ended.next(),
                             ended.generation() + 1);
    for (Stream& stream : streams) {
        for (int n = 0; n < 12; ++n) {
            const std::uint64_t total = stream.control().bits == 8 ? 1 : 60'000'000;
            add(compose(stream.slot(zk::SlotValues{0, total})));
            if (n % 4 == 3) add(compose(stream.range(stream.next() - 4, 4)));
        }
    }
    attested_slots += 12;
}

attest::StreamsEntry Example::announced() const {
    return {1'769'690'000'000'000'000, zk::stream_key(kProofKey, origin), kSlotNs};
}

std::size_t Example::slot_at(const Stream& stream, zk::SlotNumber slot) const {
    return position_of<attest::SlotEntry>(entries, [&](const attest::SlotEntry& entry) {
        return entry.stream == stream.id() && entry.slot == slot;
    });
}

std::size_t Example::range_at(const Stream& stream, zk::SlotNumber first) const {
    return position_of<attest::RangeEntry>(entries, [&](const attest::RangeEntry& entry) {
        return entry.stream == stream.id() && entry.first == first;
    });
}

void Example::seal(const std::string& text) {
    const tlog::TreeHead seen = head(entries.size());
    statement.system = system;
    statement.claim = claim;
    statement.log = {origin, seen.size, seen.root, RecordIndex{130}};
    statement.at =
        static_cast<TimeNs>((kBegin + attested_slots) * static_cast<std::uint64_t>(kSlotNs));
    statement.clock = "synchronized";
    Result<std::string> payload = attest::make_statement(statement);
    OVERLORD_ASSERT(payload.has_value());
    envelope = attest::sign_envelope(attestation_key.key(), attest::kPayloadType, *payload);
    const Hash digest = attest::attestation_digest(envelope.payload);
    add(attest::compose_entry({statement.at + 1, digest}));
    add(block_entry(13));

    const tlog::TreeHead now = head(entries.size());
    document = {origin, now.size, now.root, digest, *hash_from_hex(bundle), system,
                text, zk::stream_key(kProofKey, origin), {}, {}};
    for (const Stream& stream : streams) {
        const attest::SlotWindow window =
            attest::slot_window(stream.control(), kSlotNs, stream.begin(), stream.next() - 1);
        const Result<zk::Direction> direction =
            zk::direction_of(stream.control().limit, stream.sums(window).values);
        OVERLORD_ASSERT(direction.has_value());
        document.statements.push_back({stream.control().control, stream.id(), stream.tag(),
                                       stream.generation(), window.first, window.count,
                                       stream.begin(),
                                       *direction == zk::Direction::kHolds});
    }
    prove();
}

void Example::prove() {
    document.proofs = {{0, document.statements.size(), {}}};
    const auto windows = attest::windows_of(document, plan, 0);
    OVERLORD_ASSERT(windows.has_value());
    std::vector<std::uint64_t> values;
    std::vector<zk::Scalar> blindings;
    for (std::size_t i = 0; i < windows->size(); ++i) {
        const zk::WindowStatement& window = (*windows)[i];
        const Stream::Sums sums = streams[i].sums({window.first, window.count});
        const Result<zk::Int128> value = zk::evaluate(window.form, sums.values);
        OVERLORD_ASSERT(value.has_value());
        values.push_back(static_cast<std::uint64_t>(*value));
        blindings.push_back(zk::Scalar::from_i128(window.form.bad) * sums.r_bad +
                            zk::Scalar::from_i128(window.form.total) * sums.r_total);
    }
    values.resize(zk::padded_count(values.size()));
    blindings.resize(values.size());
    const zk::Label label = zk::label(zk::VerdictSubject{
        document.origin, document.size.value, document.root, document.bundle,
        attest::plan_digest(document.plan), document.attestation, *windows});
    Result<Bytes> proof = zk::prove_range({label, zk::kVerdictBits, values, blindings});
    OVERLORD_ASSERT(proof.has_value());
    document.proofs.front().proof = *std::move(proof);
}

std::string Example::document_line() const {
    Result<std::string> line = attest::compose(document);
    OVERLORD_ASSERT(line.has_value());
    return *std::move(line);
}

void Example::log_document() {
    add(compose(attest::ProofEntry{statement.at + 2, document.attestation,
                                   attest::document_digest(document_line())}));
    add(block_entry(14));
}

attest::ContributionsFile Example::contributions() const {
    attest::ContributionsFile file{origin, document.attestation, {}};
    for (std::size_t i = 0; i < streams.size(); ++i) {
        if (streams[i].control().mode != attest::ProofMode::kEvent) continue;
        const attest::ZkStatement& proved = document.statements[i];
        file.streams.push_back(streams[i].events({proved.first, proved.count}));
    }
    return file;
}

tlog::TreeHead Example::head(std::size_t size) const {
    tlog::Frontier frontier;
    for (std::size_t i = 0; i < size; ++i) frontier.append(tlog::leaf_hash(as_bytes(entries[i])));
    return frontier.head();
}

std::vector<std::string> Example::key_options() const {
    return {"--key", log_key.verifier().to_text(), "--key", attestation_key.verifier().to_text()};
}

std::string Example::checkpoint() const {
    tlog::KeySigner signer(origin, test_key(0x11));
    Result<std::string> note =
        tlog::sign_checkpoint({origin, head(entries.size()), {}}, signer);
    OVERLORD_ASSERT(note.has_value());
    return *std::move(note);
}

void Example::write_log(const Path& directory) const {
    OVERLORD_ASSERT(make_directories(directory));
    Result<tlog::TileWriter> writer = tlog::TileWriter::create(directory);
    OVERLORD_ASSERT(writer.has_value());
    std::vector<ByteView> views;
    for (const std::string& entry : entries) views.push_back(as_bytes(entry));
    OVERLORD_ASSERT(writer->append(views));
    OVERLORD_ASSERT(write_file_derived(directory / "checkpoint", as_bytes(checkpoint())));
}

void Example::write_state(const Path& state) const {
    write_log(state / "log");
    Result<attest::EnvelopeStore> store = attest::EnvelopeStore::open(state);
    OVERLORD_ASSERT(store.has_value());
    OVERLORD_ASSERT(store->put(envelope, attest::evidence_key(statement)));
    const std::string name = to_hex(attest::attestation_digest(envelope.payload));
    const Path file = state / "attestations" / (name + ".zk.json");
    OVERLORD_ASSERT(write_file_derived(file, as_bytes(document_line() + "\n")));
}

}  // namespace overlord::zk_log
