// overlordctl send: lines of a file or of standard input to the daemon, until all are durable.
#include <fcntl.h>
#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "overlord/base/file.hpp"
#include "overlord/net/send_client.hpp"
#include "places.hpp"
#include "send_report.hpp"

namespace overlord::ctl {

std::string to_json(const net::SendSummary& summary) {
    nlohmann::ordered_json json;
    json["sent"] = summary.sent;
    json["durable"] = summary.durable;
    json["duplicate"] = summary.duplicate;
    json["rejected"] = summary.rejected;
    return json.dump();
}

std::string to_text(const net::SendReject& reject) {
    return "line " + std::to_string(reject.line) +
           (reject.id.empty() ? "" : " (" + reject.id + ")") + ": " + reject.reason + " [" +
           reject.code + "]";
}

net::SendEvents tell_on_standard_error() {
    const bool terminal = ::isatty(STDERR_FILENO) == 1;
    net::SendEvents events;
    events.rejected = [terminal](const net::SendReject& reject) {
        std::cerr << (terminal ? "\r\x1b[K" : "") << to_text(reject) << "\n";
    };
    events.reconnecting = [terminal](const std::string& why) {
        std::cerr << (terminal ? "\r\x1b[K" : "") << "connection lost (" << why
                  << "), connecting again\n";
    };
    if (!terminal) return events;
    events.progress = [](const net::SendSummary& summary) {
        std::cerr << "\r\x1b[K" << summary.durable << " of " << summary.sent << " durable, "
                  << summary.rejected << " rejected" << std::flush;
    };
    return events;
}

int run_send(const Options& options) {
    if (options.operands().size() != 1) {
        return fail(options, kUsage,
                    Error{"usage", "send needs one FILE, or - for standard input"});
    }
    const Result<Places> places = find_places(options);
    if (!places) return fail(options, kUsage, places.error());
    const std::string& name = options.operands().front();
    FileHandle file;
    if (name != "-") {
        Result<FileHandle> opened = open_file(name, O_RDONLY);
        if (!opened) return fail(options, kUsage, opened.error());
        file = std::move(*opened);
    }
    net::SendOptions send;
    send.to = places->ingest;
    const net::SendEvents events = tell_on_standard_error();
    const Result<net::SendSummary> summary =
        net::send_lines(name == "-" ? STDIN_FILENO : file.get(), send, events);
    if (events.progress) std::cerr << "\r\x1b[K";
    if (!summary) {
        const std::string& code = summary.error().code;
        const bool mistake = code == "net.address" || code == "send.input";
        return fail(options, mistake ? kUsage : kUnavailable, summary.error());
    }
    std::cout << to_json(*summary) << "\n";
    return summary->rejected == 0 ? kYes : kNo;
}

}  // namespace overlord::ctl
