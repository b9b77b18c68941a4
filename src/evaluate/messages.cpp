#include "overlord/evaluate/messages.hpp"

#include <utility>

namespace overlord::evaluate {
namespace {

constexpr std::size_t kFilesMax = 4'096;
constexpr std::size_t kListMax = 1'000'000;  // outputs of a batch, diagnostics, levels

Error bad_message(std::string_view what) {
    return Error{"message.syntax", "engine message: " + std::string(what)};
}

// Reads members one after the other; after the first mistake everything is empty and `status` says
// what it was, so that a message's decode is a list of its members.
class Members {
public:
    explicit Members(ByteView payload) : reader_(payload) {}

    std::uint8_t u8() { return take(reader_.u8()); }
    std::uint32_t u32() { return take(reader_.u32()); }
    std::uint64_t u64() { return take(reader_.u64()); }
    TimeNs time() { return static_cast<TimeNs>(u64()); }
    std::string text() { return take(reader_.text()); }
    std::size_t count(std::size_t most) {
        const std::uint32_t value = u32();
        if (value > most) fail("too many members");
        return failed_ ? 0 : value;
    }
    Hash hash() {
        Hash hash{};
        const Result<ByteView> bytes = reader_.take(hash.size());
        if (bytes) {
            std::copy(bytes->begin(), bytes->end(), hash.begin());
        } else {
            fail(bytes.error().message);
        }
        return hash;
    }
    ByteView rest() {
        const ByteView all = reader_.rest();
        (void)reader_.take(all.size());
        return all;
    }
    void fail(std::string_view what) {
        if (!failed_) why_ = what;
        failed_ = true;
    }
    [[nodiscard]] bool failed() const { return failed_; }
    [[nodiscard]] bool at_end() const { return !failed_ && reader_.empty(); }

    template <class T>
    Result<T> finish(T message) {
        if (!failed_ && !reader_.empty()) fail("bytes after its end");
        if (failed_) return bad_message(why_);
        return message;
    }

private:
    template <class T>
    T take(Result<T> value) {
        if (value) return std::move(value).value();
        fail(value.error().message);
        return T{};
    }

    ByteReader reader_;
    bool failed_ = false;
    std::string why_;
};

void put_u8(Bytes& out, std::uint8_t value) {
    out.push_back(value);
}
void put_time(Bytes& out, TimeNs value) {
    put_u64_le(out, static_cast<std::uint64_t>(value));
}
void put_count(Bytes& out, std::size_t count) {
    put_u32_le(out, static_cast<std::uint32_t>(count));
}

void put_texts(Bytes& out, const std::vector<std::string>& texts) {
    put_count(out, texts.size());
    for (const std::string& text : texts) put_text(out, text);
}

std::vector<std::string> get_texts(Members& in) {
    std::vector<std::string> texts(in.count(kListMax));
    for (std::string& text : texts) text = in.text();
    return texts;
}

void put_diagnostics(Bytes& out, const std::vector<LoadDiagnostic>& diagnostics) {
    put_count(out, diagnostics.size());
    for (const LoadDiagnostic& one : diagnostics) {
        put_text(out, one.file);
        put_u32_le(out, one.line);
        put_u32_le(out, one.column);
        put_text(out, one.severity);
        put_text(out, one.code);
        put_text(out, one.text);
    }
}

std::vector<LoadDiagnostic> get_diagnostics(Members& in) {
    std::vector<LoadDiagnostic> diagnostics;
    for (std::size_t left = in.count(kListMax); left > 0 && !in.failed(); --left) {
        LoadDiagnostic& one = diagnostics.emplace_back();
        one.file = in.text();
        one.line = in.u32();
        one.column = in.u32();
        one.severity = in.text();
        one.code = in.text();
        one.text = in.text();
    }
    return diagnostics;
}

void put_item(Bytes& out, const Item& item) {
    put_u8(out, static_cast<std::uint8_t>(item.kind));
    put_text(out, item.text);
    if (item.kind == Item::Kind::kEvent) return;
    put_text(out, item.code);
    put_text(out, item.reason);
}

Item get_item(Members& in) {
    Item item;
    const std::uint8_t kind = in.u8();
    if (kind > static_cast<std::uint8_t>(Item::Kind::kErase)) in.fail("unknown kind of item");
    item.kind = static_cast<Item::Kind>(kind);
    item.text = in.text();
    if (item.kind == Item::Kind::kEvent) return item;
    item.code = in.text();
    item.reason = in.text();
    return item;
}

void put_output(Bytes& out, const Output& output) {
    put_u8(out, static_cast<std::uint8_t>(output.kind));
    put_u32_le(out, output.item);
    put_time(out, output.at);
    put_text(out, output.body);
    if (output.kind != OutputKind::kReject) return;
    put_text(out, output.code);
    put_text(out, output.reason);
}

Output get_output(Members& in) {
    Output output;
    const std::uint8_t kind = in.u8();
    if (kind > static_cast<std::uint8_t>(OutputKind::kSlot)) in.fail("unknown kind of output");
    output.kind = static_cast<OutputKind>(kind);
    output.item = in.u32();
    output.at = in.time();
    output.body = in.text();
    if (output.kind != OutputKind::kReject) return output;
    output.code = in.text();
    output.reason = in.text();
    return output;
}

void put_waiver(Bytes& out, const LoadedWaiver& waiver) {
    for (const std::string* text : {&waiver.control, &waiver.system, &waiver.owner, &waiver.reason,
                                    &waiver.approved_by}) {
        put_text(out, *text);
    }
    put_time(out, waiver.from);
    put_time(out, waiver.until);
}

LoadedWaiver get_waiver(Members& in) {
    LoadedWaiver waiver;
    for (std::string* text : {&waiver.control, &waiver.system, &waiver.owner, &waiver.reason,
                              &waiver.approved_by}) {
        *text = in.text();
    }
    waiver.from = in.time();
    waiver.until = in.time();
    return waiver;
}

}  // namespace

Bytes encode(const LoadMessage& message) {
    Bytes out;
    put_count(out, message.files.size());
    for (const NamedText& file : message.files) {
        put_text(out, file.name);
        put_text(out, file.text);
    }
    const Config& config = message.config;
    put_u8(out, static_cast<std::uint8_t>(config.clock));
    put_count(out, config.levels.size());
    for (const SystemLevels& system : config.levels) {
        put_text(out, system.system);
        put_texts(out, system.levels);
    }
    put_u64_le(out, config.systems_max);
    put_u64_le(out, config.inferences_per_call);
    put_u64_le(out, config.stack_bytes);
    if (config.slot_ns == 0) return out;  // as archived settings without slots have always been
    put_time(out, config.slot_ns);
    put_u64_le(out, config.proved_systems_max);
    return out;
}

Result<LoadMessage> decode_load(ByteView payload) {
    Members in(payload);
    LoadMessage message;
    for (std::size_t left = in.count(kFilesMax); left > 0 && !in.failed(); --left) {
        NamedText& file = message.files.emplace_back();
        file.name = in.text();
        file.text = in.text();
    }
    Config& config = message.config;
    const std::uint8_t clock = in.u8();
    if (clock > 1) in.fail("unknown clock");
    config.clock = static_cast<ClockSource>(clock);
    for (std::size_t left = in.count(kListMax); left > 0 && !in.failed(); --left) {
        SystemLevels& system = config.levels.emplace_back();
        system.system = in.text();
        system.levels = get_texts(in);
    }
    config.systems_max = in.u64();
    config.inferences_per_call = in.u64();
    config.stack_bytes = in.u64();
    if (in.at_end()) return in.finish(std::move(message));
    config.slot_ns = in.time();
    config.proved_systems_max = in.u64();
    const bool slots = config.slot_ns > 0 && config.slot_ns <= kDayNs;
    if (!slots || config.slot_ns % kSecondNs != 0) in.fail("slots of a length that is none");
    return in.finish(std::move(message));
}

Bytes encode(const LoadedMessage& message) {
    Bytes out;
    put_bytes(out, message.bundle);
    put_texts(out, message.types);
    put_texts(out, message.levels);
    put_diagnostics(out, message.diagnostics);
    put_text(out, message.plan);
    put_count(out, message.waivers.size());
    for (const LoadedWaiver& waiver : message.waivers) put_waiver(out, waiver);
    return out;
}

Result<LoadedMessage> decode_loaded(ByteView payload) {
    Members in(payload);
    LoadedMessage message;
    message.bundle = in.hash();
    message.types = get_texts(in);
    message.levels = get_texts(in);
    message.diagnostics = get_diagnostics(in);
    message.plan = in.text();
    for (std::size_t left = in.count(kListMax); left > 0 && !in.failed(); --left) {
        message.waivers.push_back(get_waiver(in));
    }
    return in.finish(std::move(message));
}

Bytes encode(const LoadFailedMessage& message) {
    Bytes out;
    put_diagnostics(out, message.diagnostics);
    return out;
}

Result<LoadFailedMessage> decode_load_failed(ByteView payload) {
    Members in(payload);
    LoadFailedMessage message;
    message.diagnostics = get_diagnostics(in);
    return in.finish(std::move(message));
}

Bytes encode(const Batch& message) {
    Bytes out;
    put_u64_le(out, message.id);
    put_time(out, message.at);
    put_count(out, message.items.size());
    for (const Item& item : message.items) put_item(out, item);
    return out;
}

Result<Batch> decode_batch(ByteView payload) {
    Members in(payload);
    Batch message;
    message.id = in.u64();
    message.at = in.time();
    const std::size_t count = in.count(kBatchItemsMax);
    message.items.reserve(count);
    for (std::size_t i = 0; i < count && !in.failed(); ++i) message.items.push_back(get_item(in));
    return in.finish(std::move(message));
}

Bytes encode(const Outcome& message) {
    Bytes out;
    put_u64_le(out, message.batch);
    put_u64_le(out, message.records);
    put_count(out, message.outputs.size());
    for (const Output& output : message.outputs) put_output(out, output);
    put_count(out, message.states.size());
    for (const StateOutput& state : message.states) {
        put_u64_le(out, state.records);
        put_time(out, state.at);
        put_bytes(out, state.digest);
    }
    put_time(out, message.next_due);
    return out;
}

Result<Outcome> decode_outcome(ByteView payload) {
    Members in(payload);
    Outcome message;
    message.batch = in.u64();
    message.records = in.u64();
    const std::size_t count = in.count(kListMax);
    for (std::size_t i = 0; i < count && !in.failed(); ++i) {
        message.outputs.push_back(get_output(in));
    }
    for (std::size_t left = in.count(kListMax); left > 0 && !in.failed(); --left) {
        StateOutput& state = message.states.emplace_back();
        state.records = in.u64();
        state.at = in.time();
        state.digest = in.hash();
    }
    message.next_due = in.time();
    return in.finish(std::move(message));
}

Bytes encode(const Snapshot& message) {
    Bytes out;
    put_u64_le(out, message.records);
    put_time(out, message.at);
    put_bytes(out, message.digest);
    put_bytes(out, message.bytes);
    return out;
}

Result<Snapshot> decode_snapshot(ByteView payload) {
    Members in(payload);
    Snapshot message;
    message.records = in.u64();
    message.at = in.time();
    message.digest = in.hash();
    const ByteView rest = in.rest();
    message.bytes.assign(rest.begin(), rest.end());
    return in.finish(std::move(message));
}

Bytes encode(const RestoredMessage& message) {
    Bytes out;
    put_u8(out, message.accepted ? 1 : 0);
    put_text(out, message.reason);
    put_u64_le(out, message.records);
    put_time(out, message.at);
    put_time(out, message.next_due);
    return out;
}

Result<RestoredMessage> decode_restored(ByteView payload) {
    Members in(payload);
    RestoredMessage message;
    message.accepted = in.u8() != 0;
    message.reason = in.text();
    message.records = in.u64();
    message.at = in.time();
    message.next_due = in.time();
    return in.finish(std::move(message));
}

Bytes encode(const ClaimTextMessage& message) {
    Bytes out;
    put_u8(out, message.known ? 1 : 0);
    put_text(out, message.claim);
    return out;
}

Result<ClaimTextMessage> decode_claim_text(ByteView payload) {
    Members in(payload);
    ClaimTextMessage message;
    message.known = in.u8() != 0;
    message.claim = in.text();
    return in.finish(std::move(message));
}

Bytes encode(const QueryMessage& message) {
    Bytes out;
    put_u64_le(out, message.session);
    put_text(out, message.goal);
    put_u32_le(out, message.limits.cpu_seconds);
    put_u32_le(out, message.limits.solution_ms);
    put_u64_le(out, message.limits.output_bytes);
    put_u64_le(out, message.limits.memory_bytes);
    return out;
}

Result<QueryMessage> decode_query(ByteView payload) {
    Members in(payload);
    QueryMessage message;
    message.session = in.u64();
    message.goal = in.text();
    message.limits.cpu_seconds = in.u32();
    message.limits.solution_ms = in.u32();
    message.limits.output_bytes = in.u64();
    message.limits.memory_bytes = in.u64();
    return in.finish(std::move(message));
}

Bytes encode(const WorkerReply& message) {
    Bytes out;
    put_u8(out, message.outcome);
    put_text(out, message.value);
    put_text(out, message.detail);
    return out;
}

Result<WorkerReply> decode_worker_reply(ByteView payload) {
    Members in(payload);
    WorkerReply message;
    message.outcome = in.u8();
    message.value = in.text();
    message.detail = in.text();
    return in.finish(std::move(message));
}

Bytes encode_text(std::string_view text) {
    Bytes out;
    put_text(out, text);
    return out;
}

Result<std::string> decode_text(ByteView payload) {
    Members in(payload);
    std::string text = in.text();
    return in.finish(std::move(text));
}

Bytes frame(std::uint8_t type, ByteView payload) {
    OVERLORD_ASSERT(payload.size() <= kFrameBytesMax);
    Bytes out;
    out.reserve(kFrameHeaderBytes + payload.size());
    put_u32_le(out, static_cast<std::uint32_t>(payload.size()));
    out.push_back(type);
    put_bytes(out, payload);
    return out;
}

Result<FrameHeader> decode_frame_header(ByteView five_bytes) {
    OVERLORD_ASSERT(five_bytes.size() == kFrameHeaderBytes);
    FrameHeader header;
    header.length = get_u32_le(five_bytes.data());
    header.type = five_bytes[4];
    if (header.length > kFrameBytesMax) return bad_message("a frame beyond its limit");
    return header;
}

}  // namespace overlord::evaluate
