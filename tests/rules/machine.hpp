// The one machine of this test program. It takes one bundle only, so what must load a bundle of its
// own forks first.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>

#include "overlord/prolog/machine.hpp"
#include "overlord/rules/bundle.hpp"
#include "overlord/rules/test.hpp"

namespace overlord::rules {

inline prolog::Machine& machine() {
    static const std::unique_ptr<prolog::Machine> started = [] {
        std::string error;
        auto made = prolog::Machine::start({}, error);
        if (!made) {
            std::fprintf(stderr, "%s\n", error.c_str());
            std::abort();
        }
        return made;
    }();
    return *started;
}

// Runs `body` in a forked copy of this process; its text is what the copy found, empty when all is
// well.
inline std::string in_a_copy(const std::function<std::string()>& body) {
    machine();
    int ends[2];
    if (::pipe(ends) != 0) return "pipe";
    const pid_t child = ::fork();
    if (child == 0) {
        const std::string text = body();
        (void)!::write(ends[1], text.data(), text.size());
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string text;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(got));
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? text : text + "the copy died";
}

inline std::string diagnostics_text(const std::vector<prolog::Diagnostic>& diagnostics) {
    std::string text;
    for (const prolog::Diagnostic& diagnostic : diagnostics) text += to_text(diagnostic) + "\n";
    return text;
}

// Loads one pack in a copy and describes what `describe` sees of its bundle.
inline std::string loaded(const std::string& name, const std::string& text,
                          const std::function<std::string(const Bundle&)>& describe) {
    return in_a_copy([&] {
        const Loaded result = load(machine(), {{name + ".pl", text}});
        if (!result.bundle) return diagnostics_text(result.diagnostics);
        return describe(*result.bundle);
    });
}

}  // namespace overlord::rules
