// The kernel's Prolog text, made of src/prolog/kernel/*.pl at build time, in the order of loading.
#pragma once

#include <cstddef>

namespace overlord::prolog {

struct KernelFile {
    const char* name;
    const char* text;
};

extern const KernelFile kKernel[];
extern const std::size_t kKernelFiles;

}  // namespace overlord::prolog
