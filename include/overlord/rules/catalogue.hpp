// The catalogue of a bundle: what its controls demand, where that comes from, what they read and
// how they are proved, as one JSON document (docs/rules/tools.md has its shape). Pure, any thread.
#pragma once

#include <string>
#include <vector>

#include "overlord/rules/bundle.hpp"

namespace overlord::rules {

// `tests` are the .plt files beside the packs: each control tells how many tests call it. Texts are
// those of the files as they are written; the gate has accepted them.
[[nodiscard]] std::string catalogue_json(const Bundle& bundle,
                                         const std::vector<prolog::SourceFile>& tests);

}  // namespace overlord::rules
