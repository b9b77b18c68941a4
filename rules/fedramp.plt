:- begin_tests(fedramp).

% fedramp.incident-report

test(incident_report_compliant_at_the_limit,
     [ given([ measured(s, late_15_min, 0),
               measured(s, late_1_h, 0),
               measured(s, late_6_h, 0),
               measured(s, late_24_h, 0),
               measured(s, late_1_day, 0),
               measured(s, updates_missing, 0),
               measured(s, finals_missing, 0)
             ])
     ]) :-
    fedramp_incident_report(s, 0).
test(incident_report_violated,
     [ given([ measured(s, late_15_min, 1),
               measured(s, late_1_h, 0),
               measured(s, late_6_h, 0),
               measured(s, late_24_h, 0),
               measured(s, late_1_day, 0),
               measured(s, updates_missing, 0),
               measured(s, finals_missing, 0)
             ]),
       fail
     ]) :-
    fedramp_incident_report(s, _).
test(incident_report_violated_by_late_1_h,
     [ given([ measured(s, late_15_min, 0),
               measured(s, late_1_h, 1),
               measured(s, late_6_h, 0),
               measured(s, late_24_h, 0),
               measured(s, late_1_day, 0),
               measured(s, updates_missing, 0),
               measured(s, finals_missing, 0)
             ]),
       fail
     ]) :-
    fedramp_incident_report(s, _).
test(incident_report_violated_by_late_6_h,
     [ given([ measured(s, late_15_min, 0),
               measured(s, late_1_h, 0),
               measured(s, late_6_h, 1),
               measured(s, late_24_h, 0),
               measured(s, late_1_day, 0),
               measured(s, updates_missing, 0),
               measured(s, finals_missing, 0)
             ]),
       fail
     ]) :-
    fedramp_incident_report(s, _).
test(incident_report_violated_by_late_24_h,
     [ given([ measured(s, late_15_min, 0),
               measured(s, late_1_h, 0),
               measured(s, late_6_h, 0),
               measured(s, late_24_h, 1),
               measured(s, late_1_day, 0),
               measured(s, updates_missing, 0),
               measured(s, finals_missing, 0)
             ]),
       fail
     ]) :-
    fedramp_incident_report(s, _).
test(incident_report_violated_by_late_1_day,
     [ given([ measured(s, late_15_min, 0),
               measured(s, late_1_h, 0),
               measured(s, late_6_h, 0),
               measured(s, late_24_h, 0),
               measured(s, late_1_day, 1),
               measured(s, updates_missing, 0),
               measured(s, finals_missing, 0)
             ]),
       fail
     ]) :-
    fedramp_incident_report(s, _).
test(incident_report_violated_by_updates_missing,
     [ given([ measured(s, late_15_min, 0),
               measured(s, late_1_h, 0),
               measured(s, late_6_h, 0),
               measured(s, late_24_h, 0),
               measured(s, late_1_day, 0),
               measured(s, updates_missing, 1),
               measured(s, finals_missing, 0)
             ]),
       fail
     ]) :-
    fedramp_incident_report(s, _).
test(incident_report_violated_by_finals_missing,
     [ given([ measured(s, late_15_min, 0),
               measured(s, late_1_h, 0),
               measured(s, late_6_h, 0),
               measured(s, late_24_h, 0),
               measured(s, late_1_day, 0),
               measured(s, updates_missing, 0),
               measured(s, finals_missing, 1)
             ]),
       fail
     ]) :-
    fedramp_incident_report(s, _).
test(incident_report_nothing_in_the_window,
     [ given([ measured(s, late_15_min, none),
               measured(s, late_1_h, none),
               measured(s, late_6_h, none),
               measured(s, late_24_h, none),
               measured(s, late_1_day, none),
               measured(s, updates_missing, none),
               measured(s, finals_missing, none)
             ])
     ]) :-
    fedramp_incident_report(s, none).
test(incident_report_evidence_missing,
     [ given([ missing(s, late_15_min, "nothing observed"),
               measured(s, late_1_h, 0),
               measured(s, late_6_h, 0),
               measured(s, late_24_h, 0),
               measured(s, late_1_day, 0),
               measured(s, updates_missing, 0),
               measured(s, finals_missing, 0)
             ]),
       unknown
     ]) :-
    fedramp_incident_report(s, _).

% fedramp.change-notice

test(change_notice_compliant_at_the_limit,
     [ given([ measured(s, unplanned, 0),
               measured(s, unannounced, 0),
               measured(s, unfinished, 0),
               measured(s, unverified, 0),
               measured(s, undocumented, 0),
               measured(s, unnoticed, 0),
               measured(s, notices_readable, true)
             ])
     ]) :-
    fedramp_change_notice(s, 0).
test(change_notice_violated,
     [ given([ measured(s, unplanned, 1),
               measured(s, unannounced, 0),
               measured(s, unfinished, 0),
               measured(s, unverified, 0),
               measured(s, undocumented, 0),
               measured(s, unnoticed, 0),
               measured(s, notices_readable, true)
             ]),
       fail
     ]) :-
    fedramp_change_notice(s, _).
test(change_notice_violated_by_unannounced,
     [ given([ measured(s, unplanned, 0),
               measured(s, unannounced, 1),
               measured(s, unfinished, 0),
               measured(s, unverified, 0),
               measured(s, undocumented, 0),
               measured(s, unnoticed, 0),
               measured(s, notices_readable, true)
             ]),
       fail
     ]) :-
    fedramp_change_notice(s, _).
test(change_notice_violated_by_unfinished,
     [ given([ measured(s, unplanned, 0),
               measured(s, unannounced, 0),
               measured(s, unfinished, 1),
               measured(s, unverified, 0),
               measured(s, undocumented, 0),
               measured(s, unnoticed, 0),
               measured(s, notices_readable, true)
             ]),
       fail
     ]) :-
    fedramp_change_notice(s, _).
test(change_notice_violated_by_unverified,
     [ given([ measured(s, unplanned, 0),
               measured(s, unannounced, 0),
               measured(s, unfinished, 0),
               measured(s, unverified, 1),
               measured(s, undocumented, 0),
               measured(s, unnoticed, 0),
               measured(s, notices_readable, true)
             ]),
       fail
     ]) :-
    fedramp_change_notice(s, _).
test(change_notice_violated_by_undocumented,
     [ given([ measured(s, unplanned, 0),
               measured(s, unannounced, 0),
               measured(s, unfinished, 0),
               measured(s, unverified, 0),
               measured(s, undocumented, 1),
               measured(s, unnoticed, 0),
               measured(s, notices_readable, true)
             ]),
       fail
     ]) :-
    fedramp_change_notice(s, _).
test(change_notice_violated_by_unnoticed,
     [ given([ measured(s, unplanned, 0),
               measured(s, unannounced, 0),
               measured(s, unfinished, 0),
               measured(s, unverified, 0),
               measured(s, undocumented, 0),
               measured(s, unnoticed, 1),
               measured(s, notices_readable, true)
             ]),
       fail
     ]) :-
    fedramp_change_notice(s, _).
test(change_notice_violated_by_notices_readable,
     [ given([ measured(s, unplanned, 0),
               measured(s, unannounced, 0),
               measured(s, unfinished, 0),
               measured(s, unverified, 0),
               measured(s, undocumented, 0),
               measured(s, unnoticed, 0),
               measured(s, notices_readable, false)
             ]),
       fail
     ]) :-
    fedramp_change_notice(s, _).
test(change_notice_nothing_in_the_window,
     [ given([ measured(s, unplanned, none),
               measured(s, unannounced, none),
               measured(s, unfinished, none),
               measured(s, unverified, none),
               measured(s, undocumented, none),
               measured(s, unnoticed, none),
               measured(s, notices_readable, none)
             ])
     ]) :-
    fedramp_change_notice(s, none).
test(change_notice_evidence_missing,
     [ given([ missing(s, unplanned, "nothing observed"),
               measured(s, unannounced, 0),
               measured(s, unfinished, 0),
               measured(s, unverified, 0),
               measured(s, undocumented, 0),
               measured(s, unnoticed, 0),
               measured(s, notices_readable, true)
             ]),
       unknown
     ]) :-
    fedramp_change_notice(s, _).

% fedramp.persistent-validation

test(persistent_validation_compliant,
     [ given([ measured(s, machine_age_d, 2),
               measured(s, other_age_d, 91),
               measured(s, failures_unrecorded, 0)
             ])
     ]) :-
    fedramp_persistent_validation(s, 2).
test(persistent_validation_at_the_limit,
     [ given([ measured(s, machine_age_d, 3),
               measured(s, other_age_d, 92),
               measured(s, failures_unrecorded, 0)
             ])
     ]) :-
    fedramp_persistent_validation(s, 3).
test(persistent_validation_violated,
     [ given([ measured(s, machine_age_d, 4),
               measured(s, other_age_d, 91),
               measured(s, failures_unrecorded, 0)
             ]),
       fail
     ]) :-
    fedramp_persistent_validation(s, _).
test(persistent_validation_violated_by_other_age_d,
     [ given([ measured(s, machine_age_d, 2),
               measured(s, other_age_d, 93),
               measured(s, failures_unrecorded, 0)
             ]),
       fail
     ]) :-
    fedramp_persistent_validation(s, _).
test(persistent_validation_violated_by_failures_unrecorded,
     [ given([ measured(s, machine_age_d, 2),
               measured(s, other_age_d, 91),
               measured(s, failures_unrecorded, 1)
             ]),
       fail
     ]) :-
    fedramp_persistent_validation(s, _).
test(persistent_validation_nothing_in_the_window,
     [ given([ measured(s, machine_age_d, 2),
               measured(s, other_age_d, none),
               measured(s, failures_unrecorded, none)
             ])
     ]) :-
    fedramp_persistent_validation(s, _).
test(persistent_validation_evidence_missing,
     [ given([ missing(s, machine_age_d, "nothing observed"),
               measured(s, other_age_d, 91),
               measured(s, failures_unrecorded, 0)
             ]),
       unknown
     ]) :-
    fedramp_persistent_validation(s, _).

% The level.

test(level_compliant,
     [ given([ measured(s, late_15_min, 0),
               measured(s, late_1_h, 0),
               measured(s, late_6_h, 0),
               measured(s, late_24_h, 0),
               measured(s, late_1_day, 0),
               measured(s, updates_missing, 0),
               measured(s, finals_missing, 0),
               measured(s, unplanned, 0),
               measured(s, unannounced, 0),
               measured(s, unfinished, 0),
               measured(s, unverified, 0),
               measured(s, undocumented, 0),
               measured(s, unnoticed, 0),
               measured(s, notices_readable, true),
               measured(s, machine_age_d, 2),
               measured(s, other_age_d, 91),
               measured(s, failures_unrecorded, 0)
             ])
     ]) :-
    fedramp_compliant(s).
test(level_violated,
     [ given([ measured(s, late_15_min, 0),
               measured(s, late_1_h, 0),
               measured(s, late_6_h, 0),
               measured(s, late_24_h, 0),
               measured(s, late_1_day, 0),
               measured(s, updates_missing, 0),
               measured(s, finals_missing, 0),
               measured(s, unplanned, 0),
               measured(s, unannounced, 0),
               measured(s, unfinished, 0),
               measured(s, unverified, 0),
               measured(s, undocumented, 0),
               measured(s, unnoticed, 0),
               measured(s, notices_readable, true),
               measured(s, machine_age_d, 4),
               measured(s, other_age_d, 91),
               measured(s, failures_unrecorded, 0)
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

:- end_tests(fedramp).
