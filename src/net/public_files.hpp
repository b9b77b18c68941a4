// Which file of the log's public tree a request path means, and how it may be cached.
#pragma once

#include <string_view>

#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"

namespace overlord::net {

struct PublicFile {
    FileHandle file;  // a regular file, open for reading
    std::string_view content_type;
    std::string_view cache_control;
};

// `path` is relative to `directory` and comes from the network as it was sent: only names of
// letters, digits, '-', '_' and '.' that do not start with a dot are followed, one directory at a
// time and never through a symbolic link. An unfinished NAME.tmp is not there. Code:
// http.not_found.
[[nodiscard]] Result<PublicFile> open_public_file(const Path& directory, std::string_view path);

}  // namespace overlord::net
