#include "keys.hpp"

#include "expression.hpp"
#include "limits.hpp"
#include "overlord/crypto/sha256.hpp"

namespace overlord::evaluate {

static_assert(kKeyBytesMax < 65, "a digest's spelling must be longer than a key");

std::string bounded_key(const event::TypedValue& value) {
    return bounded_key(key_text(value));
}

std::string bounded_key(std::string text) {
    if (text.size() <= kKeyBytesMax) return text;
    return "#" + to_hex(crypto::sha256(as_bytes(text)));
}

}  // namespace overlord::evaluate
