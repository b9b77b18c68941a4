#include "monitor.hpp"

#include <catch2/catch.hpp>

#include "loopback.hpp"
#include "overlord/attest/bundle.hpp"
#include "overlord/zk/point.hpp"
#include "program.hpp"
#include "zk_log.hpp"

using namespace overlord;
using namespace overlord::ctl;
using zk_log::Example;
using zk_log::Stream;

namespace {

class FixedClock final : public Clock {
public:
    TimeNs now() override { return time; }
    TimeNs monotonic() override { return time; }
    TimeNs time = static_cast<TimeNs>((Example::kBegin + 14) * 60) * kSecondNs;
};

// A log whose files are read from a directory, and its monitor.
struct Watched {
    Watched() {
        example.fill();
        example.seal();
        example.log_document();
    }

    void publish() const { example.write_log(log); }

    std::unique_ptr<Monitor> open(const std::string& name = "monitor.example/m1") {
        Result<std::unique_ptr<Monitor>> monitor = try_open(name);
        INFO((monitor ? "" : monitor.error().message));
        REQUIRE(monitor);
        return *std::move(monitor);
    }

    Result<std::unique_ptr<Monitor>> try_open(const std::string& name) {
        MonitorOptions options;
        options.directory = directory.path / "monitor";
        options.new_name = name;
        options.logs = {example.log_key.verifier()};
        options.threads = 0;
        options.get = [this](const std::string& path) -> Result<std::string> {
            Result<std::string> text = read_text_file(log / path);
            if (!text && text.error().code == "io.enoent") {
                return Error{"http.not_found", path};
            }
            return text;
        };
        return Monitor::open(std::move(options), clock);
    }

    // The codes of a round's alarms.
    static std::vector<std::string> codes(const Result<Round>& round) {
        INFO((round ? "" : round.error().message));
        REQUIRE(round);
        std::vector<std::string> found;
        for (const Alarm& alarm : round->alarms) {
            INFO(alarm.text);
            CHECK_FALSE(alarm.text.empty());
            found.push_back(alarm.code);
        }
        return found;
    }

    // One round of a new monitor of what is published now.
    std::vector<std::string> alarms() {
        publish();
        const std::unique_ptr<Monitor> monitor = open();
        return codes(monitor->round());
    }

    TemporaryDirectory directory;
    Path log = directory.path / "log";
    Example example;
    FixedClock clock;
};

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("monitor: a sound log is cosigned, and again as it grows", "[ctl]") {
    Watched watched;
    watched.publish();
    std::unique_ptr<Monitor> monitor = watched.open();
    Result<Round> round = monitor->round();
    CHECK(Watched::codes(round).empty());
    CHECK(round->sound);
    CHECK(round->streams == 4);
    const tlog::VerifierKey key = monitor->store().verifier();
    const Keys keys = {watched.example.log_key.verifier(), key};
    const auto opened = attest::open_with_any(round->note, keys);
    REQUIRE(opened);
    CHECK(opened->note.verified.size() == 2);
    CHECK(opened->checkpoint.head.size.value == watched.example.entries.size());

    // It goes on where it was, also after a restart.
    monitor.reset();
    for (Stream& stream : watched.example.streams) {
        watched.example.add(compose(stream.slot({0, 1})));
    }
    watched.publish();
    monitor = watched.open("");
    CHECK(monitor->store().verifier() == key);
    round = monitor->round();
    CHECK(Watched::codes(round).empty());
    CHECK(round->head.size.value == watched.example.entries.size());
    CHECK_FALSE(round->note.empty());
    CHECK(monitor->state().streams.begin()->second.open.size() == 1);
    // Nothing new: nothing to say, and still cosigned.
    CHECK(Watched::codes(monitor->round()).empty());
}

TEST_CASE("monitor: another history is no longer cosigned", "[ctl]") {
    Watched watched;
    watched.publish();
    const std::unique_ptr<Monitor> monitor = watched.open();
    REQUIRE(monitor->round());
    const std::vector<std::string> entries = watched.example.entries;
    SECTION("another entry in the past") {
        watched.example.entries[5] = entries[6];
        watched.example.add(entries[0]);
        watched.publish();
        CHECK(Watched::codes(monitor->round()) == Codes{"log.fork"});
        CHECK(Watched::codes(monitor->round()) == Codes{"log.fork"});
    }
    SECTION("fewer entries") {
        watched.example.entries.pop_back();
        watched.publish();
        CHECK(Watched::codes(monitor->round()) == Codes{"log.rollback"});
    }
    SECTION("signed by somebody else") {
        std::string note = watched.example.checkpoint();
        note.replace(note.find(" overlords"), 10, " underlord");
        REQUIRE(write_file_derived(watched.log / "checkpoint", as_bytes(note)));
        CHECK(Watched::codes(monitor->round()) == Codes{"note.unsigned"});
    }
    // The history that it knows goes on.
    watched.example.entries = entries;
    watched.example.add(entries[0]);
    watched.publish();
    const Result<Round> round = monitor->round();
    CHECK(Watched::codes(round).empty());
    CHECK(round->sound);
    CHECK_FALSE(round->note.empty());
}

TEST_CASE("monitor: what is wrong with slots is an alarm and nothing is cosigned", "[ctl]") {
    Watched watched;
    Example& example = watched.example;
    const Stream& stream = example.streams.front();
    const auto erase = [&](std::size_t at) {
        example.entries.erase(example.entries.begin() + static_cast<std::ptrdiff_t>(at));
    };
    std::string expected;
    SECTION("a hole") {
        erase(example.slot_at(stream, Example::kBegin + 5));
        expected = "zk.slot_missing";
    }
    SECTION("a missing range proof") {
        erase(example.range_at(stream, Example::kBegin + 4));
        expected = "zk.range_order";
    }
    SECTION("a sum that does not follow, of a slot without a range proof yet") {
        attest::SlotEntry slot = example.streams.front().slot({0, 60'000'000});
        slot.bad_sum = zk::encode(zk::Point::base());
        example.add(compose(slot));
        expected = "zk.sum";
    }
    SECTION("a slot that was logged before its end") {
        attest::SlotEntry slot = example.streams.front().slot({0, 60'000'000});
        slot.at -= 10 * kMinuteNs;
        example.add(compose(slot));
        expected = "zk.early";
    }
    SECTION("a second key for the streams' names") {
        attest::StreamsEntry second = example.announced();
        second.key = zk::stream_key(Bytes(32, 0x71), example.origin);
        example.add(compose(second));
        expected = "zk.streams";
    }
    SECTION("slots before how they are named") {
        erase(1);
        expected = "zk.streams";
    }
    SECTION("a bad range proof") {
        attest::RangeEntry range = stream.range(Example::kBegin + 8, 4, Example::kBegin);
        range.first = Example::kBegin + 8;
        example.entries[example.range_at(stream, Example::kBegin + 8)] = compose(range);
        expected = "zk.range_proof";
    }
    watched.publish();
    const std::unique_ptr<Monitor> monitor = watched.open();
    const Result<Round> round = monitor->round();
    CHECK(Watched::codes(round) == Codes{expected});
    CHECK_FALSE(round->sound);
    CHECK(round->note.empty());
    CHECK(monitor->store().known_logs() == 0);
    CHECK(monitor->state().head.size.value == 0);
}

TEST_CASE("monitor: how the log names its streams is remembered", "[ctl]") {
    Watched watched;
    watched.publish();
    REQUIRE(watched.open()->round());
    watched.example.add(compose(watched.example.announced()));
    watched.publish();
    const std::unique_ptr<Monitor> monitor = watched.open("");
    REQUIRE(monitor->state().announced == watched.example.announced());
    CHECK(Watched::codes(monitor->round()) == Codes{"zk.streams"});
}

TEST_CASE("monitor: silence is told once and does not stop the cosignature", "[ctl]") {
    Watched watched;
    watched.publish();
    const std::unique_ptr<Monitor> monitor = watched.open();
    REQUIRE(monitor->round());
    const TimeNs later = watched.clock.time + 30 * kMinuteNs;
    watched.example.add(R"({"v":1,"kind":"state","at":)" + std::to_string(later) + "}");
    watched.publish();
    watched.clock.time = later;
    Result<Round> round = monitor->round();
    CHECK(Watched::codes(round) == Codes(4, "monitor.silent"));
    CHECK_FALSE(round->note.empty());
    CHECK(round->sound);
    CHECK(Watched::codes(monitor->round()).empty());
    // A log that says nothing at all.
    watched.clock.time += kHourNs;
    CHECK(Watched::codes(monitor->round()) == Codes{"monitor.log_silent"});
}

TEST_CASE("monitor: late slots and attestations without a document are told", "[ctl]") {
    Watched watched;
    SECTION("a slot that was logged an hour after its end") {
        attest::SlotEntry slot = watched.example.streams.front().slot({0, 60'000'000});
        slot.at += kHourNs;
        watched.example.add(compose(slot));
        watched.clock.time = slot.at;
        const Codes codes = watched.alarms();
        CHECK(std::count(codes.begin(), codes.end(), "monitor.late") == 1);
    }
    SECTION("an attestation without a document") {
        const TimeNs at = watched.clock.time;
        watched.example.add(attest::compose_entry({at - 11 * kMinuteNs, Hash{9}}));
        watched.example.add(R"({"v":1,"kind":"state","at":)" + std::to_string(at) + "}");
        CHECK(watched.alarms() == Codes{"monitor.no_document"});
    }
}

TEST_CASE("monitor: what it remembers is whole, its own, and not forgotten", "[ctl]") {
    Watched watched;
    watched.publish();
    CHECK(watched.try_open("").error().code == "monitor.state_missing");
    MonitorState before;
    {
        const std::unique_ptr<Monitor> monitor = watched.open();
        REQUIRE(monitor->round());
        before = monitor->state();
        CHECK(*parse_monitor_state(to_text(before)) == before);
    }
    const Path file = watched.directory.path / "monitor" / "monitor.state";
    std::string text = *read_text_file(file);
    SECTION("a changed file") {
        text.replace(text.find("\"covered\":"), 10, "\"covered\":1");
        REQUIRE(write_file_derived(file, as_bytes(text)));
        CHECK_FALSE(watched.try_open(""));
    }
    SECTION("a file that was cut short") {
        REQUIRE(write_file_derived(file, as_bytes(text.substr(0, text.size() / 2))));
        CHECK(watched.try_open("").error().code == "monitor.state_damaged");
    }
    SECTION("another log's") {
        before.origin = "elsewhere.example.org";
        REQUIRE(write_file_derived(file, as_bytes(to_text(before))));
        CHECK(watched.try_open("").error().code == "monitor.origin");
    }
}

TEST_CASE("monitor: as a command it reads over HTTP, its exit code says what it saw", "[ctl]") {
    Watched watched;
    watched.publish();
    const Listener listener;
    const Server server(listener.descriptor(), [&](int peer) {
        const std::string request = read_until(peer, "\r\n\r\n");
        const std::string target = request.substr(5, request.find(' ', 5) - 5);
        const Result<std::string> content = read_text_file(watched.log / target);
        const std::string body = content ? *content : "";
        write_all(peer, std::string("HTTP/1.1 ") + (content ? "200 OK" : "404 Not Found") +
                            "\r\nContent-Length: " + std::to_string(body.size()) +
                            "\r\nConnection: close\r\n\r\n" + body);
    });
    const std::vector<std::string> words = {
        "monitor", "http://" + listener.address(), "--key",
        watched.example.log_key.verifier().to_text(), "--state",
        (watched.directory.path / "m").string(), "--once", "--silence", "1000000"};
    CHECK(overlordctl(words).code == 3);  // no state, and no name for a new one
    std::vector<std::string> first = words;
    first.insert(first.end(), {"--name", "monitor.example/m1"});
    Outcome outcome = overlordctl(first);
    INFO(outcome.out << outcome.err);
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.out, "cosigned: "));
    watched.example.entries[3] = watched.example.entries[4];
    watched.publish();
    outcome = overlordctl(words);
    CHECK(outcome.code == 1);
    CHECK(contains(outcome.err, "ALARM log.fork: "));
    CHECK(contains(outcome.out, "not cosigned: "));
}
