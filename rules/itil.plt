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
test(change_none_in_the_window, [given([measured(s, changes_approved, none)])]) :-
    itil_change(s, none).
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
test(service_level_none_in_the_window, [given([measured(s, service_level, none)])]) :-
    itil_service_level(s, none).
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

test(level_violated_by_a_change,
     [ given([ measured(s, response_min, 15),
               measured(s, changes_approved, false),
               measured(s, service_level, 1)
             ]),
       fail
     ]) :-
    itil_compliant(s).
test(level_violated_by_the_service_level,
     [ given([ measured(s, response_min, 15),
               measured(s, changes_approved, true),
               measured(s, service_level, 0.999)
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
test(incident_event_not_there, fail) :-
    itil_incident_event(incident(_, _, _, _), _).
test(incident_event_of_another_shape, fail) :-
    itil_incident_event(trade(timestamp(1), latency_ms(1), segregated(true)), _).

test(board_named) :-
    Event = change(id("c"), cab_approved(true), board("CAB 7"), requester("a"), approver("b")),
    has_change_advisory_board(Event).
test(board_missing, fail) :-
    Event = change(id("c"), cab_approved(true), board(none), requester("a"), approver("b")),
    has_change_advisory_board(Event).
test(board_did_not_approve, fail) :-
    Event = change(id("c"), cab_approved(false), board("CAB 7"), requester("a"), approver("b")),
    has_change_advisory_board(Event).
test(board_without_a_name, fail) :-
    Event = change(id("c"), cab_approved(true), board(""), requester("a"), approver("b")),
    has_change_advisory_board(Event).
test(board_of_no_change) :-
    \+ has_change_advisory_board(change(_, _, _, _, _)),
    \+ has_change_advisory_board(trade(timestamp(1), latency_ms(1), segregated(true))).
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

% By events: what the promised windows and limits do.

test(incident_runs_until_it_is_answered,
     [feed([ at(0, s, incident(id("i-1"), priority(1), reported(ago(0, s)))),
             wait(15, min),
             holds(verdict('itil.incident_response', compliant)),
             wait(1, ms),
             holds(verdict('itil.incident_response', non_compliant)),
             wait(60, d),
             holds(verdict('itil.incident_response', non_compliant))
           ])]) :-
    verdict('itil.incident_response', non_compliant).
test(incident_answered_at_the_limit,
     [feed([ at(15, min, incident(id("i-1"), priority(1), reported(ago(15, min)),
                                  responded(ago(0, s))))
           ])]) :-
    measured(s, response_min, 15),
    verdict('itil.incident_response', compliant).
test(change_by_events,
     [feed([ at(0, s, change(id("c-1"), cab_approved(true), board("CAB 7"), requester("ada"),
                             approver("bob"))),
             holds(verdict('itil.change_approved', compliant)),
             at(1, s, change(id("c-2"), cab_approved(true), requester("ada"),
                             approver("bob")))
           ])]) :-
    verdict('itil.change_approved', non_compliant).
test(change_approved_by_its_requester,
     [feed([ at(0, s, change(id("c-1"), cab_approved(true), board("CAB 7"), requester("ada"),
                             approver("ada")))
           ])]) :-
    verdict('itil.change_approved', non_compliant).
test(service_level_at_the_limit,
     [feed([ at(0, s, service_level(service("mail"), good(3_599), total(3_600))),
             at(1, h, service_level(service("mail"), good(32_397), total(32_400))),
             holds(verdict('itil.service_level', non_compliant)),
             at(2, h, service_level(service("web"), good(4_000), total(4_000)))
           ])]) :-
    measured(s, service_level, 9_999r10_000),
    verdict('itil.service_level', compliant).

:- end_tests(itil).
