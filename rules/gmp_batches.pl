:- module(gmp_batches,
          [ gmp_batch_complete/2,       % +System, -Unrecorded
            gmp_second_person/2,        % +System, -Checked
            gmp_release_review/2,       % +System, -Unreviewed
            gmp_deviation/2,            % +System, -OpeningD
            gmp_sequence/2,             % +System, -OutOfOrder
            gmp_retention/2,            % +System, -Retained
            gmp_batch_used/2,           % ?Batch, ?Lot
            gmp_lot_reaches/2,          % ?Lot, ?Batch
            gmp_batches_compliant/1     % +System
          ]).

/** <module> GMP: batches from their first step to the end of their retention

The core pack asks that a batch record has its fields; here are the items of 21 CFR 211.188, the
second person, the review before release, deviations, the order of steps and retention. The
genealogy of batches is a relation over retained events: what a batch consumed may itself be the
yield of a batch.
*/

:- pack(gmp, "1.0", [on_request]).

% What is taken in. The fields of batch_record are those of 21 CFR 211.188(a) and (b)(1) to (13).

:- telemetry(batch_record(batch:string,
                          master_record:optional(string),
                          dates:optional(string),
                          equipment:optional(list(string)),
                          components:optional(list(string)),
                          weights:optional(list(string)),
                          in_process_results:optional(list(string)),
                          area_inspection:optional(string),
                          yield:optional(string),
                          labelling:optional(list(string)),
                          containers:optional(string),
                          sampling:optional(string),
                          persons:optional(list(string)),
                          investigations:optional(string),
                          examinations:optional(string))).
:- telemetry(step_started(batch:string, step:string, predecessor:optional(string),
                          device:optional(string), device_check:one_of(passed, failed, none),
                          reason:optional(string))).
:- telemetry(step_completed(batch:string, step:string, significant:bool, automated:bool,
                            performer:string, performed:time, checker:optional(string),
                            checked:optional(time))).
:- telemetry(record_change(batch:string, record:string, actor:string)).
:- telemetry(review(batch:string, reviewer:string, unit:one_of(quality, production))).
:- telemetry(release(batch:string, released_by:string, decision:one_of(released, rejected))).
:- telemetry(out_of_limit(result:string, batch:string, limit:string, value:string)).
:- telemetry(deviation_opened(id:string, batch:string, result:string)).
:- telemetry(deviation_closed(id:string, batch:string, root_cause:optional(string),
                              conclusion:optional(string), approver:string)).
:- telemetry(consumption(batch:string, lot:string, quantity:number, unit:string)).
:- telemetry(production(batch:string, lot:string, quantity:number, unit:string)).
:- telemetry(retained_record(batch:string, expiry:time, certified:time, retain_until:time,
                             available:bool, checked:time)).
:- telemetry(restore_test(store:string, result:one_of(success, failure))).

% What is measured.

:- parameter(batch_window_days, 90).
:- parameter(deviation_open_days, 1, [unit(d), about("own target: from the result on")]).
:- parameter(deviation_close_days, 30, [unit(d), about("own target; the rules name no number")]).
:- parameter(restore_age_most_days, 365, [unit(d), about("since a backup was last restored")]).

:- measure(released_unrecorded,
           unpreceded(release:(decision = released),
                      batch_record:( given(master_record),
                                     given(dates),
                                     given(equipment),
                                     given(components),
                                     given(weights),
                                     given(in_process_results),
                                     given(area_inspection),
                                     given(yield),
                                     given(labelling),
                                     given(containers),
                                     given(sampling),
                                     given(persons),
                                     given(investigations),
                                     given(examinations)
                                   ),
                      on([batch])),
           over(param(batch_window_days), d)).
:- measure(steps_checked,
           all(step_completed, ( significant = false
                               ; given(checker),
                                 checker \= performer,
                                 checked >= performed
                               )),
           over(param(batch_window_days), d)).
:- measure(released_unreviewed,
           unpreceded(release:(decision = released), review:(unit = quality), on([batch])),
           over(param(batch_window_days), d)).
:- measure(changed_after_review,
           episodes([ changed: (record_change, true),
                      \+ (review, unit = quality),
                      released: (release, decision = released)
                    ],
                    on([batch]), within(365, d)),
           over(param(batch_window_days), d)).
:- measure(released_with_deviation,
           episodes([ opened: (deviation_opened, true),
                      \+ (deviation_closed, id = opened:id),
                      released: (release, decision = released)
                    ],
                    on([batch]), within(365, d)),
           over(param(batch_window_days), d)).
% A result without a deviation, and a deviation that is open, stay however old they are.
:- measure(deviation_opening_d, span(out_of_limit, deviation_opened, on([result])),
           over(param(batch_window_days), d), [in(d)]).
:- measure(deviation_closing_d,
           span(deviation_opened, deviation_closed:(given(root_cause), given(conclusion)),
                on([id])),
           over(param(batch_window_days), d), [in(d)]).
:- measure(steps_out_of_order,
           unpreceded(step_started:(given(predecessor)), step_completed,
                      on([batch, step = predecessor])),
           over(param(batch_window_days), d)).
:- measure(steps_repeated,
           episodes([ once: (step_started, true),
                      again: (step_started, missing(reason))
                    ],
                    on([batch, step]), within(90, d)),
           over(param(batch_window_days), d)).
:- measure(devices_checked,
           all(step_started, ( device_check = passed
                             ; device_check = none, missing(device)
                             )),
           over(param(batch_window_days), d)).
% A year after expiry (US); the later of that and five years after certification (EU). Years are
% taken with their leap days.
:- measure(records_retained,
           latest_all(retained_record, batch,
                      ( ( available = true
                        ; checked >= retain_until
                        ),
                        retain_until - expiry >= duration(366, d),
                        retain_until - certified >= duration(1_827, d)
                      ))).
:- measure(restore_age_d, age(restore_test, result = success), [by(store), in(d)]).
:- measure(stores_restored, latest_all(restore_test, store, result = success)).

% What is required.

:- control('gmp.batch-complete', gmp_batch_complete/2,
           [ title("Every batch record has all items of 211.188 before its batch is released"),
             basis(regulation), severity(critical),
             cites([ citation("21 CFR", "", "211.188(a), (b)(1)-(13)"),
                     citation("21 CFR", "", "211.186", [verified(false)]),
                     citation("EU GMP", "", "Chapter 4", [verified(false)])
                   ])
           ]).

%!  gmp_batch_complete(+System, -Unrecorded) is semidet.
%
%   Unrecorded are the batches released in 90 days without a complete record before.

gmp_batch_complete(System, Unrecorded) :-
    measured(System, released_unrecorded, Unrecorded),
    Unrecorded =< 0.

:- control('gmp.second-person', gmp_second_person/2,
           [ title("Every significant step is checked by somebody else than its performer"),
             basis(regulation), severity(critical),
             cites([ citation("21 CFR", "", "211.188(b)(11)"),
                     citation("21 CFR", "", "211.101(d), 211.68(b), 211.103", [verified(false)])
                   ])
           ]).

%!  gmp_second_person(+System, -Checked) is semidet.

gmp_second_person(System, Checked) :-
    measured(System, steps_checked, Checked),
    ( Checked == none -> true ; Checked == true ).

:- control('gmp.release-review', gmp_release_review/2,
           [ title("No batch is released before its review, its last change and its deviations"),
             basis(regulation), severity(critical),
             cites([ citation("21 CFR", "", "211.192, 211.22(a)", [verified(false)]),
                     citation("EU GMP Annex 11", "2011", "section 15", [verified(false)])
                   ])
           ]).

%!  gmp_release_review(+System, -Unreviewed) is semidet.
%
%   Unreviewed are the batches released in 90 days without a review of the quality unit before; none
%   was changed after it, or has a deviation that is open.

gmp_release_review(System, Unreviewed) :-
    measured(System, released_unreviewed, Unreviewed),
    Unreviewed =< 0,
    measured(System, changed_after_review, Changed),
    Changed =< 0,
    measured(System, released_with_deviation, Open),
    Open =< 0.

:- control('gmp.deviation', gmp_deviation/2,
           [ title("A result out of limits has a deviation in a day and its cause in 30 days"),
             basis(target), severity(high),
             cites([ "The numbers are own targets",
                     citation("21 CFR", "", "211.192, 211.100(b)", [verified(false)]),
                     citation("21 CFR", "", "211.188(b)(12)"),
                     citation("EU GMP Annex 11", "2011", "section 13", [verified(false)])
                   ])
           ]).

%!  gmp_deviation(+System, -OpeningD) is semidet.
%
%   OpeningD is the longest time in days from a result of 90 days to its deviation; it runs while
%   there is none, and so does the time to its root cause and conclusion.

gmp_deviation(System, OpeningD) :-
    measured(System, deviation_opening_d, OpeningD),
    param(System, deviation_open_days, OpenMost),
    ( OpeningD == none -> true ; OpeningD =< OpenMost ),
    measured(System, deviation_closing_d, ClosingD),
    param(System, deviation_close_days, CloseMost),
    ( ClosingD == none -> true ; ClosingD =< CloseMost ).

:- control('gmp.sequence', gmp_sequence/2,
           [ title("Steps come in their order, once, on devices that passed their check"),
             basis(regulation), severity(high),
             cites([ citation("21 CFR", "", "11.10(f), (h)"),
                     citation("21 CFR", "", "211.100(b)", [verified(false)])
                   ])
           ]).

%!  gmp_sequence(+System, -OutOfOrder) is semidet.
%
%   OutOfOrder are the steps of 90 days that started before their predecessor was complete.

gmp_sequence(System, OutOfOrder) :-
    measured(System, steps_out_of_order, OutOfOrder),
    OutOfOrder =< 0,
    measured(System, steps_repeated, Repeated),
    Repeated =< 0,
    measured(System, devices_checked, DevicesChecked),
    ( DevicesChecked == none -> true ; DevicesChecked == true ).

:- control('gmp.retention', gmp_retention/2,
           [ title("Batch records stay available to their end date, and backups are restored"),
             basis(regulation), severity(high),
             cites([ citation("21 CFR", "", "211.180(a)", [verified(false)]),
                     citation("21 CFR", "", "11.10(c)"),
                     citation("EU GMP", "", "Chapter 4, 4.11", [verified(false)]),
                     citation("EU GMP Annex 11", "2011", "section 7"),
                     citation("EU GMP Annex 11", "2011", "section 17", [verified(false)])
                   ])
           ]).

%!  gmp_retention(+System, -Retained) is semidet.
%
%   Retained is `true` when the record of each batch is there until its end date, a year past expiry
%   and five past certification. Each store was restored within a year, and in its latest test.

gmp_retention(System, Retained) :-
    measured(System, records_retained, Retained),
    ( Retained == none -> true ; Retained == true ),
    measured(System, restore_age_d, AgeD),
    param(System, restore_age_most_days, Most),
    AgeD \== none,
    AgeD =< Most,
    measured(System, stores_restored, Restored),
    Restored == true.

%!  gmp_batch_used(?Batch, ?Lot) is nondet.
%
%   Batch used Lot: it consumed it, or a lot that a batch yielded which used it. Once for each way.

gmp_batch_used(Batch, Lot) :-
    event(_, _, _, consumption(_, batch(Batch), lot(Consumed), _, _)),
    lot_from(Consumed, Lot, [Consumed]).

% The lot itself, and what the batches that yielded it consumed. Seen lots end a circle.
lot_from(Lot, Lot, _).
lot_from(Lot, Origin, Seen) :-
    event(_, _, _, production(_, batch(Batch), lot(Lot), _, _)),
    event(_, _, _, consumption(_, batch(Batch), lot(Consumed), _, _)),
    \+ memberchk(Consumed, Seen),
    lot_from(Consumed, Origin, [Consumed|Seen]).

%!  gmp_lot_reaches(?Lot, ?Batch) is nondet.
%
%   Batch is among those that a recall of Lot has to find.

gmp_lot_reaches(Lot, Batch) :-
    setof(Using, gmp_batch_used(Using, Lot), Batches),
    member(Batch, Batches).

%!  gmp_batches_compliant(+System) is semidet.

gmp_batches_compliant(System) :-
    gmp_batch_complete(System, _),
    gmp_second_person(System, _),
    gmp_release_review(System, _),
    gmp_deviation(System, _),
    gmp_sequence(System, _),
    gmp_retention(System, _).
