// LINKS: overlord_event
// Framing, decoding and the schema check of one 240-byte event, on one thread.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

#include "overlord/event/decode.hpp"
#include "overlord/event/framing.hpp"
#include "overlord/event/schema.hpp"

namespace {

using namespace overlord;
using namespace overlord::event;

constexpr std::string_view kEvent =
    R"({"specversion":"1.0","id":"f-17","source":"//gw-7/core","type":"telecoms.failover",)"
    R"("subject":"production_system","time":"2026-01-29T12:37:12.790123456Z",)"
    R"("data":{"from_system":"primary","to_system":"backup_1","duration_ms":23}})";
constexpr int kRounds = 1'000'000;

// The best of five runs, in nanoseconds for each event.
template <class Work>
void measure(const char* name, Work&& work) {
    double best = 1e18;
    for (int run = 0; run < 5; ++run) {
        const auto start = std::chrono::steady_clock::now();
        work();
        const std::chrono::duration<double, std::nano> took =
            std::chrono::steady_clock::now() - start;
        best = std::min(best, took.count() / kRounds);
    }
    std::printf("%-28s %7.0f ns/event %6.2f M/s %6.0f MB/s\n", name, best, 1e3 / best,
                static_cast<double>(kEvent.size()) * 1e3 / best);
}

KindSchema failover() {
    KindSchema schema;
    schema.type = "telecoms.failover";
    schema.fields.resize(3);
    schema.fields[0].name = "from_system";
    schema.fields[0].type = ValueType::kAtom;
    schema.fields[1].name = "to_system";
    schema.fields[1].type = ValueType::kAtom;
    schema.fields[2].name = "duration_ms";
    schema.fields[2].type = ValueType::kNumber;
    return schema;
}

}  // namespace

int main() {
    std::size_t sum = 0;
    std::string chunk;
    for (int i = 0; i < 270; ++i) chunk.append(kEvent).push_back('\n');
    measure("frame", [&] {
        LineFramer framer;
        for (int i = 0; i < kRounds; i += 270) {
            framer.feed(chunk);
            while (auto line = framer.next()) sum += line->text.size();
        }
    });
    Decoder decoder;
    measure("decode", [&] {
        for (int i = 0; i < kRounds; ++i) sum += decoder.decode(kEvent)->data.size();
    });
    const KindSchema schema = failover();
    measure("decode and check schema", [&] {
        for (int i = 0; i < kRounds; ++i) {
            const Result<Event> event = decoder.decode(kEvent);
            sum += check(*event, schema)->size();
        }
    });
    std::printf("event of %zu bytes (%zu)\n", kEvent.size(), sum);
    return 0;
}
