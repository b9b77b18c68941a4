// Range proofs, points and scalars from bytes of anybody: nothing crashes, what decodes encodes to
// the same bytes, and no proof is accepted by accident.
#include <cstdint>
#include <cstdlib>

#include "overlord/zk/pedersen.hpp"
#include "overlord/zk/range_proof.hpp"

using namespace overlord;
using namespace overlord::zk;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

// One byte of shape, one of how many commitments, these, and the proof.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ByteView rest(data, size);
    if (rest.size() < 2) return 0;
    const unsigned bits = rest[0];
    const std::size_t count = rest[1] % 20;
    rest = rest.subspan(2);
    std::vector<Point> commitments;
    for (std::size_t i = 0; i < count && rest.size() >= 32; ++i, rest = rest.subspan(32)) {
        const ByteView bytes = rest.first(32);
        if (const std::optional<Scalar> scalar = Scalar::decode(bytes)) {
            require(to_hex(scalar->encode()) == to_hex(bytes));
        }
        if (const std::optional<Point> point = decode(bytes)) {
            require(to_hex(encode(*point)) == to_hex(bytes));
            commitments.push_back(*point);
        }
    }
    const RangeStatement statement{as_bytes("fuzz"), bits, commitments};
    const Status alone = verify_range(statement, rest);
    RangeBatch batch;
    batch.add(statement, rest);
    const Status together = batch.verify();
    require(alone.has_value() == together.has_value());
    // The corpus has proofs that hold, under another label: under this one none does.
    require(!alone);
    return 0;
}
