#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <thread>

#include "overlord/pipeline/system_verdicts.hpp"

namespace overlord::pipeline {
namespace {

using Plain = std::map<std::string, LevelVerdicts>;

Plain plain(const SystemVerdicts& verdicts) {
    Plain all;
    std::string last;
    for (const auto& [system, levels] : verdicts.sorted()) {
        CHECK((last.empty() || last < system));
        last = system;
        all.emplace(system, levels);
    }
    CHECK(all.size() == verdicts.size());
    return all;
}

}  // namespace

TEST_CASE("system verdicts: what was shared stays as it was", "[pipeline]") {
    std::mt19937_64 random(1);
    SystemVerdicts verdicts;
    Plain expected;
    std::vector<std::pair<std::shared_ptr<const SystemVerdicts>, Plain>> shared;
    for (int i = 0; i < 20'000; ++i) {
        const std::string system = "s" + std::to_string(random() % 3'000);
        LevelVerdicts levels = expected[system];
        levels["l" + std::to_string(random() % 4)] = random() % 2 == 0 ? "compliant" : "unknown";
        expected[system] = levels;
        verdicts.set(system, std::move(levels));
        if (i % 1'000 == 7) shared.emplace_back(verdicts.share(), expected);
    }
    CHECK(plain(verdicts) == expected);
    for (const auto& [copy, as_of] : shared) CHECK(plain(*copy) == as_of);
    CHECK(verdicts.find("nobody") == nullptr);
    REQUIRE(verdicts.find("s7") != nullptr);
    CHECK(*verdicts.find("s7") == expected["s7"]);
}

TEST_CASE("system verdicts: another thread reads what is shared meanwhile", "[pipeline]") {
    SystemVerdicts verdicts;
    for (int i = 0; i < 500; ++i) verdicts.set("s" + std::to_string(i), {{"l", "unknown"}});
    const auto copy = verdicts.share();
    std::size_t unknown = 0;
    std::thread reader([&] {
        for (int round = 0; round < 20; ++round) {
            for (const auto& [system, levels] : copy->sorted())
                unknown += system_verdict(levels) == "unknown" ? 1 : 0;
        }
    });
    for (int i = 0; i < 5'000; ++i) verdicts.set("s" + std::to_string(i), {{"l", "compliant"}});
    reader.join();
    CHECK(unknown == 20 * 500);
    CHECK(verdicts.size() == 5'000);
    CHECK(copy->size() == 500);
}

}  // namespace overlord::pipeline
