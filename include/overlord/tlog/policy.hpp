// Trust policies (c2sp.org/tlog-policy): which logs and witnesses are known, and which witnesses
// together make a quorum. Plain values, any thread.
//
//   log VKEY [URL]
//   witness NAME VKEY [URL]
//   group NAME any|all|K MEMBER...        members are defined on earlier lines
//   quorum NAME|none                      exactly once
//
// Items are separated by spaces and tabs; empty lines and lines that begin with # are skipped.
// Names are octets and mean nothing outside of the file.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/base/result.hpp"
#include "overlord/tlog/note.hpp"

namespace overlord::tlog {

inline constexpr std::size_t kPolicyBytesMax = 1u << 20;
inline constexpr std::size_t kPolicyNamesMax = 1'024;  // of each kind; the standard asks for 32

struct PolicyLog {
    VerifierKey key;
    std::string url;  // empty: not given
    bool operator==(const PolicyLog&) const = default;
};

struct PolicyWitness {
    std::string name;  // in this file; the key has its own
    VerifierKey key;
    std::string url;  // the submission prefix
    bool operator==(const PolicyWitness&) const = default;
};

class Policy {
public:
    // Code policy.syntax; the message begins with "line N: ".
    [[nodiscard]] static Result<Policy> parse(std::string_view text);

    [[nodiscard]] const std::vector<PolicyLog>& logs() const { return logs_; }
    [[nodiscard]] const std::vector<PolicyWitness>& witnesses() const { return witnesses_; }
    [[nodiscard]] std::vector<VerifierKey> witness_keys() const;
    // "none", or the rule in words: "2 of (w1, w2, w3)".
    [[nodiscard]] std::string quorum_text() const;
    [[nodiscard]] bool needs_witnesses() const { return quorum_.has_value(); }

    // Whether those who signed reach the quorum. Only verified signatures may be given; keys that
    // the policy does not know count nothing.
    [[nodiscard]] bool reached_by(std::span<const VerifiedSignature> verified) const;

    // The same policy in one form: logs, then witnesses and groups in their order, then the quorum.
    [[nodiscard]] std::string to_text() const;
    bool operator==(const Policy&) const = default;

private:
    friend class PolicyReader;
    // A defined name: a witness, or a group of earlier names.
    struct Node {
        std::string name;
        std::optional<std::size_t> witness;  // index into witnesses_
        std::size_t threshold = 0;           // of a group
        std::vector<std::size_t> members;    // indices of earlier nodes
        bool operator==(const Node&) const = default;
    };
    [[nodiscard]] std::string node_text(std::size_t node) const;

    std::vector<PolicyLog> logs_;
    std::vector<PolicyWitness> witnesses_;
    std::vector<Node> nodes_;            // in the order of definition
    std::optional<std::size_t> quorum_;  // a node; none: no cosignature is needed
};

}  // namespace overlord::tlog
