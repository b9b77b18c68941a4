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

// The last start that the journal tells of; what a torn tail holds was told to nobody.
Result<std::uint64_t> last_epoch(const Path& state_dir) {
    std::uint64_t epoch = 0;
    std::error_code failure;
    if (!std::filesystem::exists(state_dir / "journal", failure)) return epoch;
    Result<ledger::JournalReader> reader = ledger::JournalReader::open(state_dir / "journal");
    if (!reader) return std::move(reader).error();
    while (true) {
        const Result<std::optional<ledger::FrameView>> frame = reader->next_frame();
        if (!frame) return frame.error();
        if (!frame->has_value()) return epoch;
        if ((*frame)->header.type != ledger::FrameType::kSeal) continue;
        const Result<ledger::Seal> seal = ledger::parse_seal((*frame)->payload);
        if (!seal) return seal.error();
        for (const std::string_view entry : seal->entries) {
            epoch = std::max(epoch, ledger::start_epoch(entry).value_or(0));
        }
    }
}

Status take_head(const tlog::TreeHead& head, const std::string& where, signer::Guard& guard) {
    if (head.size == guard.head.size && head.root != guard.head.root) {
        return Error{"log.fork", where + " and what is known have different roots at size " +
                                     std::to_string(head.size.value) +
                                     ": two histories were signed. Keep all files; they are "
                                     "evidence"};
    }
    if (head.size > guard.head.size) guard.head = head;
    return {};
}

Status take_checkpoint(const Path& file, const Keys& keys, signer::Guard& guard) {
    const Result<std::string> note = read_text_file(file, tlog::kNoteBytesMax);
    if (!note) return note.error();
    const Result<tlog::SignedCheckpoint> opened = tlog::open_checkpoint(*note, keys);
    if (!opened) return with_context(opened.error(), file.string());
    return take_head(opened->checkpoint.head, file.string(), guard);
}

Result<signer::Guard> adopted_guard(const Options& options, const Path& state_dir) {
    const Path directory = state_dir / "keys";
    const Result<tlog::Roster> roster = tlog::read_roster(directory / "log.roster");
    if (!roster) return roster.error();
    const Keys keys = roster->all();
    signer::Guard guard;
    guard.origin = keys.front().name;
    guard.head.root = tlog::root_of({});
    const Result<signer::Guard> present = signer::read_guard(directory / "log.guard");
    if (present && present->origin == guard.origin) {
        guard.head = present->head;
        guard.epoch = present->epoch;
    }
    std::error_code failure;
    const Path published = state_dir / "log" / "checkpoint";
    if (std::filesystem::exists(published, failure)) {
        if (Status taken = take_checkpoint(published, keys, guard); !taken) return taken.error();
    }
    for (const std::string& file : options.values("--checkpoint")) {
        if (Status taken = take_checkpoint(file, keys, guard); !taken) return taken.error();
    }
    const Result<std::uint64_t> epoch = last_epoch(state_dir);
    if (!epoch) return epoch.error();
    const Result<Hash> place = signer::place_of(directory);
    if (!place) return place.error();
    guard.epoch = std::max(guard.epoch, *epoch);
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
        const bool no = guard.error().code == "log.fork" || guard.error().code == "note.unsigned";
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
