#include "overlord/net/http.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "loop.hpp"
#include "temporary.hpp"

using namespace overlord;
using namespace overlord::net;
using namespace overlord::net::test;

namespace {

struct Reply {
    std::string head;
    std::string body;
    [[nodiscard]] int status() const { return head.size() > 12 ? std::stoi(head.substr(9, 3)) : 0; }
    [[nodiscard]] bool has(std::string_view header) const {
        return head.find("\r\n" + std::string(header) + "\r\n") != head.npos;
    }
};

void put(const Path& path, std::string_view content) {
    std::filesystem::create_directories(path.parent_path());
    REQUIRE(write_file_derived(path, as_bytes(content)).has_value());
}

struct Server {
    explicit Server(HttpOptions options = {}) {
        put(directory.path() / "secret.json", "secret");
        log = directory.path() / "log";
        put(log / "checkpoint", "origin\n1\nroot\n");
        put(log / "tile/0/x001/067.p/112", std::string("\0\1\2", 3));
        put(log / "tile/entries/000", "entry");
        put(log / "attestations/a-1.json", "{}");
        put(log / "checkpoint.tmp", "unfinished");
        put(log / ".hidden", "hidden");
        std::filesystem::create_symlink(directory.path() / "secret.json", log / "link");
        std::filesystem::create_directory_symlink(directory.path(), log / "up");
        mkfifo((log / "fifo").c_str(), 0600);

        HttpHandlers handlers;
        handlers.log_directory = log;
        handlers.pages["/healthz"] = {[] {
                                          return HttpReply{200, "text/plain", "ok\n"};
                                      },
                                      HttpAudience::kAnyone};
        handlers.pages["/readyz"] = {[] {
                                         return HttpReply{503, "text/plain", "starting\n"};
                                     },
                                     HttpAudience::kAnyone};
        handlers.pages["/metrics"] = {[] {
            return HttpReply{200, "text/plain; version=0.0.4", "events_total 7\n"};
        }};
        handlers.posts["/say"] = {8, [](std::string_view body) {
                                      return HttpReply{200, "text/plain", std::string(body)};
                                  }};
        handlers.others = [](std::string_view path) -> std::optional<HttpReply> {
            if (path != "/other/7") return std::nullopt;
            return HttpReply{200, "text/plain", "seven"};
        };
        if (options.listen == HttpOptions().listen) options.listen = "127.0.0.1:0";
        loop.run([&] {
            auto started = HttpServer::start(loop.io(), std::move(handlers), options);
            REQUIRE(started);
            http = *std::move(started);
        });
    }
    ~Server() {
        loop.run([&] { http.reset(); });
    }

    Client connect() { return Client::tcp(http->endpoint().port); }

    // One request on a connection of its own, sent as it is.
    Reply raw(std::string_view request) {
        Client client = connect();
        (void)client.try_send(request);
        std::string text = client.read_all();
        const std::size_t end = text.find("\r\n\r\n");
        if (end == text.npos) return {text, ""};
        return {text.substr(0, end + 2), text.substr(end + 4)};
    }
    Reply ask(std::string_view method, std::string_view target) {
        return raw(std::string(method) + " " + std::string(target) +
                   " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    }
    Reply get(std::string_view target) { return ask("GET", target); }

    TemporaryDirectory directory;
    Path log;
    Loop loop;
    std::unique_ptr<HttpServer> http;
};

}  // namespace

TEST_CASE("http: pages come from their callbacks", "[net]") {
    Server server;
    const Reply health = server.get("/healthz");
    CHECK(health.status() == 200);
    CHECK(health.body == "ok\n");
    CHECK(health.has("Content-Type: text/plain"));
    CHECK(health.has("Content-Length: 3"));
    CHECK(health.has("Cache-Control: no-store"));
    CHECK(health.has("X-Content-Type-Options: nosniff"));
    CHECK(server.get("/readyz").status() == 503);
    CHECK(server.get("/metrics?x=1").body == "events_total 7\n");
    CHECK(server.get("/").status() == 404);
    CHECK(server.get("/healthz/").status() == 404);
    CHECK(server.get("http://h/healthz").status() == 404);
    CHECK(server.loop.run([&] { return server.http->requests(); }) == 6);
}

TEST_CASE("http: the public tree has the types and cache rules of tlog-tiles", "[net]") {
    Server server;
    const Reply checkpoint = server.get("/log/checkpoint");
    CHECK(checkpoint.status() == 200);
    CHECK(checkpoint.body == "origin\n1\nroot\n");
    CHECK(checkpoint.has("Content-Type: text/plain; charset=utf-8"));
    CHECK(checkpoint.has("Cache-Control: no-cache"));
    CHECK(checkpoint.has("Access-Control-Allow-Origin: *"));
    const Reply tile = server.get("/log/tile/0/x001/067.p/112");
    CHECK(tile.body == std::string("\0\1\2", 3));
    CHECK(tile.has("Content-Type: application/octet-stream"));
    CHECK(tile.has("Cache-Control: public, max-age=31536000, immutable"));
    CHECK(server.get("/log/tile/entries/000").body == "entry");
    CHECK(server.get("/log/attestations/a-1.json").has("Content-Type: application/json"));
}

TEST_CASE("http: HEAD is GET without the body, other methods are refused", "[net]") {
    Server server;
    for (const std::string_view target : {"/healthz", "/log/checkpoint", "/log/nothing"}) {
        const Reply get = server.get(target);
        const Reply head = server.ask("HEAD", target);
        CHECK(head.body.empty());
        CHECK(head.head == get.head);
    }
    for (const std::string_view method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE"}) {
        const Reply reply = server.ask(method, "/healthz");
        CHECK(reply.status() == 405);
        CHECK(reply.has("Allow: GET, HEAD"));
    }
}

TEST_CASE("http: nothing outside the public tree is given out", "[net]") {
    Server server;
    for (const std::string_view path : {"../secret.json",
                                        "..%2fsecret.json",
                                        "%2e%2e/secret.json",
                                        "./checkpoint",
                                        "//checkpoint",
                                        "/checkpoint",
                                        "tile/../../secret.json",
                                        "tile/0/../../../secret.json",
                                        "link",
                                        "up/secret.json",
                                        "up",
                                        "fifo",
                                        ".hidden",
                                        "checkpoint.tmp",
                                        "checkpoint/",
                                        "checkpoint/x",
                                        "tile",
                                        "tile/",
                                        "",
                                        "..",
                                        ".",
                                        "checkpoint%00",
                                        "check\\point",
                                        "..\\secret.json",
                                        "tile/0/x001/067.p/112/../112",
                                        "~root",
                                        "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r"}) {
        INFO(path);
        const Reply reply = server.get("/log/" + std::string(path));
        CHECK((reply.status() == 404 || reply.status() == 400));
        CHECK(reply.body.find("secret") == reply.body.npos);
    }
    CHECK(server.get("/log").status() == 404);
    CHECK(server.get("/log/" + std::string(200, 'a')).status() == 404);
    CHECK(server.get("/../secret.json").status() == 404);
}

TEST_CASE("http: malformed, large and bodied requests are refused", "[net]") {
    Server server;
    CHECK(server.raw("nonsense\r\n\r\n").status() == 400);
    CHECK(server.raw("GET /healthz HTTP/9.9\r\n\r\n").status() == 400);
    CHECK(server.raw("GET  HTTP/1.1\r\n\r\n").status() == 400);
    CHECK(server.raw("GET /healthz HTTP/1.1\r\nHost h\r\n\r\n").status() == 400);
    CHECK(server.raw("GET /healthz HTTP/1.1\r\nX: " + std::string(9'000, 'x') + "\r\n\r\n")
              .status() == 431);
    CHECK(server.raw("GET /" + std::string(9'000, 'x')).status() == 431);
    CHECK(server.raw("POST /healthz HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello").status() == 413);
    CHECK(server
              .raw("GET /healthz HTTP/1.1\r\nTransfer-Encoding: "
                   "chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
              .status() == 413);
}

TEST_CASE("http: a connection serves many requests, also pipelined", "[net]") {
    Server server;
    Client client = server.connect();
    for (int i = 0; i < 3; ++i) {
        client.send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
        CHECK(client.read_until("ok\n").ends_with("\r\n\r\nok\n"));
    }
    client.send(
        "GET /healthz HTTP/1.1\r\n\r\nGET /log/checkpoint HTTP/1.1\r\n\r\n"
        "GET /healthz HTTP/1.0\r\n\r\n");
    CHECK(client.read_until("ok\n").ends_with("ok\n"));
    CHECK(client.read_until("root\n").ends_with("root\n"));
    CHECK(client.read_all().ends_with("ok\n"));
}

TEST_CASE("http: slow requests and idle connections end", "[net]") {
    HttpOptions options;
    options.request_timeout_ms = 30;
    options.idle_timeout_ms = 30;
    Server server(options);
    CHECK(server.raw("GET /heal").head.empty());
    CHECK(server.raw("").head.empty());
    Client client = server.connect();
    client.send("GET /healthz HTTP/1.1\r\n\r\n");
    CHECK(client.read_all().ends_with("ok\n"));
}

TEST_CASE("http: connections are limited", "[net]") {
    HttpOptions options;
    options.connections_max = 2;
    Server server(options);
    Client first = server.connect();
    Client second = server.connect();
    for (Client* client : {&first, &second}) {
        client->send("GET /healthz HTTP/1.1\r\n\r\n");
        CHECK(client->read_until("ok\n").ends_with("ok\n"));
    }
    CHECK(server.get("/healthz").head.empty());
}

TEST_CASE("http: beyond loopback only what is public is given out", "[net]") {
    HttpOptions options;
    options.listen = "0.0.0.0:0";
    {
        Server server(options);
        CHECK(server.get("/healthz").status() == 200);
        CHECK(server.get("/log/checkpoint").status() == 200);
        CHECK(server.get("/metrics").status() == 403);
    }
    options.local_pages_beyond_loopback = true;
    Server server(options);
    CHECK(server.get("/metrics").status() == 200);
}

TEST_CASE("http: stop closes what is open", "[net]") {
    Server server;
    Client client = server.connect();
    client.send("GET /healthz HTTP/1.1\r\n\r\n");
    CHECK(client.read_until("ok\n").ends_with("ok\n"));
    server.loop.run([&] { server.http->stop(); });
    CHECK(client.at_end());
}

TEST_CASE("http: a body is taken where a callback takes one, up to its limit", "[net]") {
    Server server;
    const auto post = [&](std::string_view target, std::string_view body) {
        return server.raw("POST " + std::string(target) + " HTTP/1.1\r\nHost: h\r\nConnection: " +
                          "close\r\nContent-Length: " + std::to_string(body.size()) +
                          "\r\n\r\n" + std::string(body));
    };
    CHECK(post("/say", "12345678").body == "12345678");
    CHECK(post("/say", "").body.empty());
    CHECK(post("/say", "123456789").status() == 413);
    CHECK(post("/healthz", "1").status() == 413);
    CHECK(server.raw("POST /say HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n"
                     "123456789\r\n0\r\n\r\n")
              .status() == 413);
    const Reply got = server.get("/say");
    CHECK(got.status() == 405);
    CHECK(got.has("Allow: POST"));
    CHECK(post("/healthz", "").has("Allow: GET, HEAD"));
    CHECK(server.get("/other/7").body == "seven");
    CHECK(server.get("/other/8").status() == 404);
}
