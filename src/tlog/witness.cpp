#include "overlord/tlog/witness.hpp"

#include <algorithm>
#include <optional>

#include "decimal.hpp"

namespace overlord::tlog {
namespace {

constexpr std::string_view kOld = "old ";

Error malformed(const char* reason) {
    return Error{"witness.malformed", std::string("add-checkpoint: ") + reason};
}

std::optional<std::string_view> take_line(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return line;
}

WitnessVerdict refused(unsigned status, std::string reason) {
    WitnessVerdict verdict;
    verdict.status = status;
    verdict.reason = std::move(reason);
    return verdict;
}

Status extends(const TreeHead& stored, const TreeHead& head, const Proof& consistency) {
    if (head.size == stored.size) {
        const Hash root = head.size.value == 0 ? root_of({}) : stored.root;
        if (head.root != root) return Error{"", "another root at the same size"};
        if (!consistency.empty()) return Error{"", "a proof between equal sizes"};
        return {};
    }
    if (stored.size.value > 0) return verify_consistency(stored, head, consistency);
    if (!consistency.empty()) return Error{"", "a proof from size 0"};
    return {};
}

}  // namespace

std::string AddCheckpoint::to_text() const {
    OVERLORD_ASSERT(consistency.size() <= kProofHashesMax);
    std::string text = std::string(kOld) + std::to_string(old.value) + "\n";
    for (const Hash& hash : consistency) text += to_base64(hash) + "\n";
    return text + "\n" + note;
}

Result<AddCheckpoint> AddCheckpoint::parse(std::string_view body) {
    if (body.size() > kAddCheckpointBytesMax) return malformed("too large");
    AddCheckpoint request;
    std::optional<std::string_view> line = take_line(body);
    if (!line || !line->starts_with(kOld)) return malformed("does not begin with the old size");
    const std::optional<std::uint64_t> old = parse_decimal(line->substr(kOld.size()));
    if (!old || *old > INT64_MAX) return malformed("bad old size");
    request.old = {*old};
    while (true) {
        line = take_line(body);
        if (!line) return malformed("no empty line before the checkpoint");
        if (line->empty()) break;
        const Result<Hash> hash = hash_from_base64(*line);
        if (!hash) return malformed("a hash is not 32 bytes in base64");
        if (request.consistency.size() == kProofHashesMax) return malformed("more than 63 hashes");
        request.consistency.push_back(*hash);
    }
    if (body.empty()) return malformed("no checkpoint");
    request.note = body;
    return request;
}

WitnessVerdict judge(const AddCheckpoint& request, const TreeHead& stored,
                     std::span<const VerifierKey> trusted) {
    const Result<Note> note = Note::parse(request.note);
    if (!note) return refused(400, note.error().message);
    Result<Checkpoint> checkpoint = parse_checkpoint(note->text);
    if (!checkpoint) return refused(400, checkpoint.error().message);

    std::vector<VerifierKey> keys;
    for (const VerifierKey& key : trusted) {
        const bool signs_logs = key.type != SignatureType::kCosignature;
        if (signs_logs && key.name == checkpoint->origin) keys.push_back(key);
    }
    if (keys.empty()) return refused(404, "the log " + checkpoint->origin + " is not known here");
    const Result<OpenedNote> opened = open_note(request.note, keys);
    if (!opened) return refused(403, opened.error().message);

    if (request.old > checkpoint->head.size) return refused(400, "the old size is the larger one");
    if (request.old != stored.size) {
        WitnessVerdict conflict = refused(409, "");
        conflict.known = stored.size;
        return conflict;
    }
    const Status extended = extends(stored, checkpoint->head, request.consistency);
    if (!extended) return refused(422, extended.error().message);
    WitnessVerdict verdict;
    verdict.status = 200;
    verdict.checkpoint = *std::move(checkpoint);
    verdict.text = note->text;
    return verdict;
}

Result<TreeSize> parse_size(std::string_view body) {
    if (body.ends_with('\n')) body.remove_suffix(1);
    const std::optional<std::uint64_t> size = parse_decimal(body);
    if (!size || *size > INT64_MAX) return Error{"witness.malformed", "the 409 has no size"};
    return TreeSize{*size};
}

Result<Cosignature> find_cosignature(std::string_view body, std::string_view text,
                                     const VerifierKey& witness) {
    if (body.size() > kCosignaturesBytesMax) return malformed("the answer is too large");
    const Result<Note> answer = Note::parse(std::string(text) + "\n" + std::string(body));
    if (!answer || answer->text != text) {
        return Error{"witness.malformed", "the answer is not a list of signature lines"};
    }
    for (const NoteSignature& line : answer->signatures) {
        if (line.name != witness.name || line.key_id != witness.id()) continue;
        Result<OpenedNote> opened =
            open_note(Note{std::string(text), {line}}.to_text(), std::span(&witness, 1));
        if (!opened) return opened.error();
        return Cosignature{line, opened->verified.front()};
    }
    return Error{"witness.silent", "the answer has no cosignature by " + witness.name};
}

Result<std::string> with_cosignatures(std::string_view note,
                                      std::span<const NoteSignature> lines) {
    Result<Note> parsed = Note::parse(note);
    if (!parsed) return parsed.error();
    for (const NoteSignature& line : lines) {
        const auto before = std::find_if(
            parsed->signatures.begin(), parsed->signatures.end(), [&](const NoteSignature& other) {
                return other.name == line.name && other.key_id == line.key_id;
            });
        if (before != parsed->signatures.end()) {
            *before = line;
        } else {
            parsed->signatures.push_back(line);
        }
    }
    return parsed->to_text();
}

}  // namespace overlord::tlog
