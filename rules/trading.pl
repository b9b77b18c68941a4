:- module(trading,
          [ trading_latency/2,          % +System, -LatencyMs
            trading_audit/2,            % +System, -PrecisionNs
            trading_segregation/2,      % +System, -Segregated
            trading_compliant/1,        % +System
            trading_operation/2         % ?Event, ?Proof
          ]).

/** <module> Trading room: latency, timestamp granularity, segregation

The latency limit is a target of ours: the 1 ms in the clock rules is a class boundary, not a limit.
*/

:- pack(trading, "1.0").

% What is taken in.

:- telemetry(trade(latency_ms:number(0, 1_000_000_000), segregated:bool, desk:optional(string),
                   instrument:optional(string)),
             [term([timestamp, latency_ms, segregated])]).
:- telemetry(access(actor:string, actor_side:string, resource:string, resource_side:string,
                    decision:one_of(allow, deny), crossing:optional(string))).

% What is measured.

:- parameter(latency_window_hours, 1).
:- parameter(precision_window_hours, 1).
:- parameter(precision_trades_least, 100).
:- parameter(segregation_window_hours, 1).

:- measure(latency_ms, max(trade, latency_ms), over(param(latency_window_hours), h)).
:- measure(precision_ns, resolution(trade), over(param(precision_window_hours), h),
           [at_least(param(precision_trades_least))]).
:- measure(segregation,
           all([ trade: segregated = true,
                 access: ( decision = deny
                         ; actor_side = resource_side
                         ; given(crossing)
                         )
               ]),
           over(param(segregation_window_hours), h)).

% What is required.

:- control('trading.latency', trading_latency/2,
           [ title("Trades complete within 1 ms"),
             basis(target), severity(medium), prove(slot),
             cites([ "Own target; the 1 ms of the clock rules is a class boundary, not a limit",
                     citation("(EU) 2017/574", "RTS 25", "Article 2: gateway-to-gateway latency"),
                     citation("(EU) 2025/1155", "", "Article 12"),
                     citation("(EU) 2017/584", "RTS 7", "Article 12(2): performance and capacity")
                   ])
           ]).

%!  trading_latency(+System, -LatencyMs) is semidet.
%
%   LatencyMs is the longest latency of a trade in 1 h, `none` when there was no trade.

trading_latency(System, LatencyMs) :-
    measured(System, latency_ms, LatencyMs),
    (   LatencyMs == none
    ->  true
    ;   LatencyMs =< 1
    ).

:- control('trading.timestamp_precision', trading_audit/2,
           [ title("Business clocks tell microseconds"),
             basis(regulation), severity(high), prove(slot),
             cites([ citation("(EU) 2017/574", "RTS 25", "Annex, tables 1 and 2: granularity"),
                     citation("(EU) 2025/1155", "", "Articles 11 and 12, Annex IV",
                              [verified(false)])
                   ])
           ]).

%!  trading_audit(+System, -PrecisionNs) is semidet.
%
%   PrecisionNs is the granularity of the times of trades in 1 h, the coarsest over the sources.

trading_audit(System, PrecisionNs) :-
    measured(System, precision_ns, PrecisionNs),
    (   PrecisionNs == none
    ->  true
    ;   PrecisionNs =< 1000
    ).

:- control('trading.segregation', trading_segregation/2,
           [ title("No trade and no access crosses the information barrier"),
             basis(regulation), severity(critical), prove(slot),
             cites([ citation("FINRA Rule 5270", "", "front running of block transactions"),
                     citation("Securities Exchange Act", "", "section 15(g)", [verified(false)]),
                     citation("(EU) 2017/565", "", "Article 34(3)", [verified(false)]),
                     citation("NIST SP 800-53", "Rev. 5", "AC-4")
                   ])
           ]).

%!  trading_segregation(+System, -Segregated) is semidet.
%
%   Segregated is `true` when, in 1 h, every trade was segregated and every access across sides was
%   denied or had a crossing; `none` when there was neither trade nor access.

trading_segregation(System, Segregated) :-
    measured(System, segregation, Segregated),
    (   Segregated == none
    ->  true
    ;   Segregated == true
    ).

%!  trading_compliant(+System) is semidet.

trading_compliant(System) :-
    trading_latency(System, _),
    trading_audit(System, _),
    trading_segregation(System, _).

:- check(trade, trading_operation/2).

%!  trading_operation(?Event, ?Proof) is nondet.
%
%   Event = trade(timestamp(_), latency_ms(_), segregated(_)) was in time and segregated.

trading_operation(Event, Proof) :-
    Event = trade(timestamp(_), latency_ms(LatencyMs), segregated(Segregated)),
    observed(Event, Index),
    LatencyMs =< 1,
    Segregated == true,
    event_proof(Index, Proof).
