#include "overlord/tlog/policy.hpp"

#include <algorithm>

#include "decimal.hpp"

namespace overlord::tlog {
namespace {

using Items = std::vector<std::string_view>;

Items split(std::string_view line) {
    constexpr std::string_view kBlank = " \t";
    Items items;
    while (true) {
        const std::size_t begin = line.find_first_not_of(kBlank);
        if (begin == line.npos) return items;
        line.remove_prefix(begin);
        const std::size_t end = std::min(line.find_first_of(kBlank), line.size());
        items.push_back(line.substr(0, end));
        line.remove_prefix(end);
    }
}

// Octets: tab and everything printable, with the high bit set too.
bool is_allowed(std::string_view line) {
    return std::all_of(line.begin(), line.end(), [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return octet == '\t' || (octet >= 0x20 && octet != 0x7f);
    });
}

Error wrong(std::string reason) { return Error{"policy.syntax", std::move(reason)}; }

}  // namespace

// One pass over the lines; what a line may refer to stands before it.
class PolicyReader {
public:
    Status read_line(std::string_view line) {
        if (!is_allowed(line)) return wrong("a control character");
        const Items items = split(line);
        if (items.empty() || items.front().front() == '#') return {};
        if (items.front() == "log") return read_log(items);
        if (items.front() == "witness") return read_witness(items);
        if (items.front() == "group") return read_group(items);
        if (items.front() == "quorum") return read_quorum(items);
        return wrong("\"" + std::string(items.front()) +
                     "\" is none of log, witness, group and quorum");
    }

    Result<Policy> finish() {
        if (!quorum_read_) return wrong("there is no quorum line (quorum NAME, or quorum none)");
        return std::move(policy_);
    }

private:
    Status read_log(const Items& items) {
        if (items.size() < 2 || items.size() > 3) return wrong("expected: log VKEY [URL]");
        const Result<VerifierKey> key = VerifierKey::parse(items[1]);
        if (!key) return wrong(key.error().message);
        if (key->type == SignatureType::kCosignature) return wrong("a witness's key for a log");
        for (const PolicyLog& log : policy_.logs_)
            if (log.key.key == key->key) return wrong("the log " + log.key.name + " again");
        if (policy_.logs_.size() == kPolicyNamesMax) return wrong("too many logs");
        policy_.logs_.push_back({*key, items.size() == 3 ? std::string(items[2]) : ""});
        return {};
    }

    Status read_witness(const Items& items) {
        if (items.size() < 3 || items.size() > 4) {
            return wrong("expected: witness NAME VKEY [URL]");
        }
        const Result<VerifierKey> key = VerifierKey::parse(items[2]);
        if (!key) return wrong(key.error().message);
        if (key->type != SignatureType::kCosignature) {
            return wrong("the key of witness " + std::string(items[1]) +
                         " is not one for cosignatures (type 04)");
        }
        for (const PolicyWitness& other : policy_.witnesses_) {
            if (other.key.key == key->key) return wrong("the key of witness " + other.name +
                                                        " again: it would count twice");
        }
        policy_.witnesses_.push_back(
            {std::string(items[1]), *key, items.size() == 4 ? std::string(items[3]) : ""});
        Policy::Node node;
        node.name = items[1];
        node.witness = policy_.witnesses_.size() - 1;
        return define(std::move(node));
    }

    Status read_group(const Items& items) {
        if (items.size() < 4) return wrong("expected: group NAME any|all|K MEMBER...");
        Policy::Node node;
        node.name = items[1];
        for (std::size_t i = 3; i < items.size(); ++i) {
            const std::optional<std::size_t> member = find(items[i]);
            if (!member) return undefined(items[i]);
            if (std::find(used_.begin(), used_.end(), *member) != used_.end()) {
                return wrong(std::string(items[i]) + " is a member of a group already");
            }
            used_.push_back(*member);
            node.members.push_back(*member);
        }
        const std::size_t count = node.members.size();
        if (items[2] == "any") {
            node.threshold = 1;
        } else if (items[2] == "all") {
            node.threshold = count;
        } else {
            const std::optional<std::uint64_t> threshold = parse_decimal(items[2]);
            if (!threshold || *threshold < 1 || *threshold > count) {
                return wrong("\"" + std::string(items[2]) +
                             "\" is none of any, all and a number from 1 to " +
                             std::to_string(count));
            }
            node.threshold = static_cast<std::size_t>(*threshold);
        }
        return define(std::move(node));
    }

    Status read_quorum(const Items& items) {
        if (items.size() != 2) return wrong("expected: quorum NAME, or quorum none");
        if (quorum_read_) return wrong("a second quorum line");
        quorum_read_ = true;
        if (items[1] == "none") return {};
        policy_.quorum_ = find(items[1]);
        return policy_.quorum_ ? Status() : undefined(items[1]);
    }

    Status define(Policy::Node node) {
        if (node.name == "none") return wrong("the name none is taken");
        if (find(node.name)) return wrong("the name " + node.name + " again");
        if (policy_.nodes_.size() == kPolicyNamesMax) return wrong("too many names");
        policy_.nodes_.push_back(std::move(node));
        return {};
    }

    std::optional<std::size_t> find(std::string_view name) const {
        for (std::size_t i = 0; i < policy_.nodes_.size(); ++i)
            if (policy_.nodes_[i].name == name) return i;
        return std::nullopt;
    }

    static Error undefined(std::string_view name) {
        return wrong(std::string(name) + " is not defined on a line before");
    }

    Policy policy_;
    std::vector<std::size_t> used_;  // nodes that are members
    bool quorum_read_ = false;
};

Result<Policy> Policy::parse(std::string_view text) {
    if (text.size() > kPolicyBytesMax) return wrong("line 1: more than 1 MiB");
    PolicyReader reader;
    std::size_t number = 0;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string place = "line " + std::to_string(++number);
        if (end == text.npos) return with_context(wrong("does not end with a line feed"), place);
        if (const Status read = reader.read_line(text.substr(0, end)); !read) {
            return with_context(read.error(), place);
        }
        text.remove_prefix(end + 1);
    }
    Result<Policy> policy = reader.finish();
    if (!policy) return with_context(policy.error(), "line " + std::to_string(number + 1));
    return policy;
}

std::vector<VerifierKey> Policy::witness_keys() const {
    std::vector<VerifierKey> keys;
    for (const PolicyWitness& witness : witnesses_) keys.push_back(witness.key);
    return keys;
}

bool Policy::reached_by(std::span<const VerifiedSignature> verified) const {
    if (!quorum_) return true;
    // Members stand before their groups, so one pass decides all.
    std::vector<bool> reached(nodes_.size(), false);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        const Node& node = nodes_[i];
        if (node.witness) {
            const VerifierKey& key = witnesses_[*node.witness].key;
            reached[i] = std::any_of(verified.begin(), verified.end(),
                                     [&](const VerifiedSignature& s) { return s.key == key; });
            continue;
        }
        const auto count = std::count_if(node.members.begin(), node.members.end(),
                                         [&](std::size_t member) { return reached[member]; });
        reached[i] = static_cast<std::size_t>(count) >= node.threshold;
    }
    return reached[*quorum_];
}

std::string Policy::node_text(std::size_t index) const {
    const Node& node = nodes_[index];
    if (node.witness) return node.name;
    std::string text = std::to_string(node.threshold) + " of (";
    for (std::size_t i = 0; i < node.members.size(); ++i)
        text += (i == 0 ? "" : ", ") + node_text(node.members[i]);
    return text + ")";
}

std::string Policy::quorum_text() const { return quorum_ ? node_text(*quorum_) : "none"; }

std::string Policy::to_text() const {
    const auto optional = [](const std::string& url) { return url.empty() ? "" : " " + url; };
    std::string text;
    for (const PolicyLog& log : logs_)
        text += "log " + log.key.to_text() + optional(log.url) + "\n";
    for (const Node& node : nodes_) {
        if (node.witness) {
            const PolicyWitness& witness = witnesses_[*node.witness];
            text += "witness " + node.name + " " + witness.key.to_text() + optional(witness.url);
        } else {
            text += "group " + node.name + " " + std::to_string(node.threshold);
            for (const std::size_t member : node.members) text += " " + nodes_[member].name;
        }
        text += "\n";
    }
    return text + "quorum " + (quorum_ ? nodes_[*quorum_].name : "none") + "\n";
}

}  // namespace overlord::tlog
