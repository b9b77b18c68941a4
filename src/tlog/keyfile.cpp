#include "overlord/tlog/keyfile.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace overlord::tlog {
namespace {

constexpr std::string_view kPrefix = "PRIVATE+KEY+";
constexpr unsigned kForbiddenModes = 0027;  // others: anything; the group: writing

Error malformed(const std::string& what, const char* reason) {
    return Error{"key.malformed", what + ": " + reason, ErrorClass::kFatal};
}

// A string or byte string that held a key is overwritten when it goes.
template <class Text>
struct Wiped {
    Text text;
    ~Wiped() {
        crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    }
};

// "NAME+" and the key id, as they also stand in the verifier key.
std::string name_and_id(const VerifierKey& key) {
    const std::string vkey = key.to_text();
    return vkey.substr(0, key.name.size() + 1 + 8);
}

}  // namespace

Result<KeySigner> parse_key(std::string_view line, const std::string& what) {
    if (!line.starts_with(kPrefix) || !line.ends_with('\n')) {
        return malformed(what, "is no key file");
    }
    line.remove_prefix(kPrefix.size());
    line.remove_suffix(1);
    const std::size_t first = line.find('+');
    const std::size_t second = first == std::string_view::npos ? first : line.find('+', first + 1);
    if (second == std::string_view::npos) return malformed(what, "is no key file");
    const std::string_view name = line.substr(0, first);
    if (!is_key_name(name)) return malformed(what, "the key's name is bad");
    Result<Bytes> decoded = from_base64(line.substr(second + 1));
    if (!decoded) return malformed(what, "the key is not base64");
    const Wiped<Bytes> typed{*std::move(decoded)};
    if (typed.text.size() != 33 || typed.text[0] != 0x01) {
        return malformed(what, "the key is not an Ed25519 seed");
    }
    KeySigner signer(std::string(name),
                     crypto::SigningKey::from_seed(ByteView(typed.text).subspan(1)));
    if (name_and_id(signer.verifier()) != line.substr(0, second)) {
        return malformed(what, "the key id does not belong to the key");
    }
    return signer;
}

crypto::Secret key_line(const KeySigner& signer) {
    Wiped<Bytes> typed{{static_cast<std::uint8_t>(SignatureType::kEd25519)}};
    typed.text.reserve(33);  // so that no copy is left behind by growing
    put_bytes(typed.text, signer.key().seed());
    const Wiped<std::string> encoded{to_base64(typed.text)};
    const std::string start = std::string(kPrefix) + name_and_id(signer.verifier()) + "+";
    crypto::Secret line(start.size() + encoded.text.size() + 1);
    auto to = std::copy(start.begin(), start.end(), line.bytes().begin());
    to = std::copy(encoded.text.begin(), encoded.text.end(), to);
    *to = '\n';
    return line;
}

Result<KeySigner> create_key(const Path& file, std::string name) {
    if (!is_key_name(name)) {
        return Error{"key.name", "a key's name is not empty and has no space and no '+'"};
    }
    if (::access(file.c_str(), F_OK) == 0) {
        return Error{"key.exists", file.string() + " exists and is not replaced"};
    }
    KeySigner signer(std::move(name), crypto::SigningKey::generate());
    const crypto::Secret line = key_line(signer);
    if (Status written = write_file_durable(file, line.view(), 0600); !written) {
        return written.error();
    }
    return signer;
}

Result<crypto::Secret> read_secret(const Path& file, std::size_t size_max) {
    const Result<FileHandle> handle = open_file(file, O_RDONLY);
    if (!handle) return handle.error();
    struct stat status {};
    if (::fstat(handle->get(), &status) != 0) return io_error("stat " + file.string(), errno);
    if ((status.st_mode & kForbiddenModes) != 0) {
        return Error{"key.mode", file.string() + ": others may read it; it should have mode 0600",
                     ErrorClass::kFatal};
    }
    crypto::Secret content(size_max);
    const Result<std::size_t> size = read_at(*handle, file, content.bytes(), 0);
    if (!size) return size.error();
    crypto::Secret exact(*size);
    std::copy_n(content.view().begin(), *size, exact.bytes().begin());
    return exact;
}

Result<KeySigner> load_key(const Path& file) {
    const Result<crypto::Secret> content = read_secret(file, kKeyFileBytesMax);
    if (!content) return content.error();
    return parse_key(as_text(content->view()), file.string());
}

}  // namespace overlord::tlog
