#include "overlord/signer/sealed_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "overlord/crypto/sealing.hpp"
#include "overlord/tlog/keyfile.hpp"

namespace overlord::signer {
namespace {

constexpr std::string_view kFirstLine = "zk-overlords/sealed-key/v1";
constexpr std::size_t kFileBytesMax = 8192;
constexpr std::size_t kPassphraseBytesMax = 1024;

Error malformed(const Path& file) {
    return Error{"key.malformed", file.string() + ": is no sealed key file", ErrorClass::kFatal};
}

struct SealedFile {
    tlog::VerifierKey key;
    crypto::PassphraseCost cost;
    crypto::SealSalt salt{};
    std::string header;  // the lines before the last
    Bytes sealed;
};

std::optional<std::string_view> take_line(std::string_view& rest, std::string_view start) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos || !rest.starts_with(start)) return std::nullopt;
    const std::string_view value = rest.substr(start.size(), end - start.size());
    rest.remove_prefix(end + 1);
    return value;
}

// "PASSES KIB BASE64"
bool take_cost(std::string_view text, SealedFile& file) {
    const char* at = text.data();
    const char* const end = at + text.size();
    for (std::uint64_t* const number : {&file.cost.passes, &file.cost.memory_kib}) {
        const auto parsed = std::from_chars(at, end, *number);
        if (parsed.ec != std::errc{} || parsed.ptr == end || *parsed.ptr != ' ') return false;
        at = parsed.ptr + 1;
    }
    const Result<Bytes> salt = from_base64({at, static_cast<std::size_t>(end - at)});
    if (!salt || salt->size() != file.salt.size()) return false;
    std::copy(salt->begin(), salt->end(), file.salt.begin());
    return file.cost.passes >= 1 && file.cost.passes <= crypto::kPassphraseCostMax.passes &&
           file.cost.memory_kib >= 8 &&
           file.cost.memory_kib <= crypto::kPassphraseCostMax.memory_kib;
}

std::string header_of(const tlog::VerifierKey& key, const crypto::PassphraseCost& cost,
                      const crypto::SealSalt& salt) {
    return std::string(kFirstLine) + "\nkey " + key.to_text() + "\nargon2id " +
           std::to_string(cost.passes) + " " + std::to_string(cost.memory_kib) + " " +
           to_base64(salt) + "\n";
}

Result<SealedFile> parse(const Path& path, std::string_view text) {
    SealedFile file;
    std::string_view rest = text;
    if (!take_line(rest, kFirstLine)) return malformed(path);
    const std::optional<std::string_view> vkey = take_line(rest, "key ");
    const std::optional<std::string_view> cost = take_line(rest, "argon2id ");
    const std::size_t header_bytes = text.size() - rest.size();
    const std::optional<std::string_view> sealed = take_line(rest, "sealed ");
    if (!vkey || !cost || !sealed || !rest.empty() || !take_cost(*cost, file)) {
        return malformed(path);
    }
    Result<tlog::VerifierKey> key = tlog::VerifierKey::parse(*vkey);
    Result<Bytes> bytes = from_base64(*sealed);
    if (!key || !bytes) return malformed(path);
    file.key = *std::move(key);
    file.sealed = *std::move(bytes);
    file.header = text.substr(0, header_bytes);
    return file;
}

}  // namespace

Result<crypto::Secret> read_passphrase(const Path& file) {
    Result<crypto::Secret> content = tlog::read_secret(file, kPassphraseBytesMax);
    if (!content) return with_context(std::move(content).error(), "the passphrase");
    const ByteView bytes = content->view();
    const std::size_t size = bytes.size() - (!bytes.empty() && bytes.back() == '\n' ? 1 : 0);
    if (size == 0) {
        return Error{"key.passphrase", file.string() + ": the passphrase is empty",
                     ErrorClass::kFatal};
    }
    crypto::Secret passphrase(size);
    std::copy_n(bytes.begin(), size, passphrase.bytes().begin());
    return passphrase;
}

Status write_sealed_key(const Path& file, const tlog::KeySigner& signer,
                        const crypto::Secret& passphrase) {
    if (::access(file.c_str(), F_OK) == 0) {
        return Error{"key.exists", file.string() + " exists and is not replaced"};
    }
    crypto::SealSalt salt;
    crypto::random_bytes(salt);
    const crypto::PassphraseCost cost;
    const std::string header = header_of(signer.verifier(), cost, salt);
    const crypto::Secret line = tlog::key_line(signer);
    const Result<Bytes> sealed =
        crypto::seal({passphrase.view(), salt, cost, as_bytes(header)}, line.view());
    if (!sealed) return sealed.error();
    return write_file_durable(file, as_bytes(header + "sealed " + to_base64(*sealed) + "\n"), 0600);
}

Result<tlog::KeySigner> open_sealed_key(const Path& file, const crypto::Secret& passphrase) {
    const Result<crypto::Secret> text = tlog::read_secret(file, kFileBytesMax);
    if (!text) return text.error();
    const Result<SealedFile> parsed = parse(file, as_text(text->view()));
    if (!parsed) return parsed.error();
    const Result<crypto::Secret> line =
        crypto::unseal({passphrase.view(), parsed->salt, parsed->cost, as_bytes(parsed->header)},
                       parsed->sealed);
    if (!line) return with_context(line.error(), file.string());
    Result<tlog::KeySigner> signer = tlog::parse_key(as_text(line->view()), file.string());
    if (signer && signer->verifier() != parsed->key) return malformed(file);
    return signer;
}

Result<tlog::VerifierKey> peek_sealed_key(const Path& file) {
    const Result<std::string> text = read_text_file(file, kFileBytesMax);
    if (!text) return text.error();
    Result<SealedFile> parsed = parse(file, *text);
    if (!parsed) return std::move(parsed).error();
    return std::move(parsed->key);
}

}  // namespace overlord::signer
