:- module(zko_toplevel,
          [ prepare/4,          % +Text, -Goal, -Bindings, -Status
            run/1,              % :Goal
            solution/3,         % +Bindings, -Text, -Json
            failure_text/2      % +Error, -Text
          ]).

:- use_module(library(lists)).

/** <module> REPL goals and answers

A goal passes the same check as a rule body; predicates of all packs are seen by their exports.
Answers are printed by the code of SWI-Prolog's own top level, without its depth limit.
*/

%!  prepare(+Text, -Goal, -Bindings, -Status) is det.
%
%   Status is ready, empty or error(Message); Goal is what zko_repl may call.

prepare(Text, Goal, Bindings, Status) :-
    catch(prepared(Text, Goal, Bindings, Status), Error, unprepared(Error, Status)).

prepared(Text, Goal, Names, Status) :-
    zko_reader:read_goal(Text, Goal0, Position, Names),
    without_query(Goal0, Position, Goal1, Position1),
    zko_notes:clear_notes,
    zko_body:check_body(context("", none, goal), true, Goal1, Position1, Names, [], Goal),
    (   zko_notes:noted("", _, _, Code, Message)
    ->  zko_notes:clear_notes,
        refusal(Code, Message, Goal1, Text1),
        Status = error(Text1)
    ;   Status = ready
    ).

% ?- Goal. is Goal.
without_query((?- Goal), Position, Goal, GoalPosition) :-
    !,
    zko_reader:argument_position(1, Position, GoalPosition).
without_query(Goal, Position, Goal, Position).

refusal('rules.undefined', Message, _, Text) :-
    string_concat(Indicator, Rest, Message),
    string_concat(" is not defined", Hint, Rest),
    !,
    format(string(Text), "Unknown procedure: ~s~s", [Indicator, Hint]).
refusal('rules.forbidden', Message, _, Text) :-
    !,
    format(string(Text), "No permission: ~s", [Message]).
refusal(_, Message, _, Message).

unprepared(end_of_line, empty) :-
    !.
unprepared(inexact(_, _, Message), error(Text)) :-
    !,
    format(string(Text), "~w", [Message]).
unprepared(error(syntax_error(What), Where), error(Text)) :-
    !,
    zko_guard:error_text(error(syntax_error(What), _), Message),
    (   nonvar(Where),
        Where = stream(_, Line, Column, _)
    ->  At is Column + 1,
        format(string(Text), "~s (line ~d, column ~d)", [Message, Line, At])
    ;   Text = Message
    ).
unprepared(Error, error(Text)) :-
    zko_guard:error_text(Error, Text).

%!  run(+Goal) is nondet.

run(Goal) :-
    zko_repl:Goal.

%!  solution(+Bindings, -Text, -Json) is det.
%
%   Text as the top level prints it, without what follows it; Json is an object of variable names
%   and canonical terms.

solution(Bindings, Text, Json) :-
    json(Bindings, Json),
    \+ \+ ( toplevel_text(Bindings, Text0),
            nb_setval(zko_solution, Text0)
          ),
    nb_getval(zko_solution, Text).

toplevel_text(Bindings0, Text) :-
    '$toplevel':translate_bindings(Bindings0, Bindings, [], zko_repl:Residuals),
    '$toplevel':name_vars(Bindings, Residuals, true),
    (   Bindings == []
    ->  Text = "true"
    ;   Options = [ quoted(true),
                    portray(true),
                    numbervars(true),
                    spacing(next_argument),
                    priority(699)
                  ],
        phrase('$messages':bindings(Bindings, Options), Lines),
        with_output_to(string(Text0), print_message_lines(current_output, '', Lines)),
        split_string(Text0, "", "\n", [Text])
    ).

json(Bindings, Json) :-
    findall(Member, json_member(Bindings, Member), Members),
    atomic_list_concat(Members, ',', Inner),
    format(string(Json), "{~w}", [Inner]).

json_member(Bindings, Member) :-
    member(Name=Value, Bindings),
    nonvar(Value),
    \+ sub_atom(Name, 0, _, _, '_'),
    Options = [quoted(true),ignore_ops(false),numbervars(false),spacing(next_argument)],
    format(string(Canonical), "~W", [Value, Options]),
    json_string(Canonical, Quoted),
    format(string(Member), "\"~w\":~s", [Name, Quoted]).

json_string(Text, Quoted) :-
    string_codes(Text, Codes),
    phrase(escaped(Codes), Escaped),
    format(string(Quoted), "\"~s\"", [Escaped]).

escaped([]) --> [].
escaped([Code|Codes]) -->
    escape(Code),
    escaped(Codes).

escape(0'") --> !, "\\\"".
escape(0'\\) --> !, "\\\\".
escape(0'\n) --> !, "\\n".
escape(Code) -->
    { Code < 32 },
    !,
    { format(codes(Hex), "\\u~|~`0t~16r~4+", [Code]) },
    Hex.
escape(Code) --> [Code].

failure_text(Error, Text) :-
    zko_guard:error_text(Error, Text).
