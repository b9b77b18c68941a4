#include "overlord/event/decode.hpp"

#include <array>
#include <vector>

#include "json_reader.hpp"
#include "overlord/event/framing.hpp"

namespace overlord::event {
namespace {

enum Name : std::size_t {
    kSpecversion,
    kId,
    kSource,
    kType,
    kSubject,
    kTime,
    kData,
    kDataBase64,
    kSequence,
    kSequenceType,
    kNames
};

constexpr std::array<std::string_view, kNames> kAttributes = {
    "specversion", "id",          "source",   "type",        "subject", "time",
    "data",        "data_base64", "sequence", "sequencetype"};

struct Attribute {
    bool present = false;  // null counts as absent (CloudEvents JSON format, section 2.1)
    FieldType type = FieldType::kNull;
    std::string_view token;
};

std::size_t name_of(std::string_view key) {
    for (std::size_t name = 0; name < kNames; ++name) {
        if (kAttributes[name] == key) return name;
    }
    return kNames;  // an extension attribute: kept in the record, otherwise not looked at
}

// C0 controls, DEL and C1 controls, which CloudEvents forbids in attributes (core, section 3.1).
bool has_control(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x20 || byte == 0x7F) return true;
        if (byte == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
    }
    return false;
}

std::string place(Name name) {
    return "$." + std::string(kAttributes[name]) + ": ";
}

Error bad_attribute(Name name, std::string_view what) {
    return {"event.bad_attribute", place(name) + std::string(what)};
}

}  // namespace

const Field* Event::find(std::string_view name) const {
    for (const Field& field : data) {
        if (field.name == name) return &field;
    }
    return nullptr;
}

class Decoder::Parser {
public:
    Result<Event> decode(std::string_view line);
    std::string_view last_id() const;

private:
    // Where the strings of an array field lie in strings_, while that may still grow.
    struct StringRun {
        std::size_t field;
        std::size_t first;
        std::size_t count;
    };

    bool read_line();
    bool read_attribute(std::string_view key);
    bool read_data();
    bool read_field(std::string_view name);
    bool read_items(Field& field);
    Status check_text(Name name) const;
    Result<TimeNs> check_time() const;
    Status check_data() const;
    std::optional<std::uint64_t> sequence() const;

    JsonReader reader_;
    std::array<Attribute, kNames> attributes_;
    std::string_view raw_;
    std::vector<Field> fields_;
    std::vector<std::string_view> strings_;
    std::vector<StringRun> runs_;
};

Result<Event> Decoder::Parser::decode(std::string_view line) {
    attributes_.fill(Attribute{});
    fields_.clear();
    strings_.clear();
    runs_.clear();
    if (line.size() > kLineBytesMax) return too_long_error();
    if (!reader_.start(line) || !read_line()) return reader_.error();

    for (const Name name : {kSpecversion, kId, kSource, kType, kSubject}) {
        if (Status good = check_text(name); !good) return std::move(good).error();
    }
    if (attributes_[kSpecversion].token != "1.0") {
        return bad_attribute(kSpecversion, "must be \"1.0\"");
    }
    Result<TimeNs> time = check_time();
    if (!time) return std::move(time).error();
    if (Status good = check_data(); !good) return std::move(good).error();

    for (const StringRun& run : runs_) {
        fields_[run.field].strings = std::span(strings_).subspan(run.first, run.count);
    }
    Event event;
    event.raw = raw_;
    event.id = attributes_[kId].token;
    event.source = attributes_[kSource].token;
    event.type = attributes_[kType].token;
    event.subject = attributes_[kSubject].token;
    event.time = *time;
    event.data = fields_;
    event.sequence = sequence();
    return event;
}

std::string_view Decoder::Parser::last_id() const {
    const Attribute& id = attributes_[kId];
    if (id.type != FieldType::kString || id.token.size() > kAttributeBytesMax) return {};
    return id.token;
}

bool Decoder::Parser::read_line() {
    FieldType type{};
    if (!reader_.peek(type)) return false;
    if (type != FieldType::kObject) return reader_.fail_syntax("an event is a JSON object");
    const char* start = reader_.position();
    if (!reader_.object([this](std::string_view key) { return read_attribute(key); })) return false;
    raw_ = {start, static_cast<std::size_t>(reader_.position() - start)};
    return reader_.at_end();
}

bool Decoder::Parser::read_attribute(std::string_view key) {
    FieldType type{};
    if (!reader_.peek(type)) return false;
    const std::size_t name = name_of(key);
    if (name == kNames) return reader_.skip(type);

    Attribute& attribute = attributes_[name];
    attribute.type = type;
    attribute.present = type != FieldType::kNull;
    if (name == kData && type == FieldType::kObject) return read_data();
    if (type == FieldType::kString) return reader_.string(attribute.token);
    const char* start = reader_.position();
    if (!reader_.skip(type)) return false;
    attribute.token = {start, static_cast<std::size_t>(reader_.position() - start)};
    return true;
}

bool Decoder::Parser::read_data() {
    return reader_.object([this](std::string_view name) { return read_field(name); });
}

bool Decoder::Parser::read_field(std::string_view name) {
    Field field;
    field.name = name;
    if (!reader_.peek(field.type)) return false;
    const char* start = reader_.position();
    bool good = false;
    if (field.type == FieldType::kString) {
        good = reader_.string(field.token);
    } else {
        field.boolean = field.type == FieldType::kBool && *start == 't';
        good = field.type == FieldType::kArray ? read_items(field) : reader_.skip(field.type);
        field.token = {start, static_cast<std::size_t>(reader_.position() - start)};
    }
    if (good) fields_.push_back(field);
    return good;
}

bool Decoder::Parser::read_items(Field& field) {
    const std::size_t first = strings_.size();
    field.only_strings = true;
    const bool good = reader_.array([&] {
        FieldType type{};
        if (!reader_.peek(type)) return false;
        if (type != FieldType::kString) {
            field.only_strings = false;
            return reader_.skip(type);
        }
        return reader_.string(strings_.emplace_back());
    });
    if (!good) return false;
    if (field.only_strings) {
        runs_.push_back({fields_.size(), first, strings_.size() - first});
    } else {
        strings_.resize(first);
    }
    return true;
}

Status Decoder::Parser::check_text(Name name) const {
    const Attribute& attribute = attributes_[name];
    if (!attribute.present) {
        return Error{"event.missing_attribute", place(name) + "is required"};
    }
    if (attribute.type != FieldType::kString) return bad_attribute(name, "must be a string");
    if (attribute.token.empty()) return bad_attribute(name, "must not be empty");
    if (attribute.token.size() > kAttributeBytesMax) {
        return bad_attribute(name, "longer than " + std::to_string(kAttributeBytesMax) + " bytes");
    }
    if (has_control(attribute.token)) return bad_attribute(name, "has a control character");
    return {};
}

Result<TimeNs> Decoder::Parser::check_time() const {
    const Attribute& attribute = attributes_[kTime];
    if (!attribute.present) {
        return Error{"event.missing_attribute", place(kTime) + "is required"};
    }
    if (attribute.type != FieldType::kString) {
        return Error{"event.time", place(kTime) + "must be a string"};
    }
    Result<TimeNs> time = parse_rfc3339(attribute.token);
    if (!time) return Error{"event.time", place(kTime) + time.error().message};
    if (*time < 0) return Error{"event.time", place(kTime) + "before 1970"};
    return time;
}

Status Decoder::Parser::check_data() const {
    if (attributes_[kDataBase64].present) {
        return bad_attribute(kDataBase64, "binary data is not taken");
    }
    const Attribute& data = attributes_[kData];
    if (data.present && data.type != FieldType::kObject) {
        return bad_attribute(kData, "must be an object");
    }
    return {};
}

// A counter is a text or an integer of decimal digits. The attribute is not ours: what is no
// counter is left alone, also where `sequencetype` names an order of another kind.
std::optional<std::uint64_t> Decoder::Parser::sequence() const {
    const Attribute& attribute = attributes_[kSequence];
    const Attribute& kind = attributes_[kSequenceType];
    if (!attribute.present || (kind.present && kind.token != "Integer")) return {};
    if (attribute.type != FieldType::kString && attribute.type != FieldType::kNumber) return {};
    const std::string_view digits = attribute.token;
    if (digits.empty() || digits.size() > kSequenceDigitsMax) return {};
    std::uint64_t value = 0;  // 19 digits fit
    for (const char c : digits) {
        if (c < '0' || c > '9') return {};
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return value <= kSequenceMax ? std::optional(value) : std::nullopt;
}

Decoder::Decoder() : parser_(std::make_unique<Parser>()) {}
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;
Decoder::~Decoder() = default;

Result<Event> Decoder::decode(std::string_view line) {
    return parser_->decode(line);
}
std::string_view Decoder::last_id() const {
    return parser_->last_id();
}

}  // namespace overlord::event
