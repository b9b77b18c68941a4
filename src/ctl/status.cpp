// overlordctl status: what the daemon says about itself.
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "http.hpp"
#include "places.hpp"

namespace overlord::ctl {
namespace {

using Json = nlohmann::ordered_json;

std::string scalar_text(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_null()) return "none";
    return value.dump();
}

// A list of objects, one a line: "name=value name=value".
void print_rows(const Json& rows, const std::string& indent) {
    for (const Json& row : rows) {
        std::cout << "\n" << indent;
        for (const auto& member : row.items()) {
            std::cout << member.key() << "=" << scalar_text(member.value()) << " ";
        }
    }
    std::cout << "\n";
}

// Every name but those with a table of their own as "name: value", inner objects indented.
void print_members(const Json& object, const std::string& indent) {
    for (const auto& member : object.items()) {
        if (member.key() == "systems" || member.key() == "waivers") continue;
        const Json& value = member.value();
        std::cout << indent << member.key() << ":";
        if (value.is_object()) {
            std::cout << "\n";
            print_members(value, indent + "  ");
        } else if (value.is_array() && !value.empty() && value.front().is_object()) {
            print_rows(value, indent + "  ");
        } else {
            std::cout << " " << scalar_text(value) << "\n";
        }
    }
}

// A system's levels, in whichever of the two shapes: {"NAME":{"telecoms":"compliant"}} or
// [{"system":"NAME","verdict":...,"levels":{...}}].
void print_system(const std::string& name, const Json& system, std::size_t width) {
    std::cout << "  " << name << std::string(width - name.size() + 2, ' ');
    const Json& levels = system.contains("levels") ? system["levels"] : system;
    if (system.contains("verdict")) std::cout << scalar_text(system["verdict"]) << "  ";
    for (const auto& level : levels.items()) {
        if (level.value().is_string()) {
            std::cout << level.key() << "=" << scalar_text(level.value()) << " ";
        }
    }
    std::cout << "\n";
}

void print_systems(const Json& systems) {
    std::vector<std::pair<std::string, Json>> rows;
    for (const auto& item : systems.items()) {
        const Json& value = item.value();
        if (!value.is_object()) continue;
        const std::string name =
            systems.is_array() ? value.value("system", value.value("name", "?")) : item.key();
        rows.emplace_back(name, value);
    }
    if (rows.empty()) {
        std::cout << "systems: none seen yet\n";
        return;
    }
    std::size_t width = 0;
    for (const auto& [name, system] : rows) width = std::max(width, name.size());
    std::cout << "systems:\n";
    for (const auto& [name, system] : rows) print_system(name, system, width);
}

// Waivers, the first to end first: what is waived for whom, until when, who answers for it and why.
void print_waivers(const Json& waivers) {
    if (!waivers.is_array() || waivers.empty()) return;
    std::cout << "waivers:\n";
    for (const Json& waiver : waivers) {
        if (!waiver.is_object()) continue;
        const auto member = [&](const char* name) { return waiver.value(name, std::string()); };
        const std::string approved = member("approved_by");
        std::cout << "  " << member("state") << "  " << member("control") << " of "
                  << member("system") << " until " << member("until") << ", " << member("owner")
                  << (approved.empty() ? "" : ", approved by " + approved) << ": "
                  << member("reason") << "\n";
    }
}

}  // namespace

int run_status(const Options& options) {
    const Result<Places> places = find_places(options);
    if (!places) return fail(options, kUsage, places.error());
    if (places->http.empty()) {
        return fail(options, kUnavailable,
                    Error{"http.off", "HTTP is off in this configuration; give --http HOST:PORT"});
    }
    const std::string& http = places->http;
    if (http.ends_with(":0")) {
        return fail(options, kUsage,
                    Error{"usage", "the port of " + http +
                                       " is chosen when the daemon starts: give --http HOST:PORT, "
                                       "as its line \"ready ... http=\" says"});
    }
    const Result<Url> url = parse_url(is_url(http) ? http : "http://" + http);
    if (!url) return fail(options, kUsage, url.error());
    const Result<std::string> body = http_get(*url, "/api/v1/status");
    if (!body) return fail(options, kUnavailable, body.error());
    const Json json = Json::parse(*body, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) {
        return fail(options, kUnavailable,
                    Error{"http.answer", http + " is not the daemon's HTTP address"});
    }
    // A daemon that takes nothing in is as good as none to whoever has events.
    const bool read_only = json.contains("read_only");
    if (options.json()) {
        std::cout << json.dump() << "\n";
    } else {
        print_members(json, "");
        if (json.contains("systems")) print_systems(json["systems"]);
        if (json.contains("waivers")) print_waivers(json["waivers"]);
    }
    return read_only ? kUnavailable : kYes;
}

}  // namespace overlord::ctl
