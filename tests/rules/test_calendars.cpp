// Calendars of a pack: what the declaration becomes, and what rules get from the predicates.
#include "machine.hpp"

using namespace overlord;
using namespace overlord::rules;

namespace {

const std::string kPack =
    ":- module(demo, [demo_compliant/1, c/2, d/2]).\n"
    ":- calendar(site, [zone(\"+01:00\"), work([mon-thu], \"09:00\", \"12:00\"),\n"
    "     work([mon-thu], \"13:00\", \"17:30\"), work([fri], \"09:00\", \"15:00\"),\n"
    "     holidays([\"2026-12-25\", \"2026-12-24\"]), source(\"house rule 7\")]).\n"
    ":- telemetry(ping(ms:number)).\n"
    ":- measure(pings, count(ping), over(1, h)).\n"
    ":- control('demo.c', c/2, [title(\"t\"), basis(target), cites(\"x\")]).\n"
    "c(S, V) :- measured(S, pings, V), late(V).\n"
    "late(V) :- working_days(site, 0, 1, D), V >= D.\n"
    ":- control('demo.d', d/2, [title(\"t\"), basis(target), cites(\"x\")]).\n"
    "d(S, V) :- measured(S, pings, V), V > 0.\n"
    "demo_compliant(S) :- c(S, _), d(S, _).\n";

// The tests of a test file against the pack above: "" when all pass.
std::string failures(const std::string& tests) {
    return in_a_copy([&] {
        const Loaded result = load(machine(), {{"demo.pl", kPack}});
        if (!result.bundle) return diagnostics_text(result.diagnostics);
        const prolog::TestReport report = machine().test(
            {{"demo.plt", ":- begin_tests(demo).\n" + tests + ":- end_tests(demo).\n"}});
        std::string text = diagnostics_text(report.diagnostics);
        for (const prolog::TestResult& test : report.tests)
            if (!test.passed) text += test.name + ": " + test.message + "\n";
        return text + (report.tests.empty() ? "no tests" : "");
    });
}

}  // namespace

TEST_CASE("calendars: what a declaration becomes", "[rules]") {
    CHECK(loaded("demo", kPack, [](const Bundle& bundle) {
              const NamedCalendar& site = *bundle.calendars.at(0);
              std::string text = site.name + " " + site.source + " " + site.pack + " " +
                                 site.file + ":" + std::to_string(site.line) + " " +
                                 site.calendar.spelling() + "\n";
              for (const Control& control : bundle.controls) {
                  text += control.id;
                  for (const std::string& name : control.calendars) text += " by " + name;
                  text += "\n";
              }
              return text;
          }) ==
          "site house rule 7 demo demo.pl:2 offset 60 work 0:540-720 0:780-1050 1:540-720 "
          "1:780-1050 2:540-720 2:780-1050 3:540-720 3:780-1050 4:540-900 holidays 20811 20812\n"
          "demo.c by site\ndemo.d\n");
}

// 1798070400 s is 2026-12-23T23:00:00Z: midnight before Thursday, 24 December, on the site.
TEST_CASE("calendars: what rules count by them", "[rules]") {
    CHECK(failures(
              "test(days) :- working_days(site, 1_797_984_000_000_000_000, "
              "1_798_416_000_000_000_000, 1).\n"
              "test(before) :- working_days(site, 1_798_416_000_000_000_000, "
              "1_797_984_000_000_000_000, -1).\n"
              "test(all_days) :- working_days(utc, 0, 864_000_000_000_000, 10).\n"
              "test(minutes) :- working_minutes(site, 1_797_984_000_000_000_000, "
              "1_798_588_800_000_000_000, 1350).\n"
              "test(exact) :- working_minutes(utc, 0, 1_500_000_000, M), M =:= 1r40.\n"
              "test(date) :- calendar_date(site, 1_798_066_800_000_000_000, D), "
              "D == date(2026, 12, 24), calendar_date(utc, 1_798_066_800_000_000_000, E), "
              "E == date(2026, 12, 23).\n"
              "test(between) :- days_between(site, 0, 86_400_000_000_000, 1), "
              "months_between(utc, 0, 2_678_400_000_000_000, 1).\n"
              "test(due_hours) :- due(site, 1_797_984_000_000_000_000, 8.5, h, D), "
              "calendar_date(site, D, date(2026, 12, 28)).\n"
              "test(due_days) :- due(site, 1_797_984_000_000_000_000, 1, working_days, D), "
              "D =:= 1_798_498_800_000_000_000.\n"
              "test(due_months) :- due(utc, 0, 1, months, D), D =:= 2_678_400_000_000_000.\n"
              "test(due_years) :- due(utc, 0, 2, years, D), D =:= 63_072_000_000_000_000.\n"
              "test(no_unit, error(domain_error(calendar_unit, weeks))) :- "
              "due(utc, 0, 1, weeks, _).\n"
              "test(no_count, error(type_error(not_less_than_zero, -1))) :- "
              "due(utc, 0, -1, days, _).\n"
              "test(no_time, error(type_error(integer, none))) :- "
              "working_days(site, none, 0, _).\n"
              "test(unbound, error(instantiation_error)) :- working_days(site, _, 0, _).\n"
              "test(no_calendar, error(existence_error(calendar, moon))) :- "
              "C = moon, working_days(C, 0, 0, _).\n"
              "test(far, error(zko(\"the due date is beyond the year 2262\"))) :- "
              "due(site, 0, 10_000, years, _).\n"
              "test(too_far, error(zko(\"the due date is beyond the year 2262\"))) :- "
              "due(site, 0, 10_000_000_000_000_000_000, h, _).\n") == "");
}
