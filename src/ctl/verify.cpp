// overlordctl verify: event proofs, proof bundles, log directories and published logs.
#include <stdlib.h>

#include <iostream>
#include <optional>

#include "command.hpp"
#include "http.hpp"
#include "quorum.hpp"
#include "report_output.hpp"
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

// The checkpoint is believed before anything else is asked for: its size says what there is to get.
int verify_published_log(const Options& options, const Url& url, const std::string& note,
                         const Trust& trust) {
    Result<std::unique_ptr<TemporaryDirectory>> copy = TemporaryDirectory::make();
    if (!copy) return fail(options, kUnavailable, copy.error());
    const Path& directory = (*copy)->path();
    if (Status kept = write_file_derived(directory / "checkpoint", as_bytes(note)); !kept) {
        return fail(options, kUnavailable, kept.error());
    }
    if (const Result<tlog::TreeHead> head = signed_head(note, trust.keys)) {
        const GetFile get = [&](const std::string& path) { return http_get(url, "/" + path); };
        if (Status copied = copy_log(*head, get, directory); !copied) {
            return fail_remote(options, copied.error());
        }
    }
    attest::Report report = verify_log(directory, trust.keys);
    check_cosignatures(note, trust, report);
    return print_report(options, report);
}

int verify_text(const Options& options, const std::string& text, const std::string& place,
                const Trust& trust) {
    Result<attest::Report> report = verify_document(text, trust.keys);
    if (!report) return fail(options, kUsage, with_context(report.error(), place));
    check_cosignatures(checkpoint_of(text), trust, *report);
    return print_report(options, *report);
}

int verify_url(const Options& options, const std::string& text, const Trust& trust) {
    const Result<Url> url = parse_url(text);
    if (!url) return fail(options, kUsage, url.error());
    Result<std::string> note = http_get(*url, "/checkpoint");
    if (note && !has_quorum(*note, trust)) {
        // The newest one may not be cosigned yet; the newest that is stands beside it.
        Result<std::string> witnessed = http_get(*url, "/checkpoint.witnessed");
        if (witnessed) note = std::move(witnessed);
    }
    if (note) return verify_published_log(options, *url, *note, trust);
    if (note.error().code != "http.not_found") return fail_remote(options, note.error());
    const Result<std::string> document = http_get(*url, "");
    if (!document) return fail_remote(options, document.error());
    return verify_text(options, *document, text, trust);
}

int verify_directory(const Options& options, const Path& directory, const Trust& trust) {
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
    attest::Report report = verify_log(directory, trust.keys, name);
    check_cosignatures(note ? *note : "", trust, report);
    return print_report(options, report);
}

int verify_path(const Options& options, const Path& path, const Trust& trust) {
    std::error_code failure;
    if (std::filesystem::is_directory(path, failure)) {
        const bool state = !std::filesystem::exists(path / "checkpoint", failure) &&
                           std::filesystem::exists(path / "log" / "checkpoint", failure);
        return verify_directory(options, state ? path / "log" : path, trust);
    }
    const Result<std::string> text = read_text_file(path, kDocumentBytesMax);
    if (!text) return fail(options, kUsage, text.error());
    return verify_text(options, *text, path.string(), trust);
}

}  // namespace

int run_verify(const Options& options) {
    if (options.operands().size() != 1) {
        return fail(options, kUsage, Error{"usage", "verify needs one FILE, LOGDIR or URL"});
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
    const std::string& what = options.operands().front();
    return is_url(what) ? verify_url(options, what, *trust) : verify_path(options, what, *trust);
}

}  // namespace overlord::ctl
