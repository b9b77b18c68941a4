// Which witnesses have cosigned what is verified, and whether they are enough.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "key_ring.hpp"
#include "overlord/attest/report.hpp"
#include "overlord/base/file.hpp"
#include "overlord/tlog/policy.hpp"

namespace overlord::ctl {

struct KeptCheckpoint {
    std::string file;
    std::string note;
};

// What a verifier trusts, all of it from the command line.
struct Trust {
    Keys keys;  // of logs, attestations and witnesses; those of the policy are among them
    std::optional<tlog::Policy> policy;
    std::vector<KeptCheckpoint> kept;  // by the verifier, from earlier visits
};

// The keys of --key and the policy of --policy. Code: usage, naming file and line.
[[nodiscard]] Result<Trust> read_trust(std::span<const std::string> keys,
                                       const std::optional<std::string>& policy_file);

// Whether the checkpoint carries the policy's quorum; true where there is no policy. Lines that do
// not verify count nothing here; check_cosignatures() tells them.
[[nodiscard]] bool has_quorum(std::string_view note, const Trust& trust);

// Adds who has cosigned the checkpoint `note` to a report that is valid so far, and takes the
// validity away where a cosignature is wrong or the policy's quorum is not reached.
void check_cosignatures(std::string_view note, const Trust& trust, attest::Report& report);

// The checkpoint inside an event proof or a proof bundle; empty where there is none.
[[nodiscard]] std::string checkpoint_of(std::string_view document);

}  // namespace overlord::ctl
