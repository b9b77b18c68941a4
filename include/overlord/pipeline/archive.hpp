// What verdicts depended on besides the records, kept for replay: every bundle of rules that was
// ever active (state_dir/rules/DIGEST/*.pl), which one is (rules/active), and the engine's settings
// (rules/settings/DIGEST). Any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/evaluate/messages.hpp"

namespace overlord::pipeline {

struct RuleSet {
    std::string digest;  // hex
    std::vector<evaluate::NamedText> files;
};

// What the public log says of a configuration or of settings: SHA-256("zk-overlords/config/v1" ||
// 0x00 || salt || text) in hex. The salt of a state is in state_dir/config/salt; without it the
// digest tells nothing about a text that can be guessed.
[[nodiscard]] std::string salted_config_digest(const Hash& salt, std::string_view text);

// The SHA-256 of their encoding (hex), as start records name them ("limits").
[[nodiscard]] std::string settings_digest(const evaluate::Config& settings);

class Archive {
public:
    explicit Archive(const Path& state_dir) : directory_(state_dir / "rules") {}

    // Durable before this returns; a bundle that is there is left as it is.
    [[nodiscard]] Status keep(const RuleSet& rules) const;
    [[nodiscard]] Status set_active(const std::string& digest) const;

    // The bundle that was active last; empty on a first start.
    [[nodiscard]] Result<std::optional<RuleSet>> active() const;
    // Whoever loads it compares the digest that the engine reports: the files may have been
    // changed.
    [[nodiscard]] Result<RuleSet> rules(const std::string& digest) const;

    // The settings that decide verdicts, by their digest.
    [[nodiscard]] Result<std::string> keep_settings(const evaluate::Config& settings) const;
    [[nodiscard]] Result<evaluate::Config> settings(const std::string& digest) const;
    // Those kept last; empty on a first start.
    [[nodiscard]] Result<std::optional<evaluate::Config>> last_settings() const;

private:
    Path directory_;
};

}  // namespace overlord::pipeline
