#include "read_site.hpp"

#include "read_terms.hpp"

namespace overlord::rules {
namespace {

using prolog::Value;

int small(const Value& term, std::size_t index) {
    return static_cast<int>(integer(argument(term, index)));
}

}  // namespace

std::string NamedCalendar::outdated(TimeNs at) const {
    const std::optional<DayNumber> last = calendar.last_holiday();
    if (!last || calendar.day_of(at) <= *last) return "";
    return "calendar " + name + " lists no holiday after " + format_date(*last);
}

NamedCalendar read_calendar(const Value& declaration) {
    std::vector<WorkHours> hours;
    for (const Value& one : argument(declaration, 3).items)
        hours.push_back({small(one, 0), small(one, 1), small(one, 2)});
    std::vector<DayNumber> holidays;
    for (const Value& day : argument(declaration, 4).items) holidays.push_back(integer(day));
    return {text(declaration, 0),
            Calendar(small(declaration, 2), std::move(hours), std::move(holidays)),
            text(declaration, 5),
            text(declaration, 1),
            text(declaration, 6),
            small(declaration, 7)};
}

Waiver read_waiver(const Value& declaration, std::size_t control) {
    Waiver waiver;
    waiver.control = control;
    waiver.system = text(declaration, 1);
    waiver.owner = text(declaration, 2);
    waiver.reason = text(declaration, 3);
    waiver.approved_by = text(declaration, 4);
    waiver.from = integer(argument(declaration, 5));
    waiver.until = integer(argument(declaration, 6));
    waiver.file = text(declaration, 8);
    waiver.line = small(declaration, 9);
    return waiver;
}

}  // namespace overlord::rules
