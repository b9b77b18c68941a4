// A sample of records drawn by a checkpoint's root, as a folder for an auditor: which records are
// drawn, the manifest, and the check of all of it with the log's key only (docs/formats/sample.md).
// Without network, Prolog or the daemon's parts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/attest/report.hpp"
#include "overlord/base/bytes.hpp"
#include "overlord/base/file.hpp"
#include "overlord/base/time.hpp"
#include "overlord/tlog/merkle.hpp"
#include "event_sample.hpp"
#include "quorum.hpp"

namespace overlord::ctl {

inline constexpr std::uint64_t kSampleMax = 10'000;  // records; a proof has 2 to 100 KB
inline constexpr const char* kManifestName = "manifest.json";

// `count` different numbers below `records`, in the order in which they are drawn; all of them
// where there are no more. Nobody chooses: the root was signed before.
[[nodiscard]] std::vector<std::uint64_t> draw(const Hash& root, std::uint64_t records,
                                              std::uint64_t count);

// An entry with its inclusion under the checkpoint.
struct ProvenEntry {
    std::uint64_t index = 0;
    std::string entry;
    tlog::Proof proof;
};

struct SampleManifest {
    std::string checkpoint;  // the signed note
    bool witnessed = false;  // by what its maker's log says
    std::uint64_t records = 0;
    std::vector<std::uint64_t> drawn;
    std::vector<std::uint64_t> erased;  // of those: there is no proof of what they said
    std::optional<ProvenEntry> erasure;  // the log's last one; only with `erased`
    // The last block and all entries behind it: they show how many records there are.
    std::vector<ProvenEntry> tail;
    std::map<std::string, std::uint64_t> kinds;    // all records by kind, "erased" too
    std::map<std::string, std::uint64_t> sources;  // all events by source
    TimeNs first_at = 0, last_at = 0;              // of the records that can be read
};

[[nodiscard]] std::string to_json(const SampleManifest& manifest);
[[nodiscard]] Result<SampleManifest> parse_manifest(std::string_view text);  // sample.malformed
[[nodiscard]] std::string proof_name(std::uint64_t record);                  // record-17.json

[[nodiscard]] bool is_sample(const Path& directory);
// `expect`: what drawn events add to event-bound slots by the verifier's own rules, if it has any.
[[nodiscard]] attest::Report verify_sample(const Path& directory, const Trust& trust,
                                           const ExpectContributions& expect = {});

}  // namespace overlord::ctl
