#include "slot_sample.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "overlord/base/number.hpp"
#include "overlord/crypto/sha256.hpp"

namespace overlord::ctl {
namespace {

using attest::ProvenEntry;
using Json = nlohmann::ordered_json;

constexpr std::string_view kDomain{"zk-overlords/slot-sample/v1\0", 28};

Json entry_json(const ProvenEntry& entry) {
    Json json{{"entry", entry.entry}, {"index", entry.index.value}, {"hashes", Json::array()}};
    for (const Hash& hash : entry.hashes) json["hashes"].push_back(to_base64(hash));
    return json;
}

Json slot_json(const OpenedSlot& slot) {
    return Json{{"entry", entry_json(slot.entry)}, {"bad", slot.values.bad},
                {"total", slot.values.total},      {"r_bad", to_base64(slot.r_bad)},
                {"r_total", to_base64(slot.r_total)}, {"record", slot.record},
                {"events", slot.events}};
}

Json stream_json(const SampledStream& stream) {
    Json json{{"stream", to_hex(stream.stream)}, {"salt", to_base64(stream.salt)},
              {"system", stream.system},         {"entry", stream.entry},
              {"slot_ns", stream.slot_ns},       {"first", entry_json(stream.first)},
              {"last", entry_json(stream.last)}, {"drawn", Json::array()},
              {"erased", stream.erased}};
    for (const OpenedSlot& slot : stream.drawn) json["drawn"].push_back(slot_json(slot));
    return json;
}

// Members that are missing or of another type make the reading bad; at the end that is asked.
class Reader {
public:
    const Json& member(const Json& json, const char* name) {
        static const Json kNothing;
        if (json.is_object() && json.contains(name)) return json[name];
        good = false;
        return kNothing;
    }
    std::string text(const Json& json, const char* name) {
        const Json& found = member(json, name);
        good = good && found.is_string();
        return found.is_string() ? found.get<std::string>() : "";
    }
    std::uint64_t natural(const Json& json, const char* name) {
        const Json& found = member(json, name);
        good = good && found.is_number_unsigned();
        return found.is_number_unsigned() ? found.get<std::uint64_t>() : 0;
    }
    Hash hash(const Result<Hash>& read) {
        good = good && read.has_value();
        return read ? *read : Hash{};
    }
    template <class Use>
    void each(const Json& json, const char* name, Use use) {
        const Json& list = member(json, name);
        good = good && list.is_array();
        if (!list.is_array()) return;
        for (const Json& item : list) use(item);
    }
    std::string item_text(const Json& item) {
        good = good && item.is_string();
        return item.is_string() ? item.get<std::string>() : "";
    }

    ProvenEntry entry(const Json& json, const char* name) {
        const Json& found = member(json, name);
        ProvenEntry entry{text(found, "entry"), EntryIndex{natural(found, "index")}, {}};
        each(found, "hashes", [&](const Json& item) {
            entry.hashes.push_back(hash(hash_from_base64(item_text(item))));
        });
        return entry;
    }
    OpenedSlot slot(const Json& json) {
        OpenedSlot slot;
        slot.entry = entry(json, "entry");
        slot.values = {natural(json, "bad"), natural(json, "total")};
        slot.r_bad = hash(hash_from_base64(text(json, "r_bad")));
        slot.r_total = hash(hash_from_base64(text(json, "r_total")));
        slot.record = text(json, "record");
        each(json, "events", [&](const Json& item) { slot.events.push_back(item_text(item)); });
        return slot;
    }
    SampledStream stream(const Json& json) {
        SampledStream stream;
        stream.stream = hash(hash_from_hex(text(json, "stream")));
        stream.salt = hash(hash_from_base64(text(json, "salt")));
        stream.system = text(json, "system");
        stream.entry = text(json, "entry");
        stream.slot_ns = static_cast<DurationNs>(natural(json, "slot_ns"));
        good = good && stream.slot_ns > 0;
        stream.first = entry(json, "first");
        stream.last = entry(json, "last");
        each(json, "drawn", [&](const Json& item) { stream.drawn.push_back(slot(item)); });
        each(json, "erased", [&](const Json& item) {
            good = good && item.is_number_unsigned();
            if (item.is_number_unsigned()) stream.erased.push_back(item.get<std::uint64_t>());
        });
        return stream;
    }

    bool good = true;
};

}  // namespace

std::vector<zk::SlotNumber> draw_slots(const Hash& root, const Hash& stream, zk::SlotNumber begin,
                                       std::uint64_t slots, std::uint64_t count) {
    std::vector<zk::SlotNumber> drawn;
    std::set<std::uint64_t> seen;
    if (slots == 0) return drawn;
    count = std::min(count, slots);
    // Values in the incomplete last turn would favour early slots: they are passed over.
    const std::uint64_t turns = UINT64_MAX / slots;
    for (std::uint64_t counter = 0; drawn.size() < count; ++counter) {
        Bytes numbers;
        put_u64_be(numbers, begin);
        put_u64_be(numbers, slots);
        put_u64_be(numbers, counter);
        const Hash hash = crypto::sha256({as_bytes(kDomain), root, stream, numbers});
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < 8; ++i) value = value << 8 | hash[i];
        if (value / slots >= turns) continue;
        if (seen.insert(value % slots).second) drawn.push_back(begin + value % slots);
    }
    return drawn;
}

std::string to_json(const SlotSample& sample) {
    Json json{{"format", kSlotSampleFormat},
              {"checkpoint", sample.checkpoint},
              {"newest", entry_json(sample.newest)},
              {"streams", Json::array()}};
    for (const SampledStream& stream : sample.streams) {
        json["streams"].push_back(stream_json(stream));
    }
    return json.dump() + "\n";
}

Result<SlotSample> parse_slot_sample(std::string_view text) {
    const Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
    Reader reader;
    SlotSample sample;
    const bool format = reader.text(json, "format") == kSlotSampleFormat;
    sample.checkpoint = reader.text(json, "checkpoint");
    sample.newest = reader.entry(json, "newest");
    reader.each(json, "streams",
                [&](const Json& item) { sample.streams.push_back(reader.stream(item)); });
    if (format && reader.good) return sample;
    return Error{"sample.malformed", "this is not a sample of slots of version 1"};
}

std::string slot_sample_checkpoint(std::string_view text) {
    const Result<SlotSample> sample = parse_slot_sample(text);
    return sample ? sample->checkpoint : "";
}

}  // namespace overlord::ctl
