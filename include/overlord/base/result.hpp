// Result<T>: a value or an Error; the return type of every fallible function of the project.
//
// Member names follow std::expected (has_value, value, error), so that a later switch is one alias:
// g++ 12 has no std::expected in C++20. Plain values, safe to move between threads.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "overlord/base/assert.hpp"

namespace overlord {

// What the caller has to do about an error.
enum class ErrorClass {
    kReject,  // the input is bad: answer the peer and go on
    kRetry,   // a passing condition: the same call may succeed later
    kFatal,   // durable state is unknown: stop, restart through recovery
};

struct Error {
    std::string code;     // stable and dotted, for programs: "schema.missing_field"
    std::string message;  // for people; each layer adds one clause in front
    ErrorClass kind = ErrorClass::kReject;
};

// "append entry 812: " + "write segment 7: No space left on device"
[[nodiscard]] Error with_context(Error error, std::string_view clause);

// An Error of class kFatal from errno; code is "io.<ERRNO NAME>" in lower case, say io.enospc.
[[nodiscard]] Error io_error(std::string_view clause, int errno_value);

template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool has_value() const { return state_.index() == 0; }
    explicit operator bool() const { return has_value(); }

    [[nodiscard]] T& value() & {
        OVERLORD_ASSERT(has_value());
        return std::get<0>(state_);
    }
    [[nodiscard]] const T& value() const& {
        OVERLORD_ASSERT(has_value());
        return std::get<0>(state_);
    }
    [[nodiscard]] T&& value() && {
        OVERLORD_ASSERT(has_value());
        return std::get<0>(std::move(state_));
    }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    [[nodiscard]] const Error& error() const& {
        OVERLORD_ASSERT(!has_value());
        return std::get<1>(state_);
    }
    [[nodiscard]] Error&& error() && {
        OVERLORD_ASSERT(!has_value());
        return std::get<1>(std::move(state_));
    }

private:
    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {}

    [[nodiscard]] bool has_value() const { return !error_.has_value(); }
    explicit operator bool() const { return has_value(); }
    [[nodiscard]] const Error& error() const& {
        OVERLORD_ASSERT(error_.has_value());
        return *error_;
    }
    [[nodiscard]] Error&& error() && {
        OVERLORD_ASSERT(error_.has_value());
        return std::move(*error_);
    }

private:
    std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace overlord
