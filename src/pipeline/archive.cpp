#include "overlord/pipeline/archive.hpp"

#include <utility>

#include "overlord/crypto/sha256.hpp"

namespace overlord::pipeline {
namespace {

constexpr std::uint64_t kRuleFileBytesMax = 1u << 20;
constexpr std::string_view kConfigDomain{"zk-overlords/config/v1\0", 23};

bool is_digest(const std::string& text) {
    return hash_from_hex(text).has_value();
}

}  // namespace

std::string salted_config_digest(const Hash& salt, std::string_view text) {
    return to_hex(crypto::sha256({as_bytes(kConfigDomain), salt, as_bytes(text)}));
}

Status Archive::keep(const RuleSet& rules) const {
    const Path folder = directory_ / rules.digest;
    if (Status made = make_directories(folder); !made) return made;
    for (const evaluate::NamedText& file : rules.files) {
        Result<std::string> kept = read_text_file(folder / file.name, kRuleFileBytesMax);
        if (kept && *kept == file.text) continue;
        if (Status written = write_file_durable(folder / file.name, as_bytes(file.text), 0400);
            !written)
            return written;
    }
    return {};
}

Status Archive::set_active(const std::string& digest) const {
    Result<std::string> present = read_text_file(directory_ / "active", 4096);
    if (present && *present == digest + "\n") return {};
    return write_file_durable(directory_ / "active", as_bytes(digest + "\n"));
}

Result<std::optional<RuleSet>> Archive::active() const {
    Result<std::string> digest = read_text_file(directory_ / "active", 4096);
    if (!digest && digest.error().code == "io.enoent") return std::optional<RuleSet>();
    if (!digest) return std::move(digest).error();
    while (!digest->empty() && digest->back() == '\n') digest->pop_back();
    Result<RuleSet> found = rules(*digest);
    if (!found) return std::move(found).error();
    return std::optional<RuleSet>(std::move(*found));
}

Result<RuleSet> Archive::rules(const std::string& digest) const {
    const Path folder = directory_ / digest;
    if (!is_digest(digest))
        return Error{"rules.archive", "\"" + digest + "\" is no bundle's digest",
                     ErrorClass::kFatal};
    Result<std::vector<std::string>> names = list_files(folder);
    if (!names) return with_context(std::move(names).error(), "archived rules");
    RuleSet found{digest, {}};
    for (const std::string& name : *names) {
        if (!name.ends_with(".pl")) continue;
        Result<std::string> text = read_text_file(folder / name, kRuleFileBytesMax);
        if (!text) return std::move(text).error();
        found.files.push_back({name, std::move(*text)});
    }
    return found;
}

std::string settings_digest(const evaluate::Config& settings) {
    return to_hex(crypto::sha256(evaluate::encode(evaluate::LoadMessage{{}, settings})));
}

Result<std::string> Archive::keep_settings(const evaluate::Config& settings) const {
    const Bytes bytes = evaluate::encode(evaluate::LoadMessage{{}, settings});
    std::string digest = settings_digest(settings);
    const Path folder = directory_ / "settings";
    if (Status made = make_directories(folder); !made) return std::move(made).error();
    const Path last = folder / "last";
    Result<std::string> present = read_text_file(last, 4096);
    if (present && *present == digest) return digest;
    if (Status written = write_file_durable(folder / digest, bytes, 0400); !written)
        return std::move(written).error();
    if (Status written = write_file_durable(last, as_bytes(digest)); !written)
        return std::move(written).error();
    return digest;
}

Result<std::optional<evaluate::Config>> Archive::last_settings() const {
    Result<std::string> digest = read_text_file(directory_ / "settings" / "last", 4096);
    if (!digest && digest.error().code == "io.enoent") return std::optional<evaluate::Config>();
    if (!digest) return std::move(digest).error();
    Result<evaluate::Config> last = settings(*digest);
    if (!last) return std::move(last).error();
    return std::optional<evaluate::Config>(std::move(*last));
}

Result<evaluate::Config> Archive::settings(const std::string& digest) const {
    const Path file = directory_ / "settings" / digest;
    Result<Bytes> bytes = read_file(file, 16u << 20);
    if (!bytes) return with_context(std::move(bytes).error(), "archived settings");
    if (to_hex(crypto::sha256(*bytes)) != digest)
        return Error{"rules.archive", file.string() + " was changed: restore it",
                     ErrorClass::kFatal};
    Result<evaluate::LoadMessage> load = evaluate::decode_load(*bytes);
    if (!load) return with_context(std::move(load).error(), file.string());
    return std::move(load->config);
}

}  // namespace overlord::pipeline
