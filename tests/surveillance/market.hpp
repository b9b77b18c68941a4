// A made-up market for measuring surveillance patterns: an order stream with labelled episodes of
// abuse and with near misses, which look like it and are none. Deterministic for a seed.
//
// Orders come as Poisson processes: noise traders with limit and market orders, of which some are
// filled, in part or whole, and the others cancelled; market makers that quote ladders on both
// sides and refresh them when they are hit; agency desks that work clients' blocks and hedge. The
// price is a random walk in ticks, with news now and then. Events arrive a little out of order.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "overlord/base/time.hpp"

namespace overlord::surveillance {

enum class Pattern : std::uint8_t { kSelfMatch, kWashPairs, kLayering, kFrontRunning, kMomentum };
inline constexpr std::size_t kPatterns = 5;

struct MarketEvent {
    enum class Kind : std::uint8_t { kNew, kCancel, kExec };
    Kind kind = Kind::kNew;
    TimeNs at = 0;
    TimeNs arrives = 0;
    std::uint64_t order = 0;
    std::uint64_t match = 0;
    std::string owner, trader, desk, instrument;
    bool client = false;
    bool buy = true;
    std::int64_t price = 0;
    std::int64_t qty = 0;
    std::int64_t touch_ticks = 0;
    std::int64_t depth_permille = 0;
    bool aggressive = false;
    bool auction = false;
    int label = -1;  // of the episode it belongs to
};

struct Label {
    Pattern pattern = Pattern::kSelfMatch;
};

struct Market {
    std::vector<MarketEvent> events;  // in the order of arrival
    std::vector<Label> labels;
};

[[nodiscard]] Market make_market(std::uint64_t seed, DurationNs length, TimeNs start);

// The event as a line of ingest for the pack `trading_surveillance`.
[[nodiscard]] std::string to_line(const MarketEvent& event, std::size_t number,
                                  const std::string& system);

}  // namespace overlord::surveillance
