:- module(zko_answers,
          [ measured/4,         % +Pack, ?System, ?Measure, -Value
            event/5,            % +Pack, ?Index, ?System, ?TimeNs, ?Term
            observed/2,         % +Pack, ?Event
            observed/3,         % +Pack, ?Event, -Index
            event_proof/3,      % +Pack, ?Index, ?Proof
            undecided/2,        % ?Index, +Reason
            now/1,              % -AtNs
            system/1,           % ?System
            system_verdict/2,   % ?System, ?Verdict
            system_compliant/1, % ?System
            system_proof/2,     % +System, ?Proof
            verify_zkproof/2,   % +Proof, -Result
            param/4,            % +Pack, ?SystemOrPack, ?Name, ?Value
            control/3,          % ?Id, ?Pack, ?Version
            control_set/3,      % ?Pack, ?Family, ?Version
            waiver/6,           % ?ControlId, ?System, ?Owner, ?Reason, ?FromNs, ?UntilNs
            citation/7,
            why/2,              % ?System, -Why
            help/0
          ]).

:- use_module(library(lists)).

/** <module> What rules and REPL goals ask

The predicates of zko_allowed:kernel/3. Evidence that is missing is no failure: it throws
zko_missing(Reason), which guarded/4 and the REPL turn into `unknown`. Where a predicate enumerates
systems or measures, those with evidence come first and the first missing one is thrown after them,
so that neither a proof nor a refutation rests on what was not seen.
*/

%!  measured(+Pack, ?System, ?Measure, -Value) is nondet.
%
%   Measure is a measure of Pack or From:Measure; at the REPL (Pack is `none`) that of any pack.
%
%   @error existence_error(system, System), existence_error(measure, Measure)

measured(Pack, System, Measure, Value) :-
    atom(System),
    atom(Measure),
    Pack \== none,
    !,
    zko_host:measured(System, Pack, Measure, Answer),
    measured_answer(Answer, System, Measure, Value).
measured(Pack, System, Measure, Value) :-
    candidate_systems(System, Systems),
    candidate_measures(Pack, Measure, Measures),
    findall(One-From:Name-Answer,
            ( member(One, Systems),
              member(From:Name, Measures),
              zko_host:measured(One, From, Name, Answer)
            ),
            Answers),
    enumerated(Answers, System, Measure, Value).

measured_answer(value(Value), _, _, Value).
measured_answer(missing(Reason), _, _, _) :-
    throw(zko_missing(Reason)).
measured_answer(no_system, System, _, _) :-
    throw(error(existence_error(system, System), _)).
measured_answer(no_measure, _, Measure, _) :-
    throw(error(existence_error(measure, Measure), _)).

enumerated([One-From:Name-Answer], System, Measure, Value) :-
    !,
    measured_answer(Answer, One, Name, Value),
    same_system(System, One),
    named_measure(Measure, From, Name).
enumerated(Answers, System, Measure, Value) :-
    (   member(One-From:Name-value(Value), Answers),
        same_system(System, One),
        named_measure(Measure, From, Name)
    ;   member(One-_:Name-Answer, Answers),
        Answer \= value(_),
        measured_answer(Answer, One, Name, Value)
    ).

% A system may be named by a string.
same_system(System, Atom) :-
    (   var(System)
    ->  System = Atom
    ;   true
    ).

named_measure(Measure, From, Name) :-
    (   nonvar(Measure),
        Measure = _:_
    ->  Measure = From:Name
    ;   Measure = Name
    ).

candidate_systems(System, Systems) :-
    (   var(System)
    ->  zko_host:systems(Systems)
    ;   text_to_atom(System, Atom),
        Systems = [Atom]
    ).

candidate_measures(Pack, Measure, Measures) :-
    (   nonvar(Measure),
        Measure = From:Name
    ->  true
    ;   Pack == none
    ->  Name = Measure
    ;   From = Pack,
        Name = Measure
    ),
    findall(From:Name, zko_gate:measure_declared(From, Name), Measures),
    (   Measures == [],
        ground(Measure)
    ->  throw(error(existence_error(measure, Measure), _))
    ;   true
    ).

text_to_atom(Text, Atom) :-
    (   atom(Text)
    ->  Atom = Text
    ;   string(Text)
    ->  atom_string(Atom, Text)
    ;   throw(error(type_error(atom, Text), _))
    ).

%!  event(+Pack, ?Index, ?System, ?TimeNs, ?Term) is nondet.
%
%   The retained events of Pack's kinds, those of every pack at the REPL and in a pack without
%   kinds, in the order of their record numbers.

event(Pack, Index, System, Time, Term) :-
    findall(Store, event_store(Pack, Term, Store), Stores),
    (   Stores = [Store]
    ->  stored(Store, Index, System, Time, Term)
    ;   integer(Index)
    ->  member(Store, Stores),
        stored(Store, Index, System, Time, Term),
        !
    ;   findall(Record-Store,
                ( member(Store, Stores),
                  stored(Store, Record, System, Time, Term)
                ),
                Records),
        keysort(Records, Sorted),
        member(Index-Store, Sorted),
        stored(Store, Index, System, Time, Term)
    ).

event_store(Pack, Term, Store) :-
    (   nonvar(Term)
    ->  functor(Term, Kind, _)
    ;   true
    ),
    (   zko_gate:kind_declared(Pack, _, _)
    ->  From = Pack
    ;   true
    ),
    zko_compile:store(From, Kind, Store).

stored(Store, Index, System, Time, Term) :-
    Goal =.. [Store,Index,System,Time,Term],
    zko_events:Goal.

%!  observed(+Pack, ?Event) is nondet.
%
%   True of an event term that is given whole; another one is completed from the retained events.

observed(Pack, Event) :-
    (   ground(Event)
    ->  true
    ;   event(Pack, _, _, _, Event)
    ).

%!  observed(+Pack, ?Event, -Index) is nondet.
%
%   The same with the event's record number. While the engine checks the event that has just come,
%   Index stays unbound.

observed(Pack, Event, Index) :-
    (   ground(Event)
    ->  (   zko_host:repl
        ->  (   event(Pack, Index, _, _, Event)
            *-> true
            ;   throw(zko_missing("no retained event is this one"))
            )
        ;   true
        )
    ;   event(Pack, Index, _, _, Event)
    ).

%!  undecided(?Index, +Reason) is failure.
%
%   A check cannot judge its event yet: unknown for Reason while the engine checks the event that
%   has just come (Index of observed/2 is unbound), no solution at the REPL, which goes on.

undecided(Index, Reason) :-
    var(Index),
    throw(zko_missing(Reason)).

%!  event_proof(+Pack, +Index, ?Proof) is semidet.
%
%   Proof = zkproof(sha256:Commitment, [Pack], valid), Commitment that of record Index in the log;
%   one that is bound is verified. Outside the REPL Proof stays as it is.

event_proof(Pack, Index, Proof) :-
    (   zko_host:repl
    ->  zko_host:commitment(Index, Answer),
        answer_value(Answer, Commitment),
        Proof = zkproof(sha256:Commitment, [Pack], valid)
    ;   true
    ).

now(At) :-
    zko_host:now(At).

%!  system(?System) is nondet.
%
%   @error existence_error(system, System) for one that was never seen

system(System) :-
    zko_host:systems(Systems),
    (   var(System)
    ->  member(System, Systems)
    ;   text_to_atom(System, Atom),
        (   memberchk(Atom, Systems)
        ->  true
        ;   throw(error(existence_error(system, System), _))
        )
    ).

%!  system_verdict(?System, ?Verdict) is nondet.
%
%   Verdict is compliant, non_compliant or unknown, over the levels of the system.

system_verdict(System, Verdict) :-
    system(System),
    text_to_atom(System, Atom),
    verdict(Atom, Found, _),
    Verdict = Found.

verdict(System, Verdict, Reason) :-
    zko_host:system_verdict(System, Answer),
    (   Answer = missing(Reason)
    ->  Verdict = unknown
    ;   answer_value(Answer, Value),
        (   Value = unknown(Reason)
        ->  Verdict = unknown
        ;   Verdict = Value,
            Reason = "evidence is missing"
        )
    ).

%!  system_compliant(?System) is nondet.
%
%   True of the systems whose verdict is compliant. Throws the missing evidence of one that is
%   unknown, after all that are compliant.

system_compliant(System) :-
    nonvar(System),
    !,
    system(System),
    text_to_atom(System, Atom),
    verdict(Atom, Verdict, Reason),
    judged(Verdict, Reason).
system_compliant(System) :-
    zko_host:systems(Systems),
    findall(One-Verdict-Reason,
            ( member(One, Systems),
              verdict(One, Verdict, Reason)
            ),
            Verdicts),
    (   member(System-compliant-_, Verdicts)
    ;   member(_-unknown-Reason, Verdicts),
        judged(unknown, Reason)
    ).

judged(compliant, _).
judged(unknown, Reason) :-
    throw(zko_missing(Reason)).

%!  system_proof(+System, ?Proof) is semidet.
%
%   Proof = zkproof(sha256:Digest, Levels, valid), Digest that of the system's attestation. An
%   attestation named by a bound Digest is verified instead.

system_proof(System, Proof) :-
    text_to_atom(System, Atom),
    zko_host:levels(Atom, Levels),
    (   nonvar(Proof),
        Proof = zkproof(sha256:Bound, _, _),
        nonvar(Bound)
    ->  text_to_atom(Bound, Digest),
        zko_host:attestation_valid(Atom, Digest, Answer),
        answer_true(Answer),
        Proof = zkproof(sha256:Bound, Levels, valid)
    ;   zko_host:attestation(Atom, Answer),
        answer_value(Answer, Digest),
        Proof = zkproof(sha256:Digest, Levels, valid)
    ).

%!  verify_zkproof(+Proof, -Result) is det.
%
%   Proof is that of a system, zkproof(sha256:Digest, Levels, valid). The daemon verifies what it
%   has proved in zero knowledge, over all of its own public log, and Result is one of
%
%   - verified(Assurance, Controls): Assurance is `full`, Controls has control(Id, Outcome) for each
%     control of the attestation, Outcome being holds, fails or unproved
%   - pending(Reason): there is no document yet, or too much to read here
%   - refused(Reason): a check failed
%
%   It is the daemon that verifies itself; others use overlordctl verify.
%
%   @error type_error(zkproof, Proof)

verify_zkproof(Proof, Result) :-
    (   nonvar(Proof),
        Proof = zkproof(sha256:Digest, _, _),
        nonvar(Digest)
    ->  text_to_atom(Digest, Atom),
        zko_host:zkproof_checked(Atom, Answer),
        answer_value(Answer, Text),
        term_to_atom(Found, Text),
        Result = Found
    ;   throw(error(type_error(zkproof, Proof), _))
    ).

answer_value(true(Value), Value).
answer_value(missing(Reason), _) :-
    throw(zko_missing(Reason)).
answer_value(error(Message), _) :-
    throw(error(zko(Message), _)).

answer_true(true(_)).
answer_true(missing(Reason)) :-
    throw(zko_missing(Reason)).
answer_true(error(Message)) :-
    throw(error(zko(Message), _)).

:- multifile prolog:error_message//1.

prolog:error_message(zko(Message)) -->
    [ '~s'-[Message] ].
prolog:error_message(existence_error(system, System)) -->
    [ 'Unknown system: ~p'-[System] ].
prolog:error_message(existence_error(calendar, Calendar)) -->
    [ 'Unknown calendar: ~p'-[Calendar] ].
prolog:error_message(existence_error(measure, Measure)) -->
    [ 'Unknown measure: ~p'-[Measure] ].

%!  param(+Pack, ?SystemOrPack, ?Name, ?Value) is nondet.
%
%   Parameters of a pack, or those of Pack as they are for a system: its own values, else the
%   pack's. At the REPL (Pack is `none`) a system has those of all packs.

param(Pack, Of, Name, Value) :-
    (   ( var(Of) ; zko_compile:compiled_pack(Of) )
    ->  zko_gate:parameter_declared(Of, Name, Value)
    ;   text_to_atom(Of, System),
        ( Pack == none -> true ; Owner = Pack ),
        zko_gate:parameter_declared(Owner, Name, Default),
        (   zko_gate:parameter_for_declared(System, Owner, Name, Own)
        ->  Value = Own
        ;   Value = Default
        )
    ).

%!  control(?Id, ?Pack, ?Version) is nondet.

control(Id, Pack, Version) :-
    zko_gate:declaration(control(Id, Pack, _, properties(_, _, Version, _, _, _), _, _)).

%!  control_set(?Pack, ?Family, ?Version) is nondet.
%
%   The controls of Pack belong to Version of the set Family.

control_set(Pack, Family, Version) :-
    zko_gate:declaration(level(Pack, _, _, _, _)),
    zko_language:control_set_of(Pack, Family, Version).

%!  waiver(?ControlId, ?System, ?Owner, ?Reason, ?FromNs, ?UntilNs) is nondet.
%
%   The waivers that the bundle declares, those that are over too.

waiver(Id, System, Owner, Reason, From, Until) :-
    zko_gate:declaration(waiver(Id, System, Owner, Reason, _, From, Until, _, _, _)).

%!  citation(?Framework, ?Edition, ?Clause, ?ControlId, ?From, ?Until, ?Verified) is nondet.

citation(Framework, Edition, Clause, Id, From, Until, Verified) :-
    zko_gate:citation_declared(Framework, Edition, Clause, Id, From, Until, Verified).

%!  why(?System, -Why) is nondet.
%
%   Why is a list of why(Id, Verdict, Value, Limit, Unit, File:Line, Reason, Records, Notes), one
%   for each control of System that is not compliant; [] when all are. Notes is a list of
%   severity(S), basis(B), status(S) and, where there are some, unverified(Citations),
%   calendars(Names), pending(Verdict, SinceNs, AtNs) and waived(Owner, Reason, UntilText).

why(System, Why) :-
    system(System),
    text_to_atom(System, Atom),
    zko_host:explain(Atom, Controls),
    findall(why(Id, Verdict, Value, Limit, Unit, File:Line, Reason, Records, Notes),
            ( member(control(Id, _, Verdict, Value, Limit, Unit, File, Line, Reason, Records,
                             Notes),
                     Controls),
              Verdict \== compliant
            ),
            Why).

help :-
    format("Goals end with a dot; ; gives the next solution, Enter stops.~n~n", []),
    format("  zk_overlords_compliant(System, Proof).    is it compliant, and the proof~n", []),
    format("  why(System, Why).                         failing and unknown controls~n", []),
    format("  explain(Goal).                            why it holds, or why it does not~n", []),
    format("  verify_zkproof(Proof, Result).            verify it over all of the log~n", []),
    format("  generate_zkproof(Kind, Subject, Proof).   a proof for a system or an event~n", []),
    format("  system(S).  measured(S, Measure, Value).  now(AtNs).~n", []),
    format("  event(Index, S, TimeNs, Term).  control(Id, Level, Version).~n", []),
    format("  control_set(Level, Family, Version).~n", []),
    format("  waiver(Id, S, Owner, Reason, FromNs, UntilNs).~n", []),
    format("  citation(Framework, Edition, Clause, Id, From, Until, Checked).~n~n", []),
    format("Rules of this bundle:~n", []),
    forall(zko_gate:exported(Pack, Name, Arity),
           format("  ~w:~q~n", [Pack, Name/Arity])).
