// The evaluator's state and the steps that change it. One class in several files, by what they do:
// core.cpp time and items, fold.cpp events, judge.cpp controls and levels, explain.cpp what is told
// about a system, state.cpp the state's bytes, digests.cpp its digests, close.cpp slots.
#pragma once

#include <deque>
#include <functional>
#include <queue>
#include <set>
#include <unordered_map>

#include "limits.hpp"
#include "overlord/evaluate/evaluator.hpp"
#include "overlord/event/decode.hpp"
#include "plan.hpp"
#include "system.hpp"

namespace overlord::evaluate {

// An event behind event/4, kept as it came: terms are made when a goal may ask for them.
struct Retained {
    std::uint64_t record = 0;
    SystemIndex system = 0;
    std::string event;  // empty once it was erased
};

// The latest kRetainedMax events of a kind by their position since the start, in a ring whose texts
// keep their memory, and which of them the Prolog machine has as facts.
struct RetainedKind {
    std::vector<Retained> ring;
    std::uint64_t end = 0;  // the position of the next one
    struct Fact {
        std::uint64_t position;
        std::uint64_t record;
    };
    std::deque<Fact> asserted;       // the facts, ...
    std::uint64_t asserted_end = 0;  // ... from events before this position

    [[nodiscard]] std::uint64_t begin() const { return end - ring.size(); }
    [[nodiscard]] const Retained& at(std::uint64_t position) const {
        return ring[position % kRetainedMax];
    }
    [[nodiscard]] Retained& at(std::uint64_t position) { return ring[position % kRetainedMax]; }
    // The place of the next one, in place of the oldest once there are kRetainedMax.
    Retained& add() {
        if (ring.size() < kRetainedMax) ring.resize(ring.size() + 1);
        return ring[end++ % kRetainedMax];
    }
};

// A digest of the state as of a record, under way. Its parts are the kinds, then the systems there
// were at that record.
struct StateDigest {
    StateOutput state;
    Hash global{};  // of everything but events and systems
    std::vector<std::optional<Hash>> parts;
    std::size_t next = 0;  // those before it are digested
};

struct Translation;

class Core {
public:
    Core(rules::Bundle bundle, Config config, prolog::Machine& machine, Facts facts,
         Marker* marker);

    Outcome process(const Batch& batch);
    void sync_facts();

    [[nodiscard]] System* find(std::string_view name);
    std::string describe(System& system, bool evidence);
    std::vector<prolog::Value> explain(System& system);
    [[nodiscard]] std::pair<Verdict, std::string> verdict_of(const System& system) const;
    Reading read(System& system, std::size_t measure);

    Snapshot snapshot();
    Status restore(ByteView bytes);

    [[nodiscard]] const Plan& plan() const { return plan_; }
    [[nodiscard]] std::uint64_t records() const { return records_; }
    [[nodiscard]] TimeNs now() const { return now_; }
    [[nodiscard]] TimeNs next_due() const;
    [[nodiscard]] const std::vector<std::unique_ptr<System>>& systems() const { return systems_; }

private:
    // core.cpp
    void process_items(const Batch& batch);
    void process_item(const Item& item);
    void process_audit(const Item& item);
    void process_erase(const Item& item);
    void note_silence(DurationNs least);
    void advance(TimeNs to);
    void fire_until(TimeNs to);
    void end_instant();
    void judge_all_dirty();
    void schedule(SystemIndex index);
    void touch(SystemIndex index);
    void emit(OutputKind kind, std::string body);
    void reject(const std::string& code, const std::string& reason);
    void mark(std::uint32_t item, bool active);

    // fold.cpp
    void process_event(const Item& item);
    [[nodiscard]] Status accept_time(TimeNs time, TimeNs& at) const;
    [[nodiscard]] Status accept_nil(std::size_t kind, Fields fields) const;
    std::string run_checks(std::size_t kind, TimeNs time, Fields fields);
    bool fold(SystemIndex index, std::size_t kind, const event::Event& event, Fields fields);
    void fold_nil(SystemIndex index, std::size_t kind, Fields fields);
    void observe(SystemIndex index, std::size_t measure, const Observation* observation);
    void retain(std::size_t kind, SystemIndex index, std::string_view event);
    void forget(std::size_t kind, std::string_view system, std::uint64_t before);
    void sync_facts(std::size_t kind);
    SystemIndex create(std::string_view name);

    // close.cpp
    [[nodiscard]] TimeNs next_close() const;
    // The first slot that a stream can begin with.
    [[nodiscard]] Slot first_open() const { return std::max(next_slot_, streams_from_); }
    void close_slots(TimeNs until);
    void close_stretch(Slot from, Slot until);
    [[nodiscard]] std::string slot_body(const System& system, Slot from, Slot until) const;
    void begin_streams();

    // judge.cpp
    void judge(SystemIndex index, bool by_tick);
    void read_changed(System& system, bool first);
    void judge_level(SystemIndex index, std::size_t level, bool first, bool by_tick);
    [[nodiscard]] bool concerns(const std::vector<std::size_t>& reads) const;
    void waive(const System& system, std::size_t control, ControlState& state) const;
    ControlState ask_control(System& system, const rules::Control& control);
    LevelState ask_level(System& system, const rules::Level& level);
    void emit_verdict(const System& system, std::size_t level, Verdict was, bool by_tick);

    // digests.cpp
    System& open(SystemIndex index);
    RetainedKind& open_kind(std::size_t kind);
    void begin_state();
    bool digest_part(StateDigest& digest, std::size_t part);
    void digest_some(std::size_t most);
    void finish_state();

    // state.cpp
    [[nodiscard]] bool may_sleep(const System& system, std::size_t measure) const;
    void write_system(Writer& out, System& system, TimeNs at);
    static std::vector<std::size_t> read_levels(Reader& in, const Translation& translation);
    [[nodiscard]] bool has_other_levels(Reader in, const Translation& translation) const;
    bool read_system(Reader& in, System& system, const Translation& translation);
    void forget_other_controls(System& system) const;
    void read_measure(Reader& in, System& system, std::size_t to);
    void judge_again(System& system);
    void write_global(Writer& out) const;
    bool read_global(Reader& in, const Translation& translation, std::uint64_t& systems);
    void write_kind(Writer& out, const RetainedKind& kind) const;
    bool read_kinds(Reader& in, const Translation& translation, std::uint64_t systems);
    void read_slot_grid(Reader& in, const Translation& translation);
    bool read_retained(Reader& in, RetainedKind& kind, std::uint64_t systems);
    [[nodiscard]] std::vector<std::size_t> levels_of(const std::string& system) const;
    std::unique_ptr<System> new_system(std::string_view name) const;
    void add_system(std::unique_ptr<System> system);
    void give_slots(System& system, std::size_t index) const;
    void read_slots(Reader& in, System& system, const Translation& translation);

    struct Deadline {
        TimeNs at;
        SystemIndex system;
        friend auto operator<=>(const Deadline&, const Deadline&) = default;
    };
    bool next_deadline(TimeNs until, Deadline& deadline);
    void fire(const Deadline& deadline);

    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>()(text);
        }
    };

    Plan plan_;
    SlotPlan slot_plan_;
    Config config_;
    // kEverySystem: of the systems without levels of their own.
    std::unordered_map<std::string, std::vector<std::size_t>> configured_levels_;
    prolog::Machine& machine_;
    Facts facts_;
    volatile Marker* marker_;
    event::Decoder decoder_;
    event::Decoder retained_decoder_;  // for retained events, while decoder_ holds the current one

    std::uint64_t records_ = 0;
    TimeNs now_ = 0;
    TimeNs heard_until_ = 0;  // log time of the last event, or the end of the last gap
    std::int64_t hour_ = -1;  // of the last record; -1 before the first
    std::vector<std::unique_ptr<System>> systems_;
    std::unordered_map<std::string, SystemIndex, TextHash, std::equal_to<>> by_name_;
    std::vector<RetainedKind> retained_;
    std::set<SystemIndex> dirty_;
    Slot next_slot_ = 0;         // the oldest that has not closed
    Slot streams_from_ = 0;      // none begins before this one
    bool slots_held_ = false;    // other rules took over: none closes before they are in force

    // Not part of the state.
    std::priority_queue<Deadline, std::vector<Deadline>, std::greater<>> deadlines_;
    std::vector<SystemIndex> instant_;   // touched in this instant, in order
    std::vector<std::uint8_t> changed_;  // measures whose reading changed, while judging
    std::vector<SharedText> latest_readings_;  // by measure: the latest text
    std::vector<SharedText> latest_reasons_;   // by control
    Outcome outcome_;
    std::uint32_t item_ = kNoItem;
    TimeNs tick_at_ = -1;              // of the last tick record
    TimeNs slot_at_ = -1;              // of the last slot record
    std::vector<SystemIndex> proved_;  // the systems that have slots
    std::vector<StateOutput> states_;  // finished, to go out with the next outcome

    std::deque<StateDigest> digests_;  // under way, the oldest first
    Writer scratch_, measure_scratch_;
    bool taking_over_ = false;  // restoring a state of other rules, levels or slots
};

}  // namespace overlord::evaluate
