// tests/vectors/zk/log.json: a small log with slot and range entries and a document, with
// everything that they come from. It was made by `test_prover "[.vectors]"`, which makes it again
// with other nonces in its proofs; it changes with a version of the format and not else.
#include <catch2/catch.hpp>

#include <fstream>
#include <nlohmann/json.hpp>

#include "log_under_test.hpp"
#include "overlord/zk/statement.hpp"

namespace overlord::prover {
namespace {

using Json = nlohmann::ordered_json;

constexpr zk::SlotNumber kFirst = 29494800;

Path vectors_file() {
    return Path(OVERLORD_SOURCE_DIR) / "tests" / "vectors" / "zk" / "log.json";
}

std::string hex(const zk::Scalar& scalar) {
    return to_hex(scalar.encode());
}

// `origin` outlives it.
zk::RangeSubject subject_of(std::string_view origin, const attest::RangeEntry& range) {
    return {origin, range.stream, range.first, range.count, range.bits};
}

// ---------------------------------------------------------------------------------------------
// Made by the prover itself

// Slots that are bound to events have vectors of their own (contributions.json).
std::string plan_of_slots() {
    const std::string event = R"("mode":"event")";
    std::string plan(attest::kExamplePlan);
    for (std::size_t at = plan.find(event); at != plan.npos; at = plan.find(event)) {
        plan.replace(at, event.size(), R"("mode":"slot")");
    }
    return plan;
}

Json stream_json(const LogUnderTest& log, const Stream& stream) {
    const Openings file = *Openings::open(openings_file(log.path(), stream.header.stream),
                                          Openings::Access::kRead);
    Json json{{"control", stream.control.control},
              {"begin", stream.header.begin},
              {"generation", *stream.generation},
              {"salt", to_hex(stream.header.salt)},
              {"stream", to_hex(stream.header.stream)},
              {"slots", Json::array()},
              {"ranges", Json::array()}};
    for (std::uint64_t i = 0; i < stream.rows; ++i) {
        const Sums slot = **file.slot(i);
        json["slots"].push_back({{"bad", slot.bad},
                                 {"total", slot.total},
                                 {"bad_blinding", hex(slot.bad_blinding)},
                                 {"total_blinding", hex(slot.total_blinding)}});
    }
    for (const attest::RangeEntry& range : log.of_kind<attest::RangeEntry>()) {
        if (range.stream != stream.header.stream) continue;
        const zk::RangeSubject subject = subject_of(kTestOrigin, range);
        json["ranges"].push_back({{"canonical", to_hex(zk::canonical_bytes(subject))},
                                  {"label", to_hex(zk::label(subject))}});
    }
    return json;
}

Json make_vectors() {
    LogUnderTest log;
    const auto works = open_works(log);
    const std::string plan_text = plan_of_slots();
    REQUIRE(works->use_plan(plan_text));
    std::vector<RecordOfTest> records;
    for (const std::uint32_t bad : {0u, 0u, 412u, 0u, 0u, 0u, 0u, 0u, 0u, 37u}) {
        records.push_back({slot_members(kFirst + records.size(), bad)});
        records.back().members.plan = to_hex(attest::plan_digest(plan_text));
        for (ledger::SlotValue& value : records.back().members.values) {
            value.events.reset();
        }
    }
    take_all(*works, log, records);
    const Hash attestation = attest::named("test attestation");
    const auto end = static_cast<TimeNs>(kFirst + records.size()) * 60 * kSecondNs;
    attest::Statement statement = attested(log, records.size(), end, "unknown");
    statement.proved.plan = attest::plan_digest(plan_text);
    REQUIRE(works->request(statement, attestation, Prover::Reason::kAsked));
    work_off(*works, log);
    const attest::ZkDocument document = **attest::find_zk_document(log.path(), attestation);
    const std::vector<std::string>& entries = log.entries();
    REQUIRE(entries.size() == document.size.value + 1);
    Json json{{"origin", document.origin},
              {"system", document.system},
              {"proof_key", to_hex(attest::named("test proof key"))},
              {"day_secret", to_hex(kDaySecret)},
              {"plan_digest", to_hex(attest::plan_digest(document.plan))}};
    json["entries"] = std::vector<std::string>(entries.begin(), entries.end() - 1);
    json["streams"] = Json::array();
    for (const Stream& stream : works->book().streams()) {
        json["streams"].push_back(stream_json(log, stream));
    }
    json["document"] = *attest::compose(document);
    json["proof_entry"] = entries.back();
    const attest::ProofPlan plan = *attest::parse_plan(document.plan);
    json["statements"] = Json::array();
    for (std::size_t i = 0; i < document.proofs.size(); ++i) {
        const auto windows = *attest::windows_of(document, plan, i);
        const zk::VerdictSubject subject{
            document.origin, document.size.value, document.root, document.bundle,
            attest::plan_digest(document.plan), document.attestation, windows};
        json["statements"].push_back({{"canonical", to_hex(zk::canonical_bytes(subject))},
                                      {"label", to_hex(zk::label(subject))}});
    }
    return json;
}

// ---------------------------------------------------------------------------------------------
// Read by the parts that a verifier has

#define EXPECT(condition) \
    if (!(condition)) return #condition

class VectorReader {
public:
    explicit VectorReader(const Json& json) : json_(json) {}

    // What does not hold; empty: all does. Throws where the file has another shape.
    std::string complaint() {
        const auto document = attest::parse_zk_document(text("document"));
        EXPECT(document);
        document_ = *document;
        EXPECT(*attest::compose(document_) == text("document"));
        EXPECT(text("origin") == document_.origin);
        EXPECT(text("system") == document_.system);
        EXPECT(to_hex(attest::plan_digest(document_.plan)) == text("plan_digest"));
        plan_ = *attest::parse_plan(document_.plan);
        if (std::string found = read_entries(); !found.empty()) return found;
        std::size_t slots = 0;
        std::size_t ranges = 0;
        for (const Json& stream : json_.at("streams")) {
            if (std::string found = check_stream(stream); !found.empty()) return found;
            slots += stream.at("slots").size();
            ranges += stream.at("ranges").size();
        }
        EXPECT(slots == slots_.size());
        EXPECT(ranges == ranges_.size());
        return check_document();
    }

private:
    std::string text(const char* name) const { return json_.at(name).get<std::string>(); }

    std::string read_entries() {
        tlog::Frontier tree;
        for (const Json& entry : json_.at("entries")) {
            const auto line = entry.get<std::string>();
            tree.append(tlog::leaf_hash(as_bytes(line)));
            const auto parsed = attest::parse_zk_entry(line);
            EXPECT(parsed);
            if (const auto* slot = std::get_if<attest::SlotEntry>(&*parsed)) {
                EXPECT(attest::compose(*slot) == line);
                slots_.push_back(*slot);
            }
            if (const auto* range = std::get_if<attest::RangeEntry>(&*parsed)) {
                EXPECT(attest::compose(*range) == line);
                ranges_.push_back(*range);
            }
        }
        EXPECT(tree.size() == document_.size);
        EXPECT(tree.root() == document_.root);
        return "";
    }

    std::string check_stream(const Json& json) {
        const attest::PlanControl* control =
            plan_.find(json.at("control").get<std::string>());
        EXPECT(control != nullptr);
        const auto begin = json.at("begin").get<std::uint64_t>();
        const auto key = hash_from_hex(text("proof_key"));
        EXPECT(key && to_hex(*key) == text("proof_key"));
        const zk::StreamName name{document_.system, control->text, plan_.slot_ns};
        const zk::StreamTag tag =
            zk::make_stream_tag(*key, {document_.origin, document_.system, control->text});
        const Hash salt =
            zk::stream_salt(tag.point, json.at("generation").get<std::uint32_t>());
        const Hash id = zk::stream_id(salt, name);
        EXPECT(to_hex(salt) == json.at("salt"));
        EXPECT(to_hex(id) == json.at("stream"));
        VerifiedStream& stream = streams_[id];
        stream.begin = begin;
        for (const attest::SlotEntry& slot : slots_) {
            if (slot.stream == id) stream.slots.push_back(slot);
        }
        EXPECT(stream.slots.size() == json.at("slots").size());
        zk::Point bad_sum;
        zk::Point total_sum;
        for (std::size_t i = 0; i < stream.slots.size(); ++i) {
            const std::string found =
                check_slot(json.at("slots").at(i), salt, begin + i, stream.slots[i]);
            if (!found.empty()) return found;
            bad_sum += *zk::decode(stream.slots[i].bad);
            total_sum += *zk::decode(stream.slots[i].total);
            EXPECT(zk::encode(bad_sum) == stream.slots[i].bad_sum);
            EXPECT(zk::encode(total_sum) == stream.slots[i].total_sum);
        }
        return check_ranges(json.at("ranges"), id, stream);
    }

    std::string check_slot(const Json& json, const Hash& salt, zk::SlotNumber number,
                           const attest::SlotEntry& entry) const {
        const zk::SlotValues values{json.at("bad").get<std::uint64_t>(),
                                    json.at("total").get<std::uint64_t>()};
        const auto secret = hash_from_hex(text("day_secret"));
        EXPECT(secret && to_hex(*secret) == text("day_secret"));
        Hash key{};
        zk::blinding_key(*secret, key);
        const auto blinding = [&](zk::SlotPart part, std::uint64_t value) {
            return zk::Scalar::from_wide(
                zk::wide_blinding(key, {entry.stream, number, part, value}));
        };
        const zk::Scalar bad = blinding(zk::SlotPart::kBad, values.bad);
        const zk::Scalar total = blinding(zk::SlotPart::kTotal, values.total);
        EXPECT(hex(bad) == json.at("bad_blinding"));
        EXPECT(hex(total) == json.at("total_blinding"));
        EXPECT(entry.slot == number);
        EXPECT(zk::encode(zk::commit(values.bad, bad)) == entry.bad);
        EXPECT(zk::encode(zk::commit(values.total, total)) == entry.total);
        EXPECT(zk::switch_hash(salt, values, {bad.encode(), total.encode()}) ==
               entry.switch_hash);
        return "";
    }

    std::string check_ranges(const Json& json, const Hash& id, VerifiedStream& stream) const {
        std::size_t seen = 0;
        for (const attest::RangeEntry& range : ranges_) {
            if (range.stream != id) continue;
            EXPECT(range.first == stream.begin + stream.proved);
            EXPECT(stream.proved + range.count <= stream.slots.size());
            std::vector<zk::Point> commitments(zk::padded_width(2 * range.count));
            for (std::uint64_t i = 0; i < range.count; ++i) {
                commitments[2 * i] = *zk::decode(stream.slots[stream.proved + i].bad);
                commitments[2 * i + 1] = *zk::decode(stream.slots[stream.proved + i].total);
            }
            const zk::RangeSubject subject = subject_of(document_.origin, range);
            EXPECT(to_hex(zk::canonical_bytes(subject)) == json.at(seen).at("canonical"));
            EXPECT(to_hex(zk::label(subject)) == json.at(seen).at("label"));
            EXPECT(zk::verify_range({zk::label(subject), range.bits, commitments}, range.proof));
            stream.proved += range.count;
            ++seen;
        }
        EXPECT(seen == json.size());
        return "";
    }

    std::string check_document() const {
        const std::string line = text("document");
        EXPECT(attest::compose(attest::ProofEntry{0, document_.attestation,
                                                  attest::document_digest(line)}) ==
               text("proof_entry"));
        for (const attest::ZkStatement& statement : document_.statements) {
            const auto stream = streams_.find(statement.stream);
            EXPECT(stream != streams_.end());
            EXPECT(statement.begin == stream->second.begin);
            EXPECT(statement.first >= statement.begin);
            EXPECT(statement.first + statement.count <=
                   statement.begin + stream->second.slots.size());
            const attest::PlanControl* control = plan_.find(statement.control);
            const zk::StreamName name{document_.system, control->text, plan_.slot_ns};
            EXPECT(zk::verify_stream_tag(document_.stream_key,
                                         {document_.origin, document_.system, control->text},
                                         statement.tag));
            const Hash salt = zk::stream_salt(statement.tag.point, statement.generation);
            EXPECT(zk::stream_id(salt, name) == statement.stream);
        }
        EXPECT(json_.at("statements").size() == document_.proofs.size());
        for (std::size_t i = 0; i < document_.proofs.size(); ++i) {
            const auto windows = attest::windows_of(document_, plan_, i);
            EXPECT(windows);
            const zk::VerdictSubject subject{
                document_.origin, document_.size.value, document_.root, document_.bundle,
                attest::plan_digest(document_.plan), document_.attestation, *windows};
            const Json& said = json_.at("statements").at(i);
            EXPECT(to_hex(zk::canonical_bytes(subject)) == said.at("canonical"));
            EXPECT(to_hex(zk::label(subject)) == said.at("label"));
        }
        EXPECT(verify_document(document_, streams_));
        return "";
    }

    const Json& json_;
    attest::ZkDocument document_;
    attest::ProofPlan plan_;
    std::vector<attest::SlotEntry> slots_;
    std::vector<attest::RangeEntry> ranges_;
    std::map<Hash, VerifiedStream> streams_;
};

#undef EXPECT

std::string complaint_about(const std::string& file) {
    try {
        const Json json = Json::parse(file);
        return VectorReader(json).complaint();
    } catch (const Json::exception& failure) {
        return failure.what();
    }
}

// Another character of the same kind, so that the file still reads.
char other(char c) {
    if (c >= '0' && c <= '8') return static_cast<char>(c + 1);
    if (c == '9') return '8';
    if (c == 'f') return 'e';
    if ((c >= 'a' && c <= 'y') || (c >= 'A' && c <= 'Y')) return static_cast<char>(c + 1);
    return c;
}

}  // namespace

TEST_CASE("vectors: the log of tests/vectors/zk is what its secrets and values give", "[prover]") {
    REQUIRE(crypto::initialize());
    const std::string file = *read_text_file(vectors_file());
    CHECK(complaint_about(file) == "");
}

TEST_CASE("vectors: no byte of them can be another one", "[prover]") {
    REQUIRE(crypto::initialize());
    const std::string file = *read_text_file(vectors_file());
    std::size_t changed = 0;
    for (std::size_t at = 11; at < file.size(); at += 173) {
        std::string wrong = file;
        wrong[at] = other(file[at]);
        if (wrong == file) continue;
        ++changed;
        INFO(file.substr(at > 60 ? at - 60 : 0, 120));
        CHECK(complaint_about(wrong) != "");
    }
    CHECK(changed > 50);
}

TEST_CASE("vectors: made again", "[.vectors]") {
    std::ofstream out(vectors_file());
    out << make_vectors().dump(1) << "\n";
    REQUIRE(out.good());
}

}  // namespace overlord::prover
