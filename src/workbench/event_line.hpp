// An event of a feed as the line of JSON that a source would send.
#pragma once

#include <string>
#include <string_view>

#include "overlord/base/result.hpp"
#include "overlord/base/time.hpp"
#include "overlord/prolog/machine.hpp"
#include "overlord/rules/bundle.hpp"

namespace overlord::workbench {

// event(System, Source, Pack, Kind, Fields) of kernel/feed.pl.
struct FedEvent {
    std::string_view system, source, pack, kind;
    const std::vector<prolog::Value>* fields = nullptr;  // each FIELD(VALUE)
};
[[nodiscard]] FedEvent fed_event(const prolog::Value& event);

struct Moment {
    TimeNs time = 0;           // of the event
    TimeNs start = 0;          // of the feed
    std::string_view value;    // what stands for $
    std::uint64_t number = 0;  // of the event in the feed: its id
    std::size_t step = 0;      // in its series, from 1
};

// Code: feed.value, with the field whose value is none of its type.
[[nodiscard]] Result<std::string> event_line(const rules::Bundle& bundle, const FedEvent& event,
                                             const Moment& moment);

}  // namespace overlord::workbench
