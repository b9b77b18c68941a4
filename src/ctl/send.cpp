// overlordctl send: lines of a file or of standard input to the daemon, until all are durable, or
// published, or witnessed.
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

std::string to_json(const net::SendSummary& summary, net::SendState wait) {
    nlohmann::ordered_json json;
    json["sent"] = summary.sent;
    json["durable"] = summary.durable;
    if (wait >= net::SendState::kPublished) json["published"] = summary.published;
    if (wait >= net::SendState::kWitnessed) json["witnessed"] = summary.witnessed;
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

namespace {

Result<net::SendState> read_wait(const Options& options) {
    const std::string name = options.value_or("--wait", "durable");
    if (name == "durable") return net::SendState::kDurable;
    if (name == "published") return net::SendState::kPublished;
    if (name == "witnessed") return net::SendState::kWitnessed;
    return Error{"usage", "--wait: durable, published or witnessed, not \"" + name + "\""};
}

Exit exit_of(const net::SendReport& report) {
    if (report.status) return report.summary.rejected == 0 ? kYes : kNo;
    const std::string& code = report.status.error().code;
    if (code == "send.unreached") return kNo;
    return code == "net.address" || code == "send.input" ? kUsage : kUnavailable;
}

}  // namespace

int run_send(const Options& options) {
    if (options.operands().size() != 1) {
        return fail(options, kUsage,
                    Error{"usage", "send needs one FILE, or - for standard input"});
    }
    const Result<net::SendState> wait = read_wait(options);
    if (!wait) return fail(options, kUsage, wait.error());
    const Result<Places> places = find_places(options);
    if (!places) return fail(options, kUsage, places.error());
    if (places->ingest.ends_with(":0")) {
        return fail(options, kUsage,
                    Error{"usage", "the port of " + places->ingest + " is chosen when the daemon "
                          "starts: give --to HOST:PORT, as its line \"ready ingest=\" says"});
    }
    const std::string& name = options.operands().front();
    FileHandle file;
    if (name != "-") {
        Result<FileHandle> opened = open_file(name, O_RDONLY);
        if (!opened) return fail(options, kUsage, opened.error());
        file = std::move(*opened);
    }
    net::SendOptions send;
    send.to = places->ingest;
    send.wait = *wait;
    const net::SendEvents events = tell_on_standard_error();
    const net::SendReport report =
        net::send_lines(name == "-" ? STDIN_FILENO : file.get(), send, events);
    if (events.progress) std::cerr << "\r\x1b[K";
    const Exit exit = exit_of(report);
    if (!report.status) {
        Error error = report.status.error();
        if (exit == kUnavailable && report.summary.sent == 0) error.message += kLookAtStatus;
        fail(options, exit, error);
    }
    // Also where it ended early: whoever sends again wants to know how far it came.
    if (report.status || report.summary.sent > 0)
        std::cout << to_json(report.summary, *wait) << "\n";
    return exit;
}

}  // namespace overlord::ctl
