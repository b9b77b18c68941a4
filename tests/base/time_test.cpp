#include "overlord/base/time.hpp"

#include <catch2/catch.hpp>
#include <limits>

using namespace overlord;

TEST_CASE("time: RFC 3339 texts and their instants", "[base]") {
    const std::pair<const char*, TimeNs> vectors[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01t00:00:00z", 0},
        {"1970-01-01T00:00:00-00:00", 0},
        {"1969-12-31T23:59:59.999999999Z", -1},
        {"2026-01-29T12:37:12.790123456Z", 1769690232790123456},
        {"2026-01-29T14:37:12.79+02:00", 1769690232790000000},
        {"2026-01-29T00:07:12.790-12:30", 1769690232790000000},
        {"2024-02-29T00:00:00Z", 1709164800000000000},
        {"2000-02-29T23:59:59+23:59", 951782459000000000},
        {"2016-12-31T23:59:60Z", 1483228800000000000},
        {"2016-12-31T23:59:60.5Z", 1483228800500000000},
        {"2017-01-01T01:59:60+02:00", 1483228800000000000},
        {"2262-04-11T23:47:16.854775807Z", std::numeric_limits<TimeNs>::max()},
        {"1677-09-21T00:12:43.145224192Z", std::numeric_limits<TimeNs>::min()},
    };
    for (const auto& [text, instant] : vectors) {
        CAPTURE(text);
        const Result<TimeNs> time = parse_rfc3339(text);
        REQUIRE(time);
        CHECK(*time == instant);
    }
}

TEST_CASE("time: anything but RFC 3339 is a syntax error", "[base]") {
    for (const char* bad :
         {"", "2026-01-29", "2026-01-29 12:37:12Z", "2026-01-29T12:37:12", "2026-01-29T12:37Z",
          "2026-1-29T12:37:12Z", "2026-01-29T12:37:12.Z", "2026-01-29T12:37:12.1234567890Z",
          "2026-01-29T12:37:12,5Z", "2026-01-29T12:37:12+0200", "2026-01-29T12:37:12+02",
          "2026-01-29T12:37:12ZZ", "2026-01-29T12:37:12 Z", " 2026-01-29T12:37:12Z",
          "+026-01-29T12:37:12Z", "20260129T123712Z", "2026-01-29T12:37:12+02:0x"}) {
        CAPTURE(bad);
        const Result<TimeNs> time = parse_rfc3339(bad);
        REQUIRE_FALSE(time);
        CHECK(time.error().code == "time.syntax");
    }
}

TEST_CASE("time: instants that do not exist or do not fit are out of range", "[base]") {
    for (const char* bad :
         {"2025-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
          "2026-00-01T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z",
          "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z",
          "2026-01-01T12:00:60Z", "2026-01-15T23:59:60Z", "2026-01-01T00:00:00+24:00",
          "2026-01-01T00:00:00+01:60", "2262-04-11T23:47:16.854775808Z",
          "1677-09-21T00:12:43.145224191Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"}) {
        CAPTURE(bad);
        const Result<TimeNs> time = parse_rfc3339(bad);
        REQUIRE_FALSE(time);
        CHECK(time.error().code == "time.range");
    }
}

TEST_CASE("time: the shortest exact fraction is written", "[base]") {
    CHECK(format_rfc3339(0) == "1970-01-01T00:00:00Z");
    CHECK(format_rfc3339(-1) == "1969-12-31T23:59:59.999999999Z");
    CHECK(format_rfc3339(1769690232790000000) == "2026-01-29T12:37:12.790Z");
    CHECK(format_rfc3339(1769690232790120000) == "2026-01-29T12:37:12.790120Z");
    CHECK(format_rfc3339(1769690232790123456) == "2026-01-29T12:37:12.790123456Z");
    for (const TimeNs time : {std::numeric_limits<TimeNs>::min(), TimeNs{-86400 * kSecondNs},
                              TimeNs{1}, std::numeric_limits<TimeNs>::max()}) {
        CHECK(*parse_rfc3339(format_rfc3339(time)) == time);
    }
}

TEST_CASE("time: the system clock is after this was written and monotonic", "[base]") {
    CHECK(system_clock().now() > *parse_rfc3339("2026-01-01T00:00:00Z"));
    const TimeNs before = system_clock().monotonic();
    CHECK(system_clock().monotonic() >= before);
}
