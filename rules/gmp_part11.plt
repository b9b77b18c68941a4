:- begin_tests(gmp_part11).

% gmp.esign

test(esign_compliant_at_the_limit, [given([measured(s, signatures_valid, true)])]) :-
    gmp_esign(s, true).
test(esign_violated, [given([measured(s, signatures_valid, false)]), fail]) :-
    gmp_esign(s, _).
test(esign_nothing_in_the_window, [given([measured(s, signatures_valid, none)])]) :-
    gmp_esign(s, none).
test(esign_evidence_missing,
     [ given([ missing(s, signatures_valid, "nothing observed")
             ]),
       unknown
     ]) :-
    gmp_esign(s, _).

% The level.

test(level_compliant,
     [ given([ measured(s, signatures_valid, true)
             ])
     ]) :-
    gmp_part11_compliant(s).
test(level_violated,
     [ given([ measured(s, signatures_valid, false)
             ]),
       fail
     ]) :-
    gmp_part11_compliant(s).

:- end_tests(gmp_part11).
