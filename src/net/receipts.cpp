#include "receipts.hpp"

#include <nlohmann/json.hpp>

namespace overlord::net {
namespace {

constexpr std::size_t kSubscriptionBytesMax = 256;  // the longest sensible one has 40

}  // namespace

std::optional<ReceiptStates> parse_receipts(std::string_view line) {
    if (line.size() > kSubscriptionBytesMax || line.find("\"receipts\"") == line.npos) return {};
    const nlohmann::json json = nlohmann::json::parse(line.begin(), line.end(), nullptr, false);
    if (!json.is_object() || json.size() != 1 || !json.contains("receipts")) return {};
    const nlohmann::json& names = json["receipts"];
    if (!names.is_array() || names.empty()) return {};
    ReceiptStates states;
    for (const nlohmann::json& name : names) {
        bool* const state = name == "published"   ? &states.published
                            : name == "witnessed" ? &states.witnessed
                                                  : nullptr;
        if (state == nullptr || *state) return {};
        *state = true;
    }
    return states;
}

void ReceiptTracker::durable(std::uint64_t line, std::uint64_t records) {
    if (line == durable_) return;
    durable_ = line;
    steps_.push_back({line, records});
    if (steps_.size() <= kStepsMax) return;
    std::deque<Step> merged;
    for (std::size_t i = 1; i < steps_.size(); i += 2) merged.push_back(steps_[i]);
    if (steps_.size() % 2 == 1) merged.push_back(steps_.back());
    steps_ = std::move(merged);
}

void ReceiptTracker::reach(std::uint64_t records) {
    for (; !steps_.empty() && steps_.front().records <= records; steps_.pop_front())
        reached_ = steps_.front().line;
}

}  // namespace overlord::net
