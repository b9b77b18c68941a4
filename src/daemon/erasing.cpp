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

std::function<void(Status)> plainly(net::AdminReply reply) {
    return [reply = std::move(reply)](Status done) {
        if (done) return reply(std::string());
        reply(done.error());
    };
}

}  // namespace

void Daemon::add_erasure_commands() {
    admin_->add({"erase",
                 {"scope", "system", "until"},
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
                     const Result<std::string> system = request.text("system");
                     const Result<std::string> reason = request.text("reason");
                     if (!system) return reply(system.error());
                     if (!reason) return reply(reason.error());
                     if (reason->empty()) return reply(Error{"admin.request", "reason is empty"});
                     pipeline_->set_hold(*system, *reason, plainly(reply));
                 }});
    admin_->add({"hold.release",
                 {"system", "reason"},
                 [this](const net::AdminRequest& request, net::AdminReply reply) {
                     const Result<std::string> system = request.text("system");
                     const Result<std::string> reason = request.text("reason");
                     if (!system) return reply(system.error());
                     if (!reason) return reply(reason.error());
                     if (reason->empty()) return reply(Error{"admin.request", "reason is empty"});
                     pipeline_->release_hold(*system, *reason, plainly(reply));
                 }});
    admin_->add({"hold.list", {}, [this](const net::AdminRequest&, net::AdminReply reply) {
                     pipeline_->list_holds([reply](const std::vector<ledger::LegalHold>& holds) {
                         reply(show(holds));
                     });
                 }});
}

}  // namespace overlord::daemon
