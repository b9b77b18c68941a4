// Work beside the main path, on threads of its own, takes the processor when the main path leaves
// it, so that no answer waits for it.
#pragma once

namespace overlord {

// A tenth of the processor, where others want all of it: somebody waits for it in the end.
inline constexpr int kAsideNice = 10;
// Nobody waits for it.
inline constexpr int kIdleNice = 19;

// Of the calling thread. Where it cannot be had, the thread is only less polite. setpriority(2).
void set_nice(int nice);

}  // namespace overlord
