// The configuration file: TOML by toml++, each key bound to a member of Config by one table.

#include "overlord/daemon/config.hpp"

#include <algorithm>
#include <functional>
#include <sstream>
#include <utility>

#include <toml++/toml.h>

#include "defaults.hpp"
#include "overlord/base/url.hpp"

namespace overlord::daemon {

namespace {

// ---- One key ----

struct Key {
    std::string name;                             // "ingest.line_timeout_ms"
    std::string expected;                         // "an integer from 100 to 600000"
    std::function<bool(const toml::node&)> read;  // false: not what is expected
    std::function<std::string()> show;            // the value as TOML text
};

std::string in_quotes(std::string_view text) {
    return "\"" + std::string(text) + "\"";
}

Key boolean_key(std::string name, bool& value) {
    const auto read = [&value](const toml::node& node) {
        const std::optional<bool> found = node.value_exact<bool>();
        if (found) value = *found;
        return found.has_value();
    };
    return {std::move(name), "true or false", read, [&value] { return value ? "true" : "false"; }};
}

struct Range {
    std::int64_t least;
    std::int64_t most;
};

Key integer_key(std::string name, std::int64_t& value, Range range) {
    const auto read = [&value, range](const toml::node& node) {
        const std::optional<std::int64_t> found = node.value_exact<std::int64_t>();
        if (!found || *found < range.least || *found > range.most) return false;
        value = *found;
        return true;
    };
    return {std::move(name),
            "an integer from " + std::to_string(range.least) + " to " + std::to_string(range.most),
            read, [&value] { return std::to_string(value); }};
}

template <class Choice>
using Choices = std::vector<std::pair<std::string_view, Choice>>;

template <class Choice>
Key choice_key(std::string name, Choice& value, Choices<Choice> choices) {
    std::string expected;
    for (const auto& [text, choice] : choices) {
        if (!expected.empty()) expected += text == choices.back().first ? " or " : ", ";
        expected += in_quotes(text);
    }
    const auto read = [&value, choices](const toml::node& node) {
        const auto found = node.value_exact<std::string_view>();
        for (const auto& [text, choice] : choices)
            if (found == text) return value = choice, true;
        return false;
    };
    const auto show = [&value, choices] {
        for (const auto& [text, choice] : choices)
            if (choice == value) return in_quotes(text);
        return std::string();
    };
    return {std::move(name), std::move(expected), read, show};
}

Key path_key(std::string name, Path& value, const Path& folder) {
    const auto read = [&value, folder](const toml::node& node) {
        const auto found = node.value_exact<std::string_view>();
        if (!found || found->empty() || found->find('\0') != found->npos) return false;
        value = (folder / *found).lexically_normal();
        return true;
    };
    const auto show = [&value] { return value.empty() ? "" : in_quotes(value.string()); };
    return {std::move(name), "a path", read, show};
}

Key optional_path_key(std::string name, Path& value, const Path& folder) {
    const auto read = [&value, folder](const toml::node& node) {
        const auto found = node.value_exact<std::string_view>();
        if (!found || found->find('\0') != found->npos) return false;
        value = found->empty() ? Path() : (folder / *found).lexically_normal();
        return true;
    };
    return {std::move(name), "a path, or \"\" for none", read,
            [&value] { return in_quotes(value.string()); }};
}

// A century: longer than any record has to be kept.
constexpr Range kKeepDays{0, 36'525};

// ---- The values with a form of their own ----

Key url_key(std::string name, std::string& value) {
    const auto read = [&value](const toml::node& node) {
        const auto found = node.value_exact<std::string_view>();
        if (!found || (!found->empty() && !parse_url(*found))) return false;
        value = *found;
        return true;
    };
    return {std::move(name), "an address like \"http://tsa.example.org/\", or \"\" for none", read,
            [&value] { return in_quotes(value); }};
}

// A signed note's key name (C2SP signed-note): the log's identity stands in every checkpoint.
bool is_origin(std::string_view text) {
    constexpr std::size_t kOriginBytesMax = 200;
    const auto allowed = [](char c) { return c > ' ' && c < '\x7f' && c != '+'; };
    return text.size() <= kOriginBytesMax && std::all_of(text.begin(), text.end(), allowed);
}

Key origin_key(std::string& value) {
    const auto read = [&value](const toml::node& node) {
        const auto found = node.value_exact<std::string_view>();
        if (!found || !is_origin(*found)) return false;
        value = *found;
        return true;
    };
    return {"origin",
            "at most 200 printable ASCII characters without spaces and '+', like "
            "\"overlords.example.org/site1\", or \"\" for a generated one",
            read, [&value] { return in_quotes(value); }};
}

bool is_label(std::string_view text) {
    constexpr std::size_t kLabelBytesMax = 100;
    const auto allowed = [](char c) { return c > ' ' && c < '\x7f' && c != '/'; };
    return !text.empty() && text.size() <= kLabelBytesMax &&
           std::all_of(text.begin(), text.end(), allowed);
}

enum class Tokens { kAllowed, kRefused };

Key key_source_key(std::string name, std::string& value, Tokens tokens) {
    const auto read = [&value, tokens](const toml::node& node) {
        const auto found = node.value_exact<std::string_view>();
        if (!found) return false;
        const std::string_view rest = found->substr(std::min(found->find(':'), found->size()));
        const std::string_view kind = found->substr(0, found->size() - rest.size());
        const bool plain = rest.empty() && (kind == "file" || kind == "sealed");
        const bool named = (kind == "credential" ||
                            (kind == "pkcs11" && tokens == Tokens::kAllowed)) &&
                           is_label(rest.substr(std::min<std::size_t>(1, rest.size())));
        if (plain || named) value = *found;
        return plain || named;
    };
    const std::string token = tokens == Tokens::kAllowed ? " or \"pkcs11:LABEL\"" : "";
    return {std::move(name),
            (tokens == Tokens::kAllowed ? "\"file\", \"sealed\", \"credential:NAME\""
                                        : "\"file\", \"sealed\" or \"credential:NAME\"") +
                token,
            read, [&value] { return in_quotes(value); }};
}

// A file with a secret, or what systemd hands over under a name.
Key secret_file_key(std::string name, Path& value, const Path& folder) {
    const auto read = [&value, folder](const toml::node& node) {
        constexpr std::string_view kCredential = "credential:";
        const auto found = node.value_exact<std::string_view>();
        if (!found || found->find('\0') != found->npos) return false;
        const bool credential = found->starts_with(kCredential);
        if (credential && !is_label(found->substr(kCredential.size()))) return false;
        value = credential || found->empty() ? Path(*found)
                                             : (folder / *found).lexically_normal();
        return true;
    };
    return {std::move(name), "a path, or \"credential:NAME\"", read,
            [&value] { return in_quotes(value.string()); }};
}

Key token_key(std::string name, std::string& value) {
    const auto read = [&value](const toml::node& node) {
        const auto found = node.value_exact<std::string_view>();
        constexpr std::size_t kTokenLabelBytesMax = 32;  // as PKCS#11 has it
        if (!found || found->size() > kTokenLabelBytesMax) return false;
        value = *found;
        return true;
    };
    return {std::move(name), "a token's label of at most 32 bytes", read,
            [&value] { return in_quotes(value); }};
}

// Whether it is a good key is for those to say who use it.
Key verifier_key(std::string name, std::string& value) {
    const auto read = [&value](const toml::node& node) {
        const auto found = node.value_exact<std::string_view>();
        const bool form = found && (found->empty() || std::count(found->begin(), found->end(),
                                                                 '+') >= 2);
        if (form) value = *found;
        return form;
    };
    return {std::move(name), "a verifier key NAME+HEXID+BASE64", read,
            [&value] { return in_quotes(value); }};
}

// This version speaks no TLS: events from elsewhere must come through something that does.
Key ingest_listen_key(net::Endpoint& value) {
    const auto read = [&value](const toml::node& node) {
        const Result<net::Endpoint> found =
            net::parse_endpoint(node.value_exact<std::string_view>().value_or(""));
        if (!found || !found->loopback) return false;
        value = *found;
        return true;
    };
    return {"ingest.listen",
            "a loopback address and port like \"127.0.0.1:7420\" (beyond loopback only with TLS, "
            "which this version has not)",
            read, [&value] { return in_quotes(value.text()); }};
}

Key http_listen_key(std::optional<net::Endpoint>& value) {
    const auto read = [&value](const toml::node& node) {
        const auto text = node.value_exact<std::string_view>();
        const Result<net::Endpoint> found = net::parse_endpoint(text.value_or(""));
        value = found ? std::optional(*found) : std::nullopt;
        return found.has_value() || text == "";
    };
    return {"http.listen", "an address and port like \"127.0.0.1:7480\", or \"\" for off", read,
            [&value] { return in_quotes(value ? value->text() : ""); }};
}

// ---- The table of keys, in the order of config/overlordd.toml ----

std::vector<Key> keys_of(Config& config, const Path& folder) {
    return {
        path_key("state_dir", config.state_dir, folder),
        origin_key(config.origin),
        ingest_listen_key(config.ingest.listen),
        integer_key("ingest.line_timeout_ms", config.ingest.line_timeout_ms, {100, 600'000}),
        integer_key("ingest.connections_max", config.ingest.connections_max, {1, 100'000}),
        integer_key("ingest.queue_bytes", config.ingest.queue_bytes, {1 << 20, 1ll << 32}),
        path_key("repl.socket", config.repl.socket, folder),
        integer_key("repl.sessions_max", config.repl.sessions_max, {1, 1'000}),
        integer_key("repl.answer_bytes_max", config.repl.answer_bytes_max, {4'096, 1 << 30}),
        integer_key("repl.answer_seconds_max", config.repl.answer_seconds_max, {1, 3'600}),
        path_key("admin.socket", config.admin.socket, folder),
        http_listen_key(config.http.listen),
        path_key("rules.dir", config.rules.dir, folder),
        choice_key<ChangeControl>(
            "rules.change_control", config.rules.change_control,
            {{"none", ChangeControl::kNone}, {"required", ChangeControl::kRequired}}),
        boolean_key("keys.create", config.keys.create),
        key_source_key("keys.log", config.keys.log, Tokens::kAllowed),
        key_source_key("keys.attestation", config.keys.attestation, Tokens::kRefused),
        secret_file_key("keys.passphrase", config.keys.passphrase, folder),
        optional_path_key("keys.pkcs11_module", config.keys.pkcs11_module, folder),
        token_key("keys.pkcs11_token", config.keys.pkcs11_token),
        secret_file_key("keys.pkcs11_pin", config.keys.pkcs11_pin, folder),
        boolean_key("keys.bind_place", config.keys.bind_place),
        optional_path_key("succession.predecessor", config.succession.predecessor, folder),
        verifier_key("succession.predecessor_key", config.succession.predecessor_key),
        choice_key<ClockSource>("clock.source", config.clock.source,
                                {{"wall", ClockSource::kWall}, {"event", ClockSource::kEvent}}),
        integer_key("journal.segment_mib", config.journal.segment_mib, {1, 1'024}),
        integer_key("seal.interval_ms", config.seal.interval_ms, {10, 60'000}),
        integer_key("scrub.kib_per_second", config.scrub.kib_per_second, {0, 1 << 20}),
        integer_key("scrub.interval_h", config.scrub.interval_h, {0, 24 * 366}),
        integer_key("engine.inferences_max", config.engine.inferences_max, {1'000, 1'000'000'000}),
        integer_key("engine.stack_mib", config.engine.stack_mib, {64, 16'384}),
        integer_key("engine.snapshot_records", config.engine.snapshot_records,
                    {1'000, 1'000'000'000}),
        integer_key("attest.interval_s", config.attest.interval_s, {0, 31 * 86'400}),
        boolean_key("attest.on_change", config.attest.on_change),
        boolean_key("attest.publish", config.attest.publish),
        integer_key("proof.slot_s", config.proof.slot_s, {0, 86'400}),
        integer_key("proof.systems_max", config.proof.systems_max, {0, kSystemsMax}),
        integer_key("completeness.heartbeat_s", config.completeness.heartbeat_s, {0, 86'400}),
        integer_key("completeness.gap_grace_s", config.completeness.gap_grace_s, {0, 86'400}),
        optional_path_key("witness.policy", config.witness.policy, folder),
        choice_key<WitnessMode>(
            "witness.mode", config.witness.mode,
            {{"best_effort", WitnessMode::kBestEffort}, {"require", WitnessMode::kRequire}}),
        url_key("timestamp.url", config.timestamp.url),
        integer_key("timestamp.interval_s", config.timestamp.interval_s, {1, 31 * 86'400}),
        integer_key("retention.keep_days", config.retention.keep_days, kKeepDays),
        integer_key("retention.rejects_keep_days", config.retention.rejects_keep_days, kKeepDays),
        choice_key<LogLevel>("log.level", config.log.level,
                             {{"debug", LogLevel::kDebug},
                              {"info", LogLevel::kInfo},
                              {"warning", LogLevel::kWarning},
                              {"error", LogLevel::kError}}),
        choice_key<LogFormat>("log.format", config.log.format,
                              {{"text", LogFormat::kText}, {"json", LogFormat::kJson}}),
    };
}

// ---- Problems ----

struct Problem {
    toml::source_position at;
    std::string code;
    std::string text;
};

// "10s" as it stands in the file; a section or list by its kind.
std::string describe(const toml::node& node) {
    constexpr std::size_t kShownBytesMax = 60;
    if (node.is_table()) return "a section";
    if (node.is_array()) return "a list";
    std::ostringstream text;
    text << toml::toml_formatter(node, toml::format_flags::none);  // strings quoted and escaped
    std::string shown = text.str();
    if (shown.size() > kShownBytesMax) shown = shown.substr(0, kShownBytesMax) + "...";
    return shown;
}

// Levenshtein's distance: single-character insertions, deletions and substitutions.
std::size_t distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> row(right.size() + 1);
    for (std::size_t j = 0; j <= right.size(); ++j) row[j] = j;
    for (std::size_t i = 0; i < left.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < right.size(); ++j) {
            const std::size_t replaced = diagonal + (left[i] == right[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
        }
    }
    return row.back();
}

// Walks the parsed file and gathers every problem, so that one run shows all of them.
class Reader {
public:
    Reader(Config& config, const Path& folder) : config_(config), keys_(keys_of(config, folder)) {}

    void read(const toml::table& file) {
        for (const auto& [key, node] : file) {
            const std::string name(key.str());
            if (name == "systems")
                read_systems(node);
            else if (is_section(name))
                read_section(name, node);
            else
                read_value(name, key.source().begin, node);
        }
    }

    [[nodiscard]] std::vector<Problem> take_problems() { return std::move(problems_); }

private:
    bool is_section(std::string_view name) const {
        const std::string prefix = std::string(name) + ".";
        return std::any_of(keys_.begin(), keys_.end(),
                           [&](const Key& key) { return key.name.rfind(prefix, 0) == 0; });
    }

    void read_section(const std::string& name, const toml::node& node) {
        const toml::table* section = node.as_table();
        if (section == nullptr) return wrong_value(name, node, "a section, written [" + name + "]");
        for (const auto& [key, value] : *section) {
            const std::string full = name + "." + std::string(key.str());
            if (full == "retention.classes")
                read_classes(value);
            else
                read_value(full, key.source().begin, value);
        }
    }

    void read_classes(const toml::node& node) {
        const toml::table* classes = node.as_table();
        if (classes == nullptr)
            return wrong_value("retention.classes", node,
                               "sections, written [retention.classes.NAME]");
        for (const auto& [key, value] : *classes) read_class(std::string(key.str()), value);
    }

    void read_class(const std::string& name, const toml::node& node) {
        const std::string prefix = "retention.classes." + name;
        const toml::table* section = node.as_table();
        if (section == nullptr)
            return wrong_value(prefix, node, "a section, written [" + prefix + "]");
        Config::Retention::Class& kept = config_.retention.classes[name];
        Key days = integer_key(prefix + ".keep_days", kept.keep_days, {1, kKeepDays.most});
        for (const auto& [key, value] : *section) {
            if (key.str() == "systems")
                read_names(prefix + ".systems", value, kept.systems);
            else if (key.str() != "keep_days")
                unknown_key(prefix + "." + std::string(key.str()), key.source().begin);
            else if (!days.read(value))
                wrong_value(days.name, value, days.expected);
        }
        if (kept.keep_days == 0 || kept.systems.empty())
            wrong_value(prefix, node, "keep_days and systems in it");
    }

    void read_names(const std::string& name, const toml::node& node,
                    std::vector<std::string>& names) {
        const std::string expected = "a list of systems like [\"press_1\", \"gateway_*\"]";
        const toml::array* list = node.as_array();
        if (list == nullptr || list->empty()) return wrong_value(name, node, expected);
        for (const toml::node& item : *list) {
            const std::string system = item.value_exact<std::string>().value_or("");
            if (system.empty()) return wrong_value(name, item, expected);
            names.push_back(system);
        }
    }

    void read_value(const std::string& name, toml::source_position at, const toml::node& node) {
        const auto known = std::find_if(keys_.begin(), keys_.end(),
                                        [&](const Key& key) { return key.name == name; });
        if (known == keys_.end()) return unknown_key(name, at);
        if (!known->read(node)) wrong_value(name, node, known->expected);
    }

    void read_systems(const toml::node& node) {
        const toml::table* systems = node.as_table();
        if (systems == nullptr)
            return wrong_value("systems", node, "sections, written [systems.NAME]");
        if (systems->size() > kSystemsMax)
            return wrong_value("systems", node,
                               "at most " + std::to_string(kSystemsMax) + " systems");
        for (const auto& [key, value] : *systems) read_system(std::string(key.str()), value);
    }

    void read_system(const std::string& name, const toml::node& node) {
        const toml::table* system = node.as_table();
        if (system == nullptr)
            return wrong_value("systems." + name, node,
                               "a section, written [systems." + name + "]");
        for (const auto& [key, value] : *system) {
            if (key.str() == "levels")
                read_levels(name, value);
            else
                unknown_key("systems." + name + "." + std::string(key.str()), key.source().begin);
        }
        config_.systems.try_emplace(name);
    }

    void read_levels(const std::string& system, const toml::node& node) {
        const std::string name = "systems." + system + ".levels";
        const std::string expected = "a list of levels like [\"telecoms\", \"trading\"], each once";
        const toml::array* list = node.as_array();
        if (list == nullptr || list->empty()) return wrong_value(name, node, expected);
        std::vector<std::string> levels;
        for (const toml::node& item : *list) {
            const std::string level = item.value_exact<std::string>().value_or("");
            const bool again = std::find(levels.begin(), levels.end(), level) != levels.end();
            if (!is_level(level) || again) return wrong_value(name, item, expected);
            levels.push_back(level);
        }
        config_.systems[system] = std::move(levels);
    }

    // A pack's name; whether the bundle has it is known when the rules are loaded.
    static bool is_level(std::string_view text) {
        constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
        constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789_";
        return !text.empty() && kLetters.find(text.front()) != kLetters.npos &&
               text.find_first_not_of(kAllowed) == text.npos;
    }

    void unknown_key(const std::string& name, toml::source_position at) {
        std::string text = "key " + in_quotes(name) + " is not known";
        const std::string close = closest(name);
        if (!close.empty()) text += " (did you mean " + in_quotes(close) + "?)";
        problems_.push_back({at, "config.unknown_key", std::move(text)});
    }

    // The known key nearest to `name`, also in another section; empty if none is near.
    std::string closest(const std::string& name) const {
        const auto last_part = [](std::string_view key) { return key.substr(key.rfind('.') + 1); };
        std::string best;
        std::size_t best_distance = std::max<std::size_t>(2, name.size() / 4) + 1;
        for (const Key& key : keys_) {
            const bool same_last = last_part(name) == last_part(key.name);  // the wrong section
            const std::size_t d = same_last ? 1 : distance(name, key.name);
            if (d >= best_distance) continue;
            best = key.name;
            best_distance = d;
        }
        return best;
    }

    void wrong_value(const std::string& name, const toml::node& node, const std::string& expected) {
        problems_.push_back(
            {node.source().begin, "config.value",
             "key " + in_quotes(name) + ": expected " + expected + ", found " + describe(node)});
    }

    Config& config_;
    std::vector<Key> keys_;
    std::vector<Problem> problems_;
};

std::string place(const Path& file, toml::source_position at) {
    return file.string() + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": ";
}

Error to_error(const Path& file, std::vector<Problem> problems) {
    std::stable_sort(problems.begin(), problems.end(),
                     [](const Problem& l, const Problem& r) { return l.at < r.at; });
    std::string text;
    for (const Problem& problem : problems)
        text += (text.empty() ? "" : "\n") + place(file, problem.at) + problem.text;
    return {problems.front().code, std::move(text), ErrorClass::kReject};
}

// toml++ throws what cannot be parsed (the packaged library is built so); it ends here.
Result<toml::table> parse_toml(std::string_view text, const Path& file) {
    try {
        return toml::parse(text, file.string());
    } catch (const toml::parse_error& error) {
        return Error{"config.syntax",
                     place(file, error.source().begin) + std::string(error.description()),
                     ErrorClass::kReject};
    }
}

}  // namespace

Result<Config> parse_config(std::string_view text, const Path& file) {
    Result<toml::table> parsed = parse_toml(text, file);
    if (!parsed) return parsed.error();

    Config config;
    std::error_code error;
    Reader reader(config, std::filesystem::absolute(file, error).parent_path());
    reader.read(*parsed);
    if (std::vector<Problem> problems = reader.take_problems(); !problems.empty())
        return to_error(file, std::move(problems));
    if (Status filled = fill_defaults(config); !filled)
        return with_context(filled.error(), file.string());
    return config;
}

Result<Config> load_config(const Path& file) {
    Result<std::string> text = read_text_file(file, kConfigBytesMax);
    if (!text) return Error{"config.read", text.error().message, ErrorClass::kReject};
    return parse_config(*text, file);
}

std::vector<Setting> settings(const Config& config) {
    Config copy = config;
    std::vector<Setting> list;
    for (const Key& key : keys_of(copy, Path()))
        list.push_back({key.name, key.show(), key.expected});
    return list;
}

}  // namespace overlord::daemon
