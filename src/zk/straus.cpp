#include "multiply.hpp"

namespace overlord::zk {
namespace {

constexpr int kWidth = 5;

struct OddMultiples {
    std::array<ProjectiveNiels, 8> entries;  // 1, 3, ..., 15 times the point

    explicit OddMultiples(const Point& point) {
        const ProjectiveNiels two = prepare(twice(point));
        Point multiple = point;
        entries[0] = prepare(multiple);
        for (std::size_t i = 1; i < entries.size(); ++i) {
            multiple = add(multiple, two);
            entries[i] = prepare(multiple);
        }
    }
};

}  // namespace

Point straus(std::span<const Scalar> scalars, std::span<const Point> points) {
    std::vector<OddMultiples> tables;
    std::vector<Naf> nafs;
    tables.reserve(points.size());
    nafs.reserve(points.size());
    for (const Point& point : points) tables.emplace_back(point);
    for (const Scalar& scalar : scalars) nafs.push_back(to_naf(scalar, kWidth));

    Point total;
    for (std::size_t bit = 254; bit-- > 0;) {
        total = twice(total);
        for (std::size_t i = 0; i < points.size(); ++i) {
            const int digit = nafs[i][bit];
            if (digit > 0) {
                total = add(total, tables[i].entries[static_cast<std::size_t>(digit) / 2]);
            } else if (digit < 0) {
                total = subtract(total, tables[i].entries[static_cast<std::size_t>(-digit) / 2]);
            }
        }
    }
    return total;
}

std::size_t straus_cost(std::size_t points) {
    return 256 + 50 * points;  // 8 for the table and 253 / 6 digits that are not zero
}

}  // namespace overlord::zk
