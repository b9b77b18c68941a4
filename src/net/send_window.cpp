#include "send_window.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "overlord/base/assert.hpp"
#include "overlord/event/limits.hpp"

namespace overlord::net {
namespace {

// The daemon refuses a longer line and skips the rest of it; one byte for a CR, one to be over.
constexpr std::size_t kKeptBytesMax = event::kLineBytesMax + 2;

Error protocol_error(std::string_view line) {
    return {"send.protocol",
            "this is no answer of an ingest port: " + std::string(line.substr(0, 200))};
}

std::string text_of(const nlohmann::json& answer, const char* name) {
    const auto found = answer.find(name);
    return found != answer.end() && found->is_string() ? found->get<std::string>() : "";
}

std::uint64_t number_of(const nlohmann::json& answer, const char* name) {
    const auto found = answer.find(name);
    return found != answer.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

}  // namespace

void SendWindow::take(std::string_view input) {
    while (!input.empty()) {
        const std::size_t end = input.find('\n');
        const std::string_view part = input.substr(0, end);
        if (end != input.npos && started_.empty()) {
            complete(part.substr(0, kKeptBytesMax));
        } else {
            const std::size_t room = kKeptBytesMax - started_.size();
            started_.append(part.substr(0, room));
            if (end != input.npos) {
                complete(started_);
                started_.clear();
            }
        }
        input.remove_prefix(end == input.npos ? input.size() : end + 1);
    }
}

void SendWindow::end_of_input() {
    if (started_.empty()) return;
    complete(started_);
    started_.clear();
}

void SendWindow::complete(std::string_view line) {
    const bool blank = line.find_first_not_of(" \t\r") == line.npos;
    bytes_.append(line).push_back('\n');
    lines_.push_back({line.size() + 1, blank});
}

std::string_view SendWindow::subscription() const {
    switch (wait_) {
        case SendState::kDurable:
            return {};
        case SendState::kPublished:
            return "{\"receipts\":[\"published\"]}\n";
        case SendState::kWitnessed:
            return "{\"receipts\":[\"published\",\"witnessed\"]}\n";
    }
    return {};
}

void SendWindow::sent(std::size_t count) {
    sent_ += count;
    while (lines_sent_ < lines_.size() && lines_sent_end_ + lines_[lines_sent_].bytes <= sent_) {
        const PendingLine& line = lines_[lines_sent_++];
        lines_sent_end_ += line.bytes;
        if (settled_lines_ + lines_sent_ <= sent_lines_) continue;
        sent_lines_ = settled_lines_ + lines_sent_;
        if (!line.blank) ++summary_.sent;
    }
}

void SendWindow::connection_lost() {
    for (std::size_t i = 0; i < lines_sent_; ++i) {
        if (!lines_[i].blank) ++summary_.duplicate;
    }
    sent_ = front_;
    lines_sent_ = 0;
    lines_sent_end_ = front_;
    connection_base_ = settled_lines_;
    suppressed_ = 0;
    rejects_.clear();
}

// The daemon counts the lines of a connection, the subscription too; the input's number of a line.
Result<std::uint64_t> SendWindow::input_line(std::uint64_t of_connection) const {
    const std::uint64_t own = subscription().empty() ? 0 : 1;
    const std::uint64_t line = connection_base_ + std::max(of_connection, own) - own;
    if (line <= settled_lines_ + lines_sent_) return line;
    return Error{"send.protocol",
                 "the daemon acknowledged line " + std::to_string(line) + ", which was not sent"};
}

Result<bool> SendWindow::answer(std::string_view line, const SendEvents& events) {
    const nlohmann::json answer = nlohmann::json::parse(line, nullptr, false);
    if (!answer.is_object()) return protocol_error(line);
    const auto receipt = [&](Status good) -> Result<bool> {
        if (!good) return std::move(good).error();
        compact();
        if (events.progress) events.progress(summary_);
        return true;
    };
    if (answer.contains("durable")) return receipt(durable(number_of(answer, "durable"), events));
    if (answer.contains("published"))
        return receipt(reached(SendState::kPublished, number_of(answer, "published")));
    if (answer.contains("witnessed"))
        return receipt(reached(SendState::kWitnessed, number_of(answer, "witnessed")));
    if (answer.contains("suppressed")) {
        suppressed_ += number_of(answer, "suppressed");
        return false;
    }
    if (!answer.contains("code")) return protocol_error(line);
    const std::uint64_t number = number_of(answer, "line");
    if (number == 0 && text_of(answer, "code") == "receipts.timeout") return false;
    if (number == 0 && text_of(answer, "code") == "receipts.unwitnessed") {
        short_of_wait_ = text_of(answer, "reason");
        settle_at_ = SendState::kPublished;
        return false;
    }
    if (number == 0) return Error{"send.refused", text_of(answer, "reason"), ErrorClass::kRetry};
    if (!subscription().empty() && number == 1)
        return Error{"send.protocol", "the daemon gives no receipts beyond durable: " +
                                          text_of(answer, "reason")};
    const Result<std::uint64_t> of_input = input_line(number);
    if (!of_input) return of_input.error();
    if (*of_input > durable_lines_)  // else it was told and counted on another connection
        rejects_.push_back({*of_input, text_of(answer, "id"), text_of(answer, "code"),
                            text_of(answer, "reason")});
    return false;
}

Status SendWindow::durable(std::uint64_t of_connection, const SendEvents& events) {
    const Result<std::uint64_t> total = input_line(of_connection);
    if (!total) return total.error();
    if (*total <= durable_lines_) {
        suppressed_ = 0;  // of lines that were counted on another connection
        return {};
    }
    for (; durable_lines_ < *total; ++durable_lines_)
        if (!lines_[durable_lines_ - settled_lines_].blank) ++summary_.durable;
    tell_rejects(events);
    if (settle_at_ == SendState::kDurable) settle(durable_lines_);
    return {};
}

Status SendWindow::reached(SendState state, std::uint64_t of_connection) {
    const Result<std::uint64_t> total = input_line(of_connection);
    if (!total) return total.error();
    if (*total > durable_lines_)
        return Error{"send.protocol", "the daemon told of line " + std::to_string(*total) +
                                          " before it was durable"};
    const bool published = state == SendState::kPublished;
    std::uint64_t& lines = published ? published_lines_ : witnessed_lines_;
    std::uint64_t& count = published ? summary_.published : summary_.witnessed;
    for (lines = std::max(lines, settled_lines_); lines < *total; ++lines) {
        const PendingLine& line = lines_[lines - settled_lines_];
        if (!line.blank && !line.rejected) ++count;
    }
    count = std::min(count, summary_.durable);  // rejects that were not told one by one
    if (state == settle_at_) settle(*total);
    return {};
}

// A reject counts once a `durable` covers it: until then its line may have to be sent again.
void SendWindow::tell_rejects(const SendEvents& events) {
    const auto covered = [this](const SendReject& reject) { return reject.line <= durable_lines_; };
    const auto open = std::partition(rejects_.begin(), rejects_.end(), covered);
    std::sort(rejects_.begin(), open,
              [](const SendReject& a, const SendReject& b) { return a.line < b.line; });
    for (auto reject = rejects_.begin(); reject != open; ++reject) {
        lines_[reject->line - 1 - settled_lines_].rejected = true;
        if (events.rejected) events.rejected(*reject);
    }
    const std::uint64_t count =
        static_cast<std::uint64_t>(open - rejects_.begin()) + std::exchange(suppressed_, 0);
    rejects_.erase(rejects_.begin(), open);
    summary_.rejected += count;
    summary_.durable -= std::min(count, summary_.durable);
}

void SendWindow::settle(std::uint64_t total) {
    for (; settled_lines_ < total; ++settled_lines_) {
        front_ += lines_.front().bytes;
        lines_.pop_front();
        --lines_sent_;
    }
}

// Moves the rest to the front once more than half is done with: constant amortised cost for a byte.
void SendWindow::compact() {
    if (front_ < bytes_.size() - front_) return;
    bytes_.erase(0, front_);
    sent_ -= front_;
    lines_sent_end_ -= front_;
    front_ = 0;
}

}  // namespace overlord::net
