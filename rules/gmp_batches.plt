:- begin_tests(gmp_batches).

% gmp.second-person

test(second_person_compliant_at_the_limit, [given([measured(s, steps_checked, true)])]) :-
    gmp_second_person(s, true).
test(second_person_violated, [given([measured(s, steps_checked, false)]), fail]) :-
    gmp_second_person(s, _).
test(second_person_nothing_in_the_window, [given([measured(s, steps_checked, none)])]) :-
    gmp_second_person(s, none).
test(second_person_evidence_missing,
     [ given([ missing(s, steps_checked, "nothing observed")
             ]),
       unknown
     ]) :-
    gmp_second_person(s, _).

% gmp.retention

test(retention_compliant,
     [ given([ measured(s, records_retained, true),
               measured(s, restore_age_d, 364)
             ])
     ]) :-
    gmp_retention(s, true).
test(retention_at_the_limit,
     [ given([ measured(s, records_retained, true),
               measured(s, restore_age_d, 365)
             ])
     ]) :-
    gmp_retention(s, true).
test(retention_violated,
     [ given([ measured(s, records_retained, false),
               measured(s, restore_age_d, 364)
             ]),
       fail
     ]) :-
    gmp_retention(s, _).
test(retention_violated_by_restore_age_d,
     [ given([ measured(s, records_retained, true),
               measured(s, restore_age_d, 366)
             ]),
       fail
     ]) :-
    gmp_retention(s, _).
test(retention_nothing_in_the_window,
     [ given([ measured(s, records_retained, none),
               measured(s, restore_age_d, 364)
             ])
     ]) :-
    gmp_retention(s, _).
test(retention_evidence_missing,
     [ given([ missing(s, records_retained, "nothing observed"),
               measured(s, restore_age_d, 364)
             ]),
       unknown
     ]) :-
    gmp_retention(s, _).

% The level.

test(level_compliant,
     [ given([ measured(s, steps_checked, true),
               measured(s, records_retained, true),
               measured(s, restore_age_d, 364)
             ])
     ]) :-
    gmp_batches_compliant(s).
test(level_violated,
     [ given([ measured(s, steps_checked, true),
               measured(s, records_retained, false),
               measured(s, restore_age_d, 364)
             ]),
       fail
     ]) :-
    gmp_batches_compliant(s).

% Genealogy: B-1 makes an intermediate of API lot 5, B-2 and B-3 use it, B-4 does not.

test(genealogy_back_from_a_batch,
     [ given([ event(1, s, 1, consumption(timestamp(1), batch("B-1"), lot("API lot 5"),
                                          quantity(5), unit("kg"))),
               event(2, s, 2, production(timestamp(2), batch("B-1"), lot("I-1"), quantity(9),
                                         unit("kg"))),
               event(3, s, 3, consumption(timestamp(3), batch("B-2"), lot("I-1"), quantity(1),
                                          unit("kg")))
             ]),
       all(Lot == ["I-1","API lot 5"])
     ]) :-
    gmp_batch_used("B-2", Lot).
test(genealogy_forward_from_a_lot,
     [ given([ event(1, s, 1, consumption(timestamp(1), batch("B-1"), lot("API lot 5"),
                                          quantity(5), unit("kg"))),
               event(2, s, 2, production(timestamp(2), batch("B-1"), lot("I-1"), quantity(9),
                                         unit("kg"))),
               event(3, s, 3, consumption(timestamp(3), batch("B-2"), lot("I-1"), quantity(1),
                                          unit("kg"))),
               event(4, s, 4, consumption(timestamp(4), batch("B-3"), lot("I-1"), quantity(1),
                                          unit("kg"))),
               event(5, s, 5, consumption(timestamp(5), batch("B-4"), lot("API lot 6"),
                                          quantity(1), unit("kg")))
             ]),
       all(Batch == ["B-1","B-2","B-3"])
     ]) :-
    gmp_lot_reaches("API lot 5", Batch).
test(genealogy_of_rework_ends,
     [ given([ event(1, s, 1, consumption(timestamp(1), batch("B-1"), lot("I-1"), quantity(5),
                                          unit("kg"))),
               event(2, s, 2, production(timestamp(2), batch("B-1"), lot("I-1"), quantity(4),
                                         unit("kg")))
             ]),
       all(Lot == ["I-1"])
     ]) :-
    gmp_batch_used("B-1", Lot).
test(genealogy_of_an_unknown_lot, fail) :-
    gmp_lot_reaches("API lot 9", _).

:- end_tests(gmp_batches).
