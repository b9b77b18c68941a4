// lanes.hpp on AVX-512 IFMA. Functions have the instructions as an attribute of their own instead
// of a flag of the file: an inline function of a header, compiled here with such a flag, could end
// up as the program's only copy and run on a processor that lacks them.
#include "lanes.hpp"

#if defined(__x86_64__)

#include <immintrin.h>

#define OVERLORD_IFMA __attribute__((target("avx512f,avx512ifma")))
#define OVERLORD_IFMA_INLINE OVERLORD_IFMA __attribute__((always_inline)) inline

namespace overlord::zk::lanes {
namespace {

static_assert(sizeof(Point) == 20 * 8 && sizeof(AffineNiels) == 15 * 8);

using Vector = __m512i;

// Five limbs of eight elements. The products take the lowest 52 bits of a limb and ignore the
// others, so everything that is multiplied has tight limbs.
struct Elements {
    Vector limbs[5];
};

struct Points {
    Elements x, y, z, t;
};

struct Niels {
    Elements y_plus_x, y_minus_x, xy2d;
};

OVERLORD_IFMA_INLINE Vector times_19(Vector a) {
    return _mm512_add_epi64(_mm512_add_epi64(_mm512_slli_epi64(a, 4), _mm512_slli_epi64(a, 1)), a);
}

// One pass of carries, all limbs at once: limbs below 2^62 to tight ones.
OVERLORD_IFMA_INLINE Elements reduce(const Elements& a) {
    const Vector mask = _mm512_set1_epi64(field::kLimbMask);
    Elements out;
    Vector carry = times_19(_mm512_srli_epi64(a.limbs[4], 51));
#pragma GCC unroll 5
    for (int i = 0; i < 5; ++i) {
        out.limbs[i] = _mm512_add_epi64(_mm512_and_si512(a.limbs[i], mask), carry);
        carry = _mm512_srli_epi64(a.limbs[i], 51);
    }
    return out;
}

OVERLORD_IFMA_INLINE Elements plain_add(const Elements& a, const Elements& b) {
    Elements out;
#pragma GCC unroll 5
    for (int i = 0; i < 5; ++i) out.limbs[i] = _mm512_add_epi64(a.limbs[i], b.limbs[i]);
    return out;
}

OVERLORD_IFMA_INLINE Elements add(const Elements& a, const Elements& b) {
    return reduce(plain_add(a, b));
}

// a + 4p - b.
OVERLORD_IFMA_INLINE Elements subtract(const Elements& a, const Elements& b) {
    Elements out;
#pragma GCC unroll 5
    for (int i = 0; i < 5; ++i) {
        const long long four_p = (1LL << 53) - (i == 0 ? 76 : 4);
        out.limbs[i] = _mm512_sub_epi64(
            _mm512_add_epi64(a.limbs[i], _mm512_set1_epi64(four_p)), b.limbs[i]);
    }
    return reduce(out);
}

// Columns of a product: `low` of weight 2^(51 k), `high` of weight 2^(51 k + 52), nine of each. A
// column is below 2^52 * 15, nineteen of it and another one below 2^61.
OVERLORD_IFMA_INLINE Elements fold(const Vector* low, const Vector* high) {
    Vector columns[10];
    columns[0] = low[0];
#pragma GCC unroll 8
    for (int k = 1; k < 9; ++k) {
        columns[k] = _mm512_add_epi64(low[k], _mm512_slli_epi64(high[k - 1], 1));
    }
    columns[9] = _mm512_slli_epi64(high[8], 1);
    Elements out;
#pragma GCC unroll 5
    for (int k = 0; k < 5; ++k) {
        out.limbs[k] = _mm512_add_epi64(columns[k], times_19(columns[k + 5]));
    }
    return reduce(out);
}

OVERLORD_IFMA_INLINE Elements multiply(const Elements& a, const Elements& b) {
    Vector low[9];
    Vector high[9];
#pragma GCC unroll 9
    for (int k = 0; k < 9; ++k) low[k] = high[k] = _mm512_setzero_si512();
#pragma GCC unroll 5
    for (int i = 0; i < 5; ++i) {
#pragma GCC unroll 5
        for (int j = 0; j < 5; ++j) {
            low[i + j] = _mm512_madd52lo_epu64(low[i + j], a.limbs[i], b.limbs[j]);
            high[i + j] = _mm512_madd52hi_epu64(high[i + j], a.limbs[i], b.limbs[j]);
        }
    }
    return fold(low, high);
}

OVERLORD_IFMA_INLINE Elements square(const Elements& a) {
    Vector low[9];
    Vector high[9];
#pragma GCC unroll 9
    for (int k = 0; k < 9; ++k) low[k] = high[k] = _mm512_setzero_si512();
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {  // what occurs twice
#pragma GCC unroll 5
        for (int j = i + 1; j < 5; ++j) {
            low[i + j] = _mm512_madd52lo_epu64(low[i + j], a.limbs[i], a.limbs[j]);
            high[i + j] = _mm512_madd52hi_epu64(high[i + j], a.limbs[i], a.limbs[j]);
        }
    }
#pragma GCC unroll 9
    for (int k = 0; k < 9; ++k) {
        low[k] = _mm512_slli_epi64(low[k], 1);
        high[k] = _mm512_slli_epi64(high[k], 1);
    }
#pragma GCC unroll 5
    for (int i = 0; i < 5; ++i) {
        low[2 * i] = _mm512_madd52lo_epu64(low[2 * i], a.limbs[i], a.limbs[i]);
        high[2 * i] = _mm512_madd52hi_epu64(high[2 * i], a.limbs[i], a.limbs[i]);
    }
    return fold(low, high);
}

OVERLORD_IFMA_INLINE Elements broadcast(const FieldElement& a) {
    Elements out;
#pragma GCC unroll 5
    for (int i = 0; i < 5; ++i) {
        out.limbs[i] = _mm512_set1_epi64(static_cast<long long>(a.limbs[static_cast<unsigned>(i)]));
    }
    return out;
}

// The formulas of curve.hpp; sums are reduced before they are multiplied.
OVERLORD_IFMA_INLINE Points complete(const Elements& e, const Elements& f, const Elements& g,
                                     const Elements& h) {
    return {multiply(e, f), multiply(g, h), multiply(f, g), multiply(e, h)};
}

OVERLORD_IFMA_INLINE Points add(const Points& p, const Niels& q) {
    const Elements a = multiply(subtract(p.y, p.x), q.y_minus_x);
    const Elements b = multiply(add(p.y, p.x), q.y_plus_x);
    const Elements c = multiply(p.t, q.xy2d);
    const Elements d = plain_add(p.z, p.z);
    return complete(subtract(b, a), subtract(d, c), add(d, c), add(b, a));
}

OVERLORD_IFMA_INLINE Points add(const Points& p, const Points& q) {
    const Elements a = multiply(subtract(p.y, p.x), subtract(q.y, q.x));
    const Elements b = multiply(add(p.y, p.x), add(q.y, q.x));
    const Elements c = multiply(multiply(p.t, q.t), broadcast(field::kTwoD));
    const Elements zz = multiply(p.z, q.z);
    const Elements d = plain_add(zz, zz);
    return complete(subtract(b, a), subtract(d, c), add(d, c), add(b, a));
}

// The negative of a prepared point in the lanes of `mask`.
OVERLORD_IFMA_INLINE Niels negate(const Niels& a, __mmask8 mask) {
    Niels out;
#pragma GCC unroll 5
    for (int i = 0; i < 5; ++i) {
        const Vector plus = a.y_plus_x.limbs[i];
        const Vector minus = a.y_minus_x.limbs[i];
        out.y_plus_x.limbs[i] = _mm512_mask_mov_epi64(plus, mask, minus);
        out.y_minus_x.limbs[i] = _mm512_mask_mov_epi64(minus, mask, plus);
        const Vector two_p = _mm512_set1_epi64((1LL << 52) - (i == 0 ? 38 : 2));
        out.xy2d.limbs[i] =
            _mm512_mask_sub_epi64(a.xy2d.limbs[i], mask, two_p, a.xy2d.limbs[i]);
    }
    return out;
}

OVERLORD_IFMA_INLINE Points identities() {
    return {broadcast(field::kZero), broadcast(field::kOne), broadcast(field::kOne),
            broadcast(field::kZero)};
}

// Eight rows of eight words to eight columns.
OVERLORD_IFMA_INLINE void transpose(const Vector* rows, Vector* columns) {
    Vector even[4];
    Vector odd[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
        even[i] = _mm512_unpacklo_epi64(rows[2 * i], rows[2 * i + 1]);
        odd[i] = _mm512_unpackhi_epi64(rows[2 * i], rows[2 * i + 1]);
    }
#pragma GCC unroll 2
    for (int i = 0; i < 2; ++i) {
        const Vector* pairs = i == 0 ? even : odd;
        const Vector a = _mm512_shuffle_i64x2(pairs[0], pairs[1], 0x88);  // words 0 and 4
        const Vector b = _mm512_shuffle_i64x2(pairs[2], pairs[3], 0x88);
        const Vector c = _mm512_shuffle_i64x2(pairs[0], pairs[1], 0xdd);  // words 2 and 6
        const Vector d = _mm512_shuffle_i64x2(pairs[2], pairs[3], 0xdd);
        columns[i] = _mm512_shuffle_i64x2(a, b, 0x88);
        columns[i + 4] = _mm512_shuffle_i64x2(a, b, 0xdd);
        columns[i + 2] = _mm512_shuffle_i64x2(c, d, 0x88);
        columns[i + 6] = _mm512_shuffle_i64x2(c, d, 0xdd);
    }
}

// Words `first` to `first` + 7 of each of eight structures.
OVERLORD_IFMA_INLINE void load_words(const std::uint64_t* const* from, std::size_t first,
                                     Vector* words) {
    Vector rows[8];
#pragma GCC unroll 8
    for (int lane = 0; lane < 8; ++lane) rows[lane] = _mm512_loadu_si512(from[lane] + first);
    transpose(rows, words + first);
}

OVERLORD_IFMA_INLINE Niels load_niels(const std::uint64_t* const* from) {
    Vector words[15];
    load_words(from, 0, words);
    load_words(from, 7, words);  // one word twice
    Niels out;
#pragma GCC unroll 5
    for (int i = 0; i < 5; ++i) {
        out.y_plus_x.limbs[i] = words[i];
        out.y_minus_x.limbs[i] = words[5 + i];
        out.xy2d.limbs[i] = words[10 + i];
    }
    return out;
}

OVERLORD_IFMA_INLINE Points load_points(const std::uint64_t* const* from) {
    Vector words[20];
    load_words(from, 0, words);
    load_words(from, 8, words);
    load_words(from, 12, words);
    Points out;
#pragma GCC unroll 5
    for (int i = 0; i < 5; ++i) {
        out.x.limbs[i] = words[i];
        out.y.limbs[i] = words[5 + i];
        out.z.limbs[i] = words[10 + i];
        out.t.limbs[i] = words[15 + i];
    }
    return out;
}

OVERLORD_IFMA_INLINE const std::uint64_t* words_of(const Point* point) {
    return point->x().limbs.data();
}

// Vectors in memory: 20 of eight words.
OVERLORD_IFMA_INLINE void store(const Points& points, std::uint64_t* to) {
    const Elements* coordinates[4] = {&points.x, &points.y, &points.z, &points.t};
#pragma GCC unroll 4
    for (int c = 0; c < 4; ++c) {
#pragma GCC unroll 5
        for (int i = 0; i < 5; ++i) {
            _mm512_store_si512(to + (c * 5 + i) * 8, coordinates[c]->limbs[i]);
        }
    }
}

OVERLORD_IFMA_INLINE Points load(const std::uint64_t* from) {
    Points out;
    Elements* coordinates[4] = {&out.x, &out.y, &out.z, &out.t};
#pragma GCC unroll 4
    for (int c = 0; c < 4; ++c) {
#pragma GCC unroll 5
        for (int i = 0; i < 5; ++i) {
            coordinates[c]->limbs[i] = _mm512_load_si512(from + (c * 5 + i) * 8);
        }
    }
    return out;
}

OVERLORD_IFMA void store_points(const Points& points, std::array<Point, kCount>& out) {
    alignas(64) std::uint64_t words[20 * 8];
    store(points, words);
    for (std::size_t lane = 0; lane < kCount; ++lane) {
        FieldElement c[4];
        for (std::size_t word = 0; word < 20; ++word) {
            c[word / 5].limbs[word % 5] = words[word * 8 + lane];
        }
        out[lane] = Point(c[0], c[1], c[2], c[3]);
    }
}

constexpr AffineNiels kNothing;  // the identity

// The multiples' entry of each lane's digit: all are read, and every word of them.
OVERLORD_IFMA_INLINE Niels pick(const AffineNiels* multiples, Vector digits) {
    const Vector magnitude = _mm512_abs_epi64(digits);
    Niels out{broadcast(field::kOne), broadcast(field::kOne), broadcast(field::kZero)};
    for (std::size_t entry = 0; entry < 8; ++entry) {
        const __mmask8 is_it = _mm512_cmpeq_epi64_mask(
            magnitude, _mm512_set1_epi64(static_cast<long long>(entry) + 1));
        const Niels candidate{broadcast(multiples[entry].y_plus_x),
                              broadcast(multiples[entry].y_minus_x),
                              broadcast(multiples[entry].xy2d)};
#pragma GCC unroll 5
        for (int i = 0; i < 5; ++i) {
            out.y_plus_x.limbs[i] = _mm512_mask_mov_epi64(out.y_plus_x.limbs[i], is_it,
                                                          candidate.y_plus_x.limbs[i]);
            out.y_minus_x.limbs[i] = _mm512_mask_mov_epi64(out.y_minus_x.limbs[i], is_it,
                                                           candidate.y_minus_x.limbs[i]);
            out.xy2d.limbs[i] = _mm512_mask_mov_epi64(out.xy2d.limbs[i], is_it,
                                                      candidate.xy2d.limbs[i]);
        }
    }
    return negate(out, _mm512_cmplt_epi64_mask(digits, _mm512_setzero_si512()));
}

OVERLORD_IFMA Elements square_times(Elements a, int times) {
    for (int i = 0; i < times; ++i) a = square(a);
    return a;
}

}  // namespace

OVERLORD_IFMA void add_lists(const std::array<List, kCount>& lists,
                             std::array<Point, kCount>& out) {
    constexpr std::size_t kAhead = 3;
    std::size_t longest = 0;
    for (const List& list : lists) longest = list.size > longest ? list.size : longest;
    const Entry nothing = entry_of(kNothing, false);
    Points sums = identities();
    for (std::size_t step = 0; step < longest; ++step) {
        const std::uint64_t* from[8];
        unsigned negative = 0;
        for (unsigned lane = 0; lane < 8; ++lane) {
            const List& list = lists[lane];
            const Entry entry = step < list.size ? list.entries[step] : nothing;
            from[lane] = reinterpret_cast<const std::uint64_t*>(entry & ~Entry{1});
            negative |= static_cast<unsigned>(entry & 1) << lane;
            if (step + kAhead < list.size) {
                const char* next =
                    reinterpret_cast<const char*>(list.entries[step + kAhead] & ~Entry{1});
                _mm_prefetch(next, _MM_HINT_T0);
                _mm_prefetch(next + 64, _MM_HINT_T0);
            }
        }
        sums = add(sums, negate(load_niels(from), static_cast<__mmask8>(negative)));
    }
    store_points(sums, out);
}

OVERLORD_IFMA Totals running_totals(const std::array<const Point*, kCount>& rows,
                                    std::size_t length) {
    Points running = identities();
    Points weighted = identities();
    for (std::size_t i = length; i-- > 0;) {
        const std::uint64_t* from[8];
        for (std::size_t lane = 0; lane < 8; ++lane) from[lane] = words_of(rows[lane] + i);
        running = add(running, load_points(from));
        weighted = add(weighted, running);
    }
    Totals out;
    store_points(running, out.sums);
    store_points(weighted, out.weighted);
    return out;
}

OVERLORD_IFMA void add_secret(Places& places, const AffineNiels* multiples,
                              const std::int16_t* digits) {
    for (std::size_t group = 0; group < 8; ++group) {
        alignas(64) std::int64_t wide[8];
        for (std::size_t lane = 0; lane < 8; ++lane) wide[lane] = digits[group * 8 + lane];
        std::uint64_t* words = &places.words[group * 20 * 8];
        store(add(load(words), pick(multiples, _mm512_load_si512(wide))), words);
    }
}

OVERLORD_IFMA void power_p58(std::array<FieldElement, kCount>& elements) {
    alignas(64) std::uint64_t words[5 * 8];
    for (std::size_t i = 0; i < 5 * 8; ++i) words[i] = elements[i % 8].limbs[i / 8];
    Elements a;
    for (int i = 0; i < 5; ++i) a.limbs[i] = _mm512_load_si512(words + i * 8);

    // The chain of field.cpp.
    const Elements two = square(a);
    const Elements nine = multiply(square_times(two, 2), a);
    const Elements eleven = multiply(nine, two);
    const Elements five_bits = multiply(square(eleven), nine);
    const Elements ten_bits = multiply(square_times(five_bits, 5), five_bits);
    const Elements twenty_bits = multiply(square_times(ten_bits, 10), ten_bits);
    const Elements forty_bits = multiply(square_times(twenty_bits, 20), twenty_bits);
    const Elements fifty_bits = multiply(square_times(forty_bits, 10), ten_bits);
    const Elements hundred_bits = multiply(square_times(fifty_bits, 50), fifty_bits);
    const Elements two_hundred = multiply(square_times(hundred_bits, 100), hundred_bits);
    const Elements most = multiply(square_times(two_hundred, 50), fifty_bits);
    const Elements power = multiply(square_times(most, 2), a);

    for (int i = 0; i < 5; ++i) _mm512_store_si512(words + i * 8, power.limbs[i]);
    for (std::size_t i = 0; i < 5 * 8; ++i) elements[i % 8].limbs[i / 8] = words[i];
}

}  // namespace overlord::zk::lanes

#else

// Never called: available() is false.
namespace overlord::zk::lanes {

void add_lists(const std::array<List, kCount>&, std::array<Point, kCount>&) {
    OVERLORD_ASSERT(available());
}
Totals running_totals(const std::array<const Point*, kCount>&, std::size_t) {
    OVERLORD_ASSERT(available());
    return {};
}
void add_secret(Places&, const AffineNiels*, const std::int16_t*) {
    OVERLORD_ASSERT(available());
}
void power_p58(std::array<FieldElement, kCount>&) {
    OVERLORD_ASSERT(available());
}

}  // namespace overlord::zk::lanes

#endif
