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
               measured(s, maintenance_proper, true),
               measured(s, maintenance_h, 3)
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
               measured(s, maintenance_proper, false),
               measured(s, maintenance_h, 3)
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

:- end_tests(telecoms_ops).
