// What overlord-signer does between its start and its end.
#pragma once

#include "overlord/base/file.hpp"
#include "overlord/signer/local_signer.hpp"

namespace overlord::signer {

// Until the channel ends (signer.gone); the error of a write that may not be durable ends it too.
[[nodiscard]] Status serve(LocalSigner& local, const FileHandle& channel);

}  // namespace overlord::signer
