// overlordctl help, version, and how every command tells an error.
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "rules_commands.hpp"

namespace overlord::ctl {
namespace {

void print_list() {
    std::cout << "usage: overlordctl COMMAND [OPTION...] [ARGUMENT...]\n\n";
    for (const Command& command : commands()) {
        std::cout << "  " << command.name
                  << std::string(14 - std::min<std::size_t>(13, command.name.size()), ' ')
                  << command.summary << "\n";
    }
    std::cout << "\nExit codes: 0 yes, 1 no, 2 usage or Prolog error, 3 unavailable.\n"
                 "More about one: overlordctl help COMMAND\n";
}

void print_command(const Command& command) {
    std::cout << "usage: overlordctl " << command.name << " " << command.synopsis << "\n\n"
              << command.help << "\n\n";
    for (const OptionSpec& option : command.options) {
        std::string left = std::string(option.name);
        if (!option.value.empty()) left += " " + std::string(option.value);
        left.resize(std::max<std::size_t>(left.size() + 2, 26), ' ');
        std::cout << "  " << left << option.help << "\n";
    }
}

}  // namespace

const Command* find_command(std::string_view name) {
    const auto found = std::find_if(commands().begin(), commands().end(),
                                    [&](const Command& command) { return command.name == name; });
    return found == commands().end() ? nullptr : &*found;
}

void tell(const Error& error, bool json) {
    std::cerr << "overlordctl: " << error.message << "\n";
    if (!json) return;
    nlohmann::ordered_json told;
    told["error"] = {{"code", error.code}, {"message", error.message}};
    using Handler = nlohmann::ordered_json::error_handler_t;
    std::cout << told.dump(-1, ' ', false, Handler::replace) << std::endl;
}

int fail(const Options& options, Exit exit, const Error& error) {
    tell(error, options.json());
    return exit;
}

int run_help(const Options& options) {
    if (options.operands().empty()) {
        print_list();
        return kYes;
    }
    const Command* command = find_command(options.operands().front());
    if (command == nullptr) {
        return fail(options, kUsage,
                    Error{"usage", "there is no command " + options.operands().front()});
    }
    const bool word = command->name == "rules" && options.operands().size() > 1;
    if (word) {
        const std::string synopsis = rules_synopsis(options.operands()[1]);
        if (!synopsis.empty()) std::cout << "overlordctl " << synopsis << "\n\n";
    }
    print_command(*command);
    return kYes;
}

int run_version(const Options& options) {
    if (options.json()) {
        std::cout << R"({"version":")" OVERLORD_VERSION "\"}\n";
    } else {
        std::cout << "overlordctl " OVERLORD_VERSION "\n";
    }
    return kYes;
}

}  // namespace overlord::ctl
