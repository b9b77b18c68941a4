:- begin_tests(trading_records).

% trading.latency-anomaly

test(latency_anomaly_compliant,
     [ given([ measured(s, distance_mad, 5),
               measured(s, distance_ewma, 3),
               measured(s, latency_5_min_ms, 0.3),
               measured(s, latency_1_h_ms, 0.3)
             ])
     ]) :-
    trading_latency_anomaly(s, 5).
test(latency_anomaly_at_the_limit,
     [ given([ measured(s, distance_mad, 6),
               measured(s, distance_ewma, 4),
               measured(s, latency_5_min_ms, 0.3),
               measured(s, latency_1_h_ms, 0.3)
             ])
     ]) :-
    trading_latency_anomaly(s, 6).
test(latency_anomaly_violated,
     [ given([ measured(s, distance_mad, 7),
               measured(s, distance_ewma, 3),
               measured(s, latency_5_min_ms, 0.3),
               measured(s, latency_1_h_ms, 0.3)
             ]),
       fail
     ]) :-
    trading_latency_anomaly(s, _).
test(latency_anomaly_violated_by_distance_ewma,
     [ given([ measured(s, distance_mad, 5),
               measured(s, distance_ewma, 5),
               measured(s, latency_5_min_ms, 0.3),
               measured(s, latency_1_h_ms, 0.3)
             ]),
       fail
     ]) :-
    trading_latency_anomaly(s, _).
test(latency_anomaly_nothing_in_the_window,
     [ given([ measured(s, distance_mad, none),
               measured(s, distance_ewma, none),
               measured(s, latency_5_min_ms, 0.3),
               measured(s, latency_1_h_ms, 0.3)
             ])
     ]) :-
    trading_latency_anomaly(s, _).
test(latency_anomaly_evidence_missing,
     [ given([ missing(s, distance_mad, "nothing observed"),
               measured(s, distance_ewma, 3),
               measured(s, latency_5_min_ms, 0.3),
               measured(s, latency_1_h_ms, 0.3)
             ]),
       unknown
     ]) :-
    trading_latency_anomaly(s, _).

% trading.timestamp-granularity

test(timestamp_granularity_compliant,
     [ given([ measured(s, granularity_ns, 999),
               measured(s, clocks_fine, true)
             ])
     ]) :-
    trading_timestamp_granularity(s, 999).
test(timestamp_granularity_at_the_limit,
     [ given([ measured(s, granularity_ns, 1000),
               measured(s, clocks_fine, true)
             ])
     ]) :-
    trading_timestamp_granularity(s, 1000).
test(timestamp_granularity_violated,
     [ given([ measured(s, granularity_ns, 1001),
               measured(s, clocks_fine, true)
             ]),
       fail
     ]) :-
    trading_timestamp_granularity(s, _).
test(timestamp_granularity_violated_by_clocks_fine,
     [ given([ measured(s, granularity_ns, 999),
               measured(s, clocks_fine, false)
             ]),
       fail
     ]) :-
    trading_timestamp_granularity(s, _).
test(timestamp_granularity_nothing_in_the_window,
     [ given([ measured(s, granularity_ns, none),
               measured(s, clocks_fine, true)
             ])
     ]) :-
    trading_timestamp_granularity(s, _).
test(timestamp_granularity_evidence_missing,
     [ given([ missing(s, granularity_ns, "nothing observed"),
               measured(s, clocks_fine, true)
             ]),
       unknown
     ]) :-
    trading_timestamp_granularity(s, _).

% The level.

test(level_compliant,
     [ given([ measured(s, distance_mad, 5),
               measured(s, distance_ewma, 3),
               measured(s, latency_5_min_ms, 0.3),
               measured(s, latency_1_h_ms, 0.3),
               measured(s, granularity_ns, 999),
               measured(s, clocks_fine, true)
             ])
     ]) :-
    trading_records_compliant(s).
test(level_violated,
     [ given([ measured(s, distance_mad, 5),
               measured(s, distance_ewma, 3),
               measured(s, latency_5_min_ms, 0.3),
               measured(s, latency_1_h_ms, 0.3),
               measured(s, granularity_ns, 1001),
               measured(s, clocks_fine, true)
             ]),
       fail
     ]) :-
    trading_records_compliant(s).

test(latency_anomaly_twice_the_usual,
     [ given([ measured(s, distance_mad, 1),
               measured(s, distance_ewma, 1),
               measured(s, latency_5_min_ms, 0.6),
               measured(s, latency_1_h_ms, 0.3)
             ]),
       fail
     ]) :-
    trading_latency_anomaly(s, _).
test(latency_anomaly_of_five_quiet_minutes,
     [ given([ measured(s, distance_mad, 1),
               measured(s, distance_ewma, 1),
               measured(s, latency_5_min_ms, none),
               measured(s, latency_1_h_ms, 0.3)
             ])
     ]) :-
    trading_latency_anomaly(s, 1).
test(latency_anomaly_of_a_first_hour,
     [ given([ measured(s, distance_mad, 1),
               measured(s, distance_ewma, 1),
               measured(s, latency_5_min_ms, 0.3),
               measured(s, latency_1_h_ms, none)
             ])
     ]) :-
    trading_latency_anomaly(s, 1).

:- end_tests(trading_records).
