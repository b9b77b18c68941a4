// Listening on a Unix stream socket with stated permissions.
#pragma once

#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"

namespace overlord::net {

// The socket appears with exactly `mode`, never wider for a moment. A stale socket (nobody accepts
// on it) is removed first; one that is alive is refused with net.in_use, and so is any other file
// in its place. Codes: net.address (path too long), net.in_use, io.*. The descriptor is
// non-blocking and close-on-exec. The caller unlinks the path when it stops.
[[nodiscard]] Result<FileHandle> listen_unix(const Path& path, unsigned mode);

}  // namespace overlord::net
