// A text that does not change and that its copies share: why a verdict is unknown is said of
// thousands of systems in the same words. One thread.
#pragma once

#include <memory>
#include <string>
#include <utility>

namespace overlord::evaluate {

class SharedText {
public:
    SharedText() = default;
    // Implicit on purpose: it stands for the text.
    SharedText(std::string text)
        : text_(text.empty() ? nullptr : std::make_shared<const std::string>(std::move(text))) {}
    SharedText(const char* text) : SharedText(std::string(text)) {}

    [[nodiscard]] const std::string& text() const {
        static const std::string none;
        return text_ ? *text_ : none;
    }
    operator const std::string&() const { return text(); }
    friend bool operator==(const SharedText& left, const SharedText& right) {
        return left.text_ == right.text_ || left.text() == right.text();
    }

    // Shares the memory of `other` where it says the same; else `other` becomes this text, for
    // those that come after.
    void share(SharedText& other) {
        if (*this == other) {
            *this = other;
        } else {
            other = *this;
        }
    }

private:
    std::shared_ptr<const std::string> text_;  // null: the empty one
};

}  // namespace overlord::evaluate
