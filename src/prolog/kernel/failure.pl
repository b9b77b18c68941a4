:- module(zko_failure,
          [ no_solution/5,      % +Pack, +Original, +Checked, -Message, -Found
            show/2              % +Term, -Text
          ]).

:- use_module(library(lists)).

/** <module> Why the body of a test has no solution

The first goal that fails is looked for by running longer and longer beginnings of the body. Where
that goal ends in a value, what would stand there is looked up: expected 3, found 4.
*/

inferences_max(4_000_000).

%!  no_solution(+Pack, +Original, +Checked, -Message, -Found) is det.
%
%   Original is the body as it is written, Checked as it runs. Found is expected(Text, Text) or
%   `fails`.

no_solution(Pack, Original, Checked, Message, Found) :-
    pairs(Original, Checked, Pairs, []),
    (   culprit(Pairs, [], Pack, Goal-Run)
    ->  show(Goal, Text),
        (   other_value(Goal, Run, Pack, Wanted, Value)
        ->  show(Wanted, WantedText),
            show(Value, ValueText),
            Found = expected(WantedText, ValueText),
            format(string(Message), "~s fails: expected ~s, found ~s",
                   [Text, WantedText, ValueText])
        ;   Found = fails,
            readings(Goal, Pack, Readings),
            format(string(Message), "~s fails~s", [Text, Readings])
        )
    ;   Found = fails,
        Message = "failed"
    ).

% What is written beside what runs, goal by goal.
pairs(Goal, Checked, Pairs, Rest) :-
    (   nonvar(Goal),
        Goal = (A,B),
        Checked = (CheckedA,CheckedB)
    ->  pairs(A, CheckedA, Pairs, Middle),
        pairs(B, CheckedB, Middle, Rest)
    ;   Pairs = [Goal-Checked|Rest]
    ).

culprit([Pair|Pairs], Before, Pack, Culprit) :-
    append(Before, [Pair], Beginning),
    (   first_solution(Beginning, Pack, _)
    ->  culprit(Pairs, Beginning, Pack, Culprit)
    ;   first_solution(Before, Pack, Pair, Culprit)
    ).

first_solution(Pairs, Pack, Solved) :-
    first_solution(Pairs, Pack, Pairs, Solved).

first_solution(Pairs, Pack, Template, Solved) :-
    conjunction(Pairs, Goal),
    inferences_max(Max),
    findall(Template,
            ( zko_guard:guarded(Pack, Goal, Max, Result),
              Result == true
            ),
            [Solved]).

conjunction([], true).
conjunction([_-Goal|Pairs], (Goal,Rest)) :-
    conjunction(Pairs, Rest).

% The goal with its last argument left open.
other_value(Goal, Run, Pack, Wanted, Value) :-
    callable(Goal),
    functor(Goal, Name, Arity),
    Arity > 0,
    \+ zko_allowed:comparison(Name),
    \+ zko_allowed:order_test(Name),
    \+ memberchk(Name, [=,\+,;,->,*->]),
    \+ zko_allowed:meta(Name, Arity, _),
    arg(Arity, Goal, Wanted),
    nonvar(Wanted),
    opened(Run, Open, Value),
    inferences_max(Max),
    findall(Value,
            ( zko_guard:guarded(Pack, Open, Max, Result),
              Result == true
            ),
            [Value]),
    Value \== Wanted.

opened(Module:Run, Module:Open, Value) :-
    !,
    opened(Run, Open, Value).
opened(Run, Open, Value) :-
    Run =.. [Name|Arguments],
    append(First, [_], Arguments),
    append(First, [Value], Opened),
    Open =.. [Name|Opened].

% What the measures of the pack are, for a rule of its that fails.
readings(Goal, Pack, Text) :-
    callable(Goal),
    functor(Goal, Name, Arity),
    zko_gate:defined(Pack, Name, Arity),
    arg(1, Goal, System),
    atom(System),
    findall(Reading,
            ( zko_gate:measure_declared(Pack, Measure),
              zko_host:measured(System, Pack, Measure, value(Value)),
              show(Value, Shown),
              format(string(Reading), "~w = ~s", [Measure, Shown])
            ),
            Readings),
    Readings \== [],
    length(Readings, Count),
    Count =< 8,
    !,
    atomic_list_concat(Readings, ", ", Joined),
    format(string(Text), ", with ~w", [Joined]).
readings(_, _, "").

%!  show(+Term, -Text) is det.
%
%   As a rule writes it: 5.5, not 11r2; variables are `_`.

show(Term, Text) :-
    \+ \+ ( copy_term_nat(Term, Copy),
            term_variables(Copy, Variables),
            forall_unify(Variables),
            with_output_to(string(Text0),
                           write_term(Copy,
                                      [ quoted(true), numbervars(true), max_depth(50),
                                        spacing(next_argument), portray(true),
                                        portray_goal(zko_failure:decimal)
                                      ])),
            nb_setval(zko_shown, Text0)
          ),
    nb_getval(zko_shown, Text).

forall_unify([]).
forall_unify(['$VAR'('_')|Variables]) :-
    forall_unify(Variables).

% Called by write_term/2 for each subterm: writes a rational whose decimal form ends.
decimal(Rational, _) :-
    rational(Rational),
    \+ integer(Rational),
    Denominator is denominator(Rational),
    digits(Denominator, 0, Digits),
    Digits =< 40,
    Scaled is abs(Rational) * 10 ** Digits,
    Whole is Scaled // 10 ** Digits,
    Fraction is Scaled mod 10 ** Digits,
    (   Rational < 0
    ->  Sign = "-"
    ;   Sign = ""
    ),
    Padded is 10 ** Digits + Fraction,
    number_codes(Padded, [_|Decimals]),
    format("~s~d.~s", [Sign, Whole, Decimals]).

% How many decimals 1/Denominator has, if it ends.
digits(1, Digits, Digits) :-
    !.
digits(Denominator, Digits0, Digits) :-
    Digits0 < 60,
    Common is gcd(Denominator, 10),
    Common > 1,
    Next is Denominator // Common,
    Digits1 is Digits0 + 1,
    digits(Next, Digits1, Digits).
