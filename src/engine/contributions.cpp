#include "contributions.hpp"

#include <charconv>
#include <cstdio>
#include <optional>

#include "gate.hpp"
#include "overlord/base/file.hpp"
#include "overlord/evaluate/contributions.hpp"

namespace overlord::engine {
namespace {

constexpr std::size_t kEventsBytesMax = 1u << 30;  // ten thousand of 64 KiB, and room
constexpr unsigned kCpuSeconds = 60;               // a fraction of a second, and 3 us an event

struct Logged {
    TimeNs at = 0;
    std::string_view event;
};

std::optional<Logged> parse_line(std::string_view line) {
    Logged logged;
    const char* end = line.data() + line.size();
    const auto [stop, error] = std::from_chars(line.data(), end, logged.at);
    if (error != std::errc() || stop == end || *stop != ' ') return std::nullopt;
    logged.event = line.substr(static_cast<std::size_t>(stop - line.data()) + 1);
    return logged;
}

std::string text_of(const std::vector<evaluate::EventContribution>& found) {
    std::string out = "[";
    for (const evaluate::EventContribution& one : found) {
        if (out.back() == ']') out += ',';
        out += "[\"" + one.control + "\"," + std::to_string(one.slot) + ',' +
               std::to_string(one.bad) + ',' + std::to_string(one.total) + ']';
    }
    return out + ']';
}

}  // namespace

int print_contributions(const std::string& directory, DurationNs slot, const std::string& file) {
    const Result<std::string> events = read_text_file(file, kEventsBytesMax);
    if (!events) {
        std::fprintf(stderr, "overlord-engine: %s\n", events.error().message.c_str());
        return 2;
    }
    Gated gated = gate(directory, kCpuSeconds);
    if (!gated.loaded) return gated.status;
    if (!gated.loaded->bundle) {
        for (const auto& one : gated.loaded->diagnostics)
            std::fprintf(stderr, "%s\n", rules::to_text(one).c_str());
        return gated.status;
    }
    evaluate::ContributionRules rules(std::move(*gated.loaded->bundle), slot);
    std::string_view rest = *events;
    for (std::size_t number = 1; !rest.empty(); ++number) {
        const std::size_t end = rest.find('\n');
        const std::optional<Logged> logged = parse_line(rest.substr(0, end));
        if (!logged) {
            std::fprintf(stderr, "overlord-engine: %s: line %zu is no log time and event\n",
                         file.c_str(), number);
            return 2;
        }
        std::puts(text_of(rules.of(logged->at, logged->event)).c_str());
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    return 0;
}

}  // namespace overlord::engine
