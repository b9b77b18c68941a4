#include "overlord/base/priority.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

namespace overlord {

void yield_to_others() {
    constexpr int kNice = 10;
    (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
}

void come_last() {
    const sched_param none{};
    (void)::sched_setscheduler(0, SCHED_IDLE, &none);
}

}  // namespace overlord
