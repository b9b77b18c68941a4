// What a verification found, in words an auditor can put into a working paper. Plain values.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace overlord::attest {

struct Finding {
    bool holds = false;
    std::string text;  // "the envelope is signed by overlords.example.org/site1/attestation"
};

// Findings in the order of the checks; a check that fails is the last one, because what comes after
// it would rest on it.
struct Report {
    std::string subject;  // "attestation of production_system"
    bool valid = false;   // every check was made and holds
    std::vector<Finding> findings;
    std::string assurance;  // what has been shown and what not; empty when not valid

    void holds(std::string text) { findings.push_back({true, std::move(text)}); }
    void fails(std::string text) { findings.push_back({false, std::move(text)}); }
};

}  // namespace overlord::attest
