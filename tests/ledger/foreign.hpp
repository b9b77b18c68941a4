// What a verifier that is not ours says to a public log: tests/foreign/verify.go, which the test
// foreign_build makes where Go and golang.org/x/mod are there.
#pragma once

#include <stdio.h>

#include <array>
#include <filesystem>
#include <string>

#include "overlord/base/file.hpp"
#include "overlord/tlog/note.hpp"

namespace overlord::ledger::testing {

// Empty if it accepts the log, has none to look at, or is not there.
inline std::string foreign_complaint(const Path& log, const tlog::VerifierKey& key) {
    const Path program = Path(OVERLORD_BIN_DIR) / "../foreign/verify";
    if (!std::filesystem::exists(program)) return "";
    if (!std::filesystem::exists(log / "checkpoint")) return "";
    const std::string command = "'" + program.string() + "' log '" + log.string() + "' '" +
                                key.to_text() + "' 2>&1 > /dev/null";
    FILE* output = ::popen(command.c_str(), "r");
    if (output == nullptr) return "cannot start " + program.string();
    std::string text;
    std::array<char, 1024> some{};
    while (::fgets(some.data(), static_cast<int>(some.size()), output) != nullptr) {
        text += some.data();
    }
    const bool accepted = ::pclose(output) == 0;
    return accepted ? "" : "golang.org/x/mod: " + text;
}

}  // namespace overlord::ledger::testing
