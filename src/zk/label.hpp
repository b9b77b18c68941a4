// The label of a statement's transcript, from its canonical bytes.
#pragma once

#include "overlord/base/bytes.hpp"
#include "overlord/zk/statement.hpp"

namespace overlord::zk {

// "zk-overlord1" and the SHA-256 of the bytes.
[[nodiscard]] Label label_of(const Bytes& canonical);

}  // namespace overlord::zk
