// overlordctl proof: the proof of one record or attestation, as a file for an auditor.
#include <algorithm>
#include <iostream>

#include "command.hpp"
#include "key_ring.hpp"
#include "overlord/attest/assemble.hpp"
#include "overlord/ledger/proof.hpp"
#include "places.hpp"

namespace overlord::ctl {
namespace {

Result<std::string> make_proof(const Path& state_dir, const std::string& what,
                               const Keys& log) {
    constexpr std::string_view kDigest = "sha256:";
    if (!what.starts_with(kDigest)) {
        const Result<std::uint64_t> number = parse_count(what, 0, INT64_MAX);
        if (!number) {
            return Error{"usage",
                         "\"" + what + "\" is neither a record's number nor sha256:DIGEST"};
        }
        return ledger::event_proof(state_dir, RecordIndex{*number}, log);
    }
    const Result<Hash> digest = hash_from_hex(std::string_view(what).substr(kDigest.size()));
    if (!digest) return Error{"usage", "\"" + what + "\": a digest has 64 hexadecimal digits"};
    const Result<attest::Bundle> bundle = attest::assemble_bundle(state_dir, *digest, log);
    if (!bundle) return bundle.error();
    return attest::make_bundle(*bundle);
}

Result<Keys> log_keys(const Options& options, const Path& state_dir) {
    const std::vector<std::string> values = options.values("--key");
    return values.empty() ? own_log_keys(state_dir) : read_keys(values);
}

Exit exit_of(const Error& error) {
    if (error.code == "usage") return kUsage;
    const bool no = error.code == "record.unknown" || error.code == "bundle.unknown" ||
                    error.code == "record.erased" || error.code == "key.missing";
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
    const Result<std::string> proof =
        make_proof(places->state_dir, options.operands().front(), *log);
    if (!proof) return fail(options, exit_of(proof.error()), proof.error());
    const std::string file = options.value_or("-o", "-");
    if (file == "-") {
        std::cout << *proof;
        return kYes;
    }
    if (Status written = write_file_durable(file, as_bytes(*proof), 0644); !written) {
        return fail(options, kUsage, written.error());
    }
    std::cerr << "wrote " << file << ", " << proof->size() << " bytes\n";
    return kYes;
}

}  // namespace overlord::ctl
