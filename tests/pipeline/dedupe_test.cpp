#include "dedupe.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <random>

namespace overlord::pipeline {
namespace {

const EventKeyer kKeyer{Hash{1, 2, 3}};

EventKey key(const std::string& source, const std::string& id, const std::string& raw = "{}") {
    return kKeyer.key(source, id, raw);
}

}  // namespace

TEST_CASE("dedupe: the same bytes are a duplicate, other bytes a conflict", "[pipeline]") {
    Dedupe seen;
    CHECK(seen.look_up(key("s", "1", "a")) == Dedupe::Seen::kNew);
    seen.remember(key("s", "1", "a"));
    CHECK(seen.look_up(key("s", "1", "a")) == Dedupe::Seen::kSame);
    CHECK(seen.look_up(key("s", "1", "b")) == Dedupe::Seen::kConflict);
    CHECK(seen.look_up(key("t", "1", "a")) == Dedupe::Seen::kNew);
    CHECK(seen.look_up(key("s1", "", "a")) == Dedupe::Seen::kNew);  // not "s" and "1"
}

TEST_CASE("dedupe: exactly the last ids of a source are remembered", "[pipeline]") {
    Dedupe seen(3, 100);
    for (int i = 0; i < 10; ++i) seen.remember(key("s", std::to_string(i)));
    CHECK(seen.size() == 3);
    CHECK(seen.look_up(key("s", "6")) == Dedupe::Seen::kNew);
    for (const char* id : {"7", "8", "9"}) CHECK(seen.look_up(key("s", id)) == Dedupe::Seen::kSame);
}

TEST_CASE("dedupe: beyond the total the source that is quiet for longest forgets first",
          "[pipeline]") {
    Dedupe seen(10, 4);
    seen.remember(key("quiet", "1"));
    seen.remember(key("busy", "1"));
    seen.remember(key("quiet", "2"));
    seen.remember(key("busy", "2"));
    seen.remember(key("busy", "3"));  // "quiet" was active before "busy"
    CHECK(seen.size() == 4);
    CHECK(seen.look_up(key("quiet", "1")) == Dedupe::Seen::kNew);
    CHECK(seen.look_up(key("quiet", "2")) == Dedupe::Seen::kSame);
    seen.remember(key("busy", "4"));
    seen.remember(key("busy", "5"));  // "quiet" is empty by now: "busy" forgets its own
    CHECK(seen.look_up(key("quiet", "2")) == Dedupe::Seen::kNew);
    CHECK(seen.look_up(key("busy", "1")) == Dedupe::Seen::kNew);
    CHECK(seen.look_up(key("busy", "5")) == Dedupe::Seen::kSame);
}

TEST_CASE("dedupe: agrees with a plain map over a long random run, also restored", "[pipeline]") {
    constexpr std::size_t kPerSource = 50;
    Dedupe seen(kPerSource, 1'000'000);
    std::map<std::string, std::vector<std::string>> model;
    std::mt19937 random(5);
    for (int i = 0; i < 50'000; ++i) {
        const std::string source = "source" + std::to_string(random() % 40);
        const std::string id = std::to_string(random() % 200);
        std::vector<std::string>& ids = model[source];
        const bool known = std::find(ids.begin(), ids.end(), id) != ids.end();
        REQUIRE((seen.look_up(key(source, id)) == Dedupe::Seen::kSame) == known);
        if (known) continue;
        seen.remember(key(source, id));
        ids.push_back(id);
        if (ids.size() > kPerSource) ids.erase(ids.begin());
    }
    Bytes bytes;
    seen.serialise(bytes);
    ByteReader in(bytes);
    Result<Dedupe> restored = Dedupe::restore(in, kPerSource, 1'000'000);
    REQUIRE(restored);
    CHECK(restored->size() == seen.size());
    for (const auto& [source, ids] : model)
        for (const std::string& id : ids)
            REQUIRE(restored->look_up(key(source, id)) == Dedupe::Seen::kSame);
}

}  // namespace overlord::pipeline
