#include "overlord/attest/slot_entry.hpp"

#include <catch2/catch.hpp>

#include <vector>

#include "zk_examples.hpp"

namespace overlord::attest {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

// Any byte that is dropped, doubled or changed gives another entry or none.
template <class Entry>
void check_one_spelling(const Entry& entry) {
    const std::string text = compose(entry);
    const Result<ZkEntry> read = parse_zk_entry(text);
    REQUIRE(read);
    CHECK(std::get<Entry>(*read) == entry);
    const auto differs = [&](const std::string& other) {
        const Result<ZkEntry> found = parse_zk_entry(other);
        const Entry* same = found ? std::get_if<Entry>(&*found) : nullptr;
        return same == nullptr || (compose(*same) == other && !(*same == entry));
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string changed = text;
        changed[i] = changed[i] == '1' ? '2' : '1';
        CHECK(differs(changed));
        CHECK(differs(std::string(text).erase(i, 1)));
        CHECK(differs(std::string(text).insert(i, 1, ' ')));
    }
    CHECK_FALSE(parse_zk_entry(text + "\n"));
    CHECK_FALSE(parse_zk_entry(text + text));
}

}  // namespace

TEST_CASE("slot entry: one spelling, read back as it was written", "[attest]") {
    check_one_spelling(example_slot());
    check_one_spelling(example_range());
    check_one_spelling(ProofEntry{5, named("attestation"), named("digest")});
    check_one_spelling(StreamsEntry{5, named("key"), kMinuteNs});
}

TEST_CASE("slot entry: the text is the one in docs/formats/zk.md", "[attest]") {
    CHECK(compose(ProofEntry{5, Hash{}, Hash{}}) ==
          R"({"v":1,"kind":"proof","at":5,"attestation":")" + std::string(64, '0') +
              R"(","digest":")" + std::string(64, '0') + R"("})");
    CHECK(compose(example_slot()).starts_with(
        R"({"v":1,"kind":"slot","at":1769690232790123456,"stream":"dca83e71)"));
    CHECK(compose(example_range())
              .find(R"(","first":29494837,"count":8,"bits":32,"proof":"BwcH)") !=
          std::string::npos);
}

TEST_CASE("slot entry: entries of other kinds are not looked into", "[attest]") {
    for (const std::string_view other :
         {R"({"v":1,"kind":"block","at":5})", R"({"v":1,"kind":"slots","at":5})", "", "{"}) {
        const Result<ZkEntry> read = parse_zk_entry(other);
        REQUIRE(read);
        CHECK(std::holds_alternative<std::monostate>(*read));
    }
}

TEST_CASE("slot entry: the identity is no commitment to a slot", "[attest]") {
    SlotEntry entry = example_slot();
    entry.bad = zk::PointBytes{};
    CHECK(parse_zk_entry(compose(entry)).error().code == "entry.syntax");
    entry = example_slot();
    entry.total = zk::PointBytes{};
    CHECK_FALSE(parse_zk_entry(compose(entry)));
    entry = example_slot();
    entry.bad_sum = zk::PointBytes{};  // sums may be anything: they are recomputed
    CHECK(parse_zk_entry(compose(entry)));
}

TEST_CASE("slot entry: counts, bits and lengths that no range entry has", "[attest]") {
    RangeEntry entry = example_range();
    entry.count = 9;
    CHECK_FALSE(parse_zk_entry(compose(entry)));
    entry.count = 0;
    CHECK_FALSE(parse_zk_entry(compose(entry)));
    entry = example_range();
    entry.bits = 64;
    CHECK_FALSE(parse_zk_entry(compose(entry)));
    entry = example_range();
    entry.proof.pop_back();
    CHECK_FALSE(parse_zk_entry(compose(entry)));
    entry = example_range();
    entry.first = UINT64_MAX - 1;
    CHECK_FALSE(parse_zk_entry(compose(entry)));
    entry = example_range();
    entry.count = 5;  // padded to the same sixteen values
    CHECK(parse_zk_entry(compose(entry)));
}

TEST_CASE("slot entry: numbers have no sign and no leading zero", "[attest]") {
    const std::string text = compose(example_slot());
    CHECK_FALSE(parse_zk_entry(replaced(text, "\"slot\":29494837", "\"slot\":029494837")));
    CHECK_FALSE(parse_zk_entry(replaced(text, "\"slot\":29494837", "\"slot\":-1")));
    CHECK_FALSE(parse_zk_entry(
        replaced(text, "\"slot\":29494837", "\"slot\":99999999999999999999999")));
}

TEST_CASE("streams entry: one spelling, a length and a key", "[attest]") {
    const StreamsEntry entry{1769690232790123456, named("key"), kMinuteNs};
    const std::string text = compose(entry);
    CHECK(text.starts_with(R"({"v":1,"kind":"streams","at":1769690232790123456,"key":")"));
    CHECK(text.ends_with(R"(","slot_ns":60000000000})"));
    const Result<ZkEntry> parsed = parse_zk_entry(text);
    REQUIRE(parsed);
    CHECK(std::get<StreamsEntry>(*parsed) == entry);
    const auto code_with = [](StreamsEntry wrong) {
        const Result<ZkEntry> refused = parse_zk_entry(compose(wrong));
        return refused ? "" : refused.error().code;
    };
    CHECK(code_with({1, named("key"), 0}) == "entry.syntax");
    CHECK(code_with({1, named("key"), -1}) == "entry.syntax");
    CHECK(code_with({1, {}, kMinuteNs}) == "entry.syntax");
    CHECK_FALSE(parse_zk_entry(text + " "));
    CHECK_FALSE(parse_zk_entry(text.substr(0, text.size() - 1)));
}

}  // namespace overlord::attest
