:- module(trading_surveillance,
          [ trading_surveillance_coverage/2,    % +System, -Covered
            trading_surveillance_alert/2,       % +System, -DelayMs
            trading_wash_trade/2,               % +System, -Pairs
            trading_layering_spoofing/2,        % +System, -Episodes
            trading_front_running/2,            % +System, -Episodes
            trading_momentum_ignition/2,        % +System, -Episodes
            trading_order_to_trade_ratio/2,     % +System, -Within
            trading_surveillance_compliant/1    % +System
          ]).

/** <module> Trading room: market abuse surveillance

The rule books give the shapes of these patterns; the numbers are ours and are tuned. An episode is
an indicator and no proof: intent is for a person to judge. Prices are in ticks; `touch_ticks`
is how far from the best price of its side an order stands when it comes in, `depth_permille` its
share of the five best levels of that side, both from the gateway's view of the book. Both sides of
a trade send an execution, with the same match_id.
*/

:- pack(trading, "1.0", [on_request]).

% What is taken in. Counts of a session come once, when it is over.

:- telemetry(coverage(venue:string, session:string, received:integer(0, 1_000_000_000_000),
                      evaluated:integer(0, 1_000_000_000_000),
                      lag_ms:number(0, 1_000_000_000))).
:- telemetry(alert(id:string, pattern:string, trigger:string, triggered:time, emitted:time)).
:- telemetry(order_new(order_id:string, owner:atom, trader:atom, desk:atom,
                       capacity:one_of(own, client), instrument:atom, side:one_of(buy, sell),
                       price:integer(0, 1_000_000_000), qty:integer(1, 1_000_000_000),
                       touch_ticks:integer(0, 1_000_000), depth_permille:integer(0, 1_000_000),
                       at:time)).
:- telemetry(order_cancel(order_id:string, owner:atom, trader:atom, desk:atom, instrument:atom,
                          side:one_of(buy, sell), cause:one_of(user, uncross, disconnect, kill),
                          at:time)).
:- telemetry(exec(match_id:string, order_id:string, owner:atom, trader:atom, instrument:atom,
                  desk:atom, side:one_of(buy, sell), price:integer(0, 1_000_000_000),
                  qty:integer(1, 1_000_000_000), aggressive:bool,
                  phase:one_of(continuous, auction), at:time)).
:- telemetry(session_counts(id:string, member:string, instrument:string, session:string,
                            orders:integer(0, 1_000_000_000_000),
                            transactions:integer(0, 1_000_000_000_000),
                            order_volume:number, transaction_volume:number,
                            ratio_limit:number(0, 1_000_000_000))).

% What is measured.

:- parameter(lag_most_ms, 5_000, [unit(ms), about("from event to its evaluation")]).
:- parameter(alert_most_ms, 5_000, [unit(ms), about("RTS 7 Article 12(3)")]).
:- parameter(wash_pairs_fewer_than, 3, [about("round trips of an owner in 5 min")]).
:- parameter(wash_price_permille, 1, [about("how far apart two prices are near")]).
:- parameter(wash_quantity_percent, 5, [about("how far apart two sizes are near")]).
:- parameter(near_touch_ticks, 5).
:- parameter(stacked_permille, 70, [about("of the visible depth by each of three orders")]).
:- parameter(block_shares, 10_000, [about("a client order that is a block")]).
:- parameter(large_shares, 2_000, [about("a trade that moves a price")]).
:- parameter(moved_permille, 3, [about("how far a price is driven")]).
:- parameter(session_window_days, 30).
:- parameter(coverage_age_most_h, 96, [unit(h), about("a session's end; a long weekend passes")]).
:- parameter(late_seconds, 2, [unit(s), about("events come in order but for so long")]).

:- measure(covered, all(coverage, evaluated = received), over(1, d)).
:- measure(lag_ms, max(coverage, lag_ms), over(1, d)).
:- measure(coverage_age_h, age(coverage), [by(venue), in(h)]).
:- measure(alert_ms, max(alert, (emitted - triggered) / duration(1, ms)), over(30, d),
           [unit("ms")]).
% One owner on both sides of a trade.
:- measure(self_matches,
           episodes([ one: (exec, phase = continuous),
                      other: (exec, ( side \= one:side, phase = continuous ))
                    ], on([match_id, owner]), within(1, s)),
           over(1, d), [lateness(param(late_seconds), s)]).
% Two accounts of an owner trade opposite ways, near in price and size; the most of an owner.
:- measure(wash_pairs,
           episodes([ one: (exec, phase = continuous),
                      other: (exec, ( side \= one:side,
                                      trader \= one:trader,
                                      phase = continuous,
                                      abs(price - one:price) * 1_000 =<
                                          param(wash_price_permille) * one:price,
                                      abs(qty - one:qty) * 100 =<
                                          param(wash_quantity_percent) * one:qty
                                    ))
                    ], on([owner, instrument]), within(1, s)),
           over(5, min), [greatest, lateness(param(late_seconds), s)]).
% The three steps of FINRA 5210.03: three orders at two or more levels near the touch, a fill on the
% other side, three pulls of the orders' side within 5 s of it.
:- measure(layering,
           episodes([ stack: (order_new, ( touch_ticks =< param(near_touch_ticks),
                                           depth_permille >= param(stacked_permille)
                                         )),
                      more: times(2, order_new, ( side = stack:side,
                                                  trader = stack:trader,
                                                  price \= stack:price,
                                                  touch_ticks =< param(near_touch_ticks),
                                                  depth_permille >= param(stacked_permille)
                                                )),
                      \+ (exec, ( side = stack:side, qty * 2 >= stack:qty )),
                      hit: (exec, ( side \= stack:side, qty * 2 >= stack:qty )),
                      pull: times(3, order_cancel, ( side = stack:side,
                                                     cause = user,
                                                     at - hit:at =< duration(5, s)
                                                   ))
                    ], on([owner, instrument]), within(30, s)),
           over(1, d), [lateness(param(late_seconds), s)]).
% An own order on the side of a client's block, before the block's first fill, where it is seen.
:- measure(front_running,
           episodes([ client: (order_new, ( capacity = client, qty >= param(block_shares) )),
                      \+ (exec, order_id = client:order_id),
                      \+ (order_cancel, order_id = client:order_id),
                      own: (order_new, ( capacity = own, side = client:side ))
                    ], on([desk, instrument]), within(10, min)),
           over(1, d), [lateness(param(late_seconds), s)]).
% Five aggressive trades one way within a minute, the price follows, and turning round within five
% minutes.
:- measure(momentum_ignition,
           episodes([ burst: times(5, exec, ( aggressive,
                                              qty >= param(large_shares),
                                              side = burst:side,
                                              at - burst:at =< duration(60, s)
                                            )),
                      peak: (exec, ( aggressive,
                                     side = burst:side,
                                     at - burst:at =< duration(60, s),
                                     ( side = buy,
                                       (price - burst:price) * 1_000 >=
                                           param(moved_permille) * burst:price
                                     ; side = sell,
                                       (burst:price - price) * 1_000 >=
                                           param(moved_permille) * burst:price
                                     )
                                   )),
                      back: times(3, exec, ( side \= burst:side,
                                             qty * 2 >= burst:qty,
                                             at - peak:at =< duration(5, min)
                                           ))
                    ], on([owner, instrument]), within(6, min)),
           over(1, d), [lateness(param(late_seconds), s)]).
% Orders over transactions, less one, by number and by volume; with no transaction, orders count.
:- measure(ratios_within,
           all(session_counts,
               ( ( transactions = 0, orders =< ratio_limit
                 ; transactions > 0, orders - transactions =< ratio_limit * transactions
                 ),
                 ( transaction_volume = 0
                 ; order_volume - transaction_volume =< ratio_limit * transaction_volume
                 )
               )),
           over(param(session_window_days), d)).

% What is required.

:- control('trading.surveillance-coverage', trading_surveillance_coverage/2,
           [ title("Every order and trade received is evaluated, within 5 s"),
             basis(regulation), severity(high),
             cites([ citation("(EU) 2017/589", "RTS 6", "Article 13(2) and (3)"),
                     citation("MAR", "(EU) No 596/2014", "Article 16(1) and (2)",
                              [verified(false)]),
                     citation("(EU) 2016/957", "", "Articles 2 and 3", [verified(false)]),
                     "The lag and the four days are own targets"
                   ])
           ]).

%!  trading_surveillance_coverage(+System, -Covered) is semidet.
%
%   Covered is `true` when each session of a day was; each venue is reported on within four days.

trading_surveillance_coverage(System, Covered) :-
    measured(System, covered, Covered),
    ( Covered == none -> true ; Covered == true ),
    measured(System, lag_ms, LagMs),
    param(System, lag_most_ms, Most),
    ( LagMs == none -> true ; LagMs =< Most ),
    measured(System, coverage_age_h, AgeH),
    param(System, coverage_age_most_h, AgeMost),
    AgeH =< AgeMost.

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
    param(System, alert_most_ms, Most),
    ( DelayMs == none -> true ; DelayMs =< Most ).

:- control('trading.wash-trade', trading_wash_trade/2,
           [ title("No owner trades with itself, exactly or nearly"),
             basis(shape_regulation), severity(high),
             cites([ citation("MAR", "(EU) No 596/2014", "Article 12(1)(a)", [verified(false)]),
                     citation("(EU) 2016/522", "", "Annex II, section 1, point 3(a)"),
                     citation("FINRA Rule 5210", "", "Supplementary Material .02"),
                     citation("Commodity Exchange Act", "", "section 4c(a)(1)-(2)",
                              [verified(false)]),
                     "The numbers are own targets"
                   ])
           ]).

%!  trading_wash_trade(+System, -Pairs) is semidet.
%
%   Pairs are the round trips of one owner within a second, near in price and size, the most of an
%   owner in 5 minutes. No match of a day has one owner on both sides.

trading_wash_trade(System, Pairs) :-
    measured(System, wash_pairs, Pairs),
    param(System, wash_pairs_fewer_than, Limit),
    Pairs < Limit,
    measured(System, self_matches, Matches),
    Matches =< 0.

:- control('trading.layering-spoofing', trading_layering_spoofing/2,
           [ title("No owner stacks one side, fills on the other and pulls the stack"),
             basis(shape_regulation), severity(high),
             cites([ citation("FINRA Rule 5210", "", "Supplementary Material .03"),
                     citation("Commodity Exchange Act", "", "section 4c(a)(5)(C)"),
                     citation("(EU) 2016/522", "", "Annex II: letter not checked",
                              [verified(false)]),
                     citation("MAR", "(EU) No 596/2014", "Article 12(2)(c)", [verified(false)]),
                     "The numbers are own targets"
                   ])
           ]).

%!  trading_layering_spoofing(+System, -Episodes) is semidet.
%
%   Episodes are those of a day; one raises an alert, three of a trader are a case.

trading_layering_spoofing(System, Episodes) :-
    measured(System, layering, Episodes),
    Episodes =< 0.

:- control('trading.front-running', trading_front_running/2,
           [ title("Nobody who sees a client's block orders the same side before its first fill"),
             basis(shape_regulation), severity(critical),
             cites([ citation("FINRA Rule 5270", "", "imminent block, related instrument"),
                     citation("FINRA Rule 5320", "", "(a)"),
                     citation("MAR", "(EU) No 596/2014", "Articles 7(1)(d) and 8",
                              [verified(false)]),
                     citation("(EU) 2017/565", "", "Article 28", [verified(false)]),
                     "The block size is an own default"
                   ])
           ]).

%!  trading_front_running(+System, -Episodes) is semidet.

trading_front_running(System, Episodes) :-
    measured(System, front_running, Episodes),
    Episodes =< 0.

:- control('trading.momentum-ignition', trading_momentum_ignition/2,
           [ title("No owner drives the price for a minute and turns round within five"),
             basis(shape_regulation), severity(high),
             cites([ citation("(EU) 2016/522", "", "Annex II, section 1, point 4(e)"),
                     citation("FINRA Rule 5210", "", "Supplementary Material .03, second type"),
                     citation("(EU) 2017/589", "RTS 6", "Article 13"),
                     "The numbers are own targets"
                   ])
           ]).

%!  trading_momentum_ignition(+System, -Episodes) is semidet.

trading_momentum_ignition(System, Episodes) :-
    measured(System, momentum_ignition, Episodes),
    Episodes =< 0.

:- control('trading.order-to-trade-ratio', trading_order_to_trade_ratio/2,
           [ title("Orders per trade keep the venue's limit, by number and by volume"),
             basis(regulation), severity(medium),
             cites([ citation("(EU) 2017/566", "RTS 9", "Articles 1 and 3"),
                     citation("ESMA", "QA 1615", "no transaction in the session"),
                     citation("MiFID II", "2014/65/EU", "Article 48(6)")
                   ])
           ]).

%!  trading_order_to_trade_ratio(+System, -Within) is semidet.
%
%   Within is `true` when each member, instrument and session of 30 days kept it.

trading_order_to_trade_ratio(System, Within) :-
    measured(System, ratios_within, Within),
    ( Within == none -> true ; Within == true ).

%!  trading_surveillance_compliant(+System) is semidet.

trading_surveillance_compliant(System) :-
    trading_surveillance_coverage(System, _),
    trading_surveillance_alert(System, _),
    trading_wash_trade(System, _),
    trading_layering_spoofing(System, _),
    trading_front_running(System, _),
    trading_momentum_ignition(System, _),
    trading_order_to_trade_ratio(System, _).
