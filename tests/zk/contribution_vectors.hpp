// tests/vectors/zk/contributions.json, read.
#pragma once

#include <nlohmann/json.hpp>

#include "overlord/base/file.hpp"
#include "overlord/zk/contribution.hpp"
#include "samples.hpp"

namespace overlord::zk {

inline nlohmann::json contribution_vectors() {
    return nlohmann::json::parse(*read_file(Path(OVERLORD_SOURCE_DIR) / "tests" / "vectors" /
                                            "zk" / "contributions.json"));
}

inline PointBytes point_bytes(const nlohmann::json& hex_text) {
    const Bytes bytes = hex(hex_text.get<std::string>());
    PointBytes out{};
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
}

inline std::vector<Contribution> contributions_of(const nlohmann::json& slot) {
    std::vector<Contribution> list;
    for (const nlohmann::json& one : slot.at("contributions")) {
        list.push_back({one.at("record").get<std::uint64_t>(),
                        point_bytes(one.at("commitments").at(0)),
                        point_bytes(one.at("commitments").at(1))});
    }
    return list;
}

inline Remainder slot_of(const nlohmann::json& slot) {
    return {*decode(point_bytes(slot.at("commitments").at(0))),
            *decode(point_bytes(slot.at("commitments").at(1)))};
}

}  // namespace overlord::zk
