// What a witness answers over HTTP (c2sp.org/tlog-witness), for a customer, an auditor or a
// regulator to run. The server itself is net::HttpServer.
//
//   POST /add-checkpoint           judged, stored, cosigned
//   GET  /HEX/checkpoint           what was cosigned last; HEX: SHA-256 of the log's origin
//
// Plain HTTP; beyond loopback something that speaks TLS belongs in front. Any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "overlord/witness/store.hpp"

namespace overlord::witness {

inline constexpr std::string_view kAddCheckpointPath = "/add-checkpoint";

// `report` gets one line for each refusal that somebody should look into: 403, 422, 500.
[[nodiscard]] Answer add_checkpoint(Store& store, std::string_view body,
                                    const std::function<void(const std::string&)>& report);

// nullopt: there is nothing at this path.
[[nodiscard]] std::optional<Answer> get(const Store& store, std::string_view path);

}  // namespace overlord::witness
