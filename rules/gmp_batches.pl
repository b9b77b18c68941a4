:- module(gmp_batches,
          [ gmp_second_person/2,        % +System, -Checked
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
:- telemetry(step_completed(batch:string, step:string, significant:bool, automated:bool,
                            performer:string, performed:time, checker:optional(string),
                            checked:optional(time))).
:- telemetry(consumption(batch:string, lot:string, quantity:number, unit:string)).
:- telemetry(production(batch:string, lot:string, quantity:number, unit:string)).
:- telemetry(retained_record(batch:string, expiry:time, certified:time, retain_until:time,
                             available:bool)).
:- telemetry(restore_test(store:string, result:one_of(success, failure))).

% What is measured.

:- parameter(batch_window_days, 90).
:- parameter(restore_age_most_days, 365, "since a backup was last restored").
:- measure(steps_checked,
           all(step_completed, ( significant = false
                               ; given(checker),
                                 checker \= performer,
                                 checked >= performed
                               )),
           over(param(batch_window_days), d)).
% A year after expiry (US); the later of that and five years after certification (EU).
:- measure(records_retained,
           latest_all(retained_record, batch,
                      ( available = true,
                        retain_until - expiry >= duration(365, d),
                        retain_until - certified >= duration(1_826, d)
                      ))).
:- measure(restore_age_d, age(restore_test, result = success), [by(store), in(d)]).

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

:- control('gmp.retention', gmp_retention/2,
           [ title("Batch records stay available to their end date, and backups are restored"),
             basis(regulation), severity(high),
             cites([ citation("21 CFR", "", "211.180(a)", [verified(false)]),
                     citation("21 CFR", "", "11.10(c)"),
                     citation("EU GMP", "", "Chapter 4, 4.11", [verified(false)]),
                     citation("EU GMP Annex 11", "2011", "sections 7 and 17")
                   ])
           ]).

%!  gmp_retention(+System, -Retained) is semidet.
%
%   Retained is `true` when the record of each batch is there and kept a year past expiry and five
%   past certification. Each store was restored within a year.

gmp_retention(System, Retained) :-
    measured(System, records_retained, Retained),
    ( Retained == none -> true ; Retained == true ),
    measured(System, restore_age_d, AgeD),
    param(gmp_batches, restore_age_most_days, Most),
    AgeD \== none,
    AgeD =< Most.

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
    gmp_second_person(System, _),
    gmp_retention(System, _).
