#include "monitor_state.hpp"

#include <nlohmann/json.hpp>
#include <optional>

#include "overlord/tlog/crc_text.hpp"

namespace overlord::ctl {
namespace {

using attest::SlotEntry;
using attest::StreamState;
using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "zk-overlords/monitor/v2";

Json stream_object(const Hash& name, const StreamState& stream) {
    Json json;
    json["stream"] = to_hex(name);
    json["begin"] = stream.begin;
    json["covered"] = stream.covered;
    json["bad_sum"] = to_base64(stream.sums.bad);
    json["total_sum"] = to_base64(stream.sums.total);
    json["bits"] = stream.bits;
    json["entry"] = stream.entry.value;
    json["at"] = stream.at;
    json["open"] = Json::array();
    for (const SlotEntry& slot : stream.open) json["open"].push_back(compose(slot));
    return json;
}

// Reads members that are there and of their type; notes where one is not.
class Reader {
public:
    explicit Reader(const Json& json) : json_(json) {}

    std::string text(const char* name) {
        const Json* member = find(name);
        if (member != nullptr && member->is_string()) return member->get<std::string>();
        good_ = false;
        return "";
    }
    std::uint64_t natural(const char* name) {
        const Json* member = find(name);
        if (member != nullptr && member->is_number_unsigned()) return member->get<std::uint64_t>();
        good_ = false;
        return 0;
    }
    TimeNs time(const char* name) {
        const Json* member = find(name);
        if (member != nullptr && member->is_number_integer()) return member->get<TimeNs>();
        good_ = false;
        return 0;
    }
    Hash hex(const char* name) { return hash(hash_from_hex(text(name))); }
    Hash base64(const char* name) { return hash(hash_from_base64(text(name))); }
    template <class Use>
    void each(const char* name, Use use) {
        const Json* member = find(name);
        good_ = good_ && member != nullptr && member->is_array();
        if (!good_) return;
        for (const Json& item : *member) good_ = good_ && use(item);
    }
    [[nodiscard]] bool good() const { return good_; }

private:
    const Json* find(const char* name) {
        if (!json_.is_object()) return nullptr;
        const auto found = json_.find(name);
        return found == json_.end() ? nullptr : &*found;
    }
    Hash hash(const Result<Hash>& read) {
        good_ = good_ && read.has_value();
        return read ? *read : Hash{};
    }
    const Json& json_;
    bool good_ = true;
};

bool read_open(const Json& item, const Hash& name, StreamState& stream) {
    if (!item.is_string()) return false;
    const Result<attest::ZkEntry> entry = attest::parse_zk_entry(item.get<std::string>());
    const auto* slot = entry ? std::get_if<SlotEntry>(&*entry) : nullptr;
    if (slot == nullptr || slot->stream != name || slot->slot != stream.next()) return false;
    stream.open.push_back(*slot);
    return true;
}

bool read_stream(const Json& item, MonitorState& state) {
    Reader reader(item);
    const Hash name = reader.hex("stream");
    StreamState stream;
    stream.begin = reader.natural("begin");
    stream.covered = reader.natural("covered");
    stream.sums = {reader.base64("bad_sum"), reader.base64("total_sum")};
    stream.bits = static_cast<std::uint32_t>(reader.natural("bits"));
    stream.entry.value = reader.natural("entry");
    stream.at = reader.time("at");
    reader.each("open", [&](const Json& open) { return read_open(open, name, stream); });
    if (!reader.good() || stream.covered < stream.begin) return false;
    state.streams[name] = std::move(stream);
    return true;
}

bool read_announced(const std::string& text, MonitorState& state) {
    if (text.empty()) return true;
    const Result<attest::ZkEntry> entry = attest::parse_zk_entry(text);
    const auto* announced = entry ? std::get_if<attest::StreamsEntry>(&*entry) : nullptr;
    if (announced == nullptr) return false;
    state.announced = *announced;
    return true;
}

bool read_waiting(const Json& item, MonitorState& state) {
    Reader reader(item);
    const Hash digest = reader.hex("attestation");
    state.waiting[digest] = reader.time("at");
    return reader.good();
}

bool read_silent(const Json& item, MonitorState& state) {
    const Result<Hash> name = hash_from_hex(item.is_string() ? item.get<std::string>() : "");
    if (name) state.silent.insert(*name);
    return name.has_value();
}

}  // namespace

std::string to_text(const MonitorState& state) {
    Json json;
    json["format"] = kFormat;
    json["origin"] = state.origin;
    json["size"] = state.head.size.value;
    json["root"] = to_base64(state.head.root);
    json["log_at"] = state.log_at;
    json["announced"] = state.announced ? compose(*state.announced) : "";
    json["streams"] = Json::array();
    for (const auto& [name, stream] : state.streams) {
        json["streams"].push_back(stream_object(name, stream));
    }
    json["silent"] = Json::array();
    for (const Hash& name : state.silent) json["silent"].push_back(to_hex(name));
    json["waiting"] = Json::array();
    for (const auto& [digest, at] : state.waiting) {
        json["waiting"].push_back({{"attestation", to_hex(digest)}, {"at", at}});
    }
    return tlog::with_crc_line(json.dump() + "\n");
}

Result<MonitorState> parse_monitor_state(std::string_view text) {
    const Error damaged{"monitor.state_damaged", "what the monitor remembers cannot be read",
                        ErrorClass::kFatal};
    const std::optional<std::string_view> covered = tlog::check_crc_line(text);
    if (!covered) return damaged;
    const Json json =
        Json::parse(covered->begin(), covered->end(), nullptr, /*allow_exceptions=*/false);
    Reader reader(json);
    MonitorState state;
    if (reader.text("format") != kFormat) return damaged;
    state.origin = reader.text("origin");
    state.head = {TreeSize{reader.natural("size")}, reader.base64("root")};
    state.log_at = reader.time("log_at");
    const bool announced = read_announced(reader.text("announced"), state);
    reader.each("streams", [&](const Json& item) { return read_stream(item, state); });
    reader.each("silent", [&](const Json& item) { return read_silent(item, state); });
    reader.each("waiting", [&](const Json& item) { return read_waiting(item, state); });
    if (!announced || !reader.good() || to_text(state) != text) return damaged;
    return state;
}

}  // namespace overlord::ctl
