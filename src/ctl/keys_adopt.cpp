// overlordctl keys adopt: an operator vouches that this state is the newest and the only one, after
// it moved to another machine, or after the guard was lost. The log tells of it with each start.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "keys.hpp"
#include "overlord/ledger/entry.hpp"
#include "overlord/ledger/journal_reader.hpp"
#include "overlord/signer/guard.hpp"
#include "overlord/tlog/checkpoint.hpp"
#include "overlord/tlog/roster.hpp"
#include "places.hpp"

namespace overlord::ctl {
namespace {

// Neither a daemon nor a signer runs on the state while this lives. A lock that was never made
// holds nobody back.
Result<FileHandle> lock(const Path& file) {
    Result<FileHandle> handle = open_file(file, O_RDWR);
    if (!handle && handle.error().code == "io.enoent") return FileHandle();
    if (!handle || ::flock(handle->get(), LOCK_EX | LOCK_NB) == 0) return handle;
    return Error{"state.locked", file.string() + " is in use: stop the daemon first"};
}

// A head that is known to have been signed, and from where.
struct KnownHead {
    tlog::TreeHead head;
    std::string where;
};

Error two_histories(const KnownHead& known) {
    return Error{"log.fork", known.where + " has another root at size " +
                                 std::to_string(known.head.size.value) +
                                 " than the journal has there: two histories were signed. Keep "
                                 "all files; they are evidence"};
}

// What the journal tells, to its end; what a torn tail holds was told to nobody.
struct Told {
    tlog::TreeHead head;
    std::uint64_t epoch = 0;  // of the last start
};

// Reads the journal beside the heads that are known, in order of size: each must be one of its own.
class JournalWalk {
public:
    explicit JournalWalk(std::vector<KnownHead> known) : known_(std::move(known)) {
        std::sort(known_.begin(), known_.end(),
                  [](const auto& a, const auto& b) { return a.head.size < b.head.size; });
    }

    Result<Told> read(const Path& journal) {
        if (Status empty = compare(); !empty) return std::move(empty).error();
        std::error_code failure;
        if (!std::filesystem::exists(journal, failure)) return finish();
        Result<ledger::JournalReader> reader = ledger::JournalReader::open(journal);
        if (!reader) return std::move(reader).error();
        while (true) {
            const Result<std::optional<ledger::FrameView>> frame = reader->next_frame();
            if (!frame) return frame.error();
            if (!frame->has_value()) break;
            if ((*frame)->header.type != ledger::FrameType::kSeal) continue;
            const Result<ledger::Seal> seal = ledger::parse_seal((*frame)->payload);
            if (!seal) return seal.error();
            for (const std::string_view entry : seal->entries) {
                told_.epoch = std::max(told_.epoch, ledger::start_epoch(entry).value_or(0));
                tree_.append(tlog::leaf_hash(as_bytes(entry)));
                if (Status same = compare(); !same) return std::move(same).error();
            }
        }
        return finish();
    }

private:
    Result<Told> finish() {
        if (next_ < known_.size()) return rollback();
        told_.head = tree_.head();
        return told_;
    }

    // All heads of the size that the tree has now.
    Status compare() {
        for (; next_ < known_.size() && known_[next_].head.size == tree_.size(); ++next_) {
            if (known_[next_].head.root != tree_.root()) return two_histories(known_[next_]);
        }
        return {};
    }

    Error rollback() const {
        const KnownHead& largest = known_.back();
        return Error{"log.rollback",
                     largest.where + " is of " + std::to_string(largest.head.size.value) +
                         " entries, the journal here has " + std::to_string(tree_.size().value) +
                         ": this state is not the newest. Put the newest one back; if it is lost, "
                         "begin a new log with a new origin"};
    }

    std::vector<KnownHead> known_;
    std::size_t next_ = 0;  // the first that is not compared
    tlog::Frontier tree_;
    Told told_;
};

Result<KnownHead> read_checkpoint(const Path& file, const Keys& keys) {
    const Result<std::string> note = read_text_file(file, tlog::kNoteBytesMax);
    if (!note) return note.error();
    const Result<tlog::SignedCheckpoint> opened = tlog::open_checkpoint(*note, keys);
    if (!opened) return with_context(opened.error(), file.string());
    return KnownHead{opened->checkpoint.head, file.string()};
}

// Every head of this log that a file shows: the published one, and those given.
Result<std::vector<KnownHead>> known_heads(const Options& options, const Path& state_dir,
                                           const Keys& keys) {
    std::vector<std::string> files = options.values("--checkpoint");
    std::error_code failure;
    for (const char* name : {"checkpoint", "checkpoint.witnessed"}) {
        const Path published = state_dir / "log" / name;
        if (std::filesystem::exists(published, failure)) files.push_back(published.string());
    }
    std::vector<KnownHead> known;
    for (const std::string& file : files) {
        Result<KnownHead> head = read_checkpoint(file, keys);
        if (!head) return std::move(head).error();
        known.push_back(*std::move(head));
    }
    return known;
}

Result<signer::Guard> adopted_guard(const Options& options, const Path& state_dir) {
    const Path directory = state_dir / "keys";
    const Result<tlog::Roster> roster = tlog::read_roster(directory / "log.roster");
    if (!roster) return roster.error();
    const Keys keys = roster->all();
    Result<std::vector<KnownHead>> known = known_heads(options, state_dir, keys);
    if (!known) return std::move(known).error();
    signer::Guard guard;
    guard.origin = keys.front().name;
    const Result<signer::Guard> present = signer::read_guard(directory / "log.guard");
    if (present && present->origin == guard.origin) {
        known->push_back({present->head, (directory / "log.guard").string()});
        guard.epoch = present->epoch;
    }
    const Result<Told> told = JournalWalk(*std::move(known)).read(state_dir / "journal");
    if (!told) return told.error();
    const Result<Hash> place = signer::place_of(directory);
    if (!place) return place.error();
    guard.head = told->head;
    guard.epoch = std::max(guard.epoch, told->epoch);
    guard.adopted = guard.epoch + 1;  // the next start
    guard.machine = *place;
    return guard;
}

// Also where root does it, the guard is the daemon's user's.
Status write_owned_guard(const Path& directory, const signer::Guard& guard) {
    const Path file = directory / "log.guard";
    if (Status written = signer::write_guard(file, guard); !written) return written;
    struct stat status {};
    if (::stat(directory.c_str(), &status) != 0) {
        return io_error("look at " + directory.string(), errno);
    }
    if (::geteuid() != 0 || ::chown(file.c_str(), status.st_uid, status.st_gid) == 0) return {};
    return io_error("give " + file.string() + " to the owner of its folder", errno);
}

Result<signer::Guard> adopt(const Options& options, const Path& state_dir) {
    const Result<FileHandle> state_lock = lock(state_dir / "lock");
    if (!state_lock) return state_lock.error();
    const Result<FileHandle> signer_lock = lock(state_dir / "keys" / "log.lock");
    if (!signer_lock) return signer_lock.error();
    Result<signer::Guard> guard = adopted_guard(options, state_dir);
    if (!guard) return guard;
    Status written = write_owned_guard(state_dir / "keys", *guard);
    if (!written) return std::move(written).error();
    return guard;
}

}  // namespace

int adopt_state(const Options& options) {
    if (options.operands().size() != 1) {
        return fail(options, kUsage,
                    Error{"usage", "keys adopt [--state DIR] [--checkpoint FILE...]"});
    }
    const Result<Places> places = find_places(options);
    if (!places) return fail(options, kUsage, places.error());
    const Result<signer::Guard> guard = adopt(options, places->state_dir);
    if (!guard) {
        const bool no =
            guard.error().code.starts_with("log.") || guard.error().code == "note.unsigned";
        return fail(options, no ? kNo : kUnavailable, guard.error());
    }
    if (options.json()) {
        const nlohmann::ordered_json json{{"origin", guard->origin},
                                          {"size", guard->head.size.value},
                                          {"root", to_base64(guard->head.root)},
                                          {"adopted", guard->adopted}};
        std::cout << json.dump() << "\n";
        return kYes;
    }
    std::cout << "adopted: the log " << guard->origin << " goes on here, from size "
              << guard->head.size.value << " or later; its next start, " << guard->adopted
              << ", tells so in the log.\nIf another copy of it signs anything, the log is forked: "
                 "see that none is ever started again.\n";
    return kYes;
}

}  // namespace overlord::ctl
