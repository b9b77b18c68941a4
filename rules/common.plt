:- begin_tests(common).

% common.telemetry-completeness

test(telemetry_completeness_compliant,
     [ given([ measured(s, silence_ms, 2_999), measured(s, silence_10_s_ms, 29_999),
               measured(s, silence_1_min_ms, 179_999), measured(s, silence_1_h_ms, 10_799_999),
               measured(s, sequence_gaps, 0)
             ])
     ]) :-
    common_telemetry_completeness(s, 2_999).
test(telemetry_completeness_at_the_limit,
     [ given([ measured(s, silence_ms, 3_000), measured(s, silence_10_s_ms, 30_000),
               measured(s, silence_1_min_ms, 180_000), measured(s, silence_1_h_ms, 10_800_000),
               measured(s, sequence_gaps, 0)
             ])
     ]) :-
    common_telemetry_completeness(s, 3_000).
test(telemetry_completeness_violated,
     [ given([ measured(s, silence_ms, 3_001), measured(s, silence_10_s_ms, 29_999),
               measured(s, silence_1_min_ms, 179_999), measured(s, silence_1_h_ms, 10_799_999),
               measured(s, sequence_gaps, 0)
             ]),
       fail
     ]) :-
    common_telemetry_completeness(s, _).
test(telemetry_completeness_violated_by_silence_10_s_ms,
     [ given([ measured(s, silence_ms, 2_999), measured(s, silence_10_s_ms, 30_001),
               measured(s, silence_1_min_ms, 179_999), measured(s, silence_1_h_ms, 10_799_999),
               measured(s, sequence_gaps, 0)
             ]),
       fail
     ]) :-
    common_telemetry_completeness(s, _).
test(telemetry_completeness_violated_by_silence_1_min_ms,
     [ given([ measured(s, silence_ms, 2_999), measured(s, silence_10_s_ms, 29_999),
               measured(s, silence_1_min_ms, 180_001), measured(s, silence_1_h_ms, 10_799_999),
               measured(s, sequence_gaps, 0)
             ]),
       fail
     ]) :-
    common_telemetry_completeness(s, _).
test(telemetry_completeness_violated_by_silence_1_h_ms,
     [ given([ measured(s, silence_ms, 2_999), measured(s, silence_10_s_ms, 29_999),
               measured(s, silence_1_min_ms, 179_999), measured(s, silence_1_h_ms, 10_800_001),
               measured(s, sequence_gaps, 0)
             ]),
       fail
     ]) :-
    common_telemetry_completeness(s, _).
test(telemetry_completeness_violated_by_sequence_gaps,
     [ given([ measured(s, silence_ms, 2_999), measured(s, silence_10_s_ms, 29_999),
               measured(s, silence_1_min_ms, 179_999), measured(s, silence_1_h_ms, 10_799_999),
               measured(s, sequence_gaps, 1)
             ]),
       fail
     ]) :-
    common_telemetry_completeness(s, _).
test(telemetry_completeness_nothing_in_the_window,
     [ given([ measured(s, silence_ms, none), measured(s, silence_10_s_ms, none),
               measured(s, silence_1_min_ms, none), measured(s, silence_1_h_ms, 10_799_999),
               measured(s, sequence_gaps, 0)
             ])
     ]) :-
    common_telemetry_completeness(s, none).
test(telemetry_completeness_evidence_missing,
     [ given([ missing(s, silence_ms, "nothing observed"), measured(s, silence_10_s_ms, 29_999),
               measured(s, silence_1_min_ms, 179_999), measured(s, silence_1_h_ms, 10_799_999),
               measured(s, sequence_gaps, 0)
             ]),
       unknown
     ]) :-
    common_telemetry_completeness(s, _).

% common.clock-sync

test(clock_sync_compliant,
     [ given([ measured(s, clock_error_ns, 999_999_999), measured(s, clocks_locked, true),
               measured(s, clock_age_s, 59)
             ])
     ]) :-
    common_clock_sync(s, 999_999_999).
test(clock_sync_at_the_limit,
     [ given([ measured(s, clock_error_ns, 1_000_000_000), measured(s, clocks_locked, true),
               measured(s, clock_age_s, 60)
             ])
     ]) :-
    common_clock_sync(s, 1_000_000_000).
test(clock_sync_violated,
     [ given([ measured(s, clock_error_ns, 1_000_000_001), measured(s, clocks_locked, true),
               measured(s, clock_age_s, 59)
             ]),
       fail
     ]) :-
    common_clock_sync(s, _).
test(clock_sync_violated_by_clocks_locked,
     [ given([ measured(s, clock_error_ns, 999_999_999), measured(s, clocks_locked, false),
               measured(s, clock_age_s, 59)
             ]),
       fail
     ]) :-
    common_clock_sync(s, _).
test(clock_sync_violated_by_clock_age_s,
     [ given([ measured(s, clock_error_ns, 999_999_999), measured(s, clocks_locked, true),
               measured(s, clock_age_s, 61)
             ]),
       fail
     ]) :-
    common_clock_sync(s, _).
test(clock_sync_nothing_in_the_window,
     [ given([ measured(s, clock_error_ns, none), measured(s, clocks_locked, true),
               measured(s, clock_age_s, 59)
             ])
     ]) :-
    common_clock_sync(s, none).
test(clock_sync_without_clocks_locked,
     [ given([ measured(s, clock_error_ns, 999_999_999), measured(s, clocks_locked, none),
               measured(s, clock_age_s, 59)
             ]),
       fail
     ]) :-
    common_clock_sync(s, _).
test(clock_sync_without_clock_age_s,
     [ given([ measured(s, clock_error_ns, 999_999_999), measured(s, clocks_locked, true),
               measured(s, clock_age_s, none)
             ]),
       fail
     ]) :-
    common_clock_sync(s, _).
test(clock_sync_evidence_missing,
     [ given([ missing(s, clock_error_ns, "nothing observed"), measured(s, clocks_locked, true),
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
     [ given([ measured(s, audit_breaks, 0), measured(s, verification_age_h, 23),
               measured(s, checkpoint_age_s, 59), measured(s, logs, 2),
               measured(s, logs_verified, 2), measured(s, logs_anchored, 2)
             ])
     ]) :-
    common_audit_integrity(s, 0).
test(audit_integrity_at_the_limit,
     [ given([ measured(s, audit_breaks, 0), measured(s, verification_age_h, 24),
               measured(s, checkpoint_age_s, 60), measured(s, logs, 2),
               measured(s, logs_verified, 2), measured(s, logs_anchored, 2)
             ])
     ]) :-
    common_audit_integrity(s, 0).
test(audit_integrity_violated,
     [ given([ measured(s, audit_breaks, 1), measured(s, verification_age_h, 23),
               measured(s, checkpoint_age_s, 59), measured(s, logs, 2),
               measured(s, logs_verified, 2), measured(s, logs_anchored, 2)
             ]),
       fail
     ]) :-
    common_audit_integrity(s, _).
test(audit_integrity_violated_by_verification_age_h,
     [ given([ measured(s, audit_breaks, 0), measured(s, verification_age_h, 25),
               measured(s, checkpoint_age_s, 59), measured(s, logs, 2),
               measured(s, logs_verified, 2), measured(s, logs_anchored, 2)
             ]),
       fail
     ]) :-
    common_audit_integrity(s, _).
test(audit_integrity_violated_by_checkpoint_age_s,
     [ given([ measured(s, audit_breaks, 0), measured(s, verification_age_h, 23),
               measured(s, checkpoint_age_s, 61), measured(s, logs, 2),
               measured(s, logs_verified, 2), measured(s, logs_anchored, 2)
             ]),
       fail
     ]) :-
    common_audit_integrity(s, _).
test(audit_integrity_violated_by_logs_verified,
     [ given([ measured(s, audit_breaks, 0), measured(s, verification_age_h, 23),
               measured(s, checkpoint_age_s, 59), measured(s, logs, 2),
               measured(s, logs_verified, 1), measured(s, logs_anchored, 2)
             ]),
       fail
     ]) :-
    common_audit_integrity(s, _).
test(audit_integrity_violated_by_logs_anchored,
     [ given([ measured(s, audit_breaks, 0), measured(s, verification_age_h, 23),
               measured(s, checkpoint_age_s, 59), measured(s, logs, 2),
               measured(s, logs_verified, 2), measured(s, logs_anchored, 1)
             ]),
       fail
     ]) :-
    common_audit_integrity(s, _).
test(audit_integrity_nothing_in_the_window,
     [ given([ measured(s, audit_breaks, none), measured(s, verification_age_h, 23),
               measured(s, checkpoint_age_s, 59), measured(s, logs, 2),
               measured(s, logs_verified, 2), measured(s, logs_anchored, 2)
             ])
     ]) :-
    common_audit_integrity(s, none).
test(audit_integrity_without_verification_age_h,
     [ given([ measured(s, audit_breaks, 0), measured(s, verification_age_h, none),
               measured(s, checkpoint_age_s, 59), measured(s, logs, 2),
               measured(s, logs_verified, 2), measured(s, logs_anchored, 2)
             ]),
       fail
     ]) :-
    common_audit_integrity(s, _).
test(audit_integrity_without_checkpoint_age_s,
     [ given([ measured(s, audit_breaks, 0), measured(s, verification_age_h, 23),
               measured(s, checkpoint_age_s, none), measured(s, logs, 2),
               measured(s, logs_verified, 2), measured(s, logs_anchored, 2)
             ]),
       fail
     ]) :-
    common_audit_integrity(s, _).
test(audit_integrity_evidence_missing,
     [ given([ missing(s, audit_breaks, "nothing observed"), measured(s, verification_age_h, 23),
               measured(s, checkpoint_age_s, 59), measured(s, logs, 2),
               measured(s, logs_verified, 2), measured(s, logs_anchored, 2)
             ]),
       unknown
     ]) :-
    common_audit_integrity(s, _).

% common.audit-failure-alert

test(audit_failure_alert_compliant,
     [ given([ measured(s, audit_alert_ms, 999), measured(s, storage_warned, true),
               measured(s, storage_age_h, 23)
             ])
     ]) :-
    common_audit_failure_alert(s, 999).
test(audit_failure_alert_at_the_limit,
     [ given([ measured(s, audit_alert_ms, 1_000), measured(s, storage_warned, true),
               measured(s, storage_age_h, 24)
             ])
     ]) :-
    common_audit_failure_alert(s, 1_000).
test(audit_failure_alert_violated,
     [ given([ measured(s, audit_alert_ms, 1_001), measured(s, storage_warned, true),
               measured(s, storage_age_h, 23)
             ]),
       fail
     ]) :-
    common_audit_failure_alert(s, _).
test(audit_failure_alert_violated_by_storage_warned,
     [ given([ measured(s, audit_alert_ms, 999), measured(s, storage_warned, false),
               measured(s, storage_age_h, 23)
             ]),
       fail
     ]) :-
    common_audit_failure_alert(s, _).
test(audit_failure_alert_violated_by_storage_age_h,
     [ given([ measured(s, audit_alert_ms, 999), measured(s, storage_warned, true),
               measured(s, storage_age_h, 25)
             ]),
       fail
     ]) :-
    common_audit_failure_alert(s, _).
test(audit_failure_alert_nothing_in_the_window,
     [ given([ measured(s, audit_alert_ms, none), measured(s, storage_warned, true),
               measured(s, storage_age_h, 23)
             ])
     ]) :-
    common_audit_failure_alert(s, none).
test(audit_failure_alert_without_storage_warned,
     [ given([ measured(s, audit_alert_ms, 999), measured(s, storage_warned, none),
               measured(s, storage_age_h, 23)
             ]),
       fail
     ]) :-
    common_audit_failure_alert(s, _).
test(audit_failure_alert_evidence_missing,
     [ given([ missing(s, audit_alert_ms, "nothing observed"), measured(s, storage_warned, true),
               measured(s, storage_age_h, 23)
             ]),
       unknown
     ]) :-
    common_audit_failure_alert(s, _).

% common.audit-retention

test(audit_retention_compliant,
     [ given([ measured(s, records_kept, true), measured(s, retrieval_age_d, 6),
               measured(s, retrievals_verified, true)
             ])
     ]) :-
    common_audit_retention(s, true).
test(audit_retention_at_the_limit,
     [ given([ measured(s, records_kept, true), measured(s, retrieval_age_d, 7),
               measured(s, retrievals_verified, true)
             ])
     ]) :-
    common_audit_retention(s, true).
test(audit_retention_violated,
     [ given([ measured(s, records_kept, false), measured(s, retrieval_age_d, 6),
               measured(s, retrievals_verified, true)
             ]),
       fail
     ]) :-
    common_audit_retention(s, _).
test(audit_retention_violated_by_retrieval_age_d,
     [ given([ measured(s, records_kept, true), measured(s, retrieval_age_d, 8),
               measured(s, retrievals_verified, true)
             ]),
       fail
     ]) :-
    common_audit_retention(s, _).
test(audit_retention_violated_by_retrievals_verified,
     [ given([ measured(s, records_kept, true), measured(s, retrieval_age_d, 6),
               measured(s, retrievals_verified, false)
             ]),
       fail
     ]) :-
    common_audit_retention(s, _).
test(audit_retention_nothing_in_the_window,
     [ given([ measured(s, records_kept, none), measured(s, retrieval_age_d, 6),
               measured(s, retrievals_verified, true)
             ])
     ]) :-
    common_audit_retention(s, none).
test(audit_retention_without_retrieval_age_d,
     [ given([ measured(s, records_kept, true), measured(s, retrieval_age_d, none),
               measured(s, retrievals_verified, true)
             ]),
       fail
     ]) :-
    common_audit_retention(s, _).
test(audit_retention_evidence_missing,
     [ given([ missing(s, records_kept, "nothing observed"), measured(s, retrieval_age_d, 6),
               measured(s, retrievals_verified, true)
             ]),
       unknown
     ]) :-
    common_audit_retention(s, _).

% common.segregation-of-duties

test(segregation_of_duties_compliant_at_the_limit,
     [ given([ measured(s, duties_segregated, true), measured(s, roles_apart, true)
             ])
     ]) :-
    common_segregation_of_duties(s, true).
test(segregation_of_duties_violated,
     [ given([ measured(s, duties_segregated, false), measured(s, roles_apart, true)
             ]),
       fail
     ]) :-
    common_segregation_of_duties(s, _).
test(segregation_of_duties_violated_by_roles_apart,
     [ given([ measured(s, duties_segregated, true), measured(s, roles_apart, false)
             ]),
       fail
     ]) :-
    common_segregation_of_duties(s, _).
test(segregation_of_duties_nothing_in_the_window,
     [ given([ measured(s, duties_segregated, none), measured(s, roles_apart, none)
             ])
     ]) :-
    common_segregation_of_duties(s, none).
test(segregation_of_duties_evidence_missing,
     [ given([ missing(s, duties_segregated, "nothing observed"), measured(s, roles_apart, true)
             ]),
       unknown
     ]) :-
    common_segregation_of_duties(s, _).

% common.rulepack-change

test(rulepack_change_compliant_at_the_limit, [given([measured(s, rulepacks_unapproved, 0)])]) :-
    common_rulepack_change(s, 0).
test(rulepack_change_violated, [given([measured(s, rulepacks_unapproved, 1)]), fail]) :-
    common_rulepack_change(s, _).
test(rulepack_change_evidence_missing,
     [ given([ missing(s, rulepacks_unapproved, "nothing observed")
             ]),
       unknown
     ]) :-
    common_rulepack_change(s, _).

% common.privileged-access

test(privileged_access_compliant_at_the_limit,
     [ given([ measured(s, actions_attributed, true), measured(s, bursts_unalarmed, 0)
             ])
     ]) :-
    common_privileged_access(s, true).
test(privileged_access_violated,
     [ given([ measured(s, actions_attributed, false), measured(s, bursts_unalarmed, 0)
             ]),
       fail
     ]) :-
    common_privileged_access(s, _).
test(privileged_access_violated_by_bursts_unalarmed,
     [ given([ measured(s, actions_attributed, true), measured(s, bursts_unalarmed, 1)
             ]),
       fail
     ]) :-
    common_privileged_access(s, _).
test(privileged_access_nothing_in_the_window,
     [ given([ measured(s, actions_attributed, none), measured(s, bursts_unalarmed, 0)
             ])
     ]) :-
    common_privileged_access(s, none).
test(privileged_access_evidence_missing,
     [ given([ missing(s, actions_attributed, "nothing observed"), measured(s, bursts_unalarmed, 0)
             ]),
       unknown
     ]) :-
    common_privileged_access(s, _).

% The level.

test(level_compliant,
     [ given([ measured(s, silence_ms, 2_999), measured(s, silence_10_s_ms, 29_999),
               measured(s, silence_1_min_ms, 179_999), measured(s, silence_1_h_ms, 10_799_999),
               measured(s, sequence_gaps, 0), measured(s, clock_error_ns, 999_999_999),
               measured(s, clocks_locked, true), measured(s, clock_age_s, 59),
               measured(s, audit_complete, true), measured(s, audit_breaks, 0),
               measured(s, verification_age_h, 23), measured(s, checkpoint_age_s, 59),
               measured(s, logs, 2), measured(s, logs_verified, 2), measured(s, logs_anchored, 2),
               measured(s, audit_alert_ms, 999), measured(s, storage_warned, true),
               measured(s, storage_age_h, 23), measured(s, records_kept, true),
               measured(s, retrieval_age_d, 6), measured(s, retrievals_verified, true),
               measured(s, duties_segregated, true), measured(s, roles_apart, true),
               measured(s, rulepacks_unapproved, 0), measured(s, actions_attributed, true),
               measured(s, bursts_unalarmed, 0)
             ])
     ]) :-
    common_compliant(s).
test(level_violated_by_telemetry_completeness,
     [ given([ measured(s, silence_ms, 3_001), measured(s, silence_10_s_ms, 29_999),
               measured(s, silence_1_min_ms, 179_999), measured(s, silence_1_h_ms, 10_799_999),
               measured(s, sequence_gaps, 0)
             ]),
       fail
     ]) :-
    common_compliant(s).
test(level_violated_by_clock_sync,
     [ given([ measured(s, silence_ms, 2_999), measured(s, silence_10_s_ms, 29_999),
               measured(s, silence_1_min_ms, 179_999), measured(s, silence_1_h_ms, 10_799_999),
               measured(s, sequence_gaps, 0), measured(s, clock_error_ns, 1_000_000_001),
               measured(s, clocks_locked, true), measured(s, clock_age_s, 59)
             ]),
       fail
     ]) :-
    common_compliant(s).
test(level_violated_by_audit_content,
     [ given([ measured(s, silence_ms, 2_999), measured(s, silence_10_s_ms, 29_999),
               measured(s, silence_1_min_ms, 179_999), measured(s, silence_1_h_ms, 10_799_999),
               measured(s, sequence_gaps, 0), measured(s, clock_error_ns, 999_999_999),
               measured(s, clocks_locked, true), measured(s, clock_age_s, 59),
               measured(s, audit_complete, false)
             ]),
       fail
     ]) :-
    common_compliant(s).
test(level_violated_by_audit_integrity,
     [ given([ measured(s, silence_ms, 2_999), measured(s, silence_10_s_ms, 29_999),
               measured(s, silence_1_min_ms, 179_999), measured(s, silence_1_h_ms, 10_799_999),
               measured(s, sequence_gaps, 0), measured(s, clock_error_ns, 999_999_999),
               measured(s, clocks_locked, true), measured(s, clock_age_s, 59),
               measured(s, audit_complete, true), measured(s, audit_breaks, 1),
               measured(s, verification_age_h, 23), measured(s, checkpoint_age_s, 59),
               measured(s, logs, 2), measured(s, logs_verified, 2), measured(s, logs_anchored, 2)
             ]),
       fail
     ]) :-
    common_compliant(s).
test(level_violated_by_audit_failure_alert,
     [ given([ measured(s, silence_ms, 2_999), measured(s, silence_10_s_ms, 29_999),
               measured(s, silence_1_min_ms, 179_999), measured(s, silence_1_h_ms, 10_799_999),
               measured(s, sequence_gaps, 0), measured(s, clock_error_ns, 999_999_999),
               measured(s, clocks_locked, true), measured(s, clock_age_s, 59),
               measured(s, audit_complete, true), measured(s, audit_breaks, 0),
               measured(s, verification_age_h, 23), measured(s, checkpoint_age_s, 59),
               measured(s, logs, 2), measured(s, logs_verified, 2), measured(s, logs_anchored, 2),
               measured(s, audit_alert_ms, 1_001), measured(s, storage_warned, true),
               measured(s, storage_age_h, 23)
             ]),
       fail
     ]) :-
    common_compliant(s).
test(level_violated_by_audit_retention,
     [ given([ measured(s, silence_ms, 2_999), measured(s, silence_10_s_ms, 29_999),
               measured(s, silence_1_min_ms, 179_999), measured(s, silence_1_h_ms, 10_799_999),
               measured(s, sequence_gaps, 0), measured(s, clock_error_ns, 999_999_999),
               measured(s, clocks_locked, true), measured(s, clock_age_s, 59),
               measured(s, audit_complete, true), measured(s, audit_breaks, 0),
               measured(s, verification_age_h, 23), measured(s, checkpoint_age_s, 59),
               measured(s, logs, 2), measured(s, logs_verified, 2), measured(s, logs_anchored, 2),
               measured(s, audit_alert_ms, 999), measured(s, storage_warned, true),
               measured(s, storage_age_h, 23), measured(s, records_kept, false),
               measured(s, retrieval_age_d, 6), measured(s, retrievals_verified, true)
             ]),
       fail
     ]) :-
    common_compliant(s).
test(level_violated_by_segregation_of_duties,
     [ given([ measured(s, silence_ms, 2_999), measured(s, silence_10_s_ms, 29_999),
               measured(s, silence_1_min_ms, 179_999), measured(s, silence_1_h_ms, 10_799_999),
               measured(s, sequence_gaps, 0), measured(s, clock_error_ns, 999_999_999),
               measured(s, clocks_locked, true), measured(s, clock_age_s, 59),
               measured(s, audit_complete, true), measured(s, audit_breaks, 0),
               measured(s, verification_age_h, 23), measured(s, checkpoint_age_s, 59),
               measured(s, logs, 2), measured(s, logs_verified, 2), measured(s, logs_anchored, 2),
               measured(s, audit_alert_ms, 999), measured(s, storage_warned, true),
               measured(s, storage_age_h, 23), measured(s, records_kept, true),
               measured(s, retrieval_age_d, 6), measured(s, retrievals_verified, true),
               measured(s, duties_segregated, false), measured(s, roles_apart, true)
             ]),
       fail
     ]) :-
    common_compliant(s).
test(level_violated_by_rulepack_change,
     [ given([ measured(s, silence_ms, 2_999), measured(s, silence_10_s_ms, 29_999),
               measured(s, silence_1_min_ms, 179_999), measured(s, silence_1_h_ms, 10_799_999),
               measured(s, sequence_gaps, 0), measured(s, clock_error_ns, 999_999_999),
               measured(s, clocks_locked, true), measured(s, clock_age_s, 59),
               measured(s, audit_complete, true), measured(s, audit_breaks, 0),
               measured(s, verification_age_h, 23), measured(s, checkpoint_age_s, 59),
               measured(s, logs, 2), measured(s, logs_verified, 2), measured(s, logs_anchored, 2),
               measured(s, audit_alert_ms, 999), measured(s, storage_warned, true),
               measured(s, storage_age_h, 23), measured(s, records_kept, true),
               measured(s, retrieval_age_d, 6), measured(s, retrievals_verified, true),
               measured(s, duties_segregated, true), measured(s, roles_apart, true),
               measured(s, rulepacks_unapproved, 1)
             ]),
       fail
     ]) :-
    common_compliant(s).
test(level_violated_by_privileged_access,
     [ given([ measured(s, silence_ms, 2_999), measured(s, silence_10_s_ms, 29_999),
               measured(s, silence_1_min_ms, 179_999), measured(s, silence_1_h_ms, 10_799_999),
               measured(s, sequence_gaps, 0), measured(s, clock_error_ns, 999_999_999),
               measured(s, clocks_locked, true), measured(s, clock_age_s, 59),
               measured(s, audit_complete, true), measured(s, audit_breaks, 0),
               measured(s, verification_age_h, 23), measured(s, checkpoint_age_s, 59),
               measured(s, logs, 2), measured(s, logs_verified, 2), measured(s, logs_anchored, 2),
               measured(s, audit_alert_ms, 999), measured(s, storage_warned, true),
               measured(s, storage_age_h, 23), measured(s, records_kept, true),
               measured(s, retrieval_age_d, 6), measured(s, retrievals_verified, true),
               measured(s, duties_segregated, true), measured(s, roles_apart, true),
               measured(s, rulepacks_unapproved, 0), measured(s, actions_attributed, false),
               measured(s, bursts_unalarmed, 0)
             ]),
       fail
     ]) :-
    common_compliant(s).

% A source is held to three of its own periods, and silence is never forgotten.

test(telemetry_completeness_by_period,
     [feed([ at(0, s, pulse(source("fast"), seq(1), period_ms(1_000))),
             at(0, s, pulse(source("slow"), seq(1), period_ms(10_000))),
             at(3, s, pulse(source("fast"), seq(2), period_ms(1_000), retired(true))),
             wait(20, s),
             holds(verdict('common.telemetry-completeness', compliant)),
             wait(18, s)
           ])]) :-
    verdict('common.telemetry-completeness', non_compliant).
test(telemetry_completeness_of_a_source_gone_for_a_week,
     [feed([ at(0, s, pulse(source("a"), seq(1), period_ms(60_000))),
             at(0, s, pulse(source("b"), seq(1), period_ms(3_600_000))),
             wait(8, d),
             at(0, s, pulse(source("b"), seq(2), period_ms(3_600_000)))
           ])]) :-
    verdict('common.telemetry-completeness', non_compliant),
    measured(s, silence_1_h_ms, 0).
test(telemetry_completeness_of_no_source,
     [feed([ at(0, s, pulse(source("a"), seq(1), period_ms(1_000), retired(true)))
           ])]) :-
    verdict('common.telemetry-completeness', non_compliant).

test(clock_sync_of_a_clock_that_retired,
     [feed([ at(0, s, clock_sample(clock("c"), host("h"), reference("gps"), locked(true),
                                   offset_ns(5), uncertainty_ns(5))),
             at(0, s, clock_sample(clock("d"), host("h"), reference("gps"), locked(false),
                                   offset_ns(5), uncertainty_ns(5), retired(true))),
             wait(50, s),
             holds(verdict('common.clock-sync', compliant)),
             wait(1, d),
             at(0, s, clock_sample(clock("d"), host("h"), reference("gps"), locked(true),
                                   offset_ns(5), uncertainty_ns(5)))
           ])]) :-
    verdict('common.clock-sync', non_compliant).

test(audit_content_of_an_empty_field,
     [feed([ at(0, s, audit_entry(type("login"), occurred(ago(0, s)), place("site-1"),
                                  origin("sso"), outcome("success"), actor(""),
                                  actor_role("operator")))
           ])]) :-
    verdict('common.audit-content', non_compliant).

test(audit_integrity_of_a_log_that_is_never_anchored,
     [feed([ at(0, s, audit_verification(log("a"), records(5), breaks(0))),
             at(0, s, audit_verification(log("b"), records(5), breaks(0))),
             at(1, s, audit_checkpoint(log("a"), size(5), anchored(true))),
             holds(verdict('common.audit-integrity', compliant)),
             at(1, s, audit_checkpoint(log("b"), size(5), anchored(false)))
           ])]) :-
    verdict('common.audit-integrity', non_compliant).
test(audit_integrity_of_a_log_that_is_never_verified,
     [feed([ at(0, s, audit_verification(log("a"), records(5), breaks(0))),
             at(1, s, audit_checkpoint(log("a"), size(5), anchored(true))),
             at(1, s, audit_checkpoint(log("b"), size(5), anchored(true)))
           ])]) :-
    verdict('common.audit-integrity', non_compliant).

test(audit_failure_alert_storage_by_events,
     [feed([ at(0, s, audit_failure(id("f-1"), log("a"), part(write))),
             at(1, s, audit_alert(about("f-1"), channel("pager"))),
             at(2, s, audit_storage(log("a"), used_percent(74.9))),
             at(2, s, audit_storage(log("b"), used_percent(75), alert("w-1"))),
             holds(verdict('common.audit-failure-alert', compliant)),
             wait(25, h),
             holds(verdict('common.audit-failure-alert', non_compliant)),
             at(0, s, audit_storage(log("a"), used_percent(74))),
             at(0, s, audit_storage(log("b"), used_percent(74))),
             holds(verdict('common.audit-failure-alert', compliant)),
             at(1, s, audit_storage(log("a"), used_percent(75)))
           ])]) :-
    verdict('common.audit-failure-alert', non_compliant).

test(audit_retention_of_a_class_that_is_never_retrieved,
     [feed([ at(0, s, record_deletion(record("r-1"), class(fedramp_log), created(ago(914, d)),
                                      deleted(ago(0, s)), actor("ada"))),
             at(0, s, retrieval_test(class("a"), record("r-2"), verified(true))),
             holds(verdict('common.audit-retention', compliant)),
             at(1, s, retrieval_test(class("b"), record("r-3"), verified(false)))
           ])]) :-
    verdict('common.audit-retention', non_compliant).
test(audit_retention_offline_after_90_days,
     [feed([ at(0, s, record_deletion(record("r-1"), class(fedramp_log), created(ago(913, d)),
                                      deleted(ago(0, s)), actor("ada"))),
             at(0, s, retrieval_test(class("a"), record("r-2"), verified(true)))
           ])]) :-
    verdict('common.audit-retention', non_compliant).

test(segregation_of_duties_by_events,
     [feed([ at(0, s, role_review(actor("ada"), roles(["author"]), conflicting_roles(0))),
             at(0, s, approval(object("c-1"), subject(change), requester("ada"),
                               approver("bob"), implementer("cem"))),
             at(1, s, approval(object("w-1"), subject(wall_crossing), requester("ada"),
                               approver("bob"))),
             holds(verdict('common.segregation-of-duties', compliant)),
             at(2, s, approval(object("c-2"), subject(change), requester("ada"),
                               approver("bob"), implementer("ada")))
           ])]) :-
    verdict('common.segregation-of-duties', non_compliant).

% Five failures in 15 minutes are a burst, and the alert has to be about the account.

test(privileged_access_burst_alarmed,
     [feed([ at(0, s, privileged_action(account("root"), actor("ada"), role("admin"),
                                        authorised(true), shared_account(false),
                                        action("restart"))),
             series(login(account("ada"), outcome($), address("10.0.0.1"), at(ago(0, s))),
                    "failurex5 _ failure", every(1, min)),
             at(4, min, login_alert(account("ada"))),
             wait(1, h)
           ])]) :-
    verdict('common.privileged-access', compliant).
test(privileged_access_burst_alarmed_for_another_account,
     [feed([ at(0, s, privileged_action(account("root"), actor("ada"), role("admin"),
                                        authorised(true), shared_account(false),
                                        action("restart"))),
             series(login(account("ada"), outcome($), address("10.0.0.1"), at(ago(0, s))),
                    "failurex5", every(1, min)),
             at(5, min, login_alert(account("bob"))),
             wait(1, h)
           ])]) :-
    measured(s, bursts_unalarmed, 1),
    verdict('common.privileged-access', non_compliant).
test(privileged_access_failures_far_apart_are_no_burst,
     [feed([ series(login(account("ada"), outcome($), address("10.0.0.1"), at(ago(0, s))),
                    "failurex4 _x12 failure", every(1, min)),
             wait(1, h)
           ])]) :-
    measured(s, bursts_unalarmed, 0).

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
