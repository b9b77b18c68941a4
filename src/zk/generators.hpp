// The vector generators of range proofs: for each party (value) j of an aggregated proof two chains
// of points, G and H, that come from SHAKE256("GeneratorsChain" || 'G' or 'H' || j as u32, little-
// endian), 64 bytes by the one-way map for each point. So the generators of fewer bits or fewer
// parties are a prefix of those of more.
//
// Making one takes as long as ten additions and a table of its multiples forty, so both are made
// when first asked for and kept as long as the process lives. Any thread.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "buckets.hpp"
#include "digits.hpp"
#include "overlord/zk/point.hpp"

namespace overlord::zk {

inline constexpr std::size_t kPartiesMax = 64;
inline constexpr std::size_t kChainLength = 64;   // bits of a value, at most
inline constexpr std::size_t kBlockLength = 32;   // of a chain, made at a time

// 2^(width k) * P for each point, k = 0, 1, ...: sums of multiples without doublings.
class FixedTable {
public:
    FixedTable(std::span<const Point> points, int width);
    // Adds scalar * points[index] to the 2^(width-1) buckets from `first` on. Not constant time.
    void add_to(BucketPass& pass, std::size_t first, std::size_t index,
                const Scalar& scalar) const;
    [[nodiscard]] int width() const { return width_; }

private:
    int width_;
    std::vector<AffineNiels> entries_;  // radix_digits(width) for each point
};

// Narrow windows have few buckets, wide ones few additions per point.
inline constexpr int kNarrowWidth = 8;
inline constexpr int kWideWidth = 11;
[[nodiscard]] int fixed_width(std::size_t terms);  // the cheaper one

// Points and, made on first use, tables of them.
class GeneratorBlock {
public:
    explicit GeneratorBlock(std::vector<Point> points) : points_(std::move(points)) {}
    [[nodiscard]] std::span<const Point> points() const { return points_; }
    [[nodiscard]] const FixedTable& table(int width) const;  // one of the two
    // 1 P to 8 P of each point: for secret scalars.
    [[nodiscard]] const AffineNiels* multiples(std::size_t index) const;

private:
    std::vector<Point> points_;
    mutable std::once_flag narrow_once_, wide_once_, multiples_once_;
    mutable std::unique_ptr<const FixedTable> narrow_, wide_;
    mutable std::vector<AffineNiels> multiples_;
};

enum class Chain : std::uint8_t { kG = 'G', kH = 'H' };

// Where a generator is: its block, and its index there.
struct Generator {
    const GeneratorBlock& block;
    std::size_t index;

    [[nodiscard]] const Point& point() const { return block.points()[index]; }
};
[[nodiscard]] Generator generator(Chain chain, std::size_t party, std::size_t index);
[[nodiscard]] Generator value_generator();     // B
[[nodiscard]] Generator blinding_generator();  // B~

// A sum of multiples of generators, for about `terms` of them. Not constant time.
class FixedSum {
public:
    explicit FixedSum(std::size_t terms)
        : width_(fixed_width(terms)),
          pass_(std::size_t{1} << (width_ - 1), terms * radix_digits(width_)) {}
    void add(const Scalar& scalar, const Generator& generator) {
        generator.block.table(width_).add_to(pass_, 0, generator.index, scalar);
    }
    [[nodiscard]] Point total() const {
        const std::vector<Point> buckets = pass_.sums();
        return weighted_sums(buckets, buckets.size())[0];
    }

private:
    int width_;
    BucketPass pass_;
};

}  // namespace overlord::zk
