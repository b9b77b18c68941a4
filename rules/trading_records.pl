:- module(trading_records,
          [ trading_latency_anomaly/2,          % +System, -Distance
            trading_timestamp_granularity/2,    % +System, -GranularityNs
            trading_clock_divergence/2,         % +System, -Within
            trading_wall_segregation/2,         % +System, -Conflicts
            trading_wall_crossing/2,            % +System, -Proper
            trading_pre_trade_controls/2,       % +System, -Unchecked
            trading_order_record/2,             % +System, -Orphans
            trading_wall_history/3,             % ?Actor, ?Class, ?Company
            trading_may_access/3,               % +Actor, +Class, +Company
            trading_records_compliant/1         % +System
          ]).

/** <module> Trading room: clocks, latency, Chinese walls, order records

A Chinese wall is Brewer and Nash's: companies that compete form a conflict class, and whoever has
read one company of a class may read no other one of it. What an actor may read depends on what he
has read, so the wall is judged on the history of accesses and not on a list of rights.
*/

:- pack(trading, "1.0", [on_request]).

% What is taken in. The day of a crossing and of an entry is that of the insider list's own zone.

:- telemetry(trading:trade).
:- telemetry(trading:access).
:- telemetry(clock(clock:string, declared_resolution_ns:integer(1, 1_000_000_000_000))).
:- telemetry(clock_sample(clock:string, host:string, reference:string, locked:bool,
                          activity:one_of(eu_high_frequency, eu_other, eu_manual, us_member,
                                          us_exchange, us_manual),
                          offset_ns:integer(-1_000_000_000_000, 1_000_000_000_000),
                          uncertainty_ns:integer(0, 1_000_000_000_000), retired:optional(bool))).
:- telemetry(record_access(actor:string, company:string, conflict_class:string, object:string,
                           decision:one_of(allow, deny))).
:- telemetry(wall_crossing(id:string, actor:string, approver:string, reason:string,
                           instrument:string, day:string, starts:time, ends:optional(time))).
:- telemetry(wall_crossing_approved(id:string, actor:string, resource:string, approver:string,
                                    starts:time, ends:time),
             [require([starts =< ends])]).
:- telemetry(insider_list_entry(crossing:string, person:string, day:string)).
:- telemetry(wall_release(actor:string, instrument:string)).
:- telemetry(order(id:string, feed:string, seq:integer(0, 9_007_199_254_740_991),
                   event:one_of(new, acknowledge, amend, fill, cancel, reject, expire),
                   actor:string, account:one_of(client, own, staff), instrument:string,
                   side:one_of(buy, sell), price:optional(number), quantity:number)).
:- telemetry(risk_check(order:string, result:one_of(pass, fail), credit:bool, price:bool,
                        size:bool, duplicate:bool, owner:one_of(broker_dealer, other))).
:- telemetry(rebuild_test(orders:integer(1, 1_000_000_000), identical:bool)).

% What is measured.

:- parameter(distance_mad_most, 6, [about("robust distance of a latency from the median")]).
:- parameter(distance_ewma_most, 4, [about("distance from the moving average")]).
:- parameter(spread_least_ms, 0.0001, [unit(ms), about("what a clock of 100 ns can tell")]).
:- parameter(percentile_ratio_most, 2, [about("99th percentile of 5 min over that of 1 h")]).
:- parameter(granularity_trades_least, 1_000).
:- parameter(granularity_most_ns, 1_000, [unit(ns), about("RTS 25: 1 us for fast venues")]).
:- parameter(clock_age_most_s, 3_600, [unit(s), about("own target: each clock once an hour")]).
:- parameter(wall_window_days, 365, [about("how long a company read keeps its class closed")]).
:- parameter(crossing_window_days, 90).
:- parameter(crossing_most_days, 90, [unit(d), about("the longest time over the wall")]).
:- parameter(order_window_hours, 24).
:- parameter(check_seconds, 2, [unit(s), about("how long a passed check lets its order through")]).
:- parameter(rebuild_age_most_h, 24, [unit(h), about("since orders were last rebuilt")]).

:- measure(distance_mad, deviation(trade, latency_ms, mad(1_000)), over(1, min),
           [warm_up(300), least_spread(param(spread_least_ms))]).
% 2 / (N + 1) with N = 1,000.
:- measure(distance_ewma, deviation(trade, latency_ms, ewma(0.001998002)), over(1, min),
           [warm_up(300), least_spread(param(spread_least_ms))]).
% Ten bounds a decade: the ratio of two percentiles is known to a quarter.
:- measure(latency_5_min_ms, percentile(trade, latency_ms, 99), over(5, min),
           [ bounds([ 0.001, 0.00125, 0.0016, 0.002, 0.0025, 0.00315, 0.004, 0.005, 0.0063, 0.008,
                      0.01, 0.0125, 0.016, 0.02, 0.025, 0.0315, 0.04, 0.05, 0.063, 0.08,
                      0.1, 0.125, 0.16, 0.2, 0.25, 0.315, 0.4, 0.5, 0.63, 0.8,
                      1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8, 10
                    ]),
             unit("ms")
           ]).
:- measure(latency_1_h_ms, percentile(trade, latency_ms, 99), over(1, h),
           [ bounds([ 0.001, 0.00125, 0.0016, 0.002, 0.0025, 0.00315, 0.004, 0.005, 0.0063, 0.008,
                      0.01, 0.0125, 0.016, 0.02, 0.025, 0.0315, 0.04, 0.05, 0.063, 0.08,
                      0.1, 0.125, 0.16, 0.2, 0.25, 0.315, 0.4, 0.5, 0.63, 0.8,
                      1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8, 10
                    ]),
             unit("ms")
           ]).
:- measure(granularity_ns, resolution(trade), over(1, h),
           [at_least(param(granularity_trades_least))]).
:- measure(clocks_fine, latest_all(clock, clock,
                                   declared_resolution_ns =< param(granularity_most_ns))).
:- measure(clocks_within,
           all(clock_sample,
               ( activity = eu_high_frequency, abs(offset_ns) + uncertainty_ns =< 100_000
               ; activity = eu_other, abs(offset_ns) + uncertainty_ns =< 1_000_000
               ; activity = eu_manual, abs(offset_ns) + uncertainty_ns =< 1_000_000_000
               ; activity = us_member, abs(offset_ns) + uncertainty_ns =< 50_000_000
               ; activity = us_exchange, abs(offset_ns) + uncertainty_ns =< 100_000
               ; activity = us_manual, abs(offset_ns) + uncertainty_ns =< 1_000_000_000
               )),
           over(1, h)).
:- measure(clock_age_s, span(clock_sample:(\+ retired = true), clock_sample, on([clock])),
           over(1, h), [in(s)]).
% Brewer and Nash: a second company of a class that the actor has read another company of.
:- measure(wall_conflicts,
           episodes([ first: (record_access, decision = allow),
                      other: (record_access, (decision = allow, company \= first:company))
                    ],
                    on([actor, conflict_class]), within(param(wall_window_days), d)),
           over(param(crossing_window_days), d)).
:- measure(crossings_unapproved,
           unpreceded(access:(decision = allow, actor_side \= resource_side),
                      wall_crossing_approved:(approver \= actor),
                      on([id = crossing, actor, resource]), within(param(crossing_most_days), d)),
           over(param(crossing_window_days), d)).
:- measure(crossings_proper,
           all(wall_crossing, ( reason \= "",
                                approver \= actor,
                                ends > starts,
                                ends - starts =< duration(param(crossing_most_days), d)
                              )),
           over(param(crossing_window_days), d)).
:- measure(crossings_unlisted,
           unanswered(wall_crossing, insider_list_entry:(day = first:day),
                      on([id = crossing, actor = person]), within(1, d)),
           over(param(crossing_window_days), d)).
:- measure(crossed_orders,
           episodes([ over: (wall_crossing, true),
                      \+ (wall_release, true),
                      order: (order, event = new)
                    ],
                    on([actor, instrument]), within(param(crossing_most_days), d)),
           over(param(crossing_window_days), d)).
:- measure(orders_unchecked,
           unpreceded(order:(event = new),
                      risk_check:( result = pass, credit, price, size, duplicate,
                                   owner = broker_dealer
                                 ),
                      on([order = id]), within(param(check_seconds), s)),
           over(param(order_window_hours), h), [lateness(2, s)]).
:- measure(orders_orphaned,
           unpreceded(order:(event \= new), order:(event = new), on([id]),
                      within(param(order_window_hours), h)),
           over(param(order_window_hours), h), [lateness(2, s)]).
:- measure(order_gaps, sequence_gaps(order, seq), over(param(order_window_hours), h),
           [by(feed)]).
:- measure(rebuild_age_h, age(rebuild_test, identical = true), [in(h)]).

% What is required.

:- control('trading.latency-anomaly', trading_latency_anomaly/2,
           [ title("No latency stands out of what the gateway usually does"),
             basis(target), severity(medium),
             cites([ "Own target",
                     citation("(EU) 2017/584", "RTS 7", "Article 12(2)"),
                     citation("(EU) 2017/589", "RTS 6", "Article 16(1)"),
                     citation("NIST SP 800-53", "Rev. 5", "SI-4")
                   ])
           ]).

%!  trading_latency_anomaly(+System, -Distance) is semidet.
%
%   Distance is the greatest of a minute from the median of 1,000 trades, in robust spreads.

trading_latency_anomaly(System, Distance) :-
    measured(System, distance_mad, Distance),
    param(System, distance_mad_most, MadMost),
    ( Distance == none -> true ; Distance =< MadMost ),
    measured(System, distance_ewma, EwmaDistance),
    param(System, distance_ewma_most, EwmaMost),
    ( EwmaDistance == none -> true ; EwmaDistance =< EwmaMost ),
    measured(System, latency_5_min_ms, Now),
    measured(System, latency_1_h_ms, Usual),
    param(System, percentile_ratio_most, RatioMost),
    ( Now == none -> true ; Now < RatioMost * Usual ).

:- control('trading.timestamp-granularity', trading_timestamp_granularity/2,
           [ title("Clocks declare a microsecond and events of an hour show it"),
             basis(regulation), severity(high),
             cites([ citation("(EU) 2017/574", "RTS 25", "Annex, tables 1 and 2"),
                     citation("(EU) 2025/1155", "", "Article 12, Annex IV", [verified(false)]),
                     citation("FINRA Rule 6860", "", "CAT time stamps", [verified(false)])
                   ])
           ]).

%!  trading_timestamp_granularity(+System, -GranularityNs) is semidet.
%
%   GranularityNs is what divides all times of at least 1,000 trades of an hour.

trading_timestamp_granularity(System, GranularityNs) :-
    measured(System, granularity_ns, GranularityNs),
    param(System, granularity_most_ns, Most),
    ( GranularityNs == none -> true ; GranularityNs =< Most ),
    measured(System, clocks_fine, Fine),
    Fine == true.

:- control('trading.clock-divergence', trading_clock_divergence/2,
           [ title("Every business clock keeps the divergence of its activity"),
             basis(regulation), severity(critical),
             cites([ citation("(EU) 2017/574", "RTS 25", "Articles 2 and 3, Annex"),
                     citation("MiFIR", "(EU) No 600/2014", "Article 22c"),
                     citation("(EU) 2025/1155", "", "Articles 11 and 12"),
                     citation("(EU) 2025/1155", "", "Annex IV: figures", [verified(false)]),
                     citation("FINRA Rule 4590", "", "(b)"),
                     citation("FINRA Rule 6820", "", "50 ms; exchanges 100 us"),
                     citation("CAT NMS Plan", "", "section 6.8"),
                     "The hour between samples is an own target"
                   ])
           ]).

%!  trading_clock_divergence(+System, -Within) is semidet.
%
%   Within is `true` when each sample of 1 h, with its uncertainty, is within its activity's limit.
%   Each clock is sampled every hour until it retires.

trading_clock_divergence(System, Within) :-
    measured(System, clocks_within, Within),
    Within == true,
    measured(System, clock_age_s, AgeS),
    param(System, clock_age_most_s, Most),
    AgeS \== none,
    AgeS =< Most.

:- control('trading.wall-segregation', trading_wall_segregation/2,
           [ title("Nobody reads a competitor of what he has read, or crosses without approval"),
             basis(regulation), severity(critical),
             cites([ "Model: Brewer and Nash, The Chinese Wall Security Policy, 1989",
                     citation("Securities Exchange Act", "", "section 15(g)", [verified(false)]),
                     citation("FINRA Rule 3110", "", "", [verified(false)]),
                     citation("FINRA Rule 2241", "", "(b)", [verified(false)]),
                     citation("FINRA Rule 5320", "", "Supplementary Material .02",
                              [verified(false)]),
                     citation("FINRA Rule 5270", "", ""),
                     citation("MiFID II", "2014/65/EU", "Articles 16(3) and 23",
                              [verified(false)]),
                     citation("(EU) 2017/565", "", "Article 34(3)", [verified(false)]),
                     citation("MAR", "(EU) No 596/2014", "Article 9(1)", [verified(false)]),
                     citation("NIST SP 800-53", "Rev. 5", "AC-4"),
                     citation("ISO/IEC 27001", "2022", "A.5.3")
                   ])
           ]).

%!  trading_wall_segregation(+System, -Conflicts) is semidet.
%
%   Conflicts are the reads of 90 days of a company in conflict with one that the same actor had
%   read within a year. No access across sides lacks an approval that came before it.

trading_wall_segregation(System, Conflicts) :-
    measured(System, wall_conflicts, Conflicts),
    Conflicts =< 0,
    measured(System, crossings_unapproved, Unapproved),
    Unapproved =< 0.

:- control('trading.wall-crossing', trading_wall_crossing/2,
           [ title("A crossing is approved, bounded, listed the same day, and not traded on"),
             basis(regulation), severity(critical),
             cites([ citation("MAR", "(EU) No 596/2014", "Article 18: insider lists",
                              [verified(false)]),
                     citation("(EU) 2017/565", "", "Article 34(3)", [verified(false)]),
                     citation("FINRA Notice to Members", "91-45", "", [verified(false)]),
                     citation("NIST SP 800-53", "Rev. 5", "AC-5")
                   ])
           ]).

%!  trading_wall_crossing(+System, -Proper) is semidet.
%
%   Proper is `true` when each crossing of 90 days has a reason, an approver other than the actor
%   and an end in time. Its actor is on the insider list the same day and orders nothing.

trading_wall_crossing(System, Proper) :-
    measured(System, crossings_proper, Proper),
    ( Proper == none -> true ; Proper == true ),
    measured(System, crossings_unlisted, Unlisted),
    Unlisted =< 0,
    measured(System, crossed_orders, Orders),
    Orders =< 0.

:- control('trading.pre-trade-controls', trading_pre_trade_controls/2,
           [ title("Every order passed its credit, price, size and duplicate checks first"),
             basis(regulation), severity(critical),
             cites([ citation("17 CFR", "", "240.15c3-5(c)(1)(i)-(ii)"),
                     citation("(EU) 2017/589", "RTS 6", "Article 15", [verified(false)])
                   ])
           ]).

%!  trading_pre_trade_controls(+System, -Unchecked) is semidet.
%
%   Unchecked are the new orders of 24 h without a passed check before them.

trading_pre_trade_controls(System, Unchecked) :-
    measured(System, orders_unchecked, Unchecked),
    Unchecked =< 0.

:- control('trading.order-record', trading_order_record/2,
           [ title("Every order begins with its entry, no number is missing, rebuilding works"),
             basis(regulation), severity(high),
             cites([ citation("17 CFR", "", "240.17a-4(f)(2)(i)(A)", [verified(false)]),
                     citation("17 CFR", "", "242.613: CAT", [verified(false)]),
                     citation("(EU) 2017/580", "RTS 24", "Article 6(5): sequence numbers"),
                     citation("MiFID II", "2014/65/EU", "Article 17(2)"),
                     "The daily rebuilding is an own target"
                   ])
           ]).

%!  trading_order_record(+System, -Orphans) is semidet.
%
%   Orphans are the events of 24 h about an order that was never entered.

trading_order_record(System, Orphans) :-
    measured(System, orders_orphaned, Orphans),
    Orphans =< 0,
    measured(System, order_gaps, Gaps),
    Gaps =< 0,
    measured(System, rebuild_age_h, AgeH),
    param(System, rebuild_age_most_h, Most),
    AgeH \== none,
    AgeH =< Most.

%!  trading_wall_history(?Actor, ?Class, ?Company) is nondet.
%
%   Actor has read Company of the conflict class Class, by the accesses that are retained.

trading_wall_history(Actor, Class, Company) :-
    event(_, _, _, record_access(_, actor(Actor), company(Company), conflict_class(Class), _,
                                 decision(allow))).

%!  trading_may_access(+Actor, +Class, +Company) is semidet.
%
%   Actor has read nothing of Class yet, or nothing but Company.

trading_may_access(Actor, Class, Company) :-
    forall(trading_wall_history(Actor, Class, Read),
           Read == Company).

%!  trading_records_compliant(+System) is semidet.

trading_records_compliant(System) :-
    trading_latency_anomaly(System, _),
    trading_timestamp_granularity(System, _),
    trading_clock_divergence(System, _),
    trading_wall_segregation(System, _),
    trading_wall_crossing(System, _),
    trading_pre_trade_controls(System, _),
    trading_order_record(System, _).
