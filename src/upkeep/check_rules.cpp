// rules/: every bundle that was ever active under its digest, which one is, and the engine's
// settings. Replay needs them all.
#include "checks.hpp"
#include "overlord/crypto/sha256.hpp"
#include "overlord/pipeline/archive.hpp"
#include "overlord/rules/bundle.hpp"

namespace overlord::upkeep {
namespace {

constexpr std::uint64_t kPointerBytesMax = 4096;
constexpr std::uint64_t kConfigBytesMax = 16u << 20;

std::vector<std::string> directories(const Path& parent) {
    std::vector<std::string> names;
    std::error_code failure;
    for (std::filesystem::directory_iterator at(parent, failure), end; !failure && at != end;
         at.increment(failure)) {
        if (at->is_directory(failure)) names.push_back(at->path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

void check_bundle(const Checked& checked, const std::string& digest) {
    const std::string folder = "rules/" + digest;
    const Result<pipeline::RuleSet> rules = pipeline::Archive(checked.state_dir).rules(digest);
    if (!rules) return checked.found(folder, rules.error().message);
    ++checked.report.files.bundles;
    std::vector<prolog::SourceFile> files;
    for (const evaluate::NamedText& file : rules->files) files.push_back({file.name, file.text});
    if (to_hex(rules::bundle_digest(files)) != digest) {
        checked.found(folder, "one of its files was changed, or one is missing: the digest of all "
                              "is not the folder's name");
    }
    for (const std::string& name : checked.files(folder)) {
        if (name.ends_with(".pl")) continue;
        checked.note(folder + "/" + name, is_temporary(name) ? "a write that was cut short"
                                                             : "nobody knows this file");
    }
}

void check_settings(const Checked& checked) {
    const std::string folder = "rules/settings";
    for (const std::string& name : checked.files(folder)) {
        const std::string file = folder + "/" + name;
        if (name == "last") {
            const std::optional<std::string> last = checked.text(file, kPointerBytesMax);
            const Path named = checked.state_dir / folder / last.value_or("");
            if (last && (!hash_from_hex(*last) || !std::filesystem::exists(named))) {
                checked.found(file, "names settings that are not here");
            }
            continue;
        }
        if (!hash_from_hex(name)) {
            checked.note(file, is_temporary(name) ? "a write that was cut short"
                                                  : "nobody knows this file");
            continue;
        }
        const Result<evaluate::Config> settings =
            pipeline::Archive(checked.state_dir).settings(name);
        ++checked.report.files.settings;
        if (!settings) checked.found(file, settings.error().message);
    }
}

// What the log says was active has to be here.
void check_presence(const Checked& checked, const std::set<std::string>& bundles) {
    for (const std::string& digest : checked.facts.bundles) {
        if (bundles.contains(digest)) continue;
        checked.found("rules/" + digest, "missing: the log says that this bundle was active");
    }
}

// config/: each configuration under the salted digest that the log has of it, and with the same
// salt what the log says of the engine's settings.
void check_config(const Checked& checked) {
    const std::optional<std::string> text = checked.text("config/salt", kPointerBytesMax);
    Hash salt{};
    if (text && text->size() != salt.size()) return checked.found("config/salt", "is not 32 bytes");
    if (!text) {
        if (checked.facts.configurations.empty()) return;
        return checked.found("config/salt", "missing: the log names configurations under it");
    }
    std::copy(text->begin(), text->end(), salt.begin());
    checked.report.files.others += 1;
    std::set<std::string> known;
    bool any_right = false;
    for (const std::string& name : checked.files("config")) {
        const std::string file = "config/" + name;
        const std::optional<std::string> content =
            name == "salt" ? std::nullopt : checked.text(file, kConfigBytesMax);
        if (!content) continue;
        checked.report.files.others += 1;
        if (name == "told") {
            const std::string named = content->substr(0, content->find('\n'));
            const Path kept = checked.state_dir / "config" / (named + ".toml");
            if (*content != named + "\n" || !std::filesystem::exists(kept)) {
                checked.found(file, "names a configuration that is not here");
            }
        } else if (name.ends_with(".toml")) {
            known.insert(name);
            const bool right = pipeline::salted_config_digest(salt, *content) + ".toml" == name;
            any_right = any_right || right;
            if (!right) checked.found(file, "is not what its name is the digest of");
        } else {
            checked.note(file, is_temporary(name) ? "a write that was cut short"
                                                  : "nobody knows this file");
        }
    }
    if (!known.empty() && !any_right) {
        checked.found("config/salt", "no configuration has its name's digest under this salt");
    }
    for (const std::string& digest : checked.facts.configurations) {
        if (known.contains(digest + ".toml")) continue;
        checked.found("config/" + digest + ".toml", "missing: the log names this configuration");
    }
    std::set<std::string> settings;
    for (const std::string& name : checked.files("rules/settings")) {
        settings.insert(pipeline::salted_config_digest(salt, name));
    }
    for (const std::string& digest : checked.facts.settings) {
        if (settings.contains(digest)) continue;
        checked.found("rules/settings", "settings that the log names are missing");
    }
}

}  // namespace

void check_rules(const Checked& checked) {
    std::set<std::string> bundles;
    for (const std::string& name : directories(checked.state_dir / "rules")) {
        if (name == "settings") continue;
        if (!hash_from_hex(name)) {
            checked.note("rules/" + name, "nobody knows this folder");
            continue;
        }
        bundles.insert(name);
        check_bundle(checked, name);
    }
    for (const std::string& name : checked.files("rules")) {
        const std::string file = "rules/" + name;
        if (name == "active") {
            const std::optional<std::string> active = checked.text(file, kPointerBytesMax);
            if (active && (!active->ends_with('\n') ||
                           !bundles.contains(active->substr(0, active->size() - 1)))) {
                checked.found(file, "names a bundle that is not here");
            }
        } else {
            checked.note(file, is_temporary(name) ? "a write that was cut short"
                                                  : "nobody knows this file");
        }
    }
    check_settings(checked);
    check_config(checked);
    check_presence(checked, bundles);
}

}  // namespace overlord::upkeep
