// The state digest of a snapshot's bytes (docs/formats/state.md), by whoever has them: it needs no
// engine and no rules.
#include "codec.hpp"
#include "overlord/evaluate/messages.hpp"
#include "state_hash.hpp"

namespace overlord::evaluate {
namespace {

Hash digest_of_text(Reader& in) {
    const std::string text = in.text();
    return crypto::sha256(as_bytes(text));
}

}  // namespace

Result<Hash> snapshot_digest(ByteView bytes) {
    Reader in(bytes);
    in.text();  // the shape is no part of the state
    crypto::Sha256 hash = begin_state_hash();
    hash.update(digest_of_text(in));
    for (int part = 0; part < 2; ++part) {  // the events of each kind, then the systems
        for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
            hash.update(digest_of_text(in));
        }
    }
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        in.u();
        in.i();
        in.text();
    }
    if (!in.at_end()) return Error{"state.syntax", "snapshot: its parts do not fit"};
    return hash.digest();
}

}  // namespace overlord::evaluate
