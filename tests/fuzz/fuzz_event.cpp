// Framing and decoding of arbitrary bytes. Beyond "no crash": the framer gives the same lines
// however the stream is cut, an accepted event decodes to the same again from its raw bytes, and a
// refusal has a code and a reason.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/base/assert.hpp"
#include "overlord/event/decode.hpp"
#include "overlord/event/framing.hpp"
#include "overlord/event/schema.hpp"

namespace {

using namespace overlord;
using namespace overlord::event;

constexpr std::size_t kShortLine = 600;  // so that overlong lines are reached by small inputs

std::vector<std::string> frame(std::string_view stream, std::size_t chunk_bytes) {
    LineFramer framer(kShortLine);
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < stream.size(); at += chunk_bytes) {
        const std::string chunk(stream.substr(at, chunk_bytes));
        framer.feed(chunk);
        while (auto line = framer.next()) {
            OVERLORD_ASSERT(line->text.size() <= kShortLine);
            lines.push_back(std::string(line->text) + (line->too_long ? "!" : "."));
        }
    }
    if (auto line = framer.finish()) lines.push_back(std::string(line->text) + "?");
    OVERLORD_ASSERT(framer.lines() == lines.size());
    return lines;
}

KindSchema schema_of(const Event& event) {
    KindSchema schema;
    for (const Field& field : event.data) {
        FieldSchema wanted;
        wanted.name = field.name;
        wanted.type = static_cast<ValueType>(field.name.size() % 7);
        schema.fields.push_back(wanted);
    }
    return schema;
}

void decode(Decoder& first, Decoder& second, std::string_view line) {
    Result<Event> event = first.decode(line);
    if (!event) {
        OVERLORD_ASSERT(!event.error().code.empty() && !event.error().message.empty());
        return;
    }
    const Result<Event> again = second.decode(event->raw);
    OVERLORD_ASSERT(again.has_value());
    OVERLORD_ASSERT(again->raw == event->raw && again->id == event->id);
    OVERLORD_ASSERT(again->time == event->time && event->time >= 0);
    OVERLORD_ASSERT(again->data.size() == event->data.size());
    for (std::size_t i = 0; i < event->data.size(); ++i) {
        OVERLORD_ASSERT(event->data[i].token == again->data[i].token);
        OVERLORD_ASSERT(event->find(event->data[i].name) == &event->data[i]);
        if (event->data[i].type != FieldType::kNumber) continue;
        OVERLORD_ASSERT(Number::parse_json(event->data[i].token).has_value());
    }
    const auto values = check(*event, schema_of(*event));
    OVERLORD_ASSERT(!values || values->size() == event->data.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Decoder first;
    static Decoder second;
    const std::string_view stream(reinterpret_cast<const char*>(data), size);
    const std::vector<std::string> whole = frame(stream, size + 1);
    OVERLORD_ASSERT(frame(stream, 1 + size % 61) == whole);
    decode(first, second, stream);
    for (const std::string& line : whole) {
        decode(first, second, std::string_view(line).substr(0, line.size() - 1));
    }
    return 0;
}
