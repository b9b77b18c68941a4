:- begin_tests(overlords).

test(a_compliant_system_has_a_proof,
     [ given([system(s, compliant)]),
       true(Proof = zkproof(sha256:_, [telecoms, trading, gmp, itil], valid))
     ]) :-
    zk_overlords_compliant(s, Proof).
test(a_proof_verifies, [given([system(s, compliant)])]) :-
    zk_overlords_compliant(s, Proof),
    zk_overlords_compliant(s, Proof).
test(a_forged_proof_does_not, [given([system(s, compliant)]), fail]) :-
    zk_overlords_compliant(s, zkproof(sha256:abcdef, _, valid)).
test(a_non_compliant_system_has_none, [given([system(s, non_compliant)]), fail]) :-
    zk_overlords_compliant(s, _).
test(missing_evidence_is_unknown, [given([system(s, unknown)]), unknown]) :-
    zk_overlords_compliant(s, _).
test(an_unseen_system_does_not_exist,
     [ given([system(s, compliant)]),
       error(existence_error(system, t))
     ]) :-
    zk_overlords_compliant(t, _).
test(systems_are_enumerated,
     [ given([system(a, compliant), system(b, non_compliant), system(c, compliant)]),
       all(System == [a, c])
     ]) :-
    zk_overlords_compliant(System, _).
test(an_unknown_system_comes_last_as_unknown,
     [ given([system(a, unknown), system(b, compliant)]),
       unknown
     ]) :-
    zk_overlords_compliant(System, _),
    System == c.

test(proof_of_a_system, [given([system(s, compliant)])]) :-
    generate_zkproof(zk_overlords_compliance, s, zkproof(_, _, valid)).
test(proof_of_a_failover_by_index,
     [ given([ repl,
               event(7, s, 10,
                     failover(timestamp(10), from_system(a), to_system(b), duration_ms(20)))
             ])
     ]) :-
    generate_zkproof(telecoms_failover, 7, zkproof(sha256:_, [telecoms], valid)).
test(proof_of_a_failover_by_term,
     [ given([ repl,
               event(7, s, 10,
                     failover(timestamp(10), from_system(a), to_system(b), duration_ms(20)))
             ])
     ]) :-
    generate_zkproof(telecoms_failover,
                     failover(timestamp(10), _, _, _),
                     zkproof(sha256:_, [telecoms], valid)).
test(no_proof_of_a_slow_failover,
     [ given([ repl,
               event(7, s, 10,
                     failover(timestamp(10), from_system(a), to_system(b), duration_ms(70)))
             ]),
       fail
     ]) :-
    generate_zkproof(telecoms_failover, 7, _).
test(no_proof_of_an_event_that_never_was, [given([repl]), unknown]) :-
    generate_zkproof(telecoms_failover,
                     failover(timestamp(10), from_system(a), to_system(b), duration_ms(20)), _).
test(proofs_of_the_other_kinds,
     [ given([ repl,
               event(1, s, 1, trade(timestamp(1), latency_ms(1), segregated(true))),
               event(2, s, 2,
                     batch(id("b"), input("i"), process(["p"]), output("o"), timestamp(2))),
               event(3, s, 3, incident(id("i"), reported(0), responded(1), response_time_min(1)))
             ])
     ]) :-
    generate_zkproof(trading_operation, 1, zkproof(_, [trading], valid)),
    generate_zkproof(gmp_batch, 2, zkproof(_, [gmp], valid)),
    generate_zkproof(itil_incident, 3, zkproof(_, [itil], valid)).
test(no_proof_of_the_other_kinds,
     [ given([ repl,
               system(s, non_compliant),
               event(1, s, 1, trade(timestamp(1), latency_ms(2), segregated(true))),
               event(2, s, 2,
                     batch(id("b"), input("i"), process(["p"]), output(none), timestamp(2))),
               event(3, s, 3,
                     incident(id("i"), reported(0), responded(1), response_time_min(16)))
             ])
     ]) :-
    \+ generate_zkproof(zk_overlords_compliance, s, _),
    \+ generate_zkproof(trading_operation, 1, _),
    \+ generate_zkproof(gmp_batch, 2, _),
    \+ generate_zkproof(itil_incident, 3, _).
test(no_proof_of_a_record_that_is_not_there, [given([repl])]) :-
    \+ generate_zkproof(telecoms_failover, 9, _),
    \+ generate_zkproof(trading_operation, 9, _),
    \+ generate_zkproof(gmp_batch, 9, _),
    \+ generate_zkproof(itil_incident, 9, _).
test(an_unknown_kind_has_none, [given([system(s, compliant)]), fail]) :-
    generate_zkproof(pancakes, s, _).

:- end_tests(overlords).
