:- module(itil_practices,
          [ itil_incident_priorities/2,     % +System, -Unanswered
            itil_incident_resolution/2,     % +System, -Unresolved
            itil_major_incident/2,          % +System, -Unmanaged
            itil_change_authority/2,        % +System, -Unapproved
            itil_emergency_change/2,        % +System, -Linked
            itil_change_conformance/2,      % +System, -Drifts
            itil_problem_rca/2,             % +System, -OpeningD
            itil_availability/2,            % +System, -Availability
            itil_practices_compliant/1      % +System
          ]).

/** <module> ITIL practices: incidents by priority, changes by authority, problems, availability

ISO/IEC 20000-1 asks for agreed targets and for authority; the numbers are ours. Business days are
those of the calendar business_days, which each site replaces by its own.
*/

:- pack(itil, "1.0", [on_request]).

:- calendar(business_days, [ zone("+00:00"), work([mon-fri], "00:00", "24:00"),
                             source("Monday to Friday, no holidays: replace by the site's own")
                           ]).

% What is taken in.

:- telemetry(incident_update(id:string, state:one_of(reported, responded, hold, resumed, resolved),
                             priority:integer(1, 4), service:string, responder:optional(string),
                             hold_reason:optional(string), customer:optional(string),
                             worked_minutes:optional(number(0, 10_000_000)))).
:- telemetry(major_incident(id:string, state:one_of(declared, managed, updated, resolved, reviewed),
                            manager:optional(string))).
:- telemetry(change(id:string, state:one_of(approved, started, finished, ratified),
                    class:one_of(normal, standard, emergency), item:string,
                    authority:optional(one_of(cab, delegate, emergency_cab, model)),
                    person:optional(string), incident:optional(string),
                    back_out:optional(string), test:optional(string),
                    result:optional(one_of(success, failure, backed_out)))).
:- telemetry(drift(item:string, expected:string, actual:string)).
:- telemetry(problem(id:string, state:one_of(opened, root_cause, closed), incident:string,
                     cause:optional(string), action:optional(string))).
:- telemetry(service_hour(service:string, hour:time, good:integer(0, 1_000_000_000),
                          total:integer(0, 1_000_000_000),
                          excluded:integer(0, 1_000_000_000)),
             [require([good =< total, excluded =< total])]).

% What is measured.

:- parameter(window_days, 30).
:- parameter(response_p1_min, 15).
:- parameter(response_p2_min, 30).
:- parameter(response_p3_h, 4).
:- parameter(response_p4_days, 1).
:- parameter(resolution_p1_h, 4).
:- parameter(resolution_p2_h, 8).
:- parameter(resolution_p3_h, 24).
:- parameter(resolution_p4_h, 72).
:- parameter(manager_min, 15).
:- parameter(update_min, 60).
:- parameter(open_most_days, 30, [unit(d), about("beyond the window nothing may be open")]).
:- parameter(review_days, 5, [unit(d), about("business days, as those below")]).
:- parameter(ratified_days, 5, [unit(d)]).
:- parameter(change_window_hours, 24, [about("how long a started change explains a drift")]).
:- parameter(problem_days, 2, [unit(d), about("business days")]).
:- parameter(root_cause_days, 10, [unit(d), about("business days")]).
:- parameter(service_hours_least, 9, [about("reports of an hour: more than 30,000 seconds")]).

:- measure(p1_unanswered,
           unanswered(incident_update:(state = reported, priority = 1),
                      incident_update:(state = responded, given(responder)), on([id]),
                      within(param(response_p1_min), min)),
           over(param(window_days), d)).
:- measure(p2_unanswered,
           unanswered(incident_update:(state = reported, priority = 2),
                      incident_update:(state = responded, given(responder)), on([id]),
                      within(param(response_p2_min), min)),
           over(param(window_days), d)).
:- measure(p3_unanswered,
           unanswered(incident_update:(state = reported, priority = 3),
                      incident_update:(state = responded, given(responder)), on([id]),
                      within(param(response_p3_h), h)),
           over(param(window_days), d)).
:- measure(p4_unanswered,
           unanswered(incident_update:(state = reported, priority = 4),
                      incident_update:(state = responded, given(responder)), on([id]),
                      within(param(response_p4_days), d)),
           over(param(window_days), d), [calendar(business_days)]).
% Until it is resolved, or on hold for a reason on the customer's side; then what was worked counts.
:- measure(p1_unresolved,
           unanswered(incident_update:(priority = 1, (state = reported ; state = resumed)),
                      incident_update:( state = resolved
                                      ; state = hold, given(hold_reason), given(customer)
                                      ),
                      on([id]), within(param(resolution_p1_h), h)),
           over(param(window_days), d)).
:- measure(p2_unresolved,
           unanswered(incident_update:(priority = 2, (state = reported ; state = resumed)),
                      incident_update:( state = resolved
                                      ; state = hold, given(hold_reason), given(customer)
                                      ),
                      on([id]), within(param(resolution_p2_h), h)),
           over(param(window_days), d)).
:- measure(p3_unresolved,
           unanswered(incident_update:(priority = 3, (state = reported ; state = resumed)),
                      incident_update:( state = resolved
                                      ; state = hold, given(hold_reason), given(customer)
                                      ),
                      on([id]), within(param(resolution_p3_h), h)),
           over(param(window_days), d)).
:- measure(p4_unresolved,
           unanswered(incident_update:(priority = 4, (state = reported ; state = resumed)),
                      incident_update:( state = resolved
                                      ; state = hold, given(hold_reason), given(customer)
                                      ),
                      on([id]), within(param(resolution_p4_h), h)),
           over(param(window_days), d)).
% What is open, and not on hold, for longer than the window above stays.
:- measure(open_d,
           span(incident_update:(state = reported ; state = resumed),
                incident_update:( state = resolved
                                ; state = hold, given(hold_reason), given(customer)
                                ),
                on([id])),
           over(1, d), [in(d)]).
:- measure(resolved_in_time,
           all(incident_update, ( state \= resolved
                                ; priority = 1, worked_minutes =< param(resolution_p1_h) * 60
                                ; priority = 2, worked_minutes =< param(resolution_p2_h) * 60
                                ; priority = 3, worked_minutes =< param(resolution_p3_h) * 60
                                ; priority = 4, worked_minutes =< param(resolution_p4_h) * 60
                                )),
           over(param(window_days), d)).
:- measure(major_unmanaged,
           unanswered(major_incident:(state = declared),
                      major_incident:(state = managed, given(manager)), on([id]),
                      within(param(manager_min), min)),
           over(param(window_days), d)).
:- measure(major_silent,
           unanswered(major_incident:(state = declared ; state = updated),
                      major_incident:(state = updated ; state = resolved), on([id]),
                      within(param(update_min), min)),
           over(param(window_days), d)).
:- measure(major_review_d,
           span(major_incident:(state = resolved), major_incident:(state = reviewed), on([id])),
           over(param(window_days), d), [in(d), calendar(business_days)]).
:- measure(normal_unapproved,
           unpreceded(change:(state = started, class = normal, person \= first:person),
                      change:(state = approved, (authority = cab ; authority = delegate)),
                      on([id])),
           over(param(window_days), d)).
:- measure(standard_unapproved,
           unpreceded(change:(state = started, class = standard, person \= first:person),
                      change:(state = approved, authority = model), on([id])),
           over(param(window_days), d)).
:- measure(emergency_unapproved,
           unpreceded(change:(state = started, class = emergency, person \= first:person),
                      change:(state = approved, (authority = emergency_cab ; authority = cab)),
                      on([id])),
           over(param(window_days), d)).
:- measure(emergencies_linked, all(change, (class \= emergency ; given(incident))),
           over(param(window_days), d)).
:- measure(ratified_d,
           span(change:(state = finished, class = emergency), change:(state = ratified),
                on([id])),
           over(param(window_days), d), [in(d), calendar(business_days)]).
:- measure(drifts_unexplained,
           unpreceded(drift, change:(state = started), on([item]),
                      within(param(change_window_hours), h)),
           over(param(window_days), d)).
:- measure(drifts_after,
           episodes([ finished: (change, state = finished),
                      \+ (change, state = started),
                      drift: (drift, true)
                    ],
                    on([item]), within(param(change_window_hours), h)),
           over(param(window_days), d)).
:- measure(changes_documented,
           all(change, ( state = approved, given(back_out), given(test)
                       ; state = finished, given(result)
                       ; state = started
                       ; state = ratified
                       )),
           over(param(window_days), d)).
% An incident of priority 1 that nobody calls major has a problem all the same.
:- measure(problem_opening_d,
           span(incident_update:(state = reported, priority = 1), problem:(state = opened),
                on([id = incident])),
           over(param(window_days), d), [in(d), calendar(business_days)]).
:- measure(major_problem_opening_d,
           span(major_incident:(state = declared), problem:(state = opened),
                on([id = incident])),
           over(param(window_days), d), [in(d), calendar(business_days)]).
:- measure(root_cause_d,
           span(problem:(state = opened),
                problem:(state = root_cause, given(cause), given(action)), on([id])),
           over(param(window_days), d), [in(d), calendar(business_days)]).
:- measure(availability_month, ratio(service_hour, good, total - excluded), calendar(month),
           [at_least(param(service_hours_least))]).
:- measure(availability_year, ratio(service_hour, good, total - excluded), over(365, d),
           [at_least(param(service_hours_least))]).

% What is required.

:- control('itil.incident-response', itil_incident_priorities/2,
           [ title("Incidents are answered by a person or runbook in the time of their priority"),
             basis(target), severity(high),
             cites([ "Own targets: P1 15 min, P2 30 min, P3 4 h, P4 one business day",
                     citation("ISO/IEC 20000-1", "2018", "8.6.1"),
                     citation("ISO/IEC 20000-1", "2018", "8.3.3", [verified(false)]),
                     citation("ITIL", "4", "incident management"),
                     citation("NIST SP 800-53", "Rev. 5", "IR-4, IR-5")
                   ])
           ]).

%!  itil_incident_priorities(+System, -Unanswered) is semidet.
%
%   Unanswered are the incidents of priority 1 of 30 days without a response in time; there are none
%   of the others.

itil_incident_priorities(System, Unanswered) :-
    measured(System, p1_unanswered, Unanswered),
    Unanswered =< 0,
    measured(System, p2_unanswered, Unanswered2),
    Unanswered2 =< 0,
    measured(System, p3_unanswered, Unanswered3),
    Unanswered3 =< 0,
    measured(System, p4_unanswered, Unanswered4),
    Unanswered4 =< 0.

:- control('itil.incident-resolution', itil_incident_resolution/2,
           [ title("Incidents are resolved in the time of their priority, holds left out"),
             basis(target), severity(high),
             cites([ "Own targets: P1 4 h, P2 8 h, P3 24 h, P4 72 h",
                     citation("ISO/IEC 20000-1", "2018", "8.6.1")
                   ])
           ]).

%!  itil_incident_resolution(+System, -Unresolved) is semidet.
%
%   Unresolved are the incidents of priority 1 of 30 days that ran out; of the others none did, and
%   what was worked on each resolved one kept its limit too.

itil_incident_resolution(System, Unresolved) :-
    measured(System, p1_unresolved, Unresolved),
    Unresolved =< 0,
    measured(System, p2_unresolved, Unresolved2),
    Unresolved2 =< 0,
    measured(System, p3_unresolved, Unresolved3),
    Unresolved3 =< 0,
    measured(System, p4_unresolved, Unresolved4),
    Unresolved4 =< 0,
    measured(System, resolved_in_time, InTime),
    ( InTime == none -> true ; InTime == true ),
    measured(System, open_d, OpenD),
    param(System, open_most_days, OpenMost),
    ( OpenD == none -> true ; OpenD =< OpenMost ).

:- control('itil.major-incident', itil_major_incident/2,
           [ title("A major incident has a manager in 15 min, an update each hour, a review"),
             basis(target), severity(critical),
             cites([ "Own targets; a review within five business days",
                     citation("ISO/IEC 20000-1", "2018", "8.6.1: major incident",
                              [verified(false)]),
                     citation("DORA", "(EU) 2022/2554", "Article 19", [from("2025-01-17")]),
                     citation("(EU) 2025/301", "", "4 h, 24 h, 72 h, one month")
                   ])
           ]).

%!  itil_major_incident(+System, -Unmanaged) is semidet.
%
%   Unmanaged are the major incidents of 30 days without a named manager in time.

itil_major_incident(System, Unmanaged) :-
    measured(System, major_unmanaged, Unmanaged),
    Unmanaged =< 0,
    measured(System, major_silent, Silent),
    Silent =< 0,
    measured(System, major_review_d, ReviewD),
    param(System, review_days, Most),
    ( ReviewD == none -> true ; ReviewD =< Most ).

:- control('itil.change-approved', itil_change_authority/2,
           [ title("Every change is approved by its authority before it starts, by somebody else"),
             basis(standard), severity(high),
             cites([ citation("ISO/IEC 20000-1", "2018", "8.5.1", [verified(false)]),
                     citation("ITIL", "4", "change enablement: a CAB is one form of authority",
                              [verified(false)]),
                     citation("NIST SP 800-53", "Rev. 5", "CM-3 b, CM-3(1)(d), CM-5"),
                     citation("ISO/IEC 27001", "2022", "A.8.32")
                   ])
           ]).

%!  itil_change_authority(+System, -Unapproved) is semidet.
%
%   Unapproved are the normal changes of 30 days that the board or its delegate did not approve
%   before; a standard change follows its model, an emergency has its own board.

itil_change_authority(System, Unapproved) :-
    measured(System, normal_unapproved, Unapproved),
    Unapproved =< 0,
    measured(System, standard_unapproved, Standard),
    Standard =< 0,
    measured(System, emergency_unapproved, Emergency),
    Emergency =< 0.

:- control('itil.emergency-change', itil_emergency_change/2,
           [ title("An emergency change names its incident and is ratified in five business days"),
             basis(standard), severity(medium),
             cites([ citation("ISO/IEC 20000-1", "2018", "8.5.1", [verified(false)]),
                     citation("FedRAMP Rev5 playbook", "", "more than five days after"),
                     citation("FedRAMP CR26", "2026.07.14.01", "SCN-CSO-EMG"),
                     "Five business days are an own default"
                   ])
           ]).

%!  itil_emergency_change(+System, -Linked) is semidet.
%
%   Linked is `true` when each emergency change of 30 days names its incident.

itil_emergency_change(System, Linked) :-
    measured(System, emergencies_linked, Linked),
    ( Linked == none -> true ; Linked == true ),
    measured(System, ratified_d, RatifiedD),
    param(System, ratified_days, Most),
    ( RatifiedD == none -> true ; RatifiedD =< Most ).

:- control('itil.change-conformance', itil_change_conformance/2,
           [ title("No configuration drifts outside a change; changes can be backed out"),
             basis(standard), severity(high),
             cites([ citation("NIST SP 800-53", "Rev. 5", "CM-3(2), CM-6 d, SI-7"),
                     citation("NERC CIP-010", "4", "R1.2, R2.1",
                              [from("2022-10-01"), until("2028-06-30"), verified(false)]),
                     citation("ISO/IEC 20000-1", "2018", "8.2.6, 8.5.3", [verified(false)])
                   ])
           ]).

%!  itil_change_conformance(+System, -Drifts) is semidet.
%
%   Drifts are those of 30 days on an item that no change had started on in the day before; none
%   came after such a change was finished.

itil_change_conformance(System, Drifts) :-
    measured(System, drifts_unexplained, Drifts),
    Drifts =< 0,
    measured(System, drifts_after, After),
    After =< 0,
    measured(System, changes_documented, Documented),
    ( Documented == none -> true ; Documented == true ).

:- control('itil.problem-rca', itil_problem_rca/2,
           [ title("A P1 or major incident has a problem in two business days, its cause in ten"),
             basis(target), severity(medium),
             cites([ "Own targets",
                     citation("ISO/IEC 20000-1", "2018", "8.6.3", [verified(false)]),
                     citation("ITIL", "4", "problem management", [verified(false)]),
                     citation("NIST SP 800-53", "Rev. 5", "IR-4 c"),
                     citation("FedRAMP CR26", "2026.07.14.01", "IEC-CSO-OIR, IEC-CSO-FIR")
                   ])
           ]).

%!  itil_problem_rca(+System, -OpeningD) is semidet.
%
%   OpeningD is the longest time, in business days, from an incident of priority 1 of 30 days to its
%   problem; it runs while there is none. So do that of a major incident, and that to a root cause.

itil_problem_rca(System, OpeningD) :-
    measured(System, problem_opening_d, OpeningD),
    param(System, problem_days, Most),
    ( OpeningD == none -> true ; OpeningD =< Most ),
    measured(System, major_problem_opening_d, MajorD),
    ( MajorD == none -> true ; MajorD =< Most ),
    measured(System, root_cause_d, CauseD),
    param(System, root_cause_days, CauseMost),
    ( CauseD == none -> true ; CauseD =< CauseMost ).

:- control('itil.availability', itil_availability/2,
           [ title("Services are good 99.99 % of the calendar month and of the year"),
             basis(target), severity(high),
             cites([ "Own target; no regulation sets this percentage",
                     citation("ISO/IEC 20000-1", "2018", "8.7.1"),
                     citation("ISO/IEC 20000-1", "2018", "8.3.3", [verified(false)]),
                     citation("NIST SP 800-53", "Rev. 5", "CP-2, CP-10"),
                     citation("FedRAMP CR26", "2026.07.14.01", "CDS-CSO-AVR")
                   ])
           ]).

%!  itil_availability(+System, -Availability) is semidet.
%
%   Availability is good over total seconds of the month, agreed exclusions left out: 259.2 s of 30
%   days may be lost.

itil_availability(System, Availability) :-
    measured(System, availability_month, Availability),
    Availability >= 0.9999,
    measured(System, availability_year, Year),
    Year >= 0.9999.

%!  itil_practices_compliant(+System) is semidet.

itil_practices_compliant(System) :-
    itil_incident_priorities(System, _),
    itil_incident_resolution(System, _),
    itil_major_incident(System, _),
    itil_change_authority(System, _),
    itil_emergency_change(System, _),
    itil_change_conformance(System, _),
    itil_problem_rca(System, _),
    itil_availability(System, _).
