#include "event_maker.hpp"

#include <cstring>
#include <ctime>

#include "overlord/base/time.hpp"

namespace overlord::bench {
namespace {

constexpr std::string_view kIdGap = "IIIIIIIIIIIIIIII";
constexpr std::string_view kSystemGap = "SSSSS";
constexpr std::string_view kTimeGap = "TTTTTTTTTTTTTTTTTTTTTTTTTTTTTT";
constexpr std::string_view kKeyGap = "KKKK";

void put_digits(char* at, std::size_t width, std::uint64_t value) {
    for (std::size_t i = width; i-- > 0; value /= 10) at[i] = static_cast<char>('0' + value % 10);
}

std::vector<std::size_t> places(const std::string& text, std::string_view gap) {
    std::vector<std::size_t> found;
    for (std::size_t at = text.find(gap); at != std::string::npos;
         at = text.find(gap, at + gap.size())) {
        found.push_back(at);
    }
    return found;
}

std::string number_within(const event::FieldSchema& field) {
    Number number = 1;
    if (field.minimum && number < *field.minimum) number = *field.minimum;
    if (field.maximum && *field.maximum < number) number = *field.maximum;
    return number.to_text();
}

std::string text_of(const event::FieldSchema& field, bool first) {
    const std::string quote(1, '"');
    if (!field.one_of.empty()) return quote + field.one_of.front() + quote;
    return quote + field.name + (first ? "-" + std::string(kKeyGap) : "") + quote;
}

// JSON. `first` is whether no field before it was a text.
std::string value_of(const event::FieldSchema& field, bool& first) {
    switch (field.type) {
        case event::ValueType::kAtom:
        case event::ValueType::kString: {
            const std::string text = text_of(field, first);
            first = first && !field.one_of.empty();
            return text;
        }
        case event::ValueType::kNumber:
        case event::ValueType::kInteger:
            return field.one_of.empty() ? number_within(field) : field.one_of.front();
        case event::ValueType::kBool:
            return "true";
        case event::ValueType::kTime:
            return '"' + std::string(kTimeGap) + '"';
        case event::ValueType::kStrings:
            return R"(["one","two"])";
    }
    return "null";
}

}  // namespace

std::vector<EventShape> core_kinds() {
    return {{"telecoms.failover",
             R"("from_system":"primary","to_system":"backup_1","duration_ms":23)"},
            {"telecoms.redundancy", R"("group":"core","healthy":4,"required":2)"},
            {"trading.access", R"("actor":"a-17","actor_side":"buy","resource":"book-3",)"
                               R"("resource_side":"buy","decision":"allow")"},
            {"itil.service_level", R"("service":"core","good":3600,"total":3600)"},
            {"itil.incident", R"("id":"INC-KKKK","priority":2,"reported":"2026-01-29T12:37:12Z",)"
                              R"("responded":"2026-01-29T12:41:12Z")"},
            {"itil.change", R"("id":"CHG-KKKK","cab_approved":true,"board":"b-1",)"
                            R"("requester":"alice","approver":"bob")"}};
}

std::vector<EventShape> usual_mix(const std::vector<EventShape>& seldom) {
    const EventShape trade{"trading.trade", R"("latency_ms":0.412,"segregated":true,)"
                                            R"("desk":"desk-07","instrument":"XETR:DE0007164600")"};
    const EventShape heartbeat{"telecoms.heartbeat",
                               R"("service":"core","status":"up","node":"gw-7.fra.example.net")"};
    std::vector<EventShape> mix;
    for (const EventShape& one : seldom) {
        mix.insert(mix.end(), 12, trade);
        mix.insert(mix.end(), 7, heartbeat);
        mix.push_back(one);
    }
    return mix;
}

EventShape shape_of(const rules::Kind& kind) {
    EventShape shape{kind.schema.type, ""};
    bool first = true;
    for (const event::FieldSchema& field : kind.schema.fields) {
        if (!shape.data.empty()) shape.data += ',';
        shape.data += '"' + field.name + "\":" + value_of(field, first);
    }
    return shape;
}

EventMaker::EventMaker(std::size_t systems, std::size_t sources,
                       const std::vector<EventShape>& mix, std::size_t first)
    : first_(first), systems_(systems), kinds_(mix.size()) {
    for (std::size_t source = 0; source < sources; ++source) {
        for (const EventShape& shape : mix) lines_.push_back(line(shape, source));
    }
    timespec now;
    ::clock_gettime(CLOCK_REALTIME, &now);
    const std::int64_t milliseconds = now.tv_sec * 1'000 + now.tv_nsec / 1'000'000;
    run_ = std::to_string(milliseconds % 10'000'000 + 10'000'000).substr(1);
}

EventMaker::Line EventMaker::line(const EventShape& shape, std::size_t source) {
    Line line;
    line.text = R"({"specversion":"1.0","id":")" + std::string(kIdGap) + R"(","source":"//gw-)" +
                std::to_string(source) + R"(/core","type":")" + shape.type +
                R"(","subject":"system_)" + std::string(kSystemGap) + R"(","time":")" +
                std::string(kTimeGap) + R"(","data":{)" + shape.data + "}}\n";
    line.id = line.text.find(kIdGap);
    line.system = line.text.find(kSystemGap);
    line.times = places(line.text, kTimeGap);
    line.keys = places(line.text, kKeyGap);
    return line;
}

void EventMaker::append(std::string& out, std::size_t source, std::int64_t time_ns) {
    const Line& shape = lines_[source * kinds_ + made_ % kinds_];
    const std::size_t begin = out.size();
    out += shape.text;
    char* line = out.data() + begin;
    std::memcpy(line + shape.id, run_.data(), run_.size());
    put_digits(line + shape.id + run_.size(), kIdGap.size() - run_.size(), made_);
    // Every system gets every kind: another step at each turn of the systems.
    put_digits(line + shape.system, kSystemGap.size(),
               first_ + (made_ * 7 + made_ / kinds_) % systems_);
    for (const std::size_t at : shape.keys)
        put_digits(line + at, kKeyGap.size(), made_ / kinds_ % 1000);
    // A nanosecond apart, so that the times have all their digits.
    for (const std::size_t at : shape.times)
        put_time(line + at, time_ns + static_cast<std::int64_t>(made_ % 1000));
    ++made_;
}

void EventMaker::put_time(char* at, std::int64_t time_ns) {
    if (time_ns / kSecondNs != second_) {
        second_ = time_ns / kSecondNs;
        second_text_ = format_rfc3339(second_ * kSecondNs + 1);  // with its nine digits
    }
    std::memcpy(at, second_text_.data(), kTimeGap.size());
    put_digits(at + 20, 9, static_cast<std::uint64_t>(time_ns % kSecondNs));
}

}  // namespace overlord::bench
