#include "overlord/base/result.hpp"

#include <cerrno>
#include <catch2/catch.hpp>
#include <memory>

#include "overlord/base/strong.hpp"

using namespace overlord;

TEST_CASE("result: each layer adds one clause in front", "[base]") {
    const Error error =
        with_context(io_error("write segment 7", ENOSPC), "append entry 812");
    CHECK(error.code == "io.enospc");
    CHECK(error.message == "append entry 812: write segment 7: No space left on device");
    CHECK(error.kind == ErrorClass::kFatal);
}

TEST_CASE("result: an errno without a name still has a code", "[base]") {
    CHECK(io_error("read", 99999).code == "io.unknown");
    CHECK(io_error("read", 99999).message == "read: error 99999");
}

TEST_CASE("result: holds a value or an error, and moves values out", "[base]") {
    Result<std::unique_ptr<int>> good(std::make_unique<int>(7));
    REQUIRE(good);
    const std::unique_ptr<int> taken = *std::move(good);
    CHECK(*taken == 7);
    const Result<int> bad(Error{"a.b", "c"});
    CHECK_FALSE(bad);
    CHECK(bad.error().kind == ErrorClass::kReject);
    CHECK(Status{}.has_value());
    CHECK_FALSE(Status{Error{"a.b", "c"}}.has_value());
}

TEST_CASE("strong: values of one kind compare", "[base]") {
    CHECK(TreeSize{3} < TreeSize{4});
    CHECK(++TreeSize{3} == TreeSize{4});
}
