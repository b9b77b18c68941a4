:- module(zko_explain,
          [ keep/3,             % +Clause, +HeadWhere, +BodyWhere
            forget/0,
            explained/2         % +Goal, -Explanation
          ]).

:- use_module(library(apply)).
:- use_module(library(lists)).
:- use_module(library(solution_sequences)).

:- import(zko_explain_nodes:node/8).
:- import(zko_explain_nodes:condition/6).
:- import(zko_explain_nodes:rule_node/8).
:- import(zko_explain_nodes:goal_node/5).
:- import(zko_explain_nodes:kind/2).
:- import(zko_explain_nodes:position_from/2).
:- import(zko_explain_nodes:nearest/3).
:- import(zko_explain_nodes:gap/2).

/** <module> Why a goal holds, or why it does not

A meta-interpreter over the clauses that the gate has accepted. It walks the text of a clause and
the checked body that is compiled from it side by side: what decides is the checked goal, what is
shown is the source. Nothing is changed, and goals that a REPL may not call are refused as there.

Explanation = explanation(Goal, Outcome, Nearest, Nodes). Outcome is true, false,
unknown(Reason), error(Text) or limit. Nodes are those of zko_explain_nodes, Nearest the one that
decided, or `none`.
*/

:- dynamic
    kept/8.                 % Pack, Name, Arity, Head, Body, Checked, File, HeadWhere-BodyWhere

inferences_max(2_000_000).
depth_max(200).
ways_max(20).               % solutions of a goal after which the rest of its clause is tried

%!  keep(+Clause, +HeadWhere, +BodyWhere) is det.
%
%   Clause is clause(File, Pack, Name/Arity, Head, Body, Checked).

keep(clause(File, Pack, Name/Arity, Head, Body, Checked), HeadWhere, BodyWhere) :-
    assertz(kept(Pack, Name, Arity, Head, Body, Checked, File, HeadWhere-BodyWhere)).

forget :-
    retractall(kept(_, _, _, _, _, _, _, _)),
    zko_explain_nodes:forget_texts.

%!  explained(+Goal, -Explanation) is det.
%
%   Goal has passed no check yet.
%
%   @error zko(Message) for a goal that may not be called

explained(Goal, explanation(Shown, Outcome, Nearest, Nodes)) :-
    zko_notes:clear_notes,
    zko_body:check_body(context("", none, goal), true, Goal, 0, [], [], Checked),
    (   zko_notes:noted("", _, _, _, Message)
    ->  zko_notes:clear_notes,
        throw(error(zko(Message), _))
    ;   true
    ),
    inferences_max(Max),
    (   catch(call_with_inference_limit(once(judged(Goal, Checked, Found)), Max, Result),
              zko_stopped(Stopped, Path),
              ( Found = Stopped-Path, Result = true ))
    ->  true
    ;   Result = failed
    ),
    (   Result == inference_limit_exceeded
    ->  Outcome = limit,
        Nodes = []
    ;   nonvar(Found)
    ->  Found = Outcome-Nodes
    ;   throw(error(zko("the goal cannot be explained"), _))
    ),
    Shown = Goal,
    nearest(Outcome, Nodes, Nearest).

judged(Goal, Checked, Outcome-Nodes) :-
    Context = context("", none, []),
    (   solve(Goal, 0, Checked, Context, 0, Signal, Proof),
        Signal == go
    ->  Outcome = true,
        Nodes = Proof
    ;   why_not(Goal, 0, Checked, Context, 0, failure(_, Failed)),
        Outcome = false,
        Nodes = Failed
    ).

% solve(+Body, +Where, +Checked, +Context, +Depth, -Signal, -Nodes)
%
% Proves Body, with what was proved on the way. Signal is `go`, or `cut` on the way back over a cut:
% then the clause has no further solutions. Context is context(File, Pack, Limits), Limits a list of
% Offset-Measure: which comparison looks at which measure. What stops a proof, evidence that is
% missing above all, is thrown as zko_stopped(Outcome, Nodes).

solve(Body, parentheses_term_position(_, _, Where), Checked, Context, Depth, Signal, Nodes) :-
    !,
    solve(Body, Where, Checked, Context, Depth, Signal, Nodes).
solve((A,B), Where, (CheckedA,CheckedB), Context, Depth, Signal, Nodes) :-
    !,
    sides(Where, WhereA, WhereB),
    solve(A, WhereA, CheckedA, Context, Depth, SignalA, NodesA),
    (   SignalA == cut
    ->  Signal = cut,
        Nodes = []
    ;   after(NodesA, solve(B, WhereB, CheckedB, Context, Depth, Signal, NodesB)),
        append(NodesA, NodesB, Nodes)
    ).
solve((If->Then;Else), Where, (CheckedIf->CheckedThen;CheckedElse), Context, Depth, Signal,
      Nodes) :-
    !,
    branches(Where, WhereIf, WhereThen, WhereElse),
    (   solve(If, WhereIf, CheckedIf, Context, Depth, go, Proof)
    ->  condition(true, If, WhereIf, Context, Proof, Condition),
        after([Condition], solve(Then, WhereThen, CheckedThen, Context, Depth, Signal, Rest))
    ;   condition(false, If, WhereIf, Context, [], Condition),
        after([Condition], solve(Else, WhereElse, CheckedElse, Context, Depth, Signal, Rest))
    ),
    Nodes = [Condition|Rest].
solve((If*->Then;Else), Where, (CheckedIf*->CheckedThen;CheckedElse), Context, Depth, Signal,
      Nodes) :-
    !,
    branches(Where, WhereIf, WhereThen, WhereElse),
    (   solve(If, WhereIf, CheckedIf, Context, Depth, go, Proof)
    *-> condition(true, If, WhereIf, Context, Proof, Condition),
        after([Condition], solve(Then, WhereThen, CheckedThen, Context, Depth, Signal, Rest))
    ;   condition(false, If, WhereIf, Context, [], Condition),
        after([Condition], solve(Else, WhereElse, CheckedElse, Context, Depth, Signal, Rest))
    ),
    Nodes = [Condition|Rest].
solve((If->Then), Where, (CheckedIf->CheckedThen), Context, Depth, Signal, Nodes) :-
    !,
    sides(Where, WhereIf, WhereThen),
    (   solve(If, WhereIf, CheckedIf, Context, Depth, go, Proof)
    ->  condition(true, If, WhereIf, Context, Proof, Condition),
        after([Condition], solve(Then, WhereThen, CheckedThen, Context, Depth, Signal, Rest)),
        Nodes = [Condition|Rest]
    ).
solve((A;B), Where, (CheckedA;CheckedB), Context, Depth, Signal, Nodes) :-
    !,
    sides(Where, WhereA, WhereB),
    (   solve(A, WhereA, CheckedA, Context, Depth, Signal, Nodes)
    ;   solve(B, WhereB, CheckedB, Context, Depth, Signal, Nodes)
    ).
solve(true, _, _, _, _, go, []) :-
    !.
solve(!, _, _, _, _, Signal, []) :-
    !,
    (   Signal = go
    ;   Signal = cut
    ).
solve(\+ Goal, Where, \+ Checked, Context, Depth, go, [Node]) :-
    !,
    inner(Where, Inner),
    \+ solve(Goal, Inner, Checked, Context, Depth, go, _),
    node(not, true, \+ Goal, Where, Context, [], [], Node).
solve(forall(If, Then), Where, forall(CheckedIf, CheckedThen), Context, Depth, go, [Node]) :-
    !,
    sides(Where, WhereIf, WhereThen),
    \+ ( solve(If, WhereIf, CheckedIf, Context, Depth, go, _),
         \+ solve(Then, WhereThen, CheckedThen, Context, Depth, go, _)
       ),
    node(forall, true, forall(If, Then), Where, Context, [], [], Node).
solve(Goal, Where, Checked, Context, Depth, go, [Node]) :-
    target(Checked, Context, Target),
    (   Target = rule(Pack, Call)
    ->  solve_rule(Pack, Call, Goal, Where, Context, Depth, Node)
    ;   Target = call(Module, Call),
        called(Module:Call, Goal, Where, Context),
        goal_node(true, Goal, Where, Context, Node)
    ).

% Another goal of the same clause: what went before is part of how it ended.
:- meta_predicate after(+, 0).

after(Before, Goal) :-
    catch(Goal,
          zko_stopped(Outcome, Path),
          ( append(Before, Path, Whole),
            throw(zko_stopped(Outcome, Whole))
          )).

called(Goal, Shown, Where, Context) :-
    catch(catch(Goal,
                zko_missing(Reason),
                stopped(unknown(Reason), Shown, Where, Context)),
          error(Formal, Detail),
          ( zko_guard:error_text(error(Formal, Detail), Text),
            stopped(error(Text), Shown, Where, Context)
          )).

stopped(Outcome, Goal, Where, Context) :-
    goal_node(Outcome, Goal, Where, Context, Node),
    throw(zko_stopped(Outcome, [Node])).

% A predicate of a pack is opened, everything else is called.
target(Module:Goal, _, Target) :-
    !,
    (   is_kept(Module, Goal)
    ->  Target = rule(Module, Goal)
    ;   Target = call(Module, Goal)
    ).
target(Goal, context(_, Pack, _), Target) :-
    (   is_kept(Pack, Goal)
    ->  Target = rule(Pack, Goal)
    ;   Pack == none
    ->  Target = call(zko_repl, Goal)
    ;   Target = call(Pack, Goal)
    ).

is_kept(Pack, Goal) :-
    callable(Goal),
    functor(Goal, Name, Arity),
    kept(Pack, Name, Arity, _, _, _, _, _),
    !.

solve_rule(Pack, Call, Goal, Where, Context, Depth, Node) :-
    deeper(Depth, Below, Goal, Where, Context),
    functor(Call, Name, Arity),
    kept(Pack, Name, Arity, Call, Body, Checked, File, HeadWhere-BodyWhere),
    limits(Body, BodyWhere, Limits),
    catch(solve(Body, BodyWhere, Checked, context(File, Pack, Limits), Below, Signal, Nodes),
          zko_stopped(Outcome, Path),
          ( rule_node(rule, Outcome, Pack:Call, File, HeadWhere, [], Path, Whole),
            throw(zko_stopped(Outcome, [Whole]))
          )),
    (   Signal == cut
    ->  !,
        fail
    ;   true
    ),
    rule_node(rule, true, Pack:Call, File, HeadWhere, [], Nodes, Node).

deeper(Depth, Below, Goal, Where, Context) :-
    depth_max(Max),
    (   Depth < Max
    ->  Below is Depth + 1
    ;   stopped(limit, Goal, Where, Context)
    ).

% why_not(+Body, +Where, +Checked, +Context, +Depth, -Failure) is det
%
% Body has no solution: where that shows. Failure is failure(Progress, Nodes), Progress the number
% of goals that hold before the one that fails.

why_not(Body, parentheses_term_position(_, _, Where), Checked, Context, Depth, Failure) :-
    !,
    why_not(Body, Where, Checked, Context, Depth, Failure).
why_not((A,B), Where, (CheckedA,CheckedB), Context, Depth, Failure) :-
    !,
    sides(Where, WhereA, WhereB),
    ways_max(Max),
    findall(Progress-Nodes,
            ( limit(Max, solve(A, WhereA, CheckedA, Context, Depth, go, NodesA)),
              after(NodesA, why_not(B, WhereB, CheckedB, Context, Depth, failure(More, NodesB))),
              append(NodesA, NodesB, Nodes),
              length(NodesA, Held),
              Progress is Held + More
            ),
            Ways),
    (   Ways == []
    ->  why_not(A, WhereA, CheckedA, Context, Depth, Failure)
    ;   furthest(Ways, Failure)
    ).
why_not((If->Then;Else), Where, (CheckedIf->CheckedThen;CheckedElse), Context, Depth, Failure) :-
    !,
    branches(Where, WhereIf, WhereThen, WhereElse),
    (   solve(If, WhereIf, CheckedIf, Context, Depth, go, Proof)
    ->  condition(true, If, WhereIf, Context, Proof, Condition),
        why_not(Then, WhereThen, CheckedThen, Context, Depth, failure(Progress, Nodes))
    ;   condition(false, If, WhereIf, Context, [], Condition),
        why_not(Else, WhereElse, CheckedElse, Context, Depth, failure(Progress, Nodes))
    ),
    Failure = failure(Progress, [Condition|Nodes]).
why_not((If*->Then;Else), Where, (CheckedIf*->CheckedThen;CheckedElse), Context, Depth, Failure) :-
    !,
    branches(Where, WhereIf, WhereThen, WhereElse),
    (   \+ solve(If, WhereIf, CheckedIf, Context, Depth, go, _)
    ->  condition(false, If, WhereIf, Context, [], Condition),
        why_not(Else, WhereElse, CheckedElse, Context, Depth, failure(Progress, Nodes)),
        Failure = failure(Progress, [Condition|Nodes])
    ;   arg(1, Where, From),
        why_not((If,Then), term_position(From, From, From, From, [WhereIf,WhereThen]),
                (CheckedIf,CheckedThen), Context, Depth, Failure)
    ).
why_not((If->Then), Where, (CheckedIf->CheckedThen), Context, Depth, Failure) :-
    !,
    sides(Where, WhereIf, WhereThen),
    (   solve(If, WhereIf, CheckedIf, Context, Depth, go, Proof)
    ->  condition(true, If, WhereIf, Context, Proof, Condition),
        why_not(Then, WhereThen, CheckedThen, Context, Depth, failure(Progress, Nodes)),
        Failure = failure(Progress, [Condition|Nodes])
    ;   why_not(If, WhereIf, CheckedIf, Context, Depth, Failure)
    ).
why_not((A;B), Where, (CheckedA;CheckedB), Context, Depth, failure(Progress, [Node])) :-
    !,
    sides(Where, WhereA, WhereB),
    why_not(A, WhereA, CheckedA, Context, Depth, failure(ProgressA, NodesA)),
    why_not(B, WhereB, CheckedB, Context, Depth, failure(ProgressB, NodesB)),
    Progress is max(ProgressA, ProgressB),
    way(A, WhereA, Context, ProgressA, NodesA, WayA),
    way(B, WhereB, Context, ProgressB, NodesB, WayB),
    node(either, false, (A;B), Where, Context, [progress(Progress)], [WayA,WayB], Node).
why_not(\+ Goal, Where, \+ Checked, Context, Depth, failure(0, [Node])) :-
    !,
    inner(Where, Inner),
    (   solve(Goal, Inner, Checked, Context, Depth, go, Proof)
    ->  true
    ;   Proof = []
    ),
    node(not, false, \+ Goal, Where, Context, [], Proof, Node).
why_not(forall(If, Then), Where, forall(CheckedIf, CheckedThen), Context, Depth,
        failure(0, [Node])) :-
    !,
    sides(Where, WhereIf, WhereThen),
    (   solve(If, WhereIf, CheckedIf, Context, Depth, go, Proof),
        \+ solve(Then, WhereThen, CheckedThen, Context, Depth, go, _)
    ->  why_not(Then, WhereThen, CheckedThen, Context, Depth, failure(_, Failed)),
        append(Proof, Failed, Children)
    ;   Children = []
    ),
    node(forall, false, forall(If, Then), Where, Context, [], Children, Node).
why_not(!, _, _, _, _, failure(0, [])) :-
    !.
why_not(Goal, Where, Checked, Context, Depth, failure(Progress, Nodes)) :-
    element_goals(Goal, Checked, Goals),
    !,
    element_fails(Goals, Where, Context, Depth, 0, failure(Progress, Nodes)).
why_not(Goal, Where, Checked, Context, Depth, Failure) :-
    target(Checked, Context, Target),
    (   Target = rule(Pack, Call)
    ->  why_no_rule(Pack, Call, Goal, Where, Context, Depth, Failure)
    ;   goal_node(false, Goal, Where, Context, Node),
        Failure = failure(0, [Node])
    ).

% maplist(G, L1, ...): the goal of each element, when the lists are lists of one length.
element_goals(Goal, Checked, Goals) :-
    Goal =.. [maplist,Closure|Lists],
    Checked =.. [maplist,CheckedClosure|Lists],
    forall(member(List, Lists), is_list(List)),
    Lists = [First|Others],
    forall(member(Other, Others), same_length(First, Other)),
    elements(First, Lists, Closure, CheckedClosure, Goals).

elements([], _, _, _, []).
elements([_|Rest], Lists, Closure, CheckedClosure, [Goal-Checked|Goals]) :-
    maplist(first_rest, Lists, Heads, Tails),
    extended(Closure, Heads, Goal),
    extended(CheckedClosure, Heads, Checked),
    elements(Rest, Tails, Closure, CheckedClosure, Goals).

first_rest([First|Rest], First, Rest).

extended(Module:Closure, Arguments, Module:Goal) :-
    !,
    extended(Closure, Arguments, Goal).
extended(Closure, Arguments, Goal) :-
    Closure =.. Parts,
    append(Parts, Arguments, All),
    Goal =.. All.

element_fails([], _, _, _, Held, failure(Held, [])).
element_fails([Goal-Checked|Goals], Where, Context, Depth, Held, Failure) :-
    at_start(Where, Place),
    (   solve(Goal, Place, Checked, Context, Depth, go, _)
    ->  Next is Held + 1,
        element_fails(Goals, Where, Context, Depth, Next, Failure)
    ;   why_not(Goal, Place, Checked, Context, Depth, failure(More, Nodes)),
        Progress is Held + More,
        Failure = failure(Progress, Nodes)
    ).

% The place of a goal that stands nowhere itself: it has no text.
at_start(Where, Place) :-
    (   position_from(Where, From)
    ->  Place = From-From
    ;   Place = Where
    ).

why_no_rule(Pack, Call, Goal, Where, Context, Depth, failure(Progress, [Node])) :-
    deeper(Depth, Below, Goal, Where, Context),
    functor(Call, Name, Arity),
    findall(Tried-clause(Call, File, HeadWhere, Nodes),
            ( kept(Pack, Name, Arity, Call, Body, Checked, File, HeadWhere-BodyWhere),
              limits(Body, BodyWhere, Limits),
              why_not(Body, BodyWhere, Checked, context(File, Pack, Limits), Below,
                      failure(Tried, Nodes))
            ),
            Clauses),
    length(Clauses, Count),
    clauses_node(Clauses, Count, Pack, Call, Progress, Node).

clauses_node([], _, Pack, Call, 0, Node) :-
    functor(Call, Name, Arity),
    kept(Pack, Name, Arity, _, _, _, File, Where-_),
    !,
    rule_node(rule, false, Pack:Call, File, Where, [matched(0)], [], Node).
clauses_node([Progress-clause(Called, File, Where, Nodes)], _, Pack, _, Progress, Node) :-
    !,
    rule_node(rule, false, Pack:Called, File, Where, [progress(Progress),matched(1)], Nodes, Node).
clauses_node(Clauses, Count, Pack, Call, Progress, Node) :-
    findall(Clause,
            ( member(Tried-clause(Called, File, Where, Nodes), Clauses),
              rule_node(clause, false, Pack:Called, File, Where, [progress(Tried)], Nodes, Clause)
            ),
            Children),
    findall(Tried, member(Tried-_, Clauses), All),
    max_list(All, Progress),
    Clauses = [_-clause(_, File, Where, _)|_],
    rule_node(rule, false, Pack:Call, File, Where, [progress(Progress),matched(Count)], Children,
              Node).

furthest([Progress-Nodes|Ways], Failure) :-
    furthest(Ways, Progress, Nodes, Failure).

furthest([], Progress, Nodes, failure(Progress, Nodes)).
furthest([Other-OtherNodes|Ways], Progress, Nodes, Failure) :-
    (   (   Other > Progress
        ;   Other =:= Progress,
            narrower(OtherNodes, Nodes)
        )
    ->  furthest(Ways, Other, OtherNodes, Failure)
    ;   furthest(Ways, Progress, Nodes, Failure)
    ).

% Both end with a comparison of numbers, and the first misses by less.
narrower(Nodes, Others) :-
    gap(Nodes, Gap),
    gap(Others, Other),
    Gap < Other.

way(Goal, Where, Context, Progress, Nodes, Way) :-
    (   Nodes = [Way]
    ->  true
    ;   node(clause, false, Goal, Where, Context, [progress(Progress)], Nodes, Way)
    ).

%!  limits(+Body, +Where, -Limits) is det.
%
%   Which comparison of a clause looks at which measure, seen before its variables are bound.

limits(Body, Where, Limits) :-
    goals(Body, [], Goals),
    measured_among(Goals, Measured),
    (   Measured == []
    ->  Limits = []
    ;   findall(From-Named,
                ( sub_goal(Body, Where, Goal, At),
                  kind(Goal, compare),
                  position_from(At, From),
                  term_variables(Goal, Variables),
                  member(Value-Named, Measured),
                  member(Variable, Variables),
                  Variable == Value
                ),
                Limits)
    ).

% Variables themselves, not copies of them.
measured_among([], []).
measured_among([Goal|Goals], Found) :-
    (   nonvar(Goal),
        Goal = measured(_, Named, Value),
        var(Value),
        ground(Named)
    ->  Found = [Value-Named|Rest]
    ;   Found = Rest
    ),
    measured_among(Goals, Rest).

goals(Body, Rest, [Body|Rest]) :-
    var(Body),
    !.
goals(Body, Rest, Goals) :-
    control(Body, A, B),
    !,
    goals(B, Rest, After),
    goals(A, After, Goals).
goals(Body, Rest, [Body|Rest]).

control((A,B), A, B).
control((A;B), A, B).
control((A->B), A, B).
control((A*->B), A, B).
control(forall(A, B), A, B).
control(\+ A, A, true).

sub_goal(Body, parentheses_term_position(_, _, Where), Goal, At) :-
    !,
    sub_goal(Body, Where, Goal, At).
sub_goal(Body, Where, Goal, At) :-
    nonvar(Body),
    (   control(Body, A, B)
    ->  sides(Where, WhereA, WhereB),
        (   sub_goal(A, WhereA, Goal, At)
        ;   sub_goal(B, WhereB, Goal, At)
        )
    ;   Goal = Body,
        At = Where
    ).

sides(Where, A, B) :-
    zko_reader:argument_position(1, Where, A),
    zko_reader:argument_position(2, Where, B).

inner(Where, Inner) :-
    zko_reader:argument_position(1, Where, Inner).

branches(Where, If, Then, Else) :-
    sides(Where, IfThen, Else),
    sides(IfThen, If, Then).

