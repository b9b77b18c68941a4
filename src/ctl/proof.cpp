// overlordctl proof: the proof of one record or attestation, as a file for an auditor.
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "contributions.hpp"
#include "http.hpp"
#include "key_ring.hpp"
#include "output_file.hpp"
#include "overlord/attest/assemble.hpp"
#include "overlord/attest/full_bundle.hpp"
#include "overlord/ledger/proof.hpp"
#include "places.hpp"

namespace overlord::ctl {
namespace {

Result<std::string> read_note(const std::string& place) {
    if (!is_url(place)) return read_text_file(place, tlog::kNoteBytesMax);
    const Result<Url> url = parse_url(place);
    if (!url) return url.error();
    return http_get(*url, "");
}

Result<attest::Bundle> make_bundle(const Options& options, const Path& state_dir,
                                   const Hash& digest, const Keys& log) {
    const std::optional<std::string> cosigned = options.value("--cosigned");
    if (!cosigned) return attest::assemble_bundle(state_dir, digest, log);
    const Result<std::string> note = read_note(*cosigned);
    if (!note) return with_context(note.error(), "--cosigned " + *cosigned);
    return attest::assemble_bundle_under(state_dir, digest, log, *note);
}

Status put_full(const attest::Bundle& bundle, const Path& state_dir, const Keys& log,
                OutputFile& output) {
    if (!bundle.zk) {
        return Error{"bundle.no_zk",
                     "the attestation has no zero-knowledge document in the log (yet)"};
    }
    const Result<tlog::SignedCheckpoint> checkpoint =
        tlog::open_checkpoint(bundle.entry_proof.checkpoint, log);
    if (!checkpoint) return checkpoint.error();
    Result<tlog::TileReader> tiles =
        tlog::TileReader::open(state_dir / "log", checkpoint->checkpoint.head);
    if (!tiles) return tiles.error();
    return attest::write_full_bundle(bundle, *tiles,
                                     [&](std::string_view text) { return output.put(text); });
}

// A file of its own: who gets the bundle need not know how many events there were.
Status put_contributions(const attest::Bundle& bundle, const Path& state_dir,
                         OutputFile& output) {
    if (!bundle.zk) {
        return Error{"bundle.no_zk",
                     "the attestation has no zero-knowledge document in the log (yet)"};
    }
    const Result<attest::ZkDocument> document = attest::parse_zk_document(bundle.zk->document);
    if (!document) return document.error();
    const Result<attest::ContributionsFile> file = make_contributions(state_dir, *document);
    return file ? output.put(attest::compose(*file)) : Status(file.error());
}

Status put_proof(const Options& options, const Path& state_dir, const Keys& log,
                 OutputFile& output) {
    const std::string& what = options.operands().front();
    constexpr std::string_view kDigest = "sha256:";
    if (!what.starts_with(kDigest)) {
        const Result<std::uint64_t> number = parse_count(what, 0, INT64_MAX);
        if (!number) {
            return Error{"usage",
                         "\"" + what + "\" is neither a record's number nor sha256:DIGEST"};
        }
        const Result<std::string> proof =
            ledger::event_proof(state_dir, RecordIndex{*number}, log);
        return proof ? output.put(*proof) : Status(proof.error());
    }
    const Result<Hash> digest = hash_from_hex(std::string_view(what).substr(kDigest.size()));
    if (!digest) return Error{"usage", "\"" + what + "\": a digest has 64 hexadecimal digits"};
    const Result<attest::Bundle> bundle = make_bundle(options, state_dir, *digest, log);
    if (!bundle) return bundle.error();
    if (options.has("--contributions")) return put_contributions(*bundle, state_dir, output);
    if (options.has("--full")) return put_full(*bundle, state_dir, log, output);
    const Result<std::string> text = attest::make_bundle(*bundle);
    return text ? output.put(*text) : Status(text.error());
}

Result<Keys> log_keys(const Options& options, const Path& state_dir) {
    const std::vector<std::string> values = options.values("--key");
    return values.empty() ? own_log_keys(state_dir) : read_keys(values);
}

Exit exit_of(const Error& error) {
    if (error.code == "usage") return kUsage;
    const bool no = error.code == "record.unknown" || error.code == "bundle.unknown" ||
                    error.code == "record.erased" || error.code == "key.missing" ||
                    error.code == "bundle.no_zk" || error.code == "contributions.none" ||
                    error.code == "contributions.erased";
    return no ? kNo : kUnavailable;
}

}  // namespace

int run_proof(const Options& options) {
    if (options.operands().size() != 1) {
        return fail(options, kUsage,
                    Error{"usage", "proof needs one record's number or sha256:DIGEST"});
    }
    const Result<Places> places = find_places(options);
    if (!places) return fail(options, kUsage, places.error());
    const Result<Keys> log = log_keys(options, places->state_dir);
    if (!log)
        return fail(options, log.error().code == "usage" ? kUsage : kUnavailable, log.error());
    const std::string file = options.value_or("-o", "-");
    Result<OutputFile> output = OutputFile::open(file);
    if (!output) return fail(options, kUsage, output.error());
    Status done = put_proof(options, places->state_dir, *log, *output);
    if (done) done = output->close();
    if (!done) return fail(options, exit_of(done.error()), done.error());
    if (file == "-") return kYes;
    if (options.json()) {
        std::cout << nlohmann::json{{"file", file}, {"bytes", output->bytes()}}.dump() << "\n";
    } else {
        std::cerr << "wrote " << file << ", " << output->bytes() << " bytes\n";
    }
    return kYes;
}

}  // namespace overlord::ctl
