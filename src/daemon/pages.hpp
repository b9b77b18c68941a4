// What the daemon shows over HTTP beside the log: its health, its counters, its state. Rendered on
// the io thread from the ledger thread's last snapshot.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "overlord/net/http.hpp"
#include "overlord/net/ingest.hpp"
#include "overlord/pipeline/heads.hpp"
#include "overlord/pipeline/status.hpp"
#include "overlord/prover/prover.hpp"
#include "overlord/witness/client.hpp"
#include "overlord/witness/timestamper.hpp"
#include "scrub_page.hpp"

namespace overlord::daemon {

// Where the pages get what they show. The boards outlive them; functions run on the io thread.
struct PageSources {
    const pipeline::StatusBoard& status;
    const pipeline::HeadBoard& heads;
    std::function<net::IngestCounters()> ingest{};
    std::function<std::size_t()> repl_sessions{};
    std::function<bool()> ready{};
    std::function<std::optional<Error>()> read_only{};
    std::function<std::vector<witness::PeerState>()> witnesses{};
    ScrubStatusOf scrub{};
    std::function<std::optional<witness::StampedState>()> stamped{};  // none: not configured
    std::function<std::optional<prover::Stats>()> proofs{};  // none: nothing is proved
    Path log_directory{};
};

// healthy: the process answers. ready: it takes events in.
[[nodiscard]] net::HttpHandlers make_pages(PageSources sources);

}  // namespace overlord::daemon
