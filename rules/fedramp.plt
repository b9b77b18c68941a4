:- begin_tests(fedramp).

% fedramp.incident-report

test(incident_report_compliant,
     [ given([ measured(s, late_15_min, 0), measured(s, late_1_h, 0), measured(s, late_6_h, 0),
               measured(s, late_24_h, 0), measured(s, late_1_day, 0), measured(s, unreported_d, 89),
               measured(s, update_d, 0.9), measured(s, final_d, 29)
             ])
     ]) :-
    fedramp_incident_report(s, 0).
test(incident_report_at_the_limit,
     [ given([ measured(s, late_15_min, 0), measured(s, late_1_h, 0), measured(s, late_6_h, 0),
               measured(s, late_24_h, 0), measured(s, late_1_day, 0), measured(s, unreported_d, 90),
               measured(s, update_d, 1), measured(s, final_d, 30)
             ])
     ]) :-
    fedramp_incident_report(s, 0).
test(incident_report_violated,
     [ given([ measured(s, late_15_min, 1), measured(s, late_1_h, 0), measured(s, late_6_h, 0),
               measured(s, late_24_h, 0), measured(s, late_1_day, 0), measured(s, unreported_d, 89),
               measured(s, update_d, 0.9), measured(s, final_d, 29)
             ]),
       fail
     ]) :-
    fedramp_incident_report(s, _).
test(incident_report_violated_by_late_1_h,
     [ given([ measured(s, late_15_min, 0), measured(s, late_1_h, 1), measured(s, late_6_h, 0),
               measured(s, late_24_h, 0), measured(s, late_1_day, 0), measured(s, unreported_d, 89),
               measured(s, update_d, 0.9), measured(s, final_d, 29)
             ]),
       fail
     ]) :-
    fedramp_incident_report(s, _).
test(incident_report_violated_by_late_6_h,
     [ given([ measured(s, late_15_min, 0), measured(s, late_1_h, 0), measured(s, late_6_h, 1),
               measured(s, late_24_h, 0), measured(s, late_1_day, 0), measured(s, unreported_d, 89),
               measured(s, update_d, 0.9), measured(s, final_d, 29)
             ]),
       fail
     ]) :-
    fedramp_incident_report(s, _).
test(incident_report_violated_by_late_24_h,
     [ given([ measured(s, late_15_min, 0), measured(s, late_1_h, 0), measured(s, late_6_h, 0),
               measured(s, late_24_h, 1), measured(s, late_1_day, 0), measured(s, unreported_d, 89),
               measured(s, update_d, 0.9), measured(s, final_d, 29)
             ]),
       fail
     ]) :-
    fedramp_incident_report(s, _).
test(incident_report_violated_by_late_1_day,
     [ given([ measured(s, late_15_min, 0), measured(s, late_1_h, 0), measured(s, late_6_h, 0),
               measured(s, late_24_h, 0), measured(s, late_1_day, 1), measured(s, unreported_d, 89),
               measured(s, update_d, 0.9), measured(s, final_d, 29)
             ]),
       fail
     ]) :-
    fedramp_incident_report(s, _).
test(incident_report_violated_by_unreported_d,
     [ given([ measured(s, late_15_min, 0), measured(s, late_1_h, 0), measured(s, late_6_h, 0),
               measured(s, late_24_h, 0), measured(s, late_1_day, 0), measured(s, unreported_d, 91),
               measured(s, update_d, 0.9), measured(s, final_d, 29)
             ]),
       fail
     ]) :-
    fedramp_incident_report(s, _).
test(incident_report_violated_by_update_d,
     [ given([ measured(s, late_15_min, 0), measured(s, late_1_h, 0), measured(s, late_6_h, 0),
               measured(s, late_24_h, 0), measured(s, late_1_day, 0), measured(s, unreported_d, 89),
               measured(s, update_d, 1.1), measured(s, final_d, 29)
             ]),
       fail
     ]) :-
    fedramp_incident_report(s, _).
test(incident_report_violated_by_final_d,
     [ given([ measured(s, late_15_min, 0), measured(s, late_1_h, 0), measured(s, late_6_h, 0),
               measured(s, late_24_h, 0), measured(s, late_1_day, 0), measured(s, unreported_d, 89),
               measured(s, update_d, 0.9), measured(s, final_d, 31)
             ]),
       fail
     ]) :-
    fedramp_incident_report(s, _).
test(incident_report_nothing_in_the_window,
     [ given([ measured(s, late_15_min, 0), measured(s, late_1_h, 0), measured(s, late_6_h, 0),
               measured(s, late_24_h, 0), measured(s, late_1_day, 0),
               measured(s, unreported_d, none), measured(s, update_d, none),
               measured(s, final_d, none)
             ])
     ]) :-
    fedramp_incident_report(s, 0).
test(incident_report_evidence_missing,
     [ given([ missing(s, late_15_min, "nothing observed"), measured(s, late_1_h, 0),
               measured(s, late_6_h, 0), measured(s, late_24_h, 0), measured(s, late_1_day, 0),
               measured(s, unreported_d, 89), measured(s, update_d, 0.9), measured(s, final_d, 29)
             ]),
       unknown
     ]) :-
    fedramp_incident_report(s, _).

% fedramp.change-notice

test(change_notice_compliant,
     [ given([ measured(s, unplanned, 0), measured(s, unannounced, 0),
               measured(s, finished_notice_d, 4), measured(s, verified_notice_d, 4),
               measured(s, documents_d, 29), measured(s, adaptive_notice_d, 9),
               measured(s, notices_readable, true)
             ])
     ]) :-
    fedramp_change_notice(s, 0).
test(change_notice_at_the_limit,
     [ given([ measured(s, unplanned, 0), measured(s, unannounced, 0),
               measured(s, finished_notice_d, 5), measured(s, verified_notice_d, 5),
               measured(s, documents_d, 30), measured(s, adaptive_notice_d, 10),
               measured(s, notices_readable, true)
             ])
     ]) :-
    fedramp_change_notice(s, 0).
test(change_notice_violated,
     [ given([ measured(s, unplanned, 1), measured(s, unannounced, 0),
               measured(s, finished_notice_d, 4), measured(s, verified_notice_d, 4),
               measured(s, documents_d, 29), measured(s, adaptive_notice_d, 9),
               measured(s, notices_readable, true)
             ]),
       fail
     ]) :-
    fedramp_change_notice(s, _).
test(change_notice_violated_by_unannounced,
     [ given([ measured(s, unplanned, 0), measured(s, unannounced, 1),
               measured(s, finished_notice_d, 4), measured(s, verified_notice_d, 4),
               measured(s, documents_d, 29), measured(s, adaptive_notice_d, 9),
               measured(s, notices_readable, true)
             ]),
       fail
     ]) :-
    fedramp_change_notice(s, _).
test(change_notice_violated_by_finished_notice_d,
     [ given([ measured(s, unplanned, 0), measured(s, unannounced, 0),
               measured(s, finished_notice_d, 6), measured(s, verified_notice_d, 4),
               measured(s, documents_d, 29), measured(s, adaptive_notice_d, 9),
               measured(s, notices_readable, true)
             ]),
       fail
     ]) :-
    fedramp_change_notice(s, _).
test(change_notice_violated_by_verified_notice_d,
     [ given([ measured(s, unplanned, 0), measured(s, unannounced, 0),
               measured(s, finished_notice_d, 4), measured(s, verified_notice_d, 6),
               measured(s, documents_d, 29), measured(s, adaptive_notice_d, 9),
               measured(s, notices_readable, true)
             ]),
       fail
     ]) :-
    fedramp_change_notice(s, _).
test(change_notice_violated_by_documents_d,
     [ given([ measured(s, unplanned, 0), measured(s, unannounced, 0),
               measured(s, finished_notice_d, 4), measured(s, verified_notice_d, 4),
               measured(s, documents_d, 31), measured(s, adaptive_notice_d, 9),
               measured(s, notices_readable, true)
             ]),
       fail
     ]) :-
    fedramp_change_notice(s, _).
test(change_notice_violated_by_adaptive_notice_d,
     [ given([ measured(s, unplanned, 0), measured(s, unannounced, 0),
               measured(s, finished_notice_d, 4), measured(s, verified_notice_d, 4),
               measured(s, documents_d, 29), measured(s, adaptive_notice_d, 11),
               measured(s, notices_readable, true)
             ]),
       fail
     ]) :-
    fedramp_change_notice(s, _).
test(change_notice_violated_by_notices_readable,
     [ given([ measured(s, unplanned, 0), measured(s, unannounced, 0),
               measured(s, finished_notice_d, 4), measured(s, verified_notice_d, 4),
               measured(s, documents_d, 29), measured(s, adaptive_notice_d, 9),
               measured(s, notices_readable, false)
             ]),
       fail
     ]) :-
    fedramp_change_notice(s, _).
test(change_notice_nothing_in_the_window,
     [ given([ measured(s, unplanned, 0), measured(s, unannounced, 0),
               measured(s, finished_notice_d, none), measured(s, verified_notice_d, none),
               measured(s, documents_d, none), measured(s, adaptive_notice_d, none),
               measured(s, notices_readable, none)
             ])
     ]) :-
    fedramp_change_notice(s, 0).
test(change_notice_evidence_missing,
     [ given([ missing(s, unplanned, "nothing observed"), measured(s, unannounced, 0),
               measured(s, finished_notice_d, 4), measured(s, verified_notice_d, 4),
               measured(s, documents_d, 29), measured(s, adaptive_notice_d, 9),
               measured(s, notices_readable, true)
             ]),
       unknown
     ]) :-
    fedramp_change_notice(s, _).

% fedramp.persistent-validation

test(persistent_validation_compliant,
     [ given([ measured(s, machine_age_d, 2), measured(s, other_age_d, 91),
               measured(s, failure_recorded_d, 0.9)
             ])
     ]) :-
    fedramp_persistent_validation(s, 2).
test(persistent_validation_at_the_limit,
     [ given([ measured(s, machine_age_d, 3), measured(s, other_age_d, 92),
               measured(s, failure_recorded_d, 1)
             ])
     ]) :-
    fedramp_persistent_validation(s, 3).
test(persistent_validation_violated,
     [ given([ measured(s, machine_age_d, 4), measured(s, other_age_d, 91),
               measured(s, failure_recorded_d, 0.9)
             ]),
       fail
     ]) :-
    fedramp_persistent_validation(s, _).
test(persistent_validation_violated_by_other_age_d,
     [ given([ measured(s, machine_age_d, 2), measured(s, other_age_d, 93),
               measured(s, failure_recorded_d, 0.9)
             ]),
       fail
     ]) :-
    fedramp_persistent_validation(s, _).
test(persistent_validation_violated_by_failure_recorded_d,
     [ given([ measured(s, machine_age_d, 2), measured(s, other_age_d, 91),
               measured(s, failure_recorded_d, 1.1)
             ]),
       fail
     ]) :-
    fedramp_persistent_validation(s, _).
test(persistent_validation_nothing_in_the_window,
     [ given([ measured(s, machine_age_d, 2), measured(s, other_age_d, none),
               measured(s, failure_recorded_d, none)
             ])
     ]) :-
    fedramp_persistent_validation(s, 2).
test(persistent_validation_without_machine_age_d,
     [ given([ measured(s, machine_age_d, none), measured(s, other_age_d, 91),
               measured(s, failure_recorded_d, 0.9)
             ]),
       fail
     ]) :-
    fedramp_persistent_validation(s, _).
test(persistent_validation_evidence_missing,
     [ given([ missing(s, machine_age_d, "nothing observed"), measured(s, other_age_d, 91),
               measured(s, failure_recorded_d, 0.9)
             ]),
       unknown
     ]) :-
    fedramp_persistent_validation(s, _).

% The level.

test(level_compliant,
     [ given([ measured(s, late_15_min, 0), measured(s, late_1_h, 0), measured(s, late_6_h, 0),
               measured(s, late_24_h, 0), measured(s, late_1_day, 0), measured(s, unreported_d, 89),
               measured(s, update_d, 0.9), measured(s, final_d, 29), measured(s, unplanned, 0),
               measured(s, unannounced, 0), measured(s, finished_notice_d, 4),
               measured(s, verified_notice_d, 4), measured(s, documents_d, 29),
               measured(s, adaptive_notice_d, 9), measured(s, notices_readable, true),
               measured(s, machine_age_d, 2), measured(s, other_age_d, 91),
               measured(s, failure_recorded_d, 0.9)
             ])
     ]) :-
    fedramp_compliant(s).
test(level_violated_by_incident_report,
     [ given([ measured(s, late_15_min, 1), measured(s, late_1_h, 0), measured(s, late_6_h, 0),
               measured(s, late_24_h, 0), measured(s, late_1_day, 0), measured(s, unreported_d, 89),
               measured(s, update_d, 0.9), measured(s, final_d, 29)
             ]),
       fail
     ]) :-
    fedramp_compliant(s).
test(level_violated_by_change_notice,
     [ given([ measured(s, late_15_min, 0), measured(s, late_1_h, 0), measured(s, late_6_h, 0),
               measured(s, late_24_h, 0), measured(s, late_1_day, 0), measured(s, unreported_d, 89),
               measured(s, update_d, 0.9), measured(s, final_d, 29), measured(s, unplanned, 1),
               measured(s, unannounced, 0), measured(s, finished_notice_d, 4),
               measured(s, verified_notice_d, 4), measured(s, documents_d, 29),
               measured(s, adaptive_notice_d, 9), measured(s, notices_readable, true)
             ]),
       fail
     ]) :-
    fedramp_compliant(s).
test(level_violated_by_persistent_validation,
     [ given([ measured(s, late_15_min, 0), measured(s, late_1_h, 0), measured(s, late_6_h, 0),
               measured(s, late_24_h, 0), measured(s, late_1_day, 0), measured(s, unreported_d, 89),
               measured(s, update_d, 0.9), measured(s, final_d, 29), measured(s, unplanned, 0),
               measured(s, unannounced, 0), measured(s, finished_notice_d, 4),
               measured(s, verified_notice_d, 4), measured(s, documents_d, 29),
               measured(s, adaptive_notice_d, 9), measured(s, notices_readable, true),
               measured(s, machine_age_d, 4), measured(s, other_age_d, 91),
               measured(s, failure_recorded_d, 0.9)
             ]),
       fail
     ]) :-
    fedramp_compliant(s).

test(incident_report_by_class_and_regime,
     [feed([ at(0, s, security_incident(id("i-1"), regime(cr26), class(d), pain(5),
                                        identified(ago(0, s)))),
             at(0, s, security_incident(id("i-2"), regime(rev5), class(d), pain(5),
                                        identified(ago(0, s)))),
             at(15, min, incident_report(incident("i-1"), stage(initial), sent(ago(0, s)))),
             at(60, min, incident_report(incident("i-2"), stage(initial), sent(ago(0, s)))),
             wait(1, min),
             holds(measured(s, late_15_min, 0)),
             holds(measured(s, late_1_h, 0)),
             at(0, s, security_incident(id("i-3"), regime(cr26), class(d), pain(3),
                                        identified(ago(0, s)))),
             wait(16, min)
           ])]) :-
    measured(s, late_15_min, 1),
    verdict('fedramp.incident-report', non_compliant).

test(change_notice_a_day_too_short,
     [feed([ at(0, s, notice(change("c-1"), stage(initial_plan), sent(ago(0, s)), readable("r"),
                             json("j"))),
             at(1, d, notice(change("c-2"), stage(initial_plan), sent(ago(0, s)), readable("r"),
                             json("j"))),
             at(42, d, change(id("c-1"), kind(transformative), state(started), at(ago(0, s)))),
             at(42, d, change(id("c-2"), kind(transformative), state(started), at(ago(0, s))))
           ])]) :-
    measured(s, unplanned, 1),
    verdict('fedramp.change-notice', non_compliant).

test(incident_report_of_class_a_by_class_b,
     [feed([ at(0, s, security_incident(id("i-1"), regime(cr26), class(a), pain(3),
                                        identified(ago(0, s)))),
             wait(6, h),
             holds(measured(s, late_6_h, 0)),
             wait(1, s)
           ])]) :-
    measured(s, late_6_h, 1).
test(incident_report_never_made,
     [feed([ at(0, s, security_incident(id("i-1"), regime(rev5), class(d), pain(5),
                                        identified(ago(0, s)))),
             wait(2, d)
           ])]) :-
    measured(s, late_1_h, 1),
    measured(s, unreported_d, 2).
test(incident_report_every_day_until_the_final_one,
     [feed([ at(0, s, incident_report(incident("i-1"), stage(initial), sent(ago(0, s)))),
             at(1, d, incident_report(incident("i-1"), stage(ongoing), sent(ago(0, s)))),
             at(2, d, incident_report(incident("i-1"), stage(final), sent(ago(0, s)))),
             wait(9, d),
             holds(measured(s, update_d, 1)),
             at(0, s, incident_report(incident("i-2"), stage(initial), sent(ago(0, s)))),
             wait(2, d)
           ])]) :-
    measured(s, update_d, 2).

test(change_notice_counts_federal_days,
     [feed([ start("2026-11-24T12:00:00-05:00"),
             at(0, s, change(id("c-1"), kind(adaptive), state(finished), at(ago(0, s)))),
             wait(3, d)
           ])]) :-
    measured(s, adaptive_notice_d, 2).

test(persistent_validation_of_a_failure,
     [feed([ at(0, s, validation(resource("db"), machine(true), result(failed))),
             at(1, d, vulnerability(resource("db"), record("v-1"))),
             holds(verdict('fedramp.persistent-validation', compliant)),
             wait(3, d)
           ])]) :-
    measured(s, failure_recorded_d, 1),
    verdict('fedramp.persistent-validation', non_compliant).

:- end_tests(fedramp).
