#include "log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>

namespace overlord::daemon {
namespace {

// %P: the syslog priority of the level, as sd-daemon(3) wants it in front of a line.
class PriorityFlag : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& message, const std::tm&,
                spdlog::memory_buf_t& out) override {
        static constexpr std::string_view kPriorities[] = {"<7>", "<7>", "<6>", "<4>",
                                                           "<3>", "<2>", "<6>"};
        const std::string_view priority = kPriorities[static_cast<std::size_t>(message.level)];
        out.append(priority.data(), priority.data() + priority.size());
    }
    std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<PriorityFlag>();
    }
};

// %J: the message as a JSON string.
class JsonFlag : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& message, const std::tm&,
                spdlog::memory_buf_t& out) override {
        const std::string text =
            nlohmann::json(std::string(message.payload.data(), message.payload.size()))
                .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
        out.append(text.data(), text.data() + text.size());
    }
    std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<JsonFlag>();
    }
};

spdlog::level::level_enum level_of(LogLevel level) {
    switch (level) {
        case LogLevel::kDebug:
            return spdlog::level::debug;
        case LogLevel::kInfo:
            return spdlog::level::info;
        case LogLevel::kWarning:
            return spdlog::level::warn;
        case LogLevel::kError:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

}  // namespace

void start_log(const Config::Log& settings) {
    const bool journald = std::getenv("JOURNAL_STREAM") != nullptr;
    std::string pattern = journald ? "%P%v" : "%Y-%m-%dT%H:%M:%S.%eZ %l: %v";
    if (settings.format == LogFormat::kJson)
        pattern = "{\"time\":\"%Y-%m-%dT%H:%M:%S.%fZ\",\"level\":\"%l\",\"message\":%J}";
    auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
    formatter->add_flag<PriorityFlag>('P').add_flag<JsonFlag>('J').set_pattern(pattern);
    auto logger = std::make_shared<spdlog::logger>(
        "overlordd", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_formatter(std::move(formatter));
    logger->set_level(level_of(settings.level));
    logger->flush_on(spdlog::level::trace);
    spdlog::set_default_logger(std::move(logger));
}

}  // namespace overlord::daemon
