#include "identity.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <boost/version.hpp>

#include "overlord/crypto/keys.hpp"
#include "overlord/crypto/sha256.hpp"
#include "overlord/daemon/version.hpp"
#include "overlord/pipeline/child_process.hpp"

namespace overlord::daemon {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 18;

// In pieces: a program has tens of MB, and a start waits for this.
Result<std::string> digest_of_file(const Path& path) {
    Result<FileHandle> file = open_file(path, O_RDONLY | O_CLOEXEC);
    if (!file) return std::move(file).error();
    crypto::Sha256 hash;
    Bytes chunk(kChunkBytes);
    for (std::uint64_t at = 0;;) {
        const Result<std::size_t> read = read_at(*file, path, chunk, at);
        if (!read) return read.error();
        if (*read == 0) return to_hex(hash.digest());
        hash.update(ByteView(chunk).first(*read));
        at += *read;
    }
}

}  // namespace

Result<Identity> identify() {
    Result<Path> engine = pipeline::sibling_program("overlord-engine");
    if (!engine) return std::move(engine).error();
    Result<std::string> engine_digest = digest_of_file(*engine);
    if (!engine_digest) return std::move(engine_digest).error();
    Result<std::string> build = digest_of_file("/proc/self/exe");
    if (!build) return std::move(build).error();
    const std::string libraries = "boost " BOOST_LIB_VERSION "\n" + crypto::library_versions();
    return Identity{std::move(*engine_digest), std::move(*build),
                    to_hex(crypto::sha256(as_bytes(libraries)))};
}

Result<std::string> settle_origin(const Config& config) {
    if (!config.origin.empty()) return config.origin;
    const Path file = config.state_dir / "origin";
    Result<std::string> kept = read_text_file(file, 4096);
    if (kept) {
        while (!kept->empty() && kept->back() == '\n') kept->pop_back();
        return kept;
    }
    if (kept.error().code != "io.enoent") return kept;
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) host = {'l', 'o', 'c', 'a', 'l'};
    std::array<std::uint8_t, 4> random;
    crypto::random_bytes(random);
    // .invalid (RFC 2606): no one can own this name, so it never collides with a real log's.
    const std::string origin = std::string(host.data()) + ".invalid/overlordd-" + to_hex(random);
    if (Status made = make_directories(config.state_dir); !made) return std::move(made).error();
    if (Status written = write_file_durable(file, as_bytes(origin + "\n")); !written)
        return std::move(written).error();
    return origin;
}

}  // namespace overlord::daemon
