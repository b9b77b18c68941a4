#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <memory>

#include "process.hpp"

namespace overlord::engine {

using namespace testing;
using evaluate::MessageType;
using evaluate::WorkerMessage;

namespace {

std::string failover(TimeNs time, const std::string& ms) {
    return event_line("telecoms.failover", time,
                      "{\"from_system\":\"p\",\"to_system\":\"b\",\"duration_ms\":" + ms + "}");
}

std::vector<std::string> solutions(std::vector<std::string> texts) {
    std::erase_if(texts, [](const std::string& text) { return !text.starts_with("S "); });
    return texts;
}

}  // namespace

TEST_CASE("query: solutions come one by one on demand", "[engine]") {
    Engine engine;
    engine.load();
    (void)engine.feed({failover(kNoon, "23"), failover(kNoon + 1, "51")});
    Query all(engine, "member(X, [1, 2, 3]).");
    CHECK(solutions(all.all()) == std::vector<std::string>{"S X = 1", "S X = 2", "S X = 3"});
    CHECK(all.ended() == "");
    Query one(engine, "member(X, [1, 2, 3]).");
    CHECK(solutions(one.all(false)) == std::vector<std::string>{"S X = 1"});
    CHECK(one.ended() == "");
}

TEST_CASE("query: rules, measures, events and explanations are seen", "[engine]") {
    Engine engine;
    engine.load();
    (void)engine.feed({failover(kNoon, "23"), failover(kNoon + 1, "51")});
    CHECK(solutions(Query(engine, "measured(s, failover_ms, M).").all()) ==
          std::vector<std::string>{"S M = 51"});
    CHECK(Query(engine, "telecoms_failover(s, D).").all() == std::vector<std::string>{"F"});
    CHECK(Query(engine, "telecoms_uptime(s, U).").all() ==
          std::vector<std::string>{"M no heartbeat observed"});
    CHECK(solutions(Query(engine, "event(I, s, _, failover(_, _, _, duration_ms(D))).").all())
              .size() == 2);
    CHECK(solutions(Query(engine, "why(s, [_|_]).").all()).size() == 1);
    const auto unknown = Query(engine, "telecoms_failover(nobody, D).").all();
    REQUIRE(unknown.size() == 1);
    CHECK(unknown[0].find("nknown system") != std::string::npos);
}

TEST_CASE("query: the latest 1,000 events of a kind are seen, also after a restart", "[engine]") {
    Engine first;
    first.load();
    const auto feed = [&](int count) {
        std::vector<std::string> lines;
        for (int i = 0; i < count; ++i) lines.push_back(failover(kNoon, "23"));
        (void)first.feed(lines);
    };
    const std::string goal =
        "aggregate_all(count, event(_, _, _, failover(_, _, _, _)), N), "
        "aggregate_all(min(I), event(I, _, _, _), Least).";
    feed(1'200);  // record 1 is the first verdict's, and so are 2 to 4
    CHECK(solutions(Query(first, goal).all()) ==
          std::vector<std::string>{"S N = 1000,\nLeast = 204"});
    feed(300);
    const std::vector<std::string> later = {"S N = 1000,\nLeast = 504"};
    CHECK(solutions(Query(first, goal).all()) == later);
    const auto snapshot =
        evaluate::decode_snapshot(first.ask(MessageType::kTakeSnapshot, {}).payload);
    Engine second;
    second.load();
    (void)second.ask(MessageType::kRestore, snapshot->bytes);
    CHECK(solutions(Query(second, goal).all()) == later);
}

TEST_CASE("query: the notary claims what was so at the query, whatever comes later", "[engine]") {
    Engine engine;
    engine.load();
    (void)engine.feed({failover(kNoon, "23")});
    Query query(engine, "member(X, [1, 2]).");
    (void)query.next();
    (void)engine.feed({failover(kNoon + kSecondNs, "51")});
    const auto then = query.claim("s");
    CHECK(then.known);
    CHECK(then.claim.find("\"value\":\"23\"") != std::string::npos);
    CHECK_FALSE(query.claim("nobody").known);
    const Frame now = engine.ask(MessageType::kClaim, evaluate::encode_text("s"));
    CHECK(evaluate::decode_claim_text(now.payload)->claim.find("\"value\":\"51\"") !=
          std::string::npos);
}

TEST_CASE("query: proofs are asked of the daemon", "[engine]") {
    Engine engine;
    engine.load();
    (void)engine.feed({failover(kNoon, "23")});
    Query query(engine, "telecoms_failover_event(failover(A, B, C, D), P).");
    Frame frame = query.next();
    REQUIRE(frame.type == static_cast<std::uint8_t>(WorkerMessage::kCommitment));
    CHECK(get_u64_le(frame.payload.data()) == 0);
    evaluate::WorkerReply reply;
    reply.outcome = 0;
    reply.value = std::string(64, 'a');
    query.say(WorkerMessage::kReply, evaluate::encode(reply));
    const auto texts = solutions(query.all());
    REQUIRE(texts.size() == 1);
    CHECK(texts[0].find("P = zkproof(sha256:" + std::string(64, 'a') + ", [telecoms], valid)") !=
          std::string::npos);
}

TEST_CASE("query: a hostile goal costs its worker, nothing else", "[engine]") {
    Engine engine;
    engine.load();
    (void)engine.feed({failover(kNoon, "23")});
    const std::vector<std::string> hostile = {
        "repeat, fail.",
        "format(\"~*c\", [400000000, 0'x]).",
        "X is 7**(7**9).",
        "N = 100000000, X is 7**N, Y is X mod 2.",
        "findall(X, repeat, L).",
        "numlist(1, 1000000000, L).",
        "length(L, 1000000000000).",
        "atom_length(L, N).",
        "forall(repeat, writeln(hello)).",
    };
    for (const std::string& goal : hostile) {
        INFO(goal);
        const auto before = std::chrono::steady_clock::now();
        Query query(engine, goal);
        const auto texts = query.all();
        const std::string end = query.ended();
        const bool said = std::any_of(texts.begin(), texts.end(),
                                      [](const std::string& text) { return text[0] == 'E'; });
        CHECK((said || end == "resource limit"));
        const auto took = std::chrono::steady_clock::now() - before;
        CHECK(took < std::chrono::seconds(15));
        const auto outcome = engine.feed({failover(kNoon + 1, "23")});
        CHECK_FALSE(outcome.outputs.empty());
    }
}

TEST_CASE("query: output beyond its limit ends the goal", "[engine]") {
    Engine engine;
    engine.load();
    evaluate::QueryLimits limits;
    limits.output_bytes = 1'000;
    Query query(engine, "forall(member(_, [1,2,3]), format(\"~*c\", [900, 0'x])).", limits);
    const auto texts = query.all();
    REQUIRE_FALSE(texts.empty());
    CHECK(texts.back() == "E ERROR: output limit");
}

TEST_CASE("query: worker and notary vanish when the daemon closes", "[engine]") {
    Engine engine;
    engine.load();
    auto query = std::make_unique<Query>(engine, "member(X, [1, 2]).");
    CHECK(query->next().type == static_cast<std::uint8_t>(WorkerMessage::kBindings));
    const std::string children = "/proc/" + std::to_string(engine.id()) + "/task/" +
                                 std::to_string(engine.id()) + "/children";
    const auto has_children = [&] { return !read_text_file(children).value().empty(); };
    CHECK(has_children());
    query.reset();
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (has_children() && std::chrono::steady_clock::now() < until) {
        (void)engine.feed({failover(kNoon, "23")});
    }
    CHECK_FALSE(has_children());
}

}  // namespace overlord::engine
