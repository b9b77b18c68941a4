// The catalogue of a folder of packs, from overlord-engine. docs/rules/tools.md has its shape.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "command.hpp"

namespace overlord::ctl {

// Nothing when there is none; then `exit` is the command's and the reason has been told.
struct Catalogue {
    Exit exit = kUnavailable;
    std::optional<nlohmann::ordered_json> json;
};
[[nodiscard]] Catalogue read_catalogue(const Options& options, const std::string& directory);

}  // namespace overlord::ctl
