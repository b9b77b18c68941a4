// What changes the daemon comes through here: a Unix stream socket for this machine's root and the
// daemon's own user, whom the kernel names (SO_PEERCRED), whatever the permissions of the files.
//
// One request line, one answer line, and the connection ends:
//
//     {"command":"keys.rotate","role":"log"}
//     {"ok":true,"vkey":"..."}           {"ok":false,"code":"keys.rotating","reason":"..."}
//
// Runs on the io_context's thread. A command that waits for another thread answers later; until
// then others are served. What a command did is for its handler to record.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"

namespace boost::asio {
class io_context;
}

namespace overlord::net {

inline constexpr std::size_t kAdminLineBytesMax = 256 * 1024;  // of a request and of an answer

using AdminValue = std::variant<bool, std::int64_t, std::string>;

struct AdminRequest {
    std::string command;
    std::map<std::string, AdminValue, std::less<>> members;  // without the command
    uid_t uid = 0;                                           // who asks, as the kernel knows it
    pid_t pid = 0;

    // Code of each: admin.request. A member that is absent, or null, is the given default.
    [[nodiscard]] Result<std::string> text(std::string_view name) const;  // must be there
    [[nodiscard]] Result<std::string> text_or(std::string_view name, std::string otherwise) const;
    [[nodiscard]] Result<std::int64_t> number_or(std::string_view name,
                                                 std::int64_t otherwise) const;
    [[nodiscard]] Result<bool> flag(std::string_view name) const;  // absent: false
};

// Called exactly once, on the io thread, at any time later: the members of the answer after
// "ok":true as JSON text without braces (`"size":12`, or nothing), or why not.
using AdminReply = std::function<void(Result<std::string> members)>;
using AdminHandler = std::function<void(const AdminRequest& request, AdminReply reply)>;

struct AdminCommand {
    std::string name;                  // "keys.rotate"
    std::vector<std::string> members;  // that a request may have; others are refused
    AdminHandler handler;
};

struct AdminOptions {
    Path socket;  // mode 0600
    std::size_t connections_max = 16;
    std::uint64_t request_timeout_ms = 10'000;  // for the request's line to arrive
};

class AdminServer {
public:
    // Listens; see unix_listener.hpp for what becomes of an existing socket. The io_context
    // outlives the server. Codes: net.address, net.in_use, io.*
    [[nodiscard]] static Result<std::unique_ptr<AdminServer>> start(boost::asio::io_context& io,
                                                                    const AdminOptions& options);
    ~AdminServer();  // stops

    void add(AdminCommand command);  // the name is new (asserted)
    void stop();  // closes the connections and removes the socket; replies to come go nowhere

private:
    class Impl;
    explicit AdminServer(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

// `{"ok":false,"code":...,"reason":...}` without a line feed.
[[nodiscard]] std::string admin_refusal(const Error& error);

}  // namespace overlord::net
