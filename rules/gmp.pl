:- module(gmp,
          [ gmp_batch_record/2,         % +System, -Complete
            gmp_validation/2,           % +System, -Validated
            gmp_change_control/2,       % +System, -Controlled
            gmp_compliant/1,            % +System
            gmp_batch/2,                % ?Event, ?Proof
            has_batch_id/1,             % ?Batch
            has_input/1,                % ?Batch
            has_process/1,              % ?Batch
            has_output/1,               % ?Batch
            has_timestamp/1,            % ?Batch
            has_all_fields/1,           % ?Batch
            has_validation_protocol/1,  % ?Validation
            has_validation_report/1,    % ?Validation
            has_change_request/1,       % ?Change
            has_approval/1              % ?Change
          ]).

/** <module> GMP: batch records, validation, change control

An incomplete batch record is an event like any other, and not compliant. An absent field is `none`
in its term. The has_... predicates take an event term; one that is not given whole is completed
from the retained events first, so that nothing is compared that is not there.
*/

:- pack(gmp, "1.0").

% What is taken in.

:- telemetry(batch(id:optional(string), input:optional(string), process:optional(list(string)),
                   output:optional(string), timestamp:optional(time)),
             [term([id, input, process, output, timestamp])]).
:- telemetry(validation(item:string, protocol:optional(string), report:optional(string),
                        status:one_of(approved, rejected)),
             [term([item, protocol, report, status])]).
:- telemetry(change(id:string, request:optional(string), approval:optional(string),
                    requester:optional(string), approver:optional(string)),
             [term([id, request, approval, requester, approver])]).

% What is measured.

:- parameter(batch_window_days, 90).
:- parameter(change_window_days, 90).

:- measure(batch_records,
           all(batch, (given(id), given(input), given(process), given(output), given(timestamp))),
           over(param(batch_window_days), d)).
:- measure(validation,
           latest_all(validation, item, (status = approved, given(protocol), given(report)))).
:- measure(change_control,
           all(change, ( given(request),
                         given(approval),
                         given(requester),
                         given(approver),
                         approver \= requester
                       )),
           over(param(change_window_days), d)).

% What is required.

:- control('gmp.batch_record', gmp_batch_record/2,
           [ title("Every batch record is complete"),
             basis(regulation), severity(critical), prove(event),
             cites([citation("21 CFR", "", "211.188(a) and (b)")])
           ]).

%!  gmp_batch_record(+System, -Complete) is semidet.
%
%   Complete is `true` when each batch of 90 days has id, input, process, output and timestamp;
%   `none` when there was no batch.

gmp_batch_record(System, Complete) :-
    measured(System, batch_records, Complete),
    ( Complete == none -> true ; Complete == true ).

:- control('gmp.validation', gmp_validation/2,
           [ title("Every item is validated, with protocol and report"),
             basis(regulation), severity(high), prove(slot),
             cites([ citation("21 CFR", "", "11.10(a)"),
                     citation("EU GMP Annex 11", "2011", "section 4", [verified(false)])
                   ])
           ]).

%!  gmp_validation(+System, -Validated) is semidet.
%
%   Validated is `true` when the latest validation of each item is approved and has both documents.

gmp_validation(System, Validated) :-
    measured(System, validation, Validated),
    ( Validated == none -> true ; Validated == true ).

:- control('gmp.change_control', gmp_change_control/2,
           [ title("Every change is requested and approved, by two people"),
             basis(regulation), severity(high), prove(event),
             cites([ citation("21 CFR", "", "11.10(k)(2)"),
                     citation("EU GMP Annex 11", "2011", "section 10", [verified(false)]),
                     citation("21 CFR", "", "211.100(a)", [verified(false)]),
                     citation("ISO/IEC 27001", "2022", "A.8.32"),
                     citation("NIST SP 800-53", "Rev. 5", "CM-3")
                   ])
           ]).

%!  gmp_change_control(+System, -Controlled) is semidet.
%
%   Controlled is `true` when each change of 90 days has a request and an approval, and an approver
%   other than its requester; `none` when there was no change.

gmp_change_control(System, Controlled) :-
    measured(System, change_control, Controlled),
    ( Controlled == none -> true ; Controlled == true ).

%!  gmp_compliant(+System) is semidet.

gmp_compliant(System) :-
    gmp_batch_record(System, _),
    gmp_validation(System, _),
    gmp_change_control(System, _).

:- check(batch, gmp_batch/2).

%!  gmp_batch(?Event, ?Proof) is nondet.
%
%   Event = batch(id(_), input(_), process(_), output(_), timestamp(_)) is a complete record.

gmp_batch(Event, Proof) :-
    Event = batch(_, _, _, _, _),
    observed(Event, Index),
    has_all_fields(Event),
    event_proof(Index, Proof).

%!  has_batch_id(?Batch) is nondet.
%!  has_input(?Batch) is nondet.
%!  has_process(?Batch) is nondet.
%!  has_output(?Batch) is nondet.
%!  has_timestamp(?Batch) is nondet.
%!  has_all_fields(?Batch) is nondet.

has_batch_id(Batch) :-
    Batch = batch(id(Id), _, _, _, _),
    observed(Batch),
    filled(Id).

has_input(Batch) :-
    Batch = batch(_, input(Input), _, _, _),
    observed(Batch),
    filled(Input).

has_process(Batch) :-
    Batch = batch(_, _, process(Process), _, _),
    observed(Batch),
    filled(Process).

has_output(Batch) :-
    Batch = batch(_, _, _, output(Output), _),
    observed(Batch),
    filled(Output).

has_timestamp(Batch) :-
    Batch = batch(_, _, _, _, timestamp(Timestamp)),
    observed(Batch),
    filled(Timestamp).

has_all_fields(Batch) :-
    Batch = batch(id(Id), input(Input), process(Process), output(Output), timestamp(Timestamp)),
    observed(Batch),
    maplist(filled, [Id, Input, Process, Output, Timestamp]).

%!  has_validation_protocol(?Validation) is nondet.
%!  has_validation_report(?Validation) is nondet.

has_validation_protocol(Validation) :-
    Validation = validation(_, protocol(Protocol), _, _),
    observed(Validation),
    filled(Protocol).

has_validation_report(Validation) :-
    Validation = validation(_, _, report(Report), _),
    observed(Validation),
    filled(Report).

%!  has_change_request(?Change) is nondet.

has_change_request(Change) :-
    Change = change(_, request(Request), _, _, _),
    observed(Change),
    filled(Request).

%!  has_approval(?Change) is nondet.
%
%   The change is approved by somebody else than its requester.

has_approval(Change) :-
    Change = change(_, _, approval(Approval), requester(Requester), approver(Approver)),
    observed(Change),
    filled(Approval),
    filled(Requester),
    filled(Approver),
    Approver \== Requester.

% A field is filled when it is there and holds something.
filled(Field) :-
    Field \== none,
    Field \== "",
    Field \== [].
