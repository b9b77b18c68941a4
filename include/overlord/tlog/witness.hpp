// The witness protocol (c2sp.org/tlog-witness), both sides as functions of values: no network, no
// files, any thread. The servers and clients that use them are in module witness.
//
//   POST PREFIX/add-checkpoint            old SIZE
//                                         BASE64 hash        0 to 63 lines, consistency old -> new
//
//                                         CHECKPOINT         a signed note
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/base/result.hpp"
#include "overlord/tlog/checkpoint.hpp"
#include "overlord/tlog/merkle.hpp"
#include "overlord/tlog/note.hpp"

namespace overlord::tlog {

// Room for the checkpoint with a hundred signatures of the size of post-quantum ones.
inline constexpr std::size_t kAddCheckpointBytesMax = 512u << 10;
inline constexpr std::size_t kCosignaturesBytesMax = 64u << 10;  // of an answer
inline constexpr std::string_view kSizeContentType = "text/x.tlog.size";

struct AddCheckpoint {
    TreeSize old;
    Proof consistency;
    std::string note;  // the signed checkpoint

    [[nodiscard]] std::string to_text() const;
    [[nodiscard]] static Result<AddCheckpoint> parse(std::string_view body);  // witness.malformed
};

// What a witness answers. Only with 200 is there something to store, durably and before the
// cosignature is given out.
struct WitnessVerdict {
    unsigned status = 400;      // of HTTP
    std::string reason;         // for people; empty with 200 and 409
    TreeSize known;             // 409: what the witness has, the answer's body
    Checkpoint checkpoint;      // 200: what to store and
    std::string text;           //      to cosign
};

// `stored` is what this witness cosigned last for the checkpoint's origin, size 0 if nothing yet.
// A log is known by its origin, which is the name of its keys: 404 where no key of `trusted` has
// that name, 403 where none of those signed or one of them wrongly, 400 for old > size, 409 for
// old != stored, 422 for another root at the same size or a proof that does not hold.
[[nodiscard]] WitnessVerdict judge(const AddCheckpoint& request, const TreeHead& stored,
                                   std::span<const VerifierKey> trusted);

// The body of a 409. Code witness.malformed.
[[nodiscard]] Result<TreeSize> parse_size(std::string_view body);

// The first line of a 200's body that is `witness`'s and verifies over the text of the checkpoint.
// Codes: witness.malformed, witness.silent (no line by this key), note.bad_signature.
struct Cosignature {
    NoteSignature line;
    VerifiedSignature verified;
};
[[nodiscard]] Result<Cosignature> find_cosignature(std::string_view body, std::string_view text,
                                                   const VerifierKey& witness);

// The note with the lines added that it has not; those of a key that signed before are replaced.
[[nodiscard]] Result<std::string> with_cosignatures(std::string_view note,
                                                    std::span<const NoteSignature> lines);

}  // namespace overlord::tlog
