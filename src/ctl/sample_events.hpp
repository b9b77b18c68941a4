// Makes the part of a sample of records that shows what drawn events have added to event-bound
// slots, from a state's openings, journal and keys.
#pragma once

#include "event_sample.hpp"
#include "overlord/base/file.hpp"
#include "overlord/tlog/tiles.hpp"

namespace overlord::ctl {

// `drawn`: numbers of records, of which some are events. No stream where nothing is event-bound.
[[nodiscard]] Result<EventSample> make_event_sample(const Path& state, tlog::TileReader& tiles,
                                                    const std::string& origin,
                                                    std::span<const std::uint64_t> drawn);

}  // namespace overlord::ctl
