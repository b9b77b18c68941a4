// keys/proof.key: hexadecimal digits and an LF, as a person can copy it.
#include <filesystem>

#include "overlord/prover/prover.hpp"

namespace overlord::prover {
namespace {

constexpr std::size_t kKeyBytes = 32;

Path key_file(const Path& state_dir) {
    return state_dir / "keys" / "proof.key";
}

}  // namespace

Result<crypto::Secret> load_proof_key(const Path& state_dir) {
    const Path file = key_file(state_dir);
    Result<Bytes> bytes = read_file(file, 2 * kKeyBytes + 1);
    if (!bytes && bytes.error().code == "io.enoent") {
        return Error{"key.missing",
                     file.string() + " is not there: put it back from a backup. Streams have other "
                                     "names under another key",
                     ErrorClass::kFatal};
    }
    if (!bytes) return bytes.error();
    Result<Bytes> key = Error{"key.proof", ""};
    if (bytes->size() == 2 * kKeyBytes + 1 && bytes->back() == '\n') {
        key = from_hex(as_text(ByteView(*bytes).first(2 * kKeyBytes)));
    }
    crypto::wipe(*bytes);
    if (!key) {
        return Error{"key.proof", file.string() + ": not 64 hexadecimal digits and a line feed",
                     ErrorClass::kFatal};
    }
    crypto::Secret secret(kKeyBytes);
    std::copy(key->begin(), key->end(), secret.bytes().begin());
    crypto::wipe(*key);
    return secret;
}

Result<crypto::Secret> create_proof_key(const Path& state_dir) {
    const Path file = key_file(state_dir);
    if (std::filesystem::exists(file)) return load_proof_key(state_dir);
    if (Status made = make_directories(file.parent_path()); !made) return made.error();
    crypto::Secret secret(kKeyBytes);
    crypto::random_bytes(secret.bytes());
    std::string text = to_hex(secret.view()) + "\n";
    const Status written = write_file_durable(file, as_bytes(text));
    crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    if (!written) return written.error();
    return secret;
}

}  // namespace overlord::prover
