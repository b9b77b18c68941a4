// The release this source is.
#pragma once

namespace overlord::daemon {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace overlord::daemon
