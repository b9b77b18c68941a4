// What a witness remembers, one durable file for each log: the largest checkpoint that it cosigned.
// Forgetting is the one thing that a witness must not do, so a store whose files are missing or
// damaged does not open.
//
//   DIR/witness.state              which key this is and which logs it has seen
//   DIR/HEX/checkpoint             HEX: SHA-256 of the log's origin; the note as it was cosigned
//   DIR/lock                       held while the store is open
//
// Any thread; each call is one step for all others.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "overlord/base/file.hpp"
#include "overlord/base/time.hpp"
#include "overlord/tlog/note.hpp"
#include "overlord/tlog/witness.hpp"

namespace overlord::witness {

enum class Creation { kRefuse, kIfAbsent };

struct StoreOptions {
    Path directory;
    Creation creation = Creation::kRefuse;
    std::vector<tlog::VerifierKey> logs;  // whom it cosigns for
};

// The answer to one add-checkpoint, as HTTP has it.
struct Answer {
    unsigned status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body;
};

class Store {
public:
    // `key` signs; its name is the witness's. Codes: witness.state_missing (and creation is
    // refused), witness.state_damaged, witness.state_key (the state is another key's),
    // witness.locked, io.*.
    [[nodiscard]] static Result<std::unique_ptr<Store>> open(StoreOptions options,
                                                             tlog::KeySigner key, Clock& clock);

    // Judges a request and, where it is good, makes the new head durable before it cosigns. After a
    // failed write nothing is cosigned any more: every answer is 500.
    [[nodiscard]] Answer add_checkpoint(std::string_view body);
    // The cosigned checkpoint below HEX/checkpoint; code witness.unknown.
    [[nodiscard]] Result<std::string> checkpoint(std::string_view hex_of_origin) const;

    [[nodiscard]] const tlog::VerifierKey& verifier() const { return verifier_; }  // type 04
    [[nodiscard]] std::size_t known_logs() const;  // of which it has a checkpoint

private:
    Store(StoreOptions options, tlog::KeySigner key, FileHandle lock, Clock& clock);
    struct Known {
        tlog::TreeHead head;
        std::string note;  // cosigned
    };
    [[nodiscard]] Status read_state();
    [[nodiscard]] Status write_state() const;
    [[nodiscard]] Status remember(const std::string& origin, Known known);
    [[nodiscard]] Result<Known> read_known(const std::string& origin) const;

    StoreOptions options_;
    tlog::KeySigner key_;
    tlog::VerifierKey verifier_;
    FileHandle lock_;
    Clock& clock_;
    mutable std::mutex mutex_;
    std::map<std::string, Known> known_;  // by origin
    bool poisoned_ = false;
};

// Lower-case hex of SHA-256(origin): a log's name on the monitoring side.
[[nodiscard]] std::string origin_hex(std::string_view origin);

}  // namespace overlord::witness
