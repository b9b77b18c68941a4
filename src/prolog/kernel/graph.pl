:- module(zko_graph,
          [ close_pack/2        % +Pack, +File
          ]).

:- use_module(library(lists)).

:- import(zko_notes:note/5).
:- import(zko_notes:note/6).

/** <module> What a control reads, and the limit it sets

Both are found in the text of the rules, through every rule that a control calls: the evaluator
re-evaluates a control when one of its measures changed, and a proof takes its coefficients from the
same literal that the rule compares with.
*/

close_pack(Pack, File) :-
    forall(zko_gate:declaration(control(Id, Pack, Name, _, _, _)),
           control_facts(Pack, File, Id, Name)),
    level(Pack, File).

control_facts(Pack, File, Id, Name) :-
    measures_read(Pack, Name/2, Reads),
    control_warnings(Pack, File, Id, Name, Reads),
    zko_gate:remember(declaration(control_reads(Id, Reads))),
    (   limit(Pack, Name, 2, [], Measure, Op, Number)
    ->  zko_gate:remember(declaration(control_limit(Id, Measure, Op, Number)))
    ;   true
    ).

control_warnings(Pack, File, Id, Name, Reads) :-
    zko_gate:first_clause(Pack, Name, 2, Offset),
    (   touched(Pack, Name/2, Predicate)
    ->  note(File, Offset, warning, 'rules.retained',
             "control ~w uses ~w: what it sees is kept for a while only",
             [Id, Predicate])
    ;   Reads == []
    ->  note(File, Offset, warning, 'rules.constant', "control ~w reads no measure", [Id])
    ;   true
    ).

level(Pack, File) :-
    atom_concat(Pack, '_compliant', Name),
    findall(Id, zko_gate:declaration(control(Id, Pack, _, _, _, _)), Ids),
    (   zko_gate:exported(Pack, Name, 1)
    ->  measures_read(Pack, Name/1, Reads),
        zko_gate:remember(declaration(level(Pack, Name, Ids, Reads)))
    ;   Ids == []
    ->  true
    ;   note(File, -1, 'rules.undefined', "a pack with controls exports ~w/1", [Name])
    ).

%!  measures_read(+Pack, +Indicator, -Measures) is det.
%
%   Measures is a sorted list of Pack:Measure. A rule that looks at single events reads all
%   measures of its pack, as it depends on when they change.

measures_read(Pack, Indicator, Measures) :-
    reachable([Pack-Indicator], [], Reached),
    findall(From:Measure,
            ( member(Caller-Owner, Reached),
              (   zko_gate:reading(Caller, Owner, From, Read),
                  (   Read == any
                  ->  zko_gate:measure_declared(From, Measure)
                  ;   Measure = Read
                  )
              ;   zko_gate:touching(Caller, Owner, _),
                  From = Pack,
                  zko_gate:measure_declared(Pack, Measure)
              )
            ),
            Found),
    sort(Found, Measures).

touched(Pack, Indicator, Predicate) :-
    reachable([Pack-Indicator], [], Reached),
    member(Caller-Owner, Reached),
    zko_gate:touching(Caller, Owner, Predicate),
    !.

reachable([], Reached, Reached).
reachable([Node|Nodes], Seen, Reached) :-
    memberchk(Node, Seen),
    !,
    reachable(Nodes, Seen, Reached).
reachable([Pack-Owner|Nodes], Seen, Reached) :-
    findall(Other-Indicator, zko_gate:edge(Pack, Owner, Other, Indicator), Next),
    append(Next, Nodes, More),
    reachable(More, [Pack-Owner|Seen], Reached).

%!  limit(+Pack, +Name, +Arity, +Seen, -Measure, -Op, -Number) is semidet.
%
%   The first measured(_, Measure, Value) whose Value is compared with a literal or a parameter in
%   the same clause; else that of a rule it calls.

limit(Pack, Name, Arity, Seen, Measure, Op, Number) :-
    \+ memberchk(Name/Arity, Seen),
    (   zko_gate:source_clause(Pack, Name, Arity, _, Body),
        clause_limit(Pack, Body, Measure, Op, Number)
    ->  true
    ;   zko_gate:edge(Pack, Name/Arity, Pack, Next/NextArity),
        limit(Pack, Next, NextArity, [Name/Arity|Seen], Measure, Op, Number)
    ->  true
    ).

clause_limit(Pack, Body, From:Measure, Op, Number) :-
    positive(Body, Goal),
    nonvar(Goal),
    Goal = measured(_, Named, Value),
    ground(Named),
    ( Named = From:Measure -> true ; From = Pack, Measure = Named ),
    (   nonvar(Value)
    ->  literal(Value, Body, Number),
        Op = equal
    ;   positive(Body, Comparison),
        compared(Comparison, Value, Body, Op, Number)
    ),
    !.

compared(Comparison, Value, Body, Op, Number) :-
    compound(Comparison),
    Comparison =.. [Name,Left,Right],
    (   Left == Value,
        relation(Name, Op, _),
        literal(Right, Body, Number)
    ;   Right == Value,
        relation(Name, _, Op),
        literal(Left, Body, Number)
    ).

relation(=<, at_most, at_least).
relation(<, less, greater).
relation(>=, at_least, at_most).
relation(>, greater, less).
relation(=:=, equal, equal).
relation(=, equal, equal).
relation(==, equal, equal).

literal(Number, _, Number) :-
    rational(Number).
literal(Value, _, 1) :-
    Value == true.
literal(Variable, Body, Number) :-
    var(Variable),
    positive(Body, Goal),
    nonvar(Goal),
    Goal = param(Pack, Name, Bound),
    Bound == Variable,
    zko_gate:parameter_declared(Pack, Name, Number),
    rational(Number).

% Goals that must hold for the clause to succeed, or on one way through it; conditions and
% negations are left out.
positive(Goal, Goal) :-
    var(Goal),
    !.
positive((A,B), Goal) :-
    !,
    (   positive(A, Goal)
    ;   positive(B, Goal)
    ).
positive((If->Then;Else), Goal) :-
    !,
    (   If = measured(_, _, _),
        Goal = If
    ;   positive(Then, Goal)
    ;   positive(Else, Goal)
    ).
positive((A;B), Goal) :-
    !,
    (   positive(A, Goal)
    ;   positive(B, Goal)
    ).
positive((_->B), Goal) :-
    !,
    positive(B, Goal).
positive(\+ _, _) :-
    !,
    fail.
positive(Goal, Goal).
