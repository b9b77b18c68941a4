:- module(telecoms_ops,
          [ telecoms_uptime_month/2,            % +System, -Uptime
            telecoms_error_budget/2,            % +System, -Burn
            telecoms_redundancy_capacity/2,     % +System, -Spare
            telecoms_diversity/2,               % +System, -Diverse
            telecoms_failover_success/2,        % +System, -Unanswered
            telecoms_failover_test/2,           % +System, -Untested
            telecoms_monitoring_coverage/2,     % +System, -Unsampled
            telecoms_monitoring_alert/2,        % +System, -AlertS
            telecoms_packet_quality/2,          % +System, -DelayMs
            telecoms_planned_maintenance/2,     % +System, -Proper
            telecoms_outage_report/2,           % +System, -Late
            telecoms_ops_compliant/1            % +System
          ]).

/** <module> Telecoms in operation: budgets, protection, monitoring, maintenance, outage reports

The controls of the telecoms catalogue beside the three of the core pack. Only the filing times of
47 CFR 4.9, the 90 days between tests and the objectives of Y.1541 come from a rule book; a figure
that does not is called our own target.
*/

:- pack(telecoms, "1.0", [on_request]).

% What is taken in. A domain_loss has the same id whenever the same domain of a group is analysed.

:- telemetry(telecoms:heartbeat).
:- telemetry(maintenance(id:string, service:string, announced:time, approved:optional(time),
                         approver:optional(string), starts:time, ends:time),
             [require([starts =< ends])]).
:- telemetry(capacity(group:string, healthy:number(0, 1_000_000_000_000),
                      largest:number(0, 1_000_000_000_000),
                      second:number(0, 1_000_000_000_000),
                      demand:number(0, 1_000_000_000_000))).
:- telemetry(domain_loss(id:string, group:string,
                         domain_kind:one_of(site, power, conduit, provider, control_plane),
                         domain:string, remaining:integer(0, 1_000_000),
                         required:integer(0, 1_000_000))).
:- telemetry(fault(id:string, group:string, unit:string, protected:bool, occurred:time,
                   kind:one_of(los, signal_fail, signal_degrade, bfd, process))).
:- telemetry(protection_switch(group:string, fault:optional(string), from_unit:string,
                               to_unit:string, result:one_of(success, failure), drill:bool,
                               detected:time, switched:time, restored:optional(time))).
:- telemetry(repair(group:string, ticket:string)).
:- telemetry(inventory(unit:string, in_scope:bool)).
:- telemetry(probe(unit:string, retired:optional(bool))).
:- telemetry(alarm(id:string, fault:string, emitted:time)).
:- telemetry(alarm_acknowledged(alarm:string, by:string)).
:- telemetry(packet_sample(path:string, class:string, sent:integer(1, 1_000_000_000),
                           lost:integer(0, 1_000_000_000), delay_ms:number(0, 1_000_000),
                           jitter_ms:number(0, 1_000_000)),
             [require([lost =< sent])]).
:- telemetry(outage(id:string, discovered:time, minutes:number(0, 1_000_000),
                    user_minutes:number(0, 1_000_000_000_000),
                    oc3_minutes:number(0, 1_000_000_000), special_facility:bool,
                    interconnected_voip:bool, service_911:bool)).
:- telemetry(outage_report(outage:string, stage:one_of(notification, initial, final), filed:time,
                           reference:string)).

% What is measured.

:- parameter(uptime_month_beats_least, 300_000).
:- parameter(burn_fast, 14.4, [about("threshold over 1 h and 5 min, SRE workbook")]).
:- parameter(burn_slow, 6, [about("threshold over 6 h and 30 min")]).
:- parameter(burn_steady, 1, [about("threshold over 3 d and 6 h")]).
:- parameter(bad_seconds_least, 3, [unit(s), about("one bad second pages nobody at five nines")]).
:- parameter(beat_age_below_s, 300, [unit(s), about("a silence that fills the shortest window")]).
:- parameter(capacity_stale_seconds, 60).
:- parameter(diversity_audit_days, 365).
:- parameter(switch_deadline_ms, 1_000).
:- parameter(switch_window_days, 90).
:- parameter(switches_too_many, 4, [about("in 10 min: three of a group are no flapping")]).
:- parameter(test_age_most_days, 90, [about("calendar days between good tests")]).
:- parameter(repair_hours, 2).
:- parameter(sample_deadline_ms, 2_000, [unit(ms), about("two periods at 1 Hz")]).
:- parameter(alarm_most_s, 5, [unit(s), about("from fault to alarm")]).
:- parameter(acknowledge_most_min, 15, [unit(min), about("from alarm to person or runbook")]).
:- parameter(quality_window_minutes, 5).
:- parameter(delay_most_ms, 100, [unit(ms), about("Y.1541 class 0: upper bound of mean delay")]).
:- parameter(jitter_most_ms, 50, [unit(ms), about("Y.1541 class 0: delay variation")]).
:- parameter(loss_most, 0.001, [about("Y.1541 class 0: loss ratio")]).
:- parameter(maintenance_notice_hours, 72).
:- parameter(maintenance_most_hours, 4).
:- parameter(outage_window_days, 60).
:- parameter(final_report_most_days, 30, [unit(d), about("47 CFR 4.9, from discovery")]).

:- measure(uptime_month, availability(heartbeat, status = up, every(1, s)), over(30, d),
           [ by(service),
             at_least(param(uptime_month_beats_least)),
             except(maintenance, starts, ends, ( given(approved),
                                                 given(approver),
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
:- measure(services, distinct(heartbeat, service), over(3, d)).
:- measure(beat_age_s, age(heartbeat), [by(service), in(s), forget_after(3, d)]).
:- measure(spare_capacity, last(capacity, healthy - largest - second - demand),
           [by(group), stale_after(param(capacity_stale_seconds), s)]).
:- measure(domains_spare, latest_all(domain_loss, id, remaining >= required)).
:- measure(diversity_age_d, age(domain_loss), [by(group), in(d)]).
:- measure(faults_unswitched,
           unanswered(fault:(protected = true), protection_switch:(result = success),
                      on([group, id = fault]), within(param(switch_deadline_ms), ms)),
           over(param(switch_window_days), d)).
:- measure(switches_failed, count(protection_switch, (result = failure, drill = false)),
           over(param(switch_window_days), d)).
:- measure(flapping,
           episodes([switch: times(param(switches_too_many), protection_switch, drill = false)],
                    on([group]), within(10, min)),
           over(param(switch_window_days), d)).
% A group that reports its capacity has to be tested, one that was never switched too.
:- measure(groups, distinct(capacity, group), over(1, h)).
:- measure(groups_untested,
           unpreceded(capacity, protection_switch:(result = success), on([group]),
                      within(param(test_age_most_days), d)),
           over(1, h)).
:- measure(tests_unrepaired,
           unanswered(protection_switch:(result = failure, drill = true), repair, on([group]),
                      within(param(repair_hours), h)),
           over(param(switch_window_days), d)).
:- measure(units_listed, distinct(inventory, unit, in_scope = true), over(1, h)).
:- measure(units_unsampled,
           unanswered(inventory:(in_scope = true), probe, on([unit]),
                      within(param(sample_deadline_ms), ms)),
           over(1, h)).
:- measure(sample_silence_ms, span(probe:(\+ retired = true), probe, on([unit])), over(1, min),
           [in(ms), lateness(5, s)]).
:- measure(alarm_s, span(fault, alarm, on([id = fault])), over(1, d),
           [in(s), times(occurred, emitted)]).
:- measure(acknowledged_min, span(alarm, alarm_acknowledged, on([id = alarm])), over(1, d),
           [in(min)]).
:- measure(delay_ms, percentile(packet_sample, delay_ms, 99),
           over(param(quality_window_minutes), min),
           [bounds([1, 2, 5, 10, 20, 50, 75, 100, 150, 200, 400, 1_000]), unit("ms")]).
:- measure(jitter_ms, percentile(packet_sample, jitter_ms, 99),
           over(param(quality_window_minutes), min),
           [bounds([1, 2, 5, 10, 20, 30, 40, 50, 75, 100, 200, 500]), unit("ms")]).
:- measure(loss, ratio(packet_sample, lost, sent), over(param(quality_window_minutes), min)).
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
% 47 CFR 4.9 counts from discovery; interconnected VoIP has longer times and no initial report. An
% outage without its final report stays, however old.
:- measure(unnotified,
           unanswered(outage:( interconnected_voip = false,
                               minutes >= 30,
                               ( user_minutes >= 900_000
                               ; oc3_minutes >= 667
                               ; special_facility = true
                               ; service_911 = true
                               )
                             ),
                      outage_report:(stage = notification), on([id = outage]), within(120, min)),
           over(param(outage_window_days), d), [times(discovered, filed)]).
:- measure(uninitiated,
           unanswered(outage:( interconnected_voip = false,
                               minutes >= 30,
                               ( user_minutes >= 900_000
                               ; oc3_minutes >= 667
                               ; special_facility = true
                               ; service_911 = true
                               )
                             ),
                      outage_report:(stage = initial), on([id = outage]), within(72, h)),
           over(param(outage_window_days), d), [times(discovered, filed)]).
:- measure(unnotified_voip,
           unanswered(outage:( interconnected_voip = true,
                               service_911 = false,
                               minutes >= 30,
                               ( user_minutes >= 900_000
                               ; special_facility = true
                               )
                             ),
                      outage_report:(stage = notification), on([id = outage]), within(24, h)),
           over(param(outage_window_days), d), [times(discovered, filed)]).
:- measure(unnotified_voip_911,
           unanswered(outage:(interconnected_voip = true, service_911 = true, minutes >= 30),
                      outage_report:(stage = notification), on([id = outage]), within(240, min)),
           over(param(outage_window_days), d), [times(discovered, filed)]).
:- measure(final_report_d,
           span(outage:( minutes >= 30,
                         ( user_minutes >= 900_000
                         ; interconnected_voip = false, oc3_minutes >= 667
                         ; special_facility = true
                         ; service_911 = true
                         )
                       ),
                outage_report:(stage = final), on([id = outage])),
           over(param(outage_window_days), d), [in(d), times(discovered, filed)]).

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
    Uptime >= 0.99999.

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
%   windows is over when both burn faster than its threshold and the long one lost three seconds. A
%   service that has been silent for the shortest window burns: the windows know it no more.

telecoms_error_budget(System, Burn) :-
    measured(System, beat_age_s, BeatAgeS),
    param(System, beat_age_below_s, BeatAgeLimit),
    BeatAgeS \== none,
    BeatAgeS < BeatAgeLimit,
    measured(System, services, Services),
    measured(System, up_1_h, Hour),
    Burn is (1 - Hour) / (1 - 0.99999),
    measured(System, up_5_min, FiveMinutes),
    measured(System, up_30_min, HalfHour),
    measured(System, up_6_h, SixHours),
    measured(System, up_3_d, ThreeDays),
    param(System, burn_fast, Fast),
    param(System, burn_slow, Slow),
    param(System, burn_steady, Steady),
    param(System, bad_seconds_least, Least),
    LeastEach is Least / Services,
    within_budget(Hour, 3_600, FiveMinutes, Fast, LeastEach),
    within_budget(SixHours, 21_600, HalfHour, Slow, LeastEach),
    within_budget(ThreeDays, 259_200, SixHours, Steady, LeastEach).

% LeastEach is how many seconds of the long window a service has to lose before its burn counts.
within_budget(Long, LongSeconds, Short, Most, LeastEach) :-
    (   (1 - Long) / (1 - 0.99999) =< Most
    ->  true
    ;   (1 - Short) / (1 - 0.99999) =< Most
    ->  true
    ;   (1 - Long) * LongSeconds < LeastEach
    ).

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
    param(System, diversity_audit_days, Most),
    AgeD =< Most.

:- control('telecoms.failover-success', telecoms_failover_success/2,
           [ title("Every fault of a protected unit is switched, and no group flaps"),
             basis(target), severity(high),
             cites([ "Own target",
                     citation("NIST SP 800-53", "Rev. 5", "CP-10"),
                     citation("NIST SP 800-53", "Rev. 5", "SI-13", [verified(false)]),
                     citation("ISO/IEC 27001", "2022", "A.8.14")
                   ])
           ]).

%!  telecoms_failover_success(+System, -Unanswered) is semidet.
%
%   Unanswered are the faults of 90 days without a successful switch by its deadline; no switch
%   failed, and no group switched four times in 10 minutes.

telecoms_failover_success(System, Unanswered) :-
    measured(System, faults_unswitched, Unanswered),
    Unanswered =< 0,
    measured(System, switches_failed, Failed),
    Failed =< 0,
    measured(System, flapping, Flapping),
    Flapping =< 0.

:- control('telecoms.failover-test', telecoms_failover_test/2,
           [ title("Each group switched well within 90 days; a failed test is acted on in 2 h"),
             basis(regulation), severity(medium),
             cites([ citation("NERC TOP-001", "4", "R21, R24: test every 90 days",
                              [verified(false)]),
                     citation("NERC IRO-002", "5", "R3: test every 90 days, action in two hours",
                              [verified(false)]),
                     citation("NIST SP 800-53", "Rev. 5", "CP-4", [verified(false)]),
                     citation("ISO/IEC 27001", "2022", "A.5.30", [verified(false)])
                   ])
           ]).

%!  telecoms_failover_test(+System, -Untested) is semidet.
%
%   Untested are the reports of 1 h of a group that has not switched well in the 90 days before.

telecoms_failover_test(System, Untested) :-
    measured(System, groups_untested, Untested),
    Untested =< 0,
    measured(System, groups, Groups),
    Groups >= 1,
    measured(System, tests_unrepaired, Unrepaired),
    Unrepaired =< 0.

:- control('telecoms.monitoring-coverage', telecoms_monitoring_coverage/2,
           [ title("Every unit in scope is sampled within two periods"),
             basis(target), severity(medium),
             cites([ "Own target",
                     citation("NIST SP 800-53", "Rev. 5", "SI-4, SI-4(2)"),
                     citation("ISO/IEC 27001", "2022", "A.8.16"),
                     citation("47 CFR", "", "9.19: diverse network monitoring", [verified(false)])
                   ])
           ]).

%!  telecoms_monitoring_coverage(+System, -Unsampled) is semidet.
%
%   Unsampled are the entries of the inventory of 1 h without a sample of the unit in time. The
%   inventory comes each hour, and a unit that was sampled goes on until it retires.

telecoms_monitoring_coverage(System, Unsampled) :-
    measured(System, units_unsampled, Unsampled),
    Unsampled =< 0,
    measured(System, units_listed, Listed),
    Listed >= 1,
    measured(System, sample_silence_ms, SilenceMs),
    param(System, sample_deadline_ms, Most),
    SilenceMs \== none,
    SilenceMs =< Most.

:- control('telecoms.monitoring-alert', telecoms_monitoring_alert/2,
           [ title("A fault is alarmed in 5 s and acknowledged in 15 min"),
             basis(target), severity(medium),
             cites([ "Own target",
                     citation("NIST SP 800-53", "Rev. 5", "SI-4(2), SI-4(5)"),
                     citation("NERC CIP-007", "6", "R4 Part 4.2"),
                     citation("ISO/IEC 27001", "2022", "A.8.16")
                   ])
           ]).

%!  telecoms_monitoring_alert(+System, -AlertS) is semidet.
%
%   AlertS is the longest time of a day from a fault to its alarm; it runs while there is none.

telecoms_monitoring_alert(System, AlertS) :-
    measured(System, alarm_s, AlertS),
    param(System, alarm_most_s, Most),
    ( AlertS == none -> true ; AlertS =< Most ),
    measured(System, acknowledged_min, AcknowledgedMin),
    param(System, acknowledge_most_min, AcknowledgedMost),
    ( AcknowledgedMin == none -> true ; AcknowledgedMin =< AcknowledgedMost ).

:- control('telecoms.packet-quality', telecoms_packet_quality/2,
           [ title("Delay, variation and loss of 5 minutes keep the class"),
             basis(standard), severity(medium), for(10, s), clear_after(10, s),
             cites([ citation("ITU-T Y.1541", "", "class 0", [verified(false)]),
                     citation("ITU-T Y.1540", "", "IP transfer parameters", [verified(false)]),
                     citation("ITU-T G.826", "", "10 severely errored seconds", [verified(false)]),
                     citation("ITU-T G.827", "", "availability", [verified(false)])
                   ])
           ]).

%!  telecoms_packet_quality(+System, -DelayMs) is semidet.
%
%   DelayMs is the 99th percentile of 5 minutes; without a sample in them the path is bad. It has to
%   be bad, or good again, for 10 s.

telecoms_packet_quality(System, DelayMs) :-
    measured(System, delay_ms, DelayMs),
    param(System, delay_most_ms, DelayMost),
    DelayMs \== none,
    DelayMs =< DelayMost,
    measured(System, jitter_ms, JitterMs),
    param(System, jitter_most_ms, JitterMost),
    JitterMs =< JitterMost,
    measured(System, loss, Loss),
    param(System, loss_most, LossMost),
    Loss =< LossMost.

:- control('telecoms.planned-maintenance', telecoms_planned_maintenance/2,
           [ title("Maintenance is approved, announced 72 h ahead and at most 4 h a month"),
             basis(target), severity(low),
             cites([ "Own target; the contract sets it",
                     citation("ISO/IEC 20000-1", "2018", "8.5.1", [verified(false)]),
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
    param(System, maintenance_most_hours, Most),
    ( Hours == none -> true ; Hours =< Most ).

:- control('telecoms.outage-report', telecoms_outage_report/2,
           [ title("A reportable outage is notified in 120 min, reported in 72 h, closed in 30 d"),
             basis(regulation), severity(critical),
             cites([ citation("47 CFR", "2017", "4.9(a)-(f), 4.7, 4.11"),
                     citation("47 CFR", "", "4.9(g): interconnected VoIP", [verified(false)])
                   ])
           ]).

%!  telecoms_outage_report(+System, -Late) is semidet.
%
%   Late are the outages of 60 days that were not notified in time; each has its other reports too.

telecoms_outage_report(System, Late) :-
    measured(System, unnotified, Late),
    Late =< 0,
    measured(System, uninitiated, Uninitiated),
    Uninitiated =< 0,
    measured(System, unnotified_voip, Voip),
    Voip =< 0,
    measured(System, unnotified_voip_911, Voip911),
    Voip911 =< 0,
    measured(System, final_report_d, FinalD),
    param(System, final_report_most_days, Most),
    ( FinalD == none -> true ; FinalD =< Most ).

%!  telecoms_ops_compliant(+System) is semidet.

telecoms_ops_compliant(System) :-
    telecoms_uptime_month(System, _),
    telecoms_error_budget(System, _),
    telecoms_redundancy_capacity(System, _),
    telecoms_diversity(System, _),
    telecoms_failover_success(System, _),
    telecoms_failover_test(System, _),
    telecoms_monitoring_coverage(System, _),
    telecoms_monitoring_alert(System, _),
    telecoms_packet_quality(System, _),
    telecoms_planned_maintenance(System, _),
    telecoms_outage_report(System, _).
