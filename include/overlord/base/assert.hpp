// OVERLORD_ASSERT: checks for programmer errors, on in every build and never used for input.
#pragma once

namespace overlord {

// Prints "assertion failed: EXPRESSION (FILE:LINE)" on standard error and aborts.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace overlord

#define OVERLORD_ASSERT(expression) \
    ((expression) ? void(0) : ::overlord::assertion_failed(#expression, __FILE__, __LINE__))
