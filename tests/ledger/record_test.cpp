#include <catch2/catch.hpp>

#include <fstream>

#include "overlord/ledger/completeness_record.hpp"
#include "overlord/ledger/record.hpp"
#include "overlord/ledger/record_keys.hpp"
#include "support.hpp"

using namespace overlord;
using namespace overlord::ledger;

namespace {

std::string escaped(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

std::vector<std::string> lines_of(const std::string& file) {
    std::ifstream in(std::string(OVERLORD_SOURCE_DIR) + "/tests/vectors/records/" + file);
    REQUIRE(in.good());
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

}  // namespace

TEST_CASE("record: a JSON string has one spelling", "[ledger]") {
    CHECK(escaped("plain") == "\"plain\"");
    CHECK(escaped("a\"b\\c") == R"("a\"b\\c")");
    CHECK(escaped("\n\t\x01\x1f") == R"("\u000a\u0009\u0001\u001f")");
    CHECK(escaped("/ \x7f \xc3\xa9") == "\"/ \x7f \xc3\xa9\"");
    CHECK(escaped("") == "\"\"");
}

TEST_CASE("record: compose writes the members in their order", "[ledger]") {
    CHECK(compose(RecordIndex{9}, 5, "\"kind\":\"tick\"", "") ==
          R"({"v":1,"n":9,"at":5,"kind":"tick"})");
    CHECK(compose(RecordIndex{7}, -3, "\"kind\":\"event\",\"late\":true,\"event\":", "{\"a\":1}") ==
          R"({"v":1,"n":7,"at":-3,"kind":"event","late":true,"event":{"a":1}})");
}

TEST_CASE("record: an event comes back byte for byte", "[ledger]") {
    const std::string event = "{ \"x\" : \"]}\" , \"event\":{}}";
    const std::string body =
        R"("kind":"event","late":true,"checks":[["a]","compliant"],["b\"]","unknown","why"]],)"
        R"("event":)";
    const std::string record = compose(RecordIndex{18446744073709551615u}, 1, body, event);
    const Result<RecordView> view = parse(record);
    REQUIRE(view);
    CHECK(view->n.value == 18446744073709551615u);
    CHECK(view->late);
    CHECK(view->event == event);
    const Result<std::vector<Check>> checks = parse_checks(*view);
    REQUIRE(checks);
    REQUIRE(checks->size() == 2);
    CHECK((*checks)[0].name == "a]");
    CHECK((*checks)[1].name == "b\"]");
    CHECK((*checks)[1].reason == "why");
}

TEST_CASE("record: the golden records parse and compose again", "[ledger]") {
    const std::vector<std::string> records = lines_of("records.jsonl");
    REQUIRE(records.size() == 15);
    for (const std::string& record : records) {
        const Result<RecordView> view = parse(record);
        INFO(record);
        REQUIRE(view);
        const std::size_t body = record.find("\"kind\"");
        const std::string rest = record.substr(body, record.size() - body - 1);
        CHECK(compose(view->n, view->at, rest, "") == record);
    }
    const auto reject = parse_reject(*parse(records[3]));
    REQUIRE(reject);
    CHECK(reject->code == "json.syntax");
    CHECK(reject->bytes == 5);
    CHECK(reject->line == "oops{");
    const auto gap = parse_gap(*parse(records[5]));
    REQUIRE(gap);
    CHECK(gap->to - gap->from == 5'000'000'000);
    const auto verdict = parse_verdict(*parse(records[6]));
    REQUIRE(verdict);
    CHECK(verdict->controls.at(0).value == "99999/100000");
    CHECK(parse_audit(*parse(records[7]))->text == "zk_overlords_compliant(production_system, P)");
    CHECK(parse_start(*parse(records[0]))->version == "0.1.0");
    CHECK_FALSE(parse_gap(*parse(records[3])));
}

TEST_CASE("record: the golden notes about sources are read and written again", "[ledger]") {
    const std::vector<std::string> records = lines_of("records.jsonl");
    const auto same = [&](std::size_t i, const std::string& written) {
        return records[i].substr(records[i].find("\"kind\"")) == written + "}";
    };
    CHECK(parse(records[5])->kind == RecordKind::kGap);
    CHECK(parse(records[10])->kind == RecordKind::kMissing);
    const auto missing = parse_missing(*parse(records[10]));
    REQUIRE(missing);
    CHECK(*missing == MissingRange{"//gw-7/core", 812, 815});
    CHECK(same(10, body(*missing)));
    const auto restart = parse_restart(*parse(records[11]));
    REQUIRE(restart);
    CHECK(*restart == Restart{"//gw-7/core", 90210, 1});
    CHECK(same(11, body(*restart)));
    const auto heartbeat = parse_heartbeat(*parse(records[12]));
    REQUIRE(heartbeat);
    REQUIRE(heartbeat->sources.size() == 2);
    CHECK(heartbeat->sources[1].counts == SourceCounts{118, 2, 1, 1});
    CHECK(heartbeat->sources[1].counts.received() == 121);
    CHECK(heartbeat->sources[1].counts.evaluated() == 117);
    CHECK(same(12, body(*heartbeat)));
    const auto others = parse_heartbeat(*parse(records[13]));
    REQUIRE(others);
    CHECK(others->first == RecordIndex{12});
    CHECK(others->others->sources == 40);
    CHECK(same(13, body(*others)));
    CHECK_FALSE(parse_missing(*parse(records[5])));
}

TEST_CASE("record: the golden slot is read and written again", "[ledger]") {
    const std::string record = lines_of("records.jsonl").at(14);
    const Result<RecordView> view = parse(record);
    REQUIRE(view);
    CHECK(view->kind == RecordKind::kSlot);
    const auto slot = parse_slot(*view);
    REQUIRE(slot);
    CHECK(slot->system == "production_system");
    CHECK(slot->slot == 29'494'839);
    CHECK(slot->count == 2);
    REQUIRE(slot->values.size() == 2);
    CHECK(slot->values[0] == SlotValue{"telecoms.uptime", 1'500'000, 60'000'000});
    CHECK(slot->values[1] == SlotValue{"telecoms.failover", 0, 4'294'967'295});
    CHECK(compose(view->n, view->at, "\"kind\":\"slot\"," + compose_members(*slot), "") == record);
}

TEST_CASE("record: notes about sources have one spelling and add up", "[ledger]") {
    for (const std::string& record : lines_of("refused_members.jsonl")) {
        INFO(record);
        const Result<RecordView> view = parse(record);
        REQUIRE(view);
        const auto code = [](const auto& read) { return read ? "" : read.error().code; };
        CHECK((view->kind == RecordKind::kHeartbeat ? code(parse_heartbeat(*view))
               : view->kind == RecordKind::kSlot    ? code(parse_slot(*view))
               : view->kind == RecordKind::kRestart ? code(parse_restart(*view))
                                                    : code(parse_missing(*view))) ==
              "record.members");
    }
    const MissingRange named{"a\"\\\u00e9", 0, 9'223'372'036'854'775'807};
    const std::string record = compose(RecordIndex{1}, 1, body(named), "");
    CHECK(*parse_missing(*parse(record)) == named);
}

TEST_CASE("record: the golden commitments come out", "[ledger]") {
    const std::vector<std::string> records = lines_of("records.jsonl");
    const std::vector<std::string> rows = lines_of("commitments.txt");  // salt, commitment
    REQUIRE(rows.size() == records.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Result<Hash> salt = hash_from_hex(rows[i].substr(0, 64));
        REQUIRE(salt);
        CHECK(to_hex(commitment(*salt, records[i])) == rows[i].substr(65));
    }
}

TEST_CASE("record: anything but the one spelling is refused", "[ledger]") {
    for (const std::string& record : lines_of("refused.jsonl")) {
        const Result<RecordView> view = parse(record);
        INFO(record);
        REQUIRE_FALSE(view);
        CHECK(view.error().code == "record.syntax");
    }
    CHECK_FALSE(parse(""));
}

TEST_CASE("record: salts follow from the owner's key and the number", "[ledger]") {
    Bytes key;
    for (int i = 0; i < 32; ++i) key.push_back(static_cast<std::uint8_t>(i));
    // SHA-256("zko/salt/v1" || 00..1f || 0000000000000102), computed with Python's hashlib.
    CHECK(to_hex(record_salt(key, RecordIndex{0x102})) == lines_of("salt.txt").at(0));
}
