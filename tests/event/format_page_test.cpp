// docs/formats/events.md says what the decoder does.
#include <catch2/catch.hpp>

#include <set>
#include <string>

#include "overlord/base/file.hpp"
#include "overlord/event/decode.hpp"
#include "overlord/event/framing.hpp"

using namespace overlord;
using namespace overlord::event;

namespace {

std::string page() {
    const auto text = read_text_file(Path(OVERLORD_SOURCE_DIR) / "docs/formats/events.md");
    REQUIRE(text);
    return *text;
}

}  // namespace

TEST_CASE("format page: every example event decodes and every core type has one", "[event]") {
    Decoder decoder;
    std::set<std::string> types;
    const std::string text = page();
    LineFramer framer;
    framer.feed(text);
    while (const auto line = framer.next()) {
        if (!line->text.starts_with("{\"specversion\"")) continue;
        INFO(line->text);
        const Result<Event> event = decoder.decode(line->text);
        REQUIRE(event);
        types.emplace(event->type);
    }
    for (const char* type :
         {"telecoms.heartbeat", "telecoms.redundancy", "telecoms.failover", "trading.trade",
          "trading.access", "gmp.batch", "gmp.validation", "gmp.change", "itil.incident",
          "itil.change", "itil.service_level", "itil.nil_report"}) {
        INFO(type);
        CHECK(types.contains(type));
    }
}

TEST_CASE("format page: every code that a line can be refused with is explained", "[event]") {
    const std::string text = page();
    for (const char* code : {"framing.too_long",
                             "framing.timeout",
                             "framing.truncated",
                             "json.utf8",
                             "json.syntax",
                             "json.depth",
                             "json.number",
                             "json.nul",
                             "json.surrogate",
                             "json.duplicate_key",
                             "event.missing_attribute",
                             "event.bad_attribute",
                             "event.time",
                             "duplicate.conflict",
                             "schema.unknown_type",
                             "schema.missing_field",
                             "schema.wrong_type",
                             "schema.value",
                             "time.future",
                             "time.jump",
                             "system.limit",
                             "engine.poison"}) {
        INFO(code);
        CHECK(text.find("\n| `" + std::string(code) + "` | ") != text.npos);
    }
}
