:- begin_tests(nerc).

% nerc.log-review

test(log_review_compliant,
     [ given([ measured(s, review_d, 14), measured(s, days_logged, true),
               measured(s, days_missing, 0), measured(s, log_age_d, 1), measured(s, days_seen, 91)
             ])
     ]) :-
    nerc_log_review(s, 14).
test(log_review_at_the_limit,
     [ given([ measured(s, review_d, 15), measured(s, days_logged, true),
               measured(s, days_missing, 0), measured(s, log_age_d, 2), measured(s, days_seen, 90)
             ])
     ]) :-
    nerc_log_review(s, 15).
test(log_review_violated,
     [ given([ measured(s, review_d, 16), measured(s, days_logged, true),
               measured(s, days_missing, 0), measured(s, log_age_d, 1), measured(s, days_seen, 91)
             ]),
       fail
     ]) :-
    nerc_log_review(s, _).
test(log_review_violated_by_days_logged,
     [ given([ measured(s, review_d, 14), measured(s, days_logged, false),
               measured(s, days_missing, 0), measured(s, log_age_d, 1), measured(s, days_seen, 91)
             ]),
       fail
     ]) :-
    nerc_log_review(s, _).
test(log_review_violated_by_days_missing,
     [ given([ measured(s, review_d, 14), measured(s, days_logged, true),
               measured(s, days_missing, 1), measured(s, log_age_d, 1), measured(s, days_seen, 91)
             ]),
       fail
     ]) :-
    nerc_log_review(s, _).
test(log_review_violated_by_log_age_d,
     [ given([ measured(s, review_d, 14), measured(s, days_logged, true),
               measured(s, days_missing, 0), measured(s, log_age_d, 3), measured(s, days_seen, 91)
             ]),
       fail
     ]) :-
    nerc_log_review(s, _).
test(log_review_violated_by_days_seen,
     [ given([ measured(s, review_d, 14), measured(s, days_logged, true),
               measured(s, days_missing, 0), measured(s, log_age_d, 1), measured(s, days_seen, 89)
             ]),
       fail
     ]) :-
    nerc_log_review(s, _).
test(log_review_nothing_in_the_window,
     [ given([ measured(s, review_d, none), measured(s, days_logged, true),
               measured(s, days_missing, 0), measured(s, log_age_d, 1), measured(s, days_seen, 91)
             ])
     ]) :-
    nerc_log_review(s, none).
test(log_review_without_days_logged,
     [ given([ measured(s, review_d, 14), measured(s, days_logged, none),
               measured(s, days_missing, 0), measured(s, log_age_d, 1), measured(s, days_seen, 91)
             ]),
       fail
     ]) :-
    nerc_log_review(s, _).
test(log_review_evidence_missing,
     [ given([ missing(s, review_d, "nothing observed"), measured(s, days_logged, true),
               measured(s, days_missing, 0), measured(s, log_age_d, 1), measured(s, days_seen, 91)
             ]),
       unknown
     ]) :-
    nerc_log_review(s, _).

% nerc.incident-report

test(incident_report_compliant,
     [ given([ measured(s, e_isac_notice_min, 59), measured(s, cisa_notice_min, 59),
               measured(s, e_isac_attempt_h, 23), measured(s, cisa_attempt_h, 23),
               measured(s, e_isac_update_d, 6), measured(s, cisa_update_d, 6),
               measured(s, disturbance_h, 23)
             ])
     ]) :-
    nerc_incident_report(s, 59).
test(incident_report_at_the_limit,
     [ given([ measured(s, e_isac_notice_min, 60), measured(s, cisa_notice_min, 60),
               measured(s, e_isac_attempt_h, 24), measured(s, cisa_attempt_h, 24),
               measured(s, e_isac_update_d, 7), measured(s, cisa_update_d, 7),
               measured(s, disturbance_h, 24)
             ])
     ]) :-
    nerc_incident_report(s, 60).
test(incident_report_violated,
     [ given([ measured(s, e_isac_notice_min, 61), measured(s, cisa_notice_min, 59),
               measured(s, e_isac_attempt_h, 23), measured(s, cisa_attempt_h, 23),
               measured(s, e_isac_update_d, 6), measured(s, cisa_update_d, 6),
               measured(s, disturbance_h, 23)
             ]),
       fail
     ]) :-
    nerc_incident_report(s, _).
test(incident_report_violated_by_cisa_notice_min,
     [ given([ measured(s, e_isac_notice_min, 59), measured(s, cisa_notice_min, 61),
               measured(s, e_isac_attempt_h, 23), measured(s, cisa_attempt_h, 23),
               measured(s, e_isac_update_d, 6), measured(s, cisa_update_d, 6),
               measured(s, disturbance_h, 23)
             ]),
       fail
     ]) :-
    nerc_incident_report(s, _).
test(incident_report_violated_by_e_isac_attempt_h,
     [ given([ measured(s, e_isac_notice_min, 59), measured(s, cisa_notice_min, 59),
               measured(s, e_isac_attempt_h, 25), measured(s, cisa_attempt_h, 23),
               measured(s, e_isac_update_d, 6), measured(s, cisa_update_d, 6),
               measured(s, disturbance_h, 23)
             ]),
       fail
     ]) :-
    nerc_incident_report(s, _).
test(incident_report_violated_by_cisa_attempt_h,
     [ given([ measured(s, e_isac_notice_min, 59), measured(s, cisa_notice_min, 59),
               measured(s, e_isac_attempt_h, 23), measured(s, cisa_attempt_h, 25),
               measured(s, e_isac_update_d, 6), measured(s, cisa_update_d, 6),
               measured(s, disturbance_h, 23)
             ]),
       fail
     ]) :-
    nerc_incident_report(s, _).
test(incident_report_violated_by_e_isac_update_d,
     [ given([ measured(s, e_isac_notice_min, 59), measured(s, cisa_notice_min, 59),
               measured(s, e_isac_attempt_h, 23), measured(s, cisa_attempt_h, 23),
               measured(s, e_isac_update_d, 8), measured(s, cisa_update_d, 6),
               measured(s, disturbance_h, 23)
             ]),
       fail
     ]) :-
    nerc_incident_report(s, _).
test(incident_report_violated_by_cisa_update_d,
     [ given([ measured(s, e_isac_notice_min, 59), measured(s, cisa_notice_min, 59),
               measured(s, e_isac_attempt_h, 23), measured(s, cisa_attempt_h, 23),
               measured(s, e_isac_update_d, 6), measured(s, cisa_update_d, 8),
               measured(s, disturbance_h, 23)
             ]),
       fail
     ]) :-
    nerc_incident_report(s, _).
test(incident_report_violated_by_disturbance_h,
     [ given([ measured(s, e_isac_notice_min, 59), measured(s, cisa_notice_min, 59),
               measured(s, e_isac_attempt_h, 23), measured(s, cisa_attempt_h, 23),
               measured(s, e_isac_update_d, 6), measured(s, cisa_update_d, 6),
               measured(s, disturbance_h, 25)
             ]),
       fail
     ]) :-
    nerc_incident_report(s, _).
test(incident_report_nothing_in_the_window,
     [ given([ measured(s, e_isac_notice_min, none), measured(s, cisa_notice_min, none),
               measured(s, e_isac_attempt_h, none), measured(s, cisa_attempt_h, none),
               measured(s, e_isac_update_d, none), measured(s, cisa_update_d, none),
               measured(s, disturbance_h, none)
             ])
     ]) :-
    nerc_incident_report(s, none).
test(incident_report_evidence_missing,
     [ given([ missing(s, e_isac_notice_min, "nothing observed"), measured(s, cisa_notice_min, 59),
               measured(s, e_isac_attempt_h, 23), measured(s, cisa_attempt_h, 23),
               measured(s, e_isac_update_d, 6), measured(s, cisa_update_d, 6),
               measured(s, disturbance_h, 23)
             ]),
       unknown
     ]) :-
    nerc_incident_report(s, _).

% nerc.baseline-change

test(baseline_change_compliant,
     [ given([ measured(s, deviations_unauthorised, 0), measured(s, checks_clean, true),
               measured(s, baseline_d, 29), measured(s, check_age_d, 34),
               measured(s, first_check_d, 34)
             ])
     ]) :-
    nerc_baseline_change(s, 0).
test(baseline_change_at_the_limit,
     [ given([ measured(s, deviations_unauthorised, 0), measured(s, checks_clean, true),
               measured(s, baseline_d, 30), measured(s, check_age_d, 35),
               measured(s, first_check_d, 35)
             ])
     ]) :-
    nerc_baseline_change(s, 0).
test(baseline_change_violated,
     [ given([ measured(s, deviations_unauthorised, 1), measured(s, checks_clean, true),
               measured(s, baseline_d, 29), measured(s, check_age_d, 34),
               measured(s, first_check_d, 34)
             ]),
       fail
     ]) :-
    nerc_baseline_change(s, _).
test(baseline_change_violated_by_checks_clean,
     [ given([ measured(s, deviations_unauthorised, 0), measured(s, checks_clean, false),
               measured(s, baseline_d, 29), measured(s, check_age_d, 34),
               measured(s, first_check_d, 34)
             ]),
       fail
     ]) :-
    nerc_baseline_change(s, _).
test(baseline_change_violated_by_baseline_d,
     [ given([ measured(s, deviations_unauthorised, 0), measured(s, checks_clean, true),
               measured(s, baseline_d, 31), measured(s, check_age_d, 34),
               measured(s, first_check_d, 34)
             ]),
       fail
     ]) :-
    nerc_baseline_change(s, _).
test(baseline_change_violated_by_check_age_d,
     [ given([ measured(s, deviations_unauthorised, 0), measured(s, checks_clean, true),
               measured(s, baseline_d, 29), measured(s, check_age_d, 36),
               measured(s, first_check_d, 34)
             ]),
       fail
     ]) :-
    nerc_baseline_change(s, _).
test(baseline_change_violated_by_first_check_d,
     [ given([ measured(s, deviations_unauthorised, 0), measured(s, checks_clean, true),
               measured(s, baseline_d, 29), measured(s, check_age_d, 34),
               measured(s, first_check_d, 36)
             ]),
       fail
     ]) :-
    nerc_baseline_change(s, _).
test(baseline_change_nothing_in_the_window,
     [ given([ measured(s, deviations_unauthorised, 0), measured(s, checks_clean, none),
               measured(s, baseline_d, none), measured(s, check_age_d, 34),
               measured(s, first_check_d, none)
             ])
     ]) :-
    nerc_baseline_change(s, 0).
test(baseline_change_evidence_missing,
     [ given([ missing(s, deviations_unauthorised, "nothing observed"),
               measured(s, checks_clean, true), measured(s, baseline_d, 29),
               measured(s, check_age_d, 34), measured(s, first_check_d, 34)
             ]),
       unknown
     ]) :-
    nerc_baseline_change(s, _).

% The level.

test(level_compliant,
     [ given([ measured(s, review_d, 14), measured(s, days_logged, true),
               measured(s, days_missing, 0), measured(s, log_age_d, 1), measured(s, days_seen, 91),
               measured(s, e_isac_notice_min, 59), measured(s, cisa_notice_min, 59),
               measured(s, e_isac_attempt_h, 23), measured(s, cisa_attempt_h, 23),
               measured(s, e_isac_update_d, 6), measured(s, cisa_update_d, 6),
               measured(s, disturbance_h, 23), measured(s, deviations_unauthorised, 0),
               measured(s, checks_clean, true), measured(s, baseline_d, 29),
               measured(s, check_age_d, 34), measured(s, first_check_d, 34)
             ])
     ]) :-
    nerc_compliant(s).
test(level_violated_by_log_review,
     [ given([ measured(s, review_d, 16), measured(s, days_logged, true),
               measured(s, days_missing, 0), measured(s, log_age_d, 1), measured(s, days_seen, 91)
             ]),
       fail
     ]) :-
    nerc_compliant(s).
test(level_violated_by_incident_report,
     [ given([ measured(s, review_d, 14), measured(s, days_logged, true),
               measured(s, days_missing, 0), measured(s, log_age_d, 1), measured(s, days_seen, 91),
               measured(s, e_isac_notice_min, 61), measured(s, cisa_notice_min, 59),
               measured(s, e_isac_attempt_h, 23), measured(s, cisa_attempt_h, 23),
               measured(s, e_isac_update_d, 6), measured(s, cisa_update_d, 6),
               measured(s, disturbance_h, 23)
             ]),
       fail
     ]) :-
    nerc_compliant(s).
test(level_violated_by_baseline_change,
     [ given([ measured(s, review_d, 14), measured(s, days_logged, true),
               measured(s, days_missing, 0), measured(s, log_age_d, 1), measured(s, days_seen, 91),
               measured(s, e_isac_notice_min, 59), measured(s, cisa_notice_min, 59),
               measured(s, e_isac_attempt_h, 23), measured(s, cisa_attempt_h, 23),
               measured(s, e_isac_update_d, 6), measured(s, cisa_update_d, 6),
               measured(s, disturbance_h, 23), measured(s, deviations_unauthorised, 1),
               measured(s, checks_clean, true), measured(s, baseline_d, 29),
               measured(s, check_age_d, 34), measured(s, first_check_d, 34)
             ]),
       fail
     ]) :-
    nerc_compliant(s).

% A day's log is told once a day: 2026-01-05 is the 20,458th day from 1970.

test(log_review_of_too_few_days,
     [feed([ series(log_day(system("ems"), day($), present(true), logins(true),
                            access_failures(true), malicious_code(true)),
                    "20458+1x5", every(1, d)),
             at(0, s, log_review(system("ems"), reviewer("ada"), findings(0))),
             at(3, d, log_review(system("ems"), reviewer("ada"), findings(0))),
             wait(5, min)
           ])]) :-
    measured(s, days_seen, 5),
    measured(s, days_logged, true),
    verdict('nerc.log-review', non_compliant).
test(log_review_of_a_system_that_lacks_a_day,
     [feed([ series(log_day(system("ems"), day($), present(true), logins(true),
                            access_failures(true), malicious_code(true)),
                    "20458+1x5", every(1, d)),
             series(log_day(system("scada"), day($), present(true), logins(true),
                            access_failures(true), malicious_code(true)),
                    "20458+1x2 _ 20461+1x2", every(1, d)),
             wait(5, min)
           ])]) :-
    measured(s, days_seen, 5),
    measured(s, days_missing, 1).
test(log_review_never_made,
     [feed([ at(0, s, log_day(system("ems"), day(20_458), present(true), logins(true),
                              access_failures(true), malicious_code(true))),
             wait(2, d)
           ])]) :-
    measured(s, review_d, 2).

test(incident_report_to_one_of_two,
     [feed([ at(0, s, cyber_incident(id("i-1"), determination(reportable))),
             at(1, h, notice(incident("i-1"), party(e_isac), kind(initial))),
             wait(1, min)
           ])]) :-
    measured(s, e_isac_notice_min, 60),
    measured(s, cisa_notice_min, 61),
    verdict('nerc.incident-report', non_compliant).
test(incident_report_of_an_attempt_to_one_of_two,
     [feed([ at(0, s, cyber_incident(id("i-1"), determination(attempt))),
             at(1, h, notice(incident("i-1"), party(e_isac), kind(initial))),
             wait(1, d)
           ])]) :-
    measured(s, e_isac_attempt_h, 1),
    measured(s, cisa_attempt_h, 25).
test(incident_report_of_news,
     [feed([ at(0, s, attribute_learned(incident("i-1"), attribute("vector"))),
             at(7, d, notice(incident("i-1"), party(e_isac), kind(update))),
             at(8, d, notice(incident("i-1"), party(cisa), kind(update)))
           ])]) :-
    measured(s, e_isac_update_d, 7),
    measured(s, cisa_update_d, 8).
test(incident_report_never_made,
     [feed([ at(0, s, cyber_incident(id("i-1"), determination(reportable))),
             at(0, s, attribute_learned(incident("i-1"), attribute("vector"))),
             at(0, s, disturbance(id("d-1"), event("loss of load"))),
             wait(1, d)
           ])]) :-
    measured(s, e_isac_notice_min, 1_440),
    measured(s, e_isac_update_d, 1),
    measured(s, disturbance_h, 24).

test(baseline_change_by_events,
     [feed([ at(0, s, baseline(asset("rtu"), hash("h1"))),
             at(1, h, baseline_check(asset("rtu"), unauthorised(0))),
             at(2, h, change_authorised(change("c-1"), by("bob"))),
             at(3, h, deviation(asset("rtu"), change("c-1"), expected("h1"), actual("h2"))),
             at(15, h, baseline(asset("rtu"), hash("h2"))),
             at(16, h, baseline_check(asset("rtu"), unauthorised(0))),
             at(16, h, baseline(asset("plc"), hash("h1"))),
             holds(verdict('nerc.baseline-change', compliant)),
             wait(1, d)
           ])]) :-
    measured(s, baseline_d, 0.5),
    measured(s, first_check_d, 1).
test(baseline_change_found_by_a_check,
     [feed([ at(0, s, deviation(asset("rtu"), expected("h1"), actual("h2"))),
             at(1, s, baseline_check(asset("rtu"), unauthorised(1)))
           ])]) :-
    measured(s, deviations_unauthorised, 1),
    measured(s, checks_clean, false).

:- end_tests(nerc).
