#include "scrub_page.hpp"

#include <nlohmann/json.hpp>

namespace overlord::daemon {
namespace {

std::string metric(const std::string& type, const std::string& name, const std::string& help,
                   std::uint64_t value) {
    return "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n" + name + " " +
           std::to_string(value) + "\n";
}

}  // namespace

std::string scrub_metrics(const std::optional<upkeep::ScrubStatus>& status) {
    if (!status) return "";
    const auto last = static_cast<std::uint64_t>(status->last_pass_at / kSecondNs);
    return metric("counter", "overlord_scrub_bytes_total", "Bytes of the old log read again.",
                  status->bytes) +
           metric("counter", "overlord_scrub_passes_total", "Passes over the old log.",
                  status->passes) +
           metric("gauge", "overlord_scrub_last_pass_seconds",
                  "When the last pass ended, POSIX time; 0: none since the start.", last) +
           metric("gauge", "overlord_scrub_findings",
                  "Damage found since the start; anything but 0 needs somebody.",
                  status->findings.size());
}

nlohmann::json scrub_json(const std::optional<upkeep::ScrubStatus>& status) {
    if (!status) return {};
    nlohmann::json page{
        {"bytes", status->bytes},
        {"passes", status->passes},
        {"segments", {{"done", status->segments_done}, {"of", status->segments}}},
        {"last_pass", status->last_pass_at == 0 ? "" : format_rfc3339(status->last_pass_at)},
        {"findings", nlohmann::json::array()}};
    for (const ledger::Finding& finding : status->findings) {
        page["findings"].push_back(
            {{"file", finding.file}, {"place", finding.place}, {"cause", finding.cause}});
    }
    return page;
}

}  // namespace overlord::daemon
