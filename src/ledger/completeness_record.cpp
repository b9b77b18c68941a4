// Read with a JSON library and written again: what differs from that is refused, so that each
// record has one spelling.
#include "overlord/ledger/completeness_record.hpp"

#include <nlohmann/json.hpp>

#include "overlord/base/json_text.hpp"

namespace overlord::ledger {
namespace {

using Json = nlohmann::json;

void append_number(std::string& out, const char* name, std::uint64_t value) {
    out += ",\"";
    out += name;
    out += "\":" + std::to_string(value);
}

void append_counts(std::string& out, const SourceCounts& counts) {
    for (const std::uint64_t count :
         {counts.received(), counts.accepted, counts.rejected, counts.duplicate, counts.late,
          counts.evaluated()})
        out += "," + std::to_string(count);
}

std::uint64_t number(const Json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::string text(const Json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

// A row [head, received, accepted, rejected, duplicate, late, evaluated]; what contradicts itself
// is found when the row is written again.
std::optional<SourceCounts> counts_of(const Json& row) {
    if (!row.is_array() || row.size() != 7) return {};
    for (std::size_t i = 1; i < row.size(); ++i)
        if (!row[i].is_number_unsigned()) return {};
    SourceCounts counts;
    counts.accepted = row[2].get<std::uint64_t>();
    counts.rejected = row[3].get<std::uint64_t>();
    counts.duplicate = row[4].get<std::uint64_t>();
    counts.late = row[5].get<std::uint64_t>();
    return counts.late <= counts.accepted ? std::optional(counts) : std::nullopt;
}

Json members_of(const RecordView& record) {
    return Json::parse("{" + std::string(record.members) + "}", nullptr, false);
}

Error bad(const RecordView& record, std::string_view what) {
    return Error{"record.members",
                 "record " + std::to_string(record.n.value) + " of kind " +
                     std::string(to_text(record.kind)) + " " + std::string(what),
                 ErrorClass::kReject};
}

// The value that was read, where writing it gives the record again.
template <class Value>
Result<Value> same_spelling(const RecordView& record, Value value) {
    const std::string expected = body(value);
    const std::string found =
        "\"kind\":\"" + std::string(to_text(record.kind)) + "\"," + std::string(record.members);
    if (found == expected) return value;
    return bad(record, "is not spelled as this program writes it");
}

}  // namespace

void SourceCounts::add(const SourceCounts& other) {
    accepted += other.accepted;
    rejected += other.rejected;
    duplicate += other.duplicate;
    late += other.late;
}

std::string body(const MissingRange& range) {
    std::string out = "\"kind\":\"gap\",\"source\":";
    append_json_string(out, range.source);
    append_number(out, "first", range.first);
    append_number(out, "last", range.last);
    return out;
}

std::string body(const Restart& restart) {
    std::string out = "\"kind\":\"restart\",\"source\":";
    append_json_string(out, restart.source);
    append_number(out, "last", restart.last);
    append_number(out, "first", restart.first);
    return out;
}

std::string body(const Heartbeat& heartbeat) {
    std::string out =
        "\"kind\":\"heartbeat\",\"first\":" + std::to_string(heartbeat.first.value) +
        ",\"sources\":[";
    for (const CountedSource& source : heartbeat.sources) {
        if (out.back() == ']') out += ',';
        out += '[';
        append_json_string(out, source.source);
        append_counts(out, source.counts);
        out += ']';
    }
    out += ']';
    if (!heartbeat.others) return out;
    out += ",\"others\":[" + std::to_string(heartbeat.others->sources);
    append_counts(out, heartbeat.others->counts);
    return out + "]";
}

Result<MissingRange> parse_missing(const RecordView& record) {
    const Json json = members_of(record);
    const MissingRange range{text(json, "source"), number(json, "first"), number(json, "last")};
    if (range.first > range.last) return bad(record, "runs backwards");
    return same_spelling(record, range);
}

Result<Restart> parse_restart(const RecordView& record) {
    const Json json = members_of(record);
    return same_spelling(
        record, Restart{text(json, "source"), number(json, "last"), number(json, "first")});
}

Result<Heartbeat> parse_heartbeat(const RecordView& record) {
    const Json json = members_of(record);
    Heartbeat heartbeat;
    heartbeat.first = RecordIndex{number(json, "first")};
    const auto rows = json.find("sources");
    for (const Json& row : rows != json.end() ? *rows : Json::array()) {
        const std::optional<SourceCounts> counts = counts_of(row);
        if (!counts || !row[0].is_string()) break;  // it is not spelled again then
        heartbeat.sources.push_back({row[0].get<std::string>(), *counts});
    }
    if (const auto others = json.find("others"); others != json.end()) {
        const std::optional<SourceCounts> counts = counts_of(*others);
        if (counts && (*others)[0].is_number_unsigned())
            heartbeat.others = {(*others)[0].get<std::uint64_t>(), *counts};
    }
    return same_spelling(record, std::move(heartbeat));
}

}  // namespace overlord::ledger
