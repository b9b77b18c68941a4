// overlordctl verify: event proofs, proof bundles, log directories and published logs.
#include <fcntl.h>
#include <stdlib.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <optional>

#include "command.hpp"
#include "http.hpp"
#include "kept.hpp"
#include "overlord/attest/full_bundle.hpp"
#include "own_rules.hpp"
#include "quorum.hpp"
#include "report_output.hpp"
#include "sample_file.hpp"
#include "verification.hpp"
#include "zk_answer.hpp"

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
                                        const Trust& trust, const tlog::EntryVisitor& also = {}) {
    Result<std::unique_ptr<TemporaryDirectory>> copy = TemporaryDirectory::make();
    if (!copy) return std::move(copy).error();
    const Path& directory = (*copy)->path();
    if (Status copied = copy_published(url, note, directory); !copied) {
        return std::move(copied).error();
    }
    VerifiedLog log = check_public_log(directory, trust.keys, "checkpoint", also);
    check_cosignatures(note, trust, log.report);
    check_kept(directory, trust, log);
    return log;
}

// Of a published log the newest checkpoint that is good enough.
Result<std::string> published_checkpoint(const Url& url, const Trust& trust) {
    Result<std::string> note = http_get(url, "/checkpoint");
    if (!note || has_quorum(*note, trust)) return note;
    // The newest one may not be cosigned yet; the newest that is stands beside it.
    Result<std::string> witnessed = http_get(url, "/checkpoint.witnessed");
    return witnessed ? witnessed : note;
}

// A public tree, or the state that it belongs to.
VerifiedLog check_directory(const Path& path, const Trust& trust,
                            const tlog::EntryVisitor& also = {}) {
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
    VerifiedLog log = check_public_log(directory, trust.keys, name, also);
    check_cosignatures(note ? *note : "", trust, log.report);
    check_kept(directory, trust, log);
    return log;
}

Result<VerifiedLog> check_log_at(const std::string& place, const Trust& trust,
                                 const tlog::EntryVisitor& also = {}) {
    if (!is_url(place)) return check_directory(place, trust, also);
    const Result<Url> url = parse_url(place);
    if (!url) return url.error();
    const Result<std::string> note = published_checkpoint(*url, trust);
    if (!note) return note.error();
    return check_published_log(*url, *note, trust, also);
}

// The entries of a log, itself verified on the way.
Status read_log(const std::string& place, const Trust& trust, attest::ZkLogReader& reader) {
    Status seen;
    const Result<VerifiedLog> log =
        check_log_at(place, trust, [&](EntryIndex index, ByteView entry) {
            seen = reader.see(index, as_text(entry));
            return seen;
        });
    if (!seen) return seen;
    if (!log) return with_context(log.error(), place);
    if (log->report.valid) return {};
    return Error{"zk.log", place + ": " + log->report.findings.back().text};
}

Status read_full_bundle(attest::FullBundleReader& bundle, attest::ZkLogReader& reader) {
    for (EntryIndex index;; ++index.value) {
        const Result<std::optional<std::string>> entry = bundle.next();
        if (!entry) return entry.error();
        if (!entry->has_value()) return {};
        if (Status seen = reader.see(index, **entry); !seen) return seen;
    }
}

Result<tlog::VerifierKey> monitor_key(const std::string& value) {
    const Result<Keys> keys = read_keys(std::span(&value, 1));
    if (!keys) return keys.error();
    if (keys->size() == 1 && keys->front().is_cosigner()) return keys->front();
    return Error{"usage", "--monitor " + value + ": not one key of a monitor"};
}

Result<attest::ContributionsFile> read_contributions(const std::string& file) {
    const Result<std::string> text = read_text_file(file, attest::kContributionsBytesMax);
    if (!text) return text.error();
    Result<attest::ContributionsFile> contributions = attest::parse_contributions(*text);
    if (contributions) return contributions;
    return with_context(contributions.error(), file);
}

// What --rules, --log, --contributions and --monitor give. Code: usage.
Result<ZkSources> sources_of(const Options& options, const Trust& trust,
                             ZkSources sources = {}) {
    if (const auto rules = options.value("--rules")) {
        sources.rules = [directory = Path(*rules)](DurationNs slot_ns) {
            return own_rules(directory, slot_ns);
        };
    }
    if (const auto place = options.value("--log")) {
        sources.place = "the log " + *place;
        sources.entries = [place = *place, &trust](attest::ZkLogReader& reader) {
            return read_log(place, trust, reader);
        };
    } else if (options.has("--full") && !sources.entries) {
        return Error{"usage", "--full needs the log (--log DIR or --log URL), or a full bundle"};
    }
    if (const auto file = options.value("--contributions")) {
        Result<attest::ContributionsFile> contributions = read_contributions(*file);
        if (!contributions) return contributions.error();
        sources.contributions = *std::move(contributions);
    }
    if (const auto monitor = options.value("--monitor")) {
        Result<tlog::VerifierKey> key = monitor_key(*monitor);
        if (!key) return std::move(key).error();
        sources.monitor = *std::move(key);
    }
    return sources;
}

int verify_bundle(const Options& options, const attest::Bundle& bundle, const Trust& trust,
                  const ZkSources& sources) {
    attest::CheckedBundle checked = attest::check_bundle(bundle, trust.keys);
    check_cosignatures(bundle.entry_proof.checkpoint, trust, checked.report);
    if (checked.report.valid && bundle.zk) {
        const std::optional<ZkAnswer> zk = answer_zk(bundle, checked, sources);
        return print_report(options, checked.report, zk ? &*zk : nullptr);
    }
    if (checked.report.valid && sources.asked()) {
        checked.report.fails("it carries no zero-knowledge document");
        checked.report.valid = false;
    }
    return print_report(options, checked.report);
}

int verify_text(const Options& options, const std::string& text, const std::string& place,
                const Trust& trust) {
    if (!trust.kept.empty()) {
        return fail(options, kUsage,
                    Error{"usage", "--kept needs the log, its directory or URL: " + place +
                                       " is one proof"});
    }
    if (const Result<attest::Bundle> bundle = attest::parse_bundle(text)) {
        const Result<ZkSources> sources = sources_of(options, trust);
        if (!sources) return fail(options, kUsage, sources.error());
        return verify_bundle(options, *bundle, trust, *sources);
    }
    Result<attest::Report> report = verify_document(text, trust.keys);
    if (!report) return fail(options, kUsage, with_context(report.error(), place));
    check_cosignatures(checkpoint_of(text), trust, *report);
    return print_report(options, *report);
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

bool is_full_bundle(const Path& path) {
    const Result<FileHandle> file = open_file(path, O_RDONLY | O_CLOEXEC);
    if (!file) return false;
    std::array<std::uint8_t, 64> begin{};
    const Result<std::size_t> count = read_at(*file, path, begin, 0);
    return count && attest::looks_like_full_bundle(as_text(std::span(begin).first(*count)));
}

int verify_full_bundle(const Options& options, const Path& path, const Trust& trust) {
    Result<attest::FullBundleReader> bundle = attest::FullBundleReader::open(path);
    if (!bundle) return fail(options, kUsage, bundle.error());
    ZkSources sources;
    if (!options.has("--log")) {
        sources.place = "the bundle";
        sources.entries = [&](attest::ZkLogReader& reader) {
            return read_full_bundle(*bundle, reader);
        };
    }
    const Result<ZkSources> given = sources_of(options, trust, sources);
    if (!given) return fail(options, kUsage, given.error());
    return verify_bundle(options, bundle->bundle(), trust, *given);
}

// What --rules makes of drawn events.
ExpectContributions expectations_of(const Options& options) {
    const std::optional<std::string> rules = options.value("--rules");
    if (!rules) return {};
    return [directory = Path(*rules)](DurationNs slot_ns, std::span<const DrawnEvent> events) {
        return own_contributions(directory, slot_ns, events);
    };
}

int verify_path(const Options& options, const Path& path, const Trust& trust) {
    std::error_code failure;
    if (std::filesystem::is_directory(path, failure)) {
        if (is_sample(path)) {
            return print_report(options, verify_sample(path, trust, expectations_of(options)));
        }
        return print_report(options, check_directory(path, trust).report);
    }
    if (is_full_bundle(path)) return verify_full_bundle(options, path, trust);
    const Result<std::string> text = read_text_file(path, kDocumentBytesMax);
    if (!text) return fail(options, kUsage, text.error());
    return verify_text(options, *text, path.string(), trust);
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
    Result<Trust> trust = read_trust(options.values("--key"), options.value("--policy"));
    if (!trust) return fail(options, kUsage, trust.error());
    Result<std::vector<KeptCheckpoint>> kept = read_kept(options.values("--kept"));
    if (!kept) return fail(options, kUsage, kept.error());
    trust->kept = *std::move(kept);
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
