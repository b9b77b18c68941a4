// Predicates of module zko_host about calendars: zko_calendars has checked the arguments.
#define PROLOG_MODULE "zko_host"
#include <SWI-cpp2.h>

#include "bridge.hpp"

namespace overlord::prolog {
namespace {

std::int64_t get_integer(const PlTerm& term) {
    std::int64_t value = 0;
    if (!PL_get_int64(term.C_, &value)) throw PlTypeError("integer", term);
    return value;
}

const Calendar& calendar(term_t name) {
    return bridge().calendars.at(get_text(name));
}

bool unify_optional(term_t target, std::optional<std::int64_t> value) {
    return value && PL_unify_int64(target, *value);
}

}  // namespace

// civil_days(+Date, -Days): fails where there is no such date.
PREDICATE(civil_days, 2) {
    return unify_optional(PL_A2.C_, parse_date(get_text(PL_A1.C_)));
}

// instant(+Text, -Ns): fails where that is no RFC 3339 time.
PREDICATE(instant, 2) {
    return unify_optional(PL_A2.C_, parse_instant(get_text(PL_A1.C_)));
}

PREDICATE0(calendars_clear) {
    bridge().calendars.clear();
    bridge().calendars.emplace("utc", Calendar());
    return true;
}

// calendar_add(+Name, +OffsetMinutes, +Hours, +Holidays): as calendar_declaration/4 stores them.
PREDICATE(calendar_add, 4) {
    std::vector<WorkHours> hours;
    for (const Value& one : get_value(PL_A3.C_).items) {
        hours.push_back({static_cast<int>(one.items.at(0).integer),
                         static_cast<int>(one.items.at(1).integer),
                         static_cast<int>(one.items.at(2).integer)});
    }
    std::vector<DayNumber> holidays;
    for (const Value& day : get_value(PL_A4.C_).items) holidays.push_back(day.integer);
    bridge().calendars.insert_or_assign(
        get_text(PL_A1.C_), Calendar(static_cast<int>(get_integer(PL_A2)), std::move(hours),
                                     std::move(holidays)));
    return true;
}

// calendar_count(+What, +Name, +From, +To, -Count)
PREDICATE(calendar_count, 5) {
    const Calendar& asked = calendar(PL_A2.C_);
    const std::int64_t from = get_integer(PL_A3);
    const std::int64_t to = get_integer(PL_A4);
    const std::string what = get_text(PL_A1.C_);
    std::int64_t count = 0;
    if (what == "working_days") {
        count = asked.working_days(from, to);
    } else if (what == "working_time") {
        count = asked.working_time(from, to);
    } else if (what == "days_between") {
        count = asked.days_between(from, to);
    } else if (what == "months_between") {
        count = asked.months_between(from, to);
    } else {
        return false;
    }
    return PL_unify_int64(PL_A5.C_, count) != 0;
}

// calendar_after(+What, +Name, +From, +Amount, -Ns): fails beyond the year 2262.
PREDICATE(calendar_after, 5) {
    const Calendar& asked = calendar(PL_A2.C_);
    const std::int64_t from = get_integer(PL_A3);
    std::int64_t amount = 0;
    if (!PL_get_int64(PL_A4.C_, &amount)) return false;  // more than there is
    const std::string what = get_text(PL_A1.C_);
    if (what == "working_time")
        return unify_optional(PL_A5.C_, asked.after_working_time(from, amount));
    if (what == "working_days")
        return unify_optional(PL_A5.C_, asked.after_working_days(from, amount));
    if (what == "days") return unify_optional(PL_A5.C_, asked.after_days(from, amount));
    return what == "months" && unify_optional(PL_A5.C_, asked.after_months(from, amount));
}

// calendar_date(+Name, +Ns, -date(Year, Month, Day))
PREDICATE(calendar_date, 3) {
    const CivilDate date = calendar(PL_A1.C_).date_of(get_integer(PL_A2));
    const term_t made = PL_new_term_ref();
    put_value(made, Value::of_compound("date", {Value::of_integer(date.year),
                                                Value::of_integer(date.month),
                                                Value::of_integer(date.day)}));
    return PL_unify(PL_A3.C_, made) != 0;
}

void register_calendar_predicates() {}  // the macros above register when the program starts

}  // namespace overlord::prolog
