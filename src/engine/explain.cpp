#include "explain.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "check.hpp"
#include "gate.hpp"
#include "overlord/base/json_text.hpp"
#include "overlord/evaluate/evaluator.hpp"
#include "overlord/event/decode.hpp"
#include "overlord/event/framing.hpp"

namespace overlord::engine {
namespace {

constexpr unsigned kCpuSeconds = 600;  // a day's events of a busy system take seconds
constexpr std::size_t kChunkBytes = 1 << 16;
constexpr std::size_t kBatchItems = 1'000;

// With JSON asked for, standard output has an object in each case.
void fail(const Explaining& what, const std::string& code, const std::string& message) {
    std::fprintf(stderr, "overlord-engine: %s\n", message.c_str());
    if (!what.json) return;
    std::string out = R"({"error":{"code":)";
    append_json_string(out, code);
    out += R"(,"message":)";
    append_json_string(out, message);
    std::puts((out + "}}").c_str());
}

// Prints what the goal writes; the verdict on the goal is the first solution.
class Printer final : public prolog::AnswerSink {
public:
    // `fed` lines were taken in: who asks about a system that none of them names wants to know.
    Printer(const Explaining& what, std::uint64_t fed) : what_(what), fed_(fed) {}
    bool solution(const std::string&, bool) override {
        status = 0;
        return false;
    }
    void bindings_json(const std::string&) override {}
    void output(const std::string& text) override { std::fputs(text.c_str(), stdout); }
    void failed() override { status = 1; }
    void missing(const std::string& reason) override {
        fail(what_, "unknown", "unknown: " + reason);
        status = 1;
    }
    void error(const std::string& message) override {
        constexpr std::string_view kPrefix = "ERROR: ";
        std::string text = message;
        if (text.starts_with(kPrefix)) text.erase(0, kPrefix.size());
        if (text.starts_with("Unknown system"))
            text += "; " + what_.events + " has " + std::to_string(fed_) +
                    " events of these rules" + (what_.at ? " up to that time" : "");
        fail(what_, "prolog.error", text);
        status = 2;
    }

    int status = 2;

private:
    const Explaining& what_;
    std::uint64_t fed_;
};

// Feeds lines to an evaluator, in batches.
class Feeder {
public:
    Feeder(evaluate::Evaluator& evaluator, const Explaining& what)
        : evaluator_(evaluator), what_(what) {}

    void line(const event::Line& line) {
        if (line.blank()) return;
        if (line.too_long) return refused(line.number, event::too_long_error());
        if (what_.at) {
            const auto event = decoder_.decode(line.text);
            if (event && event->time > *what_.at) return;
        }
        evaluate::Item item;
        item.text = line.text;
        batch_.items.push_back(std::move(item));
        numbers_.push_back(line.number);
        if (batch_.items.size() == kBatchItems) send();
    }

    // A question comes after everything, so that nothing waits to be judged.
    void end() {
        send();
        evaluate::Batch until;
        until.at = what_.at.value_or(0);
        if (until.at > evaluator_.now_ns()) (void)evaluator_.process(until);
        evaluate::Item audit;
        audit.kind = evaluate::Item::Kind::kAudit;
        audit.text = what_.goal;
        audit.reason = "query";
        batch_.items.push_back(std::move(audit));
        numbers_.push_back(0);
        send();
    }

    [[nodiscard]] std::uint64_t taken() const { return taken_; }

private:
    void send() {
        if (batch_.items.empty()) return;
        const evaluate::Outcome outcome = evaluator_.process(batch_);
        for (const std::uint64_t number : numbers_) taken_ += number == 0 ? 0 : 1;
        for (const evaluate::Output& output : outcome.outputs)
            if (output.kind == evaluate::OutputKind::kReject && output.item < numbers_.size()) {
                --taken_;
                refused(numbers_[output.item], {output.code, output.reason});
            }
        batch_.items.clear();
        numbers_.clear();
        ++batch_.id;
    }

    void refused(std::uint64_t number, const Error& why) const {
        std::fprintf(stderr, "%s:%llu: %s: %s\n", what_.events.c_str(),
                     static_cast<unsigned long long>(number), why.code.c_str(),
                     why.message.c_str());
    }

    evaluate::Evaluator& evaluator_;
    const Explaining& what_;
    event::Decoder decoder_;
    evaluate::Batch batch_;
    std::vector<std::uint64_t> numbers_;  // of the batch's lines, 0: none of them
    std::uint64_t taken_ = 0;
};

bool feed(std::istream& in, Feeder& feeder) {
    event::LineFramer framer;
    std::string chunk(kChunkBytes, '\0');
    while (in) {
        in.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
        framer.feed(std::string_view(chunk).substr(0, static_cast<std::size_t>(in.gcount())));
        while (const auto line = framer.next()) feeder.line(*line);
    }
    if (const auto line = framer.finish()) feeder.line(*line);
    feeder.end();
    return in.eof();
}

bool feed(const Explaining& what, Feeder& feeder) {
    if (what.events == "-") return feed(std::cin, feeder);
    std::ifstream file(what.events, std::ios::binary);
    if (file && feed(file, feeder)) return true;
    fail(what, "usage", what.events + " cannot be read");
    return false;
}

// Facts are asserted as the daemon would: always where rules look at single events.
evaluate::Facts facts_of(const rules::Loaded& loaded) {
    const bool retained = std::any_of(loaded.diagnostics.begin(), loaded.diagnostics.end(),
                                      [](const auto& one) { return one.code == "rules.retained"; });
    return retained ? evaluate::Facts::kAlways : evaluate::Facts::kOnQuery;
}

}  // namespace

int explain_goal(const Explaining& what) {
    Gated gated = gate(what.directory, kCpuSeconds);
    if (!gated.loaded) return gated.status;
    if (!gated.loaded->bundle) {
        print_refusal(*gated.loaded, what.json ? Format::kJson : Format::kText);
        return 2;
    }
    evaluate::Config config;
    config.clock = evaluate::ClockSource::kEvent;
    // Who asks about a level wants it judged, also one that a daemon gives on request only.
    for (rules::Level& level : gated.loaded->bundle->levels) level.on_request = false;
    const evaluate::Facts facts = facts_of(*gated.loaded);
    evaluate::Evaluator evaluator(std::move(*gated.loaded->bundle), config, *gated.machine, facts);
    Feeder feeder(evaluator, what);
    if (!feed(what, feeder)) return 2;
    evaluator.prepare_query();
    Printer printer(what, feeder.taken());
    const std::string name = what.json ? "explain_json((" : "explain((";
    gated.machine->answer(name + what.goal + "\n)), explain((" + what.goal +
                              "\n), explanation(_, true, _, _))",
                          printer);
    return printer.status;
}

}  // namespace overlord::engine
