:- begin_tests(gmp_batches).

% gmp.batch-complete

test(batch_complete_compliant_at_the_limit, [given([measured(s, released_unrecorded, 0)])]) :-
    gmp_batch_complete(s, 0).
test(batch_complete_violated, [given([measured(s, released_unrecorded, 1)]), fail]) :-
    gmp_batch_complete(s, _).
test(batch_complete_evidence_missing,
     [ given([ missing(s, released_unrecorded, "nothing observed")
             ]),
       unknown
     ]) :-
    gmp_batch_complete(s, _).

% gmp.second-person

test(second_person_compliant_at_the_limit, [given([measured(s, steps_checked, true)])]) :-
    gmp_second_person(s, true).
test(second_person_violated, [given([measured(s, steps_checked, false)]), fail]) :-
    gmp_second_person(s, _).
test(second_person_nothing_in_the_window, [given([measured(s, steps_checked, none)])]) :-
    gmp_second_person(s, none).
test(second_person_evidence_missing,
     [ given([ missing(s, steps_checked, "nothing observed")
             ]),
       unknown
     ]) :-
    gmp_second_person(s, _).

% gmp.release-review

test(release_review_compliant_at_the_limit,
     [ given([ measured(s, released_unreviewed, 0), measured(s, changed_after_review, 0),
               measured(s, released_with_deviation, 0)
             ])
     ]) :-
    gmp_release_review(s, 0).
test(release_review_violated,
     [ given([ measured(s, released_unreviewed, 1), measured(s, changed_after_review, 0),
               measured(s, released_with_deviation, 0)
             ]),
       fail
     ]) :-
    gmp_release_review(s, _).
test(release_review_violated_by_changed_after_review,
     [ given([ measured(s, released_unreviewed, 0), measured(s, changed_after_review, 1),
               measured(s, released_with_deviation, 0)
             ]),
       fail
     ]) :-
    gmp_release_review(s, _).
test(release_review_violated_by_released_with_deviation,
     [ given([ measured(s, released_unreviewed, 0), measured(s, changed_after_review, 0),
               measured(s, released_with_deviation, 1)
             ]),
       fail
     ]) :-
    gmp_release_review(s, _).
test(release_review_evidence_missing,
     [ given([ missing(s, released_unreviewed, "nothing observed"),
               measured(s, changed_after_review, 0), measured(s, released_with_deviation, 0)
             ]),
       unknown
     ]) :-
    gmp_release_review(s, _).

% gmp.deviation

test(deviation_compliant,
     [ given([ measured(s, deviation_opening_d, 0.9), measured(s, deviation_closing_d, 29)
             ])
     ]) :-
    gmp_deviation(s, 0.9).
test(deviation_at_the_limit,
     [ given([ measured(s, deviation_opening_d, 1), measured(s, deviation_closing_d, 30)
             ])
     ]) :-
    gmp_deviation(s, 1).
test(deviation_violated,
     [ given([ measured(s, deviation_opening_d, 1.1), measured(s, deviation_closing_d, 29)
             ]),
       fail
     ]) :-
    gmp_deviation(s, _).
test(deviation_violated_by_deviation_closing_d,
     [ given([ measured(s, deviation_opening_d, 0.9), measured(s, deviation_closing_d, 31)
             ]),
       fail
     ]) :-
    gmp_deviation(s, _).
test(deviation_nothing_in_the_window,
     [ given([ measured(s, deviation_opening_d, none), measured(s, deviation_closing_d, none)
             ])
     ]) :-
    gmp_deviation(s, none).
test(deviation_evidence_missing,
     [ given([ missing(s, deviation_opening_d, "nothing observed"),
               measured(s, deviation_closing_d, 29)
             ]),
       unknown
     ]) :-
    gmp_deviation(s, _).

% gmp.sequence

test(sequence_compliant_at_the_limit,
     [ given([ measured(s, steps_out_of_order, 0), measured(s, steps_repeated, 0),
               measured(s, devices_checked, true)
             ])
     ]) :-
    gmp_sequence(s, 0).
test(sequence_violated,
     [ given([ measured(s, steps_out_of_order, 1), measured(s, steps_repeated, 0),
               measured(s, devices_checked, true)
             ]),
       fail
     ]) :-
    gmp_sequence(s, _).
test(sequence_violated_by_steps_repeated,
     [ given([ measured(s, steps_out_of_order, 0), measured(s, steps_repeated, 1),
               measured(s, devices_checked, true)
             ]),
       fail
     ]) :-
    gmp_sequence(s, _).
test(sequence_violated_by_devices_checked,
     [ given([ measured(s, steps_out_of_order, 0), measured(s, steps_repeated, 0),
               measured(s, devices_checked, false)
             ]),
       fail
     ]) :-
    gmp_sequence(s, _).
test(sequence_nothing_in_the_window,
     [ given([ measured(s, steps_out_of_order, 0), measured(s, steps_repeated, 0),
               measured(s, devices_checked, none)
             ])
     ]) :-
    gmp_sequence(s, 0).
test(sequence_evidence_missing,
     [ given([ missing(s, steps_out_of_order, "nothing observed"), measured(s, steps_repeated, 0),
               measured(s, devices_checked, true)
             ]),
       unknown
     ]) :-
    gmp_sequence(s, _).

% gmp.retention

test(retention_compliant,
     [ given([ measured(s, records_retained, true), measured(s, restore_age_d, 364),
               measured(s, stores_restored, true)
             ])
     ]) :-
    gmp_retention(s, true).
test(retention_at_the_limit,
     [ given([ measured(s, records_retained, true), measured(s, restore_age_d, 365),
               measured(s, stores_restored, true)
             ])
     ]) :-
    gmp_retention(s, true).
test(retention_violated,
     [ given([ measured(s, records_retained, false), measured(s, restore_age_d, 364),
               measured(s, stores_restored, true)
             ]),
       fail
     ]) :-
    gmp_retention(s, _).
test(retention_violated_by_restore_age_d,
     [ given([ measured(s, records_retained, true), measured(s, restore_age_d, 366),
               measured(s, stores_restored, true)
             ]),
       fail
     ]) :-
    gmp_retention(s, _).
test(retention_violated_by_stores_restored,
     [ given([ measured(s, records_retained, true), measured(s, restore_age_d, 364),
               measured(s, stores_restored, false)
             ]),
       fail
     ]) :-
    gmp_retention(s, _).
test(retention_nothing_in_the_window,
     [ given([ measured(s, records_retained, none), measured(s, restore_age_d, 364),
               measured(s, stores_restored, true)
             ])
     ]) :-
    gmp_retention(s, none).
test(retention_without_restore_age_d,
     [ given([ measured(s, records_retained, true), measured(s, restore_age_d, none),
               measured(s, stores_restored, true)
             ]),
       fail
     ]) :-
    gmp_retention(s, _).
test(retention_evidence_missing,
     [ given([ missing(s, records_retained, "nothing observed"), measured(s, restore_age_d, 364),
               measured(s, stores_restored, true)
             ]),
       unknown
     ]) :-
    gmp_retention(s, _).

% The level.

test(level_compliant,
     [ given([ measured(s, released_unrecorded, 0), measured(s, steps_checked, true),
               measured(s, released_unreviewed, 0), measured(s, changed_after_review, 0),
               measured(s, released_with_deviation, 0), measured(s, deviation_opening_d, 0.9),
               measured(s, deviation_closing_d, 29), measured(s, steps_out_of_order, 0),
               measured(s, steps_repeated, 0), measured(s, devices_checked, true),
               measured(s, records_retained, true), measured(s, restore_age_d, 364),
               measured(s, stores_restored, true)
             ])
     ]) :-
    gmp_batches_compliant(s).
test(level_violated_by_batch_complete, [given([measured(s, released_unrecorded, 1)]), fail]) :-
    gmp_batches_compliant(s).
test(level_violated_by_second_person,
     [ given([ measured(s, released_unrecorded, 0), measured(s, steps_checked, false)
             ]),
       fail
     ]) :-
    gmp_batches_compliant(s).
test(level_violated_by_release_review,
     [ given([ measured(s, released_unrecorded, 0), measured(s, steps_checked, true),
               measured(s, released_unreviewed, 1), measured(s, changed_after_review, 0),
               measured(s, released_with_deviation, 0)
             ]),
       fail
     ]) :-
    gmp_batches_compliant(s).
test(level_violated_by_deviation,
     [ given([ measured(s, released_unrecorded, 0), measured(s, steps_checked, true),
               measured(s, released_unreviewed, 0), measured(s, changed_after_review, 0),
               measured(s, released_with_deviation, 0), measured(s, deviation_opening_d, 1.1),
               measured(s, deviation_closing_d, 29)
             ]),
       fail
     ]) :-
    gmp_batches_compliant(s).
test(level_violated_by_sequence,
     [ given([ measured(s, released_unrecorded, 0), measured(s, steps_checked, true),
               measured(s, released_unreviewed, 0), measured(s, changed_after_review, 0),
               measured(s, released_with_deviation, 0), measured(s, deviation_opening_d, 0.9),
               measured(s, deviation_closing_d, 29), measured(s, steps_out_of_order, 1),
               measured(s, steps_repeated, 0), measured(s, devices_checked, true)
             ]),
       fail
     ]) :-
    gmp_batches_compliant(s).
test(level_violated_by_retention,
     [ given([ measured(s, released_unrecorded, 0), measured(s, steps_checked, true),
               measured(s, released_unreviewed, 0), measured(s, changed_after_review, 0),
               measured(s, released_with_deviation, 0), measured(s, deviation_opening_d, 0.9),
               measured(s, deviation_closing_d, 29), measured(s, steps_out_of_order, 0),
               measured(s, steps_repeated, 0), measured(s, devices_checked, true),
               measured(s, records_retained, false), measured(s, restore_age_d, 364),
               measured(s, stores_restored, true)
             ]),
       fail
     ]) :-
    gmp_batches_compliant(s).

% Genealogy: B-1 makes an intermediate of API lot 5, B-2 and B-3 use it, B-4 does not.

test(genealogy_back_from_a_batch,
     [ given([ event(1, s, 1, consumption(timestamp(1), batch("B-1"), lot("API lot 5"),
                                          quantity(5), unit("kg"))),
               event(2, s, 2, production(timestamp(2), batch("B-1"), lot("I-1"), quantity(9),
                                         unit("kg"))),
               event(3, s, 3, consumption(timestamp(3), batch("B-2"), lot("I-1"), quantity(1),
                                          unit("kg")))
             ]),
       all(Lot == ["I-1","API lot 5"])
     ]) :-
    gmp_batch_used("B-2", Lot).
test(genealogy_forward_from_a_lot,
     [ given([ event(1, s, 1, consumption(timestamp(1), batch("B-1"), lot("API lot 5"),
                                          quantity(5), unit("kg"))),
               event(2, s, 2, production(timestamp(2), batch("B-1"), lot("I-1"), quantity(9),
                                         unit("kg"))),
               event(3, s, 3, consumption(timestamp(3), batch("B-2"), lot("I-1"), quantity(1),
                                          unit("kg"))),
               event(4, s, 4, consumption(timestamp(4), batch("B-3"), lot("I-1"), quantity(1),
                                          unit("kg"))),
               event(5, s, 5, consumption(timestamp(5), batch("B-4"), lot("API lot 6"),
                                          quantity(1), unit("kg")))
             ]),
       all(Batch == ["B-1","B-2","B-3"])
     ]) :-
    gmp_lot_reaches("API lot 5", Batch).
test(genealogy_of_rework_ends,
     [ given([ event(1, s, 1, consumption(timestamp(1), batch("B-1"), lot("I-1"), quantity(5),
                                          unit("kg"))),
               event(2, s, 2, production(timestamp(2), batch("B-1"), lot("I-1"), quantity(4),
                                         unit("kg")))
             ]),
       all(Lot == ["I-1"])
     ]) :-
    gmp_batch_used("B-1", Lot).
test(genealogy_of_what_was_not_used,
     [ given([ event(1, s, 1, consumption(timestamp(1), batch("B-1"), lot("API lot 5"),
                                          quantity(5), unit("kg"))),
               event(2, s, 2, production(timestamp(2), batch("B-1"), lot("I-1"), quantity(9),
                                         unit("kg"))),
               event(3, s, 3, production(timestamp(3), batch("B-0"), lot("API lot 5"),
                                         quantity(5), unit("kg"))),
               event(4, s, 4, consumption(timestamp(4), batch("B-2"), lot("I-1"), quantity(1),
                                          unit("kg")))
             ])
     ]) :-
    \+ gmp_batch_used("B-2", "API lot 6"),
    \+ gmp_lot_reaches("API lot 5", "B-0").
test(genealogy_of_an_unknown_lot, fail) :-
    gmp_lot_reaches("API lot 9", _).

test(second_person_by_events,
     [feed([ at(0, s, step_completed(batch("B-1"), step("mix"), significant(false),
                                     automated(true), performer("robot"), performed(ago(0, s)))),
             at(1, s, step_completed(batch("B-1"), step("weigh"), significant(true),
                                     automated(false), performer("ada"), performed(ago(9, s)),
                                     checker("bob"), checked(ago(9, s)))),
             holds(verdict('gmp.second-person', compliant)),
             at(2, s, step_completed(batch("B-1"), step("fill"), significant(true),
                                     automated(false), performer("ada"), performed(ago(9, s)),
                                     checker("ada"), checked(ago(1, s))))
           ])]) :-
    verdict('gmp.second-person', non_compliant).

test(release_review_by_events,
     [feed([ at(0, s, record_change(batch("B-1"), record("r"), actor("ada"))),
             at(1, h, review(batch("B-1"), reviewer("qa"), unit(quality))),
             at(2, h, release(batch("B-1"), released_by("qp"), decision(released))),
             holds(measured(s, released_unreviewed, 0)),
             holds(measured(s, changed_after_review, 0)),
             at(1, h, review(batch("B-2"), reviewer("qa"), unit(quality))),
             at(2, h, record_change(batch("B-2"), record("r"), actor("ada"))),
             at(3, h, release(batch("B-2"), released_by("qp"), decision(released))),
             holds(measured(s, changed_after_review, 1)),
             at(1, h, deviation_opened(id("d-1"), batch("B-3"), result("x-1"))),
             at(2, h, review(batch("B-3"), reviewer("qa"), unit(quality))),
             at(3, h, release(batch("B-3"), released_by("qp"), decision(released)))
           ])]) :-
    measured(s, released_with_deviation, 1),
    measured(s, released_unreviewed, 0),
    verdict('gmp.release-review', non_compliant).

test(batch_complete_by_events,
     [feed([ at(0, s, batch_record(batch("B-1"), master_record("M-1"), dates("2026-01-05"))),
             at(1, h, batch_record(batch("B-1"), master_record("M-1"), dates("2026-01-05"),
                                   equipment(["mixer"]), components(["API lot 5"]),
                                   weights(["5 kg"]), in_process_results(["pH 7"]),
                                   area_inspection("clean"), yield("98 %"),
                                   labelling(["L-1"]), containers("C-1"), sampling("S-1"),
                                   persons(["ada","bob"]), investigations("no deviation"),
                                   examinations("passed"))),
             at(2, h, release(batch("B-1"), released_by("qp"), decision(released))),
             at(3, h, release(batch("B-2"), released_by("qp"), decision(rejected))),
             holds(verdict('gmp.batch-complete', compliant)),
             at(0, s, batch_record(batch("B-3"), master_record("M-1"), dates("2026-01-05"),
                                   equipment(["mixer"]), components(["API lot 5"]),
                                   weights(["5 kg"]), in_process_results(["pH 7"]),
                                   area_inspection("clean"), yield("98 %"),
                                   labelling(["L-1"]), containers("C-1"), sampling("S-1"),
                                   persons(["ada","bob"]), investigations("no deviation"))),
             at(1, h, release(batch("B-3"), released_by("qp"), decision(released)))
           ])]) :-
    measured(s, released_unrecorded, 1),
    verdict('gmp.batch-complete', non_compliant).

test(deviation_not_opened_in_a_day,
     [feed([ at(0, s, out_of_limit(result("x-1"), batch("B-1"), limit("5"), value("7"))),
             at(1, d, deviation_opened(id("d-1"), batch("B-1"), result("x-1"))),
             holds(verdict('gmp.deviation', compliant)),
             at(0, s, out_of_limit(result("x-2"), batch("B-1"), limit("5"), value("8"))),
             wait(25, h)
           ])]) :-
    measured(s, deviation_opening_d, 25r24),
    verdict('gmp.deviation', non_compliant).
test(deviation_open_until_its_cause_is_known,
     [feed([ at(0, s, out_of_limit(result("x-1"), batch("B-1"), limit("5"), value("7"))),
             at(0, s, deviation_opened(id("d-1"), batch("B-1"), result("x-1"))),
             at(1, d, deviation_closed(id("d-1"), batch("B-1"), conclusion("accepted"),
                                       approver("qa"))),
             wait(1, d),
             holds(measured(s, deviation_closing_d, 2)),
             at(0, s, deviation_closed(id("d-1"), batch("B-1"), root_cause("scale"),
                                       conclusion("accepted"), approver("qa"))),
             wait(1, d)
           ])]) :-
    measured(s, deviation_closing_d, 2).

test(sequence_by_events,
     [feed([ at(0, s, step_started(batch("B-1"), step("mix"), device_check(passed))),
             at(1, h, step_completed(batch("B-1"), step("mix"), significant(false),
                                     automated(true), performer("robot"), performed(ago(0, s)))),
             at(2, h, step_started(batch("B-1"), step("fill"), predecessor("mix"),
                                   device_check(passed))),
             holds(verdict('gmp.sequence', compliant)),
             at(1, h, step_started(batch("B-1"), step("label"), predecessor("fill"),
                                   device_check(passed))),
             holds(measured(s, steps_out_of_order, 1)),
             at(1, h, step_started(batch("B-1"), step("mix"), device_check(passed)))
           ])]) :-
    measured(s, steps_repeated, 1),
    verdict('gmp.sequence', non_compliant).

test(sequence_of_a_device_nobody_checked,
     [feed([ at(0, s, step_started(batch("B-1"), step("mix"), device_check(none))),
             at(1, s, step_started(batch("B-1"), step("fill"), device("f-1"),
                                   device_check(passed))),
             holds(measured(s, devices_checked, true)),
             at(2, s, step_started(batch("B-1"), step("label"), device("l-1"),
                                   device_check(none)))
           ])]) :-
    measured(s, devices_checked, false).

test(retention_to_the_end_date,
     [feed([ at(0, s, restore_test(store("a"), result(success))),
             at(0, s, retained_record(batch("B-1"), certified(ago(0, s)), expiry(in(1_461, d)),
                                      retain_until(in(1_827, d)), available(true),
                                      checked(ago(0, s)))),
             at(1, s, retained_record(batch("B-2"), certified(ago(3_000, d)),
                                      expiry(ago(366, d)), retain_until(ago(0, s)),
                                      available(false), checked(ago(0, s)))),
             holds(verdict('gmp.retention', compliant)),
             at(0, s, retained_record(batch("B-3"), certified(ago(3_000, d)),
                                      expiry(ago(365, d)), retain_until(ago(0, s)),
                                      available(true), checked(ago(0, s)))),
             holds(verdict('gmp.retention', non_compliant)),
             at(1, s, retained_record(batch("B-3"), certified(ago(3_000, d)),
                                      expiry(ago(365, d)), retain_until(in(1, d)),
                                      available(true), checked(ago(0, s)))),
             holds(verdict('gmp.retention', compliant)),
             at(1, s, retained_record(batch("B-1"), certified(ago(0, s)), expiry(in(1_461, d)),
                                      retain_until(in(1_827, d)), available(false),
                                      checked(ago(0, s))))
           ])]) :-
    verdict('gmp.retention', non_compliant).
test(retention_of_a_store_that_is_never_restored,
     [feed([ at(0, s, restore_test(store("a"), result(success))),
             at(0, s, retained_record(batch("B-1"), certified(ago(0, s)), expiry(in(1_461, d)),
                                      retain_until(in(1_827, d)), available(true),
                                      checked(ago(0, s)))),
             at(1, s, restore_test(store("b"), result(failure)))
           ])]) :-
    verdict('gmp.retention', non_compliant).

test(deviation_open_for_half_a_year,
     [feed([ at(0, s, out_of_limit(result("x-1"), batch("B-1"), limit("5"), value("7"))),
             at(0, s, deviation_opened(id("d-1"), batch("B-1"), result("x-1"))),
             wait(30, d),
             holds(verdict('gmp.deviation', compliant)),
             wait(150, d)
           ])]) :-
    verdict('gmp.deviation', non_compliant).

:- end_tests(gmp_batches).
