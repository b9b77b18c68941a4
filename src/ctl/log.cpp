// overlordctl log close: the last entry of a log, which names the one that continues it.
#include <iostream>
#include <nlohmann/json.hpp>

#include "admin.hpp"
#include "places.hpp"

namespace overlord::ctl {

int run_log(const Options& options) {
    using Json = nlohmann::ordered_json;
    const auto origin = options.value("--successor-origin");
    const auto key = options.value("--successor-key");
    const bool close = options.operands().size() == 1 && options.operands().front() == "close";
    if (!close || !origin || !key) {
        return fail(options, kUsage,
                    Error{"usage", "log close --successor-origin NAME --successor-key VKEY"});
    }
    const Result<Places> places = find_places(options);
    if (!places) return fail(options, kUsage, places.error());
    const Result<Json> answer = ask_admin(
        places->admin,
        {{"command", "close"}, {"successor_origin", *origin}, {"successor_key", *key}});
    if (!answer) return fail_admin(options, answer.error());
    if (options.json()) {
        std::cout << answer->dump() << "\n";
    } else {
        std::cout << answer->value("checkpoint", "");
        std::cerr << "closed at " << answer->value("size", std::uint64_t{0}) << " entries\n";
    }
    return kYes;
}

}  // namespace overlord::ctl
