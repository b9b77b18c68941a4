#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "process.hpp"

namespace overlord::engine {

using namespace testing;
using evaluate::MessageType;
using evaluate::OutputKind;

namespace {

std::uint8_t code(MessageType type) {
    return static_cast<std::uint8_t>(type);
}

std::string failover(TimeNs time, const std::string& ms) {
    return event_line("telecoms.failover", time,
                      "{\"from_system\":\"p\",\"to_system\":\"b\",\"duration_ms\":" + ms + "}");
}

// A pack whose control exhausts memory on the second event.
const std::vector<evaluate::NamedText> kHungry = {{"hungry.pl", R"(
:- module(hungry, [hungry_size/2, hungry_compliant/1]).

:- telemetry(meal(size:number)).
:- measure(size, max(meal, size), over(1, h)).
:- control('hungry.size', hungry_size/2,
           [title("Small meals"), basis(target), cites(["Own target"])]).

%!  hungry_size(+System, -Size) is semidet.

hungry_size(System, Size) :-
    measured(System, size, Size),
    length(List, Size),
    List = [_|_],
    Size >= 1.

%!  hungry_compliant(+System) is semidet.

hungry_compliant(System) :-
    hungry_size(System, _).
)"}};

std::string meal(const std::string& size) {
    return event_line("hungry.meal", kNoon, "{\"size\":" + size + "}");
}

}  // namespace

TEST_CASE("engine: loads the packs and answers a batch", "[engine]") {
    Engine engine;
    evaluate::LoadMessage message;
    message.files = packs();
    const Frame answer = engine.ask(MessageType::kLoad, evaluate::encode(message));
    REQUIRE(answer.type == code(MessageType::kLoaded));
    const auto loaded = evaluate::decode_loaded(answer.payload);
    REQUIRE(loaded);
    REQUIRE(loaded->levels.size() > 4);
    // The levels of operation come first, the catalogue's packs behind them.
    const std::vector<std::string> first(loaded->levels.begin(), loaded->levels.begin() + 4);
    CHECK(first == std::vector<std::string>{"telecoms", "trading", "gmp", "itil"});
    CHECK(std::find(loaded->types.begin(), loaded->types.end(), "telecoms.failover") !=
          loaded->types.end());
    const auto outcome = engine.feed_items(
        {{evaluate::Item::Kind::kEvent, failover(kNoon, "23"), "", ""}}, kNoon);
    REQUIRE(outcome.outputs.size() >= 2);
    CHECK(outcome.outputs[0].kind == OutputKind::kEvent);
    CHECK(outcome.outputs[1].kind == OutputKind::kVerdict);
    CHECK(outcome.records == outcome.outputs.size());
    const Frame claim = engine.ask(MessageType::kClaim, evaluate::encode_text("s"));
    CHECK(evaluate::decode_claim_text(claim.payload)->known);
    engine.peer().send(code(MessageType::kQuit), {});
    CHECK(engine.wait() == 0);
}

#ifndef OVERLORD_SANITIZED  // sanitizers need calls that the filter refuses
TEST_CASE("engine: is closed in once the rules are loaded", "[engine]") {
    Engine engine;
    engine.load();
    const std::string status =
        read_text_file("/proc/" + std::to_string(engine.id()) + "/status").value();
    CHECK(status.find("NoNewPrivs:\t1") != std::string::npos);
    CHECK(status.find("Seccomp:\t2") != std::string::npos);
}
#endif

TEST_CASE("engine: refuses a bad bundle with diagnostics and lives", "[engine]") {
    Engine engine;
    evaluate::LoadMessage message;
    message.files = {{"bad.pl", ":- module(bad, []).\nfoo :- shell(ls).\n"}};
    const Frame answer = engine.ask(MessageType::kLoad, evaluate::encode(message));
    REQUIRE(answer.type == code(MessageType::kLoadFailed));
    const auto failed = evaluate::decode_load_failed(answer.payload);
    REQUIRE(failed);
    REQUIRE_FALSE(failed->diagnostics.empty());
    CHECK(failed->diagnostics[0].file == "bad.pl");
    engine.peer().close();
    CHECK(engine.wait() == 0);
}

TEST_CASE("engine: a snapshot made aside is of the moment it was asked for", "[engine]") {
    Engine engine;
    engine.load();
    (void)engine.feed({failover(kNoon, "23")});
    const Frame now = engine.ask(MessageType::kTakeSnapshot, {});
    auto [ours, theirs] = make_pair();
    engine.peer().send(code(MessageType::kSnapshotAside), {}, {theirs.get()});
    theirs = FileHandle();
    (void)engine.feed({failover(kNoon + 1, "51")});  // the engine answers meanwhile
    Peer aside(std::move(ours));
    const std::optional<Frame> made = aside.receive();
    REQUIRE(made);
    CHECK(made->type == code(MessageType::kSnapshot));
    CHECK(made->payload == now.payload);
    CHECK_FALSE(aside.receive());  // and the process has ended
}

TEST_CASE("engine: a snapshot continues in another process", "[engine]") {
    Engine first;
    first.load();
    (void)first.feed({failover(kNoon, "23"), failover(kNoon + 1, "51")});
    const Frame taken = first.ask(MessageType::kTakeSnapshot, {});
    const auto snapshot = evaluate::decode_snapshot(taken.payload);
    REQUIRE(snapshot);
    Engine second;
    second.load();
    const Frame restored = second.ask(MessageType::kRestore, snapshot->bytes);
    const auto answer = evaluate::decode_restored(restored.payload);
    REQUIRE(answer);
    CHECK(answer->accepted);
    CHECK(answer->records == snapshot->records);
    const std::string more = failover(kNoon + kSecondNs, "60");
    const auto left = first.feed({more});
    const auto right = second.feed({more});
    REQUIRE(left.outputs.size() == right.outputs.size());
    for (std::size_t i = 0; i < left.outputs.size(); ++i) {
        CHECK(left.outputs[i].body == right.outputs[i].body);
    }
    const auto digest = [](Engine& engine) {
        return evaluate::decode_snapshot(engine.ask(MessageType::kTakeSnapshot, {}).payload)
            ->digest;
    };
    CHECK(digest(first) == digest(second));
    const Frame refused = second.ask(MessageType::kRestore, snapshot->bytes);
    CHECK_FALSE(evaluate::decode_restored(refused.payload)->accepted);
}

TEST_CASE("engine: a memory death leaves the item in the marker and exit status 70", "[engine]") {
    Engine engine;
    engine.load(kHungry);
    const auto fine = engine.feed({meal("3")});
    CHECK(fine.outputs.size() == 2);
    CHECK(engine.marker().magic == evaluate::kMarkerMagic);
    CHECK(engine.marker().active == 0);
    evaluate::Batch batch{77, 0, {}};
    for (const std::string& line : {meal("2"), meal("1000000000000")}) {
        batch.items.push_back({evaluate::Item::Kind::kEvent, line, "", ""});
    }
    batch.items.push_back({evaluate::Item::Kind::kAudit, "true", "", "query"});
    engine.peer().send(code(MessageType::kBatch), evaluate::encode(batch));
    CHECK_FALSE(engine.peer().receive().has_value());
    CHECK(engine.wait() == 70);
    CHECK(engine.marker().active == 1);
    CHECK(engine.marker().batch == 77);
    CHECK(engine.marker().item >= 1);
}

TEST_CASE("engine: messages out of order or malformed end it with a reason", "[engine]") {
    Engine engine;
    const Frame answer = engine.ask(MessageType::kBatch, evaluate::encode(evaluate::Batch{}));
    CHECK(answer.type == code(MessageType::kFatal));
    CHECK(evaluate::decode_text(answer.payload)->starts_with("engine.order"));
    CHECK(engine.wait() == 1);

    Engine other;
    other.load();
    const Frame bad = other.ask(MessageType::kBatch, Bytes{1, 2, 3});
    CHECK(bad.type == code(MessageType::kFatal));
}

TEST_CASE("engine: check runs the gate on a folder", "[engine]") {
    const std::string engine = std::string(OVERLORD_BIN_DIR) + "/overlord-engine check ";
    CHECK(std::system((engine + OVERLORD_SOURCE_DIR "/rules > /dev/null").c_str()) == 0);
    char folder[] = "/tmp/overlord-check-XXXXXX";
    REQUIRE(::mkdtemp(folder) != nullptr);
    std::ofstream(std::string(folder) + "/bad.pl") << ":- module(bad, []).\nfoo :- halt.\n";
    CHECK(std::system((engine + folder + " --json > /dev/null").c_str()) != 0);
    std::filesystem::remove_all(folder);
}

}  // namespace overlord::engine
