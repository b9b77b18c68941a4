// overlordctl verify: event proofs, proof bundles, log directories and published logs.
#include <stdlib.h>

#include <algorithm>
#include <iostream>
#include <optional>

#include "command.hpp"
#include "http.hpp"
#include "quorum.hpp"
#include "report_output.hpp"
#include "sample_file.hpp"
#include "verification.hpp"

namespace overlord::ctl {
namespace {

// Where a published log is copied to before it is checked; removed afterwards.
class TemporaryDirectory {
public:
    static Result<std::unique_ptr<TemporaryDirectory>> make() {
        std::error_code failure;
        std::string pattern =
            (std::filesystem::temp_directory_path(failure) / "overlordctl-XXXXXX").string();
        if (failure || ::mkdtemp(pattern.data()) == nullptr) {
            return io_error("make a directory for the log's files", errno);
        }
        return std::unique_ptr<TemporaryDirectory>(new TemporaryDirectory(pattern));
    }
    ~TemporaryDirectory() {
        std::error_code failure;
        std::filesystem::remove_all(path_, failure);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    [[nodiscard]] const Path& path() const { return path_; }

private:
    explicit TemporaryDirectory(Path path) : path_(std::move(path)) {}
    Path path_;
};

int fail_remote(const Options& options, const Error& error) {
    const bool away = error.code == "http.unavailable" || error.code == "http.tls";
    return fail(options, away ? kUnavailable : kUsage, error);
}

// What the checkpoint claims says what there is to get; what of it is true is found out afterwards.
Status copy_published(const Url& url, const std::string& note, const Path& directory) {
    const GetFile get = [&](const std::string& path) { return http_get(url, "/" + path); };
    Status kept = write_file_derived(directory / "checkpoint", as_bytes(note));
    const Result<tlog::TreeHead> head = claimed_head(note);
    if (!kept || !head) return kept;
    if (Status copied = copy_log(*head, get, directory); !copied) return copied;
    for (const EntryIndex index : introductions(directory, *head)) {
        const std::string path = handover_path(index);
        const Result<std::string> handover = get(path);
        if (!handover && handover.error().code == "http.not_found") continue;
        if (!handover) return handover.error();
        if (Status made = make_directories((directory / path).parent_path()); !made) return made;
        kept = write_file_derived(directory / path, as_bytes(*handover));
        if (!kept) return kept;
    }
    return {};
}

Result<VerifiedLog> check_published_log(const Url& url, const std::string& note,
                                        const Trust& trust) {
    Result<std::unique_ptr<TemporaryDirectory>> copy = TemporaryDirectory::make();
    if (!copy) return std::move(copy).error();
    const Path& directory = (*copy)->path();
    if (Status copied = copy_published(url, note, directory); !copied) {
        return std::move(copied).error();
    }
    VerifiedLog log = check_public_log(directory, trust.keys);
    check_cosignatures(note, trust, log.report);
    return log;
}

int verify_text(const Options& options, const std::string& text, const std::string& place,
                const Trust& trust) {
    Result<attest::Report> report = verify_document(text, trust.keys);
    if (!report) return fail(options, kUsage, with_context(report.error(), place));
    check_cosignatures(checkpoint_of(text), trust, *report);
    return print_report(options, *report);
}

// Of a published log the newest checkpoint that is good enough.
Result<std::string> published_checkpoint(const Url& url, const Trust& trust) {
    Result<std::string> note = http_get(url, "/checkpoint");
    if (!note || has_quorum(*note, trust)) return note;
    // The newest one may not be cosigned yet; the newest that is stands beside it.
    Result<std::string> witnessed = http_get(url, "/checkpoint.witnessed");
    return witnessed ? witnessed : note;
}

int verify_url(const Options& options, const std::string& text, const Trust& trust) {
    const Result<Url> url = parse_url(text);
    if (!url) return fail(options, kUsage, url.error());
    const Result<std::string> note = published_checkpoint(*url, trust);
    if (note) {
        const Result<VerifiedLog> log = check_published_log(*url, *note, trust);
        return log ? print_report(options, log->report) : fail_remote(options, log.error());
    }
    if (note.error().code != "http.not_found") return fail_remote(options, note.error());
    const Result<std::string> document = http_get(*url, "");
    if (!document) return fail_remote(options, document.error());
    return verify_text(options, *document, text, trust);
}

// A public tree, or the state that it belongs to.
VerifiedLog check_directory(const Path& path, const Trust& trust) {
    std::error_code failure;
    const bool state = !std::filesystem::exists(path / "checkpoint", failure) &&
                       std::filesystem::exists(path / "log" / "checkpoint", failure);
    const Path directory = state ? path / "log" : path;
    const char* name = "checkpoint";
    Result<std::string> note = read_text_file(directory / name, tlog::kNoteBytesMax);
    if (note && !has_quorum(*note, trust)) {
        Result<std::string> witnessed =
            read_text_file(directory / "checkpoint.witnessed", tlog::kNoteBytesMax);
        if (witnessed) {
            name = "checkpoint.witnessed";
            note = std::move(witnessed);
        }
    }
    VerifiedLog log = check_public_log(directory, trust.keys, name);
    check_cosignatures(note ? *note : "", trust, log.report);
    return log;
}

int verify_path(const Options& options, const Path& path, const Trust& trust) {
    std::error_code failure;
    if (std::filesystem::is_directory(path, failure)) {
        if (is_sample(path)) return print_report(options, verify_sample(path, trust));
        return print_report(options, check_directory(path, trust).report);
    }
    const Result<std::string> text = read_text_file(path, kDocumentBytesMax);
    if (!text) return fail(options, kUsage, text.error());
    return verify_text(options, *text, path.string(), trust);
}

Result<VerifiedLog> check_log_at(const std::string& place, const Trust& trust) {
    if (!is_url(place)) return check_directory(place, trust);
    const Result<Url> url = parse_url(place);
    if (!url) return url.error();
    const Result<std::string> note = published_checkpoint(*url, trust);
    if (!note) return note.error();
    return check_published_log(*url, *note, trust);
}

// A log and the one that continues it: both, and whether each names the other.
int verify_two(const Options& options, const Trust& trust) {
    std::vector<VerifiedLog> logs;
    for (const std::string& place : options.operands()) {
        Result<VerifiedLog> log = check_log_at(place, trust);
        if (!log) return fail_remote(options, with_context(std::move(log).error(), place));
        logs.push_back(*std::move(log));
    }
    const int first = print_report(options, logs[0].report);
    const int second = print_report(options, logs[1].report);
    const int both = print_report(options, verify_succession(logs[0], logs[1]));
    return std::max({first, second, both});
}

}  // namespace

int run_verify(const Options& options) {
    const std::size_t count = options.operands().size();
    if (count != 1 && count != 2) {
        return fail(options, kUsage,
                    Error{"usage", "verify needs one FILE, LOGDIR or URL, or a log and its "
                                   "successor"});
    }
    const Result<Trust> trust = read_trust(options.values("--key"), options.value("--policy"));
    if (!trust) return fail(options, kUsage, trust.error());
    if (trust->keys.empty()) {
        return fail(options, kUsage,
                    Error{"usage",
                          "verify needs --key: the log's key, and for a bundle that of its "
                          "attestations; get them from somebody you trust, never from the "
                          "file itself"});
    }
    if (count == 2) return verify_two(options, *trust);
    const std::string& what = options.operands().front();
    return is_url(what) ? verify_url(options, what, *trust) : verify_path(options, what, *trust);
}

}  // namespace overlord::ctl
