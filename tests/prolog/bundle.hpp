// The packs of rules/ and an extra one, loaded once for each test program.
#pragma once

#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "fake_host.hpp"

namespace overlord::prolog {

inline std::string read_source(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

inline std::vector<SourceFile> shipped_packs() {
    std::vector<SourceFile> files;
    for (const char* name : {"gmp", "itil", "overlords", "telecoms", "trading"})
        files.push_back({std::string(name) + ".pl",
                         read_source(std::string(OVERLORD_SOURCE_DIR) + "/rules/" + name + ".pl")});
    return files;
}

inline Machine& shared_machine(const Limits& limits = {}) {
    static std::unique_ptr<Machine> machine = [&limits] {
        std::string error;
        auto started = Machine::start(limits, error);
        if (!started) {
            std::fprintf(stderr, "%s\n", error.c_str());
            std::abort();
        }
        return started;
    }();
    return *machine;
}

inline Value failover(std::int64_t time_ns, Value duration_ms) {
    return Value::of_compound("failover",
                              {Value::of_compound("timestamp", {Value::of_integer(time_ns)}),
                               Value::of_compound("from_system", {Value::of_atom("primary")}),
                               Value::of_compound("to_system", {Value::of_atom("backup_1")}),
                               Value::of_compound("duration_ms", {std::move(duration_ms)})});
}

}  // namespace overlord::prolog
