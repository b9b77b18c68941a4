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

% The level.

test(level_compliant,
     [ given([ measured(s, review_age_d, 14),
               measured(s, days_logged, true),
               measured(s, days_seen, 91)
             ])
     ]) :-
    nerc_compliant(s).
test(level_violated,
     [ given([ measured(s, review_age_d, 16),
               measured(s, days_logged, true),
               measured(s, days_seen, 91)
             ]),
       fail
     ]) :-
    nerc_compliant(s).

:- end_tests(nerc).
