#include "slot_sample.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "overlord/base/number.hpp"
#include "overlord/crypto/sha256.hpp"
#include "sample_json.hpp"

namespace overlord::ctl {
namespace {

using attest::ProvenEntry;
using Json = nlohmann::ordered_json;

constexpr std::string_view kDomain{"zk-overlords/slot-sample/v1\0", 28};

Json contribution_json(const OpenedEvent& event) {
    return Json{{"record", event.record},
                {"bad", event.values.bad},
                {"total", event.values.total},
                {"r_bad", to_base64(event.r_bad)},
                {"r_total", to_base64(event.r_total)}};
}

Json slot_json(const OpenedSlot& slot) {
    Json json{{"entry", entry_json(slot.entry)}, {"bad", slot.values.bad},
              {"total", slot.values.total},      {"r_bad", to_base64(slot.r_bad)},
              {"r_total", to_base64(slot.r_total)}, {"record", slot.record},
              {"events", slot.events}};
    if (!slot.contributions) return json;
    json["contributions"] = Json::array();
    for (const OpenedEvent& event : *slot.contributions) {
        json["contributions"].push_back(contribution_json(event));
    }
    return json;
}

Json stream_json(const SampledStream& stream) {
    Json json = name_json(stream);
    json["first"] = entry_json(stream.first);
    json["last"] = entry_json(stream.last);
    json["drawn"] = Json::array();
    json["erased"] = stream.erased;
    for (const OpenedSlot& slot : stream.drawn) json["drawn"].push_back(slot_json(slot));
    return json;
}

class Reader : public SampleReader {
public:
    OpenedEvent contribution(const Json& json) {
        OpenedEvent event;
        event.record = natural(json, "record");
        event.values = {natural(json, "bad"), natural(json, "total")};
        event.r_bad = base64(json, "r_bad");
        event.r_total = base64(json, "r_total");
        return event;
    }
    OpenedSlot slot(const Json& json) {
        OpenedSlot slot;
        slot.entry = entry(json, "entry");
        slot.values = {natural(json, "bad"), natural(json, "total")};
        slot.r_bad = base64(json, "r_bad");
        slot.r_total = base64(json, "r_total");
        slot.record = text(json, "record");
        each(json, "events", [&](const Json& item) { slot.events.push_back(item_text(item)); });
        if (!json.is_object() || !json.contains("contributions")) return slot;
        slot.contributions.emplace();
        each(json, "contributions",
             [&](const Json& item) { slot.contributions->push_back(contribution(item)); });
        return slot;
    }
    SampledStream stream(const Json& json) {
        SampledStream stream{name(json), {}, {}, {}, {}};
        stream.first = entry(json, "first");
        stream.last = entry(json, "last");
        each(json, "drawn", [&](const Json& item) { stream.drawn.push_back(slot(item)); });
        each(json, "erased", [&](const Json& item) {
            stream.erased.push_back(item_natural(item));
        });
        return stream;
    }
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
              {"naming", entry_json(sample.naming)},
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
    sample.naming = reader.entry(json, "naming");
    reader.each(json, "streams",
                [&](const Json& item) { sample.streams.push_back(reader.stream(item)); });
    if (format && reader.good) return sample;
    return Error{"sample.malformed", "this is not a sample of slots of version 2"};
}

std::string slot_sample_checkpoint(std::string_view text) {
    const Result<SlotSample> sample = parse_slot_sample(text);
    return sample ? sample->checkpoint : "";
}

}  // namespace overlord::ctl
