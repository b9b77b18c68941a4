// The declarations by which a site fits packs to itself, from the kernel's normalised terms.
#pragma once

#include "overlord/rules/bundle.hpp"

namespace overlord::rules {

// calendar(Name, Pack, OffsetMinutes, Hours, Holidays, Source, File, Line)
[[nodiscard]] NamedCalendar read_calendar(const prolog::Value& declaration);

// waiver(ControlId, System, Owner, Reason, ApprovedBy, FromNs, UntilNs, Pack, File, Line)
[[nodiscard]] Waiver read_waiver(const prolog::Value& declaration, std::size_t control);

}  // namespace overlord::rules
