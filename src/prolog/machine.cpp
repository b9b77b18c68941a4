#include "overlord/prolog/machine.hpp"

#include "bridge.hpp"
#include "kernel.hpp"

namespace overlord::prolog {
namespace {

constexpr std::size_t kClausesBeforeCollection = 5'000;  // erased facts that a scan has to skip
constexpr std::size_t kCallsBeforeCollection = 200'000;  // each may leave some atoms behind

bool call_text(const std::string& goal, std::string& error) {
    const Frame frame;
    const term_t arguments = PL_new_term_refs(1);
    if (!PL_put_term_from_chars(arguments, REP_UTF8, goal.size(), goal.c_str())) {
        error = "cannot read " + goal;
        return false;
    }
    return call_kernel("system", "call", arguments, 1, error);
}

// load_files(zko_NAME, [stream(S)]): the text is in memory, no file is opened.
bool load_kernel_file(const KernelFile& file, std::string& error) {
    const Frame frame;
    const term_t arguments = PL_new_term_refs(2);
    put_string(arguments, file.text);
    if (!call_kernel("system", "open_string", arguments, 2, error)) return false;
    const term_t load = PL_new_term_refs(2);
    put_atom(load, std::string("kernel/") + file.name);
    const term_t options = load + 1;
    const term_t option = PL_new_term_ref();
    const term_t stream = PL_new_term_ref();
    if (!PL_put_term(stream, arguments + 1)) exit_memory();
    put_compound(option, "stream", 1, stream);
    PL_put_nil(options);
    if (!PL_cons_list(options, option, options)) exit_memory();
    return call_kernel("system", "load_files", load, 2, error);
}

bool initialise(const Limits& limits, std::string& error) {
    static std::string stack;
    stack = "--stack-limit=" + std::to_string(limits.stack_bytes / 1024) + "k";
    static std::string words[] = {"zk-overlords", "-q",         "--no-signals",
                                  "--sigalert=0", "--no-packs", "--no-tty",
                                  "-f",           "none",       "--no-debug"};
    static char* arguments[11] = {};
    int count = 0;
    for (std::string& word : words) arguments[count++] = word.data();
    arguments[count++] = stack.data();
    if (PL_is_initialised(nullptr, nullptr)) {
        error = "Prolog has been started in this process already";
        return false;
    }
    if (!PL_initialise(count, arguments)) {
        error = "SWI-Prolog does not start";
        return false;
    }
    for (std::size_t index = 0; index < kKernelFiles; ++index)
        if (!load_kernel_file(kKernel[index], error)) {
            error = std::string("kernel/") + kKernel[index].name + ": " + error;
            return false;
        }
    return call_text("zko_start:ready", error);
}

class SwiMachine final : public Machine {
public:
    explicit SwiMachine(const Limits& limits)
        : limits_(limits), guarded_(predicate("zko_guard", "guarded", 4)) {}

    void bind(Host& host) override { bridge().host = &host; }

    LoadResult load(const std::vector<SourceFile>& files) override {
        if (loaded_) {
            LoadResult refused;
            refused.diagnostics.push_back(
                {"", 0, 0, "error", "rules.loaded", "this process has a bundle already"});
            return refused;
        }
        LoadResult result = load_packs(files);
        loaded_ = result.accepted;
        return result;
    }

    void lint() override {
        const Frame frame;
        std::string error;
        if (!call_kernel("zko_lint", "start_linting", PL_new_term_refs(0), 0, error)) exit_memory();
    }
    void cover() override { start_covering(); }
    std::vector<CoverPoint> coverage() override { return covered_points(); }

    void assert_event(std::string_view pack, std::string_view kind, std::int64_t record,
                      std::string_view system, std::int64_t time_ns, const Value& term) override {
        const Frame frame;
        const term_t arguments = PL_new_term_refs(4);
        const term_t fact = PL_new_term_ref();
        if (!PL_put_int64(arguments, record) || !PL_put_int64(arguments + 2, time_ns))
            exit_memory();
        put_atom(arguments + 1, system);
        put_value(arguments + 3, term);
        put_compound(fact, store_name(pack, kind), 4, arguments);
        if (!PL_assert(fact, events_, PL_ASSERTZ)) exit_memory();
    }

    void retract_event(std::string_view pack, std::string_view kind, std::int64_t record) override {
        const Frame frame;
        const term_t arguments = PL_new_term_refs(4);
        const term_t goal = PL_new_term_refs(2);
        if (!PL_put_int64(arguments, record)) exit_memory();
        put_compound(goal + 1, store_name(pack, kind), 4, arguments);
        put_atom(goal, "zko_events");
        put_compound(goal, ":", 2, goal);
        Query query(retract_, goal);
        if (query.next() == Query::Step::kException) exit_memory();
        ++erased_;
    }

    Answer check(std::string_view pack, std::string_view name, const Value& term) override {
        const Frame frame;
        const term_t arguments = PL_new_term_refs(2);
        put_value(arguments, term);
        return guarded(pack, name, 2, arguments);
    }

    Answer control(std::string_view pack, std::string_view name, std::string_view system) override {
        const Frame frame;
        const term_t arguments = PL_new_term_refs(2);
        put_atom(arguments, system);
        return guarded(pack, name, 2, arguments);
    }

    Answer level(std::string_view pack, std::string_view name, std::string_view system) override {
        const Frame frame;
        const term_t arguments = PL_new_term_refs(1);
        put_atom(arguments, system);
        return guarded(pack, name, 1, arguments);
    }

    void answer(const std::string& goal, AnswerSink& sink) override {
        bridge().repl = true;
        answer_goal(goal, sink);
        bridge().repl = false;
    }

    TestReport test(const std::vector<SourceFile>& tests, const TestPlan& plan) override {
        return run_tests(tests, plan);
    }

    void collect_garbage() override {
        std::string error;
        if (erased_ >= kClausesBeforeCollection) {
            erased_ = 0;
            const Frame frame;
            if (!call_kernel("system", "garbage_collect_clauses", PL_new_term_refs(0), 0, error))
                exit_memory();
        }
        if (calls_ >= kCallsBeforeCollection) {
            calls_ = 0;
            const Frame frame;
            if (!call_kernel("system", "garbage_collect_atoms", PL_new_term_refs(0), 0, error))
                exit_memory();
        }
    }

private:
    // zko_guard:guarded(Pack, Goal, InferenceLimit, Outcome)
    Answer guarded(std::string_view pack, std::string_view name, std::size_t arity,
                   term_t goal_arguments) {
        ++calls_;
        const term_t arguments = PL_new_term_refs(4);
        put_atom(arguments, pack);
        put_compound(arguments + 1, name, arity, goal_arguments);
        if (!PL_put_int64(arguments + 2, limits_.inferences_per_call)) exit_memory();
        Query query(guarded_, arguments);
        const Query::Step step = query.next();
        if (step == Query::Step::kException)
            return {Truth::kError, {}, error_text(query.exception())};
        if (step == Query::Step::kFailed) return {Truth::kError, {}, "the guard failed"};
        Answer answer = outcome(arguments + 3);
        if (answer.truth == Truth::kTrue && arity == 2)
            answer.value = get_value(goal_arguments + 1);
        return answer;
    }

    static Answer outcome(term_t term) {
        if (is_atom(term, "true")) return {Truth::kTrue, {}, {}};
        if (is_atom(term, "false")) return {Truth::kFalse, {}, {}};
        if (is_atom(term, "limit")) return {Truth::kLimit, {}, "the inference limit was reached"};
        const Value value = get_value(term);
        const std::string detail = value.items.empty() ? std::string() : value.items[0].text;
        return {value.text == "missing" ? Truth::kMissing : Truth::kError, {}, detail};
    }

    // "telecoms.failover", without an allocation for the usual short names.
    const std::string& store_name(std::string_view pack, std::string_view kind) {
        store_name_.assign(pack);
        store_name_ += '.';
        store_name_ += kind;
        return store_name_;
    }

    Limits limits_;
    predicate_t guarded_;
    predicate_t retract_ = predicate("system", "retract", 1);
    module_t events_ = PL_new_module(PL_new_atom("zko_events"));
    std::string store_name_;
    bool loaded_ = false;
    std::size_t erased_ = 0;
    std::size_t calls_ = 0;
};

}  // namespace

std::unique_ptr<Machine> Machine::start(const Limits& limits, std::string& error) {
    register_foreign_predicates();
    register_calendar_predicates();
    bridge().limits = limits;
    if (!initialise(limits, error)) return nullptr;
    return std::make_unique<SwiMachine>(limits);
}

}  // namespace overlord::prolog
