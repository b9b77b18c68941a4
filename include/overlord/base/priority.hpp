// Work beside the main path, on threads or in processes of its own, takes the processor when the
// main path leaves it, so that no answer waits for it. Where that cannot be had, it is only less
// polite.
#pragma once

namespace overlord {

// Of the calling thread, for work that the main path may come to wait for: a tenth of the processor
// where others want all of it. setpriority(2).
void yield_to_others();

// Of the calling thread, for work that nobody waits for: a processor that does it counts as idle,
// and is there for whoever wakes up. sched(7), SCHED_IDLE.
void come_last();

}  // namespace overlord
