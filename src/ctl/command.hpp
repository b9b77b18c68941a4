// What all commands of overlordctl share: exit codes, the table's shape, how errors are told.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "options.hpp"
#include "overlord/base/result.hpp"

namespace overlord::ctl {

// A daemon that is read-only has no sockets but HTTP.
inline constexpr std::string_view kLookAtStatus =
    "; overlordctl status says whether the daemon is down or read-only, and why";

enum Exit : int {
    kYes = 0,          // done; valid; there is a solution
    kNo = 1,           // the answer is no: refused, invalid, no solution, a line rejected
    kUsage = 2,        // a mistake in the command, a file or a goal
    kUnavailable = 3,  // the daemon or a program could not be reached
};

struct Command {
    std::string_view name;
    int (*run)(const Options& options);
    std::string_view synopsis;  // what follows the name
    std::string_view summary;   // one line for the list
    std::string_view help;      // what a newcomer needs, with one example
    std::span<const OptionSpec> options;
};

// The table of main.cpp; `help` walks it.
[[nodiscard]] std::span<const Command> commands();
[[nodiscard]] const Command* find_command(std::string_view name);

// Tells the error on standard error, and with --json also as {"error":{code,message}} on standard
// output; `fail` gives the exit code back.
void tell(const Error& error, bool json);
int fail(const Options& options, Exit exit, const Error& error);

int run_completeness(const Options& options);
int run_erase(const Options& options);
int run_fsck(const Options& options);
int run_help(const Options& options);
int run_hold(const Options& options);
int run_keys(const Options& options);
int run_log(const Options& options);
int run_monitor(const Options& options);
int run_probe(const Options& options);
int run_proof(const Options& options);
int run_query(const Options& options);
int run_repl(const Options& options);
int run_replay(const Options& options);
int run_rules(const Options& options);
int run_sample(const Options& options);
int run_send(const Options& options);
int run_status(const Options& options);
int run_timestamp(const Options& options);
int run_verify(const Options& options);
int run_version(const Options& options);
int run_why(const Options& options);
int run_witness(const Options& options);

}  // namespace overlord::ctl
