// A state with a proved attestation, and a program beside overlordctl that stands for the engine:
// it derives the plan that the example was made with.
#pragma once

#include "overlord/rules/bundle.hpp"
#include "program.hpp"
#include "zk_log.hpp"

namespace overlord::ctl {

struct ZkState {
    explicit ZkState(const zk_log::Example::Values& values = {},
                     zk_log::Controls controls = zk_log::Controls::kProved, bool anew = false)
        : example(controls) {
        const std::string rules_text = "% the rules of the example\n";
        REQUIRE(make_directories(rules));
        REQUIRE(write_file_derived(rules / "telecoms.pl", as_bytes(rules_text)));
        const auto files = rules::read_rules(rules.string());
        REQUIRE(files);
        example.bundle = to_hex(rules::bundle_digest(*files));
        example.fill(values);
        if (anew) example.begin_anew();
        example.seal();
        example.log_document();
        example.write_state(state);
        REQUIRE(make_directories(programs));
        std::filesystem::copy_file(OVERLORD_BIN_DIR "/overlordctl", programs / "overlordctl");
        give_plan(example.plan_text);
    }

    void give_plan(const std::string& plan) const {
        const std::string script = "#!/bin/sh\n[ \"$1 $3 $4\" = '--plan --slot-s 60' ] || exit 2\n"
                                   "cat <<'PLAN'\n" + plan + "\nPLAN\n";
        REQUIRE(write_file_derived(programs / "overlord-engine", as_bytes(script), 0755));
    }

    Outcome run(std::vector<std::string> words) const {
        words.insert(words.begin(), (programs / "overlordctl").string());
        return Program(std::move(words)).wait();
    }
    Outcome verify(std::vector<std::string> words) const {
        words.insert(words.begin(), "verify");
        for (const std::string& word : example.key_options()) words.push_back(word);
        return run(std::move(words));
    }

    // `proof` with these options, as a file of this name.
    std::string proof(const std::string& name, std::vector<std::string> words = {}) const {
        const std::string file = (directory.path / name).string();
        const std::string digest =
            to_hex(attest::attestation_digest(example.envelope.payload));
        words.insert(words.begin(), {"proof", "sha256:" + digest, "--state", state.string(), "-o",
                                     file, "--key", example.log_key.verifier().to_text()});
        const Outcome made = run(std::move(words));
        INFO(made.err);
        REQUIRE(made.code == 0);
        return file;
    }

    TemporaryDirectory directory;
    Path state = directory.path / "state";
    Path rules = directory.path / "rules";
    Path programs = directory.path / "bin";
    zk_log::Example example;
};

}  // namespace overlord::ctl
