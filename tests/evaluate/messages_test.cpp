#include <catch2/catch.hpp>

#include "overlord/evaluate/messages.hpp"

namespace overlord::evaluate {

TEST_CASE("messages: a load survives the wire", "[evaluate]") {
    LoadMessage load;
    load.files = {{"telecoms.pl", "a."}, {"trading.pl", ""}};
    load.config.clock = ClockSource::kEvent;
    load.config.levels = {{"s", {"telecoms", "gmp"}}};
    load.config.systems_max = 3;
    const auto copy = decode_load(encode(load));
    REQUIRE(copy);
    CHECK(copy->files.size() == 2);
    CHECK(copy->files[0].text == "a.");
    CHECK(copy->config.clock == ClockSource::kEvent);
    CHECK(copy->config.levels[0].levels == std::vector<std::string>{"telecoms", "gmp"});
    CHECK(copy->config.systems_max == 3);
}

TEST_CASE("messages: settings without slots are spelled as they were before there were any",
          "[evaluate]") {
    LoadMessage load;
    load.config.proved_systems_max = 7;
    const Bytes without = encode(load);
    load.config.slot_ns = 60 * kSecondNs;
    const Bytes with = encode(load);
    CHECK(with.size() == without.size() + 16);
    const auto off = decode_load(without);
    REQUIRE(off);
    CHECK(off->config.slot_ns == 0);
    CHECK(off->config.proved_systems_max == kProvedSystemsMax);
    const auto on = decode_load(with);
    REQUIRE(on);
    CHECK(on->config.slot_ns == 60 * kSecondNs);
    CHECK(on->config.proved_systems_max == 7);
    for (const DurationNs bad : {DurationNs{-1}, kSecondNs / 2, kDayNs + kSecondNs}) {
        load.config.slot_ns = bad;
        CHECK_FALSE(decode_load(encode(load)));
    }
}

TEST_CASE("messages: a loaded bundle tells its plan and its waivers", "[evaluate]") {
    LoadedMessage loaded;
    loaded.levels = {"telecoms"};
    loaded.plan = "{}";
    loaded.waivers = {{"oven.clean", "stove", "A. Baker", "why", "B. Cook", 3, 4},
                      {"oven.cool", "stove", "A. Baker", "why", "", 0, 5}};
    const auto copy = decode_loaded(encode(loaded));
    REQUIRE(copy);
    CHECK(copy->plan == "{}");
    CHECK(copy->waivers == loaded.waivers);
}

TEST_CASE("messages: every kind of item and output survives the wire", "[evaluate]") {
    Batch batch;
    batch.id = 7;
    batch.at = -1;
    batch.items.push_back({Item::Kind::kEvent, "{}", "", ""});
    batch.items.push_back({Item::Kind::kReject, "", "json.syntax", "offset 1"});
    batch.items.push_back({Item::Kind::kAudit, "true", "", "query"});
    batch.items.push_back({Item::Kind::kStop, "", "", ""});
    batch.items.push_back({Item::Kind::kNote, "\"kind\":\"gap\"", "", ""});
    const auto copy = decode_batch(encode(batch));
    REQUIRE(copy);
    CHECK(copy->at == -1);
    REQUIRE(copy->items.size() == 5);
    CHECK(copy->items[4].kind == Item::Kind::kNote);
    CHECK(copy->items[4].text == "\"kind\":\"gap\"");
    CHECK(copy->items[1].code == "json.syntax");
    CHECK(copy->items[2].reason == "query");
    CHECK(copy->items[3].kind == Item::Kind::kStop);

    Outcome outcome;
    outcome.batch = 7;
    outcome.records = 9;
    outcome.outputs.push_back({OutputKind::kReject, 1, 5, "body", "c", "r"});
    outcome.outputs.push_back({OutputKind::kTick, kNoItem, 6, "\"kind\":\"tick\"", "", ""});
    outcome.outputs.push_back({OutputKind::kSlot, kNoItem, 6, "\"kind\":\"slot\"", "", ""});
    outcome.states.push_back({9, 6, Hash{1, 2, 3}});
    const auto back = decode_outcome(encode(outcome));
    REQUIRE(back);
    CHECK(back->outputs[0].reason == "r");
    CHECK(back->outputs[1].item == kNoItem);
    CHECK(back->outputs[2].kind == OutputKind::kSlot);
    CHECK(back->states[0].digest == Hash{1, 2, 3});
    CHECK(back->next_due == kNever);
}

TEST_CASE("messages: a payload cut anywhere or with a byte more is refused", "[evaluate]") {
    Batch batch;
    batch.items.push_back({Item::Kind::kAudit, "goal", "", "query"});
    const Bytes whole = encode(batch);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CHECK_FALSE(decode_batch(ByteView(whole).first(size)));
    }
    Bytes more = whole;
    more.push_back(0);
    CHECK(decode_batch(more).error().code == "message.syntax");
}

TEST_CASE("messages: more items than a batch may have are refused before memory is taken",
          "[evaluate]") {
    Bytes bytes;
    put_u64_le(bytes, 1);
    put_u64_le(bytes, 1);
    put_u32_le(bytes, 0xffffffff);
    CHECK_FALSE(decode_batch(bytes));
}

TEST_CASE("messages: a frame says its length and type", "[evaluate]") {
    const Bytes bytes = frame(static_cast<std::uint8_t>(MessageType::kClaim), encode_text("s"));
    const auto header = decode_frame_header(ByteView(bytes).first(kFrameHeaderBytes));
    REQUIRE(header);
    CHECK(header->length == bytes.size() - kFrameHeaderBytes);
    CHECK(header->type == 6);
    CHECK(*decode_text(ByteView(bytes).subspan(kFrameHeaderBytes)) == "s");
    CHECK_FALSE(decode_frame_header(Bytes{0xff, 0xff, 0xff, 0xff, 1}));
}

}  // namespace overlord::evaluate
