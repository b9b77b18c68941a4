#include "generators.hpp"

#include "keccak.hpp"
#include "overlord/zk/pedersen.hpp"
#include "secret_tables.hpp"

namespace overlord::zk {
namespace {

// Points `first`, `first` + 1, ... of a chain, kBlockLength of them.
std::vector<Point> chain_points(Chain chain, std::size_t party, std::size_t first) {
    Bytes seed;
    put_bytes(seed, as_bytes("GeneratorsChain"));
    seed.push_back(static_cast<std::uint8_t>(chain));
    put_u32_le(seed, static_cast<std::uint32_t>(party));
    Shake256 stream(seed);
    std::vector<Point> points;
    for (std::size_t i = 0; i < first + kBlockLength; ++i) {
        std::array<std::uint8_t, 64> bytes;
        stream.read(bytes);
        if (i >= first) points.push_back(Point::from_uniform(bytes));
    }
    return points;
}

// Immutable once made: what all proofs of the process share.
struct BlockCache {
    static constexpr std::size_t kBlocks = 2 * kPartiesMax * (kChainLength / kBlockLength);
    std::array<std::once_flag, kBlocks> once;
    std::array<std::unique_ptr<const GeneratorBlock>, kBlocks> blocks;
};

BlockCache& block_cache() {
    static BlockCache cache;
    return cache;
}

const GeneratorBlock& bases() {
    static const GeneratorBlock block({Point::base(), blinding_base()});
    return block;
}

}  // namespace

FixedTable::FixedTable(std::span<const Point> points, int width) : width_(width) {
    std::vector<Point> powers;
    powers.reserve(points.size() * radix_digits(width));
    for (Point power : points) {
        for (std::size_t i = 0; i < radix_digits(width); ++i) {
            powers.push_back(power);
            for (int bit = 0; bit < width; ++bit) power = twice(power);
        }
    }
    entries_ = prepare_affine(powers);
}

void FixedTable::add_to(BucketPass& pass, std::size_t first, std::size_t index,
                        const Scalar& scalar) const {
    constexpr std::size_t kDigitsMax = radix_digits(kNarrowWidth);
    std::array<std::int16_t, kDigitsMax> digits;
    to_radix(scalar, width_, digits.data());
    const std::size_t count = radix_digits(width_);
    const AffineNiels* row = &entries_[index * count];
    for (std::size_t i = 0; i < count; ++i) pass.add(first, digits[i], row[i]);
}

int fixed_width(std::size_t terms) {
    const auto cost = [terms](int width) {
        return terms * radix_digits(width) + (std::size_t{1} << width);
    };
    return cost(kNarrowWidth) <= cost(kWideWidth) ? kNarrowWidth : kWideWidth;
}

const FixedTable& GeneratorBlock::table(int width) const {
    OVERLORD_ASSERT(width == kNarrowWidth || width == kWideWidth);
    std::once_flag& once = width == kNarrowWidth ? narrow_once_ : wide_once_;
    std::unique_ptr<const FixedTable>& table = width == kNarrowWidth ? narrow_ : wide_;
    std::call_once(once, [&] { table = std::make_unique<const FixedTable>(points_, width); });
    return *table;
}

const AffineNiels* GeneratorBlock::multiples(std::size_t index) const {
    std::call_once(multiples_once_, [&] { multiples_ = multiples_of(points_); });
    return &multiples_[index * kSecretEntries];
}

Generator generator(Chain chain, std::size_t party, std::size_t index) {
    OVERLORD_ASSERT(party < kPartiesMax && index < kChainLength);
    const std::size_t in_chain = index / kBlockLength;
    const std::size_t number = (party * 2 + (chain == Chain::kH ? 1 : 0)) * 2 + in_chain;
    BlockCache& cache = block_cache();
    std::call_once(cache.once[number], [&] {
        cache.blocks[number] = std::make_unique<const GeneratorBlock>(
            chain_points(chain, party, in_chain * kBlockLength));
    });
    return {*cache.blocks[number], index % kBlockLength};
}

Generator value_generator() {
    return {bases(), 0};
}

Generator blinding_generator() {
    return {bases(), 1};
}

}  // namespace overlord::zk
