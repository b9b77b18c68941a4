:- module(telecoms_ops,
          [ telecoms_uptime_month/2,            % +System, -Uptime
            telecoms_error_budget/2,            % +System, -Burn
            telecoms_redundancy_capacity/2,     % +System, -Spare
            telecoms_diversity/2,               % +System, -Diverse
            telecoms_planned_maintenance/2,     % +System, -Proper
            telecoms_ops_compliant/1            % +System
          ]).

/** <module> Telecoms in operation: budgets, protection, monitoring, maintenance, outage reports

The controls of the telecoms catalogue beside the three of the core pack. Only the filing times of
47 CFR 4.9, the 90 days between tests and the objectives of Y.1541 come from a rule book; a figure
that does not is called our own target.
*/

:- pack(telecoms, "1.0", [on_request]).

% What is taken in.

:- telemetry(telecoms:heartbeat).
:- telemetry(maintenance(id:string, service:string, announced:time, approved:optional(time),
                         approver:optional(string), starts:time, ends:time)).
:- telemetry(capacity(group:string, healthy:number(0, 1_000_000_000_000),
                      largest:number(0, 1_000_000_000_000),
                      second:number(0, 1_000_000_000_000),
                      demand:number(0, 1_000_000_000_000))).
:- telemetry(domain_loss(id:string, group:string,
                         domain_kind:one_of(site, power, conduit, provider, control_plane),
                         domain:string, remaining:integer(0, 1_000_000),
                         required:integer(0, 1_000_000))).

% What is measured.

:- parameter(uptime_month_beats_least, 300_000).
:- parameter(burn_fast, 14.4, "threshold over 1 h and 5 min, SRE workbook").
:- parameter(burn_slow, 6, "threshold over 6 h and 30 min").
:- parameter(burn_steady, 1, "threshold over 3 d and 6 h").
:- parameter(bad_seconds_least, 3, "one bad second pages nobody at five nines").
:- parameter(capacity_stale_seconds, 60).
:- parameter(diversity_audit_days, 365).
:- parameter(maintenance_notice_hours, 72).
:- parameter(maintenance_most_hours, 4).

:- measure(uptime_month, availability(heartbeat, status = up, every(1, s)), over(30, d),
           [ by(service),
             at_least(param(uptime_month_beats_least)),
             except(maintenance, starts, ends, ( given(approved),
                                                 approved =< starts,
                                                 starts - announced >=
                                                     duration(param(maintenance_notice_hours), h)
                                               ))
           ]).
:- measure(up_5_min, availability(heartbeat, status = up, every(1, s)), over(5, min),
           [by(service)]).
:- measure(up_30_min, availability(heartbeat, status = up, every(1, s)), over(30, min),
           [by(service)]).
:- measure(up_1_h, availability(heartbeat, status = up, every(1, s)), over(1, h), [by(service)]).
:- measure(up_6_h, availability(heartbeat, status = up, every(1, s)), over(6, h), [by(service)]).
:- measure(up_3_d, availability(heartbeat, status = up, every(1, s)), over(3, d), [by(service)]).
:- measure(spare_capacity, last(capacity, healthy - largest - second - demand),
           [by(group), stale_after(param(capacity_stale_seconds), s)]).
:- measure(domains_spare, latest_all(domain_loss, id, remaining >= required)).
:- measure(diversity_age_d, age(domain_loss), [by(group), in(d)]).
:- measure(maintenance_proper,
           all(maintenance, ( given(approved),
                              given(approver),
                              approved =< starts,
                              ends > starts,
                              starts - announced >= duration(param(maintenance_notice_hours), h)
                            )),
           over(90, d)).
:- measure(maintenance_h, sum(maintenance, (ends - starts) / duration(1, h)), calendar(month),
           [unit("h")]).

% What is required.

:- control('telecoms.uptime-month', telecoms_uptime_month/2,
           [ title("Services are available 99.999 % of 30 days, approved maintenance left out"),
             basis(target), severity(high),
             cites([ "Own target; no regulation sets this percentage",
                     citation("TL 9000", "", "system outage measure (SO)"),
                     citation("ITU-T G.827", "", "availability", [verified(false)]),
                     citation("ITU-T E.800", "", "availability", [verified(false)]),
                     citation("NIST SP 800-53", "Rev. 5", "CP-2, CP-10"),
                     citation("ISO/IEC 27001", "2022", "A.8.14")
                   ])
           ]).

%!  telecoms_uptime_month(+System, -Uptime) is semidet.
%
%   Uptime is the part of 30 days, summed over services, that was up: 25.92 s for one service
%   may be lost. Only maintenance that was approved and announced in time is left out.

telecoms_uptime_month(System, Uptime) :-
    measured(System, uptime_month, Uptime),
    ( Uptime == none -> true ; Uptime >= 0.99999 ).

:- control('telecoms.error-budget', telecoms_error_budget/2,
           [ title("The error budget burns on no pair of windows at once"),
             basis(target), severity(high),
             cites([ "Own target, by the burn-rate method of the Google SRE Workbook",
                     citation("NIST SP 800-53", "Rev. 5", "SI-4, CA-7")
                   ])
           ]).

%!  telecoms_error_budget(+System, -Burn) is semidet.
%
%   Burn is the part of the last hour that was lost over the part that five nines leave. A pair of
%   windows is over when both burn faster than its threshold and the long one lost three seconds.

telecoms_error_budget(System, Burn) :-
    measured(System, up_1_h, Hour),
    measured(System, up_5_min, FiveMinutes),
    measured(System, up_6_h, SixHours),
    measured(System, up_30_min, HalfHour),
    measured(System, up_3_d, ThreeDays),
    burn(Hour, Burn),
    param(telecoms_ops, burn_fast, Fast),
    param(telecoms_ops, burn_slow, Slow),
    param(telecoms_ops, burn_steady, Steady),
    param(telecoms_ops, bad_seconds_least, Least),
    within_budget(Hour, 3_600, FiveMinutes, Fast, Least),
    within_budget(SixHours, 21_600, HalfHour, Slow, Least),
    within_budget(ThreeDays, 259_200, SixHours, Steady, Least).

% Seconds lost of the long window, at least, before its burn counts.
within_budget(Long, LongSeconds, Short, Most, Least) :-
    burn(Long, LongBurn),
    burn(Short, ShortBurn),
    (   LongBurn =< Most
    ->  true
    ;   ShortBurn =< Most
    ->  true
    ;   (1 - Long) * LongSeconds < Least
    ).

burn(none, 0).
burn(Availability, Burn) :-
    Availability \== none,
    Burn is (1 - Availability) / (1 - 0.99999).

:- control('telecoms.redundancy-capacity', telecoms_redundancy_capacity/2,
           [ title("The two largest units of a group can fail and demand is still met"),
             basis(target), severity(high),
             cites([ "Own target; no regulation sets this number",
                     citation("ISO/IEC 27001", "2022", "A.8.14"),
                     citation("NIST SP 800-53", "Rev. 5", "CP-2, CP-7, CP-8"),
                     citation("NERC TOP-001", "4", "R20, R23", [verified(false)]),
                     citation("NERC IRO-002", "5", "R2", [verified(false)]),
                     citation("47 CFR", "", "9.19", [verified(false)])
                   ])
           ]).

%!  telecoms_redundancy_capacity(+System, -Spare) is semidet.
%
%   Spare is the healthy capacity less the two largest units and the demand, the least of a group.

telecoms_redundancy_capacity(System, Spare) :-
    measured(System, spare_capacity, Spare),
    Spare >= 0.

:- control('telecoms.diversity', telecoms_diversity/2,
           [ title("The loss of any one site, feed, conduit, provider or controller leaves enough"),
             basis(standard), severity(high),
             cites([ citation("NIST SP 800-53", "Rev. 5", "CP-8(2)"),
                     citation("47 CFR", "", "9.19: circuit diversity audit", [verified(false)]),
                     citation("NERC TOP-001", "4", "R20", [verified(false)]),
                     citation("NERC IRO-002", "5", "R2: diversely routed", [verified(false)])
                   ])
           ]).

%!  telecoms_diversity(+System, -Diverse) is semidet.
%
%   Diverse is `true` when, by the latest analysis of each domain, its loss leaves the units that
%   are needed. Each group was analysed within a year.

telecoms_diversity(System, Diverse) :-
    measured(System, domains_spare, Diverse),
    Diverse == true,
    measured(System, diversity_age_d, AgeD),
    param(telecoms_ops, diversity_audit_days, Most),
    AgeD \== none,
    AgeD =< Most.

:- control('telecoms.planned-maintenance', telecoms_planned_maintenance/2,
           [ title("Maintenance is approved, announced 72 h ahead and at most 4 h a month"),
             basis(target), severity(low),
             cites([ "Own target; the contract sets it",
                     citation("ISO/IEC 20000-1", "2018", "8.5.1"),
                     citation("NIST SP 800-53", "Rev. 5", "CM-3")
                   ])
           ]).

%!  telecoms_planned_maintenance(+System, -Proper) is semidet.
%
%   Proper is `true` when each maintenance of 90 days was approved before it started and announced.

telecoms_planned_maintenance(System, Proper) :-
    measured(System, maintenance_proper, Proper),
    ( Proper == none -> true ; Proper == true ),
    measured(System, maintenance_h, Hours),
    param(telecoms_ops, maintenance_most_hours, Most),
    ( Hours == none -> true ; Hours =< Most ).

%!  telecoms_ops_compliant(+System) is semidet.

telecoms_ops_compliant(System) :-
    telecoms_uptime_month(System, _),
    telecoms_error_budget(System, _),
    telecoms_redundancy_capacity(System, _),
    telecoms_diversity(System, _),
    telecoms_planned_maintenance(System, _).
