:- begin_tests(trading_surveillance).

% trading.surveillance-coverage

test(surveillance_coverage_compliant,
     [ given([ measured(s, covered, true),
               measured(s, lag_ms, 4999)
             ])
     ]) :-
    trading_surveillance_coverage(s, true).
test(surveillance_coverage_at_the_limit,
     [ given([ measured(s, covered, true),
               measured(s, lag_ms, 5000)
             ])
     ]) :-
    trading_surveillance_coverage(s, true).
test(surveillance_coverage_violated,
     [ given([ measured(s, covered, false),
               measured(s, lag_ms, 4999)
             ]),
       fail
     ]) :-
    trading_surveillance_coverage(s, _).
test(surveillance_coverage_violated_by_lag_ms,
     [ given([ measured(s, covered, true),
               measured(s, lag_ms, 5001)
             ]),
       fail
     ]) :-
    trading_surveillance_coverage(s, _).
test(surveillance_coverage_nothing_in_the_window,
     [ given([ measured(s, covered, none),
               measured(s, lag_ms, none)
             ])
     ]) :-
    trading_surveillance_coverage(s, none).
test(surveillance_coverage_evidence_missing,
     [ given([ missing(s, covered, "nothing observed"),
               measured(s, lag_ms, 4999)
             ]),
       unknown
     ]) :-
    trading_surveillance_coverage(s, _).

% trading.surveillance-alert

test(surveillance_alert_compliant, [given([measured(s, alert_ms, 4999)])]) :-
    trading_surveillance_alert(s, 4999).
test(surveillance_alert_at_the_limit, [given([measured(s, alert_ms, 5000)])]) :-
    trading_surveillance_alert(s, 5000).
test(surveillance_alert_violated, [given([measured(s, alert_ms, 5001)]), fail]) :-
    trading_surveillance_alert(s, _).
test(surveillance_alert_nothing_in_the_window, [given([measured(s, alert_ms, none)])]) :-
    trading_surveillance_alert(s, none).
test(surveillance_alert_evidence_missing,
     [ given([ missing(s, alert_ms, "nothing observed")
             ]),
       unknown
     ]) :-
    trading_surveillance_alert(s, _).

% trading.wash-trade

test(wash_trade_compliant_at_the_limit,
     [ given([ measured(s, wash_pairs, 2),
               measured(s, self_matches, 0)
             ])
     ]) :-
    trading_wash_trade(s, 2).
test(wash_trade_violated,
     [ given([ measured(s, wash_pairs, 3),
               measured(s, self_matches, 0)
             ]),
       fail
     ]) :-
    trading_wash_trade(s, _).
test(wash_trade_violated_by_self_matches,
     [ given([ measured(s, wash_pairs, 2),
               measured(s, self_matches, 1)
             ]),
       fail
     ]) :-
    trading_wash_trade(s, _).
test(wash_trade_nothing_in_the_window,
     [ given([ measured(s, wash_pairs, none),
               measured(s, self_matches, none)
             ])
     ]) :-
    trading_wash_trade(s, none).
test(wash_trade_evidence_missing,
     [ given([ missing(s, wash_pairs, "nothing observed"),
               measured(s, self_matches, 0)
             ]),
       unknown
     ]) :-
    trading_wash_trade(s, _).

% trading.layering-spoofing

test(layering_spoofing_compliant_at_the_limit, [given([measured(s, layering, 0)])]) :-
    trading_layering_spoofing(s, 0).
test(layering_spoofing_violated, [given([measured(s, layering, 1)]), fail]) :-
    trading_layering_spoofing(s, _).
test(layering_spoofing_nothing_in_the_window, [given([measured(s, layering, none)])]) :-
    trading_layering_spoofing(s, none).
test(layering_spoofing_evidence_missing,
     [ given([ missing(s, layering, "nothing observed")
             ]),
       unknown
     ]) :-
    trading_layering_spoofing(s, _).

% trading.front-running

test(front_running_compliant_at_the_limit, [given([measured(s, front_running, 0)])]) :-
    trading_front_running(s, 0).
test(front_running_violated, [given([measured(s, front_running, 1)]), fail]) :-
    trading_front_running(s, _).
test(front_running_nothing_in_the_window, [given([measured(s, front_running, none)])]) :-
    trading_front_running(s, none).
test(front_running_evidence_missing,
     [ given([ missing(s, front_running, "nothing observed")
             ]),
       unknown
     ]) :-
    trading_front_running(s, _).

% trading.momentum-ignition

test(momentum_ignition_compliant_at_the_limit, [given([measured(s, momentum_ignition, 0)])]) :-
    trading_momentum_ignition(s, 0).
test(momentum_ignition_violated, [given([measured(s, momentum_ignition, 1)]), fail]) :-
    trading_momentum_ignition(s, _).
test(momentum_ignition_nothing_in_the_window, [given([measured(s, momentum_ignition, none)])]) :-
    trading_momentum_ignition(s, none).
test(momentum_ignition_evidence_missing,
     [ given([ missing(s, momentum_ignition, "nothing observed")
             ]),
       unknown
     ]) :-
    trading_momentum_ignition(s, _).

% trading.order-to-trade-ratio

test(order_to_trade_ratio_compliant_at_the_limit, [given([measured(s, ratios_within, true)])]) :-
    trading_order_to_trade_ratio(s, true).
test(order_to_trade_ratio_violated, [given([measured(s, ratios_within, false)]), fail]) :-
    trading_order_to_trade_ratio(s, _).
test(order_to_trade_ratio_nothing_in_the_window, [given([measured(s, ratios_within, none)])]) :-
    trading_order_to_trade_ratio(s, none).
test(order_to_trade_ratio_evidence_missing,
     [ given([ missing(s, ratios_within, "nothing observed")
             ]),
       unknown
     ]) :-
    trading_order_to_trade_ratio(s, _).

% The level.

test(level_compliant,
     [ given([ measured(s, covered, true),
               measured(s, lag_ms, 4999),
               measured(s, alert_ms, 4999),
               measured(s, wash_pairs, 2),
               measured(s, self_matches, 0),
               measured(s, layering, 0),
               measured(s, front_running, 0),
               measured(s, momentum_ignition, 0),
               measured(s, ratios_within, true)
             ])
     ]) :-
    trading_surveillance_compliant(s).
test(level_violated,
     [ given([ measured(s, covered, true),
               measured(s, lag_ms, 4999),
               measured(s, alert_ms, 4999),
               measured(s, wash_pairs, 2),
               measured(s, self_matches, 0),
               measured(s, layering, 0),
               measured(s, front_running, 0),
               measured(s, momentum_ignition, 0),
               measured(s, ratios_within, false)
             ]),
       fail
     ]) :-
    trading_surveillance_compliant(s).

:- end_tests(trading_surveillance).
