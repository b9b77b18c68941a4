#include "overlord/signer/guard.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <optional>

#include "overlord/crypto/sha256.hpp"
#include "overlord/tlog/crc_text.hpp"

namespace overlord::signer {
namespace {

constexpr std::string_view kFirstLineV1 = "zk-overlords/guard/v1";
constexpr std::string_view kFirstLine = "zk-overlords/guard/v2";
constexpr std::string_view kMachineDomain{"zk-overlords/machine/v1\0", 24};
constexpr std::size_t kFileBytesMax = 4096;

Error guard_damaged() {
    return Error{"signer.guard_damaged",
                 "the guard is damaged, so it is not known what was signed last",
                 ErrorClass::kFatal};
}

// "NAME VALUE" at the front of the text.
std::optional<std::string_view> take_field(std::string_view& rest, std::string_view name) {
    const std::size_t end = rest.find('\n');
    if (!rest.starts_with(name) || end == std::string_view::npos) return std::nullopt;
    const std::string_view value = rest.substr(name.size(), end - name.size());
    rest.remove_prefix(end + 1);
    return value;
}

std::optional<std::uint64_t> take_number(std::string_view& rest, std::string_view name) {
    const std::optional<std::string_view> text = take_field(rest, name);
    if (!text || text->empty() || text->size() > 19) return std::nullopt;
    if (text->front() == '0' && text->size() > 1) return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : *text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return value;
}

}  // namespace

std::string format_guard(const Guard& guard) {
    return tlog::with_crc_line(std::string(kFirstLine) + "\norigin " + guard.origin + "\nsize " +
                               std::to_string(guard.head.size.value) + "\nroot " +
                               to_base64(guard.head.root) + "\nepoch " +
                               std::to_string(guard.epoch) + "\nadopted " +
                               std::to_string(guard.adopted) + "\nmachine " +
                               to_hex(guard.machine) + "\n");
}

Result<Guard> parse_guard(std::string_view text) {
    const std::optional<std::string_view> covered = tlog::check_crc_line(text);
    if (!covered) return guard_damaged();
    std::string_view rest = *covered;
    const std::optional<std::string_view> version = take_field(rest, "");
    const bool old = version == kFirstLineV1;
    if (!old && version != kFirstLine) return guard_damaged();
    const std::optional<std::string_view> origin = take_field(rest, "origin ");
    const std::optional<std::uint64_t> size = take_number(rest, "size ");
    const std::optional<std::string_view> root_text = take_field(rest, "root ");
    if (!origin || !size || !root_text) return guard_damaged();
    const Result<Hash> root = hash_from_base64(*root_text);
    if (!root) return guard_damaged();
    Guard guard{std::string(*origin), {{*size}, *root}};
    if (!old) {
        const std::optional<std::uint64_t> epoch = take_number(rest, "epoch ");
        const std::optional<std::uint64_t> adopted = take_number(rest, "adopted ");
        const std::optional<std::string_view> machine_text = take_field(rest, "machine ");
        if (!epoch || !adopted || !machine_text) return guard_damaged();
        const Result<Hash> machine = hash_from_hex(*machine_text);
        if (!machine) return guard_damaged();
        guard.epoch = *epoch;
        guard.adopted = *adopted;
        guard.machine = *machine;
    }
    if (!rest.empty()) return guard_damaged();
    return guard;
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

Result<Hash> place_of(const Path& directory, const Path& machine_id) {
    struct stat status {};
    if (::stat(directory.c_str(), &status) != 0) {
        return io_error("look at " + directory.string(), errno);
    }
    // Some containers have no id; then the inode alone tells copies apart.
    Result<std::string> id = read_text_file(machine_id, kFileBytesMax);
    if (!id && id.error().code != "io.enoent") return id.error();
    Bytes inode;
    put_u64_be(inode, status.st_ino);
    return crypto::sha256({as_bytes(kMachineDomain), as_bytes(id ? *id : ""), inode});
}

}  // namespace overlord::signer
