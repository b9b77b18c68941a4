:- module(trading_surveillance,
          [ trading_surveillance_coverage/2,    % +System, -Covered
            trading_surveillance_alert/2,       % +System, -DelayMs
            trading_order_to_trade_ratio/2,     % +System, -Within
            trading_surveillance_compliant/1    % +System
          ]).

/** <module> Trading room: market abuse surveillance

The rule books give the shapes of these patterns; the numbers are ours and are tuned. An episode is
an indicator and no proof: intent is for a person to judge. Orders and executions are joined by
beneficial owner and instrument as they come.
*/

:- pack(trading, "1.0", [on_request]).

% What is taken in.

:- telemetry(coverage(venue:string, session:string, received:integer(0, 1_000_000_000_000),
                      evaluated:integer(0, 1_000_000_000_000),
                      lag_ms:number(0, 1_000_000_000))).
:- telemetry(alert(id:string, pattern:string, trigger:string, triggered:time, emitted:time)).
:- telemetry(session_counts(id:string, member:string, instrument:string, session:string,
                            orders:integer(0, 1_000_000_000_000),
                            transactions:integer(0, 1_000_000_000_000),
                            order_volume:number, transaction_volume:number,
                            ratio_limit:number(0, 1_000_000_000))).

% What is measured.

:- parameter(lag_most_ms, 5_000, "from event to its evaluation").
:- parameter(alert_most_ms, 5_000, "RTS 7 Article 12(3)").

:- measure(covered, all(coverage, evaluated = received), over(1, d)).
:- measure(lag_ms, max(coverage, lag_ms), over(1, d)).
:- measure(alert_ms, max(alert, (emitted - triggered) / duration(1, ms)), over(30, d),
           [unit("ms")]).
% Orders over transactions, less one, by number and by volume; with no transaction, orders count.
:- measure(ratios_within,
           latest_all(session_counts, id,
                      ( ( transactions = 0, orders =< ratio_limit
                        ; transactions > 0, orders - transactions =< ratio_limit * transactions
                        ),
                        ( transaction_volume = 0
                        ; order_volume - transaction_volume =< ratio_limit * transaction_volume
                        )
                      ))).

% What is required.

:- control('trading.surveillance-coverage', trading_surveillance_coverage/2,
           [ title("Every order and trade received is evaluated, within 5 s"),
             basis(regulation), severity(high),
             cites([ citation("(EU) 2017/589", "RTS 6", "Article 13(2) and (3)"),
                     citation("MAR", "(EU) No 596/2014", "Article 16(1) and (2)",
                              [verified(false)]),
                     citation("(EU) 2016/957", "", "Articles 2 and 3", [verified(false)]),
                     "The lag is an own target"
                   ])
           ]).

%!  trading_surveillance_coverage(+System, -Covered) is semidet.

trading_surveillance_coverage(System, Covered) :-
    measured(System, covered, Covered),
    ( Covered == none -> true ; Covered == true ),
    measured(System, lag_ms, LagMs),
    param(trading_surveillance, lag_most_ms, Most),
    ( LagMs == none -> true ; LagMs =< Most ).

:- control('trading.surveillance-alert', trading_surveillance_alert/2,
           [ title("An alert comes within 5 s of what triggered it"),
             basis(regulation), severity(high),
             cites([ citation("(EU) 2017/584", "RTS 7", "Article 12(3)"),
                     citation("(EU) 2017/589", "RTS 6", "Article 16(5)", [verified(false)])
                   ])
           ]).

%!  trading_surveillance_alert(+System, -DelayMs) is semidet.
%
%   DelayMs is the longest time of 30 days from a trigger to its alert.

trading_surveillance_alert(System, DelayMs) :-
    measured(System, alert_ms, DelayMs),
    param(trading_surveillance, alert_most_ms, Most),
    ( DelayMs == none -> true ; DelayMs =< Most ).

:- control('trading.order-to-trade-ratio', trading_order_to_trade_ratio/2,
           [ title("Orders per trade stay under the venue's limit, by number and by volume"),
             basis(regulation), severity(medium),
             cites([ citation("(EU) 2017/566", "RTS 9", "Articles 1 and 3"),
                     citation("ESMA", "QA 1615", "no transaction in the session"),
                     citation("MiFID II", "2014/65/EU", "Article 48(6)")
                   ])
           ]).

%!  trading_order_to_trade_ratio(+System, -Within) is semidet.
%
%   Within is `true` when the latest counts of each member, instrument and session are under it.

trading_order_to_trade_ratio(System, Within) :-
    measured(System, ratios_within, Within),
    ( Within == none -> true ; Within == true ).

%!  trading_surveillance_compliant(+System) is semidet.

trading_surveillance_compliant(System) :-
    trading_surveillance_coverage(System, _),
    trading_surveillance_alert(System, _),
    trading_order_to_trade_ratio(System, _).
