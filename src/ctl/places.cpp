#include "places.hpp"

#include "overlord/daemon/config.hpp"

namespace overlord::ctl {

Result<Places> find_places(const Options& options) {
    const std::optional<std::string> file = options.value("--config");
    Result<daemon::Config> config = file ? daemon::load_config(*file) : daemon::default_config();
    if (!config) return config.error();
    Places places;
    places.ingest = options.value_or("--to", daemon::to_text(config->ingest.listen));
    places.state_dir = options.value_or("--state", config->state_dir.string());
    const std::string http = config->http.listen ? daemon::to_text(*config->http.listen) : "";
    places.http = options.value_or("--http", http);
    // Where only the state directory is given, the sockets are looked for in it.
    places.socket = config->repl.socket;
    places.admin = config->admin.socket;
    if (options.has("--state") && !file) {
        places.socket = places.state_dir / "run" / "repl.sock";
        places.admin = places.state_dir / "run" / "admin.sock";
    }
    if (const auto admin = options.value("--admin")) places.admin = *admin;
    if (const auto socket = options.value("--socket")) places.socket = *socket;
    return places;
}

}  // namespace overlord::ctl
