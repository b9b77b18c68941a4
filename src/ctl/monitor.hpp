// A monitor follows a log and checks what no single proof shows: that the log only grows, that
// every slot of every stream is there once and in order, that sums chain and range proofs hold, and
// that slots and documents keep coming. What passes it cosigns; its cosignature is what
// `verify --monitor` takes for the reading of the whole log.
//
//   DIR/monitor.state     how far it has come (monitor_state.hpp)
//   DIR/log/              its own copy of the log, checked: evidence that nobody can take back
//   DIR/monitor.key       its key
//   DIR/witness/          what it cosigned (witness/store.hpp)
//
// Two kinds of alarm. What breaks the log's promise (a fork, a hole, a bad proof) ends the round
// before anything is cosigned, and every later round finds it again. What is only late (a silent
// stream, an attestation without its document) is told once, and the log is cosigned all the same:
// a stream ends when its rules change. Belongs to one thread, but for its store.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "key_ring.hpp"
#include "monitor_state.hpp"
#include "overlord/base/file.hpp"
#include "overlord/tlog/tiles.hpp"
#include "overlord/witness/store.hpp"

namespace overlord::ctl {

struct MonitorOptions {
    Path directory;
    std::string new_name;  // of a new monitor's key; empty: the state has to be there
    Keys logs;
    // The file at a path below the log's root; code http.not_found where there is none.
    std::function<Result<std::string>(const std::string& path)> get;
    DurationNs slot_ns = kMinuteNs;  // until the log has announced the length of its slots
    std::uint64_t silence_slots = 10;  // so many without a slot, or a document, are an alarm
    unsigned threads = 2;
};

struct Alarm {
    std::string code;  // log.fork, zk.slot_missing, monitor.silent, ...
    std::string text;
};

struct Round {
    tlog::TreeHead head;  // checked so far
    std::size_t streams = 0;
    std::vector<Alarm> alarms;
    bool sound = true;  // no alarm of the first kind
    std::string note;   // the checkpoint as it was cosigned; empty where it was not
};

class Monitor {
public:
    // Codes: monitor.state_missing, monitor.state_damaged, monitor.origin (the state is another
    // log's), those of tlog::load_key, witness::Store and io.*.
    [[nodiscard]] static Result<std::unique_ptr<Monitor>> open(MonitorOptions options,
                                                               Clock& clock);

    // Reads what is new, checks, remembers and cosigns. Errors are what keeps it from judging, say
    // http.unavailable or a full disk; what is wrong with the log is an alarm.
    [[nodiscard]] Result<Round> round();

    [[nodiscard]] const witness::Store& store() const { return *store_; }
    [[nodiscard]] const MonitorState& state() const { return state_; }
    [[nodiscard]] Path log_copy() const { return options_.directory / "log"; }

private:
    Monitor(MonitorOptions options, Clock& clock) : options_(std::move(options)), clock_(clock) {}
    class Reading;
    [[nodiscard]] Status open_state(const Path& file);
    [[nodiscard]] Status read_up_to(const tlog::TreeHead& head, Reading& reading);
    [[nodiscard]] Status remember(MonitorState state);
    [[nodiscard]] Status forget_copy();
    [[nodiscard]] Result<std::string> cosign(const std::string& note, const tlog::TreeHead& head);

    MonitorOptions options_;
    Clock& clock_;
    MonitorState state_;
    std::unique_ptr<witness::Store> store_;
    std::unique_ptr<tlog::TileWriter> copy_;
};

}  // namespace overlord::ctl
