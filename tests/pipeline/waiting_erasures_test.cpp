#include "waiting_erasures.hpp"

#include <catch2/catch.hpp>

namespace overlord::pipeline {
namespace {

using ledger::Erasure;
using Kind = ledger::ErasureScope::Kind;
using Slots = std::vector<std::uint64_t>;

Erasure of(const std::string& system, ledger::Day before) {
    return {{Kind::kSystem, system}, before};
}

EraseResult destroyed(std::uint64_t keys, std::uint64_t record) {
    EraseResult result;
    result.keys = keys;
    result.record = RecordIndex{record};
    return result;
}

// What one who asked was told.
struct Asker {
    std::vector<Result<EraseResult>> told;
    WaitingErasures::Done done() {
        return [this](Result<EraseResult> result) { told.push_back(std::move(result)); };
    }
};

}  // namespace

TEST_CASE("waiting erasures: who waits is told once all of his were carried out", "[pipeline]") {
    WaitingErasures waiting;
    Asker asker;
    waiting.add({of("a", 7), of("b", 7)}, true, asker.done());
    CHECK(waiting.ready().empty());  // nobody has counted
    CHECK_FALSE(waiting.status()[0].slots);
    waiting.progress(Slots{3, 0});
    CHECK(waiting.ready() == std::vector<Erasure>{of("b", 7)});
    CHECK(waiting.status()[0].slots == 3);
    waiting.ended(of("b", 7), destroyed(2, 40));
    CHECK(asker.told.empty());
    waiting.progress(Slots{0});
    waiting.ended(of("a", 7), destroyed(1, 41));
    REQUIRE(asker.told.size() == 1);
    CHECK(asker.told[0]->keys == 3);
    CHECK(asker.told[0]->record == RecordIndex{41});
    CHECK(asker.told[0]->waiting_slots == 0);
    CHECK(waiting.empty());
}

TEST_CASE("waiting erasures: who does not wait hears for how many slots", "[pipeline]") {
    WaitingErasures waiting;
    Asker hurried;
    waiting.add({of("a", 7)}, false, hurried.done());
    waiting.progress(Slots{5});
    REQUIRE(hurried.told.size() == 1);
    CHECK(hurried.told[0]->waiting_slots == 5);
    waiting.progress(Slots{0});
    waiting.ended(of("a", 7), destroyed(1, 9));
    CHECK(hurried.told.size() == 1);

    Asker lucky;
    waiting.add({of("a", 8)}, false, lucky.done());
    waiting.progress(Slots{0});
    CHECK(lucky.told.empty());
    waiting.ended(of("a", 8), destroyed(1, 9));
    REQUIRE(lucky.told.size() == 1);
    CHECK(lucky.told[0]->keys == 1);
}

TEST_CASE("waiting erasures: one that another takes along does not wait itself", "[pipeline]") {
    WaitingErasures waiting;
    Asker first;
    Asker second;
    waiting.add({of("a", 9)}, true, first.done());
    waiting.add({of("a", 9)}, true, second.done());
    waiting.add({of("a", 8)}, true, second.done());
    CHECK(waiting.list().size() == 1);
    waiting.progress(Slots{0});
    waiting.ended(of("a", 9), destroyed(4, 1));
    CHECK(first.told.size() == 1);
    CHECK(second.told.size() == 2);
    waiting.add({{{Kind::kAll, ""}, 5}}, true, {});
    waiting.add({of("a", 5), {{Kind::kRejects, ""}, 4}}, true, {});
    CHECK(waiting.list().size() == 1);
    waiting.add({of("a", 6)}, true, {});
    CHECK(waiting.list().size() == 2);
}

TEST_CASE("waiting erasures: no two that take the same keys go at once", "[pipeline]") {
    WaitingErasures waiting;
    waiting.add({of("a", 5), of("b", 5), of("a", 6)}, true, {});
    waiting.progress(Slots{0, 0, 0});
    CHECK(waiting.ready() == std::vector<Erasure>{of("a", 5), of("b", 5)});
    waiting.add({{{Kind::kAll, ""}, 4}}, true, {});
    CHECK(waiting.ready().empty());  // the new one is to be counted first
    waiting.progress(Slots{1, 0, 1, 0});
    CHECK(waiting.ready() == std::vector<Erasure>{of("b", 5)});
}

TEST_CASE("waiting erasures: a refusal is told, but for one of several", "[pipeline]") {
    WaitingErasures waiting;
    Asker alone;
    waiting.add({of("a", 5)}, true, alone.done());
    waiting.progress(Slots{0});
    waiting.ended(of("a", 5), Error{"erasure.held", "case 17"});
    REQUIRE(alone.told.size() == 1);
    CHECK(alone.told[0].error().code == "erasure.held");

    Asker several;
    waiting.add({of("a", 5), of("b", 5)}, true, several.done());
    waiting.progress(Slots{0, 0});
    waiting.ended(of("a", 5), Error{"erasure.held", "case 17"});
    waiting.ended(of("b", 5), destroyed(1, 3));
    REQUIRE(several.told.size() == 1);
    CHECK(several.told[0]->keys == 1);
}

}  // namespace overlord::pipeline
