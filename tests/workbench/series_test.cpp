// The shorthand of series.
#include "series.hpp"

#include <catch2/catch.hpp>

using namespace overlord;
using namespace overlord::workbench;

namespace {

// "1,1,_,2", or the error's message.
std::string values(std::string_view text, std::size_t most = 100) {
    const auto parsed = parse_series(text, most);
    if (!parsed) return parsed.error().message;
    std::string out;
    for (const SeriesValue& value : *parsed) out += (out.empty() ? "" : ",") + value.value_or("_");
    return out;
}

}  // namespace

TEST_CASE("series: values are repeated, left out and counted", "[series]") {
    CHECK(values("0.1x3 0.7 _ 0.2x2") == "0.1,0.1,0.1,0.7,_,0.2,0.2");
    CHECK(values("_x2 1") == "_,_,1");
    CHECK(values("1+2x4") == "1,3,5,7");
    CHECK(values("1-0.5x4") == "1,0.5,0,-0.5");
    CHECK(values("-3") == "-3");
    CHECK(values("1e+2") == "1e+2");
    CHECK(values("1e-2-1e-2x2") == "0.01,0");
    CHECK(values("up down x") == "up,down,x");
    CHECK(values("on-callx2") == "on-call,on-call");
    CHECK(values("ax5x1") == "ax5");
    CHECK(values("\n 1\t2 ") == "1,2");
}

TEST_CASE("series: what cannot be read is named", "[series]") {
    CHECK(values("") == "series: there is no value in it");
    CHECK(values("1 2x0") == "series: 2x0: is repeated 1 to 100 times");
    CHECK(values("2x99999999999999999999") ==
          "series: 2x99999999999999999999: is repeated 1 to 100 times");
    CHECK(values("1x60 2x41") == "series: 2x41: a feed has at most 100 events");
}
