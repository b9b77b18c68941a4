// keys/proof.key: the key's 64 hexadecimal digits, a space, those of its CRC-32C, and an LF.
#include <algorithm>
#include <array>
#include <filesystem>

#include "overlord/prover/prover.hpp"

namespace overlord::prover {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kFileBytes = 2 * kKeyBytes + 1 + 8 + 1;

Path key_file(const Path& state_dir) {
    return state_dir / "keys" / "proof.key";
}

std::string encode(ByteView key) {
    const std::uint32_t crc = crc32c(key);
    std::array<std::uint8_t, 4> bytes{};
    for (std::size_t i = 0; i < 4; ++i) {
        bytes[i] = static_cast<std::uint8_t>(crc >> (24 - 8 * i));
    }
    return to_hex(key) + " " + to_hex(bytes) + "\n";
}

bool decode(std::string_view text, std::span<std::uint8_t> key) {
    if (text.size() != kFileBytes) return false;
    Result<Bytes> bytes = from_hex(text.substr(0, 2 * kKeyBytes));
    if (!bytes) return false;
    std::copy(bytes->begin(), bytes->end(), key.begin());
    crypto::wipe(*bytes);
    std::string again = encode(key);
    const bool same = again == text;
    crypto::wipe({reinterpret_cast<std::uint8_t*>(again.data()), again.size()});
    return same;
}

}  // namespace

Result<crypto::Secret> load_proof_key(const Path& state_dir) {
    const Path file = key_file(state_dir);
    Result<std::string> text = read_text_file(file, kFileBytes);
    if (!text && text.error().code == "io.enoent") {
        return Error{"key.missing",
                     file.string() + " is not there: put it back from a backup. Streams have other "
                                     "names under another key",
                     ErrorClass::kFatal};
    }
    if (!text) return text.error();
    crypto::Secret secret(kKeyBytes);
    const bool read = decode(*text, secret.bytes());
    crypto::wipe({reinterpret_cast<std::uint8_t*>(text->data()), text->size()});
    if (!read) {
        return Error{"key.proof", file.string() + ": is not as it was written",
                     ErrorClass::kFatal};
    }
    return secret;
}

Result<crypto::Secret> create_proof_key(const Path& state_dir) {
    const Path file = key_file(state_dir);
    if (std::filesystem::exists(file)) return load_proof_key(state_dir);
    if (Status made = make_directories(file.parent_path()); !made) return made.error();
    crypto::Secret secret(kKeyBytes);
    crypto::random_bytes(secret.bytes());
    std::string text = encode(secret.view());
    const Status written = write_file_durable(file, as_bytes(text));
    crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    if (!written) return written.error();
    return secret;
}

}  // namespace overlord::prover
