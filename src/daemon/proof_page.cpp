#include "proof_page.hpp"

#include <nlohmann/json.hpp>

namespace overlord::daemon {
namespace {

std::string metric(const std::string& type, const std::string& name, const std::string& help,
                   const std::string& value) {
    return "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n" + name + " " +
           value + "\n";
}

std::string metric(const std::string& type, const std::string& name, const std::string& help,
                   std::uint64_t value) {
    return metric(type, name, help, std::to_string(value));
}

std::string seconds_text(DurationNs time) {
    return std::to_string(static_cast<double>(time) / 1e9);
}

}  // namespace

std::string proof_metrics(const std::optional<prover::Stats>& stats) {
    if (!stats) return "";
    return metric("gauge", "overlord_zk_streams", "Streams of slots that are committed to.",
                  stats->streams) +
           metric("counter", "overlord_zk_slots_committed_total",
                  "Slots whose commitments are in the log.", stats->slots_committed) +
           metric("counter", "overlord_zk_slots_proved_total",
                  "Slots whose range proofs are in the log.", stats->slots_proved) +
           metric("gauge", "overlord_zk_lag_slots",
                  "Slots that are closed and not committed to in the log.", stats->lag_slots) +
           metric("counter", "overlord_zk_documents_total",
                  "Zero-knowledge documents of attestations made since the start.",
                  stats->documents) +
           metric("gauge", "overlord_zk_documents_waiting",
                  "Attestations whose document is to come.", stats->documents_waiting) +
           metric("counter", "overlord_zk_prove_seconds_total",
                  "Time of the prover's thread since the start.",
                  seconds_text(stats->prove_time)) +
           metric("gauge", "overlord_zk_left_out",
                  "Controls of systems that documents say nothing about though slots are proved.",
                  stats->left_out.size()) +
           metric("gauge", "overlord_zk_stopped",
                  "1 when the prover has met an error; the next start goes on.",
                  stats->failure.empty() ? 0 : 1);
}

nlohmann::json proof_json(const std::optional<prover::Stats>& stats) {
    if (!stats) return {};
    nlohmann::json page{{"streams", stats->streams},
                        {"slots_committed", stats->slots_committed},
                        {"slots_proved", stats->slots_proved},
                        {"lag_slots", stats->lag_slots},
                        {"documents", stats->documents},
                        {"documents_waiting", stats->documents_waiting},
                        {"prove_ms", stats->prove_time / 1'000'000},
                        {"told", nlohmann::json::array()}};
    if (!stats->failure.empty()) page["stopped"] = stats->failure;
    for (const prover::StreamAccount& account : stats->accounts) {
        page["told"].push_back({{"system", account.system},
                                {"control", account.control},
                                {"slots", account.slots},
                                {"comparisons", account.comparisons}});
    }
    for (const prover::LeftOut& one : stats->left_out) {
        page["left_out"].push_back(
            {{"system", one.system}, {"control", one.control}, {"why", one.why}});
    }
    return page;
}

}  // namespace overlord::daemon
