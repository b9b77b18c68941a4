#include "overlord/net/admin_server.hpp"

#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "loop.hpp"
#include "temporary.hpp"

using namespace overlord;
using namespace overlord::net;
using namespace overlord::net::test;

namespace {

constexpr uid_t kNobody = 65534;

// A server with three commands: one that answers, one that refuses, one that waits to be let go.
struct Example {
    TemporaryDirectory directory;
    Path socket = directory.path() / "admin.sock";
    AdminReply held;
    AdminRequest seen;
    Loop loop;
    std::unique_ptr<AdminServer> server;

    explicit Example(AdminOptions options = {}) {
        options.socket = socket;
        loop.run([&] {
            Result<std::unique_ptr<AdminServer>> started = AdminServer::start(loop.io(), options);
            OVERLORD_ASSERT(started.has_value());
            server = *std::move(started);
            server->add({"echo", {"what", "count", "yes"},
                         [this](const AdminRequest& request, AdminReply reply) {
                             seen = request;
                             const Result<std::string> what = request.text("what");
                             if (!what) return reply(what.error());
                             reply("\"what\":\"" + *what + "\"");
                         }});
            server->add({"refuse", {}, [](const AdminRequest&, AdminReply reply) {
                             reply(Error{"test.no", "said \"no\""});
                         }});
            server->add({"hold", {}, [this](const AdminRequest&, AdminReply reply) {
                             held = std::move(reply);
                         }});
        });
    }
    ~Example() {
        loop.run([&] { server.reset(); });
    }

    std::string ask(const std::string& line) {
        Client client = Client::unix_socket(socket);
        client.send(line + "\n");
        return client.read_all();
    }
};

}  // namespace

TEST_CASE("admin: a command is answered in one line and the connection ends", "[net]") {
    Example example;
    CHECK(example.ask(R"({"command":"echo","what":"this","count":-7,"yes":true})") ==
          "{\"ok\":true,\"what\":\"this\"}\n");
    CHECK(example.seen.uid == ::geteuid());
    CHECK(example.seen.pid == ::getpid());
    CHECK(*example.seen.number_or("count", 1) == -7);
    CHECK(*example.seen.number_or("none", 1) == 1);
    CHECK(*example.seen.flag("yes"));
    CHECK_FALSE(*example.seen.flag("none"));
    CHECK(example.seen.text("count").error().code == "admin.request");
    CHECK(example.seen.number_or("what", 1).error().code == "admin.request");
    CHECK(example.ask(R"({"command":"refuse"})") ==
          "{\"ok\":false,\"code\":\"test.no\",\"reason\":\"said \\\"no\\\"\"}\n");
}

TEST_CASE("admin: what is no request is refused with its reason", "[net]") {
    Example example;
    const auto code_of = [&](const std::string& line) {
        const std::string answer = example.ask(line);
        const std::string before = "{\"ok\":false,\"code\":\"";
        REQUIRE(answer.substr(0, before.size()) == before);
        return answer.substr(before.size(), answer.find('"', before.size()) - before.size());
    };
    CHECK(code_of("") == "admin.request");
    CHECK(code_of("[]") == "admin.request");
    CHECK(code_of("{") == "admin.request");
    CHECK(code_of(R"({"what":"x"})") == "admin.request");
    CHECK(code_of(R"({"command":7})") == "admin.request");
    CHECK(code_of(R"({"command":"echo","what":1.5})") == "admin.request");
    CHECK(code_of(R"({"command":"echo","what":["x"]})") == "admin.request");
    CHECK(code_of(R"({"command":"echo","count":18446744073709551615,"what":"x"})") ==
          "admin.request");
    CHECK(code_of(R"({"command":"echo"})") == "admin.request");
    CHECK(code_of(R"({"command":"echo","what":null})") == "admin.request");
    CHECK(code_of(R"({"command":"echo","what":"x","wat":"y"})") == "admin.request");
    CHECK(code_of(R"({"command":"none"})") == "admin.unknown");
    CHECK(code_of(std::string(kAdminLineBytesMax, 'x')) == "admin.request");
}

TEST_CASE("admin: a command that waits holds up nobody, and a stop ends its connection", "[net]") {
    Example example;
    Client waiting = Client::unix_socket(example.socket);
    waiting.send("{\"command\":\"hold\"}\n");
    CHECK(example.ask(R"({"command":"echo","what":"this"})") ==
          "{\"ok\":true,\"what\":\"this\"}\n");
    while (!example.loop.run([&] { return static_cast<bool>(example.held); })) {
    }
    SECTION("answered late") {
        example.loop.run([&] { std::exchange(example.held, {})(std::string()); });
        CHECK(waiting.read_all() == "{\"ok\":true}\n");
    }
    SECTION("stopped first") {
        example.loop.run([&] { example.server->stop(); });
        CHECK(waiting.read_all().empty());
        example.loop.run([&] { std::exchange(example.held, {})(std::string()); });  // goes nowhere
        CHECK_FALSE(std::filesystem::exists(example.socket));
    }
}

TEST_CASE("admin: a request that does not come in time ends the connection", "[net]") {
    AdminOptions options;
    options.request_timeout_ms = 20;
    Example example(options);
    Client client = Client::unix_socket(example.socket);
    client.send("{\"command\":");
    CHECK(client.read_all().empty());
}

TEST_CASE("admin: no more connections than allowed", "[net]") {
    AdminOptions options;
    options.connections_max = 1;
    Example example(options);
    Client first = Client::unix_socket(example.socket);
    first.send("{\"command\":\"hold\"}\n");
    while (!example.loop.run([&] { return static_cast<bool>(example.held); })) {
    }
    CHECK(example.ask("{\"command\":\"hold\"}").find("\"admin.busy\"") != std::string::npos);
    example.loop.run([&] { std::exchange(example.held, {})(std::string()); });
    CHECK(first.read_all() == "{\"ok\":true}\n");
}

TEST_CASE("admin: only root and the daemon's own user are heard", "[net]") {
    Example example;
    struct stat status {};
    REQUIRE(::stat(example.socket.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    if (::geteuid() != 0) {
        WARN("not root: another user cannot be tried");
        return;
    }
    // The permissions are taken away so that the kernel's word about the peer is what decides.
    REQUIRE(::chmod(example.directory.path().c_str(), 0777) == 0);
    REQUIRE(::chmod(example.socket.c_str(), 0777) == 0);
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        if (::setgroups(0, nullptr) != 0 || ::setgid(kNobody) != 0 || ::setuid(kNobody) != 0) {
            ::_exit(9);
        }
        // No assertion may fail here: its exception would go on with the parent's tests.
        Client client = Client::unix_socket(example.socket);
        const bool sent = client.try_send("{\"command\":\"echo\",\"what\":\"this\"}\n");
        const std::string answer = sent ? client.read_all() : "";
        const ssize_t written = ::write(ends[1], answer.data(), answer.size());
        ::_exit(written == static_cast<ssize_t>(answer.size()) ? 0 : 9);
    }
    int exit = 0;
    REQUIRE(::waitpid(child, &exit, 0) == child);
    CHECK(exit == 0);
    char answer[256] = {};
    REQUIRE(::read(ends[0], answer, sizeof answer - 1) > 0);
    ::close(ends[0]);
    ::close(ends[1]);
    CHECK(std::string(answer).find("\"admin.peer\"") != std::string::npos);
}
