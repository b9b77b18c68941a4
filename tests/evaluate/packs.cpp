#include "packs.hpp"

#include <catch2/catch.hpp>

namespace overlord::evaluate::testing {

namespace {

std::string quoted(const std::string& text) {
    return '"' + text + '"';
}
std::string at_text(TimeNs time) {
    return quoted(format_rfc3339(time));
}

}  // namespace

Packs& packs() {
    static Packs packs = [] {
        Packs made;
        std::string error;
        made.machine = prolog::Machine::start({}, error);
        OVERLORD_ASSERT(made.machine != nullptr);
        auto files = rules::read_rules(std::string(OVERLORD_SOURCE_DIR) + "/rules");
        OVERLORD_ASSERT(files.has_value());
        rules::Loaded loaded = rules::load(*made.machine, std::move(files).value());
        OVERLORD_ASSERT(loaded.bundle.has_value());
        made.bundle = *loaded.bundle;
        return made;
    }();
    return packs;
}

std::string line(const std::string& type, const std::string& system, TimeNs time,
                 const std::string& data) {
    static std::uint64_t number = 0;
    return "{\"specversion\":\"1.0\",\"id\":\"e" + std::to_string(number++) +
           "\",\"source\":\"//src\",\"type\":" + quoted(type) + ",\"subject\":" + quoted(system) +
           ",\"time\":" + at_text(time) + ",\"data\":" + data + "}";
}

std::string heartbeat(TimeNs time, const std::string& status, const std::string& system) {
    return line("telecoms.heartbeat", system, time,
                "{\"service\":\"a\",\"status\":" + quoted(status) + "}");
}
std::string redundancy(TimeNs time, int healthy, const std::string& system) {
    return line("telecoms.redundancy", system, time,
                "{\"group\":\"g\",\"healthy\":" + std::to_string(healthy) + ",\"required\":2}");
}
std::string failover(TimeNs time, const std::string& ms, const std::string& system) {
    return line("telecoms.failover", system, time,
                "{\"from_system\":\"p\",\"to_system\":\"b\",\"duration_ms\":" + ms + "}");
}
std::string trade(TimeNs time, const std::string& ms, bool segregated, const std::string& system) {
    return line(
        "trading.trade", system, time,
        "{\"latency_ms\":" + ms + ",\"segregated\":" + (segregated ? "true" : "false") + "}");
}
std::string incident(TimeNs time, const std::string& id, TimeNs reported, TimeNs responded,
                     const std::string& system) {
    std::string data =
        "{\"id\":" + quoted(id) + ",\"priority\":2,\"reported\":" + at_text(reported);
    if (responded != 0) data += ",\"responded\":" + at_text(responded);
    return line("itil.incident", system, time, data + "}");
}

Daemon::Daemon(ClockSource clock, Config config) : config_(std::move(config)) {
    config_.clock = clock;
    evaluator_ = std::make_unique<Evaluator>(packs().bundle, config_, *packs().machine);
}

Outcome Daemon::feed(const std::vector<std::string>& lines, TimeNs at) {
    std::vector<Item> items;
    for (const std::string& text : lines) items.push_back({Item::Kind::kEvent, text, "", ""});
    return feed_items(std::move(items), at);
}

Outcome Daemon::feed_items(std::vector<Item> items, TimeNs at) {
    packs().machine->bind(*evaluator_);
    Outcome outcome = evaluator_->process({batches_++, at, std::move(items)});
    for (const Output& output : outcome.outputs) {
        records_.push_back(std::to_string(output.at) + " " + output.body);
    }
    states_.insert(states_.end(), outcome.states.begin(), outcome.states.end());
    CHECK(outcome.records == records_.size());
    return outcome;
}

void Daemon::audit() {
    (void)feed_items({{Item::Kind::kAudit, "true", "", "query"}}, evaluator_->now_ns() + 1);
}

std::string Daemon::verdict(const std::string& system) {
    return evaluator_->system_verdict(system).value.text;
}

std::string Daemon::control(const std::string& id, const std::string& system) {
    for (const prolog::Value& told : evaluator_->explain(system)) {
        if (told.items[0].text == id) return told.items[2].text;
    }
    return "no such control";
}

std::string Daemon::last(const std::string& kind) const {
    for (auto record = records_.rbegin(); record != records_.rend(); ++record) {
        if (record->find("\"kind\":\"" + kind + "\"") != record->npos) return *record;
    }
    return "";
}

void Daemon::restart() {
    const Snapshot snapshot = evaluator_->snapshot();
    auto next = std::make_unique<Evaluator>(packs().bundle, config_, *packs().machine);
    const Status restored = next->restore(snapshot.bytes);
    REQUIRE(restored.has_value());
    const Snapshot again = next->snapshot();
    REQUIRE(again.digest == snapshot.digest);
    REQUIRE(again.bytes == snapshot.bytes);
    evaluator_ = std::move(next);
}

void Daemon::take_over(rules::Bundle bundle, Config config) {
    const Snapshot snapshot = evaluator_->snapshot();
    config.clock = config_.clock;
    config_ = std::move(config);
    auto next = std::make_unique<Evaluator>(std::move(bundle), config_, *packs().machine);
    REQUIRE(next->restore(snapshot.bytes).has_value());
    evaluator_ = std::move(next);
}

std::vector<std::string> compliant_day(TimeNs start, const std::string& system) {
    std::vector<std::string> lines;
    const TimeNs soon = start + 7'001;
    lines.push_back(redundancy(soon, 4, system));
    lines.push_back(failover(soon, "23", system));
    lines.push_back(line("gmp.batch", system, soon,
                         "{\"id\":\"b1\",\"input\":\"i\",\"output\":\"o\",\"process\":[\"mix\"],"
                         "\"timestamp\":" +
                             at_text(start) + "}"));
    lines.push_back(line("gmp.validation", system, soon,
                         "{\"item\":\"x\",\"protocol\":\"p\",\"report\":\"r\","
                         "\"status\":\"approved\"}"));
    lines.push_back(line("gmp.change", system, soon,
                         "{\"id\":\"c1\",\"request\":\"q\",\"approval\":\"a\","
                         "\"requester\":\"ann\",\"approver\":\"bob\"}"));
    lines.push_back(line("itil.change", system, soon,
                         "{\"id\":\"c2\",\"cab_approved\":true,\"board\":\"cab\","
                         "\"requester\":\"ann\",\"approver\":\"bob\"}"));
    lines.push_back(line("itil.service_level", system, soon,
                         "{\"service\":\"a\",\"good\":3600,\"total\":3600}"));
    lines.push_back(incident(soon, "i1", start - 10 * kMinuteNs, start - 5 * kMinuteNs, system));
    for (int i = 0; i < 150; ++i) {
        lines.push_back(heartbeat(start + i * kSecondNs + 10'000, "up", system));
        lines.push_back(trade(start + i * kSecondNs + 20'001, "0.82", true, system));
    }
    return lines;
}

}  // namespace overlord::evaluate::testing
