// What opens the name of a stream in a sample: its tag, which the log's key makes the only one of
// its control and system, and which of its generations it is. Without network or Prolog.
#pragma once

#include <string>

#include "overlord/attest/bundle.hpp"
#include "overlord/zk/stream_tag.hpp"

namespace overlord::ctl {

struct OpenedName {
    Hash stream{};
    zk::StreamTag tag;
    std::uint32_t generation = 0;
    std::string system;
    std::string entry;  // the plan entry's text
    DurationNs slot_ns = 0;
};

// Under what a sample's names are checked.
struct NamingGround {
    std::string origin;  // of the log
    attest::StreamsEntry announced;
};

// The entry in which the log of `head` announced how it names streams. Code sample.slot.
[[nodiscard]] Result<NamingGround> read_naming(const attest::ProvenEntry& entry,
                                               const std::string& origin,
                                               const tlog::TreeHead& head);

// Code sample.slot: the name is not that of its system and control, or its slots have another
// length than the log's.
[[nodiscard]] Status check_name(const OpenedName& name, const NamingGround& ground);

}  // namespace overlord::ctl
