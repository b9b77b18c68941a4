// overlordd [--config FILE] [--check-config] [--version] [--help]
#include <sys/prctl.h>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include "check_config.hpp"
#include "daemon.hpp"
#include "log.hpp"
#include "overlord/daemon/version.hpp"

namespace {

using namespace overlord;

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;  // also a configuration that is refused

constexpr const char* kHelp =
    "overlordd: takes telemetry in over TCP, judges it by rules, and keeps a signed log of both\n"
    "\n"
    "  overlordd [--config FILE]   run in the foreground until SIGTERM\n"
    "  --check-config              read the configuration, say what is wrong with it, and exit\n"
    "  --version                   print the version and exit\n"
    "\n"
    "Without --config the state is kept under the XDG state directory. SIGHUP reloads the rules.\n"
    "Exit codes: 0 stopped as asked, 1 failed (the last line says why), 2 usage or "
    "configuration.\n";

int usage(const std::string& what) {
    std::fprintf(stderr, "overlordd: %s; try overlordd --help\n", what.c_str());
    return kExitUsage;
}

}  // namespace

int main(int argc, char** argv) {
    Path file;
    bool check_only = false;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--version") {
            std::printf("overlordd %s\n", daemon::kVersion);
            return 0;
        }
        if (argument == "--help" || argument == "-h") {
            std::fputs(kHelp, stdout);
            return 0;
        }
        if (argument == "--check-config") {
            check_only = true;
        } else if (argument == "--config") {
            if (++i == argc) return usage("--config needs a file");
            file = argv[i];
        } else {
            return usage("unknown argument " + std::string(argument));
        }
    }

    Result<daemon::Config> config =
        file.empty() ? daemon::default_config() : daemon::load_config(file);
    if (!config) {
        std::fprintf(stderr, "%s\n", config.error().message.c_str());
        return kExitUsage;
    }
    if (check_only) {
        if (const Status good = daemon::check_named_files(*config); !good) {
            std::fprintf(stderr, "%s\n", good.error().message.c_str());
            return kExitUsage;
        }
        std::printf("%s: the configuration is good\n",
                    file.empty() ? "embedded defaults" : file.c_str());
        return 0;
    }

    // Keys and telemetry in memory go into no core file, and no other process of the user looks in.
    ::prctl(PR_SET_DUMPABLE, 0);
    std::signal(SIGHUP, SIG_IGN);  // until the daemon listens for it: a reload must not end a start
    std::signal(SIGPIPE, SIG_IGN);
    daemon::start_log(config->log);
    daemon::Daemon daemon(std::move(*config), file);
    if (Status ran = daemon.run(); !ran) {
        std::fprintf(stderr, "%s: %s\n", ran.error().code.c_str(), ran.error().message.c_str());
        return kExitFailed;
    }
    return 0;
}
