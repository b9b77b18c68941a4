// overlordctl rules lsp: the language server on standard input and output.
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "lsp_server.hpp"
#include "rules_commands.hpp"

namespace overlord::ctl {
namespace {

constexpr std::size_t kChunkBytes = 1 << 16;

bool write_all(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

// Waits for the editor and for the gate, and brings both together.
class Session {
public:
    int run() {
        while (!server_.over() && !closed_) {
            wait();
            while (std::optional<LspFrame> frame = framer_.next()) {
                server_.handle(*frame);
                if (server_.over()) break;
            }
            start_check();
        }
        return server_.over() ? server_.exit_code() : kNo;
    }

private:
    void wait() {
        std::array<pollfd, 2> waiting{
            {{STDIN_FILENO, POLLIN, 0}, {gate_.busy() ? gate_.descriptor() : -1, POLLIN, 0}}};
        if (::poll(waiting.data(), waiting.size(), -1) < 0) return;
        if (waiting[1].revents != 0) {
            if (const std::optional<GateAnswer> answer = gate_.receive())
                server_.checked(check_, *answer);
        }
        if (waiting[0].revents != 0) read_some();
    }

    void read_some() {
        std::array<char, kChunkBytes> chunk;
        const ssize_t count = ::read(STDIN_FILENO, chunk.data(), chunk.size());
        if (count < 0 && errno == EINTR) return;
        if (count <= 0) {
            closed_ = true;
            return;
        }
        framer_.feed(std::string_view(chunk.data(), static_cast<std::size_t>(count)));
    }

    void start_check() {
        while (!gate_.busy()) {
            std::optional<LspCheck> check = server_.take_check();
            if (!check) return;
            check_ = std::move(*check);
            if (check_.files.empty()) {
                server_.checked(check_, {});
                continue;
            }
            const Status asked = gate_.check(check_.files);
            if (!asked) server_.checked(check_, GateAnswer{{}, asked.error().message});
        }
    }

    LspServer server_{[](const LspServer::Json& message) {
        using Handler = LspServer::Json::error_handler_t;
        (void)write_all(lsp_frame(message.dump(-1, ' ', false, Handler::replace)));
    }};
    LspFramer framer_;
    LspGate gate_;
    LspCheck check_;
    bool closed_ = false;
};

}  // namespace

int rules_lsp(const Options& options, Operands operands) {
    if (!operands.empty()) return rules_usage(options, "lsp");
    return Session().run();
}

}  // namespace overlord::ctl
