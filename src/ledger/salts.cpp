#include "overlord/ledger/salts.hpp"

#include <algorithm>
#include <array>

#include "journal_paths.hpp"
#include "overlord/crypto/sha256.hpp"

namespace overlord::ledger {

namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::string_view kSaltDomain = "zko/salt/v1";
constexpr std::string_view kCheckDomain = "zko/salt-check/v1";

Path key_path(const Path& directory, std::uint32_t segment) {
    return directory / (segment_name(segment) + ".key");
}

Result<crypto::Secret> read_key(const Path& path) {
    Result<Bytes> content = read_file(path, 4096);
    if (!content && content.error().code == "io.enoent") {
        return Error{"salt.missing", "no salt key " + path.string() +
                                         ": it was destroyed, or lost in a copy of the state",
                     ErrorClass::kReject};
    }
    if (!content) return std::move(content).error();
    if (content->size() != kKeyBytes) {
        return Error{"salt.damaged",
                     path.string() + " has " + std::to_string(content->size()) + " bytes, not 32",
                     ErrorClass::kFatal};
    }
    crypto::Secret secret(kKeyBytes);
    std::copy(content->begin(), content->end(), secret.bytes().begin());
    std::fill(content->begin(), content->end(), std::uint8_t{0});
    return secret;
}

Hash check_of(ByteView key) { return crypto::sha256({as_bytes(kCheckDomain), key}); }

}  // namespace

Result<Hash> SaltKeys::create(const Path& directory, std::uint32_t segment, Disk& disk) {
    const Path path = key_path(directory, segment);
    const Result<crypto::Secret> existing = read_key(path);
    if (existing) return check_of(existing->view());
    if (existing.error().code != "salt.missing") return existing.error();
    crypto::Secret fresh(kKeyBytes);
    crypto::random_bytes(fresh.bytes());
    const Status written = disk.write_file_durable(path, fresh.view(), 0600);
    if (!written) return written.error();
    return check_of(fresh.view());
}

Result<Hash> SaltKeys::salt(std::uint32_t segment, RecordIndex n) {
    const Result<ByteView> found = key(segment);
    if (!found) return found.error();
    std::array<std::uint8_t, 8> number;
    for (std::size_t i = 0; i < number.size(); ++i) {
        number[i] = static_cast<std::uint8_t>(n.value >> (56 - 8 * i));
    }
    return crypto::sha256({as_bytes(kSaltDomain), *found, number});
}

Result<Hash> SaltKeys::check_digest(std::uint32_t segment) {
    const Result<ByteView> found = key(segment);
    if (!found) return found.error();
    return check_of(*found);
}

Result<ByteView> SaltKeys::key(std::uint32_t segment) {
    for (const auto& [held, secret] : held_) {
        if (held == segment) return secret.view();
    }
    Result<crypto::Secret> secret = read_key(key_path(directory_, segment));
    if (!secret) return std::move(secret).error();
    if (held_.size() == kKeysHeldMax) held_.pop_back();
    held_.emplace_front(segment, *std::move(secret));
    return held_.front().second.view();
}

}  // namespace overlord::ledger
