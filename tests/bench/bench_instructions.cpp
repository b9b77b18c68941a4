// LINKS: overlord_evaluate overlord_ledger
//
// What our own code does for each event, in memory and on one thread: framing and decoding, the
// batch to the engine and back, rules, the record's text. The hashes are OpenSSL's and are left
// out: which instructions they take depends on the processor. Only measured() counts:
// instructions.py runs this under callgrind and compares with what is committed. A count of
// instructions is the same on a busy machine, which no time is.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "overlord/base/time.hpp"
#include "overlord/evaluate/evaluator.hpp"
#include "overlord/event/decode.hpp"
#include "overlord/event/framing.hpp"
#include "overlord/ledger/record.hpp"
#include "overlord/rules/bundle.hpp"

namespace {

using namespace overlord;

constexpr TimeNs kStart = 1'769'688'000 * kSecondNs;
constexpr DurationNs kSpacing = 50'000;  // 20,000 events/s of log time
constexpr std::size_t kBatchItems = 100;
constexpr std::size_t kSystems = 10;
constexpr std::size_t kWarmUp = 2'000;  // every system judged, every buffer grown
constexpr std::size_t kMeasured = 5'000;

std::string line_of(std::size_t i) {
    const bool trade = i % 3 != 0;
    return R"({"specversion":"1.0","id":"e)" + std::to_string(i) +
           R"(","source":"//gw-7/core","type":")" +
           (trade ? "trading.trade" : "telecoms.heartbeat") + R"(","subject":"system_)" +
           std::to_string(i / 3 % kSystems) + R"(","time":")" +
           format_rfc3339(kStart + static_cast<TimeNs>(i) * kSpacing + 1) + R"(","data":)" +
           (trade ? R"({"latency_ms":0.412,"segregated":true,"desk":"d1"})"
                  : R"({"service":"core","status":"up"})") +
           "}\n";
}

std::string lines_of(std::size_t first, std::size_t count) {
    std::string lines;
    for (std::size_t i = first; i < first + count; ++i) lines += line_of(i);
    return lines;
}

// The parts of daemon and engine that every event passes, without sockets and files.
class MainPath {
public:
    explicit MainPath(evaluate::Evaluator& evaluator) : evaluator_(evaluator) {}

    void take(std::string_view lines) {
        framer_.feed(lines);
        while (const std::optional<event::Line> line = framer_.next()) {
            if (!decoder_.decode(line->text)) std::abort();
            batch_.items.push_back({evaluate::Item::Kind::kEvent, std::string(line->text), "", ""});
            if (batch_.items.size() == kBatchItems) finish_batch();
        }
    }
    [[nodiscard]] std::uint64_t records() const { return n_.value; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

private:
    void finish_batch() {
        const auto received = evaluate::decode_batch(evaluate::encode(batch_));
        const auto outcome =
            evaluate::decode_outcome(evaluate::encode(evaluator_.process(*received)));
        for (const evaluate::Output& output : outcome->outputs) {
            const bool event = output.kind == evaluate::OutputKind::kEvent;
            if (output.kind == evaluate::OutputKind::kReject) std::abort();
            const std::string record = ledger::compose(
                n_, output.at, output.body, event ? batch_.items[output.item].text : std::string());
            bytes_ += record.size();
            ++n_;
        }
        batch_ = {batch_.id + 1, 0, {}};
    }

    evaluate::Evaluator& evaluator_;
    event::LineFramer framer_;
    event::Decoder decoder_;
    evaluate::Batch batch_;
    RecordIndex n_;
    std::uint64_t bytes_ = 0;
};

}  // namespace

// Named for callgrind's --toggle-collect.
extern "C" [[gnu::noinline]] void measured(MainPath& path, const std::string& lines) {
    path.take(lines);
}

int main(int count, char** values) {
    std::string error;
    const auto machine = prolog::Machine::start({}, error);
    auto files = rules::read_rules(count > 1 ? values[1] : "rules");
    if (!machine || !files) return 1;
    rules::Loaded loaded = rules::load(*machine, std::move(files).value());
    if (!loaded.bundle) return 1;
    evaluate::Config config;
    config.clock = evaluate::ClockSource::kEvent;
    evaluate::Evaluator evaluator(*loaded.bundle, config, *machine);
    MainPath path(evaluator);
    path.take(lines_of(0, kWarmUp));
    measured(path, lines_of(kWarmUp, kMeasured));
    std::printf("events %zu\nrecords %llu of %llu bytes\n", kMeasured,
                static_cast<unsigned long long>(path.records()),
                static_cast<unsigned long long>(path.bytes()));
    return 0;
}
