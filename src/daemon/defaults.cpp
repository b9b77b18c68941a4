// What the configuration does not say: the folders of the state and of the rules.

#include "defaults.hpp"

#include <cstdlib>
#include <initializer_list>
#include <system_error>

namespace overlord::daemon {

namespace {

bool has_rule_files(const Path& directory) {
    std::error_code error;
    for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error))
        if (entry->path().extension() == ".pl") return true;
    return false;
}

// The XDG Base Directory Specification has relative values ignored.
std::optional<Path> absolute_variable(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
    if (value == nullptr || !Path(value).is_absolute()) return std::nullopt;
    return Path(value);
}

Status check_socket_path(const std::string& key, const Path& socket) {
    const std::size_t bytes = socket.native().size();
    if (bytes <= kSocketPathBytesMax) return {};
    return Error{"config.value",
                 "key \"" + key + "\": " + socket.string() + " has " + std::to_string(bytes) +
                     " bytes, a Unix socket's path at most " + std::to_string(kSocketPathBytesMax),
                 ErrorClass::kReject};
}

}  // namespace

std::optional<Path> find_default_rules() {
    std::error_code error;
    const Path program = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
    const Path source_tree = program / "../../..";  // build/PRESET/bin
    const bool in_source_tree =
        std::filesystem::exists(source_tree / "config/overlordd.toml", error);

    const std::initializer_list<Path> candidates = {
        program / "rules",
        program / "../share/overlordd/rules",
        in_source_tree ? source_tree / "rules" : Path(),
        OVERLORD_RULES_INSTALLED,
    };
    for (const Path& candidate : candidates)
        if (!candidate.empty() && has_rule_files(candidate))
            return std::filesystem::weakly_canonical(candidate, error);
    return std::nullopt;
}

Status fill_defaults(Config& config) {
    if (config.state_dir.empty()) {
        const std::optional<Path> state = absolute_variable("XDG_STATE_HOME");
        const std::optional<Path> home = absolute_variable("HOME");
        if (!state && !home)
            return Error{"config.home",
                         "neither XDG_STATE_HOME nor HOME is set: give a configuration file that "
                         "sets state_dir",
                         ErrorClass::kReject};
        config.state_dir = state.value_or(home.value_or("") / ".local/state") / "overlordd";
    }
    if (config.repl.socket.empty()) config.repl.socket = config.state_dir / "run/repl.sock";
    if (config.rules.dir.empty()) config.rules.dir = find_default_rules().value_or(Path());

    if (config.witness.mode == WitnessMode::kRequire && config.witness.policy.empty())
        return Error{"config.value",
                     "witness.mode is \"require\", and no witness.policy says which witnesses",
                     ErrorClass::kReject};
    if (config.admin.socket.empty())
        config.admin.socket = config.repl.socket.parent_path() / "admin.sock";
    if (Status fits = check_socket_path("repl.socket", config.repl.socket); !fits) return fits;
    return check_socket_path("admin.socket", config.admin.socket);
}

Result<Config> default_config() {
    Config config;
    if (Status filled = fill_defaults(config); !filled) return filled.error();
    return config;
}

}  // namespace overlord::daemon
