// What a log tells of itself in its public entries: its keys and how they followed each other, the
// log that it continues and the one that continues it. Believed as far as the tree is; and a new
// key is believed because the keys before it signed a checkpoint that covers its entry.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "key_ring.hpp"
#include "overlord/base/file.hpp"
#include "overlord/tlog/tiles.hpp"

namespace overlord::ctl {

struct KeyEntry {
    EntryIndex index;
    tlog::VerifierKey key;
    std::string state;  // "active", "retiring", "retired"
};

struct Predecessor {
    std::string origin;
    tlog::VerifierKey key;
    tlog::TreeHead head;
};

struct Successor {
    std::string origin;
    tlog::VerifierKey key;
};

struct LogStory {
    std::vector<KeyEntry> log_keys;  // in the order of their entries
    std::optional<Predecessor> opened;
    std::optional<Successor> closed;

    // Takes the entries in order, from 0. Code fsck.log: an entry stands where it may not, or does
    // not read as the format has it.
    [[nodiscard]] Status see(EntryIndex index, std::string_view entry);
};

// Where checkpoints of handovers are, below a public tree.
[[nodiscard]] std::string handover_path(EntryIndex index);

using GetText = std::function<Result<std::string>(const std::string& path)>;

// The keys that may sign a checkpoint of `tree`, from those that are `known`: each introduced by an
// entry under a checkpoint in handover/ that a key before it signed. `notes` gets a line for each.
// Those that the log has retired are not among them. Codes: keys.handover and open_checkpoint's.
[[nodiscard]] Result<Keys> follow_keys(const LogStory& story, const Keys& known,
                                       tlog::TileReader& tree, const GetText& get,
                                       std::vector<std::string>& notes);

}  // namespace overlord::ctl
