#include "event_sample.hpp"

#include "sample_json.hpp"

namespace overlord::ctl {
namespace {

using Json = nlohmann::ordered_json;

Json opened_json(const OpenedEvent& event) {
    return Json{{"record", event.record},
                {"bad", event.values.bad},
                {"total", event.values.total},
                {"r_bad", to_base64(event.r_bad)},
                {"r_total", to_base64(event.r_total)}};
}

Json slot_json(const ShownSlot& slot) {
    Json json{{"entry", entry_json(slot.entry)},
              {"slot", slot.shown.slot},
              {"switch", to_base64(slot.shown.own_switch)},
              {"events", Json::array()},
              {"proof", to_base64(slot.proof)},
              {"ranges", Json::array()},
              {"opened", Json::array()}};
    for (const Bytes& range : slot.ranges) json["ranges"].push_back(to_base64(range));
    for (const zk::Contribution& event : slot.shown.events) {
        json["events"].push_back({event.record, to_base64(event.bad), to_base64(event.total)});
    }
    for (const OpenedEvent& event : slot.opened) json["opened"].push_back(opened_json(event));
    return json;
}

class Reader : public SampleReader {
public:
    zk::Contribution contribution(const Json& row) {
        good = good && row.is_array() && row.size() == 3;
        if (!good) return {};
        return {item_natural(row[0]), hash(hash_from_base64(item_text(row[1]))),
                hash(hash_from_base64(item_text(row[2])))};
    }
    OpenedEvent opened(const Json& json) {
        OpenedEvent event;
        event.record = natural(json, "record");
        event.values = {natural(json, "bad"), natural(json, "total")};
        event.r_bad = base64(json, "r_bad");
        event.r_total = base64(json, "r_total");
        return event;
    }
    Bytes bytes(const std::string& base64_text) {
        Result<Bytes> read = from_base64(base64_text);
        good = good && read.has_value();
        return read ? *std::move(read) : Bytes();
    }
    ShownSlot slot(const Json& json) {
        ShownSlot slot;
        slot.entry = entry(json, "entry");
        slot.shown.slot = natural(json, "slot");
        slot.shown.own_switch = base64(json, "switch");
        each(json, "events",
             [&](const Json& row) { slot.shown.events.push_back(contribution(row)); });
        slot.proof = bytes(text(json, "proof"));
        each(json, "ranges",
             [&](const Json& row) { slot.ranges.push_back(bytes(item_text(row))); });
        each(json, "opened", [&](const Json& row) { slot.opened.push_back(opened(row)); });
        return slot;
    }
    BoundStream stream(const Json& json) {
        BoundStream stream{name(json), {}, {}, {}, {}};
        stream.first = entry(json, "first");
        stream.last = entry(json, "last");
        each(json, "slots", [&](const Json& row) { stream.slots.push_back(slot(row)); });
        each(json, "erased", [&](const Json& row) { stream.erased.push_back(item_natural(row)); });
        return stream;
    }
};

}  // namespace

std::string to_json(const EventSample& sample) {
    Json json{{"format", kEventSampleFormat},
              {"naming", entry_json(sample.naming)},
              {"streams", Json::array()}};
    for (const BoundStream& stream : sample.streams) {
        Json one = name_json(stream);
        one["first"] = entry_json(stream.first);
        one["last"] = entry_json(stream.last);
        one["slots"] = Json::array();
        one["erased"] = stream.erased;
        for (const ShownSlot& slot : stream.slots) one["slots"].push_back(slot_json(slot));
        json["streams"].push_back(std::move(one));
    }
    return json.dump() + "\n";
}

Result<EventSample> parse_event_sample(std::string_view text) {
    const Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
    Reader reader;
    EventSample sample;
    const bool format = reader.text(json, "format") == kEventSampleFormat;
    sample.naming = reader.entry(json, "naming");
    reader.each(json, "streams",
                [&](const Json& item) { sample.streams.push_back(reader.stream(item)); });
    if (format && reader.good) return sample;
    return Error{"sample.malformed", "this is no sample of events' slots of version 2"};
}

}  // namespace overlord::ctl
