#include "overlord/upkeep/repair.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "log_facts.hpp"
#include "overlord/attest/dsse.hpp"
#include "overlord/attest/statement.hpp"
#include "overlord/ledger/rederive.hpp"
#include "overlord/tlog/checkpoint.hpp"
#include "overlord/tlog/tiles.hpp"

namespace overlord::upkeep {
namespace {

constexpr std::string_view kEnvelopes = "attestations/";
constexpr std::string_view kCopies = "log/attestations/";
constexpr std::string_view kIndex = "attestations/by_evidence/";

Status remove_file(const Path& file) {
    if (::unlink(file.c_str()) == 0 || errno == ENOENT) return {};
    return io_error("remove " + file.string(), errno);
}

class Repairer {
public:
    Repairer(const Path& state_dir, const std::vector<tlog::VerifierKey>& keys,
             const StateReport& before)
        : state_dir_(state_dir), keys_(keys), facts_(read_log_facts(state_dir / "journal")) {
        for (const ledger::Finding& finding : before.log.findings) damaged_.insert(finding.file);
    }

    Result<std::vector<std::string>> run() {
        using Step = Status (Repairer::*)();
        for (const Step step : {&Repairer::tiles, &Repairer::checkpoint, &Repairer::envelopes,
                                &Repairer::copies, &Repairer::index, &Repairer::snapshots,
                                &Repairer::small_files}) {
            if (Status done = (this->*step)(); !done) return std::move(done).error();
        }
        return std::move(done_);
    }

private:
    void say(std::string what) { done_.push_back(std::move(what)); }

    Status tiles() {
        const tlog::TreeHead head = facts_.head();
        const Path log = state_dir_ / "log";
        std::error_code failure;
        const bool cut_short = std::filesystem::exists(log / "rewriting", failure);
        if (head.size.value == 0 || (!cut_short && tlog::check_log(log, head))) return {};
        if (Status made = make_directories(log, 0755); !made) return made;
        if (Status written = ledger::rederive_tiles(state_dir_, head); !written) return written;
        say("log/tile: " + std::to_string(head.size.value) +
            " entries and the tiles over them written again from the journal");
        return {};
    }

    // The witnessed copy, if it is a head of this journal that the log's key signed.
    [[nodiscard]] bool good_checkpoint(const std::string& text) const {
        for (const tlog::VerifierKey& key : keys_) {
            const Result<tlog::SignedCheckpoint> opened = tlog::open_checkpoint(text, key);
            if (!opened) continue;
            const auto root = facts_.roots.find(opened->checkpoint.head.size.value);
            return root != facts_.roots.end() && root->second == opened->checkpoint.head.root;
        }
        return false;
    }

    Status checkpoint() {
        if (!damaged_.contains("log/checkpoint")) return {};
        const Path file = state_dir_ / "log" / "checkpoint";
        std::error_code failure;
        if (std::filesystem::exists(file, failure)) {
            const Path aside = state_dir_ / "journal" / "quarantine";
            if (Status made = make_directories(aside); !made) return made;
            std::filesystem::rename(file, aside / "checkpoint", failure);
            if (failure) return io_error("move " + file.string(), failure.value());
            say("log/checkpoint: moved to journal/quarantine/checkpoint");
        }
        const Result<std::string> witnessed =
            read_text_file(state_dir_ / "log" / "checkpoint.witnessed", tlog::kNoteBytesMax);
        if (!witnessed || !good_checkpoint(*witnessed)) {
            say("log/checkpoint: the next start has it signed again");
            return {};
        }
        say("log/checkpoint: written again from log/checkpoint.witnessed");
        return write_file_durable(file, as_bytes(*witnessed), 0644);
    }

    // An envelope whose published copy is whole. The digest is its name, and the log has that.
    Status envelopes() {
        for (const std::string& digest : facts_.attestations) {
            const std::string name = digest + ".dsse.json";
            const std::string file = std::string(kEnvelopes) + name;
            if (!damaged_.contains(file)) continue;
            const std::optional<attest::Envelope> copy = whole(std::string(kCopies) + name, digest);
            if (!copy) continue;
            const Status written = write_file_durable(
                state_dir_ / file, as_bytes(attest::to_json(*copy) + "\n"));
            if (!written) return written;
            say(file + ": written again from " + std::string(kCopies) + name);
        }
        return {};
    }

    Status copies() {
        for (const std::string& file : damaged_) {
            if (!file.starts_with(kCopies)) continue;
            const std::string name = file.substr(kCopies.size());
            const std::string digest = name.substr(0, name.find('.'));
            const std::optional<attest::Envelope> kept =
                whole(std::string(kEnvelopes) + name, digest);
            if (kept) {
                const Status written =
                    write_file_durable(state_dir_ / file, as_bytes(attest::to_json(*kept)), 0644);
                if (!written) return written;
                say(file + ": written again from " + std::string(kEnvelopes) + name);
            } else {
                if (Status removed = remove_file(state_dir_ / file); !removed) return removed;
                say(file + ": removed, there is no envelope to write it from");
            }
        }
        return {};
    }

    // The envelope in a file, if it is the one that `digest` names and a key of the log signed it.
    [[nodiscard]] std::optional<attest::Envelope> whole(const std::string& file,
                                                        const std::string& digest) const {
        const Result<std::string> text =
            read_text_file(state_dir_ / file, attest::kEnvelopeBytesMax + 1);
        if (!text) return std::nullopt;
        Result<attest::Envelope> envelope = attest::parse_envelope(*text);
        if (!envelope || to_hex(attest::attestation_digest(envelope->payload)) != digest) {
            return std::nullopt;
        }
        for (const crypto::PublicKey& key : facts_.attestation_keys) {
            if (attest::verify_envelope(*envelope, key)) return *std::move(envelope);
        }
        return std::nullopt;
    }

    // The latest attestation about each evidence.
    Status index() {
        const auto wrong = std::count_if(damaged_.begin(), damaged_.end(), [](const auto& file) {
            return file.starts_with(kIndex);
        });
        if (wrong == 0) return {};
        std::map<std::string, std::pair<std::uint64_t, std::string>> latest;
        for (const std::string& digest : facts_.attestations) {
            const auto envelope = whole(std::string(kEnvelopes) + digest + ".dsse.json", digest);
            if (!envelope) continue;
            const Result<attest::Statement> statement = attest::parse_statement(envelope->payload);
            if (!statement) continue;
            auto& kept = latest[to_hex(attest::evidence_key(*statement))];
            kept = std::max(kept, {statement->log.records.value, digest});
        }
        for (const std::string& file : damaged_) {
            if (!file.starts_with(kIndex)) continue;
            if (Status removed = remove_file(state_dir_ / file); !removed) return removed;
        }
        for (const auto& [evidence, kept] : latest) {
            const Path file = state_dir_ / kIndex / evidence;
            const Status written = write_file_derived(file, as_bytes(kept.second + "\n"), 0600);
            if (!written) return written;
        }
        say(std::string(kIndex) + ": written again from the envelopes");
        return {};
    }

    Status snapshots() {
        for (const std::string& file : damaged_) {
            if (!file.starts_with("snapshots/")) continue;
            if (Status removed = remove_file(state_dir_ / file); !removed) return removed;
            say(file + ": removed; a start takes an older one or reads more of the journal");
        }
        return {};
    }

    Status small_files() {
        if (damaged_.contains("lock")) {
            if (::truncate((state_dir_ / "lock").c_str(), 0) != 0) {
                return io_error("empty the lock", errno);
            }
            say("lock: emptied");
        }
        if (!damaged_.contains("crash.marker")) return {};
        say("crash.marker: removed; a daemon makes its own");
        return remove_file(state_dir_ / "crash.marker");
    }

    const Path& state_dir_;
    const std::vector<tlog::VerifierKey>& keys_;
    LogFacts facts_;
    std::set<std::string> damaged_;
    std::vector<std::string> done_;
};

// A checkpoint that is not there is nothing that a repair could leave better: only the log's key
// makes one, and the next start does. Where the journal is whole, no more is wrong than that.
void accept_unsigned(StateReport& after) {
    const auto missing = [](const ledger::Finding& finding) {
        return finding.file == "log/checkpoint" && finding.cause.starts_with("missing");
    };
    if (std::erase_if(after.log.findings, missing) == 0) return;
    after.notes.push_back({"log/checkpoint", "not there until the next start has it signed again"});
}

}  // namespace

Result<Repair> repair(const Path& state_dir, const std::vector<tlog::VerifierKey>& keys) {
    std::error_code failure;
    if (!std::filesystem::is_directory(state_dir / "journal", failure)) {
        return Error{"repair.state", state_dir.string() + " is no state directory: there is no "
                                                          "journal to derive anything from"};
    }
    const Result<FileHandle> lock = ledger::lock_state(state_dir);
    if (!lock) return lock.error();
    StateReport before = check_state(state_dir, keys);
    for (const ledger::Finding& finding : before.log.findings) {
        if (!finding.file.starts_with("journal")) continue;
        if (finding.cause.starts_with("torn tail")) continue;  // the next start's business
        return Error{"repair.journal",
                     finding.file + (finding.place.empty() ? "" : ", " + finding.place) + ": " +
                         finding.cause +
                         ". Nothing was changed: the journal is what everything else is derived "
                         "from. Copy the state as it is, put the file back from a backup, then "
                         "run this again"};
    }
    Result<std::vector<std::string>> done = Repairer(state_dir, keys, before).run();
    if (!done) return std::move(done).error();
    Repair repaired{*std::move(done), check_state(state_dir, keys)};
    accept_unsigned(repaired.after);
    return repaired;
}

}  // namespace overlord::upkeep
