// The text and binary readers of base and tlog on arbitrary bytes. Beyond "no crash": what is
// accepted has one text, so that writing it again gives the same bytes.
#include <cstdint>
#include <string_view>

#include "overlord/base/number.hpp"
#include "overlord/base/time.hpp"
#include "overlord/tlog/crc_text.hpp"
#include "overlord/tlog/policy.hpp"
#include "overlord/tlog/proof.hpp"
#include "overlord/tlog/roster.hpp"
#include "overlord/tlog/tiles.hpp"
#include "overlord/tlog/witness.hpp"

namespace {

using namespace overlord;
using namespace overlord::tlog;

void read_base(std::string_view text) {
    const Result<Bytes> base64 = from_base64(text);
    if (base64) OVERLORD_ASSERT(to_base64(*base64) == text);
    const Result<Number> ratio = Number::parse_ratio(text);
    if (ratio) OVERLORD_ASSERT(ratio->to_text() == text);
    const Result<Number> number = Number::parse_json(text);
    if (number) {
        OVERLORD_ASSERT(*Number::parse_ratio(number->to_text()) == *number);
        OVERLORD_ASSERT(!number->to_decimal().empty());
    }
    const Result<TimeNs> time = parse_rfc3339(text);
    if (time) OVERLORD_ASSERT(*parse_rfc3339(format_rfc3339(*time)) == *time);
}

void read_notes(std::string_view text) {
    const Result<Note> note = Note::parse(text);
    if (note) OVERLORD_ASSERT(note->to_text() == text);
    const Result<VerifierKey> key = VerifierKey::parse(text);
    if (key) OVERLORD_ASSERT(*VerifierKey::parse(key->to_text()) == *key);
    Result<Checkpoint> checkpoint = parse_checkpoint(text);
    if (checkpoint && checkpoint->extensions.empty()) {
        OVERLORD_ASSERT(format_checkpoint(*checkpoint) == text);
    }
    const Result<TlogProof> proof = TlogProof::parse(text);
    if (proof) OVERLORD_ASSERT(proof->to_text() == text);
}

void read_witness_files(std::string_view text) {
    const Result<Policy> policy = Policy::parse(text);
    if (policy) {
        OVERLORD_ASSERT(*Policy::parse(policy->to_text()) == *policy);
        OVERLORD_ASSERT(policy->reached_by({}) == !policy->needs_witnesses());
        OVERLORD_ASSERT(!policy->quorum_text().empty());
    }
    const Result<AddCheckpoint> request = AddCheckpoint::parse(text);
    if (request) {
        OVERLORD_ASSERT(request->to_text() == text);
        // Nobody is trusted here, so nothing is ever cosigned.
        OVERLORD_ASSERT(judge(*request, {}, {}).status >= 400);
    }
    const Result<TreeSize> size = parse_size(text);
    if (size) OVERLORD_ASSERT(text.starts_with(std::to_string(size->value)));
    OVERLORD_ASSERT(!find_cosignature(text, "log\n1\nroot\n", {"w", SignatureType::kCosignature}));
}

// The checksum is made here: what it protects against is accidents, not this.
void read_roster_text(std::string_view text) {
    const Result<Roster> roster = parse_roster(with_crc_line(std::string(text)));
    if (roster) OVERLORD_ASSERT(*parse_roster(format_roster(*roster)) == *roster);
    OVERLORD_ASSERT(!parse_roster(text) || text.ends_with('\n'));
}

void read_bundle(ByteView bundle) {
    for (unsigned width = 1; width <= 4; ++width) {
        const Result<std::vector<Bytes>> entries = parse_entries(bundle, width);
        if (!entries) continue;
        Bytes again;
        for (const Bytes& entry : *entries) {
            put_u16_be(again, static_cast<std::uint16_t>(entry.size()));
            put_bytes(again, entry);
        }
        OVERLORD_ASSERT(again.size() == bundle.size());
        OVERLORD_ASSERT(as_text(again) == as_text(bundle));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes(data, size);
    read_base(as_text(bytes));
    read_notes(as_text(bytes));
    read_witness_files(as_text(bytes));
    read_roster_text(as_text(bytes));
    read_bundle(bytes);
    return 0;
}
