:- module(trading_records,
          [ trading_latency_anomaly/2,          % +System, -Distance
            trading_timestamp_granularity/2,    % +System, -GranularityNs
            trading_wall_history/3,             % ?Actor, ?Class, ?Company
            trading_may_access/3,               % +Actor, +Class, ?Company
            trading_records_compliant/1         % +System
          ]).

/** <module> Trading room: clocks, latency, Chinese walls, order records

A Chinese wall is Brewer and Nash's: companies that compete form a conflict class, and whoever has
read one company of a class may read no other one of it. What an actor may read depends on what he
has read, so the wall is judged on the history of accesses and not on a list of rights.
*/

:- pack(trading, "1.0", [on_request]).

% What is taken in.

:- telemetry(trading:trade).
:- telemetry(clock(clock:string, declared_resolution_ns:integer(1, 1_000_000_000_000))).
:- telemetry(record_access(actor:string, company:string, conflict_class:string, object:string,
                           decision:one_of(allow, deny))).

% What is measured.

:- parameter(distance_mad_most, 6, "robust distance of a latency from the median").
:- parameter(distance_ewma_most, 4, "distance from the moving average").
:- parameter(spread_least_ms, 0.0001, "what a clock of 100 ns can tell").
:- parameter(percentile_ratio_most, 2, "99th percentile of 5 min over that of 1 h").
:- parameter(granularity_trades_least, 1_000).
:- parameter(granularity_most_ns, 1_000, "RTS 25: 1 us for fast venues").

:- measure(distance_mad, deviation(trade, latency_ms, mad(1_000)), over(1, min),
           [warm_up(300), least_spread(param(spread_least_ms))]).
% 2 / (N + 1) with N = 1,000.
:- measure(distance_ewma, deviation(trade, latency_ms, ewma(0.001998002)), over(1, min),
           [warm_up(300), least_spread(param(spread_least_ms))]).
:- measure(latency_5_min_ms, percentile(trade, latency_ms, 99), over(5, min),
           [ bounds([0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.5, 2, 3, 5, 10]),
             unit("ms")
           ]).
:- measure(latency_1_h_ms, percentile(trade, latency_ms, 99), over(1, h),
           [ bounds([0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.5, 2, 3, 5, 10]),
             unit("ms")
           ]).
:- measure(granularity_ns, resolution(trade), over(1, h),
           [at_least(param(granularity_trades_least))]).
:- measure(clocks_fine, latest_all(clock, clock,
                                   declared_resolution_ns =< param(granularity_most_ns))).

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
    param(trading_records, distance_mad_most, MadMost),
    ( Distance == none -> true ; Distance =< MadMost ),
    measured(System, distance_ewma, EwmaDistance),
    param(trading_records, distance_ewma_most, EwmaMost),
    ( EwmaDistance == none -> true ; EwmaDistance =< EwmaMost ),
    measured(System, latency_5_min_ms, Now),
    measured(System, latency_1_h_ms, Usual),
    param(trading_records, percentile_ratio_most, RatioMost),
    (   Now == none
    ->  true
    ;   Usual == none
    ->  true
    ;   Now < RatioMost * Usual
    ).

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
    param(trading_records, granularity_most_ns, Most),
    ( GranularityNs == none -> true ; GranularityNs =< Most ),
    measured(System, clocks_fine, Fine),
    Fine == true.

%!  trading_wall_history(?Actor, ?Class, ?Company) is nondet.
%
%   Actor has read Company of the conflict class Class, by the accesses that are retained.

trading_wall_history(Actor, Class, Company) :-
    event(_, _, _, record_access(_, actor(Actor), company(Company), conflict_class(Class), _,
                                 decision(allow))).

%!  trading_may_access(+Actor, +Class, ?Company) is semidet.
%
%   Actor has read nothing of Class yet, or nothing but Company.

trading_may_access(Actor, Class, Company) :-
    forall(trading_wall_history(Actor, Class, Read),
           Read == Company).

%!  trading_records_compliant(+System) is semidet.

trading_records_compliant(System) :-
    trading_latency_anomaly(System, _),
    trading_timestamp_granularity(System, _).
