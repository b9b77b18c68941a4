:- module(zko_cover,
          [ cover/4,            % +Clause, +HeadWhere, +BodyWhere, -Covered
            start_covering/0,
            points/1            % -Points
          ]).

:- use_module(library(lists)).

:- import(zko_reader:argument_position/3).

/** <module> What of the rules a test run has run

In a process that runs tests, a clause notes that it was entered, and each goal in it that can fail
notes when it holds and when it does not. A point is point(Mark, What, File, Line, Column, Pack,
Name/Arity, Text) with What one of clause, holds and fails; zko_host:mark/1 notes its Mark.

Control stays where it is, only single goals are wrapped, so cuts cut what they did.
*/

:- dynamic
    covering/0,
    point/8.

text_characters_max(60).

start_covering :-
    (   covering
    ->  true
    ;   assertz(covering)
    ).

%!  points(-Points) is det.

points(Points) :-
    findall(point(Mark, What, File, Line, Column, Pack, Name/Arity, Text),
            point(Mark, What, File, Line, Column, Pack, Name/Arity, Text),
            Points).

%!  cover(+Clause, +HeadWhere, +BodyWhere, -Covered) is det.
%
%   Clause is clause(File, Pack, Name/Arity, Head, Body, Checked). Covered is Checked where nothing
%   is covered.

cover(clause(_, _, _, _, _, Checked), _, _, Checked) :-
    (   \+ covering
    ;   zko_notes:refused           % nothing of it will run
    ),
    !.
cover(clause(File, Pack, Indicator, Head, Body, Checked), HeadWhere, BodyWhere, Covered) :-
    inputs(Head, Seen),
    position_text(File, HeadWhere, Text),
    note_point(clause, File, HeadWhere, Pack, Indicator, Text, Mark),
    goal(Body, BodyWhere, here(File, Pack, Indicator), Seen, _, Checked, Inner),
    (   Inner == true
    ->  Covered = zko_host:mark(Mark)
    ;   Covered = (zko_host:mark(Mark),Inner)
    ).

% The variables that a caller has bound: a last argument that is a variable is an output.
inputs(Head, Inputs) :-
    Head =.. [_|Arguments],
    (   append(First, [Last], Arguments),
        First \== [],
        var(Last)
    ->  term_variables(First, Inputs)
    ;   term_variables(Arguments, Inputs)
    ).

% goal(+Goal, +Position, +Here, +Seen0, -Seen, +Checked, -Covered)

goal(Goal, parentheses_term_position(_, _, Position), Here, Seen0, Seen, Checked, Covered) :-
    !,
    goal(Goal, Position, Here, Seen0, Seen, Checked, Covered).
goal(Goal, Position, Here, Seen0, Seen, Checked, Covered) :-
    control(Goal, A, B, Checked, CheckedA, CheckedB, CoveredA, CoveredB, Covered),
    !,
    argument_position(1, Position, PositionA),
    argument_position(2, Position, PositionB),
    goal(A, PositionA, Here, Seen0, SeenA, CheckedA, CoveredA),
    (   Goal = (_;_)
    ->  goal(B, PositionB, Here, Seen0, SeenB, CheckedB, CoveredB)
    ;   goal(B, PositionB, Here, SeenA, SeenB, CheckedB, CoveredB)
    ),
    term_variables(SeenA-SeenB, Seen).
goal(\+ Goal, Position, Here, Seen0, Seen, \+ Checked, \+ Covered) :-
    !,
    argument_position(1, Position, Where),
    goal(Goal, Where, Here, Seen0, Seen, Checked, Covered).
goal(Goal, Position, Here, Seen0, Seen, Checked, Covered) :-
    inner(Goal, Checked, Position, Here, Seen0, Inside),
    term_variables(Seen0-Goal, Seen),
    (   cannot_fail(Goal, Seen0)
    ->  Covered = Inside
    ;   Here = here(File, Pack, Indicator),
        position_text(File, Position, Text),
        note_point(holds, File, Position, Pack, Indicator, Text, Holds),
        note_point(fails, File, Position, Pack, Indicator, Text, Fails),
        Covered = (   Inside
                  *-> zko_host:mark(Holds)
                  ;   zko_host:mark(Fails),
                      fail
                  )
    ).

control((A,B), A, B, (CheckedA,CheckedB), CheckedA, CheckedB, CA, CB, (CA,CB)).
control((A;B), A, B, (CheckedA;CheckedB), CheckedA, CheckedB, CA, CB, (CA;CB)).
control((A->B), A, B, (CheckedA->CheckedB), CheckedA, CheckedB, CA, CB, (CA->CB)).
control((A*->B), A, B, (CheckedA*->CheckedB), CheckedA, CheckedB, CA, CB, (CA*->CB)).

% Goals inside a goal, say of forall/2, are looked at too.
inner(Goal, Checked, Position, Here, Seen, Covered) :-
    compound(Goal),
    compound(Checked),
    functor(Goal, Name, Arity),
    zko_allowed:meta(Name, Arity, Modes),
    memberchk(0, Modes),
    functor(Checked, Name, Arity),
    !,
    Goal =.. [_|Arguments],
    Checked =.. [_|CheckedArguments],
    inner_arguments(Modes, Arguments, CheckedArguments, 1, Position, Here, Seen,
                    CoveredArguments),
    Covered =.. [Name|CoveredArguments].
inner(_, Checked, _, _, _, Checked).

inner_arguments([], [], [], _, _, _, _, []).
inner_arguments([Mode|Modes], [Argument|Arguments], [Checked|CheckedArguments], Index, Position,
                Here, Seen0, [Covered|CoveredArguments]) :-
    (   Mode == 0
    ->  argument_position(Index, Position, Where),
        goal(Argument, Where, Here, Seen0, Seen, Checked, Covered)
    ;   Covered = Checked,
        Seen = Seen0
    ),
    Next is Index + 1,
    inner_arguments(Modes, Arguments, CheckedArguments, Next, Position, Here, Seen,
                    CoveredArguments).

% Goals whose failure nobody can test for.

cannot_fail(Goal, _) :-
    memberchk(Goal, [true,fail,false,!,ignore(_),event_proof(_, _),undecided(_, _)]),
    !.
cannot_fail(Left = Right, Seen) :-
    !,
    (   fresh(Left, Seen)
    ;   fresh(Right, Seen)
    ),
    !.
cannot_fail(Left is _, Seen) :-
    !,
    fresh(Left, Seen).
cannot_fail(measured(System, Measure, Value), Seen) :-
    !,
    \+ fresh(System, Seen),
    ground(Measure),
    fresh(Value, Seen).
cannot_fail(param(_, Name, Value), Seen) :-
    !,
    atom(Name),
    fresh(Value, Seen).
cannot_fail(aggregate_all(What, _, Result), Seen) :-
    !,
    nonvar(What),
    functor(What, Name, _),
    memberchk(Name, [count,sum,bag,set]),
    fresh(Result, Seen).
cannot_fail(Goal, Seen) :-
    compound(Goal),
    functor(Goal, Name, Arity),
    always(Name, Arity),
    arg(Arity, Goal, Result),
    fresh(Result, Seen).

fresh(Variable, Seen) :-
    var(Variable),
    \+ ( member(Other, Seen),
         Other == Variable
       ).

% They give a result in their last argument, whatever they are asked.
always(now, 1).
always(findall, 3).
always(length, 2).
always(msort, 2).
always(sort, 2).
always(sort, 4).
always(keysort, 2).
always(copy_term, 2).
always(term_variables, 2).
always(atom_length, 2).
always(string_length, 2).
always(atom_string, 2).
always(sum_list, 2).
always(reverse, 2).
always(list_to_set, 2).
always(flatten, 2).
always(append, 3).
always(include, 3).
always(exclude, 3).
always(subtract, 3).
always(intersection, 3).
always(union, 3).
always(pairs_keys, 2).
always(pairs_values, 2).
always(atomic_list_concat, 2).
always(atomic_list_concat, 3).
always(string_concat, 3).
always(upcase_atom, 2).
always(downcase_atom, 2).
always(working_days, 4).
always(working_minutes, 4).
always(days_between, 4).
always(due, 5).

% Points.

note_point(What, File, Where, Pack, Indicator, Text, Mark) :-
    flag(zko_cover_marks, Mark, Mark + 1),
    zko_notes:position_start(Where, Offset),
    zko_notes:offset_line_column(File, Offset, Line, Column),
    assertz(point(Mark, What, File, Line, Column, Pack, Indicator, Text)).

position_text(File, Where, Short) :-
    (   bounds(Where, From, To),
        zko_notes:text(File, Text),
        Length is To - From,
        sub_string(Text, From, Length, _, Source)
    ->  split_string(Source, " \n\t\r", " \n\t\r", Words0),
        findall(Word, ( member(Word, Words0), Word \== "" ), Words),
        atomic_list_concat(Words, ' ', Line),
        shortened(Line, Short)
    ;   Short = ""
    ).

bounds(From-To, From, To) :-
    !.
bounds(Position, From, To) :-
    compound(Position),
    arg(1, Position, From),
    arg(2, Position, To),
    integer(From),
    integer(To).

shortened(Line, Short) :-
    text_characters_max(Max),
    atom_length(Line, Length),
    (   Length > Max
    ->  Kept is Max - 3,
        sub_atom(Line, 0, Kept, _, Start),
        string_concat(Start, "...", Short)
    ;   atom_string(Line, Short)
    ).
