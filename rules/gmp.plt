:- begin_tests(gmp).

% Batch records.

test(batch_records_compliant_at_the_limit, [given([measured(s, batch_records, true)])]) :-
    gmp_batch_record(s, true).
test(batch_records_violated, [given([measured(s, batch_records, false)]), fail]) :-
    gmp_batch_record(s, _).
test(batch_records_none_in_the_window, [given([measured(s, batch_records, none)])]) :-
    gmp_batch_record(s, none).
test(batch_records_evidence_missing,
     [ given([missing(s, batch_records, "no batch observed")]),
       unknown
     ]) :-
    gmp_batch_record(s, _).

% Validation.

test(validation_compliant_at_the_limit, [given([measured(s, validation, true)])]) :-
    gmp_validation(s, true).
test(validation_violated, [given([measured(s, validation, false)]), fail]) :-
    gmp_validation(s, _).
test(validation_none, [given([measured(s, validation, none)])]) :-
    gmp_validation(s, none).
test(validation_evidence_missing,
     [ given([missing(s, validation, "no validation observed")]),
       unknown
     ]) :-
    gmp_validation(s, _).

% Change control.

test(change_control_compliant_at_the_limit, [given([measured(s, change_control, true)])]) :-
    gmp_change_control(s, true).
test(change_control_violated, [given([measured(s, change_control, false)]), fail]) :-
    gmp_change_control(s, _).
test(change_control_evidence_missing,
     [ given([missing(s, change_control, "no change observed")]),
       unknown
     ]) :-
    gmp_change_control(s, _).

% The level.

test(level_compliant,
     [ given([ measured(s, batch_records, true),
               measured(s, validation, true),
               measured(s, change_control, none)
             ])
     ]) :-
    gmp_compliant(s).
test(level_violated,
     [ given([ measured(s, batch_records, true),
               measured(s, validation, false),
               measured(s, change_control, true)
             ]),
       fail
     ]) :-
    gmp_compliant(s).

test(level_violated_by_a_batch_record,
     [ given([ measured(s, batch_records, false),
               measured(s, validation, true),
               measured(s, change_control, true)
             ]),
       fail
     ]) :-
    gmp_compliant(s).
test(level_violated_by_a_change,
     [ given([ measured(s, batch_records, true),
               measured(s, validation, true),
               measured(s, change_control, false)
             ]),
       fail
     ]) :-
    gmp_compliant(s).

% The operation check and the fields of a batch record.

test(batch_complete) :-
    Event = batch(id("b-1"), input("lot 7"), process(["mix"]), output("vial"), timestamp(5)),
    gmp_batch(Event, _).
test(batch_without_id, fail) :-
    gmp_batch(batch(id(none), input("lot 7"), process(["mix"]), output("vial"), timestamp(5)), _).
test(batch_with_an_empty_process, fail) :-
    gmp_batch(batch(id("b-1"), input("lot 7"), process([]), output("vial"), timestamp(5)), _).
test(batch_without_timestamp, fail) :-
    Event = batch(id("b-1"), input("lot 7"), process(["mix"]), output("vial"), timestamp(none)),
    gmp_batch(Event, _).
test(fields_one_by_one) :-
    Batch = batch(id("b-1"), input("lot 7"), process(["mix"]), output("vial"), timestamp(5)),
    has_batch_id(Batch),
    has_input(Batch),
    has_process(Batch),
    has_output(Batch),
    has_timestamp(Batch),
    has_all_fields(Batch).
test(fields_that_are_empty) :-
    Batch = batch(id(""), input(none), process([]), output(""), timestamp(none)),
    \+ has_batch_id(Batch),
    \+ has_input(Batch),
    \+ has_process(Batch),
    \+ has_output(Batch),
    \+ has_timestamp(Batch).
test(fields_of_no_batch) :-
    Other = validation(item("i"), protocol("VP-1"), report("VR-1"), status(approved)),
    \+ gmp_batch(Other, _),
    \+ has_batch_id(Other),
    \+ has_input(Other),
    \+ has_process(Other),
    \+ has_output(Other),
    \+ has_timestamp(Other),
    \+ has_all_fields(Other).
test(fields_of_a_batch_not_there) :-
    \+ gmp_batch(batch(_, _, _, _, _), _),
    \+ has_batch_id(_),
    \+ has_input(_),
    \+ has_process(_),
    \+ has_output(_),
    \+ has_timestamp(_).
test(an_unbound_batch_is_looked_up,
     [ given([ event(1, s, 5,
                     batch(id("b-1"), input("i"), process(["mix"]), output("o"), timestamp(5))),
               event(2, s, 6,
                     batch(id("b-2"), input(none), process(["mix"]), output("vial"), timestamp(6)))
             ]),
       all(Id == ["b-1"])
     ]) :-
    has_all_fields(batch(id(Id), _, _, _, _)).
test(an_unbound_batch_without_events_is_none, fail) :-
    has_all_fields(_).

% Validations and changes.

test(validation_documents) :-
    Validation = validation(item("i"), protocol("VP-1"), report("VR-1"), status(approved)),
    has_validation_protocol(Validation),
    has_validation_report(Validation).
test(validation_without_report, fail) :-
    has_validation_report(validation(item("i"), protocol("VP-1"), report(none), status(approved))).
test(change_by_two_people) :-
    Change = change(id("c"), request("r"), approval("a"), requester("ada"), approver("bob")),
    has_change_request(Change),
    has_approval(Change).
test(change_approved_by_its_requester, fail) :-
    has_approval(change(id("c"), request("r"), approval("a"), requester("ada"), approver("ada"))).
test(change_without_approver, fail) :-
    has_approval(change(id("c"), request("r"), approval("a"), requester("ada"), approver(none))).
test(documents_that_are_missing) :-
    \+ has_validation_protocol(validation(item("i"), protocol(none), report("VR-1"),
                                          status(approved))),
    \+ has_change_request(change(id("c"), request(none), approval("a"), requester("ada"),
                                 approver("bob"))),
    \+ has_approval(change(id("c"), request("r"), approval(none), requester("ada"),
                           approver("bob"))).
test(documents_of_another_shape) :-
    Batch = batch(id("b-1"), input("lot 7"), process(["mix"]), output("vial"), timestamp(5)),
    \+ has_validation_protocol(Batch),
    \+ has_validation_report(Batch),
    \+ has_change_request(Batch),
    \+ has_approval(Batch).
test(documents_not_there) :-
    \+ has_validation_protocol(_),
    \+ has_validation_report(_),
    \+ has_change_request(_),
    \+ has_approval(_).
test(change_of_unknown_requester, fail) :-
    has_approval(change(id("c"), request("r"), approval("a"), requester(none), approver("bob"))).

% By events: what the promised windows and limits do.

test(batch_record_by_events,
     [feed([ at(0, s, batch(id("b-1"), input("lot 7"), process(["mix"]), output("vial"),
                            timestamp(ago(1, h)))),
             holds(verdict('gmp.batch_record', compliant)),
             at(1, s, batch(id("b-2"), input("lot 7"), process([]), output("vial"),
                            timestamp(ago(1, h)))),
             holds(verdict('gmp.batch_record', non_compliant)),
             wait(92, d)
           ])]) :-
    verdict('gmp.batch_record', compliant).
test(validation_by_the_latest_of_each_item,
     [feed([ at(0, s, validation(item("a"), protocol("p"), report("r"), status(approved))),
             at(0, s, validation(item("b"), protocol("p"), report("r"), status(approved))),
             holds(verdict('gmp.validation', compliant)),
             at(1, s, validation(item("a"), protocol("p"), report("r"), status(rejected))),
             holds(verdict('gmp.validation', non_compliant)),
             at(1, s, validation(item("a"), protocol("p"), status(approved))),
             holds(verdict('gmp.validation', non_compliant)),
             at(1, s, validation(item("a"), protocol("p"), report("r"), status(approved)))
           ])]) :-
    verdict('gmp.validation', compliant).
test(change_control_by_events,
     [feed([ at(0, s, change(id("c-1"), request("r"), approval("a"), requester("ada"),
                             approver("bob"))),
             holds(verdict('gmp.change_control', compliant)),
             at(1, s, change(id("c-2"), request("r"), approval("a"), requester("ada"),
                             approver("ada")))
           ])]) :-
    verdict('gmp.change_control', non_compliant).

:- end_tests(gmp).
