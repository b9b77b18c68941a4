:- module(nerc,
          [ nerc_log_review/2,          % +System, -AgeDays
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

% What is measured.

:- parameter(review_most_days, 15, "CIP-007-6 R4 Part 4.4").
:- parameter(log_days_least, 90, "CIP-007-6 R4 Part 4.3").

:- measure(review_age_d, age(log_review), [by(system), in(d)]).
:- measure(days_logged,
           all(log_day, (present = true, logins = true, access_failures = true, malicious_code)),
           over(param(log_days_least), d)).
:- measure(days_seen, distinct(log_day, date), over(91, d)).

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
    param(nerc, review_most_days, Most),
    AgeDays \== none,
    AgeDays =< Most,
    measured(System, days_logged, Logged),
    ( Logged == none -> true ; Logged == true ),
    measured(System, days_seen, Days),
    param(nerc, log_days_least, Least),
    Days \== none,
    Days >= Least.

%!  nerc_compliant(+System) is semidet.

nerc_compliant(System) :-
    nerc_log_review(System, _).
