#include "overlord/base/result.hpp"

#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace overlord {

void assertion_failed(const char* expression, const char* file, int line) noexcept {
    std::fprintf(stderr, "assertion failed: %s (%s:%d)\n", expression, file, line);
    std::abort();
}

Error with_context(Error error, std::string_view clause) {
    error.message.insert(0, ": ");
    error.message.insert(0, clause);
    return error;
}

Error io_error(std::string_view clause, int errno_value) {
    // The _np functions are used because strerror is neither thread-safe nor free of the locale.
    const char* name = strerrorname_np(errno_value);
    const char* description = strerrordesc_np(errno_value);
    std::string code = "io.";
    for (const char* c = name != nullptr ? name : "unknown"; *c != '\0'; ++c) {
        code.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(*c))));
    }
    std::string message(clause);
    message += ": ";
    message += description != nullptr ? description : "error " + std::to_string(errno_value);
    return Error{std::move(code), std::move(message), ErrorClass::kFatal};
}

}  // namespace overlord
