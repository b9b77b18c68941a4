#include "overlord/pipeline/status.hpp"

#include <catch2/catch.hpp>

namespace overlord::pipeline {

TEST_CASE("status: a system is as bad as its worst level, and unknown without any", "[pipeline]") {
    CHECK(system_verdict({}) == "unknown");
    CHECK(system_verdict({{"gmp", "compliant"}, {"itil", "compliant"}}) == "compliant");
    CHECK(system_verdict({{"gmp", "compliant"}, {"itil", "unknown"}}) == "unknown");
    CHECK(system_verdict({{"gmp", "non_compliant"}, {"itil", "unknown"}}) == "non_compliant");
}

TEST_CASE("status: durations fall into buckets of powers of two microseconds", "[pipeline]") {
    LatencyHistogram histogram;
    histogram.add(-5);
    histogram.add(999);
    histogram.add(1'000);
    histogram.add(1'999'999);
    histogram.add(TimeNs{1} << 60);
    CHECK(histogram.count() == 5);
    CHECK(histogram.bucket(0) == 2);   // below 1 us
    CHECK(histogram.bucket(1) == 1);   // below 2 us
    CHECK(histogram.bucket(11) == 1);  // below 2,048 us
    CHECK(histogram.bucket(LatencyHistogram::kBuckets - 1) == 1);
}

}  // namespace overlord::pipeline
