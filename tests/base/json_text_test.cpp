#include "overlord/base/json_text.hpp"

#include <catch2/catch.hpp>

using overlord::append_json_string;

namespace {

std::string json(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

}  // namespace

TEST_CASE("json text: one text has one spelling", "[base]") {
    CHECK(json("") == R"("")");
    CHECK(json(R"(a "b" \c /d)") == R"("a \"b\" \\c /d")");
    CHECK(json("\b\t\n\f\r") == R"("\u0008\u0009\u000a\u000c\u000d")");
    CHECK(json(std::string_view("\0\x1f", 2)) == R"("\u0000\u001f")");
    CHECK(json("\x7f\u00e4\u2028\U0001f600") == "\"\x7f\u00e4\u2028\U0001f600\"");
}

TEST_CASE("json text: it is appended, and runs between escapes stay whole", "[base]") {
    std::string out = "{\"x\":";
    append_json_string(out, "plain \"quoted\" plain");
    CHECK(out == R"({"x":"plain \"quoted\" plain")");
    for (int c = 0; c < 0x20; ++c) {
        const std::string spelled = json(std::string("ab") + static_cast<char>(c) + "cd");
        CHECK(spelled.size() == 12);
        CHECK(spelled.substr(0, 7) == "\"ab\\u00");
        CHECK(spelled.substr(9) == "cd\"");
    }
}
