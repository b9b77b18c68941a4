// The parts of intake that need no socket.
#include <catch2/catch.hpp>

#include "../../src/net/ack_tracker.hpp"
#include "../../src/net/answer_buffer.hpp"
#include "../../src/net/json_text.hpp"
#include "overlord/net/endpoint.hpp"

using namespace overlord;
using namespace overlord::net;

namespace {

pipeline::LineResult rejected(std::string id, std::string reason) {
    pipeline::LineResult result;
    result.rejected = true;
    result.id = std::move(id);
    result.code = "schema.value";
    result.reason = std::move(reason);
    return result;
}

}  // namespace

TEST_CASE("acks: durable is the longest run of resolved lines from the first", "[net]") {
    AckTracker acks;
    CHECK(acks.durable() == 0);
    CHECK(acks.all_resolved());
    for (std::uint64_t line = 1; line <= 5; ++line) acks.submitted(line);
    acks.resolved(2);
    acks.resolved(4);
    CHECK(acks.durable() == 0);
    acks.resolved(1);
    CHECK(acks.durable() == 2);
    CHECK_FALSE(acks.all_resolved());
    acks.resolved(5);
    acks.resolved(3);
    CHECK(acks.durable() == 5);
    CHECK(acks.all_resolved());
    acks.submitted(6);
    acks.resolved(6);
    CHECK(acks.durable() == 6);
}

TEST_CASE("answers: rejects come before the durable that covers them, which is coalesced",
          "[net]") {
    AnswerBuffer answers(1000);
    CHECK(answers.empty());
    CHECK(answers.take().empty());
    answers.durable(1);
    CHECK(answers.reject(2, rejected("f-17", "data.x is required"), 0));
    answers.durable(2);
    answers.durable(3);
    CHECK(answers.reject(4, rejected("", "say \"no\"\n"), 0));
    CHECK(
        answers.take() ==
        "{\"line\":2,\"id\":\"f-17\",\"code\":\"schema.value\",\"reason\":\"data.x is required\"}\n"
        "{\"line\":4,\"code\":\"schema.value\",\"reason\":\"say \\\"no\\\"\\n\"}\n"
        "{\"durable\":3}\n");
    CHECK(answers.empty());
    CHECK(answers.take().empty());
}

TEST_CASE("answers: beyond the limit they are counted, not kept", "[net]") {
    AnswerBuffer answers(200);
    std::size_t kept = 0;
    for (std::uint64_t line = 1; line <= 100; ++line) {
        if (answers.reject(line, rejected("id", "reason"), 0)) ++kept;
    }
    answers.durable(100);
    CHECK(kept == 4);
    const std::string text = answers.take();
    CHECK_THAT(text, Catch::EndsWith("{\"suppressed\":96}\n{\"durable\":100}\n"));
    CHECK(text.size() < 400);
    CHECK_FALSE(answers.reject(101, rejected("id", "reason"), 201));
    CHECK(answers.take() == "{\"suppressed\":1}\n");
}

TEST_CASE("json text: everything that must be escaped is", "[net]") {
    std::string out;
    append_json_string(out, "a\"\\\n\t\x01\x7f\u00e4");
    CHECK(out == "\"a\\\"\\\\\\n\\u0009\\u0001\\u007f\u00e4\"");
}

TEST_CASE("endpoint: numeric addresses with a port", "[net]") {
    CHECK(parse_endpoint("127.0.0.1:7420")->text() == "127.0.0.1:7420");
    CHECK(parse_endpoint("localhost:0")->text() == "127.0.0.1:0");
    CHECK(parse_endpoint("[::1]:65535")->text() == "[::1]:65535");
    CHECK(parse_endpoint("127.1.2.3:1")->loopback);
    CHECK(parse_endpoint("[::1]:1")->loopback);
    CHECK_FALSE(parse_endpoint("0.0.0.0:1")->loopback);
    CHECK_FALSE(parse_endpoint("[::]:1")->loopback);
    CHECK_FALSE(parse_endpoint("192.0.2.1:1")->loopback);
    for (const std::string_view bad :
         {"", "127.0.0.1", ":1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:1x",
          "::1:1", "[127.0.0.1]:1", "example.org:1", "127.0.0.256:1", "[]:1"}) {
        INFO(bad);
        REQUIRE_FALSE(parse_endpoint(bad));
        CHECK(parse_endpoint(bad).error().code == "net.address");
    }
}
