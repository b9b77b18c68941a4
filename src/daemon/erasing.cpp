// The commands about erasing records and legal holds.
#include <nlohmann/json.hpp>

#include "daemon.hpp"

namespace overlord::daemon {
namespace {

using nlohmann::json;
using pipeline::EraseRequest;

// What is in `text` goes into an answer as a JSON string.
std::string quoted(const std::string& text) {
    return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<EraseRequest> read_request(const net::AdminRequest& request) {
    EraseRequest out;
    const Result<bool> at_once = request.flag("no_wait");
    if (!at_once) return at_once.error();
    out.patient = !*at_once;
    const Result<std::string> scope = request.text("scope");
    if (!scope) return scope.error();
    if (*scope == "expired") {
        out.kind = EraseRequest::Kind::kExpired;
        return out;
    }
    const Result<std::string> until = request.text("until");
    if (!until) return until.error();
    const Result<TimeNs> time = parse_rfc3339(*until);
    if (!time) return with_context(time.error(), "until");
    if (*time % kDayNs != 0) {
        return Error{"admin.request", "until is within a day, and whole UTC days are erased"};
    }
    out.until = *time;
    if (*scope == "rejects") {
        out.kind = EraseRequest::Kind::kRejects;
    } else if (*scope == "all") {
        out.kind = EraseRequest::Kind::kAll;
    } else if (*scope == "system") {
        const Result<std::string> system = request.text("system");
        if (!system) return system.error();
        if (system->empty()) return Error{"admin.request", "system is empty"};
        out.system = *system;
    } else {
        return Error{"admin.request", "scope is system, rejects, all or expired"};
    }
    return out;
}

std::string show(const pipeline::EraseResult& result) {
    std::string out = "\"keys\":" + std::to_string(result.keys);
    if (result.keys > 0) out += ",\"record\":" + std::to_string(result.record.value);
    if (result.waiting_slots > 0)
        out += ",\"waiting_slots\":" + std::to_string(result.waiting_slots);
    return out;
}

std::string show(const std::vector<ledger::LegalHold>& holds) {
    std::string out = "\"holds\":[";
    for (const ledger::LegalHold& hold : holds) {
        if (out.back() == '}') out += ',';
        out += "{\"system\":" + quoted(hold.system) + ",\"reason\":" + quoted(hold.reason) +
               ",\"since\":\"" + format_rfc3339(hold.since) + "\"}";
    }
    return out + "]";
}

// U+0000 to U+001F, U+007F, and U+0080 to U+009F, which some terminals obey too.
bool has_control_character(std::string_view utf8) {
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        const auto byte = static_cast<unsigned char>(utf8[i]);
        if (byte < 0x20 || byte == 0x7f) return true;
        const bool two = byte == 0xc2 && i + 1 < utf8.size();
        if (two && static_cast<unsigned char>(utf8[i + 1]) < 0xa0) return true;
    }
    return false;
}

struct Hold {
    std::string system;  // empty: everything
    std::string reason;
};

// What is listed on terminals and kept in records for good is one line of text: names of systems
// have no control characters either (docs/formats/events.md).
Result<std::string> one_line(const net::AdminRequest& request, const char* member) {
    constexpr std::size_t kBytesMax = 1024;  // as the name of a system
    Result<std::string> text = request.text(member);
    if (!text) return text;
    if (has_control_character(*text)) {
        return Error{"admin.request", std::string(member) + " has a control character"};
    }
    if (text->size() > kBytesMax) {
        return Error{"admin.request", std::string(member) + " is longer than " +
                                          std::to_string(kBytesMax) + " bytes"};
    }
    return text;
}

Result<Hold> read_hold(const net::AdminRequest& request) {
    Result<std::string> system = one_line(request, "system");
    if (!system) return std::move(system).error();
    Result<std::string> reason = one_line(request, "reason");
    if (!reason) return std::move(reason).error();
    if (reason->empty()) return Error{"admin.request", "reason is empty"};
    return Hold{*std::move(system), *std::move(reason)};
}

std::function<void(Result<pipeline::HoldResult>)> plainly(net::AdminReply reply) {
    return [reply = std::move(reply)](Result<pipeline::HoldResult> done) {
        if (!done) return reply(done.error());
        reply(std::string("\"seen\":") + (done->seen ? "true" : "false"));
    };
}

}  // namespace

void Daemon::add_erasure_commands() {
    admin_->add({"erase",
                 {"scope", "system", "until", "no_wait"},
                 [this](const net::AdminRequest& request, net::AdminReply reply) {
                     Result<EraseRequest> wanted = read_request(request);
                     if (!wanted) return reply(wanted.error());
                     pipeline_->erase(std::move(*wanted),
                                      [reply](Result<pipeline::EraseResult> done) {
                                          if (!done) return reply(done.error());
                                          reply(show(*done));
                                      });
                 }});
    // An empty system stands for everything.
    admin_->add({"hold.set",
                 {"system", "reason"},
                 [this](const net::AdminRequest& request, net::AdminReply reply) {
                     const Result<Hold> hold = read_hold(request);
                     if (!hold) return reply(hold.error());
                     pipeline_->set_hold(hold->system, hold->reason, plainly(reply));
                 }});
    admin_->add({"hold.release",
                 {"system", "reason"},
                 [this](const net::AdminRequest& request, net::AdminReply reply) {
                     const Result<Hold> hold = read_hold(request);
                     if (!hold) return reply(hold.error());
                     pipeline_->release_hold(hold->system, hold->reason, plainly(reply));
                 }});
    admin_->add({"hold.list", {}, [this](const net::AdminRequest&, net::AdminReply reply) {
                     pipeline_->list_holds([reply](const std::vector<ledger::LegalHold>& holds) {
                         reply(show(holds));
                     });
                 }});
}

}  // namespace overlord::daemon
