// The configuration as the log names it: by a digest, without a value. What a start ran with is
// kept in state_dir/config/ beside its salt, so that whoever holds both can show what the entry
// stands for, and nobody can find it out by trying likely settings.
//
//   digest = SHA-256("zk-overlords/config/v1" || 0x00 || salt || settings)
//   salt: 32 random bytes in state_dir/config/salt
//   settings: state_dir/config/DIGEST.toml, one line for each key in the order of the configuration
//             file, then the systems' levels by name
#pragma once

#include <string>

#include "overlord/daemon/config.hpp"

namespace overlord::daemon {

[[nodiscard]] std::string settings_text(const Config& config);

class ConfigLog {
public:
    // Keeps the settings; what was kept before stays.
    [[nodiscard]] static Result<ConfigLog> keep(const Config& config);

    [[nodiscard]] const std::string& digest() const { return digest_; }  // hex
    // Are these the settings that the log named last? If we crash between the entry and told(), the
    // next start names them once more.
    [[nodiscard]] Result<bool> told_before() const;
    [[nodiscard]] Status told() const;

    // A digest of the same kind for what is public of another private digest.
    [[nodiscard]] std::string salted(std::string_view digest) const;

private:
    ConfigLog(Path folder, const Hash& salt) : folder_(std::move(folder)), salt_(salt) {}
    Path folder_;
    Hash salt_;
    std::string digest_;
};

}  // namespace overlord::daemon
