:- begin_tests(itil_practices).

% itil.incident-response

test(incident_response_compliant_at_the_limit,
     [ given([ measured(s, p1_unanswered, 0),
               measured(s, p2_unanswered, 0),
               measured(s, p3_unanswered, 0),
               measured(s, p4_unanswered, 0)
             ])
     ]) :-
    itil_incident_priorities(s, 0).
test(incident_response_violated,
     [ given([ measured(s, p1_unanswered, 1),
               measured(s, p2_unanswered, 0),
               measured(s, p3_unanswered, 0),
               measured(s, p4_unanswered, 0)
             ]),
       fail
     ]) :-
    itil_incident_priorities(s, _).
test(incident_response_violated_by_p2_unanswered,
     [ given([ measured(s, p1_unanswered, 0),
               measured(s, p2_unanswered, 1),
               measured(s, p3_unanswered, 0),
               measured(s, p4_unanswered, 0)
             ]),
       fail
     ]) :-
    itil_incident_priorities(s, _).
test(incident_response_violated_by_p3_unanswered,
     [ given([ measured(s, p1_unanswered, 0),
               measured(s, p2_unanswered, 0),
               measured(s, p3_unanswered, 1),
               measured(s, p4_unanswered, 0)
             ]),
       fail
     ]) :-
    itil_incident_priorities(s, _).
test(incident_response_violated_by_p4_unanswered,
     [ given([ measured(s, p1_unanswered, 0),
               measured(s, p2_unanswered, 0),
               measured(s, p3_unanswered, 0),
               measured(s, p4_unanswered, 1)
             ]),
       fail
     ]) :-
    itil_incident_priorities(s, _).
test(incident_response_nothing_in_the_window,
     [ given([ measured(s, p1_unanswered, none),
               measured(s, p2_unanswered, none),
               measured(s, p3_unanswered, none),
               measured(s, p4_unanswered, none)
             ])
     ]) :-
    itil_incident_priorities(s, none).
test(incident_response_evidence_missing,
     [ given([ missing(s, p1_unanswered, "nothing observed"),
               measured(s, p2_unanswered, 0),
               measured(s, p3_unanswered, 0),
               measured(s, p4_unanswered, 0)
             ]),
       unknown
     ]) :-
    itil_incident_priorities(s, _).

% itil.incident-resolution

test(incident_resolution_compliant_at_the_limit,
     [ given([ measured(s, p1_unresolved, 0),
               measured(s, p2_unresolved, 0),
               measured(s, p3_unresolved, 0),
               measured(s, p4_unresolved, 0),
               measured(s, resolved_in_time, true)
             ])
     ]) :-
    itil_incident_resolution(s, 0).
test(incident_resolution_violated,
     [ given([ measured(s, p1_unresolved, 1),
               measured(s, p2_unresolved, 0),
               measured(s, p3_unresolved, 0),
               measured(s, p4_unresolved, 0),
               measured(s, resolved_in_time, true)
             ]),
       fail
     ]) :-
    itil_incident_resolution(s, _).
test(incident_resolution_violated_by_p2_unresolved,
     [ given([ measured(s, p1_unresolved, 0),
               measured(s, p2_unresolved, 1),
               measured(s, p3_unresolved, 0),
               measured(s, p4_unresolved, 0),
               measured(s, resolved_in_time, true)
             ]),
       fail
     ]) :-
    itil_incident_resolution(s, _).
test(incident_resolution_violated_by_p3_unresolved,
     [ given([ measured(s, p1_unresolved, 0),
               measured(s, p2_unresolved, 0),
               measured(s, p3_unresolved, 1),
               measured(s, p4_unresolved, 0),
               measured(s, resolved_in_time, true)
             ]),
       fail
     ]) :-
    itil_incident_resolution(s, _).
test(incident_resolution_violated_by_p4_unresolved,
     [ given([ measured(s, p1_unresolved, 0),
               measured(s, p2_unresolved, 0),
               measured(s, p3_unresolved, 0),
               measured(s, p4_unresolved, 1),
               measured(s, resolved_in_time, true)
             ]),
       fail
     ]) :-
    itil_incident_resolution(s, _).
test(incident_resolution_violated_by_resolved_in_time,
     [ given([ measured(s, p1_unresolved, 0),
               measured(s, p2_unresolved, 0),
               measured(s, p3_unresolved, 0),
               measured(s, p4_unresolved, 0),
               measured(s, resolved_in_time, false)
             ]),
       fail
     ]) :-
    itil_incident_resolution(s, _).
test(incident_resolution_nothing_in_the_window,
     [ given([ measured(s, p1_unresolved, none),
               measured(s, p2_unresolved, none),
               measured(s, p3_unresolved, none),
               measured(s, p4_unresolved, none),
               measured(s, resolved_in_time, none)
             ])
     ]) :-
    itil_incident_resolution(s, none).
test(incident_resolution_evidence_missing,
     [ given([ missing(s, p1_unresolved, "nothing observed"),
               measured(s, p2_unresolved, 0),
               measured(s, p3_unresolved, 0),
               measured(s, p4_unresolved, 0),
               measured(s, resolved_in_time, true)
             ]),
       unknown
     ]) :-
    itil_incident_resolution(s, _).

% itil.major-incident

test(major_incident_compliant_at_the_limit,
     [ given([ measured(s, major_unmanaged, 0),
               measured(s, major_silent, 0),
               measured(s, major_unreviewed, 0)
             ])
     ]) :-
    itil_major_incident(s, 0).
test(major_incident_violated,
     [ given([ measured(s, major_unmanaged, 1),
               measured(s, major_silent, 0),
               measured(s, major_unreviewed, 0)
             ]),
       fail
     ]) :-
    itil_major_incident(s, _).
test(major_incident_violated_by_major_silent,
     [ given([ measured(s, major_unmanaged, 0),
               measured(s, major_silent, 1),
               measured(s, major_unreviewed, 0)
             ]),
       fail
     ]) :-
    itil_major_incident(s, _).
test(major_incident_violated_by_major_unreviewed,
     [ given([ measured(s, major_unmanaged, 0),
               measured(s, major_silent, 0),
               measured(s, major_unreviewed, 1)
             ]),
       fail
     ]) :-
    itil_major_incident(s, _).
test(major_incident_nothing_in_the_window,
     [ given([ measured(s, major_unmanaged, none),
               measured(s, major_silent, none),
               measured(s, major_unreviewed, none)
             ])
     ]) :-
    itil_major_incident(s, none).
test(major_incident_evidence_missing,
     [ given([ missing(s, major_unmanaged, "nothing observed"),
               measured(s, major_silent, 0),
               measured(s, major_unreviewed, 0)
             ]),
       unknown
     ]) :-
    itil_major_incident(s, _).

% itil.change-approved

test(change_approved_compliant_at_the_limit,
     [ given([ measured(s, normal_unapproved, 0),
               measured(s, standard_unapproved, 0),
               measured(s, emergency_unapproved, 0)
             ])
     ]) :-
    itil_change_authority(s, 0).
test(change_approved_violated,
     [ given([ measured(s, normal_unapproved, 1),
               measured(s, standard_unapproved, 0),
               measured(s, emergency_unapproved, 0)
             ]),
       fail
     ]) :-
    itil_change_authority(s, _).
test(change_approved_violated_by_standard_unapproved,
     [ given([ measured(s, normal_unapproved, 0),
               measured(s, standard_unapproved, 1),
               measured(s, emergency_unapproved, 0)
             ]),
       fail
     ]) :-
    itil_change_authority(s, _).
test(change_approved_violated_by_emergency_unapproved,
     [ given([ measured(s, normal_unapproved, 0),
               measured(s, standard_unapproved, 0),
               measured(s, emergency_unapproved, 1)
             ]),
       fail
     ]) :-
    itil_change_authority(s, _).
test(change_approved_nothing_in_the_window,
     [ given([ measured(s, normal_unapproved, none),
               measured(s, standard_unapproved, none),
               measured(s, emergency_unapproved, none)
             ])
     ]) :-
    itil_change_authority(s, none).
test(change_approved_evidence_missing,
     [ given([ missing(s, normal_unapproved, "nothing observed"),
               measured(s, standard_unapproved, 0),
               measured(s, emergency_unapproved, 0)
             ]),
       unknown
     ]) :-
    itil_change_authority(s, _).

% itil.emergency-change

test(emergency_change_compliant_at_the_limit,
     [ given([ measured(s, emergencies_linked, true),
               measured(s, emergencies_unratified, 0)
             ])
     ]) :-
    itil_emergency_change(s, true).
test(emergency_change_violated,
     [ given([ measured(s, emergencies_linked, false),
               measured(s, emergencies_unratified, 0)
             ]),
       fail
     ]) :-
    itil_emergency_change(s, _).
test(emergency_change_violated_by_emergencies_unratified,
     [ given([ measured(s, emergencies_linked, true),
               measured(s, emergencies_unratified, 1)
             ]),
       fail
     ]) :-
    itil_emergency_change(s, _).
test(emergency_change_nothing_in_the_window,
     [ given([ measured(s, emergencies_linked, none),
               measured(s, emergencies_unratified, none)
             ])
     ]) :-
    itil_emergency_change(s, none).
test(emergency_change_evidence_missing,
     [ given([ missing(s, emergencies_linked, "nothing observed"),
               measured(s, emergencies_unratified, 0)
             ]),
       unknown
     ]) :-
    itil_emergency_change(s, _).

% itil.change-conformance

test(change_conformance_compliant_at_the_limit,
     [ given([ measured(s, drifts_unexplained, 0),
               measured(s, drifts_after, 0),
               measured(s, changes_documented, true)
             ])
     ]) :-
    itil_change_conformance(s, 0).
test(change_conformance_violated,
     [ given([ measured(s, drifts_unexplained, 1),
               measured(s, drifts_after, 0),
               measured(s, changes_documented, true)
             ]),
       fail
     ]) :-
    itil_change_conformance(s, _).
test(change_conformance_violated_by_drifts_after,
     [ given([ measured(s, drifts_unexplained, 0),
               measured(s, drifts_after, 1),
               measured(s, changes_documented, true)
             ]),
       fail
     ]) :-
    itil_change_conformance(s, _).
test(change_conformance_violated_by_changes_documented,
     [ given([ measured(s, drifts_unexplained, 0),
               measured(s, drifts_after, 0),
               measured(s, changes_documented, false)
             ]),
       fail
     ]) :-
    itil_change_conformance(s, _).
test(change_conformance_nothing_in_the_window,
     [ given([ measured(s, drifts_unexplained, none),
               measured(s, drifts_after, none),
               measured(s, changes_documented, none)
             ])
     ]) :-
    itil_change_conformance(s, none).
test(change_conformance_evidence_missing,
     [ given([ missing(s, drifts_unexplained, "nothing observed"),
               measured(s, drifts_after, 0),
               measured(s, changes_documented, true)
             ]),
       unknown
     ]) :-
    itil_change_conformance(s, _).

% itil.problem-rca

test(problem_rca_compliant_at_the_limit,
     [ given([ measured(s, problems_unopened, 0),
               measured(s, causes_unfound, 0)
             ])
     ]) :-
    itil_problem_rca(s, 0).
test(problem_rca_violated,
     [ given([ measured(s, problems_unopened, 1),
               measured(s, causes_unfound, 0)
             ]),
       fail
     ]) :-
    itil_problem_rca(s, _).
test(problem_rca_violated_by_causes_unfound,
     [ given([ measured(s, problems_unopened, 0),
               measured(s, causes_unfound, 1)
             ]),
       fail
     ]) :-
    itil_problem_rca(s, _).
test(problem_rca_nothing_in_the_window,
     [ given([ measured(s, problems_unopened, none),
               measured(s, causes_unfound, none)
             ])
     ]) :-
    itil_problem_rca(s, none).
test(problem_rca_evidence_missing,
     [ given([ missing(s, problems_unopened, "nothing observed"),
               measured(s, causes_unfound, 0)
             ]),
       unknown
     ]) :-
    itil_problem_rca(s, _).

% itil.availability

test(availability_compliant,
     [ given([ measured(s, availability_month, 1),
               measured(s, availability_year, 1)
             ])
     ]) :-
    itil_availability(s, 1).
test(availability_at_the_limit,
     [ given([ measured(s, availability_month, 0.9999),
               measured(s, availability_year, 0.9999)
             ])
     ]) :-
    itil_availability(s, 0.9999).
test(availability_violated,
     [ given([ measured(s, availability_month, 0.99989),
               measured(s, availability_year, 1)
             ]),
       fail
     ]) :-
    itil_availability(s, _).
test(availability_violated_by_availability_year,
     [ given([ measured(s, availability_month, 1),
               measured(s, availability_year, 0.99989)
             ]),
       fail
     ]) :-
    itil_availability(s, _).
test(availability_nothing_in_the_window,
     [ given([ measured(s, availability_month, none),
               measured(s, availability_year, none)
             ])
     ]) :-
    itil_availability(s, none).
test(availability_evidence_missing,
     [ given([ missing(s, availability_month, "nothing observed"),
               measured(s, availability_year, 1)
             ]),
       unknown
     ]) :-
    itil_availability(s, _).

% The level.

test(level_compliant,
     [ given([ measured(s, p1_unanswered, 0),
               measured(s, p2_unanswered, 0),
               measured(s, p3_unanswered, 0),
               measured(s, p4_unanswered, 0),
               measured(s, p1_unresolved, 0),
               measured(s, p2_unresolved, 0),
               measured(s, p3_unresolved, 0),
               measured(s, p4_unresolved, 0),
               measured(s, resolved_in_time, true),
               measured(s, major_unmanaged, 0),
               measured(s, major_silent, 0),
               measured(s, major_unreviewed, 0),
               measured(s, normal_unapproved, 0),
               measured(s, standard_unapproved, 0),
               measured(s, emergency_unapproved, 0),
               measured(s, emergencies_linked, true),
               measured(s, emergencies_unratified, 0),
               measured(s, drifts_unexplained, 0),
               measured(s, drifts_after, 0),
               measured(s, changes_documented, true),
               measured(s, problems_unopened, 0),
               measured(s, causes_unfound, 0),
               measured(s, availability_month, 1),
               measured(s, availability_year, 1)
             ])
     ]) :-
    itil_practices_compliant(s).
test(level_violated,
     [ given([ measured(s, p1_unanswered, 0),
               measured(s, p2_unanswered, 0),
               measured(s, p3_unanswered, 0),
               measured(s, p4_unanswered, 0),
               measured(s, p1_unresolved, 0),
               measured(s, p2_unresolved, 0),
               measured(s, p3_unresolved, 0),
               measured(s, p4_unresolved, 0),
               measured(s, resolved_in_time, true),
               measured(s, major_unmanaged, 0),
               measured(s, major_silent, 0),
               measured(s, major_unreviewed, 0),
               measured(s, normal_unapproved, 0),
               measured(s, standard_unapproved, 0),
               measured(s, emergency_unapproved, 0),
               measured(s, emergencies_linked, true),
               measured(s, emergencies_unratified, 0),
               measured(s, drifts_unexplained, 0),
               measured(s, drifts_after, 0),
               measured(s, changes_documented, true),
               measured(s, problems_unopened, 0),
               measured(s, causes_unfound, 0),
               measured(s, availability_month, 0.99989),
               measured(s, availability_year, 1)
             ]),
       fail
     ]) :-
    itil_practices_compliant(s).

% A P1 has 15 minutes, by log time.

test(incident_response_fires_on_absence,
     [feed([ at(0, s, incident_update(id("i-1"), state(reported), priority(1), service("mail"))),
             wait(15, min),
             holds(measured(s, p1_unanswered, 0)),
             wait(1, s)
           ])]) :-
    measured(s, p1_unanswered, 1),
    verdict('itil.incident-response', non_compliant).
test(incident_response_of_nobody_is_none,
     [feed([ at(0, s, incident_update(id("i-1"), state(reported), priority(1), service("mail"))),
             at(5, min, incident_update(id("i-1"), state(responded), priority(1), service("mail"))),
             wait(1, h)
           ])]) :-
    measured(s, p1_unanswered, 1).
test(incident_response_p4_waits_for_monday,
     [feed([ start("2026-01-09T16:00:00Z"),
             at(0, s, incident_update(id("i-1"), state(reported), priority(4), service("mail"))),
             at(2, d, incident_update(id("i-1"), state(responded), priority(4), service("mail"),
                               responder("ada"))),
             wait(3, d)
           ])]) :-
    measured(s, p4_unanswered, 0).

test(incident_resolution_on_hold_with_a_reason,
     [feed([ at(0, s, incident_update(id("i-1"), state(reported), priority(1), service("mail"))),
             at(1, h, incident_update(id("i-1"), state(hold), priority(1), service("mail"),
                               hold_reason("waits for access"), customer("ops of the customer"))),
             wait(1, d),
             holds(measured(s, p1_unresolved, 0)),
             at(0, s, incident_update(id("i-1"), state(resumed), priority(1), service("mail"))),
             at(2, h, incident_update(id("i-1"), state(resolved), priority(1), service("mail"),
                               worked_minutes(241)))
           ])]) :-
    measured(s, p1_unresolved, 0),
    verdict('itil.incident-resolution', non_compliant).

test(change_approved_by_events,
     [feed([ at(0, s, change(id("c-1"), state(approved), class(normal), item("db"),
                             authority(cab), person("bob"), back_out("restore"), test("t-1"))),
             at(1, h, change(id("c-1"), state(started), class(normal), item("db"),
                             person("ada"))),
             holds(measured(s, normal_unapproved, 0)),
             at(1, h, change(id("c-2"), state(approved), class(normal), item("db"),
                             authority(cab), person("ada"), back_out("restore"), test("t-1"))),
             at(2, h, change(id("c-2"), state(started), class(normal), item("db"),
                             person("ada")))
           ])]) :-
    measured(s, normal_unapproved, 1),
    verdict('itil.change-approved', non_compliant).

test(change_conformance_drift_in_and_out_of_a_change,
     [feed([ at(0, s, change(id("c-1"), state(started), class(normal), item("db"),
                             person("ada"))),
             at(10, min, drift(item("db"), expected("h1"), actual("h2"))),
             holds(measured(s, drifts_unexplained, 0)),
             at(10, min, change(id("c-1"), state(finished), class(normal), item("db"),
                                person("ada"), result(success))),
             at(20, min, drift(item("db"), expected("h2"), actual("h3"))),
             holds(measured(s, drifts_after, 1)),
             at(1, min, drift(item("web"), expected("h1"), actual("h2")))
           ])]) :-
    measured(s, drifts_unexplained, 1).

test(problem_rca_ten_business_days,
     [feed([ at(0, s, incident_update(id("i-1"), state(reported), priority(1), service("mail"))),
             at(1, d, problem(id("p-1"), state(opened), incident("i-1"))),
             wait(10, d),
             holds(verdict('itil.problem-rca', compliant)),
             wait(6, d)
           ])]) :-
    verdict('itil.problem-rca', non_compliant).

:- end_tests(itil_practices).
