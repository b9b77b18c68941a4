#include "sample_json.hpp"

namespace overlord::ctl {

using Json = SampleReader::Json;

Json entry_json(const attest::ProvenEntry& entry) {
    Json json{{"entry", entry.entry}, {"index", entry.index.value}, {"hashes", Json::array()}};
    for (const Hash& hash : entry.hashes) json["hashes"].push_back(to_base64(hash));
    return json;
}

Json name_json(const OpenedName& name) {
    return Json{{"stream", to_hex(name.stream)},
                {"tag", to_base64(zk::to_bytes(name.tag))},
                {"generation", name.generation},
                {"system", name.system},
                {"entry", name.entry},
                {"slot_ns", name.slot_ns}};
}

const Json& SampleReader::member(const Json& json, const char* name) {
    static const Json kNothing;
    if (json.is_object() && json.contains(name)) return json[name];
    good = false;
    return kNothing;
}

std::string SampleReader::text(const Json& json, const char* name) {
    return item_text(member(json, name));
}

std::uint64_t SampleReader::natural(const Json& json, const char* name) {
    return item_natural(member(json, name));
}

Hash SampleReader::hash(const Result<Hash>& read) {
    good = good && read.has_value();
    return read ? *read : Hash{};
}

Hash SampleReader::base64(const Json& json, const char* name) {
    return hash(hash_from_base64(text(json, name)));
}

std::string SampleReader::item_text(const Json& item) {
    good = good && item.is_string();
    return item.is_string() ? item.get<std::string>() : "";
}

std::uint64_t SampleReader::item_natural(const Json& item) {
    good = good && item.is_number_unsigned();
    return item.is_number_unsigned() ? item.get<std::uint64_t>() : 0;
}

OpenedName SampleReader::name(const Json& json) {
    OpenedName name;
    name.stream = hash(hash_from_hex(text(json, "stream")));
    const Result<Bytes> bytes = from_base64(text(json, "tag"));
    const std::optional<zk::StreamTag> tag =
        bytes ? zk::stream_tag_of(*bytes) : std::optional<zk::StreamTag>();
    const std::uint64_t generation = natural(json, "generation");
    name.system = text(json, "system");
    name.entry = text(json, "entry");
    name.slot_ns = static_cast<DurationNs>(natural(json, "slot_ns"));
    good = good && tag && generation < zk::kGenerationsMax && name.slot_ns > 0;
    if (tag) name.tag = *tag;
    name.generation = static_cast<std::uint32_t>(generation);
    return name;
}

attest::ProvenEntry SampleReader::entry(const Json& json, const char* name) {
    const Json& found = member(json, name);
    attest::ProvenEntry entry{text(found, "entry"), EntryIndex{natural(found, "index")}, {}};
    each(found, "hashes", [&](const Json& item) {
        entry.hashes.push_back(hash(hash_from_base64(item_text(item))));
    });
    return entry;
}

}  // namespace overlord::ctl
