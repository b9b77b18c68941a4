// What the log says about the files beside it. Private to the module.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/crypto/keys.hpp"
#include "overlord/pipeline/snapshot.hpp"
#include "overlord/tlog/merkle.hpp"
#include "overlord/tlog/roster.hpp"

namespace overlord::upkeep {

// A `key` entry.
struct LoggedKey {
    EntryIndex index;
    std::string role;  // log, attestation
    tlog::VerifierKey key;
    tlog::KeyState state = tlog::KeyState::kActive;
};

struct LogFacts {
    bool whole = false;  // false: the journal could not be read to its end
    std::map<std::uint64_t, Hash> roots;                           // after each seal, by tree size
    std::map<std::uint64_t, pipeline::SnapshotEntry> snapshots;    // by records
    std::set<std::string> attestations;                            // digests, hex
    std::map<std::string, std::string> proofs;                     // documents' digests, by those
    std::set<std::string> bundles;                                 // likewise
    std::set<std::string> settings;                                // likewise, salted
    std::set<std::string> configurations;                          // likewise, salted
    std::vector<LoggedKey> keys;  // in the log's order
    std::vector<crypto::PublicKey> attestation_keys;
    std::uint64_t erased_before = 0;  // records below this one may be erased; 0: none is
    [[nodiscard]] tlog::TreeHead head() const;  // of the last seal
};

// From the journal's seals.
[[nodiscard]] LogFacts read_log_facts(const Path& journal);

}  // namespace overlord::upkeep
