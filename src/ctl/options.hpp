// The command line of one command: options in any place, each known, each with its value.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "overlord/base/result.hpp"
#include "overlord/base/time.hpp"

namespace overlord::ctl {

struct OptionSpec {
    std::string_view name;   // "--to" or "-o"
    std::string_view value;  // "HOST:PORT"; empty for a flag
    std::string_view help;
};

class Options {
public:
    // "--to X" and "--to=X" are the same, "--" ends the options, "-" alone is an operand. Code:
    // usage, with a message that names the argument.
    [[nodiscard]] static Result<Options> parse(std::span<const OptionSpec> known,
                                               std::span<const std::string> arguments);

    [[nodiscard]] bool has(std::string_view name) const;
    // The last one given.
    [[nodiscard]] std::optional<std::string> value(std::string_view name) const;
    [[nodiscard]] std::string value_or(std::string_view name, std::string_view otherwise) const;
    [[nodiscard]] std::vector<std::string> values(std::string_view name) const;
    // As they were given, for options that speak about the one before.
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& in_order() const {
        return given_;
    }
    [[nodiscard]] const std::vector<std::string>& operands() const { return operands_; }
    [[nodiscard]] bool json() const { return has("--json"); }

private:
    std::vector<std::pair<std::string, std::string>> given_;
    std::vector<std::string> operands_;
};

// "250ms", "1s", "5m", "2h" or "1d" in nanoseconds; more than 0. Code: usage.
[[nodiscard]] Result<DurationNs> parse_duration(std::string_view text);

// A decimal number from `least` to `most`. Code: usage.
[[nodiscard]] Result<std::uint64_t> parse_count(std::string_view text, std::uint64_t least,
                                                std::uint64_t most);

struct HostPort {
    std::string host;  // a name or a numeric address, without brackets
    std::string port;
};
[[nodiscard]] Result<HostPort> parse_host_port(std::string_view text);  // code: usage

// The known word nearest to `word`, empty when none is near.
[[nodiscard]] std::string nearest_word(std::string_view word,
                                       std::span<const std::string_view> known);

}  // namespace overlord::ctl
