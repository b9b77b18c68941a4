#include "probe_plan.hpp"

#include <unistd.h>

#include <toml++/toml.h>  // lint: allow vendor: the probe has a file of its own

#include <array>
#include <set>

namespace overlord::ctl::probe {
namespace {

Error usage(std::string message) {
    return Error{"usage", std::move(message)};
}

std::string host_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
    return name.data();
}

Result<Target> parse_endpoint(std::string_view text) {
    const std::size_t at = text.find('@');
    std::string_view address = at == text.npos ? text : text.substr(at + 1);
    if (address.starts_with("tcp:")) address.remove_prefix(4);
    const Result<HostPort> parsed = parse_host_port(address);
    if (!parsed) return parsed.error();
    const std::string_view name = at == text.npos ? address : text.substr(0, at);
    if (name.empty()) return usage("\"" + std::string(text) + "\" has an empty name");
    return Target{std::string(name), *parsed};
}

Result<NilReport> parse_nil(std::string_view text) {
    const std::size_t equals = text.find('=');
    if (equals == text.npos || equals == 0 || equals + 1 == text.size()) {
        return usage("\"" + std::string(text) + "\" is not LEVEL=KIND, say itil=incident");
    }
    return NilReport{std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

// Adds one setting to the plan; options and the file's keys come through here.
Status apply(Plan& plan, std::string_view name, const std::string& value) {
    if (name == "system") {
        plan.system = value;
    } else if (name == "source") {
        plan.source = value;
    } else if (name == "unit") {
        plan.units.push_back(value);
    } else if (name == "service") {
        Result<Target> service = parse_service(value);
        if (!service) return service.error();
        plan.services.push_back(std::move(*service));
    } else if (name == "group") {
        Result<Group> group = parse_group(value);
        if (!group) return group.error();
        plan.groups.push_back(std::move(*group));
    } else if (name == "required") {
        if (plan.groups.empty()) return usage("it speaks about the --group before it: none");
        const Result<std::uint64_t> required = parse_count(value, 0, kTargetsMax);
        if (!required) return required.error();
        plan.groups.back().required = *required;
    } else if (name == "nil") {
        Result<NilReport> nil = parse_nil(value);
        if (!nil) return nil.error();
        plan.nil_reports.push_back(std::move(*nil));
    } else if (name == "count") {
        const Result<std::uint64_t> count = parse_count(value, 1, 1'000'000'000);
        if (!count) return count.error();
        plan.count = *count;
    } else if (name == "segregated") {
        if (value != "true" && value != "false") return usage("say true or false");
        plan.trades_segregated = value == "true";
    } else if (name == "interval" || name == "timeout" || name == "nil-interval") {
        const Result<DurationNs> duration = parse_duration(value);
        if (!duration) return duration.error();
        DurationNs& place = name == "interval"  ? plan.interval
                            : name == "timeout" ? plan.timeout
                                                : plan.nil_interval;
        place = *duration;
    }
    return {};
}

std::string place_text(const Path& file, const toml::source_position& position) {
    return file.string() + ":" + std::to_string(position.line) + ":" +
           std::to_string(position.column) + ": ";
}

Error at_place(const Path& file, const toml::node& node, std::string_view key,
               std::string_view what) {
    return Error{"probe.file", place_text(file, node.source().begin) + "key \"" + std::string(key) +
                                   "\": " + std::string(what)};
}

// A string, an integer, true or false, as the text that the option of that name would have.
std::optional<std::string> scalar_text(const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
    return std::nullopt;
}

Status apply_node(Plan& plan, const Path& file, std::string_view key, const toml::node& node) {
    const std::optional<std::string> text = scalar_text(node);
    if (!text) return at_place(file, node, key, "expected a string, a number, true or false");
    const Status applied = apply(plan, key, *text);
    if (!applied) return at_place(file, node, key, applied.error().message);
    return {};
}

// [[group]] name, endpoints, required
Status apply_group(Plan& plan, const Path& file, const toml::node& node) {
    const toml::table* table = node.as_table();
    if (table == nullptr) return at_place(file, node, "group", "expected [[group]] tables");
    const toml::array* endpoints = table->get_as<toml::array>("endpoints");
    if (endpoints == nullptr) return at_place(file, node, "group", "endpoints is missing");
    std::string text = table->get_as<std::string>("name") == nullptr
                           ? ""
                           : table->get_as<std::string>("name")->get();
    for (const toml::node& endpoint : *endpoints) {
        const auto* address = endpoint.as_string();
        if (address == nullptr) return at_place(file, endpoint, "endpoints", "expected strings");
        text += (&endpoint == endpoints->get(0) ? "=" : ",") + address->get();
    }
    if (Status added = apply(plan, "group", text); !added) {
        return at_place(file, node, "group", added.error().message);
    }
    for (const auto& [key, value] : *table) {
        if (key == "name" || key == "endpoints") continue;
        if (key != "required") return at_place(file, value, key.str(), "is not known");
        if (Status applied = apply_node(plan, file, "required", value); !applied) return applied;
    }
    return {};
}

Status apply_key(Plan& plan, const Path& file, std::string_view key, const toml::node& node) {
    static const std::set<std::string_view> kLists = {"service", "unit", "nil"};
    static const std::set<std::string_view> kScalars = {
        "system", "source", "interval", "timeout", "count", "segregated", "nil-interval"};
    if (kScalars.contains(key)) return apply_node(plan, file, key, node);
    const bool group = key == "group";
    if (!group && !kLists.contains(key)) return at_place(file, node, key, "is not known");
    const toml::array* list = node.as_array();
    if (list == nullptr) return at_place(file, node, key, "expected a list");
    for (const toml::node& item : *list) {
        Status applied = group ? apply_group(plan, file, item) : apply_node(plan, file, key, item);
        if (!applied) return applied;
    }
    return {};
}

Status read_file_into(Plan& plan, const Path& file) {
    const Result<std::string> text = read_text_file(file, 1u << 20);
    if (!text) return Error{"probe.file", text.error().message};
    toml::table table;
    try {
        table = toml::parse(*text);
    } catch (const toml::parse_error& error) {
        return Error{"probe.file",
                     place_text(file, error.source().begin) + std::string(error.description())};
    }
    for (const auto& [key, node] : table) {
        if (Status applied = apply_key(plan, file, key.str(), node); !applied) return applied;
    }
    return {};
}

Status check(const Plan& plan) {
    if (plan.system.empty()) return usage("--system NAME is required: whom the telemetry is about");
    std::size_t targets = plan.services.size() + plan.units.size();
    for (const Group& group : plan.groups) targets += group.endpoints.size();
    if (targets == 0 && plan.nil_reports.empty()) {
        return usage("nothing to watch: give --service, --unit, --group or --nil");
    }
    if (targets > kTargetsMax) {
        return usage("at most " + std::to_string(kTargetsMax) + " services and endpoints");
    }
    if (plan.timeout >= plan.interval) return usage("--timeout must be shorter than --interval");
    return {};
}

}  // namespace

Result<Target> parse_service(std::string_view text) {
    const std::size_t equals = text.find('=');
    const std::string_view address = text.substr(0, equals);
    if (!address.starts_with("tcp:")) {
        return usage("\"" + std::string(text) + "\" is not tcp:HOST:PORT[=NAME]");
    }
    const Result<HostPort> parsed = parse_host_port(address.substr(4));
    if (!parsed) return parsed.error();
    const std::string_view name = equals == text.npos ? address : text.substr(equals + 1);
    if (name.empty()) return usage("\"" + std::string(text) + "\" has an empty name");
    return Target{std::string(name), *parsed};
}

Result<Group> parse_group(std::string_view text) {
    const std::size_t equals = text.find('=');
    if (equals == text.npos || equals == 0) {
        return usage("\"" + std::string(text) + "\" is not NAME=HOST:PORT,HOST:PORT,...");
    }
    Group group;
    group.name = text.substr(0, equals);
    std::string_view rest = text.substr(equals + 1);
    while (true) {
        const std::size_t comma = rest.find(',');
        Result<Target> endpoint = parse_endpoint(rest.substr(0, comma));
        if (!endpoint) return endpoint.error();
        group.endpoints.push_back(std::move(*endpoint));
        if (comma == rest.npos) break;
        rest.remove_prefix(comma + 1);
    }
    return group;
}

Result<Plan> read_plan(const Options& options) {
    Plan plan;
    plan.source = "//" + host_name() + "/probe";
    if (const auto file = options.value("--file")) {
        if (Status read = read_file_into(plan, *file); !read) return read.error();
    }
    for (const auto& [name, value] : options.in_order()) {
        if (Status applied = apply(plan, std::string_view(name).substr(2), value); !applied) {
            return usage(name + " " + value + ": " + applied.error().message);
        }
    }
    if (const auto kind = options.value("--latency-as")) {
        if (*kind != "trading.trade") {
            return usage("--latency-as " + *kind + ": only trading.trade carries latency");
        }
        if (!plan.trades_segregated) {
            return usage(
                "--latency-as trading.trade needs --segregated true|false, which the "
                "probe cannot know");
        }
    } else {
        plan.trades_segregated.reset();
    }
    if (Status checked = check(plan); !checked) return checked.error();
    return plan;
}

}  // namespace overlord::ctl::probe
