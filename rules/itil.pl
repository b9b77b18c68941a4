:- module(itil,
          [ itil_incident/2,            % +System, -ResponseMin
            itil_change/2,              % +System, -Approved
            itil_service_level/2,       % +System, -Availability
            itil_compliant/1,           % +System
            itil_incident_event/2,      % ?Event, ?Proof
            has_change_advisory_board/1 % ?Change
          ]).

/** <module> ITIL: incident response, change enablement, service level

ISO/IEC 20000-1 asks for agreed targets; the numbers are ours.
*/

:- pack(itil, "1.0").

% What is taken in.

:- telemetry(incident(id:string, priority:integer(1, 5), reported:time, responded:optional(time)),
             [term([id, reported, responded, response_time_min = minutes(reported, responded)])]).
:- telemetry(change(id:string, cab_approved:bool, board:optional(string),
                    requester:optional(string), approver:optional(string)),
             [term([id, cab_approved, board, requester, approver])]).
:- telemetry(service_level(service:string, good:integer(0, 1_000_000_000),
                           total:integer(0, 1_000_000_000)),
             [require([good =< total])]).

% What is measured.

:- parameter(incident_window_days, 30).
:- parameter(change_window_days, 30).
:- parameter(service_level_window_days, 30).

:- measure(response_min, response(incident, id, reported, responded),
           over(param(incident_window_days), d)).
:- measure(changes_approved,
           all(change, ( cab_approved = true,
                         given(board),
                         given(requester),
                         given(approver),
                         approver \= requester
                       )),
           over(param(change_window_days), d)).
:- measure(service_level, ratio(service_level, good, total),
           over(param(service_level_window_days), d)).

% What is required.

:- control('itil.incident_response', itil_incident/2,
           [ title("Incidents are answered within 15 minutes"),
             basis(target), severity(high), prove(slot),
             cites([ citation("ISO/IEC 20000-1", "2018", "8.6.1"),
                     citation("ISO/IEC 20000-1", "2018", "8.3.3", [verified(false)]),
                     citation("ITIL", "4", "incident management"),
                     citation("NIST SP 800-53", "Rev. 5", "IR-4, IR-5")
                   ])
           ]).

%!  itil_incident(+System, -ResponseMin) is semidet.
%
%   ResponseMin is the longest response of 30 days in minutes; an unanswered incident counts as it
%   runs. `none` when there was no incident.

itil_incident(System, ResponseMin) :-
    measured(System, response_min, ResponseMin),
    (   ResponseMin == none
    ->  true
    ;   ResponseMin =< 15
    ).

:- control('itil.change_approved', itil_change/2,
           [ title("Every change is approved by the change advisory board"),
             basis(standard), severity(high), prove(event),
             cites([ citation("ISO/IEC 20000-1", "2018", "8.5.1", [verified(false)]),
                     citation("NIST SP 800-53", "Rev. 5", "CM-3 b, CM-3(1)(d), CM-5"),
                     citation("ISO/IEC 27001", "2022", "A.8.32"),
                     citation("ITIL", "4", "change enablement", [verified(false)])
                   ])
           ]).

%!  itil_change(+System, -Approved) is semidet.
%
%   Approved is `true` when each change of 30 days is approved, names its board, and its approver is
%   not its requester; `none` when there was no change.

itil_change(System, Approved) :-
    measured(System, changes_approved, Approved),
    (   Approved == none
    ->  true
    ;   Approved == true
    ).

:- control('itil.service_level', itil_service_level/2,
           [ title("Services are good 99.99 % of the time"),
             basis(target), severity(high), prove(event),
             cites([ citation("ISO/IEC 20000-1", "2018", "8.7.1"),
                     citation("ISO/IEC 20000-1", "2018", "8.3.3", [verified(false)]),
                     citation("NIST SP 800-53", "Rev. 5", "CP-2, CP-10")
                   ])
           ]).

%!  itil_service_level(+System, -Availability) is semidet.
%
%   Availability is good over total seconds of 30 days, `none` when nothing was reported.

itil_service_level(System, Availability) :-
    measured(System, service_level, Availability),
    (   Availability == none
    ->  true
    ;   Availability >= 0.9999
    ).

%!  itil_compliant(+System) is semidet.

itil_compliant(System) :-
    itil_incident(System, _),
    itil_change(System, _),
    itil_service_level(System, _).

:- check(incident, itil_incident_event/2).

%!  itil_incident_event(?Event, ?Proof) is nondet.
%
%   Event = incident(id(_), reported(_), responded(_), response_time_min(_)) was answered in time.

itil_incident_event(Event, Proof) :-
    Event = incident(id(_), reported(_), responded(_), response_time_min(Minutes)),
    observed(Event, Index),
    answered_in_time(Minutes, Index),
    event_proof(Index, Proof).

% Without an answer yet there is nothing to judge: the measure watches the clock.
answered_in_time(Minutes, Index) :-
    (   Minutes == none
    ->  undecided(Index, "not answered yet")
    ;   Minutes =< 15
    ).

%!  has_change_advisory_board(?Change) is nondet.
%
%   The change is approved, and names the board that approved it.

has_change_advisory_board(Change) :-
    Change = change(_, cab_approved(Approved), board(Board), _, _),
    observed(Change),
    Approved == true,
    Board \== none,
    Board \== "".
