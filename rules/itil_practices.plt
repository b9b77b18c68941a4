:- begin_tests(itil_practices).

% itil.incident-response

test(incident_response_compliant_at_the_limit,
     [ given([ measured(s, p1_unanswered, 0), measured(s, p2_unanswered, 0),
               measured(s, p3_unanswered, 0), measured(s, p4_unanswered, 0)
             ])
     ]) :-
    itil_incident_priorities(s, 0).
test(incident_response_violated,
     [ given([ measured(s, p1_unanswered, 1), measured(s, p2_unanswered, 0),
               measured(s, p3_unanswered, 0), measured(s, p4_unanswered, 0)
             ]),
       fail
     ]) :-
    itil_incident_priorities(s, _).
test(incident_response_violated_by_p2_unanswered,
     [ given([ measured(s, p1_unanswered, 0), measured(s, p2_unanswered, 1),
               measured(s, p3_unanswered, 0), measured(s, p4_unanswered, 0)
             ]),
       fail
     ]) :-
    itil_incident_priorities(s, _).
test(incident_response_violated_by_p3_unanswered,
     [ given([ measured(s, p1_unanswered, 0), measured(s, p2_unanswered, 0),
               measured(s, p3_unanswered, 1), measured(s, p4_unanswered, 0)
             ]),
       fail
     ]) :-
    itil_incident_priorities(s, _).
test(incident_response_violated_by_p4_unanswered,
     [ given([ measured(s, p1_unanswered, 0), measured(s, p2_unanswered, 0),
               measured(s, p3_unanswered, 0), measured(s, p4_unanswered, 1)
             ]),
       fail
     ]) :-
    itil_incident_priorities(s, _).
test(incident_response_evidence_missing,
     [ given([ missing(s, p1_unanswered, "nothing observed"), measured(s, p2_unanswered, 0),
               measured(s, p3_unanswered, 0), measured(s, p4_unanswered, 0)
             ]),
       unknown
     ]) :-
    itil_incident_priorities(s, _).

% itil.incident-resolution

test(incident_resolution_compliant,
     [ given([ measured(s, p1_unresolved, 0), measured(s, p2_unresolved, 0),
               measured(s, p3_unresolved, 0), measured(s, p4_unresolved, 0),
               measured(s, resolved_in_time, true), measured(s, open_d, 29)
             ])
     ]) :-
    itil_incident_resolution(s, 0).
test(incident_resolution_at_the_limit,
     [ given([ measured(s, p1_unresolved, 0), measured(s, p2_unresolved, 0),
               measured(s, p3_unresolved, 0), measured(s, p4_unresolved, 0),
               measured(s, resolved_in_time, true), measured(s, open_d, 30)
             ])
     ]) :-
    itil_incident_resolution(s, 0).
test(incident_resolution_violated,
     [ given([ measured(s, p1_unresolved, 1), measured(s, p2_unresolved, 0),
               measured(s, p3_unresolved, 0), measured(s, p4_unresolved, 0),
               measured(s, resolved_in_time, true), measured(s, open_d, 29)
             ]),
       fail
     ]) :-
    itil_incident_resolution(s, _).
test(incident_resolution_violated_by_p2_unresolved,
     [ given([ measured(s, p1_unresolved, 0), measured(s, p2_unresolved, 1),
               measured(s, p3_unresolved, 0), measured(s, p4_unresolved, 0),
               measured(s, resolved_in_time, true), measured(s, open_d, 29)
             ]),
       fail
     ]) :-
    itil_incident_resolution(s, _).
test(incident_resolution_violated_by_p3_unresolved,
     [ given([ measured(s, p1_unresolved, 0), measured(s, p2_unresolved, 0),
               measured(s, p3_unresolved, 1), measured(s, p4_unresolved, 0),
               measured(s, resolved_in_time, true), measured(s, open_d, 29)
             ]),
       fail
     ]) :-
    itil_incident_resolution(s, _).
test(incident_resolution_violated_by_p4_unresolved,
     [ given([ measured(s, p1_unresolved, 0), measured(s, p2_unresolved, 0),
               measured(s, p3_unresolved, 0), measured(s, p4_unresolved, 1),
               measured(s, resolved_in_time, true), measured(s, open_d, 29)
             ]),
       fail
     ]) :-
    itil_incident_resolution(s, _).
test(incident_resolution_violated_by_resolved_in_time,
     [ given([ measured(s, p1_unresolved, 0), measured(s, p2_unresolved, 0),
               measured(s, p3_unresolved, 0), measured(s, p4_unresolved, 0),
               measured(s, resolved_in_time, false), measured(s, open_d, 29)
             ]),
       fail
     ]) :-
    itil_incident_resolution(s, _).
test(incident_resolution_violated_by_open_d,
     [ given([ measured(s, p1_unresolved, 0), measured(s, p2_unresolved, 0),
               measured(s, p3_unresolved, 0), measured(s, p4_unresolved, 0),
               measured(s, resolved_in_time, true), measured(s, open_d, 31)
             ]),
       fail
     ]) :-
    itil_incident_resolution(s, _).
test(incident_resolution_nothing_in_the_window,
     [ given([ measured(s, p1_unresolved, 0), measured(s, p2_unresolved, 0),
               measured(s, p3_unresolved, 0), measured(s, p4_unresolved, 0),
               measured(s, resolved_in_time, none), measured(s, open_d, none)
             ])
     ]) :-
    itil_incident_resolution(s, 0).
test(incident_resolution_evidence_missing,
     [ given([ missing(s, p1_unresolved, "nothing observed"), measured(s, p2_unresolved, 0),
               measured(s, p3_unresolved, 0), measured(s, p4_unresolved, 0),
               measured(s, resolved_in_time, true), measured(s, open_d, 29)
             ]),
       unknown
     ]) :-
    itil_incident_resolution(s, _).

% itil.major-incident

test(major_incident_compliant,
     [ given([ measured(s, major_unmanaged, 0), measured(s, major_silent, 0),
               measured(s, major_review_d, 4)
             ])
     ]) :-
    itil_major_incident(s, 0).
test(major_incident_at_the_limit,
     [ given([ measured(s, major_unmanaged, 0), measured(s, major_silent, 0),
               measured(s, major_review_d, 5)
             ])
     ]) :-
    itil_major_incident(s, 0).
test(major_incident_violated,
     [ given([ measured(s, major_unmanaged, 1), measured(s, major_silent, 0),
               measured(s, major_review_d, 4)
             ]),
       fail
     ]) :-
    itil_major_incident(s, _).
test(major_incident_violated_by_major_silent,
     [ given([ measured(s, major_unmanaged, 0), measured(s, major_silent, 1),
               measured(s, major_review_d, 4)
             ]),
       fail
     ]) :-
    itil_major_incident(s, _).
test(major_incident_violated_by_major_review_d,
     [ given([ measured(s, major_unmanaged, 0), measured(s, major_silent, 0),
               measured(s, major_review_d, 6)
             ]),
       fail
     ]) :-
    itil_major_incident(s, _).
test(major_incident_nothing_in_the_window,
     [ given([ measured(s, major_unmanaged, 0), measured(s, major_silent, 0),
               measured(s, major_review_d, none)
             ])
     ]) :-
    itil_major_incident(s, 0).
test(major_incident_evidence_missing,
     [ given([ missing(s, major_unmanaged, "nothing observed"), measured(s, major_silent, 0),
               measured(s, major_review_d, 4)
             ]),
       unknown
     ]) :-
    itil_major_incident(s, _).

% itil.change-approved

test(change_approved_compliant_at_the_limit,
     [ given([ measured(s, normal_unapproved, 0), measured(s, standard_unapproved, 0),
               measured(s, emergency_unapproved, 0)
             ])
     ]) :-
    itil_change_authority(s, 0).
test(change_approved_violated,
     [ given([ measured(s, normal_unapproved, 1), measured(s, standard_unapproved, 0),
               measured(s, emergency_unapproved, 0)
             ]),
       fail
     ]) :-
    itil_change_authority(s, _).
test(change_approved_violated_by_standard_unapproved,
     [ given([ measured(s, normal_unapproved, 0), measured(s, standard_unapproved, 1),
               measured(s, emergency_unapproved, 0)
             ]),
       fail
     ]) :-
    itil_change_authority(s, _).
test(change_approved_violated_by_emergency_unapproved,
     [ given([ measured(s, normal_unapproved, 0), measured(s, standard_unapproved, 0),
               measured(s, emergency_unapproved, 1)
             ]),
       fail
     ]) :-
    itil_change_authority(s, _).
test(change_approved_evidence_missing,
     [ given([ missing(s, normal_unapproved, "nothing observed"),
               measured(s, standard_unapproved, 0), measured(s, emergency_unapproved, 0)
             ]),
       unknown
     ]) :-
    itil_change_authority(s, _).

% itil.emergency-change

test(emergency_change_compliant,
     [ given([ measured(s, emergencies_linked, true), measured(s, ratified_d, 4)
             ])
     ]) :-
    itil_emergency_change(s, true).
test(emergency_change_at_the_limit,
     [ given([ measured(s, emergencies_linked, true), measured(s, ratified_d, 5)
             ])
     ]) :-
    itil_emergency_change(s, true).
test(emergency_change_violated,
     [ given([ measured(s, emergencies_linked, false), measured(s, ratified_d, 4)
             ]),
       fail
     ]) :-
    itil_emergency_change(s, _).
test(emergency_change_violated_by_ratified_d,
     [ given([ measured(s, emergencies_linked, true), measured(s, ratified_d, 6)
             ]),
       fail
     ]) :-
    itil_emergency_change(s, _).
test(emergency_change_nothing_in_the_window,
     [ given([ measured(s, emergencies_linked, none), measured(s, ratified_d, none)
             ])
     ]) :-
    itil_emergency_change(s, none).
test(emergency_change_evidence_missing,
     [ given([ missing(s, emergencies_linked, "nothing observed"), measured(s, ratified_d, 4)
             ]),
       unknown
     ]) :-
    itil_emergency_change(s, _).

% itil.change-conformance

test(change_conformance_compliant_at_the_limit,
     [ given([ measured(s, drifts_unexplained, 0), measured(s, drifts_after, 0),
               measured(s, changes_documented, true)
             ])
     ]) :-
    itil_change_conformance(s, 0).
test(change_conformance_violated,
     [ given([ measured(s, drifts_unexplained, 1), measured(s, drifts_after, 0),
               measured(s, changes_documented, true)
             ]),
       fail
     ]) :-
    itil_change_conformance(s, _).
test(change_conformance_violated_by_drifts_after,
     [ given([ measured(s, drifts_unexplained, 0), measured(s, drifts_after, 1),
               measured(s, changes_documented, true)
             ]),
       fail
     ]) :-
    itil_change_conformance(s, _).
test(change_conformance_violated_by_changes_documented,
     [ given([ measured(s, drifts_unexplained, 0), measured(s, drifts_after, 0),
               measured(s, changes_documented, false)
             ]),
       fail
     ]) :-
    itil_change_conformance(s, _).
test(change_conformance_nothing_in_the_window,
     [ given([ measured(s, drifts_unexplained, 0), measured(s, drifts_after, 0),
               measured(s, changes_documented, none)
             ])
     ]) :-
    itil_change_conformance(s, 0).
test(change_conformance_evidence_missing,
     [ given([ missing(s, drifts_unexplained, "nothing observed"), measured(s, drifts_after, 0),
               measured(s, changes_documented, true)
             ]),
       unknown
     ]) :-
    itil_change_conformance(s, _).

% itil.problem-rca

test(problem_rca_compliant,
     [ given([ measured(s, problem_opening_d, 1), measured(s, major_problem_opening_d, 1),
               measured(s, root_cause_d, 9)
             ])
     ]) :-
    itil_problem_rca(s, 1).
test(problem_rca_at_the_limit,
     [ given([ measured(s, problem_opening_d, 2), measured(s, major_problem_opening_d, 2),
               measured(s, root_cause_d, 10)
             ])
     ]) :-
    itil_problem_rca(s, 2).
test(problem_rca_violated,
     [ given([ measured(s, problem_opening_d, 3), measured(s, major_problem_opening_d, 1),
               measured(s, root_cause_d, 9)
             ]),
       fail
     ]) :-
    itil_problem_rca(s, _).
test(problem_rca_violated_by_major_problem_opening_d,
     [ given([ measured(s, problem_opening_d, 1), measured(s, major_problem_opening_d, 3),
               measured(s, root_cause_d, 9)
             ]),
       fail
     ]) :-
    itil_problem_rca(s, _).
test(problem_rca_violated_by_root_cause_d,
     [ given([ measured(s, problem_opening_d, 1), measured(s, major_problem_opening_d, 1),
               measured(s, root_cause_d, 11)
             ]),
       fail
     ]) :-
    itil_problem_rca(s, _).
test(problem_rca_nothing_in_the_window,
     [ given([ measured(s, problem_opening_d, none), measured(s, major_problem_opening_d, none),
               measured(s, root_cause_d, none)
             ])
     ]) :-
    itil_problem_rca(s, none).
test(problem_rca_evidence_missing,
     [ given([ missing(s, problem_opening_d, "nothing observed"),
               measured(s, major_problem_opening_d, 1), measured(s, root_cause_d, 9)
             ]),
       unknown
     ]) :-
    itil_problem_rca(s, _).

% itil.availability

test(availability_compliant,
     [ given([ measured(s, availability_month, 0.99991), measured(s, availability_year, 0.99991)
             ])
     ]) :-
    itil_availability(s, 0.99991).
test(availability_at_the_limit,
     [ given([ measured(s, availability_month, 0.9999), measured(s, availability_year, 0.9999)
             ])
     ]) :-
    itil_availability(s, 0.9999).
test(availability_violated,
     [ given([ measured(s, availability_month, 0.99989), measured(s, availability_year, 0.99991)
             ]),
       fail
     ]) :-
    itil_availability(s, _).
test(availability_violated_by_availability_year,
     [ given([ measured(s, availability_month, 0.99991), measured(s, availability_year, 0.99989)
             ]),
       fail
     ]) :-
    itil_availability(s, _).
test(availability_evidence_missing,
     [ given([ missing(s, availability_month, "nothing observed"),
               measured(s, availability_year, 0.99991)
             ]),
       unknown
     ]) :-
    itil_availability(s, _).

% The level.

test(level_compliant,
     [ given([ measured(s, p1_unanswered, 0), measured(s, p2_unanswered, 0),
               measured(s, p3_unanswered, 0), measured(s, p4_unanswered, 0),
               measured(s, p1_unresolved, 0), measured(s, p2_unresolved, 0),
               measured(s, p3_unresolved, 0), measured(s, p4_unresolved, 0),
               measured(s, resolved_in_time, true), measured(s, open_d, 29),
               measured(s, major_unmanaged, 0), measured(s, major_silent, 0),
               measured(s, major_review_d, 4), measured(s, normal_unapproved, 0),
               measured(s, standard_unapproved, 0), measured(s, emergency_unapproved, 0),
               measured(s, emergencies_linked, true), measured(s, ratified_d, 4),
               measured(s, drifts_unexplained, 0), measured(s, drifts_after, 0),
               measured(s, changes_documented, true), measured(s, problem_opening_d, 1),
               measured(s, major_problem_opening_d, 1), measured(s, root_cause_d, 9),
               measured(s, availability_month, 0.99991), measured(s, availability_year, 0.99991)
             ])
     ]) :-
    itil_practices_compliant(s).
test(level_violated_by_incident_response,
     [ given([ measured(s, p1_unanswered, 1), measured(s, p2_unanswered, 0),
               measured(s, p3_unanswered, 0), measured(s, p4_unanswered, 0)
             ]),
       fail
     ]) :-
    itil_practices_compliant(s).
test(level_violated_by_incident_resolution,
     [ given([ measured(s, p1_unanswered, 0), measured(s, p2_unanswered, 0),
               measured(s, p3_unanswered, 0), measured(s, p4_unanswered, 0),
               measured(s, p1_unresolved, 1), measured(s, p2_unresolved, 0),
               measured(s, p3_unresolved, 0), measured(s, p4_unresolved, 0),
               measured(s, resolved_in_time, true), measured(s, open_d, 29)
             ]),
       fail
     ]) :-
    itil_practices_compliant(s).
test(level_violated_by_major_incident,
     [ given([ measured(s, p1_unanswered, 0), measured(s, p2_unanswered, 0),
               measured(s, p3_unanswered, 0), measured(s, p4_unanswered, 0),
               measured(s, p1_unresolved, 0), measured(s, p2_unresolved, 0),
               measured(s, p3_unresolved, 0), measured(s, p4_unresolved, 0),
               measured(s, resolved_in_time, true), measured(s, open_d, 29),
               measured(s, major_unmanaged, 1), measured(s, major_silent, 0),
               measured(s, major_review_d, 4)
             ]),
       fail
     ]) :-
    itil_practices_compliant(s).
test(level_violated_by_change_approved,
     [ given([ measured(s, p1_unanswered, 0), measured(s, p2_unanswered, 0),
               measured(s, p3_unanswered, 0), measured(s, p4_unanswered, 0),
               measured(s, p1_unresolved, 0), measured(s, p2_unresolved, 0),
               measured(s, p3_unresolved, 0), measured(s, p4_unresolved, 0),
               measured(s, resolved_in_time, true), measured(s, open_d, 29),
               measured(s, major_unmanaged, 0), measured(s, major_silent, 0),
               measured(s, major_review_d, 4), measured(s, normal_unapproved, 1),
               measured(s, standard_unapproved, 0), measured(s, emergency_unapproved, 0)
             ]),
       fail
     ]) :-
    itil_practices_compliant(s).
test(level_violated_by_emergency_change,
     [ given([ measured(s, p1_unanswered, 0), measured(s, p2_unanswered, 0),
               measured(s, p3_unanswered, 0), measured(s, p4_unanswered, 0),
               measured(s, p1_unresolved, 0), measured(s, p2_unresolved, 0),
               measured(s, p3_unresolved, 0), measured(s, p4_unresolved, 0),
               measured(s, resolved_in_time, true), measured(s, open_d, 29),
               measured(s, major_unmanaged, 0), measured(s, major_silent, 0),
               measured(s, major_review_d, 4), measured(s, normal_unapproved, 0),
               measured(s, standard_unapproved, 0), measured(s, emergency_unapproved, 0),
               measured(s, emergencies_linked, false), measured(s, ratified_d, 4)
             ]),
       fail
     ]) :-
    itil_practices_compliant(s).
test(level_violated_by_change_conformance,
     [ given([ measured(s, p1_unanswered, 0), measured(s, p2_unanswered, 0),
               measured(s, p3_unanswered, 0), measured(s, p4_unanswered, 0),
               measured(s, p1_unresolved, 0), measured(s, p2_unresolved, 0),
               measured(s, p3_unresolved, 0), measured(s, p4_unresolved, 0),
               measured(s, resolved_in_time, true), measured(s, open_d, 29),
               measured(s, major_unmanaged, 0), measured(s, major_silent, 0),
               measured(s, major_review_d, 4), measured(s, normal_unapproved, 0),
               measured(s, standard_unapproved, 0), measured(s, emergency_unapproved, 0),
               measured(s, emergencies_linked, true), measured(s, ratified_d, 4),
               measured(s, drifts_unexplained, 1), measured(s, drifts_after, 0),
               measured(s, changes_documented, true)
             ]),
       fail
     ]) :-
    itil_practices_compliant(s).
test(level_violated_by_problem_rca,
     [ given([ measured(s, p1_unanswered, 0), measured(s, p2_unanswered, 0),
               measured(s, p3_unanswered, 0), measured(s, p4_unanswered, 0),
               measured(s, p1_unresolved, 0), measured(s, p2_unresolved, 0),
               measured(s, p3_unresolved, 0), measured(s, p4_unresolved, 0),
               measured(s, resolved_in_time, true), measured(s, open_d, 29),
               measured(s, major_unmanaged, 0), measured(s, major_silent, 0),
               measured(s, major_review_d, 4), measured(s, normal_unapproved, 0),
               measured(s, standard_unapproved, 0), measured(s, emergency_unapproved, 0),
               measured(s, emergencies_linked, true), measured(s, ratified_d, 4),
               measured(s, drifts_unexplained, 0), measured(s, drifts_after, 0),
               measured(s, changes_documented, true), measured(s, problem_opening_d, 3),
               measured(s, major_problem_opening_d, 1), measured(s, root_cause_d, 9)
             ]),
       fail
     ]) :-
    itil_practices_compliant(s).
test(level_violated_by_availability,
     [ given([ measured(s, p1_unanswered, 0), measured(s, p2_unanswered, 0),
               measured(s, p3_unanswered, 0), measured(s, p4_unanswered, 0),
               measured(s, p1_unresolved, 0), measured(s, p2_unresolved, 0),
               measured(s, p3_unresolved, 0), measured(s, p4_unresolved, 0),
               measured(s, resolved_in_time, true), measured(s, open_d, 29),
               measured(s, major_unmanaged, 0), measured(s, major_silent, 0),
               measured(s, major_review_d, 4), measured(s, normal_unapproved, 0),
               measured(s, standard_unapproved, 0), measured(s, emergency_unapproved, 0),
               measured(s, emergencies_linked, true), measured(s, ratified_d, 4),
               measured(s, drifts_unexplained, 0), measured(s, drifts_after, 0),
               measured(s, changes_documented, true), measured(s, problem_opening_d, 1),
               measured(s, major_problem_opening_d, 1), measured(s, root_cause_d, 9),
               measured(s, availability_month, 0.99989), measured(s, availability_year, 0.99991)
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
                                      hold_reason("waits for access"),
                                      customer("ops of the customer"))),
             wait(1, d),
             holds(measured(s, p1_unresolved, 0)),
             at(0, s, incident_update(id("i-1"), state(resumed), priority(1), service("mail"))),
             at(2, h, incident_update(id("i-1"), state(resolved), priority(1), service("mail"),
                                      worked_minutes(241)))
           ])]) :-
    measured(s, p1_unresolved, 0),
    verdict('itil.incident-resolution', non_compliant).

test(incident_resolution_of_what_is_open,
     [feed([ at(0, s, incident_update(id("i-1"), state(reported), priority(4), service("mail"))),
             wait(4, d)
           ])]) :-
    measured(s, p4_unresolved, 1),
    measured(s, open_d, 4).

test(major_incident_never_reviewed,
     [feed([ at(0, s, major_incident(id("m-1"), state(declared))),
             at(15, min, major_incident(id("m-1"), state(managed), manager("ada"))),
             at(60, min, major_incident(id("m-1"), state(updated))),
             at(100, min, major_incident(id("m-1"), state(resolved))),
             wait(7, d),
             holds(verdict('itil.major-incident', compliant)),
             wait(1, d)
           ])]) :-
    verdict('itil.major-incident', non_compliant).

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

test(problem_rca_counts_business_days,
     [feed([ start("2026-01-09T12:00:00Z"),
             at(0, s, incident_update(id("i-1"), state(reported), priority(1), service("mail"))),
             at(1, h, problem(id("p-1"), state(opened), incident("i-1"))),
             wait(3, d)
           ])]) :-
    measured(s, problem_opening_d, 1r24),
    measured(s, root_cause_d, 1),
    verdict('itil.problem-rca', compliant).

test(problem_rca_of_a_major_incident,
     [feed([ at(0, s, incident_update(id("i-1"), state(reported), priority(2), service("mail"))),
             at(0, s, major_incident(id("i-1"), state(declared))),
             wait(1, d),
             holds(measured(s, problem_opening_d, none)),
             wait(2, d)
           ])]) :-
    measured(s, major_problem_opening_d, 3),
    verdict('itil.problem-rca', non_compliant).

test(emergency_change_never_ratified,
     [feed([ at(0, s, change(id("c-1"), state(finished), class(emergency), item("db"),
                             person("ada"), incident("i-1"), result(success))),
             wait(7, d),
             holds(verdict('itil.emergency-change', compliant)),
             wait(1, d)
           ])]) :-
    verdict('itil.emergency-change', non_compliant).

test(change_approved_by_a_person_unknown,
     [feed([ at(0, s, change(id("c-1"), state(approved), class(emergency), item("db"),
                             authority(emergency_cab), back_out("restore"), test("t-1"))),
             at(1, h, change(id("c-1"), state(started), class(emergency), item("db"),
                             person("ada")))
           ])]) :-
    measured(s, emergency_unapproved, 1).

:- end_tests(itil_practices).
