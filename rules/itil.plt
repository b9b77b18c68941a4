:- begin_tests(itil).

% Incident response.

test(incident_compliant, [given([measured(s, response_min, 4.5)])]) :-
    itil_incident(s, 9r2).
test(incident_violated, [given([measured(s, response_min, 15.0000001)]), fail]) :-
    itil_incident(s, _).
test(incident_exactly_at_the_limit, [given([measured(s, response_min, 15)])]) :-
    itil_incident(s, 15).
test(incident_none_in_the_window, [given([measured(s, response_min, none)])]) :-
    itil_incident(s, none).
test(incident_evidence_missing,
     [ given([missing(s, response_min, "no incident observed")]),
       unknown
     ]) :-
    itil_incident(s, _).

% Changes.

test(change_compliant_at_the_limit, [given([measured(s, changes_approved, true)])]) :-
    itil_change(s, true).
test(change_violated, [given([measured(s, changes_approved, false)]), fail]) :-
    itil_change(s, _).
test(change_evidence_missing,
     [ given([missing(s, changes_approved, "no change observed")]),
       unknown
     ]) :-
    itil_change(s, _).

% Service level.

test(service_level_compliant, [given([measured(s, service_level, 1)])]) :-
    itil_service_level(s, 1).
test(service_level_violated, [given([measured(s, service_level, 0.99989999999)]), fail]) :-
    itil_service_level(s, _).
test(service_level_exactly_at_the_limit,
     [given([measured(s, service_level, 2591740800r2592000000)])]) :-
    itil_service_level(s, 9999r10000).
test(service_level_evidence_missing,
     [ given([missing(s, service_level, "nothing reported")]),
       unknown
     ]) :-
    itil_service_level(s, _).

% The level.

test(level_compliant,
     [ given([ measured(s, response_min, none),
               measured(s, changes_approved, true),
               measured(s, service_level, 1)
             ])
     ]) :-
    itil_compliant(s).
test(level_violated,
     [ given([ measured(s, response_min, 16),
               measured(s, changes_approved, true),
               measured(s, service_level, 1)
             ]),
       fail
     ]) :-
    itil_compliant(s).

% The operation check.

test(incident_event_in_time) :-
    Event = incident(id("i-1"), reported(0), responded(900_000_000_000), response_time_min(15)),
    itil_incident_event(Event, _).
test(incident_event_late, fail) :-
    itil_incident_event(incident(id("i-1"), reported(0), responded(1), response_time_min(15.1)), _).
test(incident_event_unanswered, unknown) :-
    Event = incident(id("i-1"), reported(0), responded(none), response_time_min(none)),
    itil_incident_event(Event, _).

test(board_named) :-
    Event = change(id("c"), cab_approved(true), board("CAB 7"), requester("a"), approver("b")),
    has_change_advisory_board(Event).
test(board_missing, fail) :-
    Event = change(id("c"), cab_approved(true), board(none), requester("a"), approver("b")),
    has_change_advisory_board(Event).
test(board_did_not_approve, fail) :-
    Event = change(id("c"), cab_approved(false), board("CAB 7"), requester("a"), approver("b")),
    has_change_advisory_board(Event).
test(boards_looked_up,
     [ given([ event(3, s, 1,
                     change(id("c1"), cab_approved(true), board("CAB"), requester("a"),
                             approver("b"))),
               event(4, s, 2,
                     change(id("c2"), cab_approved(true), board(none), requester("a"),
                             approver("b")))
             ]),
       all(Id == ["c1"])
     ]) :-
    has_change_advisory_board(change(id(Id), _, _, _, _)).

:- end_tests(itil).
