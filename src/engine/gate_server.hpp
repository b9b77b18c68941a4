// `overlord-engine --gate --fd N`: the gate, asked again and again while somebody types. The
// process has Prolog warm; each bundle is loaded in a copy of it, under limits and without files,
// and the copy ends with its answer.
#pragma once

#include "channel.hpp"

namespace overlord::engine {

// Files named *.plt are read as tests of the packs beside them, and not run.
// Answers each kLoad with kLoaded (warnings) or kLoadFailed; with kFatal when the copy ended
// without an answer, say at its limit of processor time. Returns at kQuit or the end of the stream.
[[nodiscard]] int serve_gate(Channel channel);

}  // namespace overlord::engine
