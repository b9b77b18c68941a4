#include "guard.hpp"

#include "decimal.hpp"

namespace overlord::tlog {
namespace {

constexpr std::string_view kFirstLine = "zk-overlords/guard/v1\n";
constexpr std::string_view kCrc = "crc32c ";
constexpr std::size_t kFileBytesMax = 4096;

std::string crc_line(std::string_view covered) {
    Bytes crc;
    put_u32_le(crc, crc32c(as_bytes(covered)));
    return std::string(kCrc) + to_hex(Bytes(crc.rbegin(), crc.rend())) + "\n";
}

Error guard_damaged() {
    return Error{"signer.guard_damaged",
                 "the guard is damaged, so it is not known what was signed last",
                 ErrorClass::kFatal};
}

// "NAME VALUE" at the front of the text.
bool take_field(std::string_view& rest, std::string_view name, std::string_view& value) {
    if (!rest.starts_with(name)) return false;
    rest.remove_prefix(name.size());
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return false;
    value = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return true;
}

}  // namespace

std::string format_guard(const Guard& guard) {
    const std::string covered = std::string(kFirstLine) + "origin " + guard.origin + "\nsize " +
                                std::to_string(guard.head.size.value) + "\nroot " +
                                to_base64(guard.head.root) + "\n";
    return covered + crc_line(covered);
}

Result<Guard> parse_guard(std::string_view text) {
    std::string_view rest = text;
    std::string_view origin;
    std::string_view size_text;
    std::string_view root_text;
    if (!rest.starts_with(kFirstLine)) return guard_damaged();
    rest.remove_prefix(kFirstLine.size());
    if (!take_field(rest, "origin ", origin) || !take_field(rest, "size ", size_text) ||
        !take_field(rest, "root ", root_text)) {
        return guard_damaged();
    }
    if (rest != crc_line(text.substr(0, text.size() - rest.size()))) return guard_damaged();
    const std::optional<std::uint64_t> size = parse_decimal(size_text);
    const Result<Hash> root = hash_from_base64(root_text);
    if (!size || !root) return guard_damaged();
    return Guard{std::string(origin), {{*size}, *root}};
}

Result<Guard> read_guard(const Path& file) {
    const Result<std::string> text = read_text_file(file, kFileBytesMax);
    if (!text) return text.error();
    Result<Guard> guard = parse_guard(*text);
    if (!guard) return with_context(guard.error(), file.string());
    return guard;
}

Status write_guard(const Path& file, const Guard& guard) {
    // One file that is replaced whole: with two slots of which the later valid one counts, a damage
    // to the later one would bring the older one back, and with it leave to sign a fork.
    return write_file_durable(file, as_bytes(format_guard(guard)), 0600);
}

}  // namespace overlord::tlog
