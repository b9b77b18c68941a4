#include "overlord/ledger/entry.hpp"

#include <charconv>

namespace overlord::ledger {

namespace {

constexpr std::string_view kHead = "{\"v\":1,\"kind\":\"";
constexpr std::string_view kBlockHead = "{\"v\":1,\"kind\":\"block\",\"at\":";

Error syntax(std::string_view what) {
    return Error{"entry.syntax", "entry: " + std::string(what), ErrorClass::kReject};
}

template <class Integer>
bool take(std::string_view& rest, std::string_view before, Integer& value) {
    if (!rest.starts_with(before)) return false;
    rest.remove_prefix(before.size());
    const auto end = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (end.ec != std::errc{}) return false;
    rest.remove_prefix(static_cast<std::size_t>(end.ptr - rest.data()));
    return true;
}

}  // namespace

std::string compose(const BlockEntry& block) {
    return std::string(kBlockHead) + std::to_string(block.at) + ",\"first\":" +
           std::to_string(block.first.value) + ",\"count\":" + std::to_string(block.count) +
           ",\"root\":\"" + to_base64(block.root) + "\"}";
}

Result<std::optional<BlockEntry>> parse_block(std::string_view entry) {
    if (!entry.starts_with(kHead) || !entry.ends_with('}')) return syntax("not an entry");
    if (!entry.starts_with("{\"v\":1,\"kind\":\"block\"")) return std::optional<BlockEntry>();
    BlockEntry block;
    std::string_view rest = entry;
    const bool numbers = take(rest, kBlockHead, block.at) &&
                         take(rest, ",\"first\":", block.first.value) &&
                         take(rest, ",\"count\":", block.count);
    constexpr std::string_view kRoot = ",\"root\":\"";
    if (!numbers || !rest.starts_with(kRoot) || rest.size() != kRoot.size() + 44 + 2) {
        return syntax("not a block entry as this program writes it");
    }
    const Result<Hash> root = hash_from_base64(rest.substr(kRoot.size(), 44));
    if (!root) return syntax("the block's root is not base64");
    block.root = *root;
    // Numbers with leading zeros and other second spellings differ from what would be written.
    if (block.count == 0 || compose(block) != entry) return syntax("not the canonical block entry");
    return std::optional<BlockEntry>(block);
}

std::optional<std::uint64_t> start_epoch(std::string_view entry) {
    if (!entry.starts_with("{\"v\":1,\"kind\":\"start\",")) return std::nullopt;
    constexpr std::string_view kEpoch = ",\"epoch\":";
    const std::size_t at = entry.find(kEpoch);
    if (at == std::string_view::npos) return std::nullopt;  // a start of the version before
    std::string_view rest = entry.substr(at);
    std::uint64_t epoch = 0;
    if (!take(rest, kEpoch, epoch)) return std::nullopt;
    return epoch;
}

bool is_close(std::string_view entry) {
    return entry.starts_with("{\"v\":1,\"kind\":\"close\",");
}

Error closed_by(std::string_view entry) {
    return Error{"log.closed",
                 "the log is closed in favour of " + entry_member(entry, "successor") +
                     " (key " + entry_member(entry, "vkey") +
                     "): nothing is added to it any more. Send events to the daemon of that log",
                 ErrorClass::kFatal};
}

std::string entry_member(std::string_view entry, std::string_view name) {
    const std::string key = "\"" + std::string(name) + "\":";
    const std::size_t at = entry.find(key);
    if (at == std::string_view::npos) return {};
    std::string_view rest = entry.substr(at + key.size());
    if (rest.starts_with('"')) {
        rest.remove_prefix(1);
        return std::string(rest.substr(0, rest.find('"')));
    }
    return std::string(rest.substr(0, rest.find_first_of(",}")));
}

Status check_extra_entry(std::string_view entry) {
    if (entry.size() > kEntryBytesMax) {
        return Error{"entry.too_large",
                     "a public entry of " + std::to_string(entry.size()) + " bytes",
                     ErrorClass::kReject};
    }
    const Result<std::optional<BlockEntry>> block = parse_block(entry);
    if (!block) return block.error();
    if (block->has_value()) return syntax("block entries are made by sealing only");
    if (entry.find('\n') != std::string_view::npos) return syntax("more than one line");
    return {};
}

}  // namespace overlord::ledger
