:- module(trading_patterns,
          [ trading_wash_trade/2,           % +System, -Pairs
            trading_layering/2,             % +System, -Episodes
            trading_front_running/2,        % +System, -Episodes
            trading_momentum_ignition/2,    % +System, -Episodes
            trading_patterns_compliant/1    % +System
          ]).

/** <module> Trading room: four patterns of market abuse

The rule books give the shapes of these patterns, the numbers are ours and are tuned. An episode is
an indicator and no proof: intent is for a person to judge. Prices are in ticks; `touch_ticks` is
how far from the best price of its side an order stands when it comes in, `depth_permille` its share
of the five best levels of that side, both from the gateway's view of the book.
*/

% What is taken in. Both sides of a trade send an execution, with the same match_id.

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

% What is measured.

:- parameter(block, 10_000, "shares of a client order that is a block").
:- parameter(large, 2_000, "shares of a trade that moves a price").
:- parameter(late_s, 2, "events come in order but for so many seconds").

% One owner on both sides of a trade.
:- measure(self_matches,
           episodes([ one: (exec, phase = continuous),
                      other: (exec, ( side \= one:side, phase = continuous ))
                    ], on([match_id, owner]), within(1, s)),
           over(1, d), [lateness(param(late_s), s)]).

% Two accounts of an owner trade opposite ways: price within 0.1 %, size within 5 %.
:- measure(wash_pairs,
           episodes([ one: (exec, phase = continuous),
                      other: (exec, ( side \= one:side,
                                      trader \= one:trader,
                                      phase = continuous,
                                      abs(price - one:price) * 1_000 =< one:price,
                                      abs(qty - one:qty) * 20 =< one:qty
                                    ))
                    ], on([owner, instrument]), within(1, s)),
           over(5, min), [greatest, lateness(param(late_s), s)]).

% Three orders at two or more levels near the touch, a fill on the other side, three pulls of the
% orders' side within 5 s of it.
:- measure(layering,
           episodes([ stack: (order_new, ( touch_ticks =< 5, depth_permille >= 70 )),
                      more: times(2, order_new, ( side = stack:side,
                                                  trader = stack:trader,
                                                  price \= stack:price,
                                                  touch_ticks =< 5,
                                                  depth_permille >= 70
                                                )),
                      \+ (exec, ( side = stack:side, qty * 2 >= stack:qty )),
                      hit: (exec, ( side \= stack:side, qty * 2 >= stack:qty )),
                      pull: times(3, order_cancel, ( side = stack:side,
                                                     cause = user,
                                                     at - hit:at =< duration(5, s)
                                                   ))
                    ], on([owner, instrument]), within(30, s)),
           over(1, d), [lateness(param(late_s), s)]).

% An own order on the side of a client's block, before the block's first fill, where it is seen.
:- measure(front_running,
           episodes([ client: (order_new, ( capacity = client, qty >= param(block) )),
                      \+ (exec, order_id = client:order_id),
                      \+ (order_cancel, order_id = client:order_id),
                      own: (order_new, ( capacity = own, side = client:side ))
                    ], on([desk, instrument]), within(10, min)),
           over(1, d), [lateness(param(late_s), s)]).

% Five aggressive trades one way within a minute, the price follows by 0.3 %, and turning round
% within five minutes.
:- measure(momentum_ignition,
           episodes([ burst: times(5, exec, ( aggressive,
                                              qty >= param(large),
                                              side = burst:side,
                                              at - burst:at =< duration(60, s)
                                            )),
                      peak: (exec, ( aggressive,
                                     side = burst:side,
                                     at - burst:at =< duration(60, s),
                                     ( side = buy, (price - burst:price) * 1_000 >= 3 * burst:price
                                     ; side = sell, (burst:price - price) * 1_000 >= 3 * burst:price
                                     )
                                   )),
                      back: times(3, exec, ( side \= burst:side,
                                             qty * 2 >= burst:qty,
                                             at - peak:at =< duration(5, min)
                                           ))
                    ], on([owner, instrument]), within(6, min)),
           over(1, d), [lateness(param(late_s), s)]).

% What is required.

:- control('trading_patterns.wash-trade', trading_wash_trade/2,
           [ title("No owner trades with itself, or round between its accounts"),
             basis(shape_regulation), severity(high),
             cites([ citation("(EU) 2016/522", "", "Annex II section 1 point 3(a)"),
                     citation("FINRA", "5210.02", "self-trades"),
                     citation("MAR", "(EU) No 596/2014", "Article 12(1)(a)", [verified(false)])
                   ])
           ]).

%!  trading_wash_trade(+System, -Pairs) is semidet.
%
%   Pairs is the most round trips of one owner in an instrument within 5 min.

trading_wash_trade(System, Pairs) :-
    measured(System, wash_pairs, Pairs),
    Pairs < 3,
    measured(System, self_matches, Matches),
    Matches =:= 0.

:- control('trading_patterns.layering-spoofing', trading_layering/2,
           [ title("No orders are stacked on one side and pulled after a fill on the other"),
             basis(shape_regulation), severity(high),
             cites([ citation("FINRA", "5210.03", "disruptive quoting and trading"),
                     citation("CEA", "", "section 4c(a)(5)(C)"),
                     citation("MAR", "(EU) No 596/2014", "Article 12(2)(c)", [verified(false)])
                   ])
           ]).

%!  trading_layering(+System, -Episodes) is semidet.

trading_layering(System, Episodes) :-
    measured(System, layering, Episodes),
    Episodes =:= 0.

:- control('trading_patterns.front-running', trading_front_running/2,
           [ title("No own order goes before a client's block"),
             basis(shape_regulation), severity(critical),
             cites([ citation("FINRA", "5270", "front running of block transactions"),
                     citation("MAR", "(EU) No 596/2014", "Articles 7(1)(d) and 8",
                              [verified(false)])
                   ])
           ]).

%!  trading_front_running(+System, -Episodes) is semidet.

trading_front_running(System, Episodes) :-
    measured(System, front_running, Episodes),
    Episodes =:= 0.

:- control('trading_patterns.momentum-ignition', trading_momentum_ignition/2,
           [ title("Nobody starts a move of the price and turns round on it"),
             basis(shape_regulation), severity(high),
             cites([ citation("(EU) 2016/522", "", "Annex II section 1 point 4(e)"),
                     citation("FINRA", "5210.03", "disruptive quoting and trading")
                   ])
           ]).

%!  trading_momentum_ignition(+System, -Episodes) is semidet.

trading_momentum_ignition(System, Episodes) :-
    measured(System, momentum_ignition, Episodes),
    Episodes =:= 0.

%!  trading_patterns_compliant(+System) is semidet.

trading_patterns_compliant(System) :-
    trading_wash_trade(System, _),
    trading_layering(System, _),
    trading_front_running(System, _),
    trading_momentum_ignition(System, _).
