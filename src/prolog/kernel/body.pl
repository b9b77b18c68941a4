:- module(zko_body,
          [ check_body/7        % +Context, +Head, +Body, +Position, +Names, +Unbound, -Checked
          ]).

:- use_module(library(lists)).

:- import(zko_near:hint/3).
:- import(zko_notes:note/5).
:- import(zko_allowed:builtin/2).
:- import(zko_allowed:library_predicate/3).
:- import(zko_allowed:meta/3).
:- import(zko_allowed:kernel/3).
:- import(zko_allowed:writing/2).
:- import(zko_allowed:asking/2).
:- import(zko_allowed:testing/2).
:- import(zko_allowed:function/2).
:- import(zko_allowed:comparison/1).
:- import(zko_allowed:order_test/1).
:- import(zko_reader:argument_position/3).

/** <module> The check of a clause body, and the body that is compiled in its place

A body is walked once, left to right. Each goal must be on the list of zko_allowed or a predicate of
the bundle. On the way it is rewritten: calls to kernel predicates get the calling pack, calls to
other packs their module, and each variable of an arithmetic comparison a test that it holds an
exact number. What a clause calls and reads is recorded for zko_graph.

Context is context(File, Pack, Owner), Owner = Name/Arity of the clause or `goal` for a REPL goal
(then Pack is `none`) or `test`.
*/

%!  check_body(+Context, +Head, +Body, +Position, +Names, +Unbound, -Checked) is det.
%
%   Variables of Head count as bound, except those in Unbound (outputs). Errors are noted.

check_body(context(File, Pack, Owner), Head, Body, Position, Names, Unbound, Checked) :-
    term_variables(Head, HeadVariables),
    term_variables(Unbound, Outputs),
    without(HeadVariables, Outputs, Bound),
    goal(Body, Position, walk(File, Pack, Owner, Names), Bound, _, Checked).

% goal(+Goal, +Position, +Walk, +Bound0, -Bound, -Checked)
%
% Bound is the list of the variables that something before has bound, or `dead` after fail.

goal(Goal, Position, Walk, Bound, Bound, fail) :-
    var(Goal),
    !,
    refuse(Walk, Position, "a goal must be known when the rules are loaded, not a variable", []).
goal(Goal, parentheses_term_position(_, _, Position), Walk, Bound0, Bound, Checked) :-
    !,
    goal(Goal, Position, Walk, Bound0, Bound, Checked).
goal(Goal, Position, Walk, Bound, Bound, fail) :-
    \+ callable(Goal),
    !,
    refuse(Walk, Position, "~p is no goal", [Goal]).
goal((A,B), Position, Walk, Bound0, Bound, (CheckedA,CheckedB)) :-
    !,
    argument_position(1, Position, PositionA),
    argument_position(2, Position, PositionB),
    goal(A, PositionA, Walk, Bound0, Bound1, CheckedA),
    goal(B, PositionB, Walk, Bound1, Bound, CheckedB).
goal((A;B), Position, Walk, Bound0, Bound, (CheckedA;CheckedB)) :-
    !,
    argument_position(1, Position, PositionA),
    argument_position(2, Position, PositionB),
    goal(A, PositionA, Walk, Bound0, BoundA, CheckedA),
    goal(B, PositionB, Walk, Bound0, BoundB, CheckedB),
    both(BoundA, BoundB, Bound).
goal((A->B), Position, Walk, Bound0, Bound, (CheckedA->CheckedB)) :-
    !,
    goal((A,B), Position, Walk, Bound0, Bound, (CheckedA,CheckedB)).
goal((A*->B), Position, Walk, Bound0, Bound, (CheckedA*->CheckedB)) :-
    !,
    goal((A,B), Position, Walk, Bound0, Bound, (CheckedA,CheckedB)).
goal(!, _, _, Bound, Bound, !) :-
    !.
goal(Module:Goal, Position, Walk, Bound0, Bound, Checked) :-
    !,
    qualified(Module, Goal, Position, Walk, Bound0, Bound, Checked).
goal(Goal, _, _, _, dead, Goal) :-
    (   Goal == fail
    ;   Goal == false
    ),
    !.
goal(Goal, _, _, Bound0, Bound, Checked) :-
    Goal = (Left = Right),
    !,
    Checked = Goal,
    unified(Left, Right, Bound0, Bound).
goal(Goal, Position, Walk, Bound0, Bound, Checked) :-
    Goal = (Result is Expression),
    !,
    argument_position(2, Position, ExpressionPosition),
    expression(Expression, ExpressionPosition, Walk, Bound0),
    guarded([Expression], Goal, Checked),
    bind(Result, Bound0, Bound).
goal(Goal, Position, Walk, Bound, Bound, Checked) :-
    compound(Goal),
    Goal =.. [Name,Left,Right],
    comparison(Name),
    !,
    argument_position(1, Position, LeftPosition),
    argument_position(2, Position, RightPosition),
    expression(Left, LeftPosition, Walk, Bound),
    expression(Right, RightPosition, Walk, Bound),
    guarded([Left,Right], Goal, Checked).
goal(Goal, Position, Walk, Bound, Bound, Goal) :-
    compound(Goal),
    Goal =.. [Name,Left,Right],
    order_test(Name),
    !,
    argument_position(1, Position, LeftPosition),
    argument_position(2, Position, RightPosition),
    compared(Left, LeftPosition, Walk, Bound),
    compared(Right, RightPosition, Walk, Bound).
goal(Goal, Position, Walk, Bound0, Bound, Checked) :-
    functor(Goal, Name, Arity),
    meta(Name, Arity, Modes),
    !,
    meta_goal(Goal, Modes, Position, Walk, Bound0, Bound, Checked).
goal(Goal, Position, Walk, Bound0, Bound, Checked) :-
    functor(Goal, Name, Arity),
    plain(Name, Arity, 0, Goal, Position, Walk, Checked),
    bind(Goal, Bound0, Bound).

% plain(+Name, +Arity, +Extra, +Goal, +Position, +Walk, -Checked)
%
% Goal is a call without goal arguments, or a closure to which Extra arguments are added: Arity
% counts them.

plain(Name, Arity, _, Goal, _, Walk, Checked) :-
    Walk = walk(_, Pack, Owner, _),
    zko_gate:defined(Pack, Name, Arity),
    !,
    zko_gate:calls(Pack, Owner, Pack, Name/Arity),
    Checked = Goal.
plain(Name, Arity, _, Goal, _, _, Goal) :-
    builtin(Name, Arity),
    !.
plain(Name, Arity, _, Goal, _, walk(_, Pack, _, _), Goal) :-
    library_predicate(Name, Arity, Module),
    !,
    zko_gate:needs(Pack, Module, Name/Arity).
plain(Name, Arity, _, Goal, Position, Walk, Checked) :-
    kernel(Name, Arity, Context),
    !,
    kernel_goal(Name, Context, Goal, Position, Walk, Checked).
plain(Name, Arity, 0, Goal, _, walk(_, _, test, _), zko_tests:Goal) :-
    testing(Name, Arity),
    !.
plain(help, 0, 0, help, _, walk(_, none, goal, _), zko_answers:help) :-
    !.
plain(Name, Arity, 0, Goal, _, walk(_, none, goal, _), zko_explaining:Goal) :-
    asking(Name, Arity),
    !.
plain(Name, Arity, _, Goal, _, walk(_, none, goal, _), Goal) :-
    writing(Name, Arity),
    !.
plain(format, Arity, 0, Goal, Position, Walk, Goal) :-
    Walk = walk(_, none, goal, _),
    memberchk(Arity, [1,2]),
    !,
    arg(1, Goal, Format),
    format_allowed(Format, Position, Walk).
plain(Name, Arity, _, Goal, Position, Walk, Checked) :-
    Walk = walk(_, Pack, Owner, _),
    findall(Other, zko_gate:exported(Other, Name, Arity), Others),
    (   Others = [Other]
    ->  zko_gate:calls(Pack, Owner, Other, Name/Arity),
        Checked = Other:Goal
    ;   Others = [_|_]
    ->  refuse(Walk, Position,
               "~q is exported by ~w: write PACK:~q(...)", [Name/Arity, Others, Name]),
        Checked = fail
    ;   not_callable(Name, Arity, Position, Walk),
        Checked = fail
    ).

kernel_goal(Name, none, Goal, _, Walk, zko_answers:Goal) :-
    !,
    kernel_use(Name, Walk).
kernel_goal(Name, pack, Goal, Position, Walk, zko_answers:Checked) :-
    !,
    Walk = walk(_, Pack, _, _),
    kernel_use(Name, Walk),
    Goal =.. [Name|Arguments],
    measure_known(Name, Arguments, Position, Walk),
    Checked =.. [Name,Pack|Arguments].

kernel_goal(_, calendar, Goal, Position, Walk, zko_calendars:Goal) :-
    arg(1, Goal, Calendar),
    calendar_known(Calendar, Position, Walk).

calendar_known(Calendar, Position, walk(File, Pack, Owner, _)) :-
    (   var(Calendar)
    ->  true
    ;   zko_calendars:declared(Calendar)
    ->  zko_gate:counts(Pack, Owner, Calendar)
    ;   argument_position(1, Position, Where),
        note(File, Where, 'rules.undefined', "calendar ~p is not declared", [Calendar])
    ).

kernel_use(Name, walk(_, Pack, Owner, _)) :-
    (   memberchk(Name, [event,observed,now,event_proof])
    ->  zko_gate:touches(Pack, Owner, Name)
    ;   true
    ).

measure_known(measured, [_,Measure|_], Position, walk(File, Pack, Owner, _)) :-
    Owner \== goal,
    !,
    argument_position(2, Position, Where),
    (   var(Measure)
    ->  zko_gate:reads(Pack, Owner, Pack, any)
    ;   ( Measure = From:Name
        ;   From = Pack,
            Name = Measure
        ),
        atom(From),
        atom(Name),
        zko_gate:measure_declared(From, Name)
    ->  zko_gate:reads(Pack, Owner, From, Name)
    ;   findall(Known, zko_gate:measure_declared(Pack, Known), Measures),
        hint(Measure, Measures, Hint),
        note(File, Where, 'rules.undefined', "measure ~p is not declared~s", [Measure, Hint])
    ).
measure_known(_, _, _, _).

% Calls with a module in front.

qualified(Module, Goal, Position, Walk, Bound0, Bound, Checked) :-
    Walk = walk(_, Pack, Owner, _),
    (   atom(Module),
        callable(Goal),
        functor(Goal, Name, Arity),
        zko_gate:exported(Module, Name, Arity)
    ->  zko_gate:calls(Pack, Owner, Module, Name/Arity),
        Checked = Module:Goal,
        bind(Goal, Bound0, Bound)
    ;   refuse(Walk, Position, "~p is not exported by a pack of this bundle", [Module:Goal]),
        Checked = fail,
        Bound = Bound0
    ).

% Goals that take goals.

meta_goal(Goal, Modes, Position, Walk, Bound0, Bound, Checked) :-
    Goal =.. [Name|Arguments],
    functor(Goal, Name, Arity),
    meta_arguments(Arguments, Modes, 1, Position, Walk, Bound0, Bound1, CheckedArguments),
    Checked =.. [Name|CheckedArguments],
    (   library_predicate(Name, Arity, Module)
    ->  Walk = walk(_, Pack, _, _),
        zko_gate:needs(Pack, Module, Name/Arity)
    ;   true
    ),
    meta_bound(Name, Modes, Arguments, Bound0, Bound1, Bound).

meta_arguments([], [], _, _, _, Bound, Bound, []).
meta_arguments([Argument|Arguments], [Mode|Modes], Index, Position, Walk, Bound0, Bound,
               [Checked|CheckedArguments]) :-
    argument_position(Index, Position, Where),
    meta_argument(Mode, Argument, Where, Walk, Bound0, Bound1, Checked),
    Next is Index + 1,
    meta_arguments(Arguments, Modes, Next, Position, Walk, Bound1, Bound, CheckedArguments).

meta_argument(0, Goal, Position, Walk, Bound0, Bound, Checked) :-
    !,
    goal(Goal, Position, Walk, Bound0, Bound, Checked).
meta_argument(^, Goal, Position, Walk, Bound0, Bound, Checked) :-
    !,
    (   nonvar(Goal),
        Goal = Variables^Inner
    ->  argument_position(2, Position, Where),
        meta_argument(^, Inner, Where, Walk, Bound0, Bound, CheckedInner),
        Checked = Variables^CheckedInner
    ;   goal(Goal, Position, Walk, Bound0, Bound, Checked)
    ).
meta_argument(Extra, Closure, Position, Walk, Bound, Bound, Checked) :-
    integer(Extra),
    !,
    closure(Closure, Extra, Position, Walk, Checked).
meta_argument(_, Argument, _, _, Bound, Bound, Argument).

closure(Closure, _, Position, Walk, fail) :-
    \+ callable(Closure),
    !,
    refuse(Walk, Position, "a goal must be known when the rules are loaded: ~p is not", [Closure]).
closure(Module:Closure, Extra, Position, Walk, Checked) :-
    !,
    Walk = walk(_, Pack, Owner, _),
    (   atom(Module),
        callable(Closure),
        functor(Closure, Name, Given),
        Arity is Given + Extra,
        zko_gate:exported(Module, Name, Arity)
    ->  zko_gate:calls(Pack, Owner, Module, Name/Arity),
        Checked = Module:Closure
    ;   refuse(Walk, Position, "~p is not exported by a pack of this bundle", [Module:Closure]),
        Checked = fail
    ).
closure(Closure, Extra, _, _, zko_guard:Checked) :-
    functor(Closure, Name, Given),
    comparison(Name),
    Given + Extra =:= 2,
    !,
    Closure =.. [Name|Arguments],
    Checked =.. [exact,Name|Arguments].
closure(Closure, Extra, Position, Walk, Checked) :-
    functor(Closure, Name, Given),
    Arity is Given + Extra,
    (   \+ meta(Name, Arity, _),
        \+ memberchk(Name, [',',;,->,*->,:,is]),
        \+ writing(Name, Arity)
    ->  (   order_test(Name),
            Arity == 2
        ->  Checked = Closure
        ;   plain(Name, Arity, Extra, Closure, Position, Walk, Checked)
        )
    ;   refuse(Walk, Position,
               "~q cannot be passed as a goal here: name a rule of the pack", [Name/Arity]),
        Checked = fail
    ).

% What a goal with goal arguments leaves bound: once/1 and call/1 what their goal binds; call/N and
% maplist/N all they mention; the others only the arguments they bind themselves.
meta_bound(Name, _, _, _, Bound, Bound) :-
    memberchk(Name, [once,ignore]),
    !.
meta_bound(call, [0], _, _, Bound, Bound) :-
    !.
meta_bound(Name, _, Arguments, Bound0, _, Bound) :-
    memberchk(Name, [call,maplist,foldl,include,exclude,partition,bagof,setof]),
    !,
    bind(Arguments, Bound0, Bound).
meta_bound(_, Modes, Arguments, Bound0, _, Bound) :-
    findall(Index, nth1(Index, Modes, -), Indexes),
    bind_arguments(Indexes, Arguments, Bound0, Bound).

bind_arguments([], _, Bound, Bound).
bind_arguments([Index|Indexes], Arguments, Bound0, Bound) :-
    nth1(Index, Arguments, Argument),
    bind(Argument, Bound0, Bound1),
    bind_arguments(Indexes, Arguments, Bound1, Bound).

% Arithmetic.

expression(Variable, Position, Walk, Bound) :-
    var(Variable),
    !,
    must_be_bound(Variable, Position, Walk, Bound).
expression(Expression, parentheses_term_position(_, _, Position), Walk, Bound) :-
    !,
    expression(Expression, Position, Walk, Bound).
expression(Number, _, _, _) :-
    rational(Number),
    !.
expression(Expression, Position, Walk, Bound) :-
    compound(Expression),
    Expression =.. [Name,Base,Exponent],
    memberchk(Name, [**,^]),
    !,
    (   integer(Exponent),
        between(-64, 64, Exponent)
    ->  argument_position(1, Position, Where),
        expression(Base, Where, Walk, Bound)
    ;   refuse(Walk, Position, "an exponent must be a literal from -64 to 64", [])
    ).
expression(Expression, Position, Walk, Bound) :-
    compound(Expression),
    functor(Expression, Name, Arity),
    function(Name, Arity),
    !,
    forall(arg(Index, Expression, Argument),
           ( argument_position(Index, Position, Where),
             expression(Argument, Where, Walk, Bound)
           )).
expression(Expression, Position, Walk, _) :-
    (   callable(Expression),
        functor(Expression, Name, Arity),
        catch(current_arithmetic_function(Expression), _, fail)
    ->  Walk = walk(File, _, _, _),
        note(File, Position, 'rules.float', "~q gives no exact number", [Name/Arity])
    ;   atom(Expression)
    ->  refuse(Walk, Position,
               "~p is no arithmetic expression: a variable begins with a capital letter",
               [Expression])
    ;   refuse(Walk, Position, "~p is no arithmetic expression", [Expression])
    ).

% Each variable of an expression is tested before it is used: an unbound one, a float, a compound
% or a text would otherwise be evaluated in ways that nobody meant.
guarded(Expressions, Goal, Checked) :-
    term_variables(Expressions, Variables),
    guard_all(Variables, Goal, Checked).

guard_all([], Goal, Goal).
guard_all([Variable|Variables], Goal, (Test,Checked)) :-
    Test = ( rational(Variable) -> true ; zko_guard:inexact(Variable) ),
    guard_all(Variables, Goal, Checked).

compared(Term, Position, Walk, Bound) :-
    (   var(Term)
    ->  must_be_bound(Term, Position, Walk, Bound)
    ;   true
    ).

must_be_bound(Variable, Position, walk(File, _, Owner, Names), Bound) :-
    (   is_bound(Variable, Bound)
    ->  true
    ;   Owner == goal
    ->  true
    ;   (   member(Name=Named, Names),
            Named == Variable
        ->  true
        ;   Name = '_'
        ),
        note(File, Position, 'rules.unbound_comparison',
             "nothing before this comparison binds ~w", [Name])
    ).

% Bindings: the list holds variables, compared by identity.

is_bound(_, dead) :-
    !.
is_bound(Variable, Bound) :-
    member(Other, Bound),
    Other == Variable,
    !.

bind(_, dead, dead) :-
    !.
bind(Term, Bound0, Bound) :-
    term_variables(Term, Variables),
    add_new(Variables, Bound0, Bound).

add_new([], Bound, Bound).
add_new([Variable|Variables], Bound0, Bound) :-
    (   is_bound(Variable, Bound0)
    ->  Bound1 = Bound0
    ;   Bound1 = [Variable|Bound0]
    ),
    add_new(Variables, Bound1, Bound).

both(dead, Bound, Bound) :-
    !.
both(Bound, dead, Bound) :-
    !.
both(Left, Right, Both) :-
    findall(Index,
            ( nth1(Index, Left, Variable),
              is_bound(Variable, Right)
            ),
            Indexes),
    pick(Indexes, Left, Both).

pick([], _, []).
pick([Index|Indexes], Variables, [Variable|Rest]) :-
    nth1(Index, Variables, Variable),
    pick(Indexes, Variables, Rest).

without([], _, []).
without([Variable|Variables], Excluded, Rest) :-
    (   is_bound(Variable, Excluded)
    ->  Rest = Rest1
    ;   Rest = [Variable|Rest1]
    ),
    without(Variables, Excluded, Rest1).

unified(_, _, dead, dead) :-
    !.
unified(Left, Right, Bound0, Bound) :-
    side(Left, Bound0, LeftSide),
    side(Right, Bound0, RightSide),
    unified(LeftSide, RightSide, Left, Right, Bound0, Bound).

side(Term, Bound, Side) :-
    (   nonvar(Term)
    ->  Side = term
    ;   is_bound(Term, Bound)
    ->  Side = bound
    ;   Side = free
    ).

unified(free, free, _, _, Bound, Bound) :-
    !.
unified(free, term, Variable, _, Bound0, Bound) :-
    !,
    bind(Variable, Bound0, Bound).
unified(term, free, _, Variable, Bound0, Bound) :-
    !,
    bind(Variable, Bound0, Bound).
unified(_, _, Left, Right, Bound0, Bound) :-
    bind(Left-Right, Bound0, Bound).

% Refusals.

refuse(walk(File, _, _, _), Position, Format, Arguments) :-
    note(File, Position, 'rules.forbidden', Format, Arguments).

not_callable(Name, Arity, Position, Walk) :-
    Walk = walk(File, _, _, _),
    functor(Goal, Name, Arity),
    (   known_elsewhere(Goal)
    ->  refuse(Walk, Position, "~q is not among the predicates that rules may call", [Name/Arity])
    ;   zko_gate:defined(Other, Name, Arity)
    ->  note(File, Position, 'rules.undefined', "~q is not exported by ~w", [Name/Arity, Other])
    ;   Walk = walk(_, Pack, _, _),
        like_it(Pack, Name, Arity, Hint),
        note(File, Position, 'rules.undefined', "~q is not defined~s", [Name/Arity, Hint])
    ).

% The same name with other arguments, else another name that is nearly the same.
like_it(Pack, Name, Arity, Hint) :-
    (   callable_here(Pack, Name/Other)
    ->  format(string(Hint), "; there is ~q", [Name/Other])
    ;   findall(Known/Arity, callable_here(Pack, Known/Arity), Known),
        hint(Name/Arity, Known, Hint)
    ).

callable_here(Pack, Name/Arity) :-
    zko_gate:defined(Pack, Name, Arity).
callable_here(_, Name/Arity) :-
    (   zko_gate:exported(_, Name, Arity)
    ;   kernel(Name, Arity, _)
    ;   library_predicate(Name, Arity, _)
    ;   builtin(Name, Arity)
    ).

known_elsewhere(Goal) :-
    predicate_property(system:Goal, defined),
    !.
known_elsewhere(Goal) :-
    functor(Goal, Name, Arity),
    (   writing(Name, Arity)
    ;   asking(Name, Arity)
    ;   memberchk(Name, [>>,use_module,process_create,listing,call_with_time_limit,format_atom])
    ),
    !.

format_allowed(Format, Position, Walk) :-
    (   ( string(Format) ; atom(Format) )
    ->  (   sub_atom(Format, _, _, _, @)
        ->  refuse(Walk, Position, "a format must not contain @, which can run a goal", [])
        ;   true
        )
    ;   refuse(Walk, Position, "a format must be written out", [])
    ).
