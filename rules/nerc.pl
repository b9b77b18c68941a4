:- module(nerc,
          [ nerc_log_review/2,          % +System, -AgeDays
            nerc_incident_report/2,     % +System, -Late
            nerc_baseline_change/2,     % +System, -Unauthorised
            nerc_compliant/1            % +System
          ]).

/** <module> NERC overlay: log review, incident reports, baselines of BES cyber systems

An overlay: it speaks of systems that are subject to NERC's CIP standards, and a system answers for
it only if its configuration names it.
*/

:- pack(nerc, "1.0", [on_request]).

% What is taken in.

:- telemetry(log_review(system:string, reviewer:string, findings:integer(0, 1_000_000))).
:- telemetry(log_day(system:string, date:string, present:bool, logins:bool, access_failures:bool,
                     malicious_code:bool)).
:- telemetry(cyber_incident(id:string, determination:one_of(reportable, attempt, neither))).
:- telemetry(attribute_learned(incident:string, attribute:string)).
:- telemetry(notice(incident:string, party:one_of(e_isac, cisa),
                    kind:one_of(initial, update))).
:- telemetry(disturbance(id:string, event:string)).
:- telemetry(disturbance_report(id:string, recipient:string)).
:- telemetry(deviation(asset:string, change:optional(string), expected:string, actual:string)).
:- telemetry(change_authorised(change:string, by:string)).
:- telemetry(baseline(asset:string, hash:string)).
:- telemetry(baseline_check(asset:string, unauthorised:integer(0, 1_000_000))).

% What is measured.

:- parameter(review_most_days, 15, [unit(d), about("CIP-007-6 R4 Part 4.4")]).
:- parameter(log_days_least, 90, [unit(d), about("CIP-007-6 R4 Part 4.3")]).
:- parameter(check_most_days, 35, [unit(d), about("CIP-010-4 R2 Part 2.1")]).
:- parameter(window_days, 90).

:- measure(review_age_d, age(log_review), [by(system), in(d)]).
:- measure(days_logged,
           all(log_day, (present = true, logins = true, access_failures = true, malicious_code)),
           over(param(log_days_least), d)).
:- measure(days_seen, distinct(log_day, date), over(91, d)).
:- measure(e_isac_unnotified,
           unanswered(cyber_incident:(determination = reportable),
                      notice:(party = e_isac, kind = initial), on([id = incident]),
                      within(1, h)),
           over(param(window_days), d)).
:- measure(cisa_unnotified,
           unanswered(cyber_incident:(determination = reportable),
                      notice:(party = cisa, kind = initial), on([id = incident]),
                      within(1, h)),
           over(param(window_days), d)).
% The end of the next calendar day is at least a day away: a day is the stricter reading.
:- measure(attempts_unnotified,
           unanswered(cyber_incident:(determination = attempt), notice:(kind = initial),
                      on([id = incident]), within(1, d)),
           over(param(window_days), d)).
:- measure(updates_missing,
           unanswered(attribute_learned, notice:(kind = update), on([incident]), within(7, d)),
           over(param(window_days), d)).
:- measure(disturbances_unreported,
           unanswered(disturbance, disturbance_report, on([id]), within(24, h)),
           over(param(window_days), d)).
:- measure(deviations_unauthorised,
           unpreceded(deviation, change_authorised, on([change])),
           over(param(window_days), d)).
:- measure(baselines_stale,
           unanswered(deviation, baseline, on([asset]), within(30, d)),
           over(param(window_days), d)).
:- measure(check_age_d, age(baseline_check), [by(asset), in(d)]).

% What is required.

:- control('nerc.log-review', nerc_log_review/2,
           [ title("Logs are reviewed each 15 days, and 90 consecutive days of them are there"),
             basis(regulation), severity(high),
             cites([ citation("NERC CIP-007", "6", "R4 Parts 4.1, 4.2"),
                     citation("NERC CIP-007", "6", "R4 Parts 4.3, 4.4: secondary source",
                              [verified(false)])
                   ])
           ]).

%!  nerc_log_review(+System, -AgeDays) is semidet.
%
%   AgeDays is the time since the latest review, the longest of a BES cyber system.

nerc_log_review(System, AgeDays) :-
    measured(System, review_age_d, AgeDays),
    param(System, review_most_days, Most),
    AgeDays \== none,
    AgeDays =< Most,
    measured(System, days_logged, Logged),
    ( Logged == none -> true ; Logged == true ),
    measured(System, days_seen, Days),
    param(System, log_days_least, Least),
    Days \== none,
    Days >= Least.

:- control('nerc.incident-report', nerc_incident_report/2,
           [ title("E-ISAC and CISA know in an hour, of attempts in a day, of news in 7 days"),
             basis(regulation), severity(critical),
             cites([ citation("NERC CIP-008", "6", "R4: one hour"),
                     citation("NERC CIP-008", "6", "R4: next calendar day, 7 calendar days",
                              [verified(false)]),
                     citation("NERC EOP-004", "4", "R2: the later of 24 h and 4 p.m.")
                   ])
           ]).

%!  nerc_incident_report(+System, -Late) is semidet.
%
%   Late are the reportable incidents of 90 days that E-ISAC was not told of within an hour. For
%   disturbances the 24 hours are kept; the later hour that EOP-004 allows is not used.

nerc_incident_report(System, Late) :-
    measured(System, e_isac_unnotified, Late),
    ( Late == none -> true ; Late =< 0 ),
    measured(System, cisa_unnotified, Cisa),
    ( Cisa == none -> true ; Cisa =< 0 ),
    measured(System, attempts_unnotified, Attempts),
    ( Attempts == none -> true ; Attempts =< 0 ),
    measured(System, updates_missing, Updates),
    ( Updates == none -> true ; Updates =< 0 ),
    measured(System, disturbances_unreported, Disturbances),
    ( Disturbances == none -> true ; Disturbances =< 0 ).

:- control('nerc.baseline-change', nerc_baseline_change/2,
           [ title("Baselines change by authority, are updated in 30 days, checked in 35"),
             basis(regulation), severity(high),
             cites([ citation("NERC CIP-010", "4", "R1 Parts 1.2-1.3, R2 Part 2.1",
                              [from("2022-10-01"), until("2028-06-30"), verified(false)]),
                     citation("NERC CIP-010", "5", "enforceable", [from("2028-07-01")])
                   ])
           ]).

%!  nerc_baseline_change(+System, -Unauthorised) is semidet.
%
%   Unauthorised are the deviations of 90 days without an authorised change before.

nerc_baseline_change(System, Unauthorised) :-
    measured(System, deviations_unauthorised, Unauthorised),
    ( Unauthorised == none -> true ; Unauthorised =< 0 ),
    measured(System, baselines_stale, Stale),
    ( Stale == none -> true ; Stale =< 0 ),
    measured(System, check_age_d, AgeD),
    param(System, check_most_days, Most),
    AgeD \== none,
    AgeD =< Most.

%!  nerc_compliant(+System) is semidet.

nerc_compliant(System) :-
    nerc_log_review(System, _),
    nerc_incident_report(System, _),
    nerc_baseline_change(System, _).
