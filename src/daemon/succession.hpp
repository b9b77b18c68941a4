// One log after another: how a log says which one it continues (entry 0, of kind `open`) and which
// one continues it (the last entry, of kind `close`).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "overlord/daemon/config.hpp"
#include "overlord/net/admin_server.hpp"
#include "overlord/pipeline/pipeline.hpp"
#include "overlord/tlog/note.hpp"

namespace overlord::daemon {

// Who begins.
struct Beginner {
    std::string origin;
    std::vector<tlog::VerifierKey> keys;
};

// The entry of a log that continues [succession] predecessor. Its checkpoint must be signed by
// predecessor_key; where its public tree is there, its last entry must close it in favour of this
// log. Codes: succession.key, succession.checkpoint, succession.close, io.*.
[[nodiscard]] Result<pipeline::PublicEntry> opening_entry(const Config::Succession& succession,
                                                          const Beginner& beginner);

// Closing is for good, so a successor that could not go on is refused: this log itself, by its name
// or by any of its keys. `own` says who this log is, on the ledger thread. `closed` is called with
// the reason once the answer to a `close` is on its way: nothing is written any more.
[[nodiscard]] net::AdminCommand close_command(pipeline::Pipeline& pipeline,
                                              std::function<Beginner()> own,
                                              std::function<void(Error)> closed);

}  // namespace overlord::daemon
