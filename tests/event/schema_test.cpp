#include "overlord/event/schema.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace overlord;
using namespace overlord::event;

namespace {

std::string line_with(std::string_view data) {
    return std::string(R"({"specversion":"1.0","id":"1","source":"s","type":"t","subject":"y",)"
                       R"("time":"2026-01-29T12:37:12Z","data":)") +
           std::string(data) + "}";
}

FieldSchema field(std::string name, ValueType type) {
    FieldSchema schema;
    schema.name = std::move(name);
    schema.type = type;
    return schema;
}

KindSchema incident() {
    KindSchema schema;
    schema.type = "itil.incident";
    schema.fields = {field("id", ValueType::kAtom), field("priority", ValueType::kInteger),
                     field("reported", ValueType::kTime), field("responded", ValueType::kTime),
                     field("status", ValueType::kAtom)};
    schema.fields[1].minimum = Number(1);
    schema.fields[1].maximum = Number(5);
    schema.fields[3].optional = true;
    schema.fields[4].optional = true;
    schema.fields[4].one_of = {"up", "down"};
    return schema;
}

// "" where the data fits, else "code: message".
std::string outcome(std::string_view data, const KindSchema& schema) {
    Decoder decoder;
    const std::string line = line_with(data);
    Result<Event> event = decoder.decode(line);
    REQUIRE(event);
    const Result<std::vector<TypedValue>> values = check(*event, schema);
    return values ? "" : values.error().code + ": " + values.error().message;
}

std::string single(ValueType type, std::string_view value) {
    KindSchema schema;
    schema.fields = {field("x", type)};
    return outcome("{\"x\":" + std::string(value) + "}", schema);
}

}  // namespace

TEST_CASE("schema: values come typed and in the schema's order", "[event]") {
    Decoder decoder;
    const std::string line =
        line_with(R"({"extra":[1,{}],"reported":"2026-01-29T12:00:00.5Z","id":"INC-1",)"
                  R"("priority":1e0,"responded":null})");
    Result<Event> event = decoder.decode(line);
    REQUIRE(event);
    Result<std::vector<TypedValue>> values = check(*event, incident());
    REQUIRE(values);
    REQUIRE(values->size() == 5);
    CHECK(std::get<std::string_view>((*values)[0]) == "INC-1");
    CHECK(std::get<Number>((*values)[1]) == Number(1));
    CHECK(std::get<TimeNs>((*values)[2]) == 1'769'688'000'500'000'000);
    CHECK(std::holds_alternative<std::monostate>((*values)[3]));
    CHECK(std::holds_alternative<std::monostate>((*values)[4]));
}

TEST_CASE("schema: every violation has its code and names its field", "[event]") {
    const KindSchema schema = incident();
    const std::string time = R"("reported":"2026-01-29T12:00:00Z")";
    const auto with = [&](std::string_view more) {
        return "{\"id\":\"a\"," + time + std::string(more) + "}";
    };
    CHECK(outcome(with(R"(,"priority":5)"), schema) == "");
    CHECK(outcome(with(R"(,"priority":1,"status":"up")"), schema) == "");
    CHECK(outcome("{}", schema) == "schema.missing_field: data.id is required");
    CHECK(outcome("null", schema) == "schema.missing_field: data.id is required");
    CHECK(outcome(with(""), schema) == "schema.missing_field: data.priority is required");
    CHECK(outcome(with(R"(,"priority":null)"), schema) ==
          "schema.missing_field: data.priority is required");
    CHECK(outcome(with(R"(,"priority":"1")"), schema) ==
          "schema.wrong_type: data.priority must be an integer");
    CHECK(outcome(with(R"(,"priority":1.5)"), schema) ==
          "schema.wrong_type: data.priority must be an integer");
    CHECK(outcome(with(R"(,"priority":0)"), schema) ==
          "schema.value: data.priority is less than 1");
    CHECK(outcome(with(R"(,"priority":6)"), schema) ==
          "schema.value: data.priority is greater than 5");
    CHECK(outcome(with(R"(,"priority":2,"status":"Up")"), schema) ==
          "schema.value: data.status must be one of up, down");
    CHECK(outcome(with(R"(,"priority":2,"responded":12)"), schema) ==
          "schema.wrong_type: data.responded must be a time");
    CHECK(outcome(with(R"(,"priority":2,"responded":"1969-12-31T23:59:59Z")"), schema) ==
          "schema.value: data.responded is before 1970");
    CHECK_THAT(outcome(with(R"(,"priority":2,"responded":"soon")"), schema),
               Catch::StartsWith("schema.value: data.responded is no time: "));
}

TEST_CASE("schema: two fields stand in the order that the kind requires", "[event]") {
    KindSchema schema;
    schema.fields = {field("good", ValueType::kInteger), field("total", ValueType::kNumber),
                     field("from", ValueType::kTime), field("until", ValueType::kTime)};
    for (FieldSchema& one : schema.fields) one.optional = true;
    schema.orders = {{0, false, 1}, {2, false, 3}};
    CHECK(outcome(R"({"good":3,"total":3.0})", schema) == "");
    CHECK(outcome(R"({"good":3})", schema) == "");
    CHECK(outcome(R"({"total":-1})", schema) == "");
    CHECK(outcome(R"({"good":4,"total":3.999999999999999999})", schema) ==
          "schema.value: data.good is greater than data.total");
    const std::string noon = R"("2026-01-29T12:00:00Z")";
    const std::string later = R"("2026-01-29T12:00:00.000000001Z")";
    CHECK(outcome(R"({"from":)" + noon + R"(,"until":)" + noon + "}", schema) == "");
    CHECK(outcome(R"({"from":)" + later + R"(,"until":)" + noon + "}", schema) ==
          "schema.value: data.from is after data.until");
    schema.orders = {{0, true, 1}, {2, true, 3}};
    CHECK(outcome(R"({"good":3,"total":3.0})", schema) ==
          "schema.value: data.good is not less than data.total");
    CHECK(outcome(R"({"from":)" + noon + R"(,"until":)" + noon + "}", schema) ==
          "schema.value: data.from is not before data.until");
    CHECK(outcome(R"({"from":)" + noon + R"(,"until":)" + later + "}", schema) == "");
}

TEST_CASE("schema: each type takes its own JSON type only", "[event]") {
    struct Row {
        ValueType type;
        std::string_view good;
    };
    const Row rows[] = {
        {ValueType::kAtom, "\"a\""},          {ValueType::kString, "\"\""},
        {ValueType::kNumber, "-0.5e3"},       {ValueType::kInteger, "1e3"},
        {ValueType::kBool, "false"},          {ValueType::kTime, "\"2026-01-01T00:00:00Z\""},
        {ValueType::kStrings, "[\"a\",\"\"]"}};
    for (const Row& row : rows) {
        INFO(to_text(row.type));
        CHECK(single(row.type, row.good) == "");
        CHECK_THAT(single(row.type, "{}"),
                   Catch::StartsWith("schema.wrong_type: data.x must be a"));
    }
    CHECK(single(ValueType::kStrings, "[]") == "");
    CHECK(single(ValueType::kStrings, "[\"a\",1]") ==
          "schema.wrong_type: data.x must be an array of strings");
    CHECK(single(ValueType::kBool, "1") == "schema.wrong_type: data.x must be a boolean");
    CHECK(single(ValueType::kAtom, '"' + std::string(kAtomBytesMax, 'a') + '"') == "");
    CHECK(single(ValueType::kAtom, '"' + std::string(kAtomBytesMax + 1, 'a') + '"') ==
          "schema.value: data.x is longer than 1024 bytes");
}

TEST_CASE("schema: numbers stay exact and one_of compares by value", "[event]") {
    Decoder decoder;
    const std::string line = line_with(R"({"x":9007199254740993})");
    Result<Event> event = decoder.decode(line);
    REQUIRE(event);
    KindSchema schema;
    schema.fields = {field("x", ValueType::kInteger)};
    Result<std::vector<TypedValue>> values = check(*event, schema);
    REQUIRE(values);
    CHECK(std::get<Number>(values->front()).to_text() == "9007199254740993");

    schema.fields[0].one_of = {"1", "2"};
    CHECK(outcome(R"({"x":2.0})", schema) == "");
    CHECK(outcome(R"({"x":3})", schema) == "schema.value: data.x must be one of 1, 2");
}

TEST_CASE("schema: an unknown type is named", "[event]") {
    CHECK(unknown_type_error("a.b").code == "schema.unknown_type");
    CHECK(unknown_type_error("a.b").message == "no rule pack takes in events of type a.b");
}
