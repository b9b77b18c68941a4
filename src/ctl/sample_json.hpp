// What the files of samples have in common: entries with their place in the log, and a reader that
// asks at the end whether all of it was there.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "opened_name.hpp"
#include "overlord/attest/bundle.hpp"

namespace overlord::ctl {

[[nodiscard]] nlohmann::ordered_json entry_json(const attest::ProvenEntry& entry);
// The members that open a stream's name.
[[nodiscard]] nlohmann::ordered_json name_json(const OpenedName& name);

// Members that are missing or of another type make the reading bad; at the end that is asked.
class SampleReader {
public:
    using Json = nlohmann::ordered_json;
    const Json& member(const Json& json, const char* name);
    [[nodiscard]] std::string text(const Json& json, const char* name);
    [[nodiscard]] std::uint64_t natural(const Json& json, const char* name);
    [[nodiscard]] Hash hash(const Result<Hash>& read);
    [[nodiscard]] Hash base64(const Json& json, const char* name);  // 32 bytes
    [[nodiscard]] std::string item_text(const Json& item);
    [[nodiscard]] std::uint64_t item_natural(const Json& item);
    [[nodiscard]] OpenedName name(const Json& json);
    [[nodiscard]] attest::ProvenEntry entry(const Json& json, const char* name);
    template <class Use>
    void each(const Json& json, const char* name, Use use) {
        const Json& list = member(json, name);
        good = good && list.is_array();
        if (!list.is_array()) return;
        for (const Json& item : list) use(item);
    }

    bool good = true;
};

}  // namespace overlord::ctl
