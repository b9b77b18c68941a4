#include "overlord/base/priority.hpp"

#include <sys/resource.h>
#include <unistd.h>

namespace overlord {

void set_nice(int nice) {
    (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nice);
}

}  // namespace overlord
