// overlordctl keys rotate, add and retire: the daemon's keys are changed by the daemon.
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "admin.hpp"
#include "keys.hpp"
#include "places.hpp"

namespace overlord::ctl {
namespace {

using Json = nlohmann::ordered_json;

int ask(const Options& options, const Json& request) {
    const Result<Places> places = find_places(options);
    if (!places) return fail(options, kUsage, places.error());
    const Result<Json> answer = ask_admin(places->admin, request);
    if (!answer) return fail_admin(options, answer.error());
    if (options.json()) {
        std::cout << answer->dump() << "\n";
        return kYes;
    }
    const bool attestation = request.value("role", "log") == "attestation";
    std::cout << answer->value(attestation ? "attestation_vkey" : "vkey", "") << "\n";
    std::cerr << "entered in the log, which has " << answer->value("size", std::uint64_t{0})
              << " entries now\n";
    return kYes;
}

}  // namespace

int rotate_keys(const Options& options) {
    const bool keep = options.operands().front() == "add";
    if (options.operands().size() != 1) {
        return fail(options, kUsage, Error{"usage", "keys rotate and keys add take options only"});
    }
    Json request{{"command", "keys.rotate"}};
    if (options.has("--attestation")) {
        if (keep || options.has("--overlap")) {
            return fail(options, kUsage,
                        Error{"usage", "attestations have one key at a time: keys rotate "
                                       "--attestation, without --overlap"});
        }
        request["role"] = "attestation";
    }
    if (keep) request["keep"] = true;
    if (const auto source = options.value("--source")) request["source"] = *source;
    if (const auto overlap = options.value("--overlap")) {
        const Result<DurationNs> time = parse_duration(*overlap);
        if (!time) return fail(options, kUsage, time.error());
        request["overlap_s"] = std::max<std::int64_t>(1, *time / kSecondNs);
    }
    return ask(options, request);
}

int retire_keys(const Options& options) {
    if (options.operands().size() > 2) {
        return fail(options, kUsage,
                    Error{"usage", "keys retire [VKEY]: without it, all that are retiring"});
    }
    Json request{{"command", "keys.retire"}};
    if (options.operands().size() == 2) request["vkey"] = options.operands()[1];
    return ask(options, request);
}

}  // namespace overlord::ctl
