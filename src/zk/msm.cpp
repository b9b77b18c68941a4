#include "overlord/zk/msm.hpp"

#include "multiply.hpp"

namespace overlord::zk {

Point multiply_vartime(std::span<const Scalar> scalars, std::span<const Point> points) {
    OVERLORD_ASSERT(scalars.size() == points.size());
    const int width = pippenger_width(points.size());
    if (straus_cost(points.size()) <= pippenger_cost(points.size(), width)) {
        return straus(scalars, points);
    }
    return pippenger(scalars, points, width);
}

Point sum(std::span<const Point> points) {
    Point total;
    for (const Point& point : points) total += point;
    return total;
}

}  // namespace overlord::zk
