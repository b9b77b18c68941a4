#include "overlord/witness/client.hpp"

#include <utility>  // before Asio: its coroutine headers of 1.74 forgot it

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <functional>

#include "sample.hpp"
#include "witness_pages.hpp"

using namespace overlord;
using namespace overlord::witness;
using namespace overlord::witness::sample;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

struct Witness {
    Witness(asio::io_context& io, int n, Clock& clock) : number(n) {
        store = *Store::open({directory.path / "state", Creation::kIfAbsent, {log_key()}},
                             witness_key(n), clock);
        serve(io, "127.0.0.1:0");
    }
    void serve(asio::io_context& io, std::string listen) {
        net::HttpOptions options;
        options.listen = std::move(listen);
        server = *net::HttpServer::start(io, ctl::witness_pages(*store, {}), options);
    }
    std::string line() const {
        return "witness W" + std::to_string(number) + " " + witness_vkey(number).to_text() +
               " http://127.0.0.1:" + std::to_string(server->endpoint().port) + "\n";
    }
    int number;
    TemporaryDirectory directory;
    std::unique_ptr<Store> store;
    std::unique_ptr<net::HttpServer> server;
};

auto into(boost::system::error_code& failure) {
    return asio::redirect_error(asio::use_awaitable, failure);
}

// Says the same to every POST, whatever it was, and to every GET, and closes; silent where it has
// nothing to say.
class Parrot {
public:
    Parrot(asio::io_context& io, std::string to_post, std::string to_get = http_404())
        : state_(std::make_shared<State>(
              State{tcp::acceptor(io, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)),
                    std::move(to_post), std::move(to_get), {}, 0})) {
        asio::co_spawn(io, serve(state_), asio::detached);
    }
    Parrot(const Parrot&) = delete;
    Parrot& operator=(const Parrot&) = delete;
    ~Parrot() {
        boost::system::error_code ignored;
        state_->acceptor.close(ignored);
    }
    std::string line(int n) const {
        return "witness W" + std::to_string(n) + " " + witness_vkey(n).to_text() +
               " http://127.0.0.1:" + std::to_string(state_->acceptor.local_endpoint().port()) +
               "\n";
    }
    int heard() const { return state_->heard; }

private:
    // Outlives the parrot while it still talks.
    struct State {
        tcp::acceptor acceptor;
        std::string to_post, to_get;
        std::vector<tcp::socket> silent;
        int heard;
    };

    static std::string http_404() { return "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"; }
    static asio::awaitable<void> serve(std::shared_ptr<State> state) {
        for (;;) {
            boost::system::error_code failure;
            tcp::socket socket = co_await state->acceptor.async_accept(into(failure));
            if (failure) co_return;
            std::string request;
            co_await asio::async_read_until(socket, asio::dynamic_buffer(request), "\r\n\r\n",
                                            into(failure));
            ++state->heard;
            const std::string& says = request.starts_with("POST") ? state->to_post : state->to_get;
            if (says.empty()) {
                state->silent.push_back(std::move(socket));
                continue;
            }
            co_await asio::async_write(socket, asio::buffer(says), into(failure));
            socket.shutdown(tcp::socket::shutdown_both, failure);
        }
    }
    std::shared_ptr<State> state_;
};

std::string http(const std::string& status, const std::string& body) {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nConnection: close\r\n\r\n" + body;
}

struct Fixture {
    ~Fixture() {
        if (client) client->stop();
        io.poll();
    }
    void start(const std::string& policy) {
        ClientOptions options;
        options.policy = *tlog::Policy::parse(policy);
        options.logs = {log_key()};
        options.log_directory = log.directory.path;
        options.interval_ms = 1;
        options.backoff_ms = 1;
        options.timeout_ms = timeout_ms;
        options.cosigned = [this](const Cosigned& news) { cosigned.push_back(news); };
        options.contradicted = [this](const Error& error) { contradiction = error; };
        options.warn = [this](const std::string& line) { warnings.push_back(line); };
        Result<std::unique_ptr<Client>> started = Client::start(io, options, clock);
        REQUIRE(started);
        client = *std::move(started);
    }
    void sign_head(std::uint64_t size) {
        const tlog::TreeHead head = log.grow_to(size);
        client->head(head, sign(head));
    }
    void run_until(const std::function<bool()>& done) {
        const TimeNs begin = clock.monotonic();
        while (!done()) {
            io.run_one_for(std::chrono::seconds(1));
            REQUIRE(clock.monotonic() - begin < 60 * kSecondNs);  // it hangs
        }
    }
    std::uint64_t newest() const { return cosigned.empty() ? 0 : cosigned.back().head.size.value; }
    std::size_t cosigners() const {
        return tlog::Note::parse(cosigned.back().note)->signatures.size() - 1;
    }

    FixedClock clock;
    asio::io_context io;
    Log log;
    std::uint64_t timeout_ms = 5'000;
    std::vector<Cosigned> cosigned;
    std::optional<Error> contradiction;
    std::vector<std::string> warnings;
    std::unique_ptr<Client> client;
};

}  // namespace

TEST_CASE("client: heads are cosigned by a quorum as the log grows", "[witness]") {
    Fixture f;
    Witness one(f.io, 1, f.clock), two(f.io, 2, f.clock), three(f.io, 3, f.clock);
    f.start(one.line() + two.line() + three.line() + "group G 2 W1 W2 W3\nquorum G\n");
    CHECK_FALSE(f.client->settled());
    f.sign_head(3);
    f.run_until([&] { return f.newest() == 3 && f.cosigners() == 3; });
    CHECK(f.client->settled());
    CHECK(f.client->reached());
    for (const std::uint64_t size : {4, 255, 256, 257, 700}) {
        f.sign_head(size);
        f.run_until([&] { return f.newest() == size && f.cosigners() == 3; });
    }
    const tlog::Policy policy =
        *tlog::Policy::parse(one.line() + two.line() + three.line() + "quorum none\n");
    const auto opened =
        tlog::open_checkpoint(f.cosigned.back().note, log_key(), policy.witness_keys());
    REQUIRE(opened);
    CHECK(opened->note.verified.size() == 4);
    for (const PeerState& peer : f.client->peers()) {
        CHECK(peer.size == 700);
        CHECK(peer.cosigned_at == f.clock.now());
        CHECK(peer.problem.empty());
    }
    CHECK(f.warnings.empty());
}

TEST_CASE("client: a witness that is behind or knows nothing gets its proof", "[witness]") {
    Fixture f;
    Witness one(f.io, 1, f.clock), two(f.io, 2, f.clock);
    const tlog::TreeHead five = f.log.grow_to(5);
    REQUIRE(one.store->add_checkpoint(request(0, {}, sign(five))).status == 200);
    f.start(one.line() + two.line() + "group G all W1 W2\nquorum G\n");
    f.sign_head(300);
    f.run_until([&] { return f.newest() == 300; });
    CHECK_FALSE(f.contradiction);
}

TEST_CASE("client: dead, silent, babbling and refusing witnesses hold up nothing", "[witness]") {
    Fixture f;
    f.timeout_ms = 1'000;  // of the silent one; the others may be slow on a busy machine
    Witness one(f.io, 1, f.clock), two(f.io, 2, f.clock);
    std::string dead;
    {
        Parrot gone(f.io, "x");
        dead = gone.line(3);
        f.io.poll();
    }
    Parrot silent(f.io, ""), babbling(f.io, "SSH-2.0-OpenSSH_9.2p1\r\n"),
        refusing(f.io, http("403 Forbidden", "who are you")),
        failing(f.io, http("503 Service Unavailable", "")),
        lying(f.io, http("200 OK", "\xe2\x80\x94 w8.example AAAA\n")),
        huge(f.io, http("200 OK", std::string(tlog::kCosignaturesBytesMax * 2, 'x'))),
        sizeless(f.io, http("409 Conflict", "many\n"));
    f.start(one.line() + two.line() + silent.line(4) + babbling.line(5) + refusing.line(6) +
            failing.line(7) + lying.line(8) + huge.line(9) + sizeless.line(10) +
            "group G 2 W1 W2\nquorum G\n");
    f.sign_head(3);
    f.run_until([&] { return f.newest() == 3 && f.client->settled(); });
    f.sign_head(8);
    f.run_until([&] { return f.newest() == 8 && babbling.heard() > 2; });
    CHECK_FALSE(f.contradiction);
    CHECK(f.warnings.size() == 7);  // one each, not one a try
    for (const PeerState& peer : f.client->peers()) {
        const bool good = peer.name == "W1" || peer.name == "W2";
        CHECK(peer.problem.empty() == good);
        CHECK((peer.failures > 0) == !good);
    }
}

TEST_CASE("client: without its quorum nothing is given out", "[witness]") {
    Fixture f;
    Witness one(f.io, 1, f.clock);
    Parrot failing(f.io, http("500 Oops", ""));
    f.start(one.line() + failing.line(2) + "group G all W1 W2\nquorum G\n");
    f.sign_head(3);
    f.run_until([&] { return f.client->settled() && failing.heard() > 3; });
    CHECK(f.cosigned.empty());
    CHECK_FALSE(f.client->reached());
    CHECK(f.client->peers().front().size == 3);
}

TEST_CASE("client: a witness comes back and is taken up again", "[witness]") {
    Fixture f;
    Witness one(f.io, 1, f.clock);
    const std::string same_port = one.server->endpoint().text();
    f.start(one.line() + "quorum W1\n");
    one.server.reset();
    f.sign_head(3);
    f.run_until([&] { return f.client->settled(); });
    CHECK(f.cosigned.empty());
    one.serve(f.io, same_port);
    f.run_until([&] { return f.newest() == 3; });
    REQUIRE(f.warnings.size() == 2);
    CHECK(f.warnings.back() == "witness W1 cosigns again");
}

TEST_CASE("client: a larger tree under our signature at the witness is a rollback", "[witness]") {
    Fixture f;
    Witness one(f.io, 1, f.clock);
    Log newer;
    REQUIRE(one.store->add_checkpoint(request(0, {}, sign(newer.grow_to(9)))).status == 200);
    f.start(one.line() + "quorum W1\n");
    f.sign_head(4);  // the restored backup
    f.run_until([&] { return f.contradiction.has_value(); });
    CHECK(f.contradiction->code == "log.rollback");
    CHECK(f.contradiction->kind == ErrorClass::kFatal);
    CHECK_THAT(f.contradiction->message,
               Catch::Contains("W1 has cosigned a log of 9 entries, this state has 4") &&
                   Catch::Contains("under our signature"));
    CHECK(f.cosigned.empty());
}

TEST_CASE("client: another history at the witness is a fork, at any size", "[witness]") {
    const std::uint64_t theirs = GENERATE(3, 7, 12);
    Fixture f;
    Witness one(f.io, 1, f.clock);
    Log clone("clone ");
    REQUIRE(one.store->add_checkpoint(request(0, {}, sign(clone.grow_to(theirs)))).status == 200);
    f.start(one.line() + "quorum W1\n");
    f.sign_head(7);
    f.run_until([&] { return f.contradiction.has_value(); });
    CHECK(f.contradiction->code == (theirs > 7 ? "log.rollback" : "log.fork"));
    CHECK(f.cosigned.empty());
}

TEST_CASE("client: what a witness claims without showing it is believed", "[witness]") {
    Fixture f;
    Parrot claiming(f.io, http("409 Conflict", "1000\n"));
    f.start(claiming.line(1) + "quorum W1\n");
    f.sign_head(7);
    f.run_until([&] { return f.contradiction.has_value(); });
    CHECK(f.contradiction->code == "log.rollback");
    CHECK_THAT(f.contradiction->message, !Catch::Contains("under our signature"));
}

TEST_CASE("client: a witness whose own checkpoint clears us is only wrong", "[witness]") {
    Fixture f;
    const tlog::TreeHead three = f.log.grow_to(3);
    // Refuses everything, but shows a checkpoint that our tree extends.
    Parrot confused(f.io, http("422 Unprocessable Entity", "no"), http("200 OK", sign(three)));
    f.start(confused.line(1) + "quorum W1\n");
    f.sign_head(7);
    f.run_until([&] { return f.client->settled(); });
    CHECK_FALSE(f.contradiction);
    CHECK_THAT(f.client->peers().front().problem, Catch::Contains("does not"));
}

TEST_CASE("client: an unchanged head is submitted again in its time", "[witness]") {
    Fixture f;
    Witness one(f.io, 1, f.clock);
    ClientOptions options;
    options.policy = *tlog::Policy::parse(one.line() + "quorum W1\n");
    options.logs = {log_key()};
    options.log_directory = f.log.directory.path;
    options.interval_ms = 1;
    options.resubmit_ms = 5;
    options.cosigned = [&](const Cosigned& news) { f.cosigned.push_back(news); };
    f.client = *Client::start(f.io, options, f.clock);
    f.sign_head(3);
    f.run_until([&] { return f.cosigned.size() >= 3; });
    CHECK(f.newest() == 3);
}

TEST_CASE("client: an address that is none is refused at the start", "[witness]") {
    Fixture f;
    ClientOptions options;
    options.logs = {log_key()};
    options.policy = *tlog::Policy::parse("witness W1 " + witness_vkey(1).to_text() +
                                          " w1.example\nquorum W1\n");
    CHECK(Client::start(f.io, options, f.clock).error().code == "witness.url");
}
