// The checks of single kinds of files, and what they have in common. Private to the module.
#pragma once

#include <string>
#include <vector>

#include "log_facts.hpp"
#include "overlord/tlog/checkpoint.hpp"
#include "overlord/upkeep/state_check.hpp"

namespace overlord::upkeep {

struct Checked {
    const Path& state_dir;
    const LogFacts& facts;
    const std::vector<tlog::VerifierKey>& keys;
    std::optional<tlog::Checkpoint> published;  // as it stands in log/checkpoint; not verified here
    StateReport& report;

    void found(std::string file, std::string cause, std::string place = {}) const;
    void note(std::string file, std::string text) const;
    void not_checked(std::string what) const;

    // The text of a file of at most `bytes_max` bytes; nullopt where it is absent, or cannot be
    // read, which is then reported.
    [[nodiscard]] std::optional<std::string> text(const std::string& file,
                                                  std::uint64_t bytes_max) const;
    // Names of the regular files in a directory below the state, sorted; none where it is absent.
    [[nodiscard]] std::vector<std::string> files(const std::string& directory) const;
};

void check_keys(const Checked& checked);
void check_rosters(const Checked& checked);
void check_snapshots(const Checked& checked);
void check_rules(const Checked& checked);
void check_attestations(const Checked& checked);
void check_proofs(const Checked& checked);
// What the log keeps beside its tree: the checkpoint that witnesses cosigned, and time stamps.
void check_published(const Checked& checked);
// origin, lock, crash.marker, quarantine, and names that nobody knows.
void check_others(const Checked& checked);

// A write that a crash cut short: the file behind it is whole, and the next write replaces it.
[[nodiscard]] inline bool is_temporary(std::string_view name) { return name.ends_with(".tmp"); }

}  // namespace overlord::upkeep
