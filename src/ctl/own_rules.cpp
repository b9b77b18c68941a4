#include "own_rules.hpp"

#include <stdlib.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "overlord/pipeline/child_process.hpp"
#include "overlord/rules/bundle.hpp"
#include "run_program.hpp"

namespace overlord::ctl {
namespace {

Result<std::string> ask_engine(std::vector<std::string> words, const Path& directory) {
    const Result<Path> engine = pipeline::sibling_program("overlord-engine");
    if (!engine) return engine.error();
    Result<Run> run = run_program(*engine, std::move(words), Output::kCapture);
    if (!run) return std::move(run).error();
    if (run->code == 0) return std::move(run->output);
    return Error{"rules.plan", engine->filename().string() + " derives no plan from " +
                                   directory.string() + " (exit code " +
                                   std::to_string(run->code) + ")"};
}

// A file of lines for the child to read; it goes when this does.
class TemporaryLines {
public:
    static Result<TemporaryLines> write(std::string_view text) {
        std::error_code failure;
        std::string name =
            (std::filesystem::temp_directory_path(failure) / "overlordctl-XXXXXX").string();
        const FileHandle file(failure ? -1 : ::mkstemp(name.data()));
        if (!file.open()) return io_error("make a file for the drawn events", errno);
        TemporaryLines lines(name);
        if (Status written = write_at(file, name, as_bytes(text), 0); !written) {
            return written.error();
        }
        return lines;
    }
    TemporaryLines(TemporaryLines&& other) noexcept : name_(std::exchange(other.name_, {})) {}
    TemporaryLines(const TemporaryLines&) = delete;
    TemporaryLines& operator=(const TemporaryLines&) = delete;
    ~TemporaryLines() {
        std::error_code failure;
        if (!name_.empty()) std::filesystem::remove(name_, failure);
    }
    [[nodiscard]] const std::string& name() const { return name_; }

private:
    explicit TemporaryLines(std::string name) : name_(std::move(name)) {}
    std::string name_;
};

// [["control",slot,bad,total],...]
Result<std::vector<ExpectedContribution>> read_expected(std::string_view line,
                                                        const attest::ProofPlan& plan) {
    const nlohmann::json rows = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    std::vector<ExpectedContribution> expected;
    bool good = rows.is_array();
    for (const nlohmann::json& row : good ? rows : nlohmann::json::array()) {
        good = good && row.is_array() && row.size() == 4 && row[0].is_string() &&
               row[1].is_number_unsigned() && row[2].is_number_unsigned() &&
               row[3].is_number_unsigned();
        const attest::PlanControl* control = good ? plan.find(row[0].get<std::string>()) : nullptr;
        good = good && control != nullptr;
        if (!good) break;
        expected.push_back({control->text, row[1].get<std::uint64_t>(),
                            {row[2].get<std::uint64_t>(), row[3].get<std::uint64_t>()}});
    }
    if (good) return expected;
    return Error{"rules.plan", "overlord-engine answers otherwise than it should"};
}

}  // namespace

Result<attest::OwnRules> own_rules(const Path& directory, DurationNs slot_ns) {
    const auto files = rules::read_rules(directory.string());
    if (!files) return files.error();
    if (slot_ns % kSecondNs != 0) {
        return Error{"rules.plan", "slots of " + std::to_string(slot_ns) + " ns are no seconds"};
    }
    Result<std::string> plan = ask_engine(
        {"--plan", directory.string(), "--slot-s", std::to_string(slot_ns / kSecondNs)}, directory);
    if (!plan) return plan.error();
    if (plan->ends_with('\n')) plan->pop_back();
    return attest::OwnRules{to_hex(rules::bundle_digest(*files)), std::move(*plan)};
}

Result<std::vector<std::vector<ExpectedContribution>>> own_contributions(
    const Path& directory, DurationNs slot_ns, std::span<const DrawnEvent> events) {
    const Result<attest::OwnRules> rules = own_rules(directory, slot_ns);
    if (!rules) return rules.error();
    const Result<attest::ProofPlan> plan = attest::parse_plan(rules->plan);
    if (!plan) return plan.error();
    std::string lines;
    for (const DrawnEvent& event : events) {
        lines += std::to_string(event.at) + " " + event.event + "\n";
    }
    const Result<TemporaryLines> file = TemporaryLines::write(lines);
    if (!file) return file.error();
    const Result<std::string> answer =
        ask_engine({"--contributions", directory.string(), "--slot-s",
                    std::to_string(slot_ns / kSecondNs), file->name()},
                   directory);
    if (!answer) return answer.error();
    std::vector<std::vector<ExpectedContribution>> expected;
    std::string_view rest = *answer;
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        Result<std::vector<ExpectedContribution>> one = read_expected(rest.substr(0, end), *plan);
        if (!one) return one.error();
        expected.push_back(*std::move(one));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    if (expected.size() == events.size()) return expected;
    return Error{"rules.plan", "overlord-engine answers for " + std::to_string(expected.size()) +
                                   " of " + std::to_string(events.size()) + " events"};
}

}  // namespace overlord::ctl
