// No change to a proof or its statement is accepted. OVERLORD_ZK_CASES=100000 tries so many;
// tests/foreign has other implementations judge the same kind of changes.
#include "mutations.hpp"

#include <cstdlib>

#include "samples.hpp"

using namespace overlord;
using namespace overlord::zk;

TEST_CASE("range proof: no small change to proof or statement is accepted", "[zk]") {
    const char* given = std::getenv("OVERLORD_ZK_CASES");
    const int cases = given != nullptr ? std::stoi(given) : 3000;
    Mutations mutations(1);
    for (const RangeCase& original : mutations.originals()) REQUIRE(accepts(original));
    for (int i = 0; i < cases; ++i) {
        const RangeCase changed = mutations.next();
        if (accepts(changed)) FAIL(to_line(changed));
    }
}
