#include "witness_pages.hpp"

#include "overlord/tlog/witness.hpp"
#include "overlord/witness/service.hpp"

namespace overlord::ctl {
namespace {

net::HttpReply reply(witness::Answer answer) {
    return {answer.status, std::move(answer.content_type), std::move(answer.body)};
}

}  // namespace

net::HttpHandlers witness_pages(witness::Store& store,
                                std::function<void(const std::string&)> report) {
    net::HttpHandlers handlers;
    handlers.posts[std::string(witness::kAddCheckpointPath)] = {
        tlog::kAddCheckpointBytesMax,
        [&store, report = std::move(report)](std::string_view body) {
            return reply(witness::add_checkpoint(store, body, report));
        }};
    const auto healthy = [] { return net::HttpReply{200, "text/plain; charset=utf-8", "ok\n"}; };
    handlers.pages["/healthz"] = {healthy, net::HttpAudience::kAnyone};
    handlers.others = [&store](std::string_view path) -> std::optional<net::HttpReply> {
        std::optional<witness::Answer> answer = witness::get(store, path);
        if (!answer) return std::nullopt;
        return reply(*std::move(answer));
    };
    return handlers;
}

}  // namespace overlord::ctl
