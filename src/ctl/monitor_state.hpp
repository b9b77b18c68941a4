// What a monitor has to remember of a log between two rounds: how far it has read, where each slot
// stream stands, and which attestations wait for their document. A value.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "overlord/attest/slot_walk.hpp"
#include "overlord/tlog/merkle.hpp"

namespace overlord::ctl {

struct MonitorState {
    std::string origin;
    tlog::TreeHead head;  // everything before it was checked
    TimeNs log_at = 0;    // log time of the newest entry
    std::map<Hash, attest::StreamState> streams;
    std::optional<attest::StreamsEntry> announced;  // how the log names its streams
    std::set<Hash> silent;  // streams whose silence has been told
    // Attestations after the first slot without a document so far, with their log time.
    std::map<Hash, TimeNs> waiting;
    bool operator==(const MonitorState&) const = default;
};

[[nodiscard]] std::string to_text(const MonitorState& state);
// Strict: what to_text writes. Code monitor.state_damaged.
[[nodiscard]] Result<MonitorState> parse_monitor_state(std::string_view text);

}  // namespace overlord::ctl
