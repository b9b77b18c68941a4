#include "overlord/base/number.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <vector>

using namespace overlord;

namespace {

Number json(std::string_view token) {
    CAPTURE(token);
    const Result<Number> number = Number::parse_json(token);
    REQUIRE(number);
    return *number;
}

bool is_small(const Number& number) {
    std::int64_t numerator = 0;
    std::int64_t denominator = 0;
    return number.small(numerator, denominator);
}

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

}  // namespace

TEST_CASE("number: JSON tokens are read exactly", "[base]") {
    const std::pair<const char*, const char*> vectors[] = {
        {"0", "0"},
        {"-0", "0"},
        {"-0.0e5", "0"},
        {"23", "23"},
        {"0.82", "41/50"},
        {"0.99999", "99999/100000"},
        {"-1.5", "-3/2"},
        {"1e3", "1000"},
        {"1E+3", "1000"},
        {"1e-3", "1/1000"},
        {"1.000", "1"},
        {"9007199254740993", "9007199254740993"},  // 2^53 + 1, which a double cannot hold
        {"9223372036854775807", "9223372036854775807"},
        {"9223372036854775808", "9223372036854775808"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"1e30", "1000000000000000000000000000000"},
        {"1e-30", "1/1000000000000000000000000000000"},
        {"1e00030", "1000000000000000000000000000000"},
        {"5e-1", "1/2"},
        {"1234567890123456789012345678901234567890", "1234567890123456789012345678901234567890"},
        {"0.000000000000000000000000000000000000001", "1/1000000000000000000000000000000000000000"},
    };
    for (const auto& [token, text] : vectors) CHECK(json(token).to_text() == text);
}

TEST_CASE("number: what is not an RFC 8259 number is refused", "[base]") {
    for (const char* bad : {"", "-", "+1", "01", "-01", ".5", "1.", "1.e3", "1e", "1e+", "1e+-3",
                            "0x10", "1 ", " 1", "NaN", "Infinity", "1,5", "--1", "1e5.0", "00"}) {
        CAPTURE(bad);
        const Result<Number> number = Number::parse_json(bad);
        REQUIRE_FALSE(number);
        CHECK(number.error().code == "number.syntax");
    }
}

TEST_CASE("number: the limits of digits and exponent are exact", "[base]") {
    CHECK(Number::parse_json(std::string(40, '9')));
    CHECK(Number::parse_json(std::string(41, '9')).error().code == "number.range");
    CHECK(Number::parse_json("0." + std::string(39, '1')));
    CHECK(Number::parse_json("0." + std::string(40, '1')).error().code == "number.range");
    CHECK(Number::parse_json(std::string(40, '9') + "e30"));
    CHECK(Number::parse_json("1e31").error().code == "number.range");
    CHECK(Number::parse_json("1e-31").error().code == "number.range");
    CHECK(Number::parse_json("1e99999999999999999999").error().code == "number.range");
}

TEST_CASE("number: canonical text reads back, any other text is refused", "[base]") {
    for (const char* text : {"0", "23", "-1/3", "41/50", "1/1000000000000000000000000000000",
                             "-123456789012345678901234567890123456789012345678901234567891/2"}) {
        CAPTURE(text);
        const Result<Number> number = Number::parse_ratio(text);
        REQUIRE(number);
        CHECK(number->to_text() == text);
    }
    for (const char* bad : {"", "-", "-0", "00", "1/0", "1/1", "2/4", "1/-3", "+1", "1/", "/2",
                            "1/02", "0/5", "1.5", "1/2/3", " 1"}) {
        CAPTURE(bad);
        const Result<Number> number = Number::parse_ratio(bad);
        REQUIRE_FALSE(number);
        CHECK(number.error().code == "number.syntax");
    }
}

TEST_CASE("number: arithmetic is exact over the border between inline and big", "[base]") {
    CHECK(Number::ratio(1, 3) + Number::ratio(1, 6) == Number::ratio(1, 2));
    CHECK(Number::ratio(1, 3) - Number::ratio(1, 3) == Number(0));
    CHECK(Number::ratio(-6, -4) == Number::ratio(3, 2));
    CHECK(Number::ratio(6, -4).to_text() == "-3/2");
    CHECK(Number::ratio(kMin, kMin) == Number(1));
    CHECK(Number::ratio(kMin, -1).to_text() == "9223372036854775808");
    CHECK(Number::ratio(1, kMin).to_text() == "-1/9223372036854775808");

    const Number beyond = Number(kMax) + Number(1);
    CHECK_FALSE(is_small(beyond));
    CHECK(beyond.to_text() == "9223372036854775808");
    const Number back = beyond - Number(1);
    CHECK(is_small(back));
    CHECK(back == Number(kMax));
    CHECK((Number(kMin) - Number(1)).to_text() == "-9223372036854775809");
    CHECK((Number(kMin) * Number(kMin)).to_text() == "85070591730234615865843651857942052864");
    CHECK((Number(kMin) / Number(-1)).to_text() == "9223372036854775808");
    CHECK(Number(kMin) + Number(kMin) == Number(kMin) * Number(2));
    CHECK(Number::ratio(1, kMax) * Number(kMax) == Number(1));
    CHECK(Number::ratio(kMax, kMax - 1) + Number::ratio(kMin, kMax) <
          Number::ratio(1, 1'000'000'000));
    CHECK(json("0.1") + json("0.2") == json("0.3"));
    CHECK((beyond * beyond) / beyond == beyond);
}

TEST_CASE("number: comparison is a total order over inline and big values", "[base]") {
    const std::vector<Number> rising = {json("-1e30"),           Number(kMin),
                                        Number(-1),              Number::ratio(-1, kMax),
                                        Number(0),               json("1e-30"),
                                        Number::ratio(1, kMax),  json("0.99999"),
                                        json("0.999990000000001"), Number(1),
                                        Number(kMax),            Number(kMax) + Number(1),
                                        json("1e30")};
    for (std::size_t i = 0; i < rising.size(); ++i) {
        for (std::size_t k = 0; k < rising.size(); ++k) {
            CAPTURE(i, k);
            CHECK(compare(rising[i], rising[k]) == (i < k ? -1 : i > k ? 1 : 0));
        }
    }
}

TEST_CASE("number: copies are independent and moves leave the value", "[base]") {
    Number big = json("1e30");
    const Number copy = big;
    big = Number(3);
    CHECK(copy == json("1e30"));
    CHECK(big == Number(3));
    Number moved = std::move(big);
    CHECK(moved == Number(3));
    moved = copy;
    CHECK(moved == copy);
    CHECK(moved.is_integer());
    CHECK_FALSE(json("0.5").is_integer());
}

TEST_CASE("number: decimals end where they can", "[base]") {
    CHECK(json("0.82").to_decimal() == "0.82");
    CHECK(json("-0.05").to_decimal() == "-0.05");
    CHECK(json("1.25").to_decimal() == "1.25");
    CHECK(Number(7).to_decimal() == "7");
    CHECK(Number::ratio(1, 3).to_decimal() == "0.333333333333...");
    CHECK(Number::ratio(-200, 3).to_decimal() == "-66.666666666666...");
    CHECK(Number::ratio(1, 1024).to_decimal() == "0.0009765625");
    CHECK(json("1e-30").to_decimal() == "0.000000000000000000000000000001");
}
