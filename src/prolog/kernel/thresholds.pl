:- module(zko_thresholds,
          [ close_thresholds/0
          ]).

:- use_module(library(aggregate)).
:- use_module(library(apply)).
:- use_module(library(lists)).
:- use_module(library(occurs)).

/** <module> Where rules look at a measure

A value that grows with time alone is looked at again when it crosses a number that a rule compares
it with, and at no other time. That is known where every rule does nothing else with the value:
compares it with a literal or a parameter, or asks whether there is one. Of any other use nothing is
known, and such a measure is looked at again and again.
*/

close_thresholds :-
    findall(Pack-Owner, root(Pack, Owner), Roots),
    zko_graph:reachable(Roots, [], Reached),
    findall(Use,
            ( member(Pack-Owner, Reached),
              use(Pack, Owner, Use)
            ),
            Uses),
    sort(Uses, Known),
    forall(member(Use, Known), zko_gate:remember(declaration(Use))).

root(Pack, Name/2) :-
    zko_gate:declaration(control(_, Pack, Name, _, _, _)).
root(Pack, Name/1) :-
    zko_gate:declaration(level(Pack, Name, _, _, _)).

%!  use(+Pack, +Owner, -Use) is nondet.
%
%   Use is measure_limit(Measure, Op, Number) or measure_free(Measure), Measure being Pack:Name.

use(Pack, Owner, measure_free(From:Measure)) :-
    zko_gate:reading(Pack, Owner, From, any),
    zko_gate:measure_declared(From, Measure).
use(Pack, Owner, measure_free(Pack:Measure)) :-
    zko_gate:touching(Pack, Owner, _),
    zko_gate:measure_declared(Pack, Measure).
use(Pack, Owner, measure_free(From:Measure)) :-
    hides(Pack, Owner),
    zko_gate:reading(Pack, Owner, From, Measure).
use(Pack, Name/Arity, Use) :-
    zko_gate:source_clause(Pack, Name, Arity, Head, Body),
    goal(Body, Goal),
    Goal = measured(_, Named, Value),
    ground(Named),
    ( Named = From:Measure -> true ; From = Pack, Measure = Named ),
    (   nonvar(Value)
    ->  rational(Value),
        Use = measure_limit(From:Measure, equal, Value)
    ;   thresholds(Pack, Name/Arity, Head, Body, Value, Found)
    ->  member(Op-Number, Found),
        Use = measure_limit(From:Measure, Op, Number)
    ;   Use = measure_free(From:Measure)
    ).

% A measure is read within a goal that is not looked into here.
hides(Pack, Name/Arity) :-
    zko_gate:source_clause(Pack, Name, Arity, _, Body),
    aggregate_all(count, (sub_term(Term, Body), reads(Term)), All),
    aggregate_all(count, (goal(Body, Goal), reads(Goal)), Seen),
    All =\= Seen,
    !.

reads(Term) :-
    nonvar(Term),
    Term = measured(_, _, _).

% Fails where the value is used otherwise. One of its occurrences is in measured/3 itself.
thresholds(Pack, Owner, Head, Body, Value, Thresholds) :-
    comparisons(Body, context(Pack, Body, Value), InBody, Thresholds),
    in_head(Pack, Owner, Head, Value, InHead),
    occurrences(Head-Body, Value, All),
    All =:= InBody + InHead + 1.

%!  comparisons(+Goal, +Context, -Count, -Thresholds) is det.
%
%   Count is how many goals in Goal only compare the value or ask whether there is one.

comparisons(Goal, Context, Count, Thresholds) :-
    parts(Goal, Goals),
    !,
    foldl(add_comparisons(Context), Goals, 0-[], Count-Thresholds).
comparisons(Goal, context(Pack, Body, Value), 1, Thresholds) :-
    compound(Goal),
    comparison(Goal, Pack, Body, Value, Thresholds),
    !.
comparisons(_, _, 0, []).

add_comparisons(Context, Goal, Count0-Thresholds0, Count-Thresholds) :-
    comparisons(Goal, Context, More, Found),
    Count is Count0 + More,
    append(Thresholds0, Found, Thresholds).

comparison(Goal, _, _, Value, []) :-
    Goal =.. [Name,Left,Right],
    memberchk(Name, [==,\==,=,\=]),
    ( Left == Value -> Other = Right ; Right == Value, Other = Left ),
    atom(Other).
comparison(Goal, Pack, Body, Value, Thresholds) :-
    (   zko_graph:compared(Goal, Value, Body, Op, Literal)
    ->  true
    ;   Goal = (Left =\= Right),
        zko_graph:compared(Left =:= Right, Value, Body, Op, Literal)
    ),
    findall(Op-Number, number_of(Literal, Pack, Number), Thresholds),
    Thresholds \== [],
    \+ ( member(_-Number, Thresholds), \+ rational(Number) ).

number_of(of_system(Name), Pack, Number) :-
    !,
    (   zko_gate:parameter_declared(Pack, Name, Number)
    ;   zko_gate:parameter_for_declared(_, Pack, Name, Number)
    ).
number_of(Number, _, Number).

% The value that a control tells is looked at by nobody, unless a rule calls the control; a level
% that is nothing but its controls leaves it alone.
in_head(Pack, Name/2, Head, Value, 1) :-
    arg(2, Head, Told),
    Told == Value,
    zko_gate:declaration(control(_, Pack, Name, _, _, _)),
    \+ ( zko_gate:edge(Caller, Owner, Pack, Name/2),
         \+ leaves_values_alone(Caller, Owner)
       ),
    !.
in_head(_, _, _, _, 0).

leaves_values_alone(Pack, Name/1) :-
    zko_gate:declaration(level(Pack, Name, _, _, Conjuncts)),
    Conjuncts \== none.

%!  goal(+Body, -Goal) is nondet.
%
%   Every goal of a body that is not made of others.

goal(Body, Goal) :-
    (   parts(Body, Goals)
    ->  member(Part, Goals),
        goal(Part, Goal)
    ;   nonvar(Body),
        Goal = Body
    ).

parts(Goal, _) :-
    var(Goal),
    !,
    fail.
parts((A,B), [A,B]).
parts((A;B), [A,B]).
parts((A->B), [A,B]).
parts((A*->B), [A,B]).
parts(\+ A, [A]).
parts(forall(A, B), [A,B]).
parts(findall(_, A, _), [A]).
parts(aggregate_all(_, A, _), [A]).
parts(once(A), [A]).
parts(ignore(A), [A]).

occurrences(Term, Variable, Count) :-
    (   Term == Variable
    ->  Count = 1
    ;   compound(Term)
    ->  Term =.. [_|Arguments],
        foldl(add_occurrences(Variable), Arguments, 0, Count)
    ;   Count = 0
    ).

add_occurrences(Variable, Term, Count0, Count) :-
    occurrences(Term, Variable, More),
    Count is Count0 + More.
