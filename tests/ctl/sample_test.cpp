#include "sample_file.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "program.hpp"
#include "state_example.hpp"

using namespace overlord;
using namespace overlord::ctl;

namespace {

Outcome sample(const StateExample& example, const std::string& folder, const std::string& count) {
    return overlordctl({"sample", example.state.string(), "--count", count, "-o",
                        example.file(folder).string()});
}

Outcome verify(const StateExample& example, const std::string& folder) {
    std::vector<std::string> words{"verify", example.file(folder).string()};
    for (const std::string& word : example.key_options()) words.push_back(word);
    return overlordctl(words);
}

// The manifest with one change.
template <class Change>
void change_manifest(const StateExample& example, const std::string& folder, Change change) {
    const Path file = example.file(folder) / kManifestName;
    nlohmann::ordered_json json = nlohmann::ordered_json::parse(*read_text_file(file));
    change(json);
    std::ofstream(file) << json.dump();
}

}  // namespace

TEST_CASE("sample: the golden drawings come out", "[ctl]") {
    std::ifstream in(std::string(OVERLORD_SOURCE_DIR) + "/tests/vectors/sample.txt");
    int rows = 0;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with('#')) continue;
        std::istringstream words(line);
        std::string root;
        std::uint64_t records = 0;
        words >> root >> records;
        std::vector<std::uint64_t> expected;
        for (std::uint64_t n = 0; words >> n;) expected.push_back(n);
        CHECK(draw(*hash_from_hex(root), records, expected.size()) == expected);
        ++rows;
    }
    CHECK(rows == 4);
    CHECK(draw(Hash{}, 0, 5).empty());
}

TEST_CASE("sample: a drawing has no favourites", "[ctl]") {
    std::map<std::uint64_t, int> hits;
    for (std::uint8_t round = 0; round < 200; ++round) {
        Hash root{};
        root[0] = round;
        const std::vector<std::uint64_t> drawn = draw(root, 10, 4);
        CHECK(std::set<std::uint64_t>(drawn.begin(), drawn.end()).size() == 4);
        for (const std::uint64_t n : drawn) ++hits[n];
    }
    for (std::uint64_t n = 0; n < 10; ++n) CHECK((hits[n] > 50 && hits[n] < 110));  // 80 expected
}

TEST_CASE("sample: what is drawn verifies with the log's key", "[ctl]") {
    const StateExample example;
    Outcome made = sample(example, "sample", "5");
    INFO(made.out << made.err);
    REQUIRE(made.code == 0);
    CHECK(contains(made.out, "weaker"));  // no witness
    const Outcome checked = verify(example, "sample");
    INFO(checked.out << checked.err);
    CHECK(checked.code == 0);
    CHECK(contains(checked.out, "5 records drawn by the root"));
    CHECK(contains(checked.out, "the checkpoint covers exactly"));
    CHECK(sample(example, "sample", "5").code == 2);  // one is there already
    CHECK(sample(example, "other", "0").code == 2);
    // More than there are: all of them.
    REQUIRE(sample(example, "all", "10000").code == 0);
    CHECK(verify(example, "all").code == 0);
}

TEST_CASE("sample: every change of the manifest is found", "[ctl]") {
    const StateExample example;
    using Json = nlohmann::ordered_json;
    const std::vector<std::pair<std::string, std::function<void(Json&)>>> changes = {
        {"other records", [](Json& json) { json["drawn"][0] = json["drawn"][1]; }},
        {"one less", [](Json& json) { json["drawn"].erase(json["drawn"].begin()); }},
        {"fewer records", [](Json& json) { json["records"] = json["records"].get<int>() - 1; }},
        {"no tail", [](Json& json) { json["tail"] = Json::array(); }},
        {"half a tail", [](Json& json) { json["tail"].erase(json["tail"].begin()); }},
        {"another entry", [](Json& json) { json["tail"][0]["index"] = 0; }},
        {"a total", [](Json& json) { json["kinds"][0][1] = json["kinds"][0][1].get<int>() + 1; }},
        {"a source", [](Json& json) { json["sources"].push_back({"//nobody", 1}); }},
        {"the time", [](Json& json) { json["first_at"] = json["last_at"]; }},
        {"another format", [](Json& json) { json["format"] = "x"; }},
        {"the checkpoint", [](Json& json) { json["checkpoint"] = "x\n1\n\n"; }}};
    int number = 0;
    for (const auto& [name, change] : changes) {
        INFO(name);
        const std::string folder = "sample" + std::to_string(number++);
        REQUIRE(sample(example, folder, "6").code == 0);
        change_manifest(example, folder, change);
        CHECK(verify(example, folder).code == 1);
    }
    REQUIRE(sample(example, "missing", "6").code == 0);
    const auto manifest = parse_manifest(*read_text_file(example.file("missing") / kManifestName));
    REQUIRE(manifest);
    std::filesystem::remove(example.file("missing") / proof_name(manifest->drawn[2]));
    CHECK(verify(example, "missing").code == 1);
}

TEST_CASE("sample: records cannot be hidden by calling them erased", "[ctl]") {
    const StateExample example;
    REQUIRE(sample(example, "sample", "6").code == 0);
    std::uint64_t hidden = 0;
    change_manifest(example, "sample", [&](nlohmann::ordered_json& json) {
        hidden = json["drawn"][1].get<std::uint64_t>();
        json["erased"].push_back(hidden);
    });
    Outcome checked = verify(example, "sample");
    CHECK(checked.code == 1);
    CHECK(contains(checked.out, "more records are called erased than the totals name"));
    change_manifest(example, "sample", [](nlohmann::ordered_json& json) {
        json["kinds"][0][1] = json["kinds"][0][1].get<int>() - 1;
        json["sources"][0][1] = json["sources"][0][1].get<int>() - 1;
        json["kinds"].push_back({"erased", 1});
    });
    checked = verify(example, "sample");
    CHECK(checked.code == 1);
    CHECK(contains(checked.out, "no entry erases any"));
    change_manifest(example, "sample", [](nlohmann::ordered_json& json) {
        json["erasure"] = json["tail"][0];  // an entry of another kind
    });
    checked = verify(example, "sample");
    CHECK(checked.code == 1);
    CHECK(contains(checked.out, "erases no record"));
    change_manifest(example, "sample", [](nlohmann::ordered_json& json) {
        json["erasure"]["entry"] = R"({"v":1,"kind":"erase","at":1,"before":999,"keys":1})";
    });
    CHECK(verify(example, "sample").code == 1);
}
