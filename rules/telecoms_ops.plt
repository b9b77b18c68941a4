:- begin_tests(telecoms_ops).

% telecoms.uptime-month

test(uptime_month_compliant, [given([measured(s, uptime_month, 1)])]) :-
    telecoms_uptime_month(s, 1).
test(uptime_month_at_the_limit, [given([measured(s, uptime_month, 0.99999)])]) :-
    telecoms_uptime_month(s, 0.99999).
test(uptime_month_violated, [given([measured(s, uptime_month, 0.999989)]), fail]) :-
    telecoms_uptime_month(s, _).
test(uptime_month_nothing_in_the_window, [given([measured(s, uptime_month, none)])]) :-
    telecoms_uptime_month(s, none).
test(uptime_month_evidence_missing,
     [ given([ missing(s, uptime_month, "nothing observed")
             ]),
       unknown
     ]) :-
    telecoms_uptime_month(s, _).

% telecoms.error-budget

test(error_budget_compliant_at_the_limit,
     [ given([ measured(s, up_1_h, 1),
               measured(s, up_5_min, 1),
               measured(s, up_6_h, 1),
               measured(s, up_30_min, 1),
               measured(s, up_3_d, 1)
             ])
     ]) :-
    telecoms_error_budget(s, _).
test(error_budget_evidence_missing,
     [ given([ missing(s, up_1_h, "nothing observed"),
               measured(s, up_5_min, 1),
               measured(s, up_6_h, 1),
               measured(s, up_30_min, 1),
               measured(s, up_3_d, 1)
             ]),
       unknown
     ]) :-
    telecoms_error_budget(s, _).

% telecoms.redundancy-capacity

test(redundancy_capacity_compliant_at_the_limit, [given([measured(s, spare_capacity, 0)])]) :-
    telecoms_redundancy_capacity(s, 0).
test(redundancy_capacity_violated, [given([measured(s, spare_capacity, -1)]), fail]) :-
    telecoms_redundancy_capacity(s, _).
test(redundancy_capacity_evidence_missing,
     [ given([ missing(s, spare_capacity, "nothing observed")
             ]),
       unknown
     ]) :-
    telecoms_redundancy_capacity(s, _).

% telecoms.diversity

test(diversity_compliant,
     [ given([ measured(s, domains_spare, true),
               measured(s, diversity_age_d, 364)
             ])
     ]) :-
    telecoms_diversity(s, true).
test(diversity_at_the_limit,
     [ given([ measured(s, domains_spare, true),
               measured(s, diversity_age_d, 365)
             ])
     ]) :-
    telecoms_diversity(s, true).
test(diversity_violated,
     [ given([ measured(s, domains_spare, false),
               measured(s, diversity_age_d, 364)
             ]),
       fail
     ]) :-
    telecoms_diversity(s, _).
test(diversity_violated_by_diversity_age_d,
     [ given([ measured(s, domains_spare, true),
               measured(s, diversity_age_d, 366)
             ]),
       fail
     ]) :-
    telecoms_diversity(s, _).
test(diversity_evidence_missing,
     [ given([ missing(s, domains_spare, "nothing observed"),
               measured(s, diversity_age_d, 364)
             ]),
       unknown
     ]) :-
    telecoms_diversity(s, _).

% telecoms.failover-success

test(failover_success_compliant_at_the_limit,
     [ given([ measured(s, faults_unswitched, 0),
               measured(s, switches_failed, 0),
               measured(s, flapping, 0)
             ])
     ]) :-
    telecoms_failover_success(s, 0).
test(failover_success_violated,
     [ given([ measured(s, faults_unswitched, 1),
               measured(s, switches_failed, 0),
               measured(s, flapping, 0)
             ]),
       fail
     ]) :-
    telecoms_failover_success(s, _).
test(failover_success_violated_by_switches_failed,
     [ given([ measured(s, faults_unswitched, 0),
               measured(s, switches_failed, 1),
               measured(s, flapping, 0)
             ]),
       fail
     ]) :-
    telecoms_failover_success(s, _).
test(failover_success_violated_by_flapping,
     [ given([ measured(s, faults_unswitched, 0),
               measured(s, switches_failed, 0),
               measured(s, flapping, 1)
             ]),
       fail
     ]) :-
    telecoms_failover_success(s, _).
test(failover_success_nothing_in_the_window,
     [ given([ measured(s, faults_unswitched, none),
               measured(s, switches_failed, none),
               measured(s, flapping, none)
             ])
     ]) :-
    telecoms_failover_success(s, none).
test(failover_success_evidence_missing,
     [ given([ missing(s, faults_unswitched, "nothing observed"),
               measured(s, switches_failed, 0),
               measured(s, flapping, 0)
             ]),
       unknown
     ]) :-
    telecoms_failover_success(s, _).

% telecoms.failover-test

test(failover_test_compliant,
     [ given([ measured(s, good_switch_age_d, 89),
               measured(s, tests_unrepaired, 0)
             ])
     ]) :-
    telecoms_failover_test(s, 89).
test(failover_test_at_the_limit,
     [ given([ measured(s, good_switch_age_d, 90),
               measured(s, tests_unrepaired, 0)
             ])
     ]) :-
    telecoms_failover_test(s, 90).
test(failover_test_violated,
     [ given([ measured(s, good_switch_age_d, 91),
               measured(s, tests_unrepaired, 0)
             ]),
       fail
     ]) :-
    telecoms_failover_test(s, _).
test(failover_test_violated_by_tests_unrepaired,
     [ given([ measured(s, good_switch_age_d, 89),
               measured(s, tests_unrepaired, 1)
             ]),
       fail
     ]) :-
    telecoms_failover_test(s, _).
test(failover_test_nothing_in_the_window,
     [ given([ measured(s, good_switch_age_d, 89),
               measured(s, tests_unrepaired, none)
             ])
     ]) :-
    telecoms_failover_test(s, _).
test(failover_test_evidence_missing,
     [ given([ missing(s, good_switch_age_d, "nothing observed"),
               measured(s, tests_unrepaired, 0)
             ]),
       unknown
     ]) :-
    telecoms_failover_test(s, _).

% telecoms.monitoring-coverage

test(monitoring_coverage_compliant_at_the_limit, [given([measured(s, units_unsampled, 0)])]) :-
    telecoms_monitoring_coverage(s, 0).
test(monitoring_coverage_violated, [given([measured(s, units_unsampled, 1)]), fail]) :-
    telecoms_monitoring_coverage(s, _).
test(monitoring_coverage_nothing_in_the_window, [given([measured(s, units_unsampled, none)])]) :-
    telecoms_monitoring_coverage(s, none).
test(monitoring_coverage_evidence_missing,
     [ given([ missing(s, units_unsampled, "nothing observed")
             ]),
       unknown
     ]) :-
    telecoms_monitoring_coverage(s, _).

% telecoms.monitoring-alert

test(monitoring_alert_compliant,
     [ given([ measured(s, alarm_s, 4),
               measured(s, acknowledged_min, 14)
             ])
     ]) :-
    telecoms_monitoring_alert(s, 4).
test(monitoring_alert_at_the_limit,
     [ given([ measured(s, alarm_s, 5),
               measured(s, acknowledged_min, 15)
             ])
     ]) :-
    telecoms_monitoring_alert(s, 5).
test(monitoring_alert_violated,
     [ given([ measured(s, alarm_s, 6),
               measured(s, acknowledged_min, 14)
             ]),
       fail
     ]) :-
    telecoms_monitoring_alert(s, _).
test(monitoring_alert_violated_by_acknowledged_min,
     [ given([ measured(s, alarm_s, 4),
               measured(s, acknowledged_min, 16)
             ]),
       fail
     ]) :-
    telecoms_monitoring_alert(s, _).
test(monitoring_alert_nothing_in_the_window,
     [ given([ measured(s, alarm_s, none),
               measured(s, acknowledged_min, none)
             ])
     ]) :-
    telecoms_monitoring_alert(s, none).
test(monitoring_alert_evidence_missing,
     [ given([ missing(s, alarm_s, "nothing observed"),
               measured(s, acknowledged_min, 14)
             ]),
       unknown
     ]) :-
    telecoms_monitoring_alert(s, _).

% telecoms.packet-quality

test(packet_quality_compliant,
     [ given([ measured(s, delay_ms, 99),
               measured(s, jitter_ms, 49),
               measured(s, loss, 0.0005)
             ])
     ]) :-
    telecoms_packet_quality(s, 99).
test(packet_quality_at_the_limit,
     [ given([ measured(s, delay_ms, 100),
               measured(s, jitter_ms, 50),
               measured(s, loss, 0.001)
             ])
     ]) :-
    telecoms_packet_quality(s, 100).
test(packet_quality_violated,
     [ given([ measured(s, delay_ms, 101),
               measured(s, jitter_ms, 49),
               measured(s, loss, 0.0005)
             ]),
       fail
     ]) :-
    telecoms_packet_quality(s, _).
test(packet_quality_violated_by_jitter_ms,
     [ given([ measured(s, delay_ms, 99),
               measured(s, jitter_ms, 51),
               measured(s, loss, 0.0005)
             ]),
       fail
     ]) :-
    telecoms_packet_quality(s, _).
test(packet_quality_violated_by_loss,
     [ given([ measured(s, delay_ms, 99),
               measured(s, jitter_ms, 49),
               measured(s, loss, 0.0011)
             ]),
       fail
     ]) :-
    telecoms_packet_quality(s, _).
test(packet_quality_nothing_in_the_window,
     [ given([ measured(s, delay_ms, none),
               measured(s, jitter_ms, none),
               measured(s, loss, none)
             ])
     ]) :-
    telecoms_packet_quality(s, none).
test(packet_quality_evidence_missing,
     [ given([ missing(s, delay_ms, "nothing observed"),
               measured(s, jitter_ms, 49),
               measured(s, loss, 0.0005)
             ]),
       unknown
     ]) :-
    telecoms_packet_quality(s, _).

% telecoms.planned-maintenance

test(planned_maintenance_compliant,
     [ given([ measured(s, maintenance_proper, true),
               measured(s, maintenance_h, 3)
             ])
     ]) :-
    telecoms_planned_maintenance(s, true).
test(planned_maintenance_at_the_limit,
     [ given([ measured(s, maintenance_proper, true),
               measured(s, maintenance_h, 4)
             ])
     ]) :-
    telecoms_planned_maintenance(s, true).
test(planned_maintenance_violated,
     [ given([ measured(s, maintenance_proper, false),
               measured(s, maintenance_h, 3)
             ]),
       fail
     ]) :-
    telecoms_planned_maintenance(s, _).
test(planned_maintenance_violated_by_maintenance_h,
     [ given([ measured(s, maintenance_proper, true),
               measured(s, maintenance_h, 5)
             ]),
       fail
     ]) :-
    telecoms_planned_maintenance(s, _).
test(planned_maintenance_nothing_in_the_window,
     [ given([ measured(s, maintenance_proper, none),
               measured(s, maintenance_h, none)
             ])
     ]) :-
    telecoms_planned_maintenance(s, none).
test(planned_maintenance_evidence_missing,
     [ given([ missing(s, maintenance_proper, "nothing observed"),
               measured(s, maintenance_h, 3)
             ]),
       unknown
     ]) :-
    telecoms_planned_maintenance(s, _).

% telecoms.outage-report

test(outage_report_compliant_at_the_limit,
     [ given([ measured(s, unnotified, 0),
               measured(s, uninitiated, 0),
               measured(s, unnotified_voip, 0),
               measured(s, unnotified_voip_911, 0),
               measured(s, unfinished, 0)
             ])
     ]) :-
    telecoms_outage_report(s, 0).
test(outage_report_violated,
     [ given([ measured(s, unnotified, 1),
               measured(s, uninitiated, 0),
               measured(s, unnotified_voip, 0),
               measured(s, unnotified_voip_911, 0),
               measured(s, unfinished, 0)
             ]),
       fail
     ]) :-
    telecoms_outage_report(s, _).
test(outage_report_violated_by_uninitiated,
     [ given([ measured(s, unnotified, 0),
               measured(s, uninitiated, 1),
               measured(s, unnotified_voip, 0),
               measured(s, unnotified_voip_911, 0),
               measured(s, unfinished, 0)
             ]),
       fail
     ]) :-
    telecoms_outage_report(s, _).
test(outage_report_violated_by_unnotified_voip,
     [ given([ measured(s, unnotified, 0),
               measured(s, uninitiated, 0),
               measured(s, unnotified_voip, 1),
               measured(s, unnotified_voip_911, 0),
               measured(s, unfinished, 0)
             ]),
       fail
     ]) :-
    telecoms_outage_report(s, _).
test(outage_report_violated_by_unnotified_voip_911,
     [ given([ measured(s, unnotified, 0),
               measured(s, uninitiated, 0),
               measured(s, unnotified_voip, 0),
               measured(s, unnotified_voip_911, 1),
               measured(s, unfinished, 0)
             ]),
       fail
     ]) :-
    telecoms_outage_report(s, _).
test(outage_report_violated_by_unfinished,
     [ given([ measured(s, unnotified, 0),
               measured(s, uninitiated, 0),
               measured(s, unnotified_voip, 0),
               measured(s, unnotified_voip_911, 0),
               measured(s, unfinished, 1)
             ]),
       fail
     ]) :-
    telecoms_outage_report(s, _).
test(outage_report_nothing_in_the_window,
     [ given([ measured(s, unnotified, none),
               measured(s, uninitiated, none),
               measured(s, unnotified_voip, none),
               measured(s, unnotified_voip_911, none),
               measured(s, unfinished, none)
             ])
     ]) :-
    telecoms_outage_report(s, none).
test(outage_report_evidence_missing,
     [ given([ missing(s, unnotified, "nothing observed"),
               measured(s, uninitiated, 0),
               measured(s, unnotified_voip, 0),
               measured(s, unnotified_voip_911, 0),
               measured(s, unfinished, 0)
             ]),
       unknown
     ]) :-
    telecoms_outage_report(s, _).

% The level.

test(level_compliant,
     [ given([ measured(s, uptime_month, 1),
               measured(s, up_1_h, 1),
               measured(s, up_5_min, 1),
               measured(s, up_6_h, 1),
               measured(s, up_30_min, 1),
               measured(s, up_3_d, 1),
               measured(s, spare_capacity, 0),
               measured(s, domains_spare, true),
               measured(s, diversity_age_d, 364),
               measured(s, faults_unswitched, 0),
               measured(s, switches_failed, 0),
               measured(s, flapping, 0),
               measured(s, good_switch_age_d, 89),
               measured(s, tests_unrepaired, 0),
               measured(s, units_unsampled, 0),
               measured(s, alarm_s, 4),
               measured(s, acknowledged_min, 14),
               measured(s, delay_ms, 99),
               measured(s, jitter_ms, 49),
               measured(s, loss, 0.0005),
               measured(s, maintenance_proper, true),
               measured(s, maintenance_h, 3),
               measured(s, unnotified, 0),
               measured(s, uninitiated, 0),
               measured(s, unnotified_voip, 0),
               measured(s, unnotified_voip_911, 0),
               measured(s, unfinished, 0)
             ])
     ]) :-
    telecoms_ops_compliant(s).
test(level_violated,
     [ given([ measured(s, uptime_month, 1),
               measured(s, up_1_h, 1),
               measured(s, up_5_min, 1),
               measured(s, up_6_h, 1),
               measured(s, up_30_min, 1),
               measured(s, up_3_d, 1),
               measured(s, spare_capacity, 0),
               measured(s, domains_spare, true),
               measured(s, diversity_age_d, 364),
               measured(s, faults_unswitched, 0),
               measured(s, switches_failed, 0),
               measured(s, flapping, 0),
               measured(s, good_switch_age_d, 89),
               measured(s, tests_unrepaired, 0),
               measured(s, units_unsampled, 0),
               measured(s, alarm_s, 4),
               measured(s, acknowledged_min, 14),
               measured(s, delay_ms, 99),
               measured(s, jitter_ms, 49),
               measured(s, loss, 0.0005),
               measured(s, maintenance_proper, true),
               measured(s, maintenance_h, 3),
               measured(s, unnotified, 1),
               measured(s, uninitiated, 0),
               measured(s, unnotified_voip, 0),
               measured(s, unnotified_voip_911, 0),
               measured(s, unfinished, 0)
             ]),
       fail
     ]) :-
    telecoms_ops_compliant(s).

% 14.4 times the budget of an hour is 0.51 s: three bad seconds count first.
test(error_budget_burns_on_both_windows,
     [ given([ measured(s, up_1_h, 0.999),
               measured(s, up_5_min, 0.99),
               measured(s, up_6_h, 1),
               measured(s, up_30_min, 1),
               measured(s, up_3_d, 1)
             ]),
       fail
     ]) :-
    telecoms_error_budget(s, _).
test(error_budget_burnt_an_hour_ago_only,
     [ given([ measured(s, up_1_h, 0.999),
               measured(s, up_5_min, 1),
               measured(s, up_6_h, 1),
               measured(s, up_30_min, 1),
               measured(s, up_3_d, 1)
             ]),
       Burn == 100
     ]) :-
    telecoms_error_budget(s, Burn).
test(error_budget_of_two_bad_seconds,
     [ given([ measured(s, up_1_h, 3598r3600),
               measured(s, up_5_min, 298r300),
               measured(s, up_6_h, 21598r21600),
               measured(s, up_30_min, 1798r1800),
               measured(s, up_3_d, 1)
             ])
     ]) :-
    telecoms_error_budget(s, _).
test(error_budget_burns_for_three_days,
     [ given([ measured(s, up_1_h, 1),
               measured(s, up_5_min, 1),
               measured(s, up_6_h, 0.9999),
               measured(s, up_30_min, 1),
               measured(s, up_3_d, 0.9999)
             ]),
       fail
     ]) :-
    telecoms_error_budget(s, _).
test(error_budget_of_an_empty_window,
     [ given([ measured(s, up_1_h, none),
               measured(s, up_5_min, none),
               measured(s, up_6_h, none),
               measured(s, up_30_min, none),
               measured(s, up_3_d, none)
             ]),
       Burn == 0
     ]) :-
    telecoms_error_budget(s, Burn).

% Faults and switches as they come.

test(failover_success_fault_switched_in_time,
     [feed([ at(0, s, fault(id("f-1"), group("g"), unit("a"), protected(true), kind(los),
                            occurred(ago(0, s)))),
             at(1, s, protection_switch(group("g"), fault("f-1"), from_unit("a"), to_unit("b"),
                                        result(success), drill(false), detected(ago(60, ms)),
                                        switched(ago(20, ms)))),
             wait(1, min)
           ])]) :-
    telecoms_failover_success(s, 0).
test(failover_success_fault_switched_too_late,
     [feed([ at(0, s, fault(id("f-1"), group("g"), unit("a"), protected(true), kind(los),
                            occurred(ago(0, s)))),
             at(1_001, ms, protection_switch(group("g"), fault("f-1"), from_unit("a"),
                                             to_unit("b"), result(success), drill(false),
                                             detected(ago(60, ms)), switched(ago(20, ms)))),
             wait(1, min)
           ])]) :-
    measured(s, faults_unswitched, 1),
    verdict('telecoms.failover-success', non_compliant).
test(failover_success_three_switches_do_not_flap,
     [feed([ series(protection_switch(group("g"), fault("f"), from_unit("a"), to_unit("b"),
                                      result($), drill(false), detected(ago(60, ms)),
                                      switched(ago(20, ms))),
                    "successx3 _x8 success", every(1, min))
           ])]) :-
    measured(s, flapping, 0).
test(failover_success_four_switches_flap,
     [feed([ series(protection_switch(group("g"), fault("f"), from_unit("a"), to_unit("b"),
                                      result($), drill(false), detected(ago(60, ms)),
                                      switched(ago(20, ms))),
                    "successx4", every(3, min))
           ])]) :-
    measured(s, flapping, 1).

test(monitoring_coverage_by_events,
     [feed([ at(0, s, inventory(unit("a"), in_scope(true))),
             at(0, s, inventory(unit("b"), in_scope(true))),
             at(0, s, inventory(unit("c"), in_scope(false))),
             at(1, s, probe(unit("a"), period_ms(1_000))),
             at(2, s, probe(unit("b"), period_ms(1_000))),
             wait(1, min),
             holds(verdict('telecoms.monitoring-coverage', compliant)),
             at(0, s, inventory(unit("b"), in_scope(true))),
             wait(3, s)
           ])]) :-
    verdict('telecoms.monitoring-coverage', non_compliant).

% 900,000 user-minutes make an outage reportable; 120 minutes run from its discovery.

test(outage_report_notified_at_the_limit,
     [feed([ at(0, s, outage(id("o-1"), discovered(ago(10, min)), minutes(30),
                             user_minutes(900_000), oc3_minutes(0), special_facility(false),
                             interconnected_voip(false), service_911(false))),
             at(110, min, outage_report(outage("o-1"), stage(notification),
                                        filed(ago(0, s)), reference("n-1"))),
             wait(5, min)
           ])]) :-
    measured(s, unnotified, 0).
test(outage_report_notified_too_late,
     [feed([ at(0, s, outage(id("o-1"), discovered(ago(10, min)), minutes(30),
                             user_minutes(900_000), oc3_minutes(0), special_facility(false),
                             interconnected_voip(false), service_911(false))),
             at(111, min, outage_report(outage("o-1"), stage(notification),
                                        filed(ago(0, s)), reference("n-1"))),
             wait(5, min)
           ])]) :-
    measured(s, unnotified, 1),
    verdict('telecoms.outage-report', non_compliant).
test(outage_report_too_small_to_report,
     [feed([ at(0, s, outage(id("o-1"), discovered(ago(10, min)), minutes(30),
                             user_minutes(899_999), oc3_minutes(666), special_facility(false),
                             interconnected_voip(false), service_911(false))),
             wait(3, h)
           ])]) :-
    measured(s, unnotified, 0).

:- end_tests(telecoms_ops).
