:- module(zko_graph,
          [ close_pack/2,       % +Pack, +File
            measures_read/3,    % +Pack, +Indicator, -Measures
            compared/5,         % +Comparison, +Value, +Body, -Op, -Number
            reachable/3         % +Nodes, +Seen, -Reached
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
    zko_lint:cost(Pack, Name, Cost),
    zko_gate:remember(declaration(control_cost(Id, Cost))),
    calendars_used(Pack, Name/2, Calendars),
    zko_gate:remember(declaration(control_calendars(Id, Calendars))),
    (   limit(Pack, Name, 2, [], Measure, Op, Number)
    ->  remember_limit(Pack, Id, Measure, Op, Number, Numbers),
        forall(member(One, Numbers),
               bound_warning(Pack, File, Id, Name, Measure, One))
    ;   true
    ),
    (   exact(Pack, Name, Exact, ExactOp, ExactNumber)
    ->  zko_gate:remember(declaration(control_exact(Id, Exact, ExactOp, ExactNumber)))
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

% A percentile knows its value no finer than its bounds.
bound_warning(Pack, File, Id, Name, From:Measure, Number) :-
    (   zko_gate:declaration(measure(From, Measure, f(percentile, _, _), _, Settings, _, _)),
        memberchk(bounds(Bounds), Settings),
        \+ ( member(Bound, Bounds), Bound =:= Number )
    ->  zko_gate:first_clause(Pack, Name, 2, Offset),
        note(File, Offset, warning, 'rules.bounds',
             "control ~w compares ~w with ~w, which is none of its bounds ~w",
             [Id, Measure, Number, Bounds])
    ;   true
    ).

level(Pack, File) :-
    atom_concat(Pack, '_compliant', Name),
    findall(Id, zko_gate:declaration(control(Id, Pack, _, _, _, _)), Ids),
    (   zko_gate:exported(Pack, Name, 1)
    ->  measures_read(Pack, Name/1, Reads),
        conjuncts(Pack, Name, Ids, Conjuncts),
        zko_gate:remember(declaration(level(Pack, Name, Ids, Reads, Conjuncts)))
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

% The calendars that a rule counts by, sorted; those of its measures are the measures' own.
calendars_used(Pack, Indicator, Calendars) :-
    reachable([Pack-Indicator], [], Reached),
    findall(Calendar,
            ( member(Caller-Owner, Reached),
              zko_gate:counting(Caller, Owner, Calendar)
            ),
            Found),
    sort(Found, Calendars).

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

% A limit of param(System, Name, Limit) is the pack's value, and another one for some systems.
remember_limit(Pack, Id, Measure, Op, of_system(Name), Numbers) :-
    !,
    (   zko_gate:parameter_declared(Pack, Name, Number),
        rational(Number)
    ->  zko_gate:remember(declaration(control_limit(Id, Measure, Op, Number))),
        findall(Own, zko_gate:parameter_for_declared(_, Pack, Name, Own), Owns),
        forall(zko_gate:parameter_for_declared(System, Pack, Name, Own),
               zko_gate:remember(declaration(control_limit_for(Id, System, Own)))),
        Numbers = [Number|Owns]
    ;   Numbers = []
    ).
remember_limit(_, Id, Measure, Op, Number, [Number]) :-
    zko_gate:remember(declaration(control_limit(Id, Measure, Op, Number))).

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

%!  compared(+Comparison, +Value, +Body, -Op, -Number) is semidet.
%
%   Number is a literal, or of_system(Parameter).

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
    Goal = param(Of, Name, Bound),
    Bound == Variable,
    atom(Name),
    (   var(Of)
    ->  Number = of_system(Name)
    ;   zko_gate:parameter_declared(Of, Name, Number),
        rational(Number)
    ).

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

%!  exact(+Pack, +Name, -Measure, -Op, -Number) is semidet.
%
%   The control is nothing but a limit on a measure, so that counting what breaks the limit proves
%   it: one clause, measured(System, Measure, Value), then the comparison of Value with a literal,
%   or the same once Value is not `none`.

exact(Pack, Name, From:Measure, Op, Number) :-
    findall(Head-Body, zko_gate:source_clause(Pack, Name, 2, Head, Body), [Head-Body]),
    Head =.. [_,System,Value],
    var(System),
    var(Value),
    System \== Value,
    nonvar(Body),
    Body = (Measured,Limit),
    nonvar(Measured),
    Measured = measured(Of, Named, Bound),
    Of == System,
    Bound == Value,
    ground(Named),
    (   Named = From:Measure
    ->  true
    ;   From = Pack,
        Measure = Named
    ),
    limit_alone(Limit, Value, Op, Number).

limit_alone(Guarded, Value, Op, Number) :-
    nonvar(Guarded),
    Guarded = (If->Then;Limit),
    !,
    nonvar(If),
    If = (Tested == None),
    Tested == Value,
    None == none,
    Then == true,
    compared_alone(Limit, Value, Op, Number).
limit_alone(Limit, Value, Op, Number) :-
    compared_alone(Limit, Value, Op, Number).

compared_alone(Comparison, _, _, _) :-
    var(Comparison),
    !,
    fail.
compared_alone(Value == True, Of, equal, 1) :-
    Value == Of,
    True == true,
    !.
compared_alone(Value = True, Of, equal, 1) :-
    Value == Of,
    True == true,
    !.
compared_alone(Comparison, Value, Op, Number) :-
    compared(Comparison, Value, true, Op, Number),
    Op \== equal.

%!  conjuncts(+Pack, +Name, +Ids, -Conjuncts) is det.
%
%   The level's controls in the order of its own rule, when that rule is nothing but all of them:
%   level(S) :- control_a(S, _), control_b(S, _). Else `none`.

conjuncts(Pack, Name, Ids, Conjuncts) :-
    (   findall(Head-Body, zko_gate:source_clause(Pack, Name, 1, Head, Body), [Head-Body]),
        Head =.. [_,System],
        var(System),
        conjunction(Body, System, Pack, Found),
        term_variables(Head-Body, Variables),
        length(Found, Count),
        length(Variables, Distinct),
        Distinct =:= Count + 1,
        msort(Found, Sorted),
        msort(Ids, Sorted)
    ->  Conjuncts = Found
    ;   Conjuncts = none
    ).

conjunction(Body, _, _, _) :-
    var(Body),
    !,
    fail.
conjunction((A,B), System, Pack, Ids) :-
    !,
    conjunction(A, System, Pack, First),
    conjunction(B, System, Pack, Second),
    append(First, Second, Ids).
conjunction(Goal, System, Pack, [Id]) :-
    compound(Goal),
    Goal =.. [Name,Of,Value],
    Of == System,
    var(Value),
    zko_gate:declaration(control(Id, Pack, Name, _, _, _)),
    !.
