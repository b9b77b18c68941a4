#include "zk_check.hpp"

#include <boost/asio/post.hpp>

#include "overlord/attest/store.hpp"
#include "overlord/attest/zk_verify.hpp"
#include "overlord/base/time.hpp"
#include "overlord/tlog/published.hpp"
#include "overlord/tlog/tiles.hpp"

namespace overlord::daemon {
namespace {

// A goal's worker waits for the answer; whoever has more to verify has overlordctl.
constexpr DurationNs kCheckNs = 20 * kSecondNs;

std::string atom_text(std::string_view text) {
    std::string atom = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') atom += '\\';
        atom += c == '\n' ? ' ' : c;
    }
    return atom + "'";
}

std::string term(const char* name, std::string_view reason) {
    return std::string(name) + "(" + atom_text(reason) + ")";
}

std::string refused(const Error& error) {
    return term("refused", error.code + ": " + error.message);
}

std::string verified(const attest::ZkFindings& findings) {
    std::string list;
    for (const attest::ControlFinding& control : findings.controls) {
        const char* outcome = !control.proved ? "unproved" : control.holds ? "holds" : "fails";
        if (!list.empty()) list += ",";
        list += "control(" + atom_text(control.control) + "," + outcome + ")";
    }
    return std::string("verified(") + (findings.follows() ? "full" : "part") + ",[" + list + "])";
}

struct Reading {
    const Path& state_dir;
    const std::vector<tlog::VerifierKey>& log_keys;
    const std::atomic<bool>& stopping;
};

Result<attest::ZkFindings> read_and_judge(const attest::ZkCase& zk, const Reading& reading) {
    const Path log = reading.state_dir / "log";
    const Result<tlog::PublishedCheckpoint> checkpoint =
        tlog::read_published(log, reading.log_keys, zk.document.size);
    if (!checkpoint) return checkpoint.error();
    attest::ZkLogReader reader(zk, 1);
    const TimeNs deadline = system_clock().monotonic() + kCheckNs;
    Status seen;
    const Status read =
        tlog::check_log(log, checkpoint->head, [&](EntryIndex index, ByteView entry) {
            seen = reader.see(index, as_text(entry));
            const bool late = reading.stopping || system_clock().monotonic() > deadline;
            if (seen && late) seen = Error{"zk.time", "the log is long"};
            return seen;
        });
    if (!seen) return seen.error();
    if (!read) return read.error();
    const Result<std::vector<attest::WindowEnds>> ends = reader.finish();
    if (!ends) return ends.error();
    if (Status proven = attest::check_statements(zk, *ends); !proven) return proven.error();
    return attest::judge(zk);
}

std::string verify(const Hash& digest, const Reading& reading) {
    const Result<attest::EnvelopeStore> store = attest::EnvelopeStore::open(reading.state_dir);
    if (!store) return refused(store.error());
    const Result<std::optional<attest::Envelope>> envelope = store->find(digest);
    if (!envelope) return refused(envelope.error());
    if (!envelope->has_value()) return term("refused", "there is no attestation of this digest");
    const Result<attest::Statement> statement = attest::parse_statement((*envelope)->payload);
    if (!statement) return refused(statement.error());
    const Path file = reading.state_dir / "attestations" / (to_hex(digest) + ".zk.json");
    Result<std::string> document = read_text_file(file, attest::kZkDocumentBytesMax + 1);
    if (!document && document.error().code == "io.enoent") {
        return term("pending", "the attestation has no zero-knowledge document (yet)");
    }
    if (!document) return refused(document.error());
    if (document->ends_with('\n')) document->pop_back();
    const Result<attest::ZkCase> zk = attest::open_zk(*document, {*statement, digest});
    if (!zk) return refused(zk.error());
    const Result<attest::ZkFindings> findings = read_and_judge(*zk, reading);
    if (findings) return verified(*findings);
    if (findings.error().code == "zk.time") {
        return term("pending", "the log is longer than the REPL has time for: overlordctl verify");
    }
    return refused(findings.error());
}

}  // namespace

ZkCheck::~ZkCheck() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
}

void ZkCheck::check(const Hash& attestation, std::function<void(std::string term)> done) {
    if (*busy_) return done(term("pending", "another verification is running"));
    if (thread_.joinable()) thread_.join();  // it has posted its answer
    *busy_ = true;
    thread_ = std::thread([this, attestation, busy = busy_, keys = log_keys_(),
                           done = std::move(done)] {
        std::string found = verify(attestation, {state_dir_, keys, stopping_});
        if (stopping_) return;
        boost::asio::post(io_, [busy, done, found = std::move(found)] {
            *busy = false;
            done(found);
        });
    });
}

}  // namespace overlord::daemon
