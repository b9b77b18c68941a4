:- module(zko_compile,
          [ compile_packs/1,    % +Packs
            forget_packs/0,
            store/3             % ?Pack, ?Kind, ?Store
          ]).

:- use_module(library(lists)).

/** <module> Checked clauses into fresh modules

A pack's module inherits from `system` alone. Its clauses are added and then made static: nothing
can change them later.
*/

:- dynamic
    store/3,                % Pack, Kind, Store: the predicate of zko_events with its events
    compiled_pack/1.

compile_packs(Packs) :-
    forall(member(pack(Pack, _, _), Packs), fresh_module(Pack)),
    forall(member(pack(Pack, _, _), Packs), compile_pack(Pack)),
    forall(zko_gate:kind_declared(Pack, Kind, _), event_store(Pack, Kind)),
    zko_host:calendars_clear,
    forall(zko_gate:calendar_declared(Name, Offset, Hours, Holidays),
           zko_host:calendar_add(Name, Offset, Hours, Holidays)),
    warm.

fresh_module(Pack) :-
    assertz(compiled_pack(Pack)),
    set_module(Pack:base(system)),
    set_module(Pack:class(library)),
    forall(zko_gate:need(Pack, Module, Indicator),
           Pack:import(Module:Indicator)).

compile_pack(Pack) :-
    forall(zko_gate:named(compiled(Pack, Head, Body)),
           (   Body == true
           ->  assertz(Pack:Head)
           ;   assertz(Pack:(Head :- Body))
           )),
    findall(Pack:Name/Arity, zko_gate:defined(Pack, Name, Arity), Indicators),
    ( Indicators == [] -> true ; compile_predicates(Indicators) ).

% Events are facts Store(Record, System, TimeNs, Term): one predicate for each kind.
event_store(Pack, Kind) :-
    atomic_list_concat([Pack,Kind], '.', Store),
    assertz(store(Pack, Kind, Store)),
    dynamic(zko_events:Store/4).

% A first call costs more inferences than the later ones, and inferences decide: make it now.
warm :-
    forall(zko_gate:declaration(control(_, Pack, Name, _, _, _)),
           warm(Pack, Name, [zko_nobody,_])),
    forall(zko_gate:declaration(level(Pack, Name, _, _, _)),
           warm(Pack, Name, [zko_nobody])),
    forall(( zko_gate:declaration(check(Pack, Kind, Name, _, _)),
             zko_gate:declaration(kind(Pack, Kind, _, Arguments, _, _, _))
           ),
           ( findall(Argument,
                     ( member(argument(Functor, _), Arguments),
                       Argument =.. [Functor,0]
                     ),
                     Filled),
             Term =.. [Kind|Filled],
             warm(Pack, Name, [Term,_])
           )).

warm(Pack, Name, Arguments) :-
    Goal =.. [Name|Arguments],
    forall(member(_, [first,second]),
           zko_guard:guarded(Pack, Goal, 100_000, _)).

forget_packs :-
    forall(retract(compiled_pack(Pack)),
           forall(( zko_gate:defined(Pack, Name, Arity),
                    functor(Head, Name, Arity),
                    predicate_property(Pack:Head, defined)
                  ),
                  catch(abolish(Pack:Name/Arity), _, true))),
    retractall(store(_, _, _)).
