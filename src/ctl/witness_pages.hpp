// A witness's answers as pages of the HTTP server.
#pragma once

#include <functional>
#include <string>

#include "overlord/net/http.hpp"
#include "overlord/witness/store.hpp"

namespace overlord::ctl {

// The store outlives the server. `report` gets one line for each refusal worth looking into.
[[nodiscard]] net::HttpHandlers witness_pages(witness::Store& store,
                                              std::function<void(const std::string&)> report);

}  // namespace overlord::ctl
