// overlordctl erase and overlordctl hold: what is kept and what is not.
#include <iostream>
#include <nlohmann/json.hpp>

#include "admin.hpp"
#include "places.hpp"

namespace overlord::ctl {
namespace {

using Json = nlohmann::ordered_json;

Error usage(std::string message) {
    return Error{"usage", std::move(message)};
}

// A day alone is its beginning.
std::string instant(const std::string& text) {
    constexpr std::size_t kDayBytes = 10;  // 2026-01-31
    return text.size() == kDayBytes ? text + "T00:00:00Z" : text;
}

Result<Json> erase_request(const Options& options) {
    Json request{{"command", "erase"}};
    int scopes = 0;
    for (const char* scope : {"rejects", "all", "expired"}) {
        if (!options.has(std::string("--") + scope)) continue;
        request["scope"] = scope;
        ++scopes;
    }
    if (const auto system = options.value("--system")) {
        request["scope"] = "system";
        request["system"] = *system;
        ++scopes;
    }
    if (scopes != 1) return usage("say one of --system NAME, --rejects, --all, --expired");
    const std::optional<std::string> until = options.value("--until");
    const bool expired = request["scope"] == "expired";
    if (expired && until) return usage("--expired takes its time from the retention classes");
    if (!expired && !until) return usage("say --until DAY: whole UTC days before it are erased");
    if (until) {
        const Result<TimeNs> time = parse_rfc3339(instant(*until));
        if (!time)
            return usage("--until " + *until + " is no day like 2026-01-31: " +
                         time.error().message);
        if (*time % kDayNs != 0)
            return usage("--until " + *until + " is within a day, and whole UTC days are erased: "
                         "say --until " + format_rfc3339(*time).substr(0, 10) +
                         " for those before it");
        request["until"] = instant(*until);
    }
    if (options.has("--no-wait")) request["no_wait"] = true;
    return request;
}

int tell_erased(const Options& options, const Json& answer) {
    if (options.json()) {
        std::cout << answer.dump() << "\n";
        return kYes;
    }
    const auto slots = answer.value("waiting_slots", std::uint64_t{0});
    if (slots > 0) {
        std::cout << "noted: it waits until at least " << slots
                  << " slots of its days are proved, which cannot be done without the keys\n"
                     "overlordctl status shows how many are left; a restart does not forget it\n";
        return kYes;
    }
    const auto keys = answer.value("keys", std::uint64_t{0});
    if (keys == 0) {
        std::cout << (options.has("--expired")
                          ? "nothing to erase: no term of [retention] has ended for any record "
                            "(where it is 0 days there is no term, and nothing expires)\n"
                          : "nothing to erase: there is no key left of these days\n");
        return kYes;
    }
    std::cout << "erased: " << keys << (keys == 1 ? " key" : " keys")
              << " destroyed, recorded as record " << answer.value("record", std::uint64_t{0})
              << "\nCopies of the keys elsewhere (backups of journal/keys) must go too.\n";
    return kYes;
}

int list_holds(const Options& options, const Json& answer) {
    if (options.json()) {
        std::cout << answer.dump() << "\n";
        return kYes;
    }
    for (const Json& hold : answer["holds"]) {
        const std::string system = hold.value("system", "");
        std::cout << (system.empty() ? "(everything)" : system) << "  since "
                  << hold.value("since", "") << "  " << hold.value("reason", "") << "\n";
    }
    if (answer["holds"].empty()) std::cout << "no legal holds\n";
    return kYes;
}

}  // namespace

int run_erase(const Options& options) {
    if (!options.operands().empty()) {
        return fail(options, kUsage, usage("erase takes no argument but its options"));
    }
    const Result<Json> request = erase_request(options);
    if (!request) return fail(options, kUsage, request.error());
    const Result<Places> places = find_places(options);
    if (!places) return fail(options, kUsage, places.error());
    const Result<Json> answer = ask_admin(places->admin, *request);
    if (!answer && answer.error().code == "admin.unavailable") {
        return fail_admin(options, Error{answer.error().code,
                                         answer.error().message +
                                             "; an erasure that was noted goes on, also after a "
                                             "restart: overlordctl status shows those that wait"});
    }
    if (!answer) return fail_admin(options, answer.error());
    return tell_erased(options, *answer);
}

int run_hold(const Options& options) {
    const Result<Places> places = find_places(options);
    if (!places) return fail(options, kUsage, places.error());
    const bool everything = options.has("--everything");
    const std::size_t named = options.operands().size() + (everything ? 1 : 0);
    if (named > 1) return fail(options, kUsage, usage("one system, or --everything"));
    const bool release = options.has("--release");
    Json request{{"command", "hold.list"}};
    if (named == 1) {
        const std::optional<std::string> reason = options.value("--reason");
        if (!reason || reason->empty()) return fail(options, kUsage, usage("say --reason TEXT"));
        request["command"] = release ? "hold.release" : "hold.set";
        request["system"] = everything ? "" : options.operands().front();
        request["reason"] = *reason;
    } else if (release) {
        return fail(options, kUsage, usage("say whose hold is released"));
    }
    const Result<Json> answer = ask_admin(places->admin, request);
    if (!answer) return fail_admin(options, answer.error());
    if (named == 0) return list_holds(options, *answer);
    const std::string whose = everything ? "everything" : options.operands().front();
    if (options.json()) {
        std::cout << answer->dump() << "\n";
    } else {
        std::cout << (release ? "released: " : "held: ") << whose
                  << (answer->value("seen", true)
                          ? ""
                          : "  (no event of a system of this name was ever accepted: names are "
                            "exact, capital letters too)")
                  << "\n";
    }
    return kYes;
}

}  // namespace overlord::ctl
