:- begin_tests(trading).

% Latency.

test(latency_compliant, [given([measured(s, latency_ms, 0.82)])]) :-
    trading_latency(s, 41r50).
test(latency_violated, [given([measured(s, latency_ms, 1.2)]), fail]) :-
    trading_latency(s, _).
test(latency_exactly_at_the_limit, [given([measured(s, latency_ms, 1)])]) :-
    trading_latency(s, 1).
test(latency_one_picosecond_over, [given([measured(s, latency_ms, 1.000000001)]), fail]) :-
    trading_latency(s, _).
test(latency_no_trade_in_the_window, [given([measured(s, latency_ms, none)])]) :-
    trading_latency(s, none).
test(latency_evidence_missing, [given([missing(s, latency_ms, "no trade observed")]), unknown]) :-
    trading_latency(s, _).

% Timestamp precision.

test(precision_compliant, [given([measured(s, precision_ns, 1)])]) :-
    trading_audit(s, 1).
test(precision_violated, [given([measured(s, precision_ns, 1_000_000)]), fail]) :-
    trading_audit(s, _).
test(precision_exactly_at_the_limit, [given([measured(s, precision_ns, 1000)])]) :-
    trading_audit(s, 1000).
test(precision_none_in_the_window, [given([measured(s, precision_ns, none)])]) :-
    trading_audit(s, none).
test(precision_evidence_missing,
     [ given([missing(s, precision_ns, "40 of 100 trades")]),
       unknown
     ]) :-
    trading_audit(s, _).

% Segregation.

test(segregation_compliant_at_the_limit, [given([measured(s, segregation, true)])]) :-
    trading_segregation(s, true).
test(segregation_violated, [given([measured(s, segregation, false)]), fail]) :-
    trading_segregation(s, _).
test(segregation_nothing_in_the_window, [given([measured(s, segregation, none)])]) :-
    trading_segregation(s, none).
test(segregation_evidence_missing,
     [ given([missing(s, segregation, "no trade, no access")]),
       unknown
     ]) :-
    trading_segregation(s, _).

% The level.

test(level_compliant,
     [ given([ measured(s, latency_ms, 1),
               measured(s, precision_ns, 100),
               measured(s, segregation, true)
             ])
     ]) :-
    trading_compliant(s).
test(level_violated,
     [ given([ measured(s, latency_ms, 1),
               measured(s, precision_ns, 100),
               measured(s, segregation, false)
             ]),
       fail
     ]) :-
    trading_compliant(s).
test(level_violated_by_latency,
     [ given([ measured(s, latency_ms, 2),
               measured(s, precision_ns, 100),
               measured(s, segregation, true)
             ]),
       fail
     ]) :-
    trading_compliant(s).
test(level_violated_by_precision,
     [ given([ measured(s, latency_ms, 1),
               measured(s, precision_ns, 10_000),
               measured(s, segregation, true)
             ]),
       fail
     ]) :-
    trading_compliant(s).
test(level_evidence_missing, [given([measured(s, latency_ms, 1)]), unknown]) :-
    trading_compliant(s).

% The operation check.

test(trade_compliant) :-
    trading_operation(trade(timestamp(1), latency_ms(0.82), segregated(true)), _).
test(trade_exactly_at_the_limit) :-
    trading_operation(trade(timestamp(1), latency_ms(1.0), segregated(true)), _).
test(trade_too_slow, fail) :-
    trading_operation(trade(timestamp(1), latency_ms(1.2), segregated(true)), _).
test(trade_not_segregated, fail) :-
    trading_operation(trade(timestamp(1), latency_ms(0.1), segregated(false)), _).
test(trades_enumerated,
     [ given([ event(4, s, 10, trade(timestamp(10), latency_ms(2), segregated(true))),
               event(5, s, 20, trade(timestamp(20), latency_ms(1), segregated(true)))
             ]),
       all(Time == [20])
     ]) :-
    trading_operation(trade(timestamp(Time), _, _), _).
test(trade_not_there, fail) :-
    trading_operation(trade(_, _, _), _).
test(trade_of_another_shape, fail) :-
    trading_operation(incident(id("i"), reported(0), responded(1), response_time_min(1)), _).

% By events: what the promised windows and limits do.

test(latency_leaves_its_window,
     [feed([ at(0, s, trade(latency_ms(1.01), segregated(true))),
             holds(verdict('trading.latency', non_compliant)),
             wait(61, min)
           ])]) :-
    verdict('trading.latency', compliant).
test(precision_of_99_trades_is_unknown,
     [feed([ series(trade(latency_ms($), segregated(true)), "0.5x99", every(1_000_001, us)),
             holds(verdict('trading.timestamp_precision', unknown)),
             at(1_000_001, us, trade(latency_ms(0.5), segregated(true)))
           ])]) :-
    measured(s, precision_ns, 1_000),
    verdict('trading.timestamp_precision', compliant).
test(precision_of_a_source_that_counts_tens_of_microseconds,
     [feed([ series(trade(latency_ms($), segregated(true)), "0.5x100", every(1_000_001, us)),
             series(from("slow", trade(latency_ms($), segregated(true))), "0.5x100",
                    every(1_000_010, us))
           ])]) :-
    measured(s, precision_ns, 10_000),
    verdict('trading.timestamp_precision', non_compliant).
test(segregation_by_events,
     [feed([ at(0, s, trade(latency_ms(0.5), segregated(true))),
             at(1, s, access(actor("ada"), actor_side("public"), resource("r"),
                             resource_side("public"), decision(allow))),
             at(2, s, access(actor("ada"), actor_side("public"), resource("r"),
                             resource_side("private"), decision(deny))),
             at(3, s, access(actor("ada"), actor_side("public"), resource("r"),
                             resource_side("private"), decision(allow), crossing("x-1"))),
             holds(verdict('trading.segregation', compliant)),
             at(1, s, access(actor("ada"), actor_side("public"), resource("r"),
                             resource_side("private"), decision(allow))),
             holds(verdict('trading.segregation', non_compliant)),
             wait(2, h),
             holds(verdict('trading.segregation', compliant)),
             at(0, s, trade(latency_ms(0.5), segregated(false)))
           ])]) :-
    verdict('trading.segregation', non_compliant).

:- end_tests(trading).
