:- begin_tests(telecoms_ops).

% telecoms.uptime-month

test(uptime_month_compliant, [given([measured(s, uptime_month, 0.999991)])]) :-
    telecoms_uptime_month(s, 0.999991).
test(uptime_month_at_the_limit, [given([measured(s, uptime_month, 0.99999)])]) :-
    telecoms_uptime_month(s, 0.99999).
test(uptime_month_violated, [given([measured(s, uptime_month, 0.999989)]), fail]) :-
    telecoms_uptime_month(s, _).
test(uptime_month_evidence_missing,
     [ given([ missing(s, uptime_month, "nothing observed")
             ]),
       unknown
     ]) :-
    telecoms_uptime_month(s, _).

% telecoms.error-budget

test(error_budget_compliant_at_the_limit,
     [ given([ measured(s, beat_age_s, 299), measured(s, services, 1), measured(s, up_1_h, 1),
               measured(s, up_5_min, 1), measured(s, up_6_h, 1), measured(s, up_30_min, 1),
               measured(s, up_3_d, 1)
             ])
     ]) :-
    telecoms_error_budget(s, _).
test(error_budget_violated,
     [ given([ measured(s, beat_age_s, 300), measured(s, services, 1), measured(s, up_1_h, 1),
               measured(s, up_5_min, 1), measured(s, up_6_h, 1), measured(s, up_30_min, 1),
               measured(s, up_3_d, 1)
             ]),
       fail
     ]) :-
    telecoms_error_budget(s, _).
test(error_budget_without_beat_age_s,
     [ given([ measured(s, beat_age_s, none), measured(s, services, 1), measured(s, up_1_h, 1),
               measured(s, up_5_min, 1), measured(s, up_6_h, 1), measured(s, up_30_min, 1),
               measured(s, up_3_d, 1)
             ]),
       fail
     ]) :-
    telecoms_error_budget(s, _).
test(error_budget_evidence_missing,
     [ given([ missing(s, beat_age_s, "nothing observed"), measured(s, services, 1),
               measured(s, up_1_h, 1), measured(s, up_5_min, 1), measured(s, up_6_h, 1),
               measured(s, up_30_min, 1), measured(s, up_3_d, 1)
             ]),
       unknown
     ]) :-
    telecoms_error_budget(s, _).

% telecoms.redundancy-capacity

test(redundancy_capacity_compliant, [given([measured(s, spare_capacity, 1)])]) :-
    telecoms_redundancy_capacity(s, 1).
test(redundancy_capacity_at_the_limit, [given([measured(s, spare_capacity, 0)])]) :-
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
     [ given([ measured(s, domains_spare, true), measured(s, diversity_age_d, 364)
             ])
     ]) :-
    telecoms_diversity(s, true).
test(diversity_at_the_limit,
     [ given([ measured(s, domains_spare, true), measured(s, diversity_age_d, 365)
             ])
     ]) :-
    telecoms_diversity(s, true).
test(diversity_violated,
     [ given([ measured(s, domains_spare, false), measured(s, diversity_age_d, 364)
             ]),
       fail
     ]) :-
    telecoms_diversity(s, _).
test(diversity_violated_by_diversity_age_d,
     [ given([ measured(s, domains_spare, true), measured(s, diversity_age_d, 366)
             ]),
       fail
     ]) :-
    telecoms_diversity(s, _).
test(diversity_without_domains_spare,
     [ given([ measured(s, domains_spare, none), measured(s, diversity_age_d, 364)
             ]),
       fail
     ]) :-
    telecoms_diversity(s, _).
test(diversity_evidence_missing,
     [ given([ missing(s, domains_spare, "nothing observed"), measured(s, diversity_age_d, 364)
             ]),
       unknown
     ]) :-
    telecoms_diversity(s, _).

% telecoms.failover-success

test(failover_success_compliant_at_the_limit,
     [ given([ measured(s, faults_unswitched, 0), measured(s, switches_failed, 0),
               measured(s, flapping, 0)
             ])
     ]) :-
    telecoms_failover_success(s, 0).
test(failover_success_violated,
     [ given([ measured(s, faults_unswitched, 1), measured(s, switches_failed, 0),
               measured(s, flapping, 0)
             ]),
       fail
     ]) :-
    telecoms_failover_success(s, _).
test(failover_success_violated_by_switches_failed,
     [ given([ measured(s, faults_unswitched, 0), measured(s, switches_failed, 1),
               measured(s, flapping, 0)
             ]),
       fail
     ]) :-
    telecoms_failover_success(s, _).
test(failover_success_violated_by_flapping,
     [ given([ measured(s, faults_unswitched, 0), measured(s, switches_failed, 0),
               measured(s, flapping, 1)
             ]),
       fail
     ]) :-
    telecoms_failover_success(s, _).
test(failover_success_evidence_missing,
     [ given([ missing(s, faults_unswitched, "nothing observed"), measured(s, switches_failed, 0),
               measured(s, flapping, 0)
             ]),
       unknown
     ]) :-
    telecoms_failover_success(s, _).

% telecoms.failover-test

test(failover_test_compliant_at_the_limit,
     [ given([ measured(s, groups_untested, 0), measured(s, groups, 1),
               measured(s, tests_unrepaired, 0)
             ])
     ]) :-
    telecoms_failover_test(s, 0).
test(failover_test_violated,
     [ given([ measured(s, groups_untested, 1), measured(s, groups, 1),
               measured(s, tests_unrepaired, 0)
             ]),
       fail
     ]) :-
    telecoms_failover_test(s, _).
test(failover_test_violated_by_groups,
     [ given([ measured(s, groups_untested, 0), measured(s, groups, 0),
               measured(s, tests_unrepaired, 0)
             ]),
       fail
     ]) :-
    telecoms_failover_test(s, _).
test(failover_test_violated_by_tests_unrepaired,
     [ given([ measured(s, groups_untested, 0), measured(s, groups, 1),
               measured(s, tests_unrepaired, 1)
             ]),
       fail
     ]) :-
    telecoms_failover_test(s, _).
test(failover_test_evidence_missing,
     [ given([ missing(s, groups_untested, "nothing observed"), measured(s, groups, 1),
               measured(s, tests_unrepaired, 0)
             ]),
       unknown
     ]) :-
    telecoms_failover_test(s, _).

% telecoms.monitoring-coverage

test(monitoring_coverage_compliant,
     [ given([ measured(s, units_unsampled, 0), measured(s, units_listed, 1),
               measured(s, sample_silence_ms, 1_999)
             ])
     ]) :-
    telecoms_monitoring_coverage(s, 0).
test(monitoring_coverage_at_the_limit,
     [ given([ measured(s, units_unsampled, 0), measured(s, units_listed, 1),
               measured(s, sample_silence_ms, 2_000)
             ])
     ]) :-
    telecoms_monitoring_coverage(s, 0).
test(monitoring_coverage_violated,
     [ given([ measured(s, units_unsampled, 1), measured(s, units_listed, 1),
               measured(s, sample_silence_ms, 1_999)
             ]),
       fail
     ]) :-
    telecoms_monitoring_coverage(s, _).
test(monitoring_coverage_violated_by_units_listed,
     [ given([ measured(s, units_unsampled, 0), measured(s, units_listed, 0),
               measured(s, sample_silence_ms, 1_999)
             ]),
       fail
     ]) :-
    telecoms_monitoring_coverage(s, _).
test(monitoring_coverage_violated_by_sample_silence_ms,
     [ given([ measured(s, units_unsampled, 0), measured(s, units_listed, 1),
               measured(s, sample_silence_ms, 2_001)
             ]),
       fail
     ]) :-
    telecoms_monitoring_coverage(s, _).
test(monitoring_coverage_without_sample_silence_ms,
     [ given([ measured(s, units_unsampled, 0), measured(s, units_listed, 1),
               measured(s, sample_silence_ms, none)
             ]),
       fail
     ]) :-
    telecoms_monitoring_coverage(s, _).
test(monitoring_coverage_evidence_missing,
     [ given([ missing(s, units_unsampled, "nothing observed"), measured(s, units_listed, 1),
               measured(s, sample_silence_ms, 1_999)
             ]),
       unknown
     ]) :-
    telecoms_monitoring_coverage(s, _).

% telecoms.monitoring-alert

test(monitoring_alert_compliant,
     [ given([ measured(s, alarm_s, 4), measured(s, acknowledged_min, 14)
             ])
     ]) :-
    telecoms_monitoring_alert(s, 4).
test(monitoring_alert_at_the_limit,
     [ given([ measured(s, alarm_s, 5), measured(s, acknowledged_min, 15)
             ])
     ]) :-
    telecoms_monitoring_alert(s, 5).
test(monitoring_alert_violated,
     [ given([ measured(s, alarm_s, 6), measured(s, acknowledged_min, 14)
             ]),
       fail
     ]) :-
    telecoms_monitoring_alert(s, _).
test(monitoring_alert_violated_by_acknowledged_min,
     [ given([ measured(s, alarm_s, 4), measured(s, acknowledged_min, 16)
             ]),
       fail
     ]) :-
    telecoms_monitoring_alert(s, _).
test(monitoring_alert_nothing_in_the_window,
     [ given([ measured(s, alarm_s, none), measured(s, acknowledged_min, none)
             ])
     ]) :-
    telecoms_monitoring_alert(s, none).
test(monitoring_alert_evidence_missing,
     [ given([ missing(s, alarm_s, "nothing observed"), measured(s, acknowledged_min, 14)
             ]),
       unknown
     ]) :-
    telecoms_monitoring_alert(s, _).

% telecoms.packet-quality

test(packet_quality_compliant,
     [ given([ measured(s, delay_ms, 75), measured(s, jitter_ms, 40), measured(s, loss, 0.0009)
             ])
     ]) :-
    telecoms_packet_quality(s, 75).
test(packet_quality_at_the_limit,
     [ given([ measured(s, delay_ms, 100), measured(s, jitter_ms, 50), measured(s, loss, 0.001)
             ])
     ]) :-
    telecoms_packet_quality(s, 100).
test(packet_quality_violated,
     [ given([ measured(s, delay_ms, 150), measured(s, jitter_ms, 40), measured(s, loss, 0.0009)
             ]),
       fail
     ]) :-
    telecoms_packet_quality(s, _).
test(packet_quality_violated_by_jitter_ms,
     [ given([ measured(s, delay_ms, 75), measured(s, jitter_ms, 75), measured(s, loss, 0.0009)
             ]),
       fail
     ]) :-
    telecoms_packet_quality(s, _).
test(packet_quality_violated_by_loss,
     [ given([ measured(s, delay_ms, 75), measured(s, jitter_ms, 40), measured(s, loss, 0.0011)
             ]),
       fail
     ]) :-
    telecoms_packet_quality(s, _).
test(packet_quality_without_delay_ms,
     [ given([ measured(s, delay_ms, none), measured(s, jitter_ms, 40), measured(s, loss, 0.0009)
             ]),
       fail
     ]) :-
    telecoms_packet_quality(s, _).
test(packet_quality_evidence_missing,
     [ given([ missing(s, delay_ms, "nothing observed"), measured(s, jitter_ms, 40),
               measured(s, loss, 0.0009)
             ]),
       unknown
     ]) :-
    telecoms_packet_quality(s, _).

% telecoms.planned-maintenance

test(planned_maintenance_compliant,
     [ given([ measured(s, maintenance_proper, true), measured(s, maintenance_h, 3)
             ])
     ]) :-
    telecoms_planned_maintenance(s, true).
test(planned_maintenance_at_the_limit,
     [ given([ measured(s, maintenance_proper, true), measured(s, maintenance_h, 4)
             ])
     ]) :-
    telecoms_planned_maintenance(s, true).
test(planned_maintenance_violated,
     [ given([ measured(s, maintenance_proper, false), measured(s, maintenance_h, 3)
             ]),
       fail
     ]) :-
    telecoms_planned_maintenance(s, _).
test(planned_maintenance_violated_by_maintenance_h,
     [ given([ measured(s, maintenance_proper, true), measured(s, maintenance_h, 5)
             ]),
       fail
     ]) :-
    telecoms_planned_maintenance(s, _).
test(planned_maintenance_nothing_in_the_window,
     [ given([ measured(s, maintenance_proper, none), measured(s, maintenance_h, none)
             ])
     ]) :-
    telecoms_planned_maintenance(s, none).
test(planned_maintenance_evidence_missing,
     [ given([ missing(s, maintenance_proper, "nothing observed"), measured(s, maintenance_h, 3)
             ]),
       unknown
     ]) :-
    telecoms_planned_maintenance(s, _).

% telecoms.outage-report

test(outage_report_compliant,
     [ given([ measured(s, unnotified, 0), measured(s, uninitiated, 0),
               measured(s, unnotified_voip, 0), measured(s, unnotified_voip_911, 0),
               measured(s, final_report_d, 29)
             ])
     ]) :-
    telecoms_outage_report(s, 0).
test(outage_report_at_the_limit,
     [ given([ measured(s, unnotified, 0), measured(s, uninitiated, 0),
               measured(s, unnotified_voip, 0), measured(s, unnotified_voip_911, 0),
               measured(s, final_report_d, 30)
             ])
     ]) :-
    telecoms_outage_report(s, 0).
test(outage_report_violated,
     [ given([ measured(s, unnotified, 1), measured(s, uninitiated, 0),
               measured(s, unnotified_voip, 0), measured(s, unnotified_voip_911, 0),
               measured(s, final_report_d, 29)
             ]),
       fail
     ]) :-
    telecoms_outage_report(s, _).
test(outage_report_violated_by_uninitiated,
     [ given([ measured(s, unnotified, 0), measured(s, uninitiated, 1),
               measured(s, unnotified_voip, 0), measured(s, unnotified_voip_911, 0),
               measured(s, final_report_d, 29)
             ]),
       fail
     ]) :-
    telecoms_outage_report(s, _).
test(outage_report_violated_by_unnotified_voip,
     [ given([ measured(s, unnotified, 0), measured(s, uninitiated, 0),
               measured(s, unnotified_voip, 1), measured(s, unnotified_voip_911, 0),
               measured(s, final_report_d, 29)
             ]),
       fail
     ]) :-
    telecoms_outage_report(s, _).
test(outage_report_violated_by_unnotified_voip_911,
     [ given([ measured(s, unnotified, 0), measured(s, uninitiated, 0),
               measured(s, unnotified_voip, 0), measured(s, unnotified_voip_911, 1),
               measured(s, final_report_d, 29)
             ]),
       fail
     ]) :-
    telecoms_outage_report(s, _).
test(outage_report_violated_by_final_report_d,
     [ given([ measured(s, unnotified, 0), measured(s, uninitiated, 0),
               measured(s, unnotified_voip, 0), measured(s, unnotified_voip_911, 0),
               measured(s, final_report_d, 31)
             ]),
       fail
     ]) :-
    telecoms_outage_report(s, _).
test(outage_report_nothing_in_the_window,
     [ given([ measured(s, unnotified, 0), measured(s, uninitiated, 0),
               measured(s, unnotified_voip, 0), measured(s, unnotified_voip_911, 0),
               measured(s, final_report_d, none)
             ])
     ]) :-
    telecoms_outage_report(s, 0).
test(outage_report_evidence_missing,
     [ given([ missing(s, unnotified, "nothing observed"), measured(s, uninitiated, 0),
               measured(s, unnotified_voip, 0), measured(s, unnotified_voip_911, 0),
               measured(s, final_report_d, 29)
             ]),
       unknown
     ]) :-
    telecoms_outage_report(s, _).

% The level.

test(level_compliant,
     [ given([ measured(s, uptime_month, 0.999991), measured(s, beat_age_s, 299),
               measured(s, services, 1), measured(s, up_1_h, 1), measured(s, up_5_min, 1),
               measured(s, up_6_h, 1), measured(s, up_30_min, 1), measured(s, up_3_d, 1),
               measured(s, spare_capacity, 1), measured(s, domains_spare, true),
               measured(s, diversity_age_d, 364), measured(s, faults_unswitched, 0),
               measured(s, switches_failed, 0), measured(s, flapping, 0),
               measured(s, groups_untested, 0), measured(s, groups, 1),
               measured(s, tests_unrepaired, 0), measured(s, units_unsampled, 0),
               measured(s, units_listed, 1), measured(s, sample_silence_ms, 1_999),
               measured(s, alarm_s, 4), measured(s, acknowledged_min, 14),
               measured(s, delay_ms, 75), measured(s, jitter_ms, 40), measured(s, loss, 0.0009),
               measured(s, maintenance_proper, true), measured(s, maintenance_h, 3),
               measured(s, unnotified, 0), measured(s, uninitiated, 0),
               measured(s, unnotified_voip, 0), measured(s, unnotified_voip_911, 0),
               measured(s, final_report_d, 29)
             ])
     ]) :-
    telecoms_ops_compliant(s).
test(level_violated_by_uptime_month, [given([measured(s, uptime_month, 0.999989)]), fail]) :-
    telecoms_ops_compliant(s).
test(level_violated_by_error_budget,
     [ given([ measured(s, uptime_month, 0.999991), measured(s, beat_age_s, 300),
               measured(s, services, 1), measured(s, up_1_h, 1), measured(s, up_5_min, 1),
               measured(s, up_6_h, 1), measured(s, up_30_min, 1), measured(s, up_3_d, 1)
             ]),
       fail
     ]) :-
    telecoms_ops_compliant(s).
test(level_violated_by_redundancy_capacity,
     [ given([ measured(s, uptime_month, 0.999991), measured(s, beat_age_s, 299),
               measured(s, services, 1), measured(s, up_1_h, 1), measured(s, up_5_min, 1),
               measured(s, up_6_h, 1), measured(s, up_30_min, 1), measured(s, up_3_d, 1),
               measured(s, spare_capacity, -1)
             ]),
       fail
     ]) :-
    telecoms_ops_compliant(s).
test(level_violated_by_diversity,
     [ given([ measured(s, uptime_month, 0.999991), measured(s, beat_age_s, 299),
               measured(s, services, 1), measured(s, up_1_h, 1), measured(s, up_5_min, 1),
               measured(s, up_6_h, 1), measured(s, up_30_min, 1), measured(s, up_3_d, 1),
               measured(s, spare_capacity, 1), measured(s, domains_spare, false),
               measured(s, diversity_age_d, 364)
             ]),
       fail
     ]) :-
    telecoms_ops_compliant(s).
test(level_violated_by_failover_success,
     [ given([ measured(s, uptime_month, 0.999991), measured(s, beat_age_s, 299),
               measured(s, services, 1), measured(s, up_1_h, 1), measured(s, up_5_min, 1),
               measured(s, up_6_h, 1), measured(s, up_30_min, 1), measured(s, up_3_d, 1),
               measured(s, spare_capacity, 1), measured(s, domains_spare, true),
               measured(s, diversity_age_d, 364), measured(s, faults_unswitched, 1),
               measured(s, switches_failed, 0), measured(s, flapping, 0)
             ]),
       fail
     ]) :-
    telecoms_ops_compliant(s).
test(level_violated_by_failover_test,
     [ given([ measured(s, uptime_month, 0.999991), measured(s, beat_age_s, 299),
               measured(s, services, 1), measured(s, up_1_h, 1), measured(s, up_5_min, 1),
               measured(s, up_6_h, 1), measured(s, up_30_min, 1), measured(s, up_3_d, 1),
               measured(s, spare_capacity, 1), measured(s, domains_spare, true),
               measured(s, diversity_age_d, 364), measured(s, faults_unswitched, 0),
               measured(s, switches_failed, 0), measured(s, flapping, 0),
               measured(s, groups_untested, 1), measured(s, groups, 1),
               measured(s, tests_unrepaired, 0)
             ]),
       fail
     ]) :-
    telecoms_ops_compliant(s).
test(level_violated_by_monitoring_coverage,
     [ given([ measured(s, uptime_month, 0.999991), measured(s, beat_age_s, 299),
               measured(s, services, 1), measured(s, up_1_h, 1), measured(s, up_5_min, 1),
               measured(s, up_6_h, 1), measured(s, up_30_min, 1), measured(s, up_3_d, 1),
               measured(s, spare_capacity, 1), measured(s, domains_spare, true),
               measured(s, diversity_age_d, 364), measured(s, faults_unswitched, 0),
               measured(s, switches_failed, 0), measured(s, flapping, 0),
               measured(s, groups_untested, 0), measured(s, groups, 1),
               measured(s, tests_unrepaired, 0), measured(s, units_unsampled, 1),
               measured(s, units_listed, 1), measured(s, sample_silence_ms, 1_999)
             ]),
       fail
     ]) :-
    telecoms_ops_compliant(s).
test(level_violated_by_monitoring_alert,
     [ given([ measured(s, uptime_month, 0.999991), measured(s, beat_age_s, 299),
               measured(s, services, 1), measured(s, up_1_h, 1), measured(s, up_5_min, 1),
               measured(s, up_6_h, 1), measured(s, up_30_min, 1), measured(s, up_3_d, 1),
               measured(s, spare_capacity, 1), measured(s, domains_spare, true),
               measured(s, diversity_age_d, 364), measured(s, faults_unswitched, 0),
               measured(s, switches_failed, 0), measured(s, flapping, 0),
               measured(s, groups_untested, 0), measured(s, groups, 1),
               measured(s, tests_unrepaired, 0), measured(s, units_unsampled, 0),
               measured(s, units_listed, 1), measured(s, sample_silence_ms, 1_999),
               measured(s, alarm_s, 6), measured(s, acknowledged_min, 14)
             ]),
       fail
     ]) :-
    telecoms_ops_compliant(s).
test(level_violated_by_packet_quality,
     [ given([ measured(s, uptime_month, 0.999991), measured(s, beat_age_s, 299),
               measured(s, services, 1), measured(s, up_1_h, 1), measured(s, up_5_min, 1),
               measured(s, up_6_h, 1), measured(s, up_30_min, 1), measured(s, up_3_d, 1),
               measured(s, spare_capacity, 1), measured(s, domains_spare, true),
               measured(s, diversity_age_d, 364), measured(s, faults_unswitched, 0),
               measured(s, switches_failed, 0), measured(s, flapping, 0),
               measured(s, groups_untested, 0), measured(s, groups, 1),
               measured(s, tests_unrepaired, 0), measured(s, units_unsampled, 0),
               measured(s, units_listed, 1), measured(s, sample_silence_ms, 1_999),
               measured(s, alarm_s, 4), measured(s, acknowledged_min, 14),
               measured(s, delay_ms, 150), measured(s, jitter_ms, 40), measured(s, loss, 0.0009)
             ]),
       fail
     ]) :-
    telecoms_ops_compliant(s).
test(level_violated_by_planned_maintenance,
     [ given([ measured(s, uptime_month, 0.999991), measured(s, beat_age_s, 299),
               measured(s, services, 1), measured(s, up_1_h, 1), measured(s, up_5_min, 1),
               measured(s, up_6_h, 1), measured(s, up_30_min, 1), measured(s, up_3_d, 1),
               measured(s, spare_capacity, 1), measured(s, domains_spare, true),
               measured(s, diversity_age_d, 364), measured(s, faults_unswitched, 0),
               measured(s, switches_failed, 0), measured(s, flapping, 0),
               measured(s, groups_untested, 0), measured(s, groups, 1),
               measured(s, tests_unrepaired, 0), measured(s, units_unsampled, 0),
               measured(s, units_listed, 1), measured(s, sample_silence_ms, 1_999),
               measured(s, alarm_s, 4), measured(s, acknowledged_min, 14),
               measured(s, delay_ms, 75), measured(s, jitter_ms, 40), measured(s, loss, 0.0009),
               measured(s, maintenance_proper, false), measured(s, maintenance_h, 3)
             ]),
       fail
     ]) :-
    telecoms_ops_compliant(s).
test(level_violated_by_outage_report,
     [ given([ measured(s, uptime_month, 0.999991), measured(s, beat_age_s, 299),
               measured(s, services, 1), measured(s, up_1_h, 1), measured(s, up_5_min, 1),
               measured(s, up_6_h, 1), measured(s, up_30_min, 1), measured(s, up_3_d, 1),
               measured(s, spare_capacity, 1), measured(s, domains_spare, true),
               measured(s, diversity_age_d, 364), measured(s, faults_unswitched, 0),
               measured(s, switches_failed, 0), measured(s, flapping, 0),
               measured(s, groups_untested, 0), measured(s, groups, 1),
               measured(s, tests_unrepaired, 0), measured(s, units_unsampled, 0),
               measured(s, units_listed, 1), measured(s, sample_silence_ms, 1_999),
               measured(s, alarm_s, 4), measured(s, acknowledged_min, 14),
               measured(s, delay_ms, 75), measured(s, jitter_ms, 40), measured(s, loss, 0.0009),
               measured(s, maintenance_proper, true), measured(s, maintenance_h, 3),
               measured(s, unnotified, 1), measured(s, uninitiated, 0),
               measured(s, unnotified_voip, 0), measured(s, unnotified_voip_911, 0),
               measured(s, final_report_d, 29)
             ]),
       fail
     ]) :-
    telecoms_ops_compliant(s).

% 14.4 times the budget of an hour is 0.51 s: three bad seconds count first, of all services.

test(error_budget_burns_on_both_windows,
     [ given([ measured(s, beat_age_s, 1), measured(s, services, 1), measured(s, up_1_h, 0.999),
               measured(s, up_5_min, 0.99), measured(s, up_6_h, 1), measured(s, up_30_min, 1),
               measured(s, up_3_d, 1)
             ]),
       fail
     ]) :-
    telecoms_error_budget(s, _).
test(error_budget_burnt_an_hour_ago_only,
     [ given([ measured(s, beat_age_s, 1), measured(s, services, 1), measured(s, up_1_h, 0.999),
               measured(s, up_5_min, 1), measured(s, up_6_h, 1), measured(s, up_30_min, 1),
               measured(s, up_3_d, 1)
             ]),
       Burn == 100
     ]) :-
    telecoms_error_budget(s, Burn).
test(error_budget_of_two_bad_seconds,
     [ given([ measured(s, beat_age_s, 1), measured(s, services, 1), measured(s, up_1_h, 3598r3600),
               measured(s, up_5_min, 298r300), measured(s, up_6_h, 21598r21600),
               measured(s, up_30_min, 1798r1800), measured(s, up_3_d, 1)
             ])
     ]) :-
    telecoms_error_budget(s, _).
test(error_budget_of_three_bad_seconds,
     [ given([ measured(s, beat_age_s, 1), measured(s, services, 1), measured(s, up_1_h, 3597r3600),
               measured(s, up_5_min, 297r300), measured(s, up_6_h, 1), measured(s, up_30_min, 1),
               measured(s, up_3_d, 1)
             ]),
       fail
     ]) :-
    telecoms_error_budget(s, _).
test(error_budget_of_two_bad_seconds_each_of_two_services,
     [ given([ measured(s, beat_age_s, 1), measured(s, services, 2), measured(s, up_1_h, 3598r3600),
               measured(s, up_5_min, 298r300), measured(s, up_6_h, 1), measured(s, up_30_min, 1),
               measured(s, up_3_d, 1)
             ]),
       fail
     ]) :-
    telecoms_error_budget(s, _).
test(error_budget_burns_slowly,
     [ given([ measured(s, beat_age_s, 1), measured(s, services, 1), measured(s, up_1_h, 1),
               measured(s, up_5_min, 1), measured(s, up_6_h, 0.9998),
               measured(s, up_30_min, 0.9998), measured(s, up_3_d, 1)
             ]),
       fail
     ]) :-
    telecoms_error_budget(s, _).
test(error_budget_burns_for_three_days,
     [ given([ measured(s, beat_age_s, 1), measured(s, services, 1), measured(s, up_1_h, 1),
               measured(s, up_5_min, 1), measured(s, up_6_h, 0.9999), measured(s, up_30_min, 1),
               measured(s, up_3_d, 0.9999)
             ]),
       fail
     ]) :-
    telecoms_error_budget(s, _).
test(error_budget_burnt_days_ago_only,
     [ given([ measured(s, beat_age_s, 1), measured(s, services, 1), measured(s, up_1_h, 1),
               measured(s, up_5_min, 1), measured(s, up_6_h, 1), measured(s, up_30_min, 1),
               measured(s, up_3_d, 0.9999)
             ]),
       Burn == 0
     ]) :-
    telecoms_error_budget(s, Burn).
test(error_budget_of_an_outage_in_silence,
     [feed([ series(heartbeat(service("mail"), status($)), "upx600", every(1, s)),
             series(heartbeat(service("web"), status($)), "upx1200", every(1, s)),
             wait(1, s),
             holds(measured(s, up_5_min, 1)),
             holds(verdict('telecoms.error-budget', non_compliant)),
             wait(1, d)
           ])]) :-
    verdict('telecoms.error-budget', non_compliant).

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

% A group is tested when it switched well, and one that never did is not.

test(failover_test_of_each_group,
     [feed([ at(0, s, protection_switch(group("g"), from_unit("a"), to_unit("b"),
                                        result(success), drill(true), detected(ago(60, ms)),
                                        switched(ago(20, ms)))),
             at(90, d, capacity(group("g"), healthy(5), largest(1), second(1), demand(3))),
             holds(verdict('telecoms.failover-test', compliant)),
             at(0, s, capacity(group("h"), healthy(5), largest(1), second(1), demand(3))),
             holds(measured(s, groups_untested, 1)),
             holds(verdict('telecoms.failover-test', non_compliant)),
             at(1, min, protection_switch(group("h"), from_unit("a"), to_unit("b"),
                                          result(success), drill(true), detected(ago(60, ms)),
                                          switched(ago(20, ms)))),
             at(2, h, capacity(group("h"), healthy(5), largest(1), second(1), demand(3))),
             holds(verdict('telecoms.failover-test', compliant)),
             at(1, s, capacity(group("g"), healthy(5), largest(1), second(1), demand(3)))
           ])]) :-
    measured(s, groups_untested, 1).
test(failover_test_failed_and_repaired,
     [feed([ at(0, s, protection_switch(group("g"), from_unit("a"), to_unit("b"),
                                        result(failure), drill(true), detected(ago(60, ms)),
                                        switched(ago(20, ms)))),
             at(2, h, repair(group("g"), ticket("t-1"))),
             wait(1, min)
           ])]) :-
    measured(s, tests_unrepaired, 0).
test(failover_test_failed_and_left,
     [feed([ at(0, s, protection_switch(group("g"), from_unit("a"), to_unit("b"),
                                        result(failure), drill(true), detected(ago(60, ms)),
                                        switched(ago(20, ms)))),
             wait(2, h),
             holds(measured(s, tests_unrepaired, 0)),
             wait(1, s)
           ])]) :-
    measured(s, tests_unrepaired, 1).
test(failover_test_of_silent_groups,
     [feed([ at(0, s, protection_switch(group("g"), from_unit("a"), to_unit("b"),
                                        result(success), drill(true), detected(ago(60, ms)),
                                        switched(ago(20, ms)))),
             at(1, s, capacity(group("g"), healthy(5), largest(1), second(1), demand(3))),
             holds(verdict('telecoms.failover-test', compliant)),
             wait(2, h)
           ])]) :-
    verdict('telecoms.failover-test', non_compliant).

test(monitoring_coverage_of_a_unit_never_sampled,
     [feed([ at(0, s, inventory(unit("a"), in_scope(true))),
             at(0, s, inventory(unit("c"), in_scope(false))),
             series(probe(unit($)), "ax60", every(1, s)),
             holds(verdict('telecoms.monitoring-coverage', compliant)),
             at(0, s, inventory(unit("b"), in_scope(true))),
             series(probe(unit($)), "ax4", every(1, s))
           ])]) :-
    measured(s, units_unsampled, 1),
    verdict('telecoms.monitoring-coverage', non_compliant).
test(monitoring_coverage_of_a_unit_gone_silent,
     [feed([ at(0, s, inventory(unit("a"), in_scope(true))),
             at(0, s, inventory(unit("b"), in_scope(true))),
             series(probe(unit($)), "ax120", every(1, s)),
             series(probe(unit($)), "bx60", every(1, s)),
             at(60, s, probe(unit("b"), retired(true))),
             holds(verdict('telecoms.monitoring-coverage', compliant)),
             wait(13, s)
           ])]) :-
    verdict('telecoms.monitoring-coverage', non_compliant).
test(monitoring_coverage_without_an_inventory,
     [feed([ at(0, s, inventory(unit("a"), in_scope(true))),
             series(probe(unit($)), "ax3700", every(1, s))
           ])]) :-
    measured(s, units_unsampled, 0),
    verdict('telecoms.monitoring-coverage', non_compliant).

test(packet_quality_of_a_silent_path,
     [feed([ series(packet_sample(path("p"), class("0"), sent(1_000), lost($), delay_ms(20),
                                  jitter_ms(5)), "1x60", every(10, s)),
             holds(verdict('telecoms.packet-quality', compliant)),
             wait(6, min)
           ])]) :-
    verdict('telecoms.packet-quality', non_compliant).

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

test(outage_report_of_voip_at_a_special_facility,
     [feed([ at(0, s, outage(id("o-1"), discovered(ago(0, s)), minutes(30), user_minutes(10),
                             oc3_minutes(0), special_facility(true), interconnected_voip(true),
                             service_911(false))),
             wait(24, h),
             holds(measured(s, unnotified_voip, 0)),
             wait(1, s)
           ])]) :-
    measured(s, unnotified_voip, 1),
    measured(s, unnotified, 0).
test(outage_report_until_the_final_one,
     [feed([ at(0, s, outage(id("o-1"), discovered(ago(0, s)), minutes(30),
                             user_minutes(900_000), oc3_minutes(0), special_facility(false),
                             interconnected_voip(false), service_911(false))),
             at(1, h, outage_report(outage("o-1"), stage(notification), filed(ago(0, s)),
                                    reference("n-1"))),
             at(2, d, outage_report(outage("o-1"), stage(initial), filed(ago(0, s)),
                                    reference("n-2"))),
             holds(measured(s, final_report_d, 2)),
             at(1, d, outage_report(outage("o-1"), stage(final), filed(ago(0, s)),
                                    reference("n-3"))),
             wait(1, d)
           ])]) :-
    measured(s, final_report_d, 3),
    verdict('telecoms.outage-report', compliant).

test(outage_report_without_a_final_one_stays,
     [feed([ at(0, s, outage(id("o-1"), discovered(ago(0, s)), minutes(30),
                             user_minutes(900_000), oc3_minutes(0), special_facility(false),
                             interconnected_voip(false), service_911(false))),
             at(1, h, outage_report(outage("o-1"), stage(notification), filed(ago(0, s)),
                                    reference("n-1"))),
             at(2, d, outage_report(outage("o-1"), stage(initial), filed(ago(0, s)),
                                    reference("n-2"))),
             wait(28, d),
             holds(verdict('telecoms.outage-report', compliant)),
             wait(200, d)
           ])]) :-
    measured(s, unnotified, 0),
    verdict('telecoms.outage-report', non_compliant).

:- end_tests(telecoms_ops).
