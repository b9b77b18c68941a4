:- begin_tests(trading_patterns).

test(wash_met, [given([measured(s, wash_pairs, 0), measured(s, self_matches, 0)])]) :-
    trading_wash_trade(s, _).
test(wash_just_below, [given([measured(s, wash_pairs, 2), measured(s, self_matches, 0)])]) :-
    trading_wash_trade(s, 2).
test(wash_at_the_limit,
     [given([measured(s, wash_pairs, 3), measured(s, self_matches, 0)]), fail]) :-
    trading_wash_trade(s, _).
test(wash_violated, [given([measured(s, wash_pairs, 4), measured(s, self_matches, 0)]), fail]) :-
    trading_wash_trade(s, _).
test(wash_self_match, [given([measured(s, wash_pairs, 0), measured(s, self_matches, 1)]), fail]) :-
    trading_wash_trade(s, _).
test(wash_missing, [given([missing(s, wash_pairs, "no exec observed")]), unknown]) :-
    trading_wash_trade(s, _).

test(layering_met, [given([measured(s, layering, 0)])]) :-
    trading_layering(s, 0).
test(layering_violated, [given([measured(s, layering, 1)]), fail]) :-
    trading_layering(s, _).
test(layering_missing, [given([missing(s, layering, "no order observed")]), unknown]) :-
    trading_layering(s, _).

test(front_running_met, [given([measured(s, front_running, 0)])]) :-
    trading_front_running(s, 0).
test(front_running_violated, [given([measured(s, front_running, 2)]), fail]) :-
    trading_front_running(s, _).
test(front_running_missing, [given([missing(s, front_running, "no order observed")]), unknown]) :-
    trading_front_running(s, _).

test(momentum_met, [given([measured(s, momentum_ignition, 0)])]) :-
    trading_momentum_ignition(s, 0).
test(momentum_violated, [given([measured(s, momentum_ignition, 1)]), fail]) :-
    trading_momentum_ignition(s, _).
test(momentum_missing, [given([missing(s, momentum_ignition, "no exec observed")]), unknown]) :-
    trading_momentum_ignition(s, _).

:- end_tests(trading_patterns).
