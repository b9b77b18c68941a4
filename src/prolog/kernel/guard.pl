:- module(zko_guard,
          [ guarded/4,          % +Module, :Goal, +InferenceLimit, -Outcome
            inexact/1,          % +Value
            exact/3,            % +Comparison, +Left, +Right
            error_text/2        % +Error, -Text
          ]).

/** <module> Calls whose every end is an answer

guarded/4 always succeeds, once. Outcome: true (with the goal's bindings), false, limit,
missing(Reason) or error(Text). Reasons and texts become part of records that a replay must make
again, so they hold no variable names, addresses or backtraces.
*/

text_characters_max(500).

guarded(Module, Goal, Limit, Outcome) :-
    catch(within(Module, Goal, Limit, Result), Error, ended(Error, Result)),
    !,
    Outcome = Result.

within(Module, Goal, Limit, Outcome) :-
    (   call_with_inference_limit(Module:Goal, Limit, Result)
    ->  (   Result == inference_limit_exceeded
        ->  Outcome = limit
        ;   Outcome = true
        )
    ;   Outcome = false
    ).

ended(zko_missing(Reason), Outcome) :-
    !,
    Outcome = missing(Reason).
ended(error(resource_error(_), _), _) :-
    !,
    zko_host:exit_memory.
ended(Error, error(Text)) :-
    error_text(Error, Text).

%!  inexact(+Value) is failure.
%
%   An arithmetic comparison in a rule met a Value that is no exact number.
%
%   @error type_error(rational, Value), instantiation_error

inexact(Value) :-
    var(Value),
    !,
    throw(error(instantiation_error, _)).
inexact(Value) :-
    throw(error(type_error(rational, Value), _)).

%!  exact(+Comparison, +Left, +Right) is semidet.

exact(Comparison, Left, Right) :-
    ( rational(Left) -> true ; inexact(Left) ),
    ( rational(Right) -> true ; inexact(Right) ),
    call(Comparison, Left, Right).

%!  error_text(+Error, -Text) is det.

error_text(Error, Text) :-
    \+ \+ ( anonymous(Error, Plain),
            message_text(Plain, Text0),
            nb_setval(zko_error_text, Text0)
          ),
    nb_getval(zko_error_text, Text).

anonymous(Error, Plain) :-
    copy_term_nat(Error, Copy),
    (   nonvar(Copy),
        Copy = error(Formal, Context)
    ->  (   nonvar(Context),
            Context = context(_, Message),
            nonvar(Message)
        ->  Kept = context(_, Message)
        ;   true
        ),
        Plain = error(Formal, Kept),
        name_variables(Formal)
    ;   Plain = Copy,
        name_variables(Plain)
    ).

name_variables(Term) :-
    term_variables(Term, Variables),
    name_all(Variables).

name_all([]).
name_all(['$VAR'('_')|Variables]) :-
    name_all(Variables).

message_text(Error, Text) :-
    (   catch(translated(Error, Text0), _, fail)
    ->  true
    ;   format(string(Text0), "~W", [Error, [quoted(true),numbervars(true),max_depth(20)]])
    ),
    split_string(Text0, "", "\n ", [Trimmed]),
    text_characters_max(Max),
    (   string_length(Trimmed, Length),
        Length > Max
    ->  sub_string(Trimmed, 0, Max, _, Text)
    ;   Text = Trimmed
    ).

% Its context is a dump of the stacks, different at each run.
translated(error(resource_error(What), _), Text) :-
    !,
    format(string(Text), "Not enough resources: ~w", [What]).
translated(Error, Text) :-
    phrase('$messages':translate_message(Error), Lines),
    with_output_to(string(Text), print_message_lines(current_output, '', Lines)).
