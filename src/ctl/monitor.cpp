#include "monitor.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "overlord/attest/bundle.hpp"
#include "overlord/attest/statement.hpp"
#include "overlord/tlog/keyfile.hpp"
#include "overlord/tlog/witness.hpp"

namespace overlord::ctl {
namespace {

constexpr std::uint64_t kStateBytesMax = 1u << 30;
constexpr std::string_view kAttestation = R"({"v":1,"kind":"attestation",)";
constexpr std::size_t kWaitingMax = 100'000;  // attestations; older ones have been told

// Log time of an entry; nothing where it says none.
std::optional<TimeNs> time_of(std::string_view entry) {
    constexpr std::string_view kMember = ",\"at\":";
    const std::size_t at = entry.find(kMember);
    if (at == entry.npos) return std::nullopt;
    const std::string_view digits = entry.substr(at + kMember.size());
    TimeNs time = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), time);
    if (error != std::errc()) return std::nullopt;
    return time;
}

Alarm alarm_of(const Error& error) {
    return {error.code, error.message};
}

// Of the log, and not of what lies between: it does not pass by itself.
bool is_the_logs(const Error& error) {
    constexpr std::array<std::string_view, 7> kFamilies = {
        "log.", "monitor.log_", "zk.", "entry.", "note.", "tile.", "checkpoint."};
    return std::any_of(kFamilies.begin(), kFamilies.end(),
                       [&](std::string_view family) { return error.code.starts_with(family); });
}

}  // namespace

// One round's view of the entries that are new.
class Monitor::Reading {
public:
    Reading(const MonitorOptions& options, const MonitorState& before)
        : options_(options), state_(before), walk_({before.origin, options.threads, true}) {
        for (const auto& [name, stream] : before.streams) walk_.resume(name, stream);
        if (before.announced) walk_.resume(*before.announced);
    }

    [[nodiscard]] Status see(EntryIndex index, std::string_view entry) {
        if (Status seen = walk_.see(index, entry); !seen) return seen;
        if (const std::optional<TimeNs> at = time_of(entry)) {
            state_.log_at = std::max(state_.log_at, *at);
        }
        const Result<attest::ZkEntry> parsed = attest::parse_zk_entry(entry);
        if (!parsed) return parsed.error();
        if (const auto* slot = std::get_if<attest::SlotEntry>(&*parsed)) see_slot(*slot);
        if (const auto* proof = std::get_if<attest::ProofEntry>(&*parsed)) {
            state_.waiting.erase(proof->attestation);
        }
        if (!entry.starts_with(kAttestation)) return {};
        if (walk_.streams().empty() || state_.waiting.size() >= kWaitingMax) return {};
        const Result<attest::AttestationEntry> attestation = attest::parse_entry(entry);
        if (attestation) state_.waiting[attestation->digest] = attestation->at;
        return {};
    }

    [[nodiscard]] Status finish(const tlog::TreeHead& head) {
        if (Status checked = walk_.finish(); !checked) return checked;
        state_.head = head;
        state_.streams = walk_.streams();
        state_.announced = walk_.announced();
        return {};
    }

    // What is late by log time, told once.
    [[nodiscard]] std::vector<Alarm> lateness() {
        std::vector<Alarm> alarms = std::move(late_);
        for (const auto& [name, stream] : state_.streams) tell_silence(name, stream, alarms);
        for (auto waiting = state_.waiting.begin(); waiting != state_.waiting.end();) {
            if (state_.log_at - waiting->second <= patience()) {
                ++waiting;
                continue;
            }
            alarms.push_back({"monitor.no_document",
                              "the attestation " + to_hex(waiting->first) + " of " +
                                  format_rfc3339(waiting->second) + " has got no document"});
            waiting = state_.waiting.erase(waiting);
        }
        return alarms;
    }

    [[nodiscard]] const MonitorState& state() const { return state_; }

private:
    [[nodiscard]] DurationNs slot_ns() const {
        return walk_.announced() ? walk_.announced()->slot_ns : options_.slot_ns;
    }
    [[nodiscard]] DurationNs patience() const {
        return static_cast<DurationNs>(options_.silence_slots) * slot_ns();
    }

    // The end of the last slot before `next`; numbers beyond all time count as its end.
    [[nodiscard]] TimeNs end_of(zk::SlotNumber next) const {
        const auto most = static_cast<zk::SlotNumber>(INT64_MAX / slot_ns());
        return static_cast<TimeNs>(std::min(next, most)) * slot_ns();
    }

    void see_slot(const attest::SlotEntry& slot) {
        const TimeNs end = end_of(slot.slot + 1);
        if (slot.at - patience() <= end) return;
        late_once(slot.stream,
                  {"monitor.late", "slot " + std::to_string(slot.slot) + " of stream " +
                                       to_hex(slot.stream) + " was logged at " +
                                       format_rfc3339(slot.at) + ", and had ended at " +
                                       format_rfc3339(end)});
    }

    // One line a stream and round is enough.
    void late_once(const Hash& stream, Alarm alarm) {
        if (told_.insert(stream).second) late_.push_back(std::move(alarm));
    }

    void tell_silence(const Hash& name, const attest::StreamState& stream,
                      std::vector<Alarm>& alarms) {
        const bool unproved = state_.log_at - patience() > end_of(stream.covered);
        if (!unproved) {
            state_.silent.erase(name);
            return;
        }
        if (!state_.silent.insert(name).second) return;
        const bool silent = state_.log_at - patience() > end_of(stream.next());
        alarms.push_back(
            {silent ? "monitor.silent" : "monitor.no_range",
             "stream " + to_hex(name) + " has no " + (silent ? "slot" : "range proof") + " after " +
                 format_rfc3339(end_of(silent ? stream.next() : stream.covered)) +
                 "; the log has come to " + format_rfc3339(state_.log_at)});
    }

    const MonitorOptions& options_;
    MonitorState state_;
    attest::SlotWalk walk_;
    std::vector<Alarm> late_;
    std::set<Hash> told_;
};

Result<std::unique_ptr<Monitor>> Monitor::open(MonitorOptions options, Clock& clock) {
    std::unique_ptr<Monitor> monitor(new Monitor(std::move(options), clock));
    const Path& directory = monitor->options_.directory;
    const Path file = directory / "monitor.state";
    std::error_code failure;
    const bool fresh = !std::filesystem::exists(file, failure);
    const std::string& name = monitor->options_.new_name;
    if (fresh && name.empty()) {
        return Error{"monitor.state_missing",
                     directory.string() + " holds no monitor's state; a new monitor starts with "
                                          "--name NAME, and one that has cosigned before needs "
                                          "its state back",
                     ErrorClass::kFatal};
    }
    if (Status made = make_directories(directory); !made) return made.error();
    Result<tlog::KeySigner> key = tlog::load_key(directory / "monitor.key");
    if (!key && fresh && key.error().code == "io.enoent") {
        key = tlog::create_key(directory / "monitor.key", name);
    }
    if (!key) return std::move(key).error();
    witness::StoreOptions storing{directory / "witness", witness::Creation::kRefuse,
                                  monitor->options_.logs};
    if (fresh) storing.creation = witness::Creation::kIfAbsent;
    Result<std::unique_ptr<witness::Store>> store =
        witness::Store::open(std::move(storing), *std::move(key), clock);
    if (!store) return std::move(store).error();
    monitor->store_ = *std::move(store);
    const Status opened = fresh ? monitor->forget_copy() : monitor->open_state(file);
    if (!opened) return opened.error();
    return monitor;
}

Status Monitor::open_state(const Path& file) {
    const Result<std::string> text = read_text_file(file, kStateBytesMax);
    if (!text) return text.error();
    Result<MonitorState> state = parse_monitor_state(*text);
    if (!state) return with_context(state.error(), file.string());
    const bool its_log = std::any_of(options_.logs.begin(), options_.logs.end(),
                                     [&](const auto& key) { return key.name == state->origin; });
    if (!its_log) {
        return Error{"monitor.origin", file.string() + " is about the log " + state->origin,
                     ErrorClass::kFatal};
    }
    state_ = *std::move(state);
    return forget_copy();
}

// The copy goes back to what has been checked; what a round added beyond it is gone.
Status Monitor::forget_copy() {
    Result<tlog::TileWriter> copy = state_.head.size.value == 0
                                        ? tlog::TileWriter::create(log_copy())
                                        : tlog::TileWriter::open(log_copy(), state_.head);
    if (!copy) return with_context(copy.error(), "the monitor's copy of the log");
    copy_ = std::make_unique<tlog::TileWriter>(*std::move(copy));
    return {};
}

Result<Round> Monitor::round() {
    const Result<std::string> note = options_.get("checkpoint");
    if (!note) return note.error();
    Round round{state_.head, state_.streams.size(), {}, true, ""};
    const auto broken = [&](const Error& error) {
        round.alarms.push_back(alarm_of(error));
        round.sound = false;
        return round;
    };
    const Result<tlog::SignedCheckpoint> opened = attest::open_with_any(*note, options_.logs);
    if (!opened) return broken(opened.error());
    const tlog::TreeHead& head = opened->checkpoint.head;
    if (state_.origin.empty()) state_.origin = opened->checkpoint.origin;
    if (state_.origin != opened->checkpoint.origin) {
        return broken(Error{"monitor.log_origin", "the log calls itself " +
                                                      opened->checkpoint.origin +
                                                      " now, and was " + state_.origin});
    }
    Reading reading(options_, state_);
    Status read = read_up_to(head, reading);
    if (read) read = reading.finish(head);
    if (!read) {
        if (Status forgotten = forget_copy(); !forgotten) return forgotten.error();
        if (is_the_logs(read.error())) return broken(read.error());
        return read.error();
    }
    round.alarms = reading.lateness();
    if (Status kept = remember(reading.state()); !kept) return kept.error();
    const DurationNs patience =
        static_cast<DurationNs>(options_.silence_slots) * options_.slot_ns;
    if (!state_.streams.empty() && clock_.now() - patience > state_.log_at) {
        round.alarms.push_back({"monitor.log_silent", "the log's newest entry is of " +
                                                          format_rfc3339(state_.log_at)});
    }
    round.head = head;
    round.streams = state_.streams.size();
    Result<std::string> cosigned = cosign(*note, head);
    if (!cosigned && is_the_logs(cosigned.error())) return broken(cosigned.error());
    if (!cosigned) return std::move(cosigned).error();
    round.note = *std::move(cosigned);
    return round;
}

Status Monitor::read_up_to(const tlog::TreeHead& head, Reading& reading) {
    const std::uint64_t from = state_.head.size.value;
    if (head.size.value < from) {
        return Error{"log.rollback", "the log has " + std::to_string(head.size.value) +
                                         " entries, and had " + std::to_string(from)};
    }
    Status wrong;  // the first thing, if these are the log's entries
    for (std::uint64_t index = from; index < head.size.value;) {
        const std::uint64_t bundle = index / tlog::kTileWidth;
        const std::uint64_t end = std::min(head.size.value, (bundle + 1) * tlog::kTileWidth);
        const auto width = static_cast<unsigned>(end - bundle * tlog::kTileWidth);
        Result<std::string> text = options_.get(tlog::entries_path(bundle, width));
        unsigned held = width;
        if (!text && text.error().code == "http.not_found") {
            // A partial file that is gone is the beginning of the full one.
            text = options_.get(tlog::entries_path(bundle, tlog::kTileWidth));
            held = tlog::kTileWidth;
        }
        if (!text) return text.error();
        const Result<std::vector<Bytes>> entries = tlog::parse_entries(as_bytes(*text), held);
        if (!entries) return entries.error();
        std::vector<ByteView> fresh;
        for (; index < end; ++index) {
            const Bytes& entry = (*entries)[index % tlog::kTileWidth];
            if (wrong) wrong = reading.see(EntryIndex{index}, as_text(entry));
            fresh.push_back(entry);
        }
        if (Status kept = copy_->append(fresh); !kept) return kept;
    }
    // The copy began with what was checked before, so one root shows both: these are the entries,
    // and the log only grew.
    if (copy_->root() == head.root) return wrong;
    return Error{"log.fork", "the entries of size " + std::to_string(head.size.value) +
                                 " do not lead to the root that the log signed: another history, "
                                 "or files that are not the log's"};
}

Status Monitor::remember(MonitorState state) {
    // If we crash before this, the copy goes back to the state before and is read again.
    if (Status synced = tlog::sync_log(log_copy()); !synced) return synced;
    const Path file = options_.directory / "monitor.state";
    const std::string text = to_text(state);
    if (Status written = write_file_durable(file, as_bytes(text)); !written) return written;
    state_ = std::move(state);
    return {};
}

Result<std::string> Monitor::cosign(const std::string& note, const tlog::TreeHead& head) {
    const std::string page = witness::origin_hex(state_.origin);
    tlog::AddCheckpoint request{TreeSize{}, {}, note};
    const Result<std::string> known = store_->checkpoint(page);
    if (known) {
        const Result<tlog::SignedCheckpoint> before =
            attest::open_with_any(*known, options_.logs);
        if (!before) return before.error();
        request.old = before->checkpoint.head.size;
        Result<tlog::TileReader> tiles = tlog::TileReader::open(log_copy(), head);
        if (!tiles) return std::move(tiles).error();
        Result<tlog::Proof> proof = tiles->consistency(request.old, head.size);
        if (!proof) return std::move(proof).error();
        request.consistency = *std::move(proof);
    }
    const witness::Answer answer = store_->add_checkpoint(request.to_text());
    if (answer.status == 200) return store_->checkpoint(page);
    return Error{answer.status == 500 ? "monitor.disk" : "monitor.log_refused",
                 "the checkpoint is not cosigned: " + answer.body};
}

}  // namespace overlord::ctl
