// The event in a line that was refused for what it says, not for how it is written. Private to the
// module.
#pragma once

#include <optional>

#include "overlord/event/decode.hpp"
#include "overlord/ledger/record.hpp"

namespace overlord::pipeline {

// Nothing where framing refused the line: it was not looked into, though it may be readable. Lives
// until the decoder's next line.
[[nodiscard]] inline std::optional<event::Event> rejected_event(
    const ledger::RejectMembers& reject, event::Decoder& decoder) {
    if (reject.code.starts_with("framing.")) return {};
    const Result<event::Event> event = decoder.decode(reject.line);
    return event ? std::optional(*event) : std::nullopt;
}

}  // namespace overlord::pipeline
