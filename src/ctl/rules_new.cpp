// overlordctl rules new NAME: a pack with one control, and its tests, that pass at once.
#include <filesystem>
#include <iostream>

#include "overlord/base/file.hpp"
#include "rules_commands.hpp"
#include "rules_program.hpp"

namespace overlord::ctl {
namespace {

constexpr std::string_view kPack = R"(:- module(NAME,
          [ NAME_latency/2,     % +System, -Milliseconds
            NAME_compliant/1    % +System
          ]).

/** <module> NAME: say here what these rules are about

Change this pack to what you need; `overlordctl rules check` and `overlordctl rules test` tell you
when it is right. docs/rules/reference.md has the language.
*/

% What is taken in: events of type NAME.call, one for each call that was answered.

:- telemetry(call(id:string, latency_ms:number, result:one_of(ok, failed))).

% What is measured: the slowest good call of the last hour.

:- measure(slowest, max(call, latency_ms, result = ok), over(1, h), [unit("ms")]).

% What is required.

:- control('NAME.latency', NAME_latency/2,
           [ title("No call takes more than 250 ms"),
             basis(target),
             cites(["House rule 1: replace it by the clause that asks for this"])
           ]).

%!  NAME_latency(+System, -Milliseconds) is semidet.
%
%   Milliseconds is the slowest call of an hour; `none` when there was no call.

NAME_latency(System, Milliseconds) :-
    measured(System, slowest, Milliseconds),
    (   Milliseconds == none
    ->  true
    ;   Milliseconds =< 250
    ).

%!  NAME_compliant(+System) is semidet.

NAME_compliant(System) :-
    NAME_latency(System, _).
)";

constexpr std::string_view kTests = R"(:- begin_tests(NAME).

test(latency_met, [given([measured(s, slowest, 120)])]) :-
    NAME_latency(s, 120).
test(latency_at_the_limit, [given([measured(s, slowest, 250)])]) :-
    NAME_latency(s, _).
test(latency_violated, [given([measured(s, slowest, 250.1)]), fail]) :-
    NAME_latency(s, _).
test(latency_no_call, [given([measured(s, slowest, none)])]) :-
    NAME_latency(s, none).
test(latency_evidence_missing, [given([missing(s, slowest, "no call seen")]), unknown]) :-
    NAME_latency(s, _).
test(level_met, [given([measured(s, slowest, 120)])]) :-
    NAME_compliant(s).
test(level_violated, [given([measured(s, slowest, 300)]), fail]) :-
    NAME_compliant(s).

:- end_tests(NAME).
)";

std::string filled(std::string_view text, const std::string& name) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        if (text.substr(at, 4) == "NAME") {
            out += name;
            at += 4;
        } else {
            out += text[at++];
        }
    }
    return out;
}

bool plain_name(const std::string& name) {
    if (name.empty() || name.size() > 64 || name[0] < 'a' || name[0] > 'z') return false;
    for (const char c : name) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        if (!plain) return false;
    }
    return true;
}

// Both files or none: what the gate refuses, say a name that is taken, is not left behind.
int write_pack(const Options& options, const std::string& name, const Path& directory) {
    const Path pack = directory / (name + ".pl");
    const Path tests = directory / (name + ".plt");
    for (const Path& file : {pack, tests})
        if (std::filesystem::exists(file))
            return fail(options, kNo, Error{"rules.exists", file.string() + " is there already"});
    std::error_code failed;
    const bool made = std::filesystem::create_directories(directory, failed);
    if (failed) return fail(options, kUsage, io_error(directory.string(), failed.value()));
    for (const auto& [file, text] : {std::pair{pack, kPack}, std::pair{tests, kTests}}) {
        const std::string content = filled(text, name);
        if (const Status written = write_file_derived(file, as_bytes(content)); !written)
            return fail(options, kUsage, written.error());
    }
    const RulesRun run = run_rules_program(options, "overlord-engine",
                                           {"check", directory.string()}, Output::kCapture);
    if (run.exit == kYes) return tell_files(options, {pack, tests});
    std::cerr << run.output;
    if (options.json()) tell({"rules.refused", name + " is refused by the gate"}, true);
    for (const Path& file : {pack, tests}) std::filesystem::remove(file, failed);
    if (made) std::filesystem::remove(directory, failed);
    return run.exit;
}

}  // namespace

int rules_new(const Options& options, Operands operands) {
    if (operands.size() != 1) return rules_usage(options, "new");
    const std::string& name = operands[0];
    if (!plain_name(name)) {
        return fail(options, kUsage,
                    Error{"usage", name + " is no name of a pack: a-z, 0-9 and _, beginning with "
                                          "a letter, at most 64 of them"});
    }
    return write_pack(options, name, options.value_or("-o", name));
}

}  // namespace overlord::ctl
