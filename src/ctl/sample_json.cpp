#include "sample_json.hpp"

namespace overlord::ctl {

using Json = SampleReader::Json;

Json entry_json(const attest::ProvenEntry& entry) {
    Json json{{"entry", entry.entry}, {"index", entry.index.value}, {"hashes", Json::array()}};
    for (const Hash& hash : entry.hashes) json["hashes"].push_back(to_base64(hash));
    return json;
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

attest::ProvenEntry SampleReader::entry(const Json& json, const char* name) {
    const Json& found = member(json, name);
    attest::ProvenEntry entry{text(found, "entry"), EntryIndex{natural(found, "index")}, {}};
    each(found, "hashes", [&](const Json& item) {
        entry.hashes.push_back(hash(hash_from_base64(item_text(item))));
    });
    return entry;
}

}  // namespace overlord::ctl
