// The gate in a process of its own that stays warm: `overlord-engine --gate`. One check at a time;
// the answer is waited for together with other things, by its descriptor. One thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "overlord/evaluate/messages.hpp"
#include "overlord/pipeline/child_process.hpp"
#include "overlord/prolog/machine.hpp"

namespace overlord::ctl {

struct GateAnswer {
    std::vector<evaluate::LoadDiagnostic> diagnostics;
    std::string failure;  // the check came to no end: why
};

class LspGate {
public:
    // Starts the process where there is none. Codes: process.missing, process.start, io.*.
    [[nodiscard]] Status check(const std::vector<prolog::SourceFile>& files);
    [[nodiscard]] bool busy() const { return busy_; }
    [[nodiscard]] int descriptor() const { return socket_.get(); }  // readable: call receive()
    // The answer, when all of it is there. A process that has gone is an answer with a failure, and
    // the next check starts another.
    [[nodiscard]] std::optional<GateAnswer> receive();

private:
    [[nodiscard]] Status start();
    [[nodiscard]] GateAnswer gone();

    std::optional<pipeline::ChildProcess> process_;
    FileHandle socket_;
    Bytes received_;
    bool busy_ = false;
};

}  // namespace overlord::ctl
