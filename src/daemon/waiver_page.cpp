#include "waiver_page.hpp"

#include <map>
#include <nlohmann/json.hpp>

namespace overlord::daemon {

std::string waiver_state(const evaluate::LoadedWaiver& waiver, TimeNs log_time) {
    if (log_time >= waiver.until) return "ended";
    if (log_time < waiver.from) return "pending";
    return waiver.until - log_time <= kWaiverEndsSoon ? "ends_soon" : "active";
}

nlohmann::json waivers_json(const pipeline::StatusSnapshot& snapshot) {
    nlohmann::json list = nlohmann::json::array();
    for (const evaluate::LoadedWaiver& waiver : snapshot.waivers) {
        nlohmann::json one{{"control", waiver.control},
                           {"system", waiver.system},
                           {"owner", waiver.owner},
                           {"reason", waiver.reason},
                           {"until", format_rfc3339(waiver.until)},
                           {"state", waiver_state(waiver, snapshot.at)}};
        if (waiver.from > 0) one["from"] = format_rfc3339(waiver.from);
        if (!waiver.approved_by.empty()) one["approved_by"] = waiver.approved_by;
        list.push_back(std::move(one));
    }
    return list;
}

std::string waiver_metrics(const pipeline::StatusSnapshot& snapshot) {
    std::map<std::string, std::uint64_t> by_state{
        {"active", 0}, {"ended", 0}, {"ends_soon", 0}, {"pending", 0}};
    for (const evaluate::LoadedWaiver& waiver : snapshot.waivers)
        ++by_state[waiver_state(waiver, snapshot.at)];
    std::string text =
        "# HELP overlord_waivers Waivers of the active rules; ends_soon: within 30 days.\n"
        "# TYPE overlord_waivers gauge\n";
    for (const auto& [state, count] : by_state)
        text += "overlord_waivers{state=\"" + state + "\"} " + std::to_string(count) + "\n";
    return text;
}

}  // namespace overlord::daemon
