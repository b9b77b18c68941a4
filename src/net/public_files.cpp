#include "public_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace overlord::net {
namespace {

constexpr std::size_t kPartBytesMax = 128;  // the tree's own names have at most 70
constexpr int kPartsMax = 16;               // and lie at most 9 deep

// c2sp.org/tlog-tiles: the checkpoint changes with every publication, tiles never.
constexpr std::string_view kMutable = "no-cache";
constexpr std::string_view kImmutable = "public, max-age=31536000, immutable";

bool plain_name(std::string_view name) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    };
    return !name.empty() && name.size() <= kPartBytesMax && name.front() != '.' &&
           !name.ends_with(".tmp") && std::all_of(name.begin(), name.end(), plain);
}

void describe(std::string_view path, PublicFile& file) {
    file.cache_control = path.starts_with("tile/") ? kImmutable : kMutable;
    if (path.starts_with("tile/")) {
        file.content_type = "application/octet-stream";
    } else if (path.ends_with(".tsr")) {
        file.content_type = "application/timestamp-reply";
    } else if (path.ends_with(".json")) {
        file.content_type = "application/json";
    } else {
        file.content_type = "text/plain; charset=utf-8";
    }
}

}  // namespace

Result<PublicFile> open_public_file(const Path& directory, std::string_view path) {
    const Error absent{"http.not_found", "there is no such file"};
    FileHandle at(open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    std::string_view rest = path;
    for (int part = 0; part < kPartsMax; ++part) {
        const std::size_t slash = rest.find('/');
        const std::string name(rest.substr(0, slash));
        if (!at.open() || !plain_name(name)) return absent;
        const bool last = slash == rest.npos;
        // O_NONBLOCK: a fifo in the tree must not hold the thread.
        const int kind = last ? O_RDONLY | O_NONBLOCK : O_PATH | O_DIRECTORY;
        at = FileHandle(openat(at.get(), name.c_str(), kind | O_NOFOLLOW | O_CLOEXEC));
        if (!last) {
            rest.remove_prefix(slash + 1);
            continue;
        }
        struct stat status {};
        if (!at.open() || fstat(at.get(), &status) != 0 || !S_ISREG(status.st_mode)) return absent;
        PublicFile file;
        file.file = std::move(at);
        describe(path, file);
        return file;
    }
    return absent;
}

}  // namespace overlord::net
