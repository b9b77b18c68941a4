:- begin_tests(trading_surveillance).

% trading.surveillance-coverage

test(surveillance_coverage_compliant,
     [ given([ measured(s, covered, true), measured(s, lag_ms, 4_999),
               measured(s, coverage_age_h, 95)
             ])
     ]) :-
    trading_surveillance_coverage(s, true).
test(surveillance_coverage_at_the_limit,
     [ given([ measured(s, covered, true), measured(s, lag_ms, 5_000),
               measured(s, coverage_age_h, 96)
             ])
     ]) :-
    trading_surveillance_coverage(s, true).
test(surveillance_coverage_violated,
     [ given([ measured(s, covered, false), measured(s, lag_ms, 4_999),
               measured(s, coverage_age_h, 95)
             ]),
       fail
     ]) :-
    trading_surveillance_coverage(s, _).
test(surveillance_coverage_violated_by_lag_ms,
     [ given([ measured(s, covered, true), measured(s, lag_ms, 5_001),
               measured(s, coverage_age_h, 95)
             ]),
       fail
     ]) :-
    trading_surveillance_coverage(s, _).
test(surveillance_coverage_violated_by_coverage_age_h,
     [ given([ measured(s, covered, true), measured(s, lag_ms, 4_999),
               measured(s, coverage_age_h, 97)
             ]),
       fail
     ]) :-
    trading_surveillance_coverage(s, _).
test(surveillance_coverage_nothing_in_the_window,
     [ given([ measured(s, covered, none), measured(s, lag_ms, none),
               measured(s, coverage_age_h, 95)
             ])
     ]) :-
    trading_surveillance_coverage(s, none).
test(surveillance_coverage_evidence_missing,
     [ given([ missing(s, covered, "nothing observed"), measured(s, lag_ms, 4_999),
               measured(s, coverage_age_h, 95)
             ]),
       unknown
     ]) :-
    trading_surveillance_coverage(s, _).

% trading.surveillance-alert

test(surveillance_alert_compliant, [given([measured(s, alert_ms, 4_999)])]) :-
    trading_surveillance_alert(s, 4_999).
test(surveillance_alert_at_the_limit, [given([measured(s, alert_ms, 5_000)])]) :-
    trading_surveillance_alert(s, 5_000).
test(surveillance_alert_violated, [given([measured(s, alert_ms, 5_001)]), fail]) :-
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
     [ given([ measured(s, wash_pairs, 2), measured(s, self_matches, 0)
             ])
     ]) :-
    trading_wash_trade(s, 2).
test(wash_trade_violated,
     [ given([ measured(s, wash_pairs, 3), measured(s, self_matches, 0)
             ]),
       fail
     ]) :-
    trading_wash_trade(s, _).
test(wash_trade_violated_by_self_matches,
     [ given([ measured(s, wash_pairs, 2), measured(s, self_matches, 1)
             ]),
       fail
     ]) :-
    trading_wash_trade(s, _).
test(wash_trade_evidence_missing,
     [ given([ missing(s, wash_pairs, "nothing observed"), measured(s, self_matches, 0)
             ]),
       unknown
     ]) :-
    trading_wash_trade(s, _).

% trading.layering-spoofing

test(layering_spoofing_compliant_at_the_limit, [given([measured(s, layering, 0)])]) :-
    trading_layering_spoofing(s, 0).
test(layering_spoofing_violated, [given([measured(s, layering, 1)]), fail]) :-
    trading_layering_spoofing(s, _).
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
     [ given([ measured(s, covered, true), measured(s, lag_ms, 4_999),
               measured(s, coverage_age_h, 95), measured(s, alert_ms, 4_999),
               measured(s, wash_pairs, 2), measured(s, self_matches, 0), measured(s, layering, 0),
               measured(s, front_running, 0), measured(s, momentum_ignition, 0),
               measured(s, ratios_within, true)
             ])
     ]) :-
    trading_surveillance_compliant(s).
test(level_violated_by_surveillance_coverage,
     [ given([ measured(s, covered, false), measured(s, lag_ms, 4_999),
               measured(s, coverage_age_h, 95)
             ]),
       fail
     ]) :-
    trading_surveillance_compliant(s).
test(level_violated_by_surveillance_alert,
     [ given([ measured(s, covered, true), measured(s, lag_ms, 4_999),
               measured(s, coverage_age_h, 95), measured(s, alert_ms, 5_001)
             ]),
       fail
     ]) :-
    trading_surveillance_compliant(s).
test(level_violated_by_wash_trade,
     [ given([ measured(s, covered, true), measured(s, lag_ms, 4_999),
               measured(s, coverage_age_h, 95), measured(s, alert_ms, 4_999),
               measured(s, wash_pairs, 3), measured(s, self_matches, 0)
             ]),
       fail
     ]) :-
    trading_surveillance_compliant(s).
test(level_violated_by_layering_spoofing,
     [ given([ measured(s, covered, true), measured(s, lag_ms, 4_999),
               measured(s, coverage_age_h, 95), measured(s, alert_ms, 4_999),
               measured(s, wash_pairs, 2), measured(s, self_matches, 0), measured(s, layering, 1)
             ]),
       fail
     ]) :-
    trading_surveillance_compliant(s).
test(level_violated_by_front_running,
     [ given([ measured(s, covered, true), measured(s, lag_ms, 4_999),
               measured(s, coverage_age_h, 95), measured(s, alert_ms, 4_999),
               measured(s, wash_pairs, 2), measured(s, self_matches, 0), measured(s, layering, 0),
               measured(s, front_running, 1)
             ]),
       fail
     ]) :-
    trading_surveillance_compliant(s).
test(level_violated_by_momentum_ignition,
     [ given([ measured(s, covered, true), measured(s, lag_ms, 4_999),
               measured(s, coverage_age_h, 95), measured(s, alert_ms, 4_999),
               measured(s, wash_pairs, 2), measured(s, self_matches, 0), measured(s, layering, 0),
               measured(s, front_running, 0), measured(s, momentum_ignition, 1)
             ]),
       fail
     ]) :-
    trading_surveillance_compliant(s).
test(level_violated_by_order_to_trade_ratio,
     [ given([ measured(s, covered, true), measured(s, lag_ms, 4_999),
               measured(s, coverage_age_h, 95), measured(s, alert_ms, 4_999),
               measured(s, wash_pairs, 2), measured(s, self_matches, 0), measured(s, layering, 0),
               measured(s, front_running, 0), measured(s, momentum_ignition, 0),
               measured(s, ratios_within, false)
             ]),
       fail
     ]) :-
    trading_surveillance_compliant(s).

test(order_to_trade_ratio_at_the_venues_limit,
     [feed([ at(0, s, session_counts(id("m/XYZ/1"), member("m"), instrument("XYZ"), session("1"),
                                     orders(501), transactions(1), order_volume(501),
                                     transaction_volume(1), ratio_limit(500))),
             holds(verdict('trading.order-to-trade-ratio', compliant)),
             at(1, min, session_counts(id("m/XYZ/1"), member("m"), instrument("XYZ"),
                                       session("1"), orders(502), transactions(1),
                                       order_volume(501), transaction_volume(1),
                                       ratio_limit(500)))
           ])]) :-
    verdict('trading.order-to-trade-ratio', non_compliant).
test(order_to_trade_ratio_without_a_trade,
     [feed([ at(0, s, session_counts(id("m/XYZ/1"), member("m"), instrument("XYZ"), session("1"),
                                     orders(501), transactions(0), order_volume(501),
                                     transaction_volume(0), ratio_limit(500)))
           ])]) :-
    verdict('trading.order-to-trade-ratio', non_compliant).

test(order_to_trade_ratio_of_a_session_past,
     [feed([ at(0, s, session_counts(id("m/XYZ/1"), member("m"), instrument("XYZ"), session("1"),
                                     orders(502), transactions(1), order_volume(501),
                                     transaction_volume(1), ratio_limit(500))),
             holds(verdict('trading.order-to-trade-ratio', non_compliant)),
             wait(31, d)
           ])]) :-
    verdict('trading.order-to-trade-ratio', compliant).

test(surveillance_coverage_of_a_venue_gone_silent,
     [feed([ at(0, s, coverage(venue("x"), session("1"), received(9), evaluated(9), lag_ms(5_000))),
             at(0, s, coverage(venue("y"), session("1"), received(9), evaluated(9), lag_ms(0))),
             wait(95, h),
             holds(verdict('trading.surveillance-coverage', compliant)),
             at(0, s, coverage(venue("x"), session("2"), received(9), evaluated(9), lag_ms(0))),
             wait(2, h)
           ])]) :-
    verdict('trading.surveillance-coverage', non_compliant).

test(surveillance_alert_at_the_limit_and_beyond,
     [feed([ at(0, s, alert(id("a-1"), pattern("wash"), trigger("e-1"), triggered(ago(5, s)),
                            emitted(ago(0, s)))),
             holds(verdict('trading.surveillance-alert', compliant)),
             at(1, s, alert(id("a-2"), pattern("wash"), trigger("e-2"),
                            triggered(ago(5_001, ms)), emitted(ago(0, s))))
           ])]) :-
    verdict('trading.surveillance-alert', non_compliant),
    measured(s, alert_ms, 5_001).

% The same owner on both sides: of one match, or nearly.

test(wash_trade_of_one_match,
     [feed([ at(0, s, exec(match_id("m-1"), order_id("o-1"), owner(g), trader(ada),
                           instrument(xyz), desk(d), side(buy), price(10_000), qty(50),
                           aggressive(true), phase(continuous), at(ago(0, s)))),
             at(0, s, exec(match_id("m-1"), order_id("o-2"), owner(g), trader(bob),
                           instrument(xyz), desk(d), side(sell), price(10_000), qty(50),
                           aggressive(false), phase(continuous), at(ago(0, s)))),
             wait(5, s)
           ])]) :-
    measured(s, self_matches, 1),
    verdict('trading.wash-trade', non_compliant).
test(wash_trade_in_an_auction_is_none,
     [feed([ at(0, s, exec(match_id("m-1"), order_id("o-1"), owner(g), trader(ada),
                           instrument(xyz), desk(d), side(buy), price(10_000), qty(50),
                           aggressive(true), phase(auction), at(ago(0, s)))),
             at(0, s, exec(match_id("m-1"), order_id("o-2"), owner(g), trader(bob),
                           instrument(xyz), desk(d), side(sell), price(10_000), qty(50),
                           aggressive(false), phase(auction), at(ago(0, s)))),
             wait(5, s)
           ])]) :-
    verdict('trading.wash-trade', compliant).
test(wash_trade_of_near_pairs,
     [feed([ series(exec(match_id(numbered("b-")), order_id("o-1"), owner(g), trader(ada),
                         instrument(xyz), desk(d), side(buy), price($), qty(100),
                         aggressive(true), phase(continuous), at(ago(0, s))),
                    "10000x3", every(10, s)),
             series(exec(match_id(numbered("s-")), order_id("o-2"), owner(g), trader(bob),
                         instrument(xyz), desk(d), side(sell), price($), qty(105),
                         aggressive(true), phase(continuous), at(ago(0, s))),
                    "10010x3", every(10, s)),
             wait(5, s)
           ])]) :-
    measured(s, wash_pairs, 3),
    verdict('trading.wash-trade', non_compliant).
test(wash_trade_too_far_in_price_or_size,
     [feed([ at(0, s, exec(match_id("m-1"), order_id("o-1"), owner(g), trader(ada),
                           instrument(xyz), desk(d), side(buy), price(10_000), qty(100),
                           aggressive(true), phase(continuous), at(ago(0, s)))),
             at(100, ms, exec(match_id("m-2"), order_id("o-2"), owner(g), trader(bob),
                              instrument(xyz), desk(d), side(sell), price(10_011), qty(100),
                              aggressive(true), phase(continuous), at(ago(0, s)))),
             at(200, ms, exec(match_id("m-3"), order_id("o-3"), owner(g), trader(bob),
                              instrument(xyz), desk(d), side(sell), price(10_000), qty(106),
                              aggressive(true), phase(continuous), at(ago(0, s)))),
             wait(5, s)
           ])]) :-
    measured(s, wash_pairs, 0).

test(front_running_ahead_of_a_block,
     [feed([ at(0, s, order_new(order_id("c-1"), owner(client), trader(c), desk(d),
                                capacity(client), instrument(xyz), side(buy), price(10_000),
                                qty(10_000), touch_ticks(0), depth_permille(10),
                                at(ago(0, s)))),
             at(1, s, order_new(order_id("o-1"), owner(house), trader(ada), desk(d),
                                capacity(own), instrument(xyz), side(buy), price(10_000),
                                qty(100), touch_ticks(0), depth_permille(1), at(ago(0, s)))),
             wait(5, s)
           ])]) :-
    measured(s, front_running, 1),
    verdict('trading.front-running', non_compliant).
test(front_running_after_the_first_fill_is_none,
     [feed([ at(0, s, order_new(order_id("c-1"), owner(client), trader(c), desk(d),
                                capacity(client), instrument(xyz), side(buy), price(10_000),
                                qty(10_000), touch_ticks(0), depth_permille(10),
                                at(ago(0, s)))),
             at(1, s, exec(match_id("m-1"), order_id("c-1"), owner(client), trader(c),
                           instrument(xyz), desk(d), side(buy), price(10_000), qty(100),
                           aggressive(true), phase(continuous), at(ago(0, s)))),
             at(2, s, order_new(order_id("o-1"), owner(house), trader(ada), desk(d),
                                capacity(own), instrument(xyz), side(buy), price(10_000),
                                qty(100), touch_ticks(0), depth_permille(1), at(ago(0, s)))),
             wait(5, s)
           ])]) :-
    verdict('trading.front-running', compliant).

:- end_tests(trading_surveillance).
