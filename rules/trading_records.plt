:- begin_tests(trading_records).

% trading.latency-anomaly

test(latency_anomaly_compliant,
     [ given([ measured(s, distance_mad, 5), measured(s, distance_ewma, 3),
               measured(s, latency_5_min_ms, 0.315), measured(s, latency_1_h_ms, 0.315)
             ])
     ]) :-
    trading_latency_anomaly(s, 5).
test(latency_anomaly_at_the_limit,
     [ given([ measured(s, distance_mad, 6), measured(s, distance_ewma, 4),
               measured(s, latency_5_min_ms, 0.315), measured(s, latency_1_h_ms, 0.315)
             ])
     ]) :-
    trading_latency_anomaly(s, 6).
test(latency_anomaly_violated,
     [ given([ measured(s, distance_mad, 7), measured(s, distance_ewma, 3),
               measured(s, latency_5_min_ms, 0.315), measured(s, latency_1_h_ms, 0.315)
             ]),
       fail
     ]) :-
    trading_latency_anomaly(s, _).
test(latency_anomaly_violated_by_distance_ewma,
     [ given([ measured(s, distance_mad, 5), measured(s, distance_ewma, 5),
               measured(s, latency_5_min_ms, 0.315), measured(s, latency_1_h_ms, 0.315)
             ]),
       fail
     ]) :-
    trading_latency_anomaly(s, _).
test(latency_anomaly_violated_by_latency_5_min_ms,
     [ given([ measured(s, distance_mad, 5), measured(s, distance_ewma, 3),
               measured(s, latency_5_min_ms, 0.63), measured(s, latency_1_h_ms, 0.315)
             ]),
       fail
     ]) :-
    trading_latency_anomaly(s, _).
test(latency_anomaly_nothing_in_the_window,
     [ given([ measured(s, distance_mad, none), measured(s, distance_ewma, none),
               measured(s, latency_5_min_ms, none), measured(s, latency_1_h_ms, 0.315)
             ])
     ]) :-
    trading_latency_anomaly(s, none).
test(latency_anomaly_evidence_missing,
     [ given([ missing(s, distance_mad, "nothing observed"), measured(s, distance_ewma, 3),
               measured(s, latency_5_min_ms, 0.315), measured(s, latency_1_h_ms, 0.315)
             ]),
       unknown
     ]) :-
    trading_latency_anomaly(s, _).

% trading.timestamp-granularity

test(timestamp_granularity_compliant,
     [ given([ measured(s, granularity_ns, 999), measured(s, clocks_fine, true)
             ])
     ]) :-
    trading_timestamp_granularity(s, 999).
test(timestamp_granularity_at_the_limit,
     [ given([ measured(s, granularity_ns, 1_000), measured(s, clocks_fine, true)
             ])
     ]) :-
    trading_timestamp_granularity(s, 1_000).
test(timestamp_granularity_violated,
     [ given([ measured(s, granularity_ns, 1_001), measured(s, clocks_fine, true)
             ]),
       fail
     ]) :-
    trading_timestamp_granularity(s, _).
test(timestamp_granularity_violated_by_clocks_fine,
     [ given([ measured(s, granularity_ns, 999), measured(s, clocks_fine, false)
             ]),
       fail
     ]) :-
    trading_timestamp_granularity(s, _).
test(timestamp_granularity_nothing_in_the_window,
     [ given([ measured(s, granularity_ns, none), measured(s, clocks_fine, true)
             ])
     ]) :-
    trading_timestamp_granularity(s, none).
test(timestamp_granularity_without_clocks_fine,
     [ given([ measured(s, granularity_ns, 999), measured(s, clocks_fine, none)
             ]),
       fail
     ]) :-
    trading_timestamp_granularity(s, _).
test(timestamp_granularity_evidence_missing,
     [ given([ missing(s, granularity_ns, "nothing observed"), measured(s, clocks_fine, true)
             ]),
       unknown
     ]) :-
    trading_timestamp_granularity(s, _).

% trading.clock-divergence

test(clock_divergence_compliant,
     [ given([ measured(s, clocks_within, true), measured(s, clock_age_s, 3_599)
             ])
     ]) :-
    trading_clock_divergence(s, true).
test(clock_divergence_at_the_limit,
     [ given([ measured(s, clocks_within, true), measured(s, clock_age_s, 3_600)
             ])
     ]) :-
    trading_clock_divergence(s, true).
test(clock_divergence_violated,
     [ given([ measured(s, clocks_within, false), measured(s, clock_age_s, 3_599)
             ]),
       fail
     ]) :-
    trading_clock_divergence(s, _).
test(clock_divergence_violated_by_clock_age_s,
     [ given([ measured(s, clocks_within, true), measured(s, clock_age_s, 3_601)
             ]),
       fail
     ]) :-
    trading_clock_divergence(s, _).
test(clock_divergence_without_clocks_within,
     [ given([ measured(s, clocks_within, none), measured(s, clock_age_s, 3_599)
             ]),
       fail
     ]) :-
    trading_clock_divergence(s, _).
test(clock_divergence_without_clock_age_s,
     [ given([ measured(s, clocks_within, true), measured(s, clock_age_s, none)
             ]),
       fail
     ]) :-
    trading_clock_divergence(s, _).
test(clock_divergence_evidence_missing,
     [ given([ missing(s, clocks_within, "nothing observed"), measured(s, clock_age_s, 3_599)
             ]),
       unknown
     ]) :-
    trading_clock_divergence(s, _).

% trading.wall-segregation

test(wall_segregation_compliant_at_the_limit,
     [ given([ measured(s, wall_conflicts, 0), measured(s, crossings_unapproved, 0)
             ])
     ]) :-
    trading_wall_segregation(s, 0).
test(wall_segregation_violated,
     [ given([ measured(s, wall_conflicts, 1), measured(s, crossings_unapproved, 0)
             ]),
       fail
     ]) :-
    trading_wall_segregation(s, _).
test(wall_segregation_violated_by_crossings_unapproved,
     [ given([ measured(s, wall_conflicts, 0), measured(s, crossings_unapproved, 1)
             ]),
       fail
     ]) :-
    trading_wall_segregation(s, _).
test(wall_segregation_evidence_missing,
     [ given([ missing(s, wall_conflicts, "nothing observed"), measured(s, crossings_unapproved, 0)
             ]),
       unknown
     ]) :-
    trading_wall_segregation(s, _).

% trading.wall-crossing

test(wall_crossing_compliant_at_the_limit,
     [ given([ measured(s, crossings_proper, true), measured(s, crossings_unlisted, 0),
               measured(s, crossed_orders, 0)
             ])
     ]) :-
    trading_wall_crossing(s, true).
test(wall_crossing_violated,
     [ given([ measured(s, crossings_proper, false), measured(s, crossings_unlisted, 0),
               measured(s, crossed_orders, 0)
             ]),
       fail
     ]) :-
    trading_wall_crossing(s, _).
test(wall_crossing_violated_by_crossings_unlisted,
     [ given([ measured(s, crossings_proper, true), measured(s, crossings_unlisted, 1),
               measured(s, crossed_orders, 0)
             ]),
       fail
     ]) :-
    trading_wall_crossing(s, _).
test(wall_crossing_violated_by_crossed_orders,
     [ given([ measured(s, crossings_proper, true), measured(s, crossings_unlisted, 0),
               measured(s, crossed_orders, 1)
             ]),
       fail
     ]) :-
    trading_wall_crossing(s, _).
test(wall_crossing_nothing_in_the_window,
     [ given([ measured(s, crossings_proper, none), measured(s, crossings_unlisted, 0),
               measured(s, crossed_orders, 0)
             ])
     ]) :-
    trading_wall_crossing(s, none).
test(wall_crossing_evidence_missing,
     [ given([ missing(s, crossings_proper, "nothing observed"), measured(s, crossings_unlisted, 0),
               measured(s, crossed_orders, 0)
             ]),
       unknown
     ]) :-
    trading_wall_crossing(s, _).

% trading.pre-trade-controls

test(pre_trade_controls_compliant_at_the_limit, [given([measured(s, orders_unchecked, 0)])]) :-
    trading_pre_trade_controls(s, 0).
test(pre_trade_controls_violated, [given([measured(s, orders_unchecked, 1)]), fail]) :-
    trading_pre_trade_controls(s, _).
test(pre_trade_controls_evidence_missing,
     [ given([ missing(s, orders_unchecked, "nothing observed")
             ]),
       unknown
     ]) :-
    trading_pre_trade_controls(s, _).

% trading.order-record

test(order_record_compliant,
     [ given([ measured(s, orders_orphaned, 0), measured(s, order_gaps, 0),
               measured(s, rebuild_age_h, 23)
             ])
     ]) :-
    trading_order_record(s, 0).
test(order_record_at_the_limit,
     [ given([ measured(s, orders_orphaned, 0), measured(s, order_gaps, 0),
               measured(s, rebuild_age_h, 24)
             ])
     ]) :-
    trading_order_record(s, 0).
test(order_record_violated,
     [ given([ measured(s, orders_orphaned, 1), measured(s, order_gaps, 0),
               measured(s, rebuild_age_h, 23)
             ]),
       fail
     ]) :-
    trading_order_record(s, _).
test(order_record_violated_by_order_gaps,
     [ given([ measured(s, orders_orphaned, 0), measured(s, order_gaps, 1),
               measured(s, rebuild_age_h, 23)
             ]),
       fail
     ]) :-
    trading_order_record(s, _).
test(order_record_violated_by_rebuild_age_h,
     [ given([ measured(s, orders_orphaned, 0), measured(s, order_gaps, 0),
               measured(s, rebuild_age_h, 25)
             ]),
       fail
     ]) :-
    trading_order_record(s, _).
test(order_record_without_rebuild_age_h,
     [ given([ measured(s, orders_orphaned, 0), measured(s, order_gaps, 0),
               measured(s, rebuild_age_h, none)
             ]),
       fail
     ]) :-
    trading_order_record(s, _).
test(order_record_evidence_missing,
     [ given([ missing(s, orders_orphaned, "nothing observed"), measured(s, order_gaps, 0),
               measured(s, rebuild_age_h, 23)
             ]),
       unknown
     ]) :-
    trading_order_record(s, _).

% The level.

test(level_compliant,
     [ given([ measured(s, distance_mad, 5), measured(s, distance_ewma, 3),
               measured(s, latency_5_min_ms, 0.315), measured(s, latency_1_h_ms, 0.315),
               measured(s, granularity_ns, 999), measured(s, clocks_fine, true),
               measured(s, clocks_within, true), measured(s, clock_age_s, 3_599),
               measured(s, wall_conflicts, 0), measured(s, crossings_unapproved, 0),
               measured(s, crossings_proper, true), measured(s, crossings_unlisted, 0),
               measured(s, crossed_orders, 0), measured(s, orders_unchecked, 0),
               measured(s, orders_orphaned, 0), measured(s, order_gaps, 0),
               measured(s, rebuild_age_h, 23)
             ])
     ]) :-
    trading_records_compliant(s).
test(level_violated_by_latency_anomaly,
     [ given([ measured(s, distance_mad, 7), measured(s, distance_ewma, 3),
               measured(s, latency_5_min_ms, 0.315), measured(s, latency_1_h_ms, 0.315)
             ]),
       fail
     ]) :-
    trading_records_compliant(s).
test(level_violated_by_timestamp_granularity,
     [ given([ measured(s, distance_mad, 5), measured(s, distance_ewma, 3),
               measured(s, latency_5_min_ms, 0.315), measured(s, latency_1_h_ms, 0.315),
               measured(s, granularity_ns, 1_001), measured(s, clocks_fine, true)
             ]),
       fail
     ]) :-
    trading_records_compliant(s).
test(level_violated_by_clock_divergence,
     [ given([ measured(s, distance_mad, 5), measured(s, distance_ewma, 3),
               measured(s, latency_5_min_ms, 0.315), measured(s, latency_1_h_ms, 0.315),
               measured(s, granularity_ns, 999), measured(s, clocks_fine, true),
               measured(s, clocks_within, false), measured(s, clock_age_s, 3_599)
             ]),
       fail
     ]) :-
    trading_records_compliant(s).
test(level_violated_by_wall_segregation,
     [ given([ measured(s, distance_mad, 5), measured(s, distance_ewma, 3),
               measured(s, latency_5_min_ms, 0.315), measured(s, latency_1_h_ms, 0.315),
               measured(s, granularity_ns, 999), measured(s, clocks_fine, true),
               measured(s, clocks_within, true), measured(s, clock_age_s, 3_599),
               measured(s, wall_conflicts, 1), measured(s, crossings_unapproved, 0)
             ]),
       fail
     ]) :-
    trading_records_compliant(s).
test(level_violated_by_wall_crossing,
     [ given([ measured(s, distance_mad, 5), measured(s, distance_ewma, 3),
               measured(s, latency_5_min_ms, 0.315), measured(s, latency_1_h_ms, 0.315),
               measured(s, granularity_ns, 999), measured(s, clocks_fine, true),
               measured(s, clocks_within, true), measured(s, clock_age_s, 3_599),
               measured(s, wall_conflicts, 0), measured(s, crossings_unapproved, 0),
               measured(s, crossings_proper, false), measured(s, crossings_unlisted, 0),
               measured(s, crossed_orders, 0)
             ]),
       fail
     ]) :-
    trading_records_compliant(s).
test(level_violated_by_pre_trade_controls,
     [ given([ measured(s, distance_mad, 5), measured(s, distance_ewma, 3),
               measured(s, latency_5_min_ms, 0.315), measured(s, latency_1_h_ms, 0.315),
               measured(s, granularity_ns, 999), measured(s, clocks_fine, true),
               measured(s, clocks_within, true), measured(s, clock_age_s, 3_599),
               measured(s, wall_conflicts, 0), measured(s, crossings_unapproved, 0),
               measured(s, crossings_proper, true), measured(s, crossings_unlisted, 0),
               measured(s, crossed_orders, 0), measured(s, orders_unchecked, 1)
             ]),
       fail
     ]) :-
    trading_records_compliant(s).
test(level_violated_by_order_record,
     [ given([ measured(s, distance_mad, 5), measured(s, distance_ewma, 3),
               measured(s, latency_5_min_ms, 0.315), measured(s, latency_1_h_ms, 0.315),
               measured(s, granularity_ns, 999), measured(s, clocks_fine, true),
               measured(s, clocks_within, true), measured(s, clock_age_s, 3_599),
               measured(s, wall_conflicts, 0), measured(s, crossings_unapproved, 0),
               measured(s, crossings_proper, true), measured(s, crossings_unlisted, 0),
               measured(s, crossed_orders, 0), measured(s, orders_unchecked, 0),
               measured(s, orders_orphaned, 1), measured(s, order_gaps, 0),
               measured(s, rebuild_age_h, 23)
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
test(clock_divergence_by_activity,
     [feed([ at(0, s, clock_sample(clock("c"), host("h"), reference("gps"), locked(true),
                                   activity(eu_high_frequency), offset_ns(-99_000),
                                   uncertainty_ns(1_000))),
             at(0, s, clock_sample(clock("d"), host("h"), reference("gps"), locked(true),
                                   activity(us_member), offset_ns(49_000_000),
                                   uncertainty_ns(1_000_000))),
             holds(verdict('trading.clock-divergence', compliant)),
             at(1, s, clock_sample(clock("c"), host("h"), reference("gps"), locked(true),
                                   activity(eu_high_frequency), offset_ns(-99_001),
                                   uncertainty_ns(1_000)))
           ])]) :-
    verdict('trading.clock-divergence', non_compliant).

test(clock_divergence_of_a_silent_clock,
     [feed([ at(0, s, clock_sample(clock("c"), host("h"), reference("gps"), locked(true),
                                   activity(us_exchange), offset_ns(99_000),
                                   uncertainty_ns(1_000))),
             at(0, s, clock_sample(clock("d"), host("h"), reference("gps"), locked(true),
                                   activity(eu_manual), offset_ns(0), uncertainty_ns(0),
                                   retired(true))),
             wait(59, min),
             holds(verdict('trading.clock-divergence', compliant)),
             wait(2, min),
             holds(verdict('trading.clock-divergence', non_compliant)),
             at(0, s, clock_sample(clock("d"), host("h"), reference("gps"), locked(true),
                                   activity(eu_manual), offset_ns(0), uncertainty_ns(0)))
           ])]) :-
    verdict('trading.clock-divergence', non_compliant).

% Two banks compete, an oil company does not compete with them.

test(wall_lets_through_what_does_not_compete,
     [feed([ at(0, s, record_access(actor("ada"), company("bank-1"), conflict_class("banks"),
                                    object("memo"), decision(allow))),
             at(1, s, record_access(actor("ada"), company("oil-1"), conflict_class("oil"),
                                    object("memo"), decision(allow))),
             at(2, s, record_access(actor("ada"), company("bank-1"), conflict_class("banks"),
                                    object("plan"), decision(allow))),
             at(3, s, record_access(actor("bob"), company("bank-2"), conflict_class("banks"),
                                    object("memo"), decision(allow))),
             at(4, s, record_access(actor("ada"), company("bank-2"), conflict_class("banks"),
                                    object("memo"), decision(deny)))
           ])]) :-
    measured(s, wall_conflicts, 0).
test(wall_stands_for_months,
     [feed([ at(0, s, record_access(actor("ada"), company("bank-1"), conflict_class("banks"),
                                    object("memo"), decision(allow))),
             at(100, d, record_access(actor("ada"), company("bank-2"), conflict_class("banks"),
                                      object("memo"), decision(allow)))
           ])]) :-
    measured(s, wall_conflicts, 1),
    verdict('trading.wall-segregation', non_compliant).
test(wall_crossing_has_to_be_approved_before,
     [feed([ at(0, s, wall_crossing_approved(id("x-1"), actor("ada"), resource("r"),
                                             approver("cem"), starts(ago(0, s)),
                                             ends(in(1, d)))),
             at(1, s, access(actor("ada"), actor_side("public"), resource("r"),
                             resource_side("private"), decision(allow), crossing("x-1"))),
             holds(measured(s, crossings_unapproved, 0)),
             at(2, s, access(actor("bob"), actor_side("public"), resource("r"),
                             resource_side("private"), decision(allow), crossing("x-1")))
           ])]) :-
    measured(s, crossings_unapproved, 1).
test(wall_history_and_what_it_leaves,
     [ given([ event(1, s, 5, record_access(timestamp(5), actor("ada"), company("bank-1"),
                                            conflict_class("banks"), object("memo"),
                                            decision(allow))),
               event(2, s, 6, record_access(timestamp(6), actor("ada"), company("bank-2"),
                                            conflict_class("banks"), object("memo"),
                                            decision(deny)))
             ]),
       all(Class-Company == ["banks"-"bank-1"])
     ]) :-
    trading_wall_history("ada", Class, Company).
test(wall_lets_read_more_of_the_same,
     [ given([ event(1, s, 5, record_access(timestamp(5), actor("ada"), company("bank-1"),
                                            conflict_class("banks"), object("memo"),
                                            decision(allow)))
             ])
     ]) :-
    trading_may_access("ada", "banks", "bank-1"),
    trading_may_access("ada", "oil", "oil-1").
test(wall_closes_the_class,
     [ given([ event(1, s, 5, record_access(timestamp(5), actor("ada"), company("bank-1"),
                                            conflict_class("banks"), object("memo"),
                                            decision(allow)))
             ]),
       fail
     ]) :-
    trading_may_access("ada", "banks", "bank-2").

test(wall_crossing_and_an_order_before_the_release,
     [feed([ at(0, s, wall_crossing(id("x-1"), actor("ada"), approver("cem"), reason("deal"),
                                    instrument("XYZ"), day("2026-01-05"), starts(ago(0, s)),
                                    ends(in(30, d)))),
             at(1, h, insider_list_entry(crossing("x-1"), person("ada"), day("2026-01-05"))),
             at(2, h, order(id("o-1"), feed("f"), seq(1), event(new), actor("ada"),
                            account(staff), instrument("ABC"), side(buy), quantity(5))),
             holds(measured(s, crossed_orders, 0)),
             at(1, h, order(id("o-2"), feed("f"), seq(2), event(new), actor("ada"),
                            account(staff), instrument("XYZ"), side(buy), quantity(5)))
           ])]) :-
    measured(s, crossed_orders, 1).
test(wall_crossing_released,
     [feed([ at(0, s, wall_crossing(id("x-1"), actor("ada"), approver("cem"), reason("deal"),
                                    instrument("XYZ"), day("2026-01-05"), starts(ago(0, s)),
                                    ends(in(30, d)))),
             at(1, h, insider_list_entry(crossing("x-1"), person("ada"), day("2026-01-05"))),
             at(2, d, wall_release(actor("ada"), instrument("XYZ"))),
             at(3, d, order(id("o-2"), feed("f"), seq(2), event(new), actor("ada"),
                            account(staff), instrument("XYZ"), side(buy), quantity(5)))
           ])]) :-
    verdict('trading.wall-crossing', compliant).

test(wall_crossing_listed_the_day_after,
     [feed([ start("2026-01-05T23:00:00Z"),
             at(0, s, wall_crossing(id("x-1"), actor("ada"), approver("cem"), reason("deal"),
                                    instrument("XYZ"), day("2026-01-05"), starts(ago(0, s)),
                                    ends(in(30, d)))),
             at(10, min, insider_list_entry(crossing("x-1"), person("bob"),
                                            day("2026-01-05"))),
             at(2, h, insider_list_entry(crossing("x-1"), person("ada"), day("2026-01-06"))),
             wait(1, d)
           ])]) :-
    measured(s, crossings_unlisted, 1),
    verdict('trading.wall-crossing', non_compliant).

test(pre_trade_controls_by_events,
     [feed([ at(0, s, risk_check(order("o-1"), result(pass), credit(true), price(true),
                                 size(true), duplicate(true), owner(broker_dealer))),
             at(1, s, order(id("o-1"), feed("f"), seq(1), event(new), actor("ada"),
                            account(client), instrument("XYZ"), side(buy), quantity(5))),
             holds(verdict('trading.pre-trade-controls', compliant)),
             at(1, s, risk_check(order("o-2"), result(pass), credit(true), price(true),
                                 size(false), duplicate(true), owner(broker_dealer))),
             at(2, s, order(id("o-2"), feed("f"), seq(2), event(new), actor("ada"),
                            account(client), instrument("XYZ"), side(buy), quantity(5)))
           ])]) :-
    verdict('trading.pre-trade-controls', non_compliant).

test(pre_trade_controls_of_another_owner,
     [feed([ at(0, s, risk_check(order("o-1"), result(pass), credit(true), price(true),
                                 size(true), duplicate(true), owner(other))),
             at(1, s, order(id("o-1"), feed("f"), seq(1), event(new), actor("ada"),
                            account(client), instrument("XYZ"), side(buy), quantity(5)))
           ])]) :-
    verdict('trading.pre-trade-controls', non_compliant).

test(order_record_by_events,
     [feed([ at(0, s, rebuild_test(orders(9), identical(true))),
             at(1, s, order(id("o-1"), feed("f"), seq(1), event(new), actor("ada"),
                            account(client), instrument("XYZ"), side(buy), quantity(5))),
             at(2, s, order(id("o-1"), feed("f"), seq(2), event(fill), actor("ada"),
                            account(client), instrument("XYZ"), side(buy), quantity(5))),
             wait(5, s),
             holds(verdict('trading.order-record', compliant)),
             at(0, s, order(id("o-2"), feed("f"), seq(4), event(cancel), actor("ada"),
                            account(client), instrument("XYZ"), side(buy), quantity(5))),
             wait(2, min)
           ])]) :-
    measured(s, orders_orphaned, 1),
    measured(s, order_gaps, 1),
    verdict('trading.order-record', non_compliant).

:- end_tests(trading_records).
