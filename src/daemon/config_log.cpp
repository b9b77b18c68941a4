#include "config_log.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "overlord/crypto/keys.hpp"
#include "overlord/pipeline/archive.hpp"

namespace overlord::daemon {
namespace {

Result<Hash> salt_of(const Path& folder) {
    Hash salt{};
    const Path file = folder / "salt";
    Result<Bytes> kept = read_file(file, 4096);
    if (kept) {
        if (kept->size() != salt.size())
            return Error{"config.salt", file.string() + " has not 32 bytes: restore it",
                         ErrorClass::kFatal};
        std::copy(kept->begin(), kept->end(), salt.begin());
        return salt;
    }
    if (kept.error().code != "io.enoent") return kept.error();
    crypto::random_bytes(salt);
    if (Status written = write_file_durable(file, salt, 0400); !written)
        return std::move(written).error();
    return salt;
}

}  // namespace

std::string settings_text(const Config& config) {
    std::string text;
    for (const Setting& setting : settings(config))
        text += setting.key + " = " + (setting.value.empty() ? "\"\"" : setting.value) + "\n";
    for (const auto& [system, levels] : config.systems)
        text += "systems." + nlohmann::json(system).dump() +
                ".levels = " + nlohmann::json(levels).dump() + "\n";
    return text;
}

Result<ConfigLog> ConfigLog::keep(const Config& config) {
    const Path folder = config.state_dir / "config";
    if (Status made = make_directories(folder, 0700); !made) return std::move(made).error();
    const Result<Hash> salt = salt_of(folder);
    if (!salt) return salt.error();
    ConfigLog log(folder, *salt);
    const std::string text = settings_text(config);
    log.digest_ = log.salted(text);
    const Path file = folder / (log.digest_ + ".toml");
    const Result<std::string> kept = read_text_file(file, kConfigBytesMax);
    if (kept && *kept == text) return log;
    if (Status written = write_file_durable(file, as_bytes(text), 0400); !written)
        return std::move(written).error();
    return log;
}

std::string ConfigLog::salted(std::string_view text) const {
    return pipeline::salted_config_digest(salt_, text);
}

Result<bool> ConfigLog::told_before() const {
    const Result<std::string> last = read_text_file(folder_ / "told", 4096);
    if (last) return *last == digest_ + "\n";
    if (last.error().code == "io.enoent") return false;
    return last.error();
}

Status ConfigLog::told() const {
    return write_file_durable(folder_ / "told", as_bytes(digest_ + "\n"));
}

}  // namespace overlord::daemon
