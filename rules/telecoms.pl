:- module(telecoms,
          [ telecoms_uptime/2,          % +System, -Uptime
            telecoms_redundancy/2,      % +System, -Spare
            telecoms_failover/2,        % +System, -DurationMs
            telecoms_compliant/1,       % +System
            telecoms_failover_event/2   % ?Event, ?Proof
          ]).

/** <module> Telecoms: five nines, N+2, protection switching within 50 ms

The limits of uptime and redundancy are targets of ours: no regulation sets an availability
percentage or a number of spare units.
*/

:- pack(telecoms, "1.0").

% What is taken in.

:- telemetry(heartbeat(service:string, status:one_of(up, down))).
:- telemetry(redundancy(group:string, healthy:integer(0, 1_000_000),
                        required:integer(0, 1_000_000))).
:- telemetry(failover(from_system:atom, to_system:atom, duration_ms:number(0, 1_000_000_000),
                      drill:optional(bool)),
             [term([timestamp, from_system, to_system, duration_ms])]).

% What is measured.

:- parameter(uptime_window_days, 365).
:- parameter(uptime_heartbeats_least, 60).
:- parameter(uptime_heartbeats_provisional, 300_000).
:- parameter(redundancy_stale_hours, 1).
:- parameter(failover_window_days, 90).

:- measure(uptime, availability(heartbeat, status = up, every(1, s)),
           over(param(uptime_window_days), d),
           [ by(service),
             at_least(param(uptime_heartbeats_least)),
             provisional_below(param(uptime_heartbeats_provisional))
           ]).
:- measure(redundancy, last(redundancy, healthy - required),
           [ by(group),
             stale_after(param(redundancy_stale_hours), h)
           ]).
:- measure(failover_ms, max(failover, duration_ms), over(param(failover_window_days), d)).

% What is required.

:- control('telecoms.uptime', telecoms_uptime/2,
           [ title("Services are available 99.999 % of the time"),
             basis(target), severity(high), prove(slot),
             cites([ "Own target; no regulation sets this percentage",
                     citation("TL 9000", "", "system outage measure (SO)"),
                     citation("NIST SP 800-53", "Rev. 5", "CP-2, CP-10"),
                     citation("ISO/IEC 27001", "2022", "A.8.14")
                   ])
           ]).

%!  telecoms_uptime(+System, -Uptime) is semidet.
%
%   Uptime is the part of the observed time during which the services of System were up, summed over
%   them, over 365 days: for one service 315.36 s of downtime are the budget.

telecoms_uptime(System, Uptime) :-
    measured(System, uptime, Uptime),
    Uptime >= 0.99999.

:- control('telecoms.redundancy', telecoms_redundancy/2,
           [ title("Each group runs with two spare units (N+2)"),
             basis(target), severity(high), prove(slot),
             cites([ "Own target; no regulation sets this number",
                     citation("NIST SP 800-53", "Rev. 5", "CP-2, CP-7, CP-8"),
                     citation("ISO/IEC 27001", "2022", "A.8.14")
                   ])
           ]).

%!  telecoms_redundancy(+System, -Spare) is semidet.
%
%   Spare is healthy minus required units, the least over the groups of System.

telecoms_redundancy(System, Spare) :-
    measured(System, redundancy, Spare),
    Spare >= 2.

:- control('telecoms.failover', telecoms_failover/2,
           [ title("Failovers complete within 50 ms"),
             basis(standard), severity(high), prove(event),
             cites([ citation("ITU-T G.841", "10/98", "switch completion", [verified(false)]),
                     citation("ISO/IEC 27001", "2022", "A.8.14"),
                     citation("NIST SP 800-53", "Rev. 5", "CP-10")
                   ])
           ]).

%!  telecoms_failover(+System, -DurationMs) is semidet.
%
%   DurationMs is the longest failover of 90 days, `none` when there was none.

telecoms_failover(System, DurationMs) :-
    measured(System, failover_ms, DurationMs),
    (   DurationMs == none
    ->  true
    ;   DurationMs =< 50
    ).

%!  telecoms_compliant(+System) is semidet.

telecoms_compliant(System) :-
    telecoms_uptime(System, _),
    telecoms_redundancy(System, _),
    telecoms_failover(System, _).

:- check(failover, telecoms_failover_event/2).

%!  telecoms_failover_event(?Event, ?Proof) is nondet.
%
%   Event = failover(timestamp(_), from_system(_), to_system(_), duration_ms(_)) completed in time.

telecoms_failover_event(Event, Proof) :-
    Event = failover(timestamp(_), from_system(_), to_system(_), duration_ms(DurationMs)),
    observed(Event, Index),
    DurationMs =< 50,
    event_proof(Index, Proof).
