// A REPL goal: prepared by the kernel, run as an open query, each solution printed by the kernel.
#include "bridge.hpp"

#include <SWI-Stream.h>

namespace overlord::prolog {
namespace {

ssize_t write_output(void* handle, char* bytes, size_t count) {
    static_cast<AnswerSink*>(handle)->output(std::string(bytes, count));
    return static_cast<ssize_t>(count);
}

// The goal's current output while this lives.
class Output {
public:
    explicit Output(AnswerSink& sink) : saved_(Scurrent_output) {
        functions_.write = write_output;
        stream_ = Snew(&sink, SIO_OUTPUT | SIO_FBUF | SIO_RECORDPOS | SIO_REPPL, &functions_);
        if (stream_ == nullptr) exit_memory();
        stream_->encoding = ENC_UTF8;
        set(stream_);
    }
    ~Output() {
        set(saved_);
        Sclose(stream_);
    }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    void flush() { Sflush(stream_); }

private:
    static void set(IOSTREAM* stream) {
        const term_t argument = PL_new_term_ref();
        if (!PL_unify_stream(argument, stream)) exit_memory();
        std::string error;
        if (!call_kernel("system", "set_output", argument, 1, error)) exit_memory();
    }

    IOFUNCTIONS functions_{};
    IOSTREAM* stream_ = nullptr;
    IOSTREAM* saved_ = nullptr;
};

std::string as_message(const std::string& text) {
    std::string message = "ERROR: ";
    for (const char c : text) {
        message += c;
        if (c == '\n') message += "ERROR:   ";
    }
    return message;
}

void report_exception(term_t exception, AnswerSink& sink) {
    atom_t name = 0;
    size_t arity = 0;
    if (PL_get_name_arity(exception, &name, &arity) && arity == 1 &&
        std::string_view(PL_atom_chars(name)) == "zko_missing") {
        const term_t reason = PL_new_term_ref();
        if (!PL_get_arg(1, exception, reason)) exit_memory();
        sink.missing(get_text(reason));
        return;
    }
    sink.error(as_message(error_text(exception)));
}

// Prints one solution; whether the next one is wanted.
bool show_solution(term_t bindings, bool more, Output& output, AnswerSink& sink) {
    output.flush();
    const Frame frame;
    const term_t arguments = PL_new_term_refs(3);
    if (!PL_put_term(arguments, bindings)) exit_memory();
    std::string error;
    if (!call_kernel("zko_toplevel", "solution", arguments, 3, error)) {
        sink.error(as_message(error));
        return false;
    }
    sink.bindings_json(get_text(arguments + 2));
    return sink.solution(get_text(arguments + 1), more);
}

void run(term_t goal, term_t bindings, AnswerSink& sink) {
    Output output(sink);
    Query query(predicate("zko_toplevel", "run", 1), goal);
    for (;;) {
        const Query::Step step = query.next();
        output.flush();
        switch (step) {
            case Query::Step::kSolution:
                if (!show_solution(bindings, true, output, sink)) return;
                continue;
            case Query::Step::kLastSolution:
                show_solution(bindings, false, output, sink);
                return;
            case Query::Step::kFailed:
                sink.failed();
                return;
            case Query::Step::kException:
                report_exception(query.exception(), sink);
                return;
        }
    }
}

}  // namespace

void answer_goal(const std::string& goal, AnswerSink& sink) {
    const Frame frame;
    Diagnostic bad;
    if (find_bad_text({"goal", goal}, bad)) {
        sink.error(as_message(bad.text));
        return;
    }
    const term_t arguments = PL_new_term_refs(4);
    put_string(arguments, goal);
    std::string error;
    if (!call_kernel("zko_toplevel", "prepare", arguments, 4, error)) {
        sink.error(as_message(error));
        return;
    }
    const Value status = get_value(arguments + 3);
    if (status.text == "ready") {
        run(arguments + 1, arguments + 2, sink);
    } else if (status.text == "error" && !status.items.empty()) {
        sink.error(as_message(status.items[0].text));
    }
}

}  // namespace overlord::prolog
