// The file of contributions: its spelling.
#include "overlord/attest/contributions.hpp"

#include <algorithm>
#include <optional>

#include "json.hpp"

namespace overlord::attest {
namespace {

Error syntax(std::uint64_t line, std::string_view what) {
    return Error{"contributions.syntax", "line " + std::to_string(line) + ": " + std::string(what)};
}

Json head_json(const ContributionsFile& file) {
    Json json;
    json["format"] = kContributionsFormat;
    json["origin"] = file.origin;
    json["attestation"] = to_hex(file.attestation);
    json["streams"] = file.streams.size();
    return json;
}

Json stream_json(const StreamEvents& stream) {
    Json json;
    json["stream"] = to_hex(stream.stream);
    json["first"] = stream.first;
    json["count"] = stream.slots.size();
    json["proof"] = to_base64(stream.proof);
    return json;
}

// Written by hand: there may be half a million of them.
void append_slot(std::string& out, const SlotEvents& slot) {
    out += "{\"slot\":" + std::to_string(slot.slot) + ",\"switch\":\"" +
           to_base64(slot.own_switch) + "\",\"events\":[";
    for (const zk::Contribution& event : slot.events) {
        if (out.back() == ']') out += ',';
        out += '[' + std::to_string(event.record) + ",\"" + to_base64(event.bad) + "\",\"" +
               to_base64(event.total) + "\"]";
    }
    out += "]}\n";
}

std::optional<zk::PointBytes> point_of(const Json& json) {
    if (!json.is_string()) return std::nullopt;
    const Result<Hash> bytes = hash_from_base64(json.get_ref<const std::string&>());
    return bytes ? std::optional<zk::PointBytes>(*bytes) : std::nullopt;
}

std::optional<SlotEvents> slot_of(const Json& json) {
    SlotEvents slot;
    const std::string* text = find_text(json, "switch");
    const auto events = json.find("events");
    const bool shape = text != nullptr && find_unsigned(json, "slot", slot.slot) &&
                       events != json.end() && events->is_array() &&
                       events->size() <= zk::kContributionsMax;
    if (!shape) return std::nullopt;
    const Result<Hash> own_switch = hash_from_base64(*text);
    if (!own_switch) return std::nullopt;
    slot.own_switch = *own_switch;
    for (const Json& row : *events) {
        if (!row.is_array() || row.size() != 3 || !row[0].is_number_unsigned()) return std::nullopt;
        const std::optional<zk::PointBytes> bad = point_of(row[1]);
        const std::optional<zk::PointBytes> total = point_of(row[2]);
        if (!bad || !total) return std::nullopt;
        slot.events.push_back({row[0].get<std::uint64_t>(), *bad, *total});
    }
    return slot;
}

// Lines, each with its LF.
class Lines {
public:
    explicit Lines(std::string_view text) : rest_(text) {}
    [[nodiscard]] std::uint64_t number() const { return number_; }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

    [[nodiscard]] Result<Json> next() {
        ++number_;
        const std::size_t end = rest_.find('\n');
        if (end == std::string_view::npos) return syntax(number_, "the file ends early");
        line_ = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        Result<Json> json = parse_json(line_, "contributions.syntax");
        if (!json) return syntax(number_, json.error().message);
        if (!json->is_object()) return syntax(number_, "is no JSON object");
        return json;
    }
    [[nodiscard]] bool spelled(std::string_view text) const { return line_ == text; }
    [[nodiscard]] Error bad() const { return syntax(number_, "is not what the format says"); }

private:
    std::string_view rest_;
    std::string_view line_;
    std::uint64_t number_ = 0;
};

Result<SlotEvents> read_slot(Lines& lines) {
    const Result<Json> json = lines.next();
    if (!json) return json.error();
    std::optional<SlotEvents> slot = slot_of(*json);
    if (!slot) return lines.bad();
    std::string text;
    append_slot(text, *slot);
    text.pop_back();
    if (!lines.spelled(text)) return lines.bad();
    return *std::move(slot);
}

Result<StreamEvents> read_stream(Lines& lines) {
    const Result<Json> json = lines.next();
    if (!json) return json.error();
    const std::string* name = find_text(*json, "stream");
    const std::string* proof = find_text(*json, "proof");
    StreamEvents stream;
    std::uint64_t count = 0;
    const bool shape = name != nullptr && proof != nullptr &&
                       find_unsigned(*json, "first", stream.first) &&
                       find_unsigned(*json, "count", count) && json->size() == 4;
    const Result<Hash> id = shape ? hash_from_hex(*name) : Result<Hash>(lines.bad());
    const Result<Bytes> bytes = shape ? from_base64(*proof) : Result<Bytes>(lines.bad());
    if (!id || !bytes) return lines.bad();
    stream.stream = *id;
    stream.proof = *bytes;
    Json again = stream_json(stream);
    again["count"] = count;
    if (!lines.spelled(canonical_text(again))) return lines.bad();
    for (std::uint64_t i = 0; i < count; ++i) {
        Result<SlotEvents> slot = read_slot(lines);
        if (!slot) return slot.error();
        if (slot->slot != stream.first + i) return lines.bad();
        stream.slots.push_back(*std::move(slot));
    }
    return stream;
}

}  // namespace

std::string compose(const ContributionsFile& file) {
    std::string out = canonical_text(head_json(file)) + "\n";
    for (const StreamEvents& stream : file.streams) {
        out += canonical_text(stream_json(stream)) + "\n";
        for (const SlotEvents& slot : stream.slots) append_slot(out, slot);
    }
    return out;
}

bool looks_like_contributions(std::string_view text) {
    return text.starts_with(R"({"format":")" + std::string(kContributionsFormat) + '"');
}

Result<ContributionsFile> parse_contributions(std::string_view text) {
    if (text.size() > kContributionsBytesMax) {
        return Error{"contributions.size", "a file of contributions is too large"};
    }
    Lines lines(text);
    const Result<Json> head = lines.next();
    if (!head) return head.error();
    const std::string* origin = find_text(*head, "origin");
    const std::string* attestation = find_text(*head, "attestation");
    std::uint64_t streams = 0;
    if (origin == nullptr || attestation == nullptr || !find_unsigned(*head, "streams", streams)) {
        return lines.bad();
    }
    const Result<Hash> digest = hash_from_hex(*attestation);
    if (!digest) return lines.bad();
    ContributionsFile file{*origin, *digest, {}};
    Json again = head_json(file);
    again["streams"] = streams;
    if (!lines.spelled(canonical_text(again))) return lines.bad();
    for (std::uint64_t i = 0; i < streams; ++i) {
        Result<StreamEvents> stream = read_stream(lines);
        if (!stream) return stream.error();
        file.streams.push_back(*std::move(stream));
    }
    if (!lines.at_end()) return syntax(lines.number() + 1, "there is more than the format says");
    return file;
}

}  // namespace overlord::attest
