:- begin_tests(itil_practices).

% itil.availability

test(availability_compliant,
     [ given([ measured(s, availability_month, 1),
               measured(s, availability_year, 1)
             ])
     ]) :-
    itil_availability(s, 1).
test(availability_at_the_limit,
     [ given([ measured(s, availability_month, 0.9999),
               measured(s, availability_year, 0.9999)
             ])
     ]) :-
    itil_availability(s, 0.9999).
test(availability_violated,
     [ given([ measured(s, availability_month, 0.99989),
               measured(s, availability_year, 1)
             ]),
       fail
     ]) :-
    itil_availability(s, _).
test(availability_violated_by_availability_year,
     [ given([ measured(s, availability_month, 1),
               measured(s, availability_year, 0.99989)
             ]),
       fail
     ]) :-
    itil_availability(s, _).
test(availability_nothing_in_the_window,
     [ given([ measured(s, availability_month, none),
               measured(s, availability_year, none)
             ])
     ]) :-
    itil_availability(s, none).
test(availability_evidence_missing,
     [ given([ missing(s, availability_month, "nothing observed"),
               measured(s, availability_year, 1)
             ]),
       unknown
     ]) :-
    itil_availability(s, _).

% The level.

test(level_compliant,
     [ given([ measured(s, availability_month, 1),
               measured(s, availability_year, 1)
             ])
     ]) :-
    itil_practices_compliant(s).
test(level_violated,
     [ given([ measured(s, availability_month, 0.99989),
               measured(s, availability_year, 1)
             ]),
       fail
     ]) :-
    itil_practices_compliant(s).

:- end_tests(itil_practices).
