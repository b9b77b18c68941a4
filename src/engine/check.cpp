#include "check.hpp"

#include <cstdio>

#include "gate.hpp"
#include "overlord/base/json_text.hpp"
#include "overlord/rules/catalogue.hpp"
#include "overlord/rules/proof_plan.hpp"
#include "overlord/rules/test.hpp"

namespace overlord::engine {
namespace {

constexpr DurationNs kSlot = 60 * kSecondNs;  // of the plan that a check shows
constexpr unsigned kCpuSeconds = 20;            // the four packs take a fraction of a second

void append_text(std::string& out, const char* name, const std::string& text) {
    out += '"';
    out += name;
    out += "\":";
    append_json_string(out, text);
}

std::string to_json(const prolog::Diagnostic& one) {
    std::string out = "{";
    append_text(out, "file", one.file);
    out += ",\"line\":" + std::to_string(one.line) + ",\"column\":" + std::to_string(one.column);
    out += ',';
    append_text(out, "severity", one.severity);
    out += ',';
    append_text(out, "code", one.code);
    out += ',';
    append_text(out, "text", one.text);
    return out + "}";
}

std::string names_json(const std::vector<std::string>& names) {
    std::string out = "[";
    for (const std::string& name : names) {
        if (out.size() > 1) out += ',';
        append_json_string(out, name);
    }
    return out + "]";
}

std::string costs_json(const rules::Bundle& bundle) {
    std::string out = ",\"costs\":[";
    for (const rules::Control& control : bundle.controls) {
        if (out.back() == '}') out += ',';
        out += '{';
        append_text(out, "control", control.id);
        out += ",\"rules\":" + std::to_string(control.cost.rules) +
               ",\"measures\":" + std::to_string(control.cost.measures) +
               ",\"scans\":" + names_json(control.cost.scans) +
               ",\"recursive\":" + names_json(control.cost.recursive) + "}";
    }
    return out + "]";
}

void print(const rules::Loaded& loaded, Format format) {
    if (format == Format::kText) {
        for (const auto& one : loaded.diagnostics) std::puts(rules::to_text(one).c_str());
        if (!loaded.bundle) return;
        for (const std::string& line : rules::proof_lines(*loaded.bundle, kSlot))
            std::puts(line.c_str());
        for (const rules::Control& control : loaded.bundle->controls)
            std::puts((control.id + ": costs " + rules::to_text(control.cost)).c_str());
        return;
    }
    std::string out = loaded.bundle ? "{\"accepted\":true,\"bundle\":\"" +
                                          to_hex(loaded.bundle->digest) + "\",\"diagnostics\":["
                                    : "{\"accepted\":false,\"diagnostics\":[";
    for (const auto& one : loaded.diagnostics) {
        if (out.back() == '}') out += ',';
        out += to_json(one);
    }
    out += ']';
    // The plan is JSON itself.
    if (loaded.bundle) out += ",\"plan\":" + rules::proof_plan(*loaded.bundle, kSlot).text;
    if (loaded.bundle) out += costs_json(*loaded.bundle);
    std::puts((out + "}").c_str());
}

// Waivers that are over at `at`: nobody answers for those controls any more.
void warn_of_expired(rules::Loaded& loaded, TimeNs at) {
    if (!loaded.bundle) return;
    for (const rules::Waiver& waiver : loaded.bundle->waivers) {
        if (waiver.until > at) continue;
        const std::string& control = loaded.bundle->controls[waiver.control].id;
        loaded.diagnostics.push_back({waiver.file, waiver.line, 1, "warning",
                                      "rules.waiver_expired",
                                      "the waiver of control " + control + " for system " +
                                          waiver.system + " ended at " +
                                          format_rfc3339(waiver.until)});
    }
}

// Calendars whose list of holidays ends before `at`: later days off count as working days.
void warn_of_outdated(rules::Loaded& loaded, TimeNs at) {
    if (!loaded.bundle) return;
    for (const auto& calendar : loaded.bundle->calendars) {
        const std::string text = calendar->outdated(at);
        if (!text.empty())
            loaded.diagnostics.push_back({calendar->file, calendar->line, 1, "warning",
                                          "rules.calendar_outdated",
                                          text + ": later ones count as working days"});
    }
}

}  // namespace

void print_refusal(const rules::Loaded& loaded, Format format) {
    if (format == Format::kJson) return print(loaded, format);
    for (const auto& one : loaded.diagnostics)
        std::fprintf(stderr, "%s\n", rules::to_text(one).c_str());
}

int check_rules(const std::string& directory, Format format, std::optional<TimeNs> at) {
    Gated gated = gate(directory, kCpuSeconds);
    if (gated.loaded && at) {
        warn_of_expired(*gated.loaded, *at);
        warn_of_outdated(*gated.loaded, *at);
    }
    if (gated.loaded) print(*gated.loaded, format);
    return gated.status;
}

int print_plan(const std::string& directory, DurationNs slot) {
    const Gated gated = gate(directory, kCpuSeconds);
    if (!gated.loaded) return gated.status;
    if (!gated.loaded->bundle) {
        print_refusal(*gated.loaded, Format::kText);
        return gated.status;
    }
    std::puts(rules::proof_plan(*gated.loaded->bundle, slot).text.c_str());
    return 0;
}

int print_catalogue(const std::string& directory, Format format) {
    Gated gated = gate(directory, kCpuSeconds);
    if (!gated.loaded) return gated.status;
    rules::Sources tests = rules::find_tests(directory);
    if (!tests.faults.empty()) {
        auto& told = gated.loaded->diagnostics;
        told.insert(told.end(), tests.faults.begin(), tests.faults.end());
        gated.loaded->bundle.reset();
        gated.status = 2;
    }
    if (gated.loaded->bundle) {
        std::puts(rules::catalogue_json(*gated.loaded->bundle, tests.files).c_str());
    } else {
        print_refusal(*gated.loaded, format);
    }
    return gated.status;
}

}  // namespace overlord::engine
