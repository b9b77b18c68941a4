// overlordctl timestamp: what a time stamping authority said about a checkpoint.
#include "command.hpp"
#include "key_ring.hpp"
#include "overlord/attest/bundle.hpp"
#include "overlord/crypto/sha256.hpp"
#include "overlord/crypto/timestamp.hpp"
#include "report_output.hpp"

namespace overlord::ctl {
namespace {

attest::Report verify(const std::string& note, ByteView token, const Keys& keys, const Path& ca) {
    attest::Report report;
    report.subject = "time stamp";
    const Result<tlog::SignedCheckpoint> opened = attest::open_with_any(note, keys);
    if (!opened) {
        report.fails("the checkpoint: " + opened.error().message);
        return report;
    }
    report.holds("the checkpoint of " + std::to_string(opened->checkpoint.head.size.value) +
                 " entries is signed by " + attest::signers_text(*opened));
    const Result<crypto::Timestamp> stamp =
        crypto::verify_timestamp(token, crypto::sha256(as_bytes(note)), ca);
    if (!stamp) {
        report.fails(stamp.error().message);
        return report;
    }
    report.holds("an authority that leads to " + ca.string() + " saw it at " +
                 format_rfc3339(stamp->time) + " (token " + stamp->serial + ")");
    report.valid = true;
    report.assurance = "time: the log had these entries then, by the authority's clock";
    return report;
}

}  // namespace

int run_timestamp(const Options& options) {
    const std::vector<std::string>& operands = options.operands();
    const std::optional<std::string> ca = options.value("--ca");
    if (operands.size() != 2 || operands.front() != "verify" || !ca) {
        return fail(options, kUsage,
                    Error{"usage", "say: timestamp verify SIZE.tsr --ca FILE --key VKEY"});
    }
    const Result<Keys> keys = read_keys(options.values("--key"));
    if (!keys) return fail(options, kUsage, keys.error());
    if (keys->empty()) {
        return fail(options, kUsage, Error{"usage", "timestamp verify needs --key, the log's"});
    }
    if (const Result<std::string> readable = read_text_file(*ca); !readable) {
        return fail(options, kUsage, with_context(readable.error(), "--ca"));
    }
    const Path token_file = operands[1];
    const Result<Bytes> token = read_file(token_file, crypto::kTimestampBytesMax);
    if (!token) return fail(options, kUsage, token.error());
    Path note_file = token_file;
    note_file.replace_extension(".checkpoint");
    const Result<std::string> note = read_text_file(note_file, tlog::kNoteBytesMax);
    if (!note) return fail(options, kUsage, note.error());
    return print_report(options, verify(*note, *token, *keys, *ca));
}

}  // namespace overlord::ctl
