:- begin_tests(telecoms).

% Uptime.

test(uptime_compliant, [given([measured(s, uptime, 1)])]) :-
    telecoms_uptime(s, 1).
test(uptime_violated, [given([measured(s, uptime, 0.9)]), fail]) :-
    telecoms_uptime(s, _).
test(uptime_exactly_at_the_limit,
     [ given([measured(s, uptime, 0.99999)]),
       Uptime == 99999r100000
     ]) :-
    telecoms_uptime(s, Uptime).
test(uptime_just_below_the_limit,
     [ given([measured(s, uptime, 0.99998999999999999999999999999999)]),
       fail
     ]) :-
    telecoms_uptime(s, _).
test(uptime_of_five_nines_as_microseconds,
     [given([measured(s, uptime, 31535684640000r31536000000000)])]) :-
    telecoms_uptime(s, _).
test(uptime_evidence_missing, [given([missing(s, uptime, "12 of 60 heartbeats")]), unknown]) :-
    telecoms_uptime(s, _).

% Redundancy.

test(redundancy_compliant, [given([measured(s, redundancy, 3)])]) :-
    telecoms_redundancy(s, 3).
test(redundancy_violated, [given([measured(s, redundancy, 1)]), fail]) :-
    telecoms_redundancy(s, _).
test(redundancy_exactly_at_the_limit, [given([measured(s, redundancy, 2)])]) :-
    telecoms_redundancy(s, 2).
test(redundancy_negative, [given([measured(s, redundancy, -1)]), fail]) :-
    telecoms_redundancy(s, _).
test(redundancy_evidence_missing, [given([missing(s, redundancy, "stale for 1 h")]), unknown]) :-
    telecoms_redundancy(s, _).

% Failover.

test(failover_compliant, [given([measured(s, failover_ms, 23)])]) :-
    telecoms_failover(s, 23).
test(failover_violated, [given([measured(s, failover_ms, 50.001)]), fail]) :-
    telecoms_failover(s, _).
test(failover_exactly_at_the_limit, [given([measured(s, failover_ms, 50)])]) :-
    telecoms_failover(s, 50).
test(failover_none_in_the_window, [given([measured(s, failover_ms, none)])]) :-
    telecoms_failover(s, none).
test(failover_evidence_missing, [given([missing(s, failover_ms, "never observed")]), unknown]) :-
    telecoms_failover(s, _).

% The level.

test(level_compliant,
     [given([measured(s, uptime, 1), measured(s, redundancy, 2), measured(s, failover_ms, 50)])]) :-
    telecoms_compliant(s).
test(level_violated,
     [ given([measured(s, uptime, 1), measured(s, redundancy, 1), measured(s, failover_ms, 50)]),
       fail
     ]) :-
    telecoms_compliant(s).
test(level_violated_by_uptime,
     [ given([measured(s, uptime, 0.9), measured(s, redundancy, 2), measured(s, failover_ms, 50)]),
       fail
     ]) :-
    telecoms_compliant(s).
test(level_violated_by_failover,
     [ given([measured(s, uptime, 1), measured(s, redundancy, 2), measured(s, failover_ms, 51)]),
       fail
     ]) :-
    telecoms_compliant(s).
test(level_evidence_missing,
     [ given([ measured(s, uptime, 1),
               measured(s, redundancy, 2),
               missing(s, failover_ms, "never observed")
             ]),
       unknown
     ]) :-
    telecoms_compliant(s).
test(unknown_system, [given([measured(s, uptime, 1)]), error(existence_error(system, nobody))]) :-
    telecoms_uptime(nobody, _).

% The operation check.

test(event_compliant) :-
    Event = failover(timestamp(1), from_system(primary), to_system(backup_1), duration_ms(23)),
    telecoms_failover_event(Event, _).
test(event_exactly_at_the_limit) :-
    Event = failover(timestamp(1), from_system(a), to_system(b), duration_ms(50)),
    telecoms_failover_event(Event, _).
test(event_violated, fail) :-
    Event = failover(timestamp(1), from_system(a), to_system(b), duration_ms(50.0000001)),
    telecoms_failover_event(Event, _).
test(event_enumerated,
     [ given([ event(1, s, 10,
                     failover(timestamp(10), from_system(a), to_system(b), duration_ms(20))),
               event(2, s, 20,
                     failover(timestamp(20), from_system(a), to_system(b), duration_ms(80))),
               event(3, s, 30,
                     failover(timestamp(30), from_system(b), to_system(a), duration_ms(30)))
             ]),
       all(Time == [10, 30])
     ]) :-
    telecoms_failover_event(failover(timestamp(Time), _, _, _), _).
test(event_not_there, fail) :-
    telecoms_failover_event(failover(_, _, _, _), _).
test(event_of_another_shape, fail) :-
    telecoms_failover_event(trade(timestamp(1), latency_ms(1), segregated(true)), _).

% By events: what the promised windows and limits do.

test(uptime_needs_60_heartbeats,
     [feed([ series(heartbeat(service("voice"), status($)), "upx59", every(1, s)),
             holds(verdict('telecoms.uptime', unknown)),
             at(1, s, heartbeat(service("voice"), status(up)))
           ])]) :-
    verdict('telecoms.uptime', compliant),
    measured(s, uptime, 1).
test(uptime_of_a_service_gone_silent,
     [feed([ series(heartbeat(service("voice"), status($)), "upx60", every(1, s)),
             series(heartbeat(service("data"), status($)), "upx120", every(1, s))
           ])]) :-
    verdict('telecoms.uptime', non_compliant).
test(redundancy_of_the_worst_group_until_it_is_stale,
     [feed([ at(0, s, redundancy(group("a"), healthy(6), required(4))),
             at(0, s, redundancy(group("b"), healthy(9), required(4))),
             wait(1, h),
             holds(measured(s, redundancy, 2)),
             holds(verdict('telecoms.redundancy', compliant)),
             at(0, s, redundancy(group("b"), healthy(5), required(4))),
             holds(verdict('telecoms.redundancy', non_compliant)),
             at(0, s, redundancy(group("b"), healthy(6), required(4))),
             holds(verdict('telecoms.redundancy', compliant)),
             wait(61, min)
           ])]) :-
    verdict('telecoms.redundancy', unknown).
test(failover_leaves_its_window,
     [feed([ at(0, s, failover(from_system(a), to_system(b), duration_ms(50.1), drill(true))),
             holds(verdict('telecoms.failover', non_compliant)),
             wait(89, d),
             holds(verdict('telecoms.failover', non_compliant)),
             wait(2, d)
           ])]) :-
    verdict('telecoms.failover', compliant),
    measured(s, failover_ms, none).

:- end_tests(telecoms).
