// overlordctl: one table of commands, one file for each.
#include <algorithm>
#include <array>
#include <iostream>
#include <vector>

#include "command.hpp"
#include "overlord/crypto/keys.hpp"

namespace overlord::ctl {
namespace {

constexpr OptionSpec kJson{"--json", "", "answer in JSON"};
constexpr OptionSpec kConfig{"--config", "FILE", "the daemon's configuration: addresses and paths"};
constexpr OptionSpec kState{"--state", "DIR", "the daemon's state directory"};
constexpr OptionSpec kTo{"--to", "HOST:PORT", "where the daemon takes events in"};
constexpr OptionSpec kHttp{"--http", "HOST:PORT", "the daemon's HTTP address"};
constexpr OptionSpec kSocket{"--socket", "PATH", "the daemon's REPL socket"};
constexpr OptionSpec kAdmin{"--admin", "PATH", "the daemon's administration socket"};
constexpr OptionSpec kKey{"--key", "VKEY|FILE",
                          "a key to trust, or a file of them; again for more"};
constexpr OptionSpec kOut{"-o", "FILE", "the file to write, - for standard output"};

constexpr std::array kPlain = {kJson};
constexpr std::array kSend = {
    OptionSpec{"--wait", "STATE", "durable, published or witnessed (durable)"}, kConfig, kTo,
    kState, kJson};
constexpr std::array kAsk = {kConfig, kSocket, kState, kJson};
constexpr std::array kStatus = {kConfig, kHttp, kState, kJson};
constexpr std::array kProof = {
    OptionSpec{"--full", "", "an attestation: with every entry of the log, to verify all slots"},
    OptionSpec{"--contributions", "",
               "an attestation: instead, what its event-bound slots are the sums of"},
    OptionSpec{"--cosigned", "FILE|URL", "an attestation: under this checkpoint, say a monitor's"},
    kConfig,
    kState,
    kOut,
    kKey,
    kJson};
constexpr std::array kVerify = {
    kKey,
    OptionSpec{"--policy", "FILE", "demand its quorum of witnesses (c2sp.org/tlog-policy)"},
    OptionSpec{"--kept", "FILE", "a checkpoint of an earlier visit; again for more"},
    OptionSpec{"--rules", "DIR", "zero knowledge: the rules that you know the system is judged by"},
    OptionSpec{"--full", "", "zero knowledge: demand that all slots are checked"},
    OptionSpec{"--log", "DIR|URL", "zero knowledge: the log to read all slots from"},
    OptionSpec{"--contributions", "FILE", "zero knowledge: what event-bound slots are the sums of"},
    OptionSpec{"--monitor", "VKEY", "zero knowledge: whose word about the slots is enough"},
    kConfig,
    kJson};
constexpr std::array kFsck = {
    kKey, OptionSpec{"--repair", "", "write derived files again; the daemon has to be stopped"},
    kJson};
constexpr std::array kReplay = {
    OptionSpec{"--rules", "DIR", "judge by these rules instead of the archived ones"}, kJson};
constexpr std::array kCompleteness = {
    OptionSpec{"--from", "TIME", "log time, RFC 3339 or a day; from the first record"},
    OptionSpec{"--to", "TIME", "log time, likewise, not included; to the last record"}, kJson};
constexpr std::array kRules = {
    OptionSpec{"-o", "DIR|FILE", "new, doc: the folder to write into; test, lint: the file"},
    OptionSpec{"-r", "REGEX", "test: only the tests whose UNIT:NAME has a match"},
    OptionSpec{"-v", "", "test: also what passed, and each clause"},
    OptionSpec{"--format", "FORMAT", "test: text, json, junit; lint also sarif, github"},
    OptionSpec{"--severity", "LEVEL", "lint: from info, warning (the default) or error on"},
    OptionSpec{"--threshold", "PERCENT", "test: less coverage than this is a failure"},
    OptionSpec{"--system", "NAME", "explain: whom the control is about"},
    OptionSpec{"--events", "FILE", "explain: judge these events instead of asking a daemon"},
    OptionSpec{"--at", "TIME", "explain, check: as of this time, RFC 3339"},
    OptionSpec{"--stdio", "", "lsp: what it does anyway; some editors add it"},
    kConfig,
    kSocket,
    kState,
    kJson};
constexpr std::array kSample = {
    OptionSpec{"--count", "N", "how many records to draw (25), at most 10000"},
    OptionSpec{"--slots", "N", "instead: open N slots of each proved control, into a file"},
    OptionSpec{"-o", "DIR|FILE", "the folder to write, with --slots the file"}, kKey, kJson};
constexpr std::array kLog = {
    OptionSpec{"--successor-origin", "NAME", "the origin of the log that continues this one"},
    OptionSpec{"--successor-key", "VKEY", "a key of that log"},
    kAdmin,
    kConfig,
    kState,
    kJson};
constexpr std::array kKeys = {
    OptionSpec{"--format", "vkey|pem", "C2SP verifier key, or SPKI PEM"},
    OptionSpec{"--source", "KIND", "rotate, add: file, sealed, credential:NAME, pkcs11:LABEL"},
    OptionSpec{"--overlap", "TIME", "rotate: retire the old key after it, say 30d"},
    OptionSpec{"--attestation", "", "rotate: the key of the attestations"},
    OptionSpec{"--checkpoint", "FILE", "adopt: a newer checkpoint of the log; again for more"},
    OptionSpec{"--sealed", "", "new: sealed with a passphrase"},
    OptionSpec{"--passphrase", "FILE", "new: the file with the passphrase"},
    OptionSpec{"--pkcs11", "LABEL", "new: make the key in a token"},
    OptionSpec{"--pkcs11-module", "FILE", "the token's PKCS#11 library"},
    OptionSpec{"--pkcs11-token", "LABEL", "the token"},
    OptionSpec{"--pkcs11-pin", "FILE", "the file with the user's PIN"},
    OptionSpec{"--algorithm", "NAME", "new, in a token: ed25519 (default) or ecdsa (P-256)"},
    kAdmin,
    kConfig,
    kState,
    kOut,
    kJson};
constexpr std::array kProbe = {
    OptionSpec{"--system", "NAME", "whom the telemetry is about (required)"},
    OptionSpec{"--service", "tcp:HOST:PORT[=NAME]", "a heartbeat each round: up when it answers"},
    OptionSpec{"--unit", "NAME.service", "a heartbeat each round: up when systemd says active"},
    OptionSpec{"--group", "NAME=[ID@]HOST:PORT,...", "endpoints that stand in for each other"},
    OptionSpec{"--required", "N", "how many of the group before must answer (1)"},
    OptionSpec{"--nil", "LEVEL=KIND",
               "state that nothing of this kind happened, say itil=incident"},
    OptionSpec{"--nil-interval", "TIME", "how often to state it (1m)"},
    OptionSpec{"--interval", "TIME", "time between rounds (1s)"},
    OptionSpec{"--timeout", "TIME", "how long an answer may take (500ms)"},
    OptionSpec{"--count", "N", "end after N rounds"},
    OptionSpec{"--source", "URI", "the events' source (//HOSTNAME/probe)"},
    OptionSpec{"--latency-as", "trading.trade", "send round-trip times as trades"},
    OptionSpec{"--segregated", "true|false", "for --latency-as: are the desks segregated"},
    OptionSpec{"--file", "FILE", "the same settings in TOML"},
    kConfig,
    kTo,
    kState,
    kJson};

constexpr std::array kErase = {
    OptionSpec{"--system", "NAME", "the events and verdicts of this system"},
    OptionSpec{"--rejects", "", "refused lines"},
    OptionSpec{"--all", "", "all systems and refused lines"},
    OptionSpec{"--expired", "", "what the retention classes keep no longer"},
    OptionSpec{"--until", "DAY", "whole UTC days before this one, say 2026-01-31"},
    OptionSpec{"--no-wait", "", "do not wait until the slots of those days are proved"},
    kConfig,
    kState,
    kJson};
constexpr std::array kHold = {
    OptionSpec{"--everything", "", "a hold on all systems and refused lines"},
    OptionSpec{"--reason", "TEXT", "why it is held or released; recorded"},
    OptionSpec{"--release", "", "release the hold"}, kConfig, kState, kJson};
constexpr std::array kTimestamp = {
    OptionSpec{"--ca", "FILE", "the authority's root certificate, PEM (required)"}, kKey, kJson};
constexpr std::array kMonitor = {
    OptionSpec{"--key", "VKEY|FILE", "the log's key (required)"},
    OptionSpec{"--state", "DIR", "what was read and cosigned; never lose it (required)"},
    OptionSpec{"--name", "NAME", "this monitor is new: the name of its key, say m1.example.org"},
    OptionSpec{"--once", "", "one round; exit code 1 if there is an alarm"},
    OptionSpec{"--interval", "TIME", "between rounds (10s)"},
    OptionSpec{"--slot", "TIME", "the length of slots, until the log says it (1m)"},
    OptionSpec{"--silence", "N", "so many slots without one are an alarm (10)"},
    OptionSpec{"--listen", "HOST:PORT", "serve what was cosigned, at /HEX/checkpoint"},
    OptionSpec{"--vkey", "", "print the monitor's verifier key and end"},
    kJson};
constexpr std::array kWitness = {
    OptionSpec{"--listen", "HOST:PORT", "where to answer logs (127.0.0.1:7490)"},
    OptionSpec{"--state", "DIR", "what was cosigned; never lose it, never copy it (required)"},
    OptionSpec{"--key", "FILE", "the witness's private key (required)"},
    OptionSpec{"--log", "VKEY|FILE", "a log to cosign for; again for more (required)"},
    OptionSpec{"--create", "", "this witness is new: make its state, and the key if it is missing"},
    OptionSpec{"--name", "NAME", "with --create: the new key's name, say w1.example.org"},
    kJson};

constexpr std::array kCommands = {
    Command{
        "send", &run_send, "[--to HOST:PORT] FILE|-",
        "send events, one a line, until all are durable",
        "Sends each line of FILE (- is standard input) and waits until every one is on the\n"
        "daemon's disk. Rejected lines are told on standard error as they come, with the reason.\n"
        "A lost connection is made again and what was not durable is sent again; the daemon\n"
        "recognises what it already has. With --wait published it waits until all lines are under\n"
        "a signed checkpoint, with --wait witnessed until witnesses have cosigned one. Ends with\n"
        "  {\"sent\":3,\"durable\":3,\"duplicate\":0,\"rejected\":0}\n"
        "also where the connection is lost for good, and exit code 1 if any line was rejected or\n"
        "did not come as far as was waited for.",
        kSend},
    Command{
        "probe", &run_probe, "--system NAME --service tcp:HOST:PORT[=NAME] ...",
        "watch services and send what is seen as events",
        "Asks each target once a round and sends telecoms.heartbeat, telecoms.redundancy and\n"
        "telecoms.failover events, until it is stopped (SIGINT, SIGTERM) or --count is over.\n"
        "  overlordctl probe --system production_system --service tcp:10.0.0.5:443=web \\\n"
        "      --group gw=primary@10.0.0.1:80,backup_1@10.0.0.2:80 --required 1\n"
        "A failover runs from the first attempt that failed until another endpoint answered;\n"
        "unseen_ms in the event says how long before that the old one was last seen to answer.\n"
        "Options after --file FILE add to it.",
        kProbe},
    Command{"status", &run_status, "", "what the daemon says about itself",
            "Asks the daemon over HTTP (/api/v1/status).", kStatus},
    Command{"query", &run_query, "GOAL", "ask a Prolog goal, all solutions",
            "Prints all solutions of GOAL, at most 100. Exit code 0: there is one; 1: none; 2: a\n"
            "Prolog error; 3: no daemon.\n"
            "  overlordctl query 'zk_overlords_compliant(production_system, P)'",
            kAsk},
    Command{"repl", &run_repl, "", "a Prolog top level with line editing",
            "Talks with the daemon's top level: `;` for the next solution, Enter to stop, `help.`\n"
            "explains, `halt.` ends. The history is kept in $XDG_STATE_HOME/overlordctl/history.",
            kAsk},
    Command{"why", &run_why, "SYSTEM", "explain a system's verdict",
            "Lists every control of SYSTEM that fails or is unknown, with value, limit, rule and\n"
            "events. Exit code 0: there is none, the system complies; 1: there are some.",
            kAsk},
    Command{
        "proof", &run_proof, "RECORD|sha256:DIGEST [--full] [-o FILE]",
        "take away the proof of a record or an attestation",
        "A record's number gives an event proof, an attestation's digest a proof bundle; both are\n"
        "one file, which `overlordctl verify` checks on any machine. Where the attestation has a\n"
        "zero-knowledge document it goes with it; with --full all entries of the log do too.\n"
        "--contributions writes instead what the event-bound slots of the document are the sums\n"
        "of: it shows how many events there were and when, and no value.\n"
        "  overlordctl proof sha256:9f86d0... -o proof.json",
        kProof},
    Command{
        "verify", &run_verify,
        "FILE|LOGDIR|URL [SUCCESSOR] --key VKEY... [--policy FILE] [--rules DIR] [--log PLACE]",
        "check a proof, a sample, a log directory or a published log",
        "Needs no daemon. FILE is an event proof or a proof bundle, LOGDIR a log's public tree or\n"
        "a sample's folder, URL a tree that is published, or a proof. The keys (the log's, of its\n"
        "attestations, witnesses') come from somebody you trust; whose is whose is found by\n"
        "trying. --policy demands its quorum of cosignatures. Of a log whose key was rotated the\n"
        "first one is enough; a proof needs the key that signed it. --kept says whether the log\n"
        "continues a checkpoint that you kept. With two logs: does the second continue the first?\n"
        "  overlordctl verify proof.json --key keys.txt\n"
        "  overlordctl verify https://log.example/log --key keys.txt --kept last-year.checkpoint\n"
        "Of a bundle with a zero-knowledge document the question can be: does the verdict follow\n"
        "from all that was logged? Then --rules names the rules as you know them, and the slots\n"
        "are read from a log (--log) or a full bundle, or a monitor's word is taken (--monitor).\n"
        "--contributions checks too that event-bound slots are the sums of their events.\n"
        "  overlordctl verify proof.json --key keys.txt --rules rules/ --log https://log.example/",
        kVerify},
    Command{
        "fsck", &run_fsck, "DIR [--key VKEY...] [--repair]",
        "check every byte of a state or public tree",
        "Reads everything below DIR, changes nothing, and may run beside a daemon. Of a public\n"
        "tree it checks what can be checked without the records, and says what could not.\n"
        "With --repair, and no daemon running, tiles, entries, copies of attestations and what\n"
        "else is derived are written again. Journal, keys, guard and rules are never touched.",
        kFsck},
    Command{
        "replay", &run_replay, "DIR [--rules DIR]", "derive every verdict of a log again",
        "Feeds the journal's inputs to a fresh engine under the archived rules and compares every\n"
        "record, state digest and attestation, byte for byte. With --rules it judges by other\n"
        "rules, and the differences are what they would have changed. Exit code 1: something\n"
        "differs.",
        kReplay},
    Command{
        "erase", &run_erase, "--system NAME|--rejects|--all|--expired [--until DAY]",
        "destroy the keys of old records",
        "Asks the daemon to destroy the keys of records, by system and whole UTC day of log\n"
        "time: their text is gone for good, and every proof of other records still verifies.\n"
        "Retention classes ([retention]) and legal holds refuse it. It is recorded, and\n"
        "a replay says which records it could not derive again. Where slots of those days are\n"
        "not proved yet it is noted, waits for them (overlordctl status) and is then carried\n"
        "out, also after a restart; everything else goes on meanwhile.\n"
        "  overlordctl erase --system tablet_press --until 2026-01-31",
        kErase},
    Command{
        "hold", &run_hold, "[SYSTEM|--everything --reason TEXT [--release]]",
        "legal holds: what must not be erased",
        "Without an argument it lists the holds. A hold keeps `erase` from a system's records\n"
        "until it is released; both are recorded with their reason.\n"
        "  overlordctl hold tablet_press --reason 'case 17'",
        kHold},
    Command{
        "timestamp", &run_timestamp, "verify SIZE.tsr --ca FILE --key VKEY",
        "check a time stamp of a checkpoint (RFC 3161)",
        "Checks that the checkpoint beside the token (SIZE.checkpoint) is the log's, and that an\n"
        "authority under the given root certificate saw it at the time in the token.\n"
        "  overlordctl timestamp verify log/timestamps/8120.tsr --ca tsa-root.pem --key log.vkey",
        kTimestamp},
    Command{
        "witness", &run_witness,
        "--state DIR --key FILE --log VKEY|FILE... [--listen HOST:PORT] [--create --name NAME]",
        "cosign the checkpoints of logs",
        "Runs a witness (c2sp.org/tlog-witness) until it is stopped: it cosigns a checkpoint only\n"
        "if it extends what was cosigned before, so that nobody can be shown another history. The\n"
        "ready line on standard error has the verifier key that belongs into policy files.\n"
        "  overlordctl witness --create --name w1.example.org --state w1 --key w1.key \\\n"
        "      --log log.vkey --listen 127.0.0.1:7490",
        kWitness},
    Command{
        "monitor", &run_monitor, "URL --key VKEY --state DIR [--name NAME] [--listen HOST:PORT]",
        "follow a log, check every slot, cosign it",
        "Reads a published log as it grows and checks what no single proof shows: that it only\n"
        "grows, that every slot of every stream is there once and in order, that their sums chain\n"
        "and their range proofs hold, and that slots and documents keep coming. What passes it\n"
        "cosigns with a key of its own; `verify --monitor` takes that for the reading of the\n"
        "whole log. Alarms are one line each on standard error. DIR/log is a copy of the log.\n"
        "  overlordctl monitor https://log.example/log --key log.vkey --state m1 --name m1.example",
        kMonitor},
    Command{
        "completeness", &run_completeness, "[--from TIME] [--to TIME] STATE_DIR",
        "is everything there, and what is missing",
        "Reads the journal of a state directory, best a copy, and reports for each source its\n"
        "numbers, gaps (recorded or not), restarts and counts; heartbeats that differ from the\n"
        "records; when the daemon ran and how it ended; holes in records and blocks. Exit code 0:\n"
        "every number is there or its gap has a record; 1: not. The report ends with what it can\n"
        "show and what not.\n"
        "  overlordctl completeness --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z copy/",
        kCompleteness},
    Command{
        "sample", &run_sample, "STATE_DIR [--count N] -o DIR",
        "draw records for an audit, with proofs and totals",
        "Draws N records by the root of the newest witnessed checkpoint (of the published one\n"
        "where there is none, which is weaker) and writes their proofs and a manifest with\n"
        "control totals into DIR. Nobody chooses: whoever has the root draws the same.\n"
        "`overlordctl verify DIR --key LOG_KEY` checks drawing, proofs and totals anywhere.\n"
        "With --slots N it draws slots of the streams that zero-knowledge proofs rest on, and\n"
        "opens them: their values, the records behind them and the events of their time.",
        kSample},
    Command{
        "keys", &run_keys, "show [KEY...] | new NAME ... | rotate | add | retire [VKEY] | adopt",
        "show, make and change keys",
        "`show` prints the public keys of the daemon's state with what became of them, or those\n"
        "of the given files: this is what verifiers need. `new` makes one: -o FILE (with --sealed\n"
        "--passphrase FILE, sealed), --pkcs11 LABEL, or --state DIR for a log that has not begun.\n"
        "`rotate` gives the running daemon a new key; both sign until --overlap is over, or\n"
        "`retire`. `add` lets a second one sign beside the others for good. `adopt`, with the\n"
        "daemon stopped, says that this state is the newest and the only one that will go on.\n"
        "  overlordctl keys rotate --overlap 30d",
        kKeys},
    Command{"log", &run_log, "close --successor-origin NAME --successor-key VKEY",
            "end a log in favour of another one",
            "The running daemon makes a last entry that names the log which continues this one,\n"
            "signs it, prints the final checkpoint, and takes nothing in any more. The successor\n"
            "is begun with [succession] predecessor, its key before: overlordctl keys new --state.",
            kLog},
    Command{"rules", &run_rules, "WORD ...", "write, check, test, explain and publish rules",
            "  new NAME                 a pack with one control, and its tests, that pass at once\n"
            "  check DIR                the gate that a daemon applies: findings with their place\n"
            "  test DIR                 run the tests beside the packs, and say what no test ran;\n"
            "                           exit code 2: the packs or a test file are broken\n"
            "  lint DIR                 what could be better; exit code 1: something was found\n"
            "  help CODE                what a finding of check or lint means, with an example\n"
            "  explain GOAL             why it holds, or which condition comes nearest to it;\n"
            "                           CONTROL SYSTEM likewise, and without a daemon\n"
            "                           DIR CONTROL --system S --events FILE [--at TIME]\n"
            "  diff DIR|DIGEST DIR      what changed, and what that means for windows and proofs;\n"
            "                           exit code 1: there is a difference\n"
            "  catalogue DIR            the controls: basis, limit, proof; with --json all else\n"
            "  doc DIR -o OUTDIR        the catalogue as HTML and Markdown, clauses covered\n"
            "  lsp                      a language server on standard input and output\n"
            "A DIGEST names rules that the daemon has archived. docs/rules/tools.md has examples.",
            kRules},
    Command{"version", &run_version, "", "print the version", "Prints the version.", kPlain},
    Command{"help", &run_help, "[COMMAND]", "explain a command", "Explains a command.", kPlain},
};

// Anywhere before `--`, so that it can be put behind whatever has been written.
bool asks_help(const std::vector<std::string>& arguments) {
    for (const std::string& one : arguments) {
        if (one == "--") return false;
        if (one == "--help" || one == "-h") return true;
    }
    return false;
}

int run(std::vector<std::string> arguments) {
    if (arguments.empty()) {
        const Options none;
        std::cerr << "overlordctl: say a command\n";
        run_help(none);
        return kUsage;
    }
    std::string name = arguments.front();
    arguments.erase(arguments.begin());
    if (name == "--help" || name == "-h") name = "help";
    if (name == "--version") name = "version";
    if (asks_help(arguments)) {
        std::erase_if(arguments, [](const std::string& one) { return one.starts_with('-'); });
        arguments.resize(std::min<std::size_t>(arguments.size(), 1));  // the word of `rules`
        arguments.insert(arguments.begin(), name);
        name = "help";
    }
    const Command* command = find_command(name);
    if (command == nullptr) {
        std::vector<std::string_view> names;
        for (const Command& known : kCommands) names.push_back(known.name);
        const std::string near = nearest_word(name, names);
        std::cerr << "overlordctl: there is no command " << name
                  << (near.empty() ? "" : " (did you mean " + near + "?)")
                  << "; overlordctl help lists them\n";
        return kUsage;
    }
    const Result<Options> options = Options::parse(command->options, arguments);
    if (!options) {
        const auto asks_json = [](const std::string& one) { return one == "--json"; };
        tell(options.error(), std::any_of(arguments.begin(), arguments.end(), asks_json));
        std::cerr << "usage: overlordctl " << name << " " << command->synopsis << "\n";
        return kUsage;
    }
    return command->run(*options);
}

}  // namespace

std::span<const Command> commands() {
    return kCommands;
}

}  // namespace overlord::ctl

int main(int count, char** values) {
    if (!overlord::crypto::initialize()) return overlord::ctl::kUnavailable;
    return overlord::ctl::run({values + 1, values + count});
}
