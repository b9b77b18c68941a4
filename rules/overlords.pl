:- module(overlords,
          [ zk_overlords_compliant/2,   % ?System, ?Proof
            generate_zkproof/3          % +Kind, +Subject, ?Proof
          ]).

/** <module> The overlords: a system as a whole, and proofs

    ?- zk_overlords_compliant(production_system, Proof).
    Proof = zkproof(sha256:'6b86...', [telecoms, trading, gmp, itil], valid).
*/

%!  zk_overlords_compliant(?System, ?Proof) is nondet.
%
%   System complies on all its levels, and Proof names the attestation that says so; a Proof that is
%   given is verified. Available at the REPL.
%
%   @error existence_error(system, System)

zk_overlords_compliant(System, Proof) :-
    system_compliant(System),
    system_proof(System, Proof).

%!  generate_zkproof(+Kind, +Subject, ?Proof) is nondet.
%
%   Kind is zk_overlords_compliance with a system as Subject, or telecoms_failover,
%   trading_operation, gmp_batch or itil_incident with an event term or the index of a record.

generate_zkproof(zk_overlords_compliance, System, Proof) :-
    zk_overlords_compliant(System, Proof).
generate_zkproof(telecoms_failover, Subject, Proof) :-
    subject_event(Subject, Event),
    telecoms_failover_event(Event, Proof).
generate_zkproof(trading_operation, Subject, Proof) :-
    subject_event(Subject, Event),
    trading_operation(Event, Proof).
generate_zkproof(gmp_batch, Subject, Proof) :-
    subject_event(Subject, Event),
    gmp_batch(Event, Proof).
generate_zkproof(itil_incident, Subject, Proof) :-
    subject_event(Subject, Event),
    itil_incident_event(Event, Proof).

subject_event(Subject, Event) :-
    (   integer(Subject)
    ->  event(Subject, _, _, Event)
    ;   Event = Subject
    ).
