#include "overlord/event/decode.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace overlord;
using namespace overlord::event;

namespace {

constexpr std::string_view kExample =
    R"({"specversion":"1.0","id":"f-17","source":"//gw-7/core","type":"telecoms.failover",)"
    R"("subject":"production_system","time":"2026-01-29T12:37:12.790123456Z",)"
    R"("data":{"from_system":"primary","to_system":"backup_1","duration_ms":23}})";

constexpr std::string_view kHead =
    R"({"specversion":"1.0","id":"1","source":"s","type":"t","subject":"y",)"
    R"("time":"2026-01-29T12:37:12Z")";

std::string with_data(std::string_view data) {
    return std::string(kHead) + ",\"data\":" + std::string(data) + "}";
}
std::string with_value(std::string_view value) {
    return with_data("{\"x\":" + std::string(value) + "}");
}

// "" for an accepted line, else "code: message".
std::string refused(std::string_view line) {
    Decoder decoder;
    const Result<Event> event = decoder.decode(line);
    return event ? "" : event.error().code + ": " + event.error().message;
}
std::string refused_value(std::string_view value) {
    return refused(with_value(value));
}
std::string code(std::string_view line) {
    const std::string text = refused(line);
    return text.substr(0, text.find(':'));
}

std::string replaced(std::string_view text, std::string_view part, std::string_view by) {
    std::string line(text);
    const std::size_t at = line.find(part);
    REQUIRE(at != line.npos);
    return line.replace(at, part.size(), by);
}
std::string repeated(std::string_view part, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += part;
    return text;
}

}  // namespace

TEST_CASE("decode: the example of the format page", "[event]") {
    Decoder decoder;
    Result<Event> event = decoder.decode("  " + std::string(kExample) + " \t\r");
    REQUIRE(event);
    CHECK(event->raw == kExample);
    CHECK(event->id == "f-17");
    CHECK(decoder.last_id() == "f-17");
    CHECK(event->source == "//gw-7/core");
    CHECK(event->type == "telecoms.failover");
    CHECK(event->subject == "production_system");
    CHECK(event->time == 1'769'690'232'790'123'456);
    REQUIRE(event->data.size() == 3);
    CHECK(event->data[0].name == "from_system");
    CHECK(event->data[0].type == FieldType::kString);
    CHECK(event->find("to_system")->token == "backup_1");
    CHECK(event->find("duration_ms")->type == FieldType::kNumber);
    CHECK(event->find("duration_ms")->token == "23");
    CHECK(event->find("duration") == nullptr);
}

TEST_CASE("decode: every field type of data", "[event]") {
    Decoder decoder;
    Result<Event> event = decoder.decode(
        with_data(R"({"n":null,"t":true,"f":false,"s":"a\"\\\/\b\f\n\r\t\u00e4\uD83D\ude00",)"
                  R"("o": {"k" : [ ] },"e":[],"l":["a","\u0062",""],"m":["a",1],"":0})"));
    REQUIRE(event);
    REQUIRE(event->data.size() == 9);
    CHECK(event->find("n")->type == FieldType::kNull);
    CHECK(event->find("t")->boolean);
    CHECK_FALSE(event->find("f")->boolean);
    CHECK(event->find("f")->type == FieldType::kBool);
    CHECK(event->find("s")->token == "a\"\\/\b\f\n\r\t\u00e4\U0001F600");
    CHECK(event->find("o")->type == FieldType::kObject);
    CHECK(event->find("o")->token == R"({"k" : [ ] })");
    CHECK(event->find("e")->only_strings);
    CHECK(event->find("e")->strings.empty());
    const Field* list = event->find("l");
    REQUIRE(list->strings.size() == 3);
    CHECK(list->strings[0] == "a");
    CHECK(list->strings[1] == "b");
    CHECK(list->strings[2] == "");
    CHECK_FALSE(event->find("m")->only_strings);
    CHECK(event->find("m")->token == R"(["a",1])");
    CHECK(event->find("")->token == "0");
}

TEST_CASE("decode: data may be missing, null or empty, and nothing else", "[event]") {
    Decoder decoder;
    for (const std::string& line :
         {std::string(kHead) + "}", with_data("null"), with_data("{}"), with_data(" { } ")}) {
        Result<Event> event = decoder.decode(line);
        REQUIRE(event);
        CHECK(event->data.empty());
        CHECK(event->raw == line);
    }
    for (const std::string_view data : {"1", "\"{}\"", "[]", "true"}) {
        CHECK(refused(with_data(data)) == "event.bad_attribute: $.data: must be an object");
    }
    CHECK(refused(std::string(kHead) + R"(,"data_base64":"AA=="})") ==
          "event.bad_attribute: $.data_base64: binary data is not taken");
    CHECK(refused(std::string(kHead) + R"(,"data_base64":null})") == "");
}

TEST_CASE("decode: what other senders add is let through", "[event]") {
    CHECK(refused(std::string(kHead) +
                  R"(,"datacontenttype":"application/json; charset=utf-8","sequence":"0001",)"
                  R"("sampledrate":3,"traceparent":"00-ab","odd":{"a":[1]}})") == "");
    CHECK(refused(R"({"specversion":"1.0","\u0069d":"1","source":"s","type":"t","subject":"y",)"
                  R"("time":"2026-01-29T12:37:12Z"})") == "");
}

TEST_CASE("decode: a source's own count", "[event]") {
    const auto sequence = [](std::string_view members) {
        Decoder decoder;
        const Result<Event> event = decoder.decode(std::string(kHead) + std::string(members) + "}");
        INFO(members);
        REQUIRE(event);
        return event->sequence;
    };
    CHECK(sequence("") == std::nullopt);
    CHECK(sequence(R"(,"sequence":"0")") == 0);
    CHECK(sequence(R"(,"sequence":"00042")") == 42);
    CHECK(sequence(R"(,"sequence":42)") == 42);
    CHECK(sequence(R"(,"sequencetype":"Integer","sequence":"7")") == 7);
    CHECK(sequence(R"(,"sequence":"7","sequencetype":null)") == 7);
    CHECK(sequence(R"(,"sequence":"9223372036854775807")") == 9'223'372'036'854'775'807u);
    // What is no counter is left alone.
    for (const std::string_view members :
         {R"(,"sequence":"9223372036854775808")", R"(,"sequence":"00000000000000000001")",
          R"(,"sequence":"")", R"(,"sequence":"-1")", R"(,"sequence":-1)", R"(,"sequence":1.0)",
          R"(,"sequence":1e3)", R"(,"sequence":" 1")", R"(,"sequence":"a1")", R"(,"sequence":null)",
          R"(,"sequence":true)", R"(,"sequence":["1"])", R"(,"sequence":{"a":"1"})",
          R"(,"sequence":"1","sequencetype":"Timestamp")", R"(,"sequence":1,"sequencetype":1)"}) {
        CHECK(sequence(members) == std::nullopt);
    }
}

TEST_CASE("decode: required attributes", "[event]") {
    for (const std::string_view name : {"specversion", "id", "source", "type", "subject", "time"}) {
        INFO(name);
        const std::string key = '"' + std::string(name) + '"';
        const std::string missing =
            "event.missing_attribute: $." + std::string(name) + ": is required";
        CHECK(refused(replaced(kExample, key, "\"x" + std::string(name) + '"')) == missing);

        const std::size_t value = kExample.find(key) + key.size() + 1;
        const std::size_t end = kExample.find('"', value + 1) + 1;
        const std::string_view old = kExample.substr(value, end - value);
        CHECK(refused(replaced(kExample, old, "null")) == missing);
        const std::string wrong = name == "time" ? "event.time" : "event.bad_attribute";
        CHECK(refused(replaced(kExample, old, "17")) ==
              wrong + ": $." + std::string(name) + ": must be a string");
        CHECK(code(replaced(kExample, old, "\"\"")) == wrong);
        CHECK(code(replaced(kExample, old, R"("a\nb")")) == wrong);
        CHECK(code(replaced(kExample, old, '"' + std::string(kAttributeBytesMax + 1, '1') + '"')) ==
              wrong);
    }
    CHECK(refused(replaced(kExample, "f-17", std::string(kAttributeBytesMax, 'i'))) == "");
    CHECK(refused(replaced(kExample, "f-17", std::string(kAttributeBytesMax + 1, 'i'))) ==
          "event.bad_attribute: $.id: longer than 1024 bytes");
    CHECK(refused(replaced(kExample, "f-17", "a\\u0085b")) ==
          "event.bad_attribute: $.id: has a control character");
    CHECK(refused(replaced(kExample, "f-17", "a\x7f")) ==
          "event.bad_attribute: $.id: has a control character");
    CHECK(refused(replaced(kExample, "f-17", "\u00e4\u00a0\U0001F600")) == "");
    CHECK(refused(replaced(kExample, "1.0", "0.3")) ==
          "event.bad_attribute: $.specversion: must be \"1.0\"");
}

TEST_CASE("decode: times are exact, RFC 3339, from 1970 on", "[event]") {
    Decoder decoder;
    const std::string_view old = "2026-01-29T12:37:12.790123456Z";
    const auto time_of = [&](std::string_view text) {
        Result<Event> event = decoder.decode(replaced(kExample, old, text));
        REQUIRE(event);
        return event->time;
    };
    CHECK(time_of("1970-01-01T00:00:00Z") == 0);
    CHECK(time_of("1970-01-01T01:00:00.000000001+01:00") == 1);
    CHECK(time_of("2026-01-29t12:37:12z") == 1'769'690'232'000'000'000);
    CHECK(refused(replaced(kExample, old, "1969-12-31T23:59:59.999999999Z")) ==
          "event.time: $.time: before 1970");
    for (const std::string_view bad :
         {"2026-01-29", "2026-01-29T12:37:12", "2026-02-30T00:00:00Z", "2026-01-29T24:00:00Z",
          "2026-01-29T12:37:12.1234567890Z", "9999-12-31T23:59:59Z", "1769690232", "now", " "}) {
        INFO(bad);
        CHECK(code(replaced(kExample, old, bad)) == "event.time");
        CHECK_THAT(refused(replaced(kExample, old, bad)),
                   Catch::StartsWith("event.time: $.time: "));
    }
}

TEST_CASE("decode: numbers are the text that was sent", "[event]") {
    Decoder decoder;
    for (const std::string_view number :
         {"0", "-0", "9007199254740993", "9223372036854775807", "-9223372036854775808",
          "9223372036854775808", "18446744073709551616", "0.1", "-0.0", "1E+30", "1e-30", "23.50",
          "1234567890123456789012345678901234567890",
          "0.999999999999999999999999999999999999999"}) {
        INFO(number);
        Result<Event> event = decoder.decode(with_value(number));
        REQUIRE(event);
        CHECK(event->find("x")->type == FieldType::kNumber);
        CHECK(event->find("x")->token == number);
    }
}

TEST_CASE("decode: numbers that are refused", "[event]") {
    CHECK(refused_value("12345678901234567890123456789012345678901") ==
          "json.number: $.data.x: more than 40 digits");
    CHECK(refused_value("0.1234567890123456789012345678901234567890") ==
          "json.number: $.data.x: more than 40 digits");
    CHECK(refused_value("1e31") == "json.number: $.data.x: an exponent beyond 30");
    CHECK(refused_value("1e-31") == "json.number: $.data.x: an exponent beyond 30");
    CHECK(refused_value("1e400") == "json.number: $.data.x: an exponent beyond 30");
    CHECK(refused_value("1e" + std::string(10'000, '9')) ==
          "json.number: $.data.x: an exponent beyond 30");
    CHECK(refused_value("01") == "json.number: $.data.x: a number with a leading zero");
    CHECK(refused_value("-") == "json.number: $.data.x: a number needs a digit");
    CHECK(refused_value("-Infinity") == "json.number: $.data.x: a number needs a digit");
    CHECK(refused_value("1.") == "json.number: $.data.x: no digit after the decimal point");
    CHECK(refused_value("1.e3") == "json.number: $.data.x: no digit after the decimal point");
    CHECK(refused_value("1e") == "json.number: $.data.x: no digit in the exponent");
    CHECK(refused_value("1e+") == "json.number: $.data.x: no digit in the exponent");
    CHECK(refused_value("[0,{\"y\":[1,02]}]") ==
          "json.number: $.data.x[1].y[1]: a number with a leading zero");
    for (const std::string_view bad : {"NaN", "Infinity", "+1", ".5", "0x10", "1_000", "1,5"}) {
        INFO(bad);
        CHECK(code(with_value(bad)) == "json.syntax");
    }
    CHECK(refused(std::string(kHead) + R"(,"rate":1e99})") ==
          "json.number: $.rate: an exponent beyond 30");
}

TEST_CASE("decode: syntax errors name the offset", "[event]") {
    CHECK(refused("") == "json.syntax: offset 0: expected a value, found the end of the line");
    CHECK(refused(":- halt.") == "json.syntax: offset 0: expected a value");
    CHECK(refused("[]") == "json.syntax: offset 0: an event is a JSON object");
    CHECK(refused("\"a\"") == "json.syntax: offset 0: an event is a JSON object");
    CHECK(refused("{") ==
          "json.syntax: offset 1: expected a name in double quotes, found the end of the line");
    CHECK(refused("{\"a\"") == "json.syntax: offset 4: expected ':', found the end of the line");
    CHECK(refused("{\"a\":") ==
          "json.syntax: offset 5: expected a value, found the end of the line");
    CHECK(refused("{\"a\":1") ==
          "json.syntax: offset 6: expected ',' or '}', found the end of the line");
    CHECK(refused("{\"a\":\"b") ==
          "json.syntax: offset 7: a string does not end, found the end of the line");
    CHECK(refused("{\"a\":\"\\") ==
          "json.syntax: offset 7: unknown escape in a string, found the end of the line");
    CHECK(refused("{\"a\":tru}") == "json.syntax: offset 5: expected true, false or null");
    CHECK(refused("{\"a\":truex}") == "json.syntax: offset 9: expected ',' or '}'");
    CHECK(refused("{\"a\":1,}") == "json.syntax: offset 7: expected a name in double quotes");
    CHECK(refused("{,}") == "json.syntax: offset 1: expected a name in double quotes");
    CHECK(refused("{a:1}") == "json.syntax: offset 1: expected a name in double quotes");
    CHECK(refused("{'a':1}") == "json.syntax: offset 1: expected a name in double quotes");
    CHECK(refused("{\"a\":[1,]}") == "json.syntax: offset 8: expected a value");
    CHECK(refused("{\"a\":[1 2]}") == "json.syntax: offset 8: expected ',' or ']'");
    CHECK(refused("{\"a\":1}//") == "json.syntax: offset 7: text after the event");
    CHECK(refused(std::string(kExample) + std::string(kExample)) ==
          "json.syntax: offset " + std::to_string(kExample.size()) + ": text after the event");
    CHECK(refused_value("\"tab\there\"") ==
          "json.syntax: offset 114: a control character in a string must be escaped");
    CHECK(code(with_value(R"("\x41")")) == "json.syntax");
    CHECK(code(with_value(R"("\u12g4")")) == "json.syntax");
    CHECK(code(with_value(R"("\u12)")) == "json.syntax");
    CHECK(code("\xEF\xBB\xBF" + std::string(kExample)) == "json.syntax");
    CHECK(code(std::string(kExample) + '\0') == "json.syntax");
    CHECK(code("{" + std::string(1, '\0') + "}") == "json.syntax");
    CHECK(code("{\"a\":1\v}") == "json.syntax");
}

TEST_CASE("decode: every prefix of a good line is refused without a crash", "[event]") {
    const std::string line = with_data(R"({"a":[1,"\u00e4\ud83d\ude00",{"b":-1.5e+3}],"c":true})");
    Decoder decoder;
    for (std::size_t size = 0; size < line.size(); ++size) {
        CHECK_FALSE(decoder.decode(std::string_view(line).substr(0, size)));
    }
    CHECK(decoder.decode(line));
}

TEST_CASE("decode: nesting is bounded", "[event]") {
    // The event and its data are two levels, so 14 more fit.
    CHECK(refused_value(repeated("[", 14) + repeated("]", 14)) == "");
    CHECK(code(with_value(repeated("[", 15) + repeated("]", 15))) == "json.depth");
    CHECK(refused_value(repeated("{\"k\":", 14) + "1" + repeated("}", 14)) == "");
    CHECK(refused_value(repeated("{\"k\":", 15) + "1" + repeated("}", 15)) ==
          "json.depth: $.data.x" + repeated(".k", 14) + ": nested deeper than 16");
    CHECK(code("{\"a\":" + std::string(60'000, '[')) == "json.depth");
    CHECK(code(std::string(1'000'000, '[')) == "framing.too_long");
    CHECK(code(repeated("{\"a\":", 10'000)) == "json.depth");
}

TEST_CASE("decode: a name twice in an object is refused wherever it is", "[event]") {
    CHECK(refused(std::string(kHead) + R"(,"id":"2"})") ==
          "json.duplicate_key: $.id: the same name twice in one object");
    CHECK(refused(std::string(kHead) + R"(,"data":{},"data":{}})") ==
          "json.duplicate_key: $.data: the same name twice in one object");
    CHECK(refused(with_data(R"({"a":1,"b":2,"a":1})")) ==
          "json.duplicate_key: $.data.a: the same name twice in one object");
    CHECK(refused(with_data(R"({"a":1,"\u0061":1})")) ==
          "json.duplicate_key: $.data.a: the same name twice in one object");
    CHECK(refused(with_data(R"({"x":[{"a":1},{"b c":1,"b c":2}]})")) ==
          "json.duplicate_key: $.data.x[1][\"b c\"]: the same name twice in one object");
    CHECK(refused(with_data(R"({"":1,"":2})")) ==
          "json.duplicate_key: $.data[\"\"]: the same name twice in one object");
    CHECK(refused(with_data(R"({"a":{"a":1},"b":{"a":1}})")) == "");
    CHECK(refused(std::string(kHead) + R"(,"ext":{"a":1,"a":2}})") ==
          "json.duplicate_key: $.ext.a: the same name twice in one object");
}

TEST_CASE("decode: objects of thousands of keys cost no quadratic time", "[event]") {
    std::string many = "{";
    for (int i = 0; i < 5000; ++i) many += "\"k" + std::to_string(i) + "\":1,";
    CHECK(refused(with_data(many + "\"last\":1}")) == "");
    CHECK(refused(with_data(many + "\"k4711\":1}")) ==
          "json.duplicate_key: $.data.k4711: the same name twice in one object");
    CHECK(code(with_data(repeated(many, 200))) == "framing.too_long");
}

TEST_CASE("decode: long and strange names are cut and quoted in reasons", "[event]") {
    const std::string name = std::string(63, 'n') + "\u00e4" + std::string(100, 'n');
    CHECK(refused(with_data("{\"" + name + "\":01}")) ==
          "json.number: $.data[\"" + std::string(63, 'n') + "...\"]: a number with a leading zero");
    CHECK(refused(with_data(R"({"a\"\n\\":01})")) ==
          "json.number: $.data[\"a\\\"?\\\\\"]: a number with a leading zero");
}

TEST_CASE("decode: bytes that are not UTF-8 are refused with their offset", "[event]") {
    const std::string_view cases[] = {
        "\xFF",              // no such byte
        "\x80",              // a continuation alone
        "\xC3",              // cut short
        "\xC0\xAF",          // overlong '/'
        "\xE0\x80\xAF",      // overlong in three
        "\xF0\x80\x80\xAF",  // overlong in four
        "\xED\xA0\x80",      // a surrogate
        "\xF4\x90\x80\x80",  // beyond U+10FFFF
        "\xF8\x88\x80\x80\x80",
    };
    for (const std::string_view bad : cases) {
        const std::string line = with_value("\"ok\u00e4" + std::string(bad) + "\"");
        INFO(line);
        CHECK(refused(line) ==
              "json.utf8: offset " + std::to_string(line.rfind(bad)) + ": not valid UTF-8");
    }
    CHECK(code("\xFE" + std::string(kExample)) == "json.utf8");
    CHECK(refused_value("\"\u00e4\u20ac\U0001F600\U0010FFFF\"") == "");
}

TEST_CASE("decode: NUL and lone surrogates are refused", "[event]") {
    CHECK(refused_value(R"("a\u0000b")") == "json.nul: $.data.x: a string with a NUL character");
    CHECK(refused_value('"' + std::string(1, '\0') + '"') ==
          "json.nul: $.data.x: a string with a NUL character");
    CHECK(code(with_data(R"({"\u0000":1})")) == "json.nul");
    CHECK(refused_value(R"("\uD800")") ==
          "json.surrogate: $.data.x: a high surrogate without its low one");
    CHECK(code(with_value(R"("\uD83D\n")")) == "json.surrogate");
    CHECK(code(with_value(R"("\uD83D\uD83D")")) == "json.surrogate");
    CHECK(code(with_value(R"("\uD83Dx")")) == "json.surrogate");
    CHECK(refused_value(R"("\uDE00")") ==
          "json.surrogate: $.data.x: a low surrogate without its high one");
}

TEST_CASE("decode: text that looks like Prolog stays data", "[event]") {
    Decoder decoder;
    for (const std::string_view text : {":- halt.", "foo(X) :- shell('rm -rf /').", "'$VAR'(1)",
                                        "','(a,b)", "[H|T]", "a.b", "\\+ x", "%", "/* */", "0'c"}) {
        std::string json = "\"";
        for (const char c : text) {
            if (c == '\\') json += '\\';
            json += c;
        }
        Result<Event> event = decoder.decode(with_value(json + '"'));
        REQUIRE(event);
        CHECK(event->find("x")->token == text);
    }
}

TEST_CASE("decode: strings up to the line limit pass and longer lines do not", "[event]") {
    const std::size_t frame = with_value("\"\"").size();
    Decoder decoder;
    Result<Event> event =
        decoder.decode(with_value('"' + std::string(kLineBytesMax - frame, 'x') + '"'));
    REQUIRE(event);
    CHECK(event->find("x")->token.size() == kLineBytesMax - frame);
    CHECK(code(with_value('"' + std::string(kLineBytesMax - frame + 1, 'x') + '"')) ==
          "framing.too_long");
    CHECK(code(with_value('"' + std::string(10'000'000, 'x') + '"')) == "framing.too_long");
}

TEST_CASE("decode: a refused line still tells its id where it was read", "[event]") {
    Decoder decoder;
    CHECK_FALSE(decoder.decode(R"({"id":"a-1","data":{"x":01}})"));
    CHECK(decoder.last_id() == "a-1");
    CHECK_FALSE(decoder.decode("nonsense"));
    CHECK(decoder.last_id().empty());
    CHECK_FALSE(decoder.decode(R"({"id":17})"));
    CHECK(decoder.last_id().empty());
    CHECK_FALSE(decoder.decode(R"({"id":")" + std::string(2000, 'x') + "\"}"));
    CHECK(decoder.last_id().empty());
    CHECK_FALSE(decoder.decode(std::string(kLineBytesMax + 1, ' ')));
    CHECK(decoder.last_id().empty());
}

TEST_CASE("decode: a decoder starts afresh with every line", "[event]") {
    Decoder decoder;
    CHECK(decoder.decode(with_data(R"({"a":["x\n","y"],"b":1})")));
    CHECK_FALSE(decoder.decode("{\"a\":[[[\"\\n"));
    Result<Event> event = decoder.decode(with_data(R"({"c":["z"]})"));
    REQUIRE(event);
    REQUIRE(event->data.size() == 1);
    CHECK(event->find("c")->strings[0] == "z");
    Decoder moved = std::move(decoder);
    CHECK(moved.decode(kExample));
}
