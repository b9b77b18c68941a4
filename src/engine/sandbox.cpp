#include "sandbox.hpp"

#include <seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>

namespace overlord::engine {
namespace {

Error fail(const char* what) {
    Error error = io_error(what, errno);
    error.code = "engine.sandbox";
    return error;
}

// What computing, blocking input and output on open descriptors, and ending need.
constexpr auto kComputing = {
    SCMP_SYS(read),         SCMP_SYS(write),
    SCMP_SYS(readv),        SCMP_SYS(writev),
    SCMP_SYS(recvmsg),      SCMP_SYS(recvfrom),
    SCMP_SYS(sendmsg),      SCMP_SYS(sendto),
    SCMP_SYS(poll),         SCMP_SYS(ppoll),
    SCMP_SYS(close),        SCMP_SYS(mmap),
    SCMP_SYS(munmap),       SCMP_SYS(mremap),
    SCMP_SYS(mprotect),     SCMP_SYS(madvise),
    SCMP_SYS(brk),          SCMP_SYS(futex),
    SCMP_SYS(exit),         SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
    SCMP_SYS(setitimer),    SCMP_SYS(getpid),
    SCMP_SYS(gettid),       SCMP_SYS(getppid),
    SCMP_SYS(getrusage),    SCMP_SYS(getrandom),
    SCMP_SYS(sched_yield),  SCMP_SYS(fstat),
    SCMP_SYS(lseek),        SCMP_SYS(restart_syscall),
    SCMP_SYS(tgkill),       SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),         SCMP_SYS(clock_gettime),
};
// What the engine needs beside that, to fork workers, to close them in and to let them come last.
constexpr auto kForking = {
    SCMP_SYS(clone),           SCMP_SYS(clone3),    SCMP_SYS(fork),      SCMP_SYS(wait4),
    SCMP_SYS(waitid),          SCMP_SYS(kill),      SCMP_SYS(pipe2),     SCMP_SYS(prctl),
    SCMP_SYS(seccomp),         SCMP_SYS(prlimit64), SCMP_SYS(setrlimit), SCMP_SYS(getrlimit),
    SCMP_SYS(set_tid_address), SCMP_SYS(sched_setscheduler),
};

Status allow_only(std::initializer_list<std::initializer_list<int>> lists) {
#ifdef OVERLORD_SANITIZED
    (void)lists;
    return {};
#else
    const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (filter == nullptr) return fail("seccomp_init");
    int status = 0;
    for (const auto& list : lists) {
        for (const int call : list) {
            if (status == 0) status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
        }
    }
    if (status == 0) status = seccomp_load(filter);
    seccomp_release(filter);
    errno = -status;
    return status == 0 ? Status() : fail("seccomp");
#endif
}

bool limit(int resource, std::uint64_t soft, std::uint64_t hard) {
    const rlimit value{soft, hard};
    return ::setrlimit(static_cast<__rlimit_resource>(resource), &value) == 0;
}

}  // namespace

void guard_process() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_DUMPABLE, 0);
    limit(RLIMIT_CORE, 0, 0);
    ::signal(SIGCHLD, SIG_IGN);  // query workers end on their own; nobody waits for them
    ::signal(SIGPIPE, SIG_IGN);
}

Status close_engine() {
    return allow_only({kComputing, kForking});
}

Status close_worker(const evaluate::QueryLimits& limits) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    bool good = limit(RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1);
#ifndef OVERLORD_SANITIZED
    good = good && limit(RLIMIT_AS, limits.memory_bytes, limits.memory_bytes);
#endif
    good = good && limit(RLIMIT_FSIZE, 0, 0) && limit(RLIMIT_NPROC, 0, 0);
    if (!good) return fail("setrlimit");
    return allow_only({kComputing});
}

}  // namespace overlord::engine
