:- begin_tests(common).

% common.telemetry-completeness

test(telemetry_completeness_compliant,
     [ given([ measured(s, silence_ms, 2999),
               measured(s, sequence_gaps, 0)
             ])
     ]) :-
    common_telemetry_completeness(s, 2999).
test(telemetry_completeness_at_the_limit,
     [ given([ measured(s, silence_ms, 3000),
               measured(s, sequence_gaps, 0)
             ])
     ]) :-
    common_telemetry_completeness(s, 3000).
test(telemetry_completeness_violated,
     [ given([ measured(s, silence_ms, 3001),
               measured(s, sequence_gaps, 0)
             ]),
       fail
     ]) :-
    common_telemetry_completeness(s, _).
test(telemetry_completeness_violated_by_sequence_gaps,
     [ given([ measured(s, silence_ms, 2999),
               measured(s, sequence_gaps, 1)
             ]),
       fail
     ]) :-
    common_telemetry_completeness(s, _).
test(telemetry_completeness_nothing_in_the_window,
     [ given([ measured(s, silence_ms, 2999),
               measured(s, sequence_gaps, none)
             ])
     ]) :-
    common_telemetry_completeness(s, _).
test(telemetry_completeness_evidence_missing,
     [ given([ missing(s, silence_ms, "nothing observed"),
               measured(s, sequence_gaps, 0)
             ]),
       unknown
     ]) :-
    common_telemetry_completeness(s, _).

% common.clock-sync

test(clock_sync_compliant,
     [ given([ measured(s, clock_error_ns, 999_999_999),
               measured(s, clocks_locked, true),
               measured(s, clock_age_s, 59)
             ])
     ]) :-
    common_clock_sync(s, 999_999_999).
test(clock_sync_at_the_limit,
     [ given([ measured(s, clock_error_ns, 1_000_000_000),
               measured(s, clocks_locked, true),
               measured(s, clock_age_s, 60)
             ])
     ]) :-
    common_clock_sync(s, 1_000_000_000).
test(clock_sync_violated,
     [ given([ measured(s, clock_error_ns, 1_000_000_001),
               measured(s, clocks_locked, true),
               measured(s, clock_age_s, 59)
             ]),
       fail
     ]) :-
    common_clock_sync(s, _).
test(clock_sync_violated_by_clocks_locked,
     [ given([ measured(s, clock_error_ns, 999_999_999),
               measured(s, clocks_locked, false),
               measured(s, clock_age_s, 59)
             ]),
       fail
     ]) :-
    common_clock_sync(s, _).
test(clock_sync_violated_by_clock_age_s,
     [ given([ measured(s, clock_error_ns, 999_999_999),
               measured(s, clocks_locked, true),
               measured(s, clock_age_s, 61)
             ]),
       fail
     ]) :-
    common_clock_sync(s, _).
test(clock_sync_nothing_in_the_window,
     [ given([ measured(s, clock_error_ns, none),
               measured(s, clocks_locked, true),
               measured(s, clock_age_s, 59)
             ])
     ]) :-
    common_clock_sync(s, _).
test(clock_sync_evidence_missing,
     [ given([ missing(s, clock_error_ns, "nothing observed"),
               measured(s, clocks_locked, true),
               measured(s, clock_age_s, 59)
             ]),
       unknown
     ]) :-
    common_clock_sync(s, _).

% common.audit-content

test(audit_content_compliant_at_the_limit, [given([measured(s, audit_complete, true)])]) :-
    common_audit_content(s, true).
test(audit_content_violated, [given([measured(s, audit_complete, false)]), fail]) :-
    common_audit_content(s, _).
test(audit_content_nothing_in_the_window, [given([measured(s, audit_complete, none)])]) :-
    common_audit_content(s, none).
test(audit_content_evidence_missing,
     [ given([ missing(s, audit_complete, "nothing observed")
             ]),
       unknown
     ]) :-
    common_audit_content(s, _).

% common.audit-integrity

test(audit_integrity_compliant,
     [ given([ measured(s, audit_breaks, 0),
               measured(s, verification_age_h, 23),
               measured(s, checkpoint_age_s, 59)
             ])
     ]) :-
    common_audit_integrity(s, 0).
test(audit_integrity_at_the_limit,
     [ given([ measured(s, audit_breaks, 0),
               measured(s, verification_age_h, 24),
               measured(s, checkpoint_age_s, 60)
             ])
     ]) :-
    common_audit_integrity(s, 0).
test(audit_integrity_violated,
     [ given([ measured(s, audit_breaks, 1),
               measured(s, verification_age_h, 23),
               measured(s, checkpoint_age_s, 59)
             ]),
       fail
     ]) :-
    common_audit_integrity(s, _).
test(audit_integrity_violated_by_verification_age_h,
     [ given([ measured(s, audit_breaks, 0),
               measured(s, verification_age_h, 25),
               measured(s, checkpoint_age_s, 59)
             ]),
       fail
     ]) :-
    common_audit_integrity(s, _).
test(audit_integrity_violated_by_checkpoint_age_s,
     [ given([ measured(s, audit_breaks, 0),
               measured(s, verification_age_h, 23),
               measured(s, checkpoint_age_s, 61)
             ]),
       fail
     ]) :-
    common_audit_integrity(s, _).
test(audit_integrity_nothing_in_the_window,
     [ given([ measured(s, audit_breaks, none),
               measured(s, verification_age_h, 23),
               measured(s, checkpoint_age_s, 59)
             ])
     ]) :-
    common_audit_integrity(s, _).
test(audit_integrity_evidence_missing,
     [ given([ missing(s, audit_breaks, "nothing observed"),
               measured(s, verification_age_h, 23),
               measured(s, checkpoint_age_s, 59)
             ]),
       unknown
     ]) :-
    common_audit_integrity(s, _).

% common.audit-failure-alert

test(audit_failure_alert_compliant,
     [ given([ measured(s, audit_alert_ms, 999),
               measured(s, storage_warned, true)
             ])
     ]) :-
    common_audit_failure_alert(s, 999).
test(audit_failure_alert_at_the_limit,
     [ given([ measured(s, audit_alert_ms, 1000),
               measured(s, storage_warned, true)
             ])
     ]) :-
    common_audit_failure_alert(s, 1000).
test(audit_failure_alert_violated,
     [ given([ measured(s, audit_alert_ms, 1001),
               measured(s, storage_warned, true)
             ]),
       fail
     ]) :-
    common_audit_failure_alert(s, _).
test(audit_failure_alert_violated_by_storage_warned,
     [ given([ measured(s, audit_alert_ms, 999),
               measured(s, storage_warned, false)
             ]),
       fail
     ]) :-
    common_audit_failure_alert(s, _).
test(audit_failure_alert_nothing_in_the_window,
     [ given([ measured(s, audit_alert_ms, none),
               measured(s, storage_warned, none)
             ])
     ]) :-
    common_audit_failure_alert(s, none).
test(audit_failure_alert_evidence_missing,
     [ given([ missing(s, audit_alert_ms, "nothing observed"),
               measured(s, storage_warned, true)
             ]),
       unknown
     ]) :-
    common_audit_failure_alert(s, _).

% common.audit-retention

test(audit_retention_compliant,
     [ given([ measured(s, records_kept, true),
               measured(s, retrieval_age_d, 6)
             ])
     ]) :-
    common_audit_retention(s, true).
test(audit_retention_at_the_limit,
     [ given([ measured(s, records_kept, true),
               measured(s, retrieval_age_d, 7)
             ])
     ]) :-
    common_audit_retention(s, true).
test(audit_retention_violated,
     [ given([ measured(s, records_kept, false),
               measured(s, retrieval_age_d, 6)
             ]),
       fail
     ]) :-
    common_audit_retention(s, _).
test(audit_retention_violated_by_retrieval_age_d,
     [ given([ measured(s, records_kept, true),
               measured(s, retrieval_age_d, 8)
             ]),
       fail
     ]) :-
    common_audit_retention(s, _).
test(audit_retention_nothing_in_the_window,
     [ given([ measured(s, records_kept, none),
               measured(s, retrieval_age_d, 6)
             ])
     ]) :-
    common_audit_retention(s, _).
test(audit_retention_evidence_missing,
     [ given([ missing(s, records_kept, "nothing observed"),
               measured(s, retrieval_age_d, 6)
             ]),
       unknown
     ]) :-
    common_audit_retention(s, _).

% common.segregation-of-duties

test(segregation_of_duties_compliant_at_the_limit,
     [ given([ measured(s, duties_segregated, true),
               measured(s, roles_apart, true)
             ])
     ]) :-
    common_segregation_of_duties(s, true).
test(segregation_of_duties_violated,
     [ given([ measured(s, duties_segregated, false),
               measured(s, roles_apart, true)
             ]),
       fail
     ]) :-
    common_segregation_of_duties(s, _).
test(segregation_of_duties_violated_by_roles_apart,
     [ given([ measured(s, duties_segregated, true),
               measured(s, roles_apart, false)
             ]),
       fail
     ]) :-
    common_segregation_of_duties(s, _).
test(segregation_of_duties_nothing_in_the_window,
     [ given([ measured(s, duties_segregated, none),
               measured(s, roles_apart, none)
             ])
     ]) :-
    common_segregation_of_duties(s, none).
test(segregation_of_duties_evidence_missing,
     [ given([ missing(s, duties_segregated, "nothing observed"),
               measured(s, roles_apart, true)
             ]),
       unknown
     ]) :-
    common_segregation_of_duties(s, _).

% common.rulepack-change

test(rulepack_change_compliant_at_the_limit, [given([measured(s, rulepacks_unapproved, 0)])]) :-
    common_rulepack_change(s, 0).
test(rulepack_change_violated, [given([measured(s, rulepacks_unapproved, 1)]), fail]) :-
    common_rulepack_change(s, _).
test(rulepack_change_nothing_in_the_window, [given([measured(s, rulepacks_unapproved, none)])]) :-
    common_rulepack_change(s, none).
test(rulepack_change_evidence_missing,
     [ given([ missing(s, rulepacks_unapproved, "nothing observed")
             ]),
       unknown
     ]) :-
    common_rulepack_change(s, _).

% common.privileged-access

test(privileged_access_compliant_at_the_limit,
     [ given([ measured(s, actions_attributed, true),
               measured(s, login_bursts, 0),
               measured(s, login_alerts, 0)
             ])
     ]) :-
    common_privileged_access(s, true).
test(privileged_access_violated,
     [ given([ measured(s, actions_attributed, false),
               measured(s, login_bursts, 0),
               measured(s, login_alerts, 0)
             ]),
       fail
     ]) :-
    common_privileged_access(s, _).
test(privileged_access_nothing_in_the_window,
     [ given([ measured(s, actions_attributed, none),
               measured(s, login_bursts, 0),
               measured(s, login_alerts, 0)
             ])
     ]) :-
    common_privileged_access(s, _).
test(privileged_access_evidence_missing,
     [ given([ missing(s, actions_attributed, "nothing observed"),
               measured(s, login_bursts, 0),
               measured(s, login_alerts, 0)
             ]),
       unknown
     ]) :-
    common_privileged_access(s, _).

% The level.

test(level_compliant,
     [ given([ measured(s, silence_ms, 2999),
               measured(s, sequence_gaps, 0),
               measured(s, clock_error_ns, 999_999_999),
               measured(s, clocks_locked, true),
               measured(s, clock_age_s, 59),
               measured(s, audit_complete, true),
               measured(s, audit_breaks, 0),
               measured(s, verification_age_h, 23),
               measured(s, checkpoint_age_s, 59),
               measured(s, audit_alert_ms, 999),
               measured(s, storage_warned, true),
               measured(s, records_kept, true),
               measured(s, retrieval_age_d, 6),
               measured(s, duties_segregated, true),
               measured(s, roles_apart, true),
               measured(s, rulepacks_unapproved, 0),
               measured(s, actions_attributed, true),
               measured(s, login_bursts, 0),
               measured(s, login_alerts, 0)
             ])
     ]) :-
    common_compliant(s).
test(level_violated,
     [ given([ measured(s, silence_ms, 2999),
               measured(s, sequence_gaps, 0),
               measured(s, clock_error_ns, 999_999_999),
               measured(s, clocks_locked, true),
               measured(s, clock_age_s, 59),
               measured(s, audit_complete, true),
               measured(s, audit_breaks, 0),
               measured(s, verification_age_h, 23),
               measured(s, checkpoint_age_s, 59),
               measured(s, audit_alert_ms, 999),
               measured(s, storage_warned, true),
               measured(s, records_kept, true),
               measured(s, retrieval_age_d, 6),
               measured(s, duties_segregated, true),
               measured(s, roles_apart, true),
               measured(s, rulepacks_unapproved, 0),
               measured(s, actions_attributed, false),
               measured(s, login_bursts, 0),
               measured(s, login_alerts, 0)
             ]),
       fail
     ]) :-
    common_compliant(s).

% Bursts of failed logins.

test(privileged_access_burst_alarmed,
     [ given([ measured(s, actions_attributed, true),
               measured(s, login_bursts, 2),
               measured(s, login_alerts, 2)
             ])
     ]) :-
    common_privileged_access(s, true).
test(privileged_access_burst_not_alarmed,
     [ given([ measured(s, actions_attributed, true),
               measured(s, login_bursts, 2),
               measured(s, login_alerts, 1)
             ]),
       fail
     ]) :-
    common_privileged_access(s, _).
test(privileged_access_no_login_seen,
     [ given([ measured(s, actions_attributed, true),
               measured(s, login_bursts, none),
               measured(s, login_alerts, none)
             ])
     ]) :-
    common_privileged_access(s, true).
test(privileged_access_five_failures_are_a_burst,
     [feed([ series(login(account("ada"), outcome($), address("10.0.0.1")),
                    "failurex4 success failure", every(1, min)),
             holds(measured(s, login_bursts, 1)),
             series(login(account("bob"), outcome($), address("10.0.0.1")), "failurex4",
                    every(1, min))
           ])]) :-
    measured(s, login_bursts, 1).

test(rulepack_change_by_events,
     [feed([ at(0, s, rulepack_approval(digest("d1"), pack("gmp"), author("ada"),
                                        approver("bob"), tested_digest("d1"),
                                        tests_passed(true))),
             at(1, min, rulepack_activation(digest("d1"), pack("gmp"), version("1"))),
             holds(verdict('common.rulepack-change', compliant)),
             at(1, min, rulepack_approval(digest("d2"), pack("gmp"), author("ada"),
                                          approver("ada"), tested_digest("d2"),
                                          tests_passed(true))),
             at(2, min, rulepack_activation(digest("d2"), pack("gmp"), version("2")))
           ])]) :-
    measured(s, rulepacks_unapproved, 1),
    verdict('common.rulepack-change', non_compliant).

test(clock_sync_counts_the_uncertainty,
     [feed([ at(0, s, clock_sample(clock("c"), host("h"), reference("gps"), locked(true),
                                   offset_ns(-999_999_000), uncertainty_ns(1_000))),
             holds(verdict('common.clock-sync', compliant)),
             at(1, s, clock_sample(clock("c"), host("h"), reference("gps"), locked(true),
                                   offset_ns(-999_999_000), uncertainty_ns(1_001)))
           ])]) :-
    measured(s, clock_error_ns, 1_000_000_001),
    verdict('common.clock-sync', non_compliant).
test(clock_sync_of_a_silent_clock,
     [feed([ at(0, s, clock_sample(clock("c"), host("h"), reference("gps"), locked(true),
                                   offset_ns(5), uncertainty_ns(5))),
             wait(59, s),
             holds(verdict('common.clock-sync', compliant)),
             wait(15, s)
           ])]) :-
    verdict('common.clock-sync', non_compliant).

test(audit_retention_by_class,
     [feed([ at(0, s, record_deletion(record("r-1"), class(cip_log), created(ago(90, d)),
                                      deleted(ago(0, s)), actor("ada"))),
             at(0, s, retrieval_test(class("cip_log"), record("r-2"), verified(true))),
             holds(verdict('common.audit-retention', compliant)),
             at(1, s, record_deletion(record("r-3"), class(sec_3_years), created(ago(90, d)),
                                      deleted(ago(0, s)), actor("ada")))
           ])]) :-
    verdict('common.audit-retention', non_compliant).

:- end_tests(common).
