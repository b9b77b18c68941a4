// Linked into test_zk_portable: the same tests as on a processor without AVX-512 IFMA.
#include "../../src/zk/lanes.hpp"

namespace {

const bool switched_off = [] {
    overlord::zk::lanes::enable(false);
    return true;
}();

}  // namespace
