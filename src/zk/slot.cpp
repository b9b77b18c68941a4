#include "overlord/zk/slot.hpp"

#include <sodium.h>

#include <algorithm>
#include <tuple>

#include "encoding.hpp"
#include "overlord/base/assert.hpp"
#include "overlord/crypto/keys.hpp"
#include "overlord/crypto/sha256.hpp"

namespace overlord::zk {
namespace {

// Keys pass through here: the buffer is wiped.
Hash digest_and_wipe(Bytes& text) {
    const Hash digest = crypto::sha256(text);
    crypto::wipe(text);
    return digest;
}

void put_name(Bytes& out, const StreamName& name) {
    put_prefixed(out, name.system);
    put_prefixed(out, name.entry);
    put_u64_be(out, static_cast<std::uint64_t>(name.slot_ns));
}

// Room for the whole text at once: a buffer that grew would leave copies of a key behind.
Bytes reserved(std::size_t variable) {
    Bytes text;
    text.reserve(variable + 192);
    return text;
}

}  // namespace

Hash stream_id(const Hash& salt, const StreamName& name) {
    Bytes text = reserved(name.system.size() + name.entry.size());
    put_tag(text, "zk-overlords/stream/v1");
    put_bytes(text, salt);
    put_name(text, name);
    return crypto::sha256(text);
}

void blinding_key(ByteView day_secret, std::span<std::uint8_t, 32> out) {
    OVERLORD_ASSERT(day_secret.size() == 32);
    Bytes text = reserved(0);
    put_tag(text, "zk-overlords/blinding-key/v1");
    put_bytes(text, day_secret);
    Hash key = digest_and_wipe(text);
    std::copy(key.begin(), key.end(), out.begin());
    crypto::wipe(key);
}

WideBlinding wide_blinding(ByteView key, const BlindingInput& input) {
    OVERLORD_ASSERT(key.size() == 32);
    Bytes text = reserved(0);
    put_tag(text, "zk-overlords/blinding/v1");
    put_bytes(text, input.stream);
    put_u64_be(text, input.slot);
    text.push_back(static_cast<std::uint8_t>(input.part));
    put_u64_be(text, input.value);
    WideBlinding wide;
    static_assert(std::tuple_size_v<WideBlinding> == crypto_generichash_BYTES_MAX);
    OVERLORD_ASSERT(crypto_generichash(wide.data(), wide.size(), text.data(), text.size(),
                                       key.data(), key.size()) == 0);
    crypto::wipe(text);
    return wide;
}

Hash switch_hash(const Hash& salt, const SlotValues& values, const SlotBlindings& blindings) {
    OVERLORD_ASSERT(blindings.bad.size() == 32 && blindings.total.size() == 32);
    Bytes text = reserved(0);
    put_tag(text, "zk-overlords/switch/v1");
    put_bytes(text, salt);
    put_u64_le(text, values.bad);
    put_u64_le(text, values.total);
    put_bytes(text, blindings.bad);
    put_bytes(text, blindings.total);
    return digest_and_wipe(text);
}

}  // namespace overlord::zk
