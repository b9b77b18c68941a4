// The administration socket: which commands the daemon obeys. Each is added by the part that does
// it and is recorded by it; here is only the list.
#include "daemon.hpp"
#include "succession.hpp"

namespace overlord::daemon {

Status Daemon::administer() {
    std::error_code ignored;  // a path that cannot be made fails below, with its reason
    std::filesystem::create_directories(config_.admin.socket.parent_path(), ignored);
    net::AdminOptions options;
    options.socket = config_.admin.socket;
    Result<std::unique_ptr<net::AdminServer>> server = net::AdminServer::start(io_, options);
    if (!server) return with_context(std::move(server).error(), "[admin] socket");
    admin_ = std::move(*server);
    keys_->serve(*admin_);
    admin_->add(close_command(
        *pipeline_,
        [this] { return Beginner{origin_, keys_->signer().roster().all()}; },
        [this](Error closed) { fail(std::move(closed)); }));
    add_erasure_commands();
    return {};
}

}  // namespace overlord::daemon
