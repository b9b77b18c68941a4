:- begin_tests(nerc).

% nerc.log-review

test(log_review_compliant,
     [ given([ measured(s, review_age_d, 14),
               measured(s, days_logged, true),
               measured(s, days_seen, 91)
             ])
     ]) :-
    nerc_log_review(s, 14).
test(log_review_at_the_limit,
     [ given([ measured(s, review_age_d, 15),
               measured(s, days_logged, true),
               measured(s, days_seen, 90)
             ])
     ]) :-
    nerc_log_review(s, 15).
test(log_review_violated,
     [ given([ measured(s, review_age_d, 16),
               measured(s, days_logged, true),
               measured(s, days_seen, 91)
             ]),
       fail
     ]) :-
    nerc_log_review(s, _).
test(log_review_violated_by_days_logged,
     [ given([ measured(s, review_age_d, 14),
               measured(s, days_logged, false),
               measured(s, days_seen, 91)
             ]),
       fail
     ]) :-
    nerc_log_review(s, _).
test(log_review_violated_by_days_seen,
     [ given([ measured(s, review_age_d, 14),
               measured(s, days_logged, true),
               measured(s, days_seen, 89)
             ]),
       fail
     ]) :-
    nerc_log_review(s, _).
test(log_review_nothing_in_the_window,
     [ given([ measured(s, review_age_d, 14),
               measured(s, days_logged, none),
               measured(s, days_seen, 91)
             ])
     ]) :-
    nerc_log_review(s, _).
test(log_review_evidence_missing,
     [ given([ missing(s, review_age_d, "nothing observed"),
               measured(s, days_logged, true),
               measured(s, days_seen, 91)
             ]),
       unknown
     ]) :-
    nerc_log_review(s, _).

% nerc.incident-report

test(incident_report_compliant_at_the_limit,
     [ given([ measured(s, e_isac_unnotified, 0),
               measured(s, cisa_unnotified, 0),
               measured(s, attempts_unnotified, 0),
               measured(s, updates_missing, 0),
               measured(s, disturbances_unreported, 0)
             ])
     ]) :-
    nerc_incident_report(s, 0).
test(incident_report_violated,
     [ given([ measured(s, e_isac_unnotified, 1),
               measured(s, cisa_unnotified, 0),
               measured(s, attempts_unnotified, 0),
               measured(s, updates_missing, 0),
               measured(s, disturbances_unreported, 0)
             ]),
       fail
     ]) :-
    nerc_incident_report(s, _).
test(incident_report_violated_by_cisa_unnotified,
     [ given([ measured(s, e_isac_unnotified, 0),
               measured(s, cisa_unnotified, 1),
               measured(s, attempts_unnotified, 0),
               measured(s, updates_missing, 0),
               measured(s, disturbances_unreported, 0)
             ]),
       fail
     ]) :-
    nerc_incident_report(s, _).
test(incident_report_violated_by_attempts_unnotified,
     [ given([ measured(s, e_isac_unnotified, 0),
               measured(s, cisa_unnotified, 0),
               measured(s, attempts_unnotified, 1),
               measured(s, updates_missing, 0),
               measured(s, disturbances_unreported, 0)
             ]),
       fail
     ]) :-
    nerc_incident_report(s, _).
test(incident_report_violated_by_updates_missing,
     [ given([ measured(s, e_isac_unnotified, 0),
               measured(s, cisa_unnotified, 0),
               measured(s, attempts_unnotified, 0),
               measured(s, updates_missing, 1),
               measured(s, disturbances_unreported, 0)
             ]),
       fail
     ]) :-
    nerc_incident_report(s, _).
test(incident_report_violated_by_disturbances_unreported,
     [ given([ measured(s, e_isac_unnotified, 0),
               measured(s, cisa_unnotified, 0),
               measured(s, attempts_unnotified, 0),
               measured(s, updates_missing, 0),
               measured(s, disturbances_unreported, 1)
             ]),
       fail
     ]) :-
    nerc_incident_report(s, _).
test(incident_report_nothing_in_the_window,
     [ given([ measured(s, e_isac_unnotified, none),
               measured(s, cisa_unnotified, none),
               measured(s, attempts_unnotified, none),
               measured(s, updates_missing, none),
               measured(s, disturbances_unreported, none)
             ])
     ]) :-
    nerc_incident_report(s, none).
test(incident_report_evidence_missing,
     [ given([ missing(s, e_isac_unnotified, "nothing observed"),
               measured(s, cisa_unnotified, 0),
               measured(s, attempts_unnotified, 0),
               measured(s, updates_missing, 0),
               measured(s, disturbances_unreported, 0)
             ]),
       unknown
     ]) :-
    nerc_incident_report(s, _).

% nerc.baseline-change

test(baseline_change_compliant,
     [ given([ measured(s, deviations_unauthorised, 0),
               measured(s, baselines_stale, 0),
               measured(s, check_age_d, 34)
             ])
     ]) :-
    nerc_baseline_change(s, 0).
test(baseline_change_at_the_limit,
     [ given([ measured(s, deviations_unauthorised, 0),
               measured(s, baselines_stale, 0),
               measured(s, check_age_d, 35)
             ])
     ]) :-
    nerc_baseline_change(s, 0).
test(baseline_change_violated,
     [ given([ measured(s, deviations_unauthorised, 1),
               measured(s, baselines_stale, 0),
               measured(s, check_age_d, 34)
             ]),
       fail
     ]) :-
    nerc_baseline_change(s, _).
test(baseline_change_violated_by_baselines_stale,
     [ given([ measured(s, deviations_unauthorised, 0),
               measured(s, baselines_stale, 1),
               measured(s, check_age_d, 34)
             ]),
       fail
     ]) :-
    nerc_baseline_change(s, _).
test(baseline_change_violated_by_check_age_d,
     [ given([ measured(s, deviations_unauthorised, 0),
               measured(s, baselines_stale, 0),
               measured(s, check_age_d, 36)
             ]),
       fail
     ]) :-
    nerc_baseline_change(s, _).
test(baseline_change_nothing_in_the_window,
     [ given([ measured(s, deviations_unauthorised, none),
               measured(s, baselines_stale, none),
               measured(s, check_age_d, 34)
             ])
     ]) :-
    nerc_baseline_change(s, _).
test(baseline_change_evidence_missing,
     [ given([ missing(s, deviations_unauthorised, "nothing observed"),
               measured(s, baselines_stale, 0),
               measured(s, check_age_d, 34)
             ]),
       unknown
     ]) :-
    nerc_baseline_change(s, _).

% The level.

test(level_compliant,
     [ given([ measured(s, review_age_d, 14),
               measured(s, days_logged, true),
               measured(s, days_seen, 91),
               measured(s, e_isac_unnotified, 0),
               measured(s, cisa_unnotified, 0),
               measured(s, attempts_unnotified, 0),
               measured(s, updates_missing, 0),
               measured(s, disturbances_unreported, 0),
               measured(s, deviations_unauthorised, 0),
               measured(s, baselines_stale, 0),
               measured(s, check_age_d, 34)
             ])
     ]) :-
    nerc_compliant(s).
test(level_violated,
     [ given([ measured(s, review_age_d, 14),
               measured(s, days_logged, true),
               measured(s, days_seen, 91),
               measured(s, e_isac_unnotified, 0),
               measured(s, cisa_unnotified, 0),
               measured(s, attempts_unnotified, 0),
               measured(s, updates_missing, 0),
               measured(s, disturbances_unreported, 0),
               measured(s, deviations_unauthorised, 1),
               measured(s, baselines_stale, 0),
               measured(s, check_age_d, 34)
             ]),
       fail
     ]) :-
    nerc_compliant(s).

test(incident_report_to_one_of_two,
     [feed([ at(0, s, cyber_incident(id("i-1"), determination(reportable))),
             at(1, h, notice(incident("i-1"), party(e_isac), kind(initial))),
             wait(1, min)
           ])]) :-
    measured(s, e_isac_unnotified, 0),
    measured(s, cisa_unnotified, 1),
    verdict('nerc.incident-report', non_compliant).

test(log_review_every_15_days,
     [feed([ at(0, s, log_review(system("ems"), reviewer("ada"), findings(0))),
             wait(15, d),
             holds(measured(s, review_age_d, 15)),
             wait(1, min)
           ])]) :-
    verdict('nerc.log-review', non_compliant).

:- end_tests(nerc).
