// What the daemon shows over HTTP beside the log: its health, its counters, its state. Rendered on
// the io thread from the ledger thread's last snapshot.
#pragma once

#include <functional>
#include <string>

#include "overlord/net/http.hpp"
#include "overlord/net/ingest.hpp"
#include "overlord/pipeline/heads.hpp"
#include "overlord/pipeline/status.hpp"

namespace overlord::daemon {

// healthy: the process answers. ready: it takes events in.
[[nodiscard]] net::HttpHandlers make_pages(const pipeline::StatusBoard& status,
                                           const pipeline::HeadBoard& heads,
                                           std::function<net::IngestCounters()> ingest,
                                           std::function<std::size_t()> repl_sessions,
                                           std::function<bool()> ready, Path log_directory);

}  // namespace overlord::daemon
