#include "overlord/attest/slot_entry.hpp"

#include <algorithm>
#include <charconv>

#include "overlord/zk/statement.hpp"

namespace overlord::attest {
namespace {

constexpr std::string_view kStreamsHead = R"({"v":1,"kind":"streams","at":)";
constexpr std::string_view kSlotHead = R"({"v":1,"kind":"slot","at":)";
constexpr std::string_view kRangeHead = R"({"v":1,"kind":"range","at":)";
constexpr std::string_view kProofHead = R"({"v":1,"kind":"proof","at":)";
constexpr std::size_t kHashBase64 = 44;
constexpr std::size_t kHashHex = 64;

Error syntax(std::string_view what) {
    return Error{"entry.syntax", "entry: " + std::string(what), ErrorClass::kReject};
}

// Reads one member after the other off the front; the first that is not as composed fails the rest.
class Members {
public:
    explicit Members(std::string_view rest) : rest_(rest) {}

    template <class Integer>
    Members& number(std::string_view before, Integer& value) {
        if (!skip(before)) return *this;
        const auto end = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        good_ = end.ec == std::errc{};
        if (good_) rest_.remove_prefix(static_cast<std::size_t>(end.ptr - rest_.data()));
        return *this;
    }
    Members& hex(std::string_view before, Hash& value) {
        return keep(hash_from_hex(text(before, kHashHex)), value);
    }
    Members& base64(std::string_view before, Hash& value) {
        return keep(hash_from_base64(text(before, kHashBase64)), value);
    }
    Members& base64(std::string_view before, Bytes& value) {
        if (!good_) return *this;
        const std::size_t end = rest_.find('"', before.size());
        if (end == std::string_view::npos) {
            good_ = false;
            return *this;
        }
        return keep(from_base64(text(before, end - before.size())), value);
    }
    [[nodiscard]] bool good() const { return good_; }

private:
    bool skip(std::string_view before) {
        good_ = good_ && rest_.starts_with(before);
        if (good_) rest_.remove_prefix(before.size());
        return good_;
    }
    std::string_view text(std::string_view before, std::size_t size) {
        if (!skip(before) || rest_.size() < size) {
            good_ = false;
            return {};
        }
        const std::string_view found = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return found;
    }
    template <class T>
    Members& keep(const Result<T>& read, T& value) {
        good_ = good_ && read.has_value();
        if (good_) value = *read;
        return *this;
    }

    std::string_view rest_;
    bool good_ = true;
};

bool is_identity(const zk::PointBytes& point) {
    return std::all_of(point.begin(), point.end(), [](std::uint8_t byte) { return byte == 0; });
}

// Leading zeros, a second spelling of base64 and bytes after the end are not what is composed.
template <class Entry>
Result<ZkEntry> as_composed(const Entry& entry, bool read, std::string_view text) {
    if (!read || compose(entry) != text) return syntax("not in its canonical form");
    return ZkEntry(entry);
}

Result<ZkEntry> parse_streams(std::string_view text) {
    StreamsEntry streams;
    Members members(text);
    members.number(kStreamsHead, streams.at)
        .base64(R"(,"key":")", streams.key)
        .number(R"(","slot_ns":)", streams.slot_ns);
    if (members.good() && (streams.slot_ns <= 0 || is_identity(streams.key))) {
        return syntax("slots have no length, or the key is the identity");
    }
    return as_composed(streams, members.good(), text);
}

Result<ZkEntry> parse_slot(std::string_view text) {
    SlotEntry slot;
    Members members(text);
    members.number(kSlotHead, slot.at)
        .hex(R"(,"stream":")", slot.stream)
        .number(R"(","slot":)", slot.slot)
        .base64(R"(,"bad":")", slot.bad)
        .base64(R"(","total":")", slot.total)
        .base64(R"(","bad_sum":")", slot.bad_sum)
        .base64(R"(","total_sum":")", slot.total_sum)
        .base64(R"(","switch":")", slot.switch_hash);
    if (members.good() && (is_identity(slot.bad) || is_identity(slot.total))) {
        return syntax("a slot's commitment is the identity");
    }
    return as_composed(slot, members.good(), text);
}

// 32 * (9 + 2 log2(n * m)) bytes: the only length that a proof of these values has.
std::size_t proof_bytes(const RangeEntry& range) {
    std::size_t rounds = 0;
    for (std::size_t n = range.bits * zk::padded_width(2 * range.count); n > 1; n /= 2) ++rounds;
    return 32 * (9 + 2 * rounds);
}

Result<ZkEntry> parse_range(std::string_view text) {
    RangeEntry range;
    Members members(text);
    members.number(kRangeHead, range.at)
        .hex(R"(,"stream":")", range.stream)
        .number(R"(","first":)", range.first)
        .number(R"(,"count":)", range.count)
        .number(R"(,"bits":)", range.bits)
        .base64(R"(,"proof":")", range.proof);
    if (members.good()) {
        const bool bits = range.bits == 8 || range.bits == 16 || range.bits == 32;
        const bool count = range.count >= 1 && range.count <= zk::kRangeSlotsMax;
        if (!bits || !count || range.first > UINT64_MAX - range.count) {
            return syntax("no range entry has this count or number of bits");
        }
        if (range.proof.size() != proof_bytes(range)) {
            return syntax("the proof has another length than its values ask for");
        }
    }
    return as_composed(range, members.good(), text);
}

Result<ZkEntry> parse_proof(std::string_view text) {
    ProofEntry proof;
    Members members(text);
    members.number(kProofHead, proof.at)
        .hex(R"(,"attestation":")", proof.attestation)
        .hex(R"(","digest":")", proof.digest);
    return as_composed(proof, members.good(), text);
}

}  // namespace

std::string compose(const StreamsEntry& entry) {
    return std::string(kStreamsHead) + std::to_string(entry.at) + R"(,"key":")" +
           to_base64(entry.key) + R"(","slot_ns":)" + std::to_string(entry.slot_ns) + "}";
}

std::string compose(const SlotEntry& entry) {
    return std::string(kSlotHead) + std::to_string(entry.at) + R"(,"stream":")" +
           to_hex(entry.stream) + R"(","slot":)" + std::to_string(entry.slot) + R"(,"bad":")" +
           to_base64(entry.bad) + R"(","total":")" + to_base64(entry.total) +
           R"(","bad_sum":")" + to_base64(entry.bad_sum) + R"(","total_sum":")" +
           to_base64(entry.total_sum) + R"(","switch":")" + to_base64(entry.switch_hash) + "\"}";
}

std::string compose(const RangeEntry& entry) {
    return std::string(kRangeHead) + std::to_string(entry.at) + R"(,"stream":")" +
           to_hex(entry.stream) + R"(","first":)" + std::to_string(entry.first) +
           R"(,"count":)" + std::to_string(entry.count) + R"(,"bits":)" +
           std::to_string(entry.bits) + R"(,"proof":")" + to_base64(entry.proof) + "\"}";
}

std::string compose(const ProofEntry& entry) {
    return std::string(kProofHead) + std::to_string(entry.at) + R"(,"attestation":")" +
           to_hex(entry.attestation) + R"(","digest":")" + to_hex(entry.digest) + "\"}";
}

Result<ZkEntry> parse_zk_entry(std::string_view entry) {
    if (entry.starts_with(R"({"v":1,"kind":"streams")")) return parse_streams(entry);
    if (entry.starts_with(R"({"v":1,"kind":"slot")")) return parse_slot(entry);
    if (entry.starts_with(R"({"v":1,"kind":"range")")) return parse_range(entry);
    if (entry.starts_with(R"({"v":1,"kind":"proof")")) return parse_proof(entry);
    return ZkEntry(std::monostate{});
}

}  // namespace overlord::attest
