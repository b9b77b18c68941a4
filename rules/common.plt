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

% The level.

test(level_compliant,
     [ given([ measured(s, silence_ms, 2999),
               measured(s, sequence_gaps, 0),
               measured(s, audit_complete, true),
               measured(s, audit_breaks, 0),
               measured(s, verification_age_h, 23),
               measured(s, checkpoint_age_s, 59),
               measured(s, records_kept, true),
               measured(s, retrieval_age_d, 6),
               measured(s, duties_segregated, true),
               measured(s, roles_apart, true)
             ])
     ]) :-
    common_compliant(s).
test(level_violated,
     [ given([ measured(s, silence_ms, 2999),
               measured(s, sequence_gaps, 0),
               measured(s, audit_complete, true),
               measured(s, audit_breaks, 0),
               measured(s, verification_age_h, 23),
               measured(s, checkpoint_age_s, 59),
               measured(s, records_kept, true),
               measured(s, retrieval_age_d, 6),
               measured(s, duties_segregated, false),
               measured(s, roles_apart, true)
             ]),
       fail
     ]) :-
    common_compliant(s).

:- end_tests(common).
