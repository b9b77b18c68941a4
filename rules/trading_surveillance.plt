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
               measured(s, ratios_within, true)
             ])
     ]) :-
    trading_surveillance_compliant(s).
test(level_violated,
     [ given([ measured(s, covered, true),
               measured(s, lag_ms, 4999),
               measured(s, alert_ms, 4999),
               measured(s, ratios_within, false)
             ]),
       fail
     ]) :-
    trading_surveillance_compliant(s).

:- end_tests(trading_surveillance).
