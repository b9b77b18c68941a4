#include "overlord/tlog/checkpoint.hpp"

#include <algorithm>

#include "decimal.hpp"

namespace overlord::tlog {
namespace {

Error malformed(const char* reason) {
    return Error{"checkpoint.malformed", std::string("checkpoint: ") + reason};
}

// The next line without its LF; the caller has checked that the text ends with one.
std::string_view take_line(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return line;
}

}  // namespace

std::string format_checkpoint(const Checkpoint& checkpoint) {
    OVERLORD_ASSERT(!checkpoint.origin.empty());
    OVERLORD_ASSERT(checkpoint.origin.find('\n') == std::string::npos);
    OVERLORD_ASSERT(checkpoint.extensions.empty());
    return checkpoint.origin + "\n" + std::to_string(checkpoint.head.size.value) + "\n" +
           to_base64(checkpoint.head.root) + "\n";
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
    if (!text.ends_with('\n')) return malformed("does not end with a line feed");
    if (std::count(text.begin(), text.end(), '\n') < 3) return malformed("fewer than three lines");
    Checkpoint checkpoint;
    checkpoint.origin = take_line(text);
    if (checkpoint.origin.empty()) return malformed("no origin");
    const std::optional<std::uint64_t> size = parse_decimal(take_line(text));
    if (!size || *size > INT64_MAX) return malformed("bad size");
    checkpoint.head.size = {*size};
    const Result<Hash> root = hash_from_base64(take_line(text));
    if (!root) return malformed("bad root");
    checkpoint.head.root = *root;
    while (!text.empty()) {
        checkpoint.extensions.emplace_back(take_line(text));
        if (checkpoint.extensions.back().empty()) return malformed("an empty extension line");
    }
    return checkpoint;
}

Result<std::string> sign_checkpoint(const Checkpoint& checkpoint,
                                    std::span<NoteSigner* const> signers) {
    for (NoteSigner* const signer : signers) {
        OVERLORD_ASSERT(checkpoint.origin == signer->verifier().name);
    }
    return sign_note(format_checkpoint(checkpoint), signers);
}

Result<std::string> sign_checkpoint(const Checkpoint& checkpoint, NoteSigner& signer) {
    NoteSigner* const one = &signer;
    return sign_checkpoint(checkpoint, {&one, 1});
}

Result<SignedCheckpoint> open_checkpoint(std::string_view raw, VerifierKeys logs,
                                         VerifierKeys witnesses) {
    std::vector<VerifierKey> known(logs.begin(), logs.end());
    known.insert(known.end(), witnesses.begin(), witnesses.end());
    Result<OpenedNote> opened = open_note(raw, known);
    if (!opened) return opened.error();
    std::vector<std::string> signed_by;
    for (const VerifiedSignature& signature : opened->verified) {
        if (std::find(logs.begin(), logs.end(), signature.key) != logs.end()) {
            signed_by.push_back(signature.key.name);
        }
    }
    if (signed_by.empty()) {
        const std::string who = logs.size() == 1 ? " " + logs.front().name : "s that are known";
        return Error{"note.unsigned", "checkpoint: not signed by the log's key" + who};
    }
    Result<Checkpoint> checkpoint = parse_checkpoint(opened->note.text);
    if (!checkpoint) return checkpoint.error();
    const bool own = std::find(signed_by.begin(), signed_by.end(), checkpoint->origin) !=
                     signed_by.end();
    if (!own) {
        return Error{"checkpoint.origin",
                     "checkpoint: its origin is not the key name " + signed_by.front()};
    }
    return SignedCheckpoint{*std::move(checkpoint), *std::move(opened)};
}

}  // namespace overlord::tlog
