:- module(nerc,
          [ nerc_log_review/2,          % +System, -ReviewD
            nerc_incident_report/2,     % +System, -NoticeMin
            nerc_baseline_change/2,     % +System, -Unauthorised
            nerc_compliant/1            % +System
          ]).

/** <module> NERC overlay: log review, incident reports, baselines of BES cyber systems

An overlay: it speaks of systems that are subject to NERC's CIP standards, and a system answers for
it only if its configuration names it.
*/

:- pack(nerc, "1.0", [on_request]).

% What is taken in. The day of a log_day is counted from 1970-01-01.

:- telemetry(log_review(system:string, reviewer:string, findings:integer(0, 1_000_000))).
:- telemetry(log_day(system:string, day:integer(0, 100_000), present:bool, logins:bool,
                     access_failures:bool, malicious_code:bool)).
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
:- parameter(log_age_most_days, 2, [unit(d), about("own target: a day is told the day after")]).
:- parameter(notice_most_min, 60, [unit(min), about("CIP-008-6 R4: a reportable incident")]).
:- parameter(attempt_most_h, 24, [unit(h), about("stricter than the end of the next day")]).
:- parameter(update_most_days, 7, [unit(d), about("CIP-008-6 R4")]).
:- parameter(disturbance_most_h, 24, [unit(h), about("EOP-004-4 R2, without its later hour")]).
:- parameter(baseline_most_days, 30, [unit(d), about("CIP-010-4 R1 Part 1.3")]).
:- parameter(check_most_days, 35, [unit(d), about("CIP-010-4 R2 Part 2.1")]).
:- parameter(window_days, 90).

% From each day's log to the next review of its system: it runs while there is none.
:- measure(review_d, span(log_day, log_review, on([system])), over(1, d), [in(d)]).
:- measure(days_logged,
           all(log_day, (present = true, logins = true, access_failures = true, malicious_code)),
           over(param(log_days_least), d)).
:- measure(days_seen, distinct(log_day, day), over(91, d)).
:- measure(days_missing, sequence_gaps(log_day, day), over(91, d), [by(system)]).
:- measure(log_age_d, age(log_day), [by(system), in(d)]).
% What nobody was told of stays, however old it is.
:- measure(e_isac_notice_min,
           span(cyber_incident:(determination = reportable),
                notice:(party = e_isac, kind = initial), on([id = incident])),
           over(param(window_days), d)).
:- measure(cisa_notice_min,
           span(cyber_incident:(determination = reportable),
                notice:(party = cisa, kind = initial), on([id = incident])),
           over(param(window_days), d)).
% The end of the next calendar day is at least a day away: a day is the stricter reading.
:- measure(e_isac_attempt_h,
           span(cyber_incident:(determination = attempt),
                notice:(party = e_isac, kind = initial), on([id = incident])),
           over(param(window_days), d), [in(h)]).
:- measure(cisa_attempt_h,
           span(cyber_incident:(determination = attempt),
                notice:(party = cisa, kind = initial), on([id = incident])),
           over(param(window_days), d), [in(h)]).
:- measure(e_isac_update_d,
           span(attribute_learned, notice:(party = e_isac, kind = update), on([incident])),
           over(param(window_days), d), [in(d)]).
:- measure(cisa_update_d,
           span(attribute_learned, notice:(party = cisa, kind = update), on([incident])),
           over(param(window_days), d), [in(d)]).
:- measure(disturbance_h, span(disturbance, disturbance_report, on([id])),
           over(param(window_days), d), [in(h)]).
:- measure(deviations_unauthorised,
           unpreceded(deviation, change_authorised, on([change])),
           over(param(window_days), d)).
:- measure(baseline_d, span(deviation, baseline, on([asset])), over(param(window_days), d),
           [in(d)]).
:- measure(check_age_d, age(baseline_check), [by(asset), in(d)]).
% An age knows only assets that were checked once; this knows those with a baseline.
:- measure(first_check_d, span(baseline, baseline_check, on([asset])), over(1, d), [in(d)]).
:- measure(checks_clean, all(baseline_check, unauthorised = 0), over(param(window_days), d)).

% What is required.

:- control('nerc.log-review', nerc_log_review/2,
           [ title("Logs are reviewed each 15 days, and 90 consecutive days of them are there"),
             basis(regulation), severity(high),
             cites([ citation("NERC CIP-007", "6", "R4 Parts 4.1, 4.2"),
                     citation("NERC CIP-007", "6", "R4 Parts 4.3, 4.4: secondary source",
                              [verified(false)])
                   ])
           ]).

%!  nerc_log_review(+System, -ReviewD) is semidet.
%
%   ReviewD is the longest time in days from a day's log of a BES cyber system to its next review.
%   No day of a system is missing, and 90 are there.

nerc_log_review(System, ReviewD) :-
    measured(System, review_d, ReviewD),
    param(System, review_most_days, Most),
    ( ReviewD == none -> true ; ReviewD =< Most ),
    measured(System, days_logged, Logged),
    Logged == true,
    measured(System, days_missing, Missing),
    Missing =< 0,
    measured(System, log_age_d, AgeD),
    param(System, log_age_most_days, AgeMost),
    AgeD =< AgeMost,
    measured(System, days_seen, Days),
    param(System, log_days_least, Least),
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

%!  nerc_incident_report(+System, -NoticeMin) is semidet.
%
%   NoticeMin is the longest time from a reportable incident of 90 days to the notice of it to
%   E-ISAC; CISA has the same hour. For disturbances the 24 hours are kept; the later hour that
%   EOP-004 allows is not used.

nerc_incident_report(System, NoticeMin) :-
    param(System, notice_most_min, NoticeMost),
    measured(System, e_isac_notice_min, NoticeMin),
    ( NoticeMin == none -> true ; NoticeMin =< NoticeMost ),
    measured(System, cisa_notice_min, CisaMin),
    ( CisaMin == none -> true ; CisaMin =< NoticeMost ),
    param(System, attempt_most_h, AttemptMost),
    measured(System, e_isac_attempt_h, AttemptH),
    ( AttemptH == none -> true ; AttemptH =< AttemptMost ),
    measured(System, cisa_attempt_h, CisaAttemptH),
    ( CisaAttemptH == none -> true ; CisaAttemptH =< AttemptMost ),
    param(System, update_most_days, UpdateMost),
    measured(System, e_isac_update_d, UpdateD),
    ( UpdateD == none -> true ; UpdateD =< UpdateMost ),
    measured(System, cisa_update_d, CisaUpdateD),
    ( CisaUpdateD == none -> true ; CisaUpdateD =< UpdateMost ),
    param(System, disturbance_most_h, DisturbanceMost),
    measured(System, disturbance_h, DisturbanceH),
    ( DisturbanceH == none -> true ; DisturbanceH =< DisturbanceMost ).

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
%   Unauthorised are the deviations of 90 days without an authorised change before; no check of
%   these days found one.

nerc_baseline_change(System, Unauthorised) :-
    measured(System, deviations_unauthorised, Unauthorised),
    Unauthorised =< 0,
    measured(System, checks_clean, Clean),
    ( Clean == none -> true ; Clean == true ),
    measured(System, baseline_d, BaselineD),
    param(System, baseline_most_days, BaselineMost),
    ( BaselineD == none -> true ; BaselineD =< BaselineMost ),
    measured(System, check_age_d, AgeD),
    param(System, check_most_days, CheckMost),
    AgeD =< CheckMost,
    measured(System, first_check_d, FirstD),
    ( FirstD == none -> true ; FirstD =< CheckMost ).

%!  nerc_compliant(+System) is semidet.

nerc_compliant(System) :-
    nerc_log_review(System, _),
    nerc_incident_report(System, _),
    nerc_baseline_change(System, _).
