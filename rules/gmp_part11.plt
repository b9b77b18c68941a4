:- begin_tests(gmp_part11).

% gmp.validation-current

test(validation_current_compliant,
     [ given([ measured(s, versions_unvalidated, 0), measured(s, oq_before_iq, 0),
               measured(s, pq_before_oq, 0), measured(s, protocols_first, true),
               measured(s, reviews_clean, true), measured(s, review_age_d, 364),
               measured(s, first_review_d, 364)
             ])
     ]) :-
    gmp_validation_current(s, 0).
test(validation_current_at_the_limit,
     [ given([ measured(s, versions_unvalidated, 0), measured(s, oq_before_iq, 0),
               measured(s, pq_before_oq, 0), measured(s, protocols_first, true),
               measured(s, reviews_clean, true), measured(s, review_age_d, 365),
               measured(s, first_review_d, 365)
             ])
     ]) :-
    gmp_validation_current(s, 0).
test(validation_current_violated,
     [ given([ measured(s, versions_unvalidated, 1), measured(s, oq_before_iq, 0),
               measured(s, pq_before_oq, 0), measured(s, protocols_first, true),
               measured(s, reviews_clean, true), measured(s, review_age_d, 364),
               measured(s, first_review_d, 364)
             ]),
       fail
     ]) :-
    gmp_validation_current(s, _).
test(validation_current_violated_by_oq_before_iq,
     [ given([ measured(s, versions_unvalidated, 0), measured(s, oq_before_iq, 1),
               measured(s, pq_before_oq, 0), measured(s, protocols_first, true),
               measured(s, reviews_clean, true), measured(s, review_age_d, 364),
               measured(s, first_review_d, 364)
             ]),
       fail
     ]) :-
    gmp_validation_current(s, _).
test(validation_current_violated_by_pq_before_oq,
     [ given([ measured(s, versions_unvalidated, 0), measured(s, oq_before_iq, 0),
               measured(s, pq_before_oq, 1), measured(s, protocols_first, true),
               measured(s, reviews_clean, true), measured(s, review_age_d, 364),
               measured(s, first_review_d, 364)
             ]),
       fail
     ]) :-
    gmp_validation_current(s, _).
test(validation_current_violated_by_protocols_first,
     [ given([ measured(s, versions_unvalidated, 0), measured(s, oq_before_iq, 0),
               measured(s, pq_before_oq, 0), measured(s, protocols_first, false),
               measured(s, reviews_clean, true), measured(s, review_age_d, 364),
               measured(s, first_review_d, 364)
             ]),
       fail
     ]) :-
    gmp_validation_current(s, _).
test(validation_current_violated_by_reviews_clean,
     [ given([ measured(s, versions_unvalidated, 0), measured(s, oq_before_iq, 0),
               measured(s, pq_before_oq, 0), measured(s, protocols_first, true),
               measured(s, reviews_clean, false), measured(s, review_age_d, 364),
               measured(s, first_review_d, 364)
             ]),
       fail
     ]) :-
    gmp_validation_current(s, _).
test(validation_current_violated_by_review_age_d,
     [ given([ measured(s, versions_unvalidated, 0), measured(s, oq_before_iq, 0),
               measured(s, pq_before_oq, 0), measured(s, protocols_first, true),
               measured(s, reviews_clean, true), measured(s, review_age_d, 366),
               measured(s, first_review_d, 364)
             ]),
       fail
     ]) :-
    gmp_validation_current(s, _).
test(validation_current_violated_by_first_review_d,
     [ given([ measured(s, versions_unvalidated, 0), measured(s, oq_before_iq, 0),
               measured(s, pq_before_oq, 0), measured(s, protocols_first, true),
               measured(s, reviews_clean, true), measured(s, review_age_d, 364),
               measured(s, first_review_d, 366)
             ]),
       fail
     ]) :-
    gmp_validation_current(s, _).
test(validation_current_nothing_in_the_window,
     [ given([ measured(s, versions_unvalidated, 0), measured(s, oq_before_iq, 0),
               measured(s, pq_before_oq, 0), measured(s, protocols_first, none),
               measured(s, reviews_clean, true), measured(s, review_age_d, 364),
               measured(s, first_review_d, none)
             ])
     ]) :-
    gmp_validation_current(s, 0).
test(validation_current_without_reviews_clean,
     [ given([ measured(s, versions_unvalidated, 0), measured(s, oq_before_iq, 0),
               measured(s, pq_before_oq, 0), measured(s, protocols_first, true),
               measured(s, reviews_clean, none), measured(s, review_age_d, 364),
               measured(s, first_review_d, 364)
             ]),
       fail
     ]) :-
    gmp_validation_current(s, _).
test(validation_current_evidence_missing,
     [ given([ missing(s, versions_unvalidated, "nothing observed"), measured(s, oq_before_iq, 0),
               measured(s, pq_before_oq, 0), measured(s, protocols_first, true),
               measured(s, reviews_clean, true), measured(s, review_age_d, 364),
               measured(s, first_review_d, 364)
             ]),
       unknown
     ]) :-
    gmp_validation_current(s, _).

% gmp.change-control

test(change_control_compliant,
     [ given([ measured(s, changes_unapproved, 0), measured(s, changes_unrequested, 0),
               measured(s, requests_assessed, true), measured(s, verification_d, 29),
               measured(s, changes_unvalidated, 0)
             ])
     ]) :-
    gmp_change_control_steps(s, 0).
test(change_control_at_the_limit,
     [ given([ measured(s, changes_unapproved, 0), measured(s, changes_unrequested, 0),
               measured(s, requests_assessed, true), measured(s, verification_d, 30),
               measured(s, changes_unvalidated, 0)
             ])
     ]) :-
    gmp_change_control_steps(s, 0).
test(change_control_violated,
     [ given([ measured(s, changes_unapproved, 1), measured(s, changes_unrequested, 0),
               measured(s, requests_assessed, true), measured(s, verification_d, 29),
               measured(s, changes_unvalidated, 0)
             ]),
       fail
     ]) :-
    gmp_change_control_steps(s, _).
test(change_control_violated_by_changes_unrequested,
     [ given([ measured(s, changes_unapproved, 0), measured(s, changes_unrequested, 1),
               measured(s, requests_assessed, true), measured(s, verification_d, 29),
               measured(s, changes_unvalidated, 0)
             ]),
       fail
     ]) :-
    gmp_change_control_steps(s, _).
test(change_control_violated_by_requests_assessed,
     [ given([ measured(s, changes_unapproved, 0), measured(s, changes_unrequested, 0),
               measured(s, requests_assessed, false), measured(s, verification_d, 29),
               measured(s, changes_unvalidated, 0)
             ]),
       fail
     ]) :-
    gmp_change_control_steps(s, _).
test(change_control_violated_by_verification_d,
     [ given([ measured(s, changes_unapproved, 0), measured(s, changes_unrequested, 0),
               measured(s, requests_assessed, true), measured(s, verification_d, 31),
               measured(s, changes_unvalidated, 0)
             ]),
       fail
     ]) :-
    gmp_change_control_steps(s, _).
test(change_control_violated_by_changes_unvalidated,
     [ given([ measured(s, changes_unapproved, 0), measured(s, changes_unrequested, 0),
               measured(s, requests_assessed, true), measured(s, verification_d, 29),
               measured(s, changes_unvalidated, 1)
             ]),
       fail
     ]) :-
    gmp_change_control_steps(s, _).
test(change_control_nothing_in_the_window,
     [ given([ measured(s, changes_unapproved, 0), measured(s, changes_unrequested, 0),
               measured(s, requests_assessed, none), measured(s, verification_d, none),
               measured(s, changes_unvalidated, 0)
             ])
     ]) :-
    gmp_change_control_steps(s, 0).
test(change_control_evidence_missing,
     [ given([ missing(s, changes_unapproved, "nothing observed"),
               measured(s, changes_unrequested, 0), measured(s, requests_assessed, true),
               measured(s, verification_d, 29), measured(s, changes_unvalidated, 0)
             ]),
       unknown
     ]) :-
    gmp_change_control_steps(s, _).

% gmp.audit-trail

test(audit_trail_compliant_at_the_limit,
     [ given([ measured(s, operations_untrailed, 0), measured(s, entries_complete, true),
               measured(s, trails_disabled, 0)
             ])
     ]) :-
    gmp_audit_trail(s, 0).
test(audit_trail_violated,
     [ given([ measured(s, operations_untrailed, 1), measured(s, entries_complete, true),
               measured(s, trails_disabled, 0)
             ]),
       fail
     ]) :-
    gmp_audit_trail(s, _).
test(audit_trail_violated_by_entries_complete,
     [ given([ measured(s, operations_untrailed, 0), measured(s, entries_complete, false),
               measured(s, trails_disabled, 0)
             ]),
       fail
     ]) :-
    gmp_audit_trail(s, _).
test(audit_trail_violated_by_trails_disabled,
     [ given([ measured(s, operations_untrailed, 0), measured(s, entries_complete, true),
               measured(s, trails_disabled, 1)
             ]),
       fail
     ]) :-
    gmp_audit_trail(s, _).
test(audit_trail_nothing_in_the_window,
     [ given([ measured(s, operations_untrailed, 0), measured(s, entries_complete, none),
               measured(s, trails_disabled, 0)
             ])
     ]) :-
    gmp_audit_trail(s, 0).
test(audit_trail_evidence_missing,
     [ given([ missing(s, operations_untrailed, "nothing observed"),
               measured(s, entries_complete, true), measured(s, trails_disabled, 0)
             ]),
       unknown
     ]) :-
    gmp_audit_trail(s, _).

% gmp.audit-trail-review

test(audit_trail_review_compliant,
     [ given([ measured(s, released_untrailed, 0), measured(s, trail_review_age_d, 29)
             ])
     ]) :-
    gmp_audit_trail_review(s, 0).
test(audit_trail_review_at_the_limit,
     [ given([ measured(s, released_untrailed, 0), measured(s, trail_review_age_d, 30)
             ])
     ]) :-
    gmp_audit_trail_review(s, 0).
test(audit_trail_review_violated,
     [ given([ measured(s, released_untrailed, 1), measured(s, trail_review_age_d, 29)
             ]),
       fail
     ]) :-
    gmp_audit_trail_review(s, _).
test(audit_trail_review_violated_by_trail_review_age_d,
     [ given([ measured(s, released_untrailed, 0), measured(s, trail_review_age_d, 31)
             ]),
       fail
     ]) :-
    gmp_audit_trail_review(s, _).
test(audit_trail_review_without_trail_review_age_d,
     [ given([ measured(s, released_untrailed, 0), measured(s, trail_review_age_d, none)
             ]),
       fail
     ]) :-
    gmp_audit_trail_review(s, _).
test(audit_trail_review_evidence_missing,
     [ given([ missing(s, released_untrailed, "nothing observed"),
               measured(s, trail_review_age_d, 29)
             ]),
       unknown
     ]) :-
    gmp_audit_trail_review(s, _).

% gmp.esign

test(esign_compliant_at_the_limit, [given([measured(s, signatures_valid, true)])]) :-
    gmp_esign(s, true).
test(esign_violated, [given([measured(s, signatures_valid, false)]), fail]) :-
    gmp_esign(s, _).
test(esign_nothing_in_the_window, [given([measured(s, signatures_valid, none)])]) :-
    gmp_esign(s, none).
test(esign_evidence_missing,
     [ given([ missing(s, signatures_valid, "nothing observed")
             ]),
       unknown
     ]) :-
    gmp_esign(s, _).

% gmp.access

test(access_compliant_at_the_limit,
     [ given([ measured(s, actions_untrained, 0), measured(s, roles_allow, true)
             ])
     ]) :-
    gmp_access(s, 0).
test(access_violated,
     [ given([ measured(s, actions_untrained, 1), measured(s, roles_allow, true)
             ]),
       fail
     ]) :-
    gmp_access(s, _).
test(access_violated_by_roles_allow,
     [ given([ measured(s, actions_untrained, 0), measured(s, roles_allow, false)
             ]),
       fail
     ]) :-
    gmp_access(s, _).
test(access_nothing_in_the_window,
     [ given([ measured(s, actions_untrained, 0), measured(s, roles_allow, none)
             ])
     ]) :-
    gmp_access(s, 0).
test(access_evidence_missing,
     [ given([ missing(s, actions_untrained, "nothing observed"), measured(s, roles_allow, true)
             ]),
       unknown
     ]) :-
    gmp_access(s, _).

% The level.

test(level_compliant,
     [ given([ measured(s, versions_unvalidated, 0), measured(s, oq_before_iq, 0),
               measured(s, pq_before_oq, 0), measured(s, protocols_first, true),
               measured(s, reviews_clean, true), measured(s, review_age_d, 364),
               measured(s, first_review_d, 364), measured(s, changes_unapproved, 0),
               measured(s, changes_unrequested, 0), measured(s, requests_assessed, true),
               measured(s, verification_d, 29), measured(s, changes_unvalidated, 0),
               measured(s, operations_untrailed, 0), measured(s, entries_complete, true),
               measured(s, trails_disabled, 0), measured(s, released_untrailed, 0),
               measured(s, trail_review_age_d, 29), measured(s, signatures_valid, true),
               measured(s, actions_untrained, 0), measured(s, roles_allow, true)
             ])
     ]) :-
    gmp_part11_compliant(s).
test(level_violated_by_validation_current,
     [ given([ measured(s, versions_unvalidated, 1), measured(s, oq_before_iq, 0),
               measured(s, pq_before_oq, 0), measured(s, protocols_first, true),
               measured(s, reviews_clean, true), measured(s, review_age_d, 364),
               measured(s, first_review_d, 364)
             ]),
       fail
     ]) :-
    gmp_part11_compliant(s).
test(level_violated_by_change_control,
     [ given([ measured(s, versions_unvalidated, 0), measured(s, oq_before_iq, 0),
               measured(s, pq_before_oq, 0), measured(s, protocols_first, true),
               measured(s, reviews_clean, true), measured(s, review_age_d, 364),
               measured(s, first_review_d, 364), measured(s, changes_unapproved, 1),
               measured(s, changes_unrequested, 0), measured(s, requests_assessed, true),
               measured(s, verification_d, 29), measured(s, changes_unvalidated, 0)
             ]),
       fail
     ]) :-
    gmp_part11_compliant(s).
test(level_violated_by_audit_trail,
     [ given([ measured(s, versions_unvalidated, 0), measured(s, oq_before_iq, 0),
               measured(s, pq_before_oq, 0), measured(s, protocols_first, true),
               measured(s, reviews_clean, true), measured(s, review_age_d, 364),
               measured(s, first_review_d, 364), measured(s, changes_unapproved, 0),
               measured(s, changes_unrequested, 0), measured(s, requests_assessed, true),
               measured(s, verification_d, 29), measured(s, changes_unvalidated, 0),
               measured(s, operations_untrailed, 1), measured(s, entries_complete, true),
               measured(s, trails_disabled, 0)
             ]),
       fail
     ]) :-
    gmp_part11_compliant(s).
test(level_violated_by_audit_trail_review,
     [ given([ measured(s, versions_unvalidated, 0), measured(s, oq_before_iq, 0),
               measured(s, pq_before_oq, 0), measured(s, protocols_first, true),
               measured(s, reviews_clean, true), measured(s, review_age_d, 364),
               measured(s, first_review_d, 364), measured(s, changes_unapproved, 0),
               measured(s, changes_unrequested, 0), measured(s, requests_assessed, true),
               measured(s, verification_d, 29), measured(s, changes_unvalidated, 0),
               measured(s, operations_untrailed, 0), measured(s, entries_complete, true),
               measured(s, trails_disabled, 0), measured(s, released_untrailed, 1),
               measured(s, trail_review_age_d, 29)
             ]),
       fail
     ]) :-
    gmp_part11_compliant(s).
test(level_violated_by_esign,
     [ given([ measured(s, versions_unvalidated, 0), measured(s, oq_before_iq, 0),
               measured(s, pq_before_oq, 0), measured(s, protocols_first, true),
               measured(s, reviews_clean, true), measured(s, review_age_d, 364),
               measured(s, first_review_d, 364), measured(s, changes_unapproved, 0),
               measured(s, changes_unrequested, 0), measured(s, requests_assessed, true),
               measured(s, verification_d, 29), measured(s, changes_unvalidated, 0),
               measured(s, operations_untrailed, 0), measured(s, entries_complete, true),
               measured(s, trails_disabled, 0), measured(s, released_untrailed, 0),
               measured(s, trail_review_age_d, 29), measured(s, signatures_valid, false)
             ]),
       fail
     ]) :-
    gmp_part11_compliant(s).
test(level_violated_by_access,
     [ given([ measured(s, versions_unvalidated, 0), measured(s, oq_before_iq, 0),
               measured(s, pq_before_oq, 0), measured(s, protocols_first, true),
               measured(s, reviews_clean, true), measured(s, review_age_d, 364),
               measured(s, first_review_d, 364), measured(s, changes_unapproved, 0),
               measured(s, changes_unrequested, 0), measured(s, requests_assessed, true),
               measured(s, verification_d, 29), measured(s, changes_unvalidated, 0),
               measured(s, operations_untrailed, 0), measured(s, entries_complete, true),
               measured(s, trails_disabled, 0), measured(s, released_untrailed, 0),
               measured(s, trail_review_age_d, 29), measured(s, signatures_valid, true),
               measured(s, actions_untrained, 1), measured(s, roles_allow, true)
             ]),
       fail
     ]) :-
    gmp_part11_compliant(s).

test(esign_one_component_later_in_a_session,
     [feed([ at(0, s, esign(signer("ada"), printed_name("Ada Byron"), meaning("approved"),
                            record("r"), signed_digest("d1"), record_digest("d1"), components(2),
                            session("s1"), first_in_session(true), account_active(true),
                            signature_valid(true))),
             at(1, min, esign(signer("ada"), printed_name("Ada Byron"), meaning("approved"),
                              record("r"), signed_digest("d2"), record_digest("d2"),
                              components(1), session("s1"), first_in_session(false),
                              account_active(true), signature_valid(true))),
             holds(verdict('gmp.esign', compliant)),
             at(1, min, esign(signer("ada"), printed_name("Ada Byron"), meaning("approved"),
                              record("r"), signed_digest("d3"), record_digest("d3"),
                              components(1), session("s2"), first_in_session(true),
                              account_active(true), signature_valid(true)))
           ])]) :-
    verdict('gmp.esign', non_compliant).
test(esign_of_another_record,
     [feed([ at(0, s, esign(signer("ada"), printed_name("Ada Byron"), meaning("approved"),
                            record("r"), signed_digest("d1"), record_digest("d2"), components(2),
                            session("s1"), first_in_session(true), account_active(true),
                            signature_valid(true)))
           ])]) :-
    verdict('gmp.esign', non_compliant).

test(validation_current_of_another_version,
     [feed([ at(0, s, validation_report(item("mes"), version("1"), stage(iq), result(passed),
                                        protocol_approved(ago(9, d)), executed(ago(8, d)),
                                        approver("qa"))),
             at(1, s, validation_report(item("mes"), version("1"), stage(oq), result(passed),
                                        protocol_approved(ago(9, d)), executed(ago(7, d)),
                                        approver("qa"))),
             at(2, s, validation_report(item("mes"), version("1"), stage(pq), result(passed),
                                        protocol_approved(ago(9, d)), executed(ago(6, d)),
                                        approver("qa"))),
             at(3, s, periodic_review(item("mes"), reviewer("qa"), open_critical(0))),
             at(4, s, version_in_use(item("mes"), version("1"))),
             holds(verdict('gmp.validation-current', compliant)),
             at(5, s, version_in_use(item("mes"), version("2")))
           ])]) :-
    verdict('gmp.validation-current', non_compliant).

test(access_with_a_training_that_ran_out,
     [feed([ at(0, s, training(actor("ada"), procedure("SOP-1"), version("2"),
                               valid_until(in(1, d)))),
             at(1, h, action(actor("ada"), role("operator"), role_allows(true),
                             procedure("SOP-1"), version("2"), performed(ago(0, s)))),
             holds(verdict('gmp.access', compliant)),
             at(2, d, action(actor("ada"), role("operator"), role_allows(true),
                             procedure("SOP-1"), version("2"), performed(ago(0, s))))
           ])]) :-
    verdict('gmp.access', non_compliant).

test(audit_trail_switched_off,
     [feed([ at(0, s, record_operation(operation("op-1"), record("r"), actor("ada"),
                                       kind(create))),
             at(500, ms, audit_entry(operation("op-1"), record("r"), actor("ada"), kind(create),
                                     new("5"))),
             wait(1, min),
             holds(measured(s, operations_untrailed, 0)),
             at(0, s, trail_disabled(item("mes"), actor("root")))
           ])]) :-
    verdict('gmp.audit-trail', non_compliant).

test(validation_current_of_an_item_never_reviewed,
     [feed([ at(0, s, validation_report(item("mes"), version("1"), stage(csa), result(passed),
                                        protocol_approved(ago(9, d)), executed(ago(8, d)),
                                        approver("qa"))),
             at(0, s, validation_report(item("lims"), version("1"), stage(csa), result(passed),
                                        protocol_approved(ago(9, d)), executed(ago(8, d)),
                                        approver("qa"))),
             at(1, s, version_in_use(item("mes"), version("1"))),
             at(2, s, periodic_review(item("mes"), reviewer("qa"), open_critical(0))),
             holds(verdict('gmp.validation-current', compliant)),
             wait(1, d)
           ])]) :-
    measured(s, first_review_d, Days),
    Days > 1.
test(validation_current_out_of_order,
     [feed([ at(0, s, validation_report(item("mes"), version("1"), stage(pq), result(passed),
                                        protocol_approved(ago(8, d)), executed(ago(8, d)),
                                        approver("qa"))),
             at(1, s, validation_report(item("mes"), version("1"), stage(oq), result(passed),
                                        protocol_approved(ago(9, d)), executed(ago(7, d)),
                                        approver("qa")))
           ])]) :-
    measured(s, protocols_first, false),
    measured(s, pq_before_oq, 1),
    measured(s, oq_before_iq, 1).
test(validation_current_of_a_version_in_use_for_months,
     [feed([ at(0, s, version_in_use(item("mes"), version("1"))),
             wait(200, d)
           ])]) :-
    measured(s, versions_unvalidated, 1).

test(change_control_by_events,
     [feed([ at(0, s, change_requested(change("c-1"), item("mes"), requester("ada"),
                                       impact_assessment("small"), revalidation(false))),
             at(1, h, change_approved(change("c-1"), approver("qa"), unit(quality))),
             at(2, h, change_implemented(change("c-1"), item("mes"), implementer("bob"))),
             at(3, h, change_verified(change("c-1"), result(passed), verifier("cem"))),
             holds(verdict('gmp.change-control', compliant)),
             at(1, h, change_requested(change("c-2"), item("mes"), requester("ada"),
                                       impact_assessment("large"), revalidation(true))),
             at(2, h, change_approved(change("c-2"), approver("it"), unit(other))),
             at(3, h, change_implemented(change("c-2"), item("mes"), implementer("bob"))),
             at(4, h, change_verified(change("c-2"), result(passed), verifier("cem"))),
             holds(measured(s, changes_unapproved, 1)),
             wait(90, d)
           ])]) :-
    measured(s, changes_unvalidated, 1).
test(change_control_of_a_change_never_verified,
     [feed([ at(0, s, change_requested(change("c-1"), item("mes"), requester("ada"),
                                       impact_assessment("small"), revalidation(false))),
             at(1, h, change_approved(change("c-1"), approver("qa"), unit(quality))),
             at(2, h, change_implemented(change("c-1"), item("mes"), implementer("bob"))),
             at(3, h, change_verified(change("c-1"), result(failed), verifier("cem"))),
             holds(verdict('gmp.change-control', compliant)),
             wait(47, h)
           ])]) :-
    measured(s, verification_d, 2).

test(audit_trail_of_another_operation,
     [feed([ at(0, s, nil_report(kind("trail_disabled"), from(ago(1, d)), to(ago(0, s)))),
             at(0, s, record_operation(operation("o-1"), record("r"), actor("ada"),
                                       kind(modify))),
             at(1, s, audit_entry(operation("o-1"), record("r"), actor("ada"), kind(modify),
                                  field("dose"), old("5"), new("6"), reason("typing error"))),
             wait(5, min),
             holds(verdict('gmp.audit-trail', compliant)),
             at(0, s, record_operation(operation("o-2"), record("r"), actor("ada"),
                                       kind(delete))),
             at(1, s, audit_entry(operation("o-2"), record("r"), actor("ada"), kind(create),
                                  new("6"))),
             wait(5, min)
           ])]) :-
    measured(s, operations_untrailed, 1),
    measured(s, entries_complete, true),
    verdict('gmp.audit-trail', non_compliant).

test(audit_trail_review_by_somebody_concerned,
     [feed([ at(0, s, trail_review(scope("mes"), kind(system), reviewer("qa"),
                                   independent(true), signature("s-1"))),
             at(0, s, trail_review(scope("B-1"), kind(batch), reviewer("qa"), independent(true),
                                   signature("s-2"))),
             at(0, s, trail_review(scope("B-2"), kind(batch), reviewer("ada"),
                                   independent(false), signature("s-3"))),
             at(1, h, batch_release(scope("B-1"), released_by("qp"))),
             holds(verdict('gmp.audit-trail-review', compliant)),
             at(0, s, batch_release(scope("B-2"), released_by("qp")))
           ])]) :-
    verdict('gmp.audit-trail-review', non_compliant).

test(change_control_of_a_change_validated_again,
     [feed([ at(0, s, change_requested(change("c-1"), item("mes"), requester("ada"),
                                       impact_assessment("large"), revalidation(true))),
             at(1, h, change_approved(change("c-1"), approver("qa"), unit(quality))),
             at(2, h, change_implemented(change("c-1"), item("mes"), implementer("bob"))),
             at(3, h, change_verified(change("c-1"), result(passed), verifier("cem"))),
             at(20, d, validation_report(item("mes"), version("2"), stage(csa), result(passed),
                                         protocol_approved(ago(9, d)), executed(ago(1, d)),
                                         approver("qa"))),
             wait(80, d)
           ])]) :-
    measured(s, changes_unvalidated, 0),
    verdict('gmp.change-control', compliant).
test(change_control_of_a_change_not_verified_in_a_year,
     [feed([ at(0, s, change_requested(change("c-1"), item("mes"), requester("ada"),
                                       impact_assessment("small"), revalidation(false))),
             at(1, h, change_approved(change("c-1"), approver("qa"), unit(quality))),
             at(2, h, change_implemented(change("c-1"), item("mes"), implementer("bob"))),
             wait(29, d),
             holds(verdict('gmp.change-control', compliant)),
             wait(330, d)
           ])]) :-
    verdict('gmp.change-control', non_compliant).

:- end_tests(gmp_part11).
