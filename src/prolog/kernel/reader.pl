:- module(zko_reader,
          [ read_items/2,       % +File, -Items
            read_goal/4,        % +Text, -Goal, -Position, -Names
            argument_position/3 % +Index, +Position, -ArgumentPosition
          ]).

/** <module> Text to terms, never running anything

Terms are read one by one with standard operators, without quasi quotations, expansion or
consulting. A float literal becomes the rational its text denotes: 0.99999 as a double is wrong by
1e-30, which is enough to judge a limit wrongly.
*/

:- use_module(library(lists)).

:- import(zko_notes:note/5).
:- import(zko_notes:lost/1).

clause_characters_max(65_536).
clauses_max(10_000).
depth_max(1_000).
variables_max(1_000).
syntax_errors_max(20).

literal_digits_max(40).
literal_exponent_max(30).

%!  read_items(+File, -Items) is det.
%
%   Items is a list of item(Term, Position, Names); what cannot be read is noted and left out.

read_items(File, Items) :-
    zko_notes:text(File, Text),
    setup_call_cleanup(
        open_string(Text, In),
        read_all(In, File, Text, 0, 0, Items),
        close(In)).

read_all(In, File, Text, Count, Errors, Items) :-
    catch(read_one(In, Term, Position, Names, Start, Singletons), Error, true),
    (   nonvar(Error)
    ->  unreadable(Error, In, File, Text, Count, Errors, Items)
    ;   Term == end_of_file
    ->  Items = []
    ;   clauses_max(Max),
        Count >= Max
    ->  note(File, Start, 'rules.size', "a pack has at most ~d clauses", [Max]),
        Items = []
    ;   (   usable(File, Text, Start, In, Term, Position, Names, Singletons, Exact)
        ->  Items = [item(Exact, Position, Names)|Rest]
        ;   lost(File),
            Items = Rest
        ),
        Next is Count + 1,
        read_all(In, File, Text, Next, Errors, Rest)
    ).

read_one(In, Term, Position, Names, Start, Singletons) :-
    read_term(In, Term,
              [ module(zko_syntax),
                term_position(TermPosition),
                subterm_positions(Position),
                variable_names(Names),
                singletons(Singletons),
                syntax_errors(error),
                double_quotes(string),
                back_quotes(codes),
                quasi_quotations(Quotations),
                dotlists(false),
                cycles(false),
                var_prefix(false)
              ]),
    stream_position_data(char_count, TermPosition, Start),
    (   Quotations == []
    ->  true
    ;   throw(error(syntax_error(quasi_quotation), stream(In, 0, 0, Start)))
    ).

unreadable(error(syntax_error(What), Where), In, File, Text, Count, Errors, Items) :-
    !,
    lost(File),
    (   Where = stream(_, _, _, Offset0)
    ->  true
    ;   character_count(In, Offset0)
    ),
    next_word(What, Text, Offset0, Offset),
    syntax_error_text(What, Message),
    syntax_hint(What, Text, Offset, Hint),
    note(File, Offset, 'rules.syntax', "~w~w", [Message, Hint]),
    syntax_errors_max(Max),
    (   Errors < Max
    ->  Next is Errors + 1,
        read_all(In, File, Text, Count, Next, Items)
    ;   Items = []
    ).
unreadable(error(resource_error(_), _), In, File, _, _, _, []) :-
    !,
    lost(File),
    character_count(In, Offset),
    note(File, Offset, 'rules.size', "the term is too large or too deep to be read", []).
unreadable(Error, In, File, _, _, _, []) :-
    lost(File),
    character_count(In, Offset),
    zko_guard:error_text(Error, Message),
    note(File, Offset, 'rules.syntax', "~w", [Message]).

syntax_error_text(end_of_file_in_quoted(_), "Syntax error: a quote of this clause is not closed") :-
    !.
syntax_error_text(quasi_quotation, "Syntax error: quasi quotations are not of the rule language") :-
    !.
syntax_error_text(end_of_file_in_quasi_quotation,
                  "Syntax error: quasi quotations are not of the rule language") :-
    !.
syntax_error_text(float_overflow,
                  "a number has at most 40 digits and an exponent of at most 30") :-
    !.
syntax_error_text(What, Message) :-
    zko_guard:error_text(error(syntax_error(What), _), Message).

% Where an operator is expected the reader stands before the word that is none.
next_word(operator_expected, Text, Offset, Next) :-
    !,
    skip_layout(Text, Offset, Next).
next_word(_, _, Offset, Offset).

skip_layout(Text, Offset, Next) :-
    At is Offset + 1,
    (   get_string_code(At, Text, Code),
        code_type(Code, space)
    ->  skip_layout(Text, At, Next)
    ;   Next = Offset
    ).

%!  syntax_hint(+What, +Text, +Offset, -Hint) is det.
%
%   What those who come from other languages write, and what a missing comma or dot looks like.

syntax_hint(operator_expected, Text, Offset, Hint) :-
    foreign_sign(Sign, Meant),
    sub_string(Text, Offset, _, 0, Rest),
    string_concat(Sign, _, Rest),
    !,
    format(string(Hint), ": for ~w write ~w", [Sign, Meant]).
syntax_hint(operator_expected, Text, Offset, Hint) :-
    !,
    (   clause_begins(Text, Offset)
    ->  Hint = "; is the dot of the clause before this one missing?"
    ;   Hint = "; is a comma or a bracket missing before this?"
    ).
syntax_hint(end_of_file_in_quasi_quotation, _, _, ": for || write ;") :-
    !.
syntax_hint(end_of_file, _, _, "; is the last dot missing?") :-
    !.
syntax_hint(_, _, _, "").

foreign_sign("<=", "=<").
foreign_sign("!=", "\\== (of numbers =\\=)").
foreign_sign("<>", "\\== (of numbers =\\=)").
foreign_sign("===", "==").
foreign_sign("&&", ",").
foreign_sign("\u2264", "=<").
foreign_sign("\u2265", ">=").
foreign_sign("\u2260", "\\== (of numbers =\\=)").

% At the beginning of a line stands what begins a clause.
clause_begins(_, 0) :-
    !.
clause_begins(Text, Offset) :-
    get_string_code(Offset, Text, 0'\n).

usable(File, Text, Start, In, Term, Position, _, Singletons, Exact) :-
    character_count(In, End),
    clause_characters_max(Max),
    (   End - Start > Max
    ->  note(File, Start, 'rules.size', "a clause has at most ~D characters", [Max]),
        fail
    ;   depth_max(Depth),
        \+ within_depth(Term, Depth)
    ->  note(File, Start, 'rules.size', "a term is nested at most ~D deep", [Depth]),
        fail
    ;   variables_max(Variables),
        term_variables(Term, Found),
        length(Found, Count),
        Count > Variables
    ->  note(File, Start, 'rules.size', "a clause has at most ~D variables", [Variables]),
        fail
    ;   true
    ),
    forall(member(Name=_, Singletons),
           note(File, Start, 'rules.singleton',
                "variable ~w appears once; write _~w if that is meant",
                [Name, Name])),
    catch(exact(Text, Term, Position, Exact),
          inexact(Where, Code, Message),
          ( note(File, Where, Code, "~w", [Message]),
            fail
          )).

within_depth(Term, _) :-
    \+ compound(Term),
    !.
within_depth([Head|Tail], Depth) :-
    !,
    Depth > 0,
    Below is Depth - 1,
    within_depth(Head, Below),
    within_depth(Tail, Depth).
within_depth((Left,Right), Depth) :-
    !,
    Depth > 0,
    Below is Depth - 1,
    within_depth(Left, Below),
    within_depth(Right, Depth).
within_depth(Term, Depth) :-
    Depth > 0,
    Below is Depth - 1,
    compound_name_arguments(Term, _, Arguments),
    arguments_within_depth(Arguments, Below).

arguments_within_depth([], _).
arguments_within_depth([Argument|Rest], Depth) :-
    within_depth(Argument, Depth),
    arguments_within_depth(Rest, Depth).

%!  exact(+Text, +Term, +Position, -Exact) is det.
%
%   Exact is Term with each float replaced by the rational that its token in Text denotes.
%
%   @throws inexact(Position, Code, Message) for a literal that denotes none or is too long

exact(_, Term, _, Term) :-
    var(Term),
    !.
exact(Text, Float, Position, Exact) :-
    float(Float),
    !,
    (   Position = From-To
    ->  Length is To - From,
        sub_string(Text, From, Length, _, Token),
        (   literal_rational(Token, Exact)
        ->  true
        ;   throw(inexact(Position, 'rules.float',
                          "a number has at most 40 digits and an exponent of at most 30"))
        )
    ;   throw(inexact(Position, 'rules.float', "this number cannot be read exactly"))
    ).
exact(Text, Term, parentheses_term_position(_, _, Position), Exact) :-
    !,
    exact(Text, Term, Position, Exact).
exact(Text, Term, term_position(_, _, _, _, Positions), Exact) :-
    compound(Term),
    !,
    compound_name_arguments(Term, Name, Arguments),
    exact_list(Arguments, Positions, Text, Exacts),
    compound_name_arguments(Exact, Name, Exacts).
exact(Text, Term, list_position(_, _, Positions, TailPosition), Exact) :-
    !,
    exact_elements(Positions, Term, TailPosition, Text, Exact).
exact(Text, {Term}, brace_term_position(_, _, Position), {Exact}) :-
    !,
    exact(Text, Term, Position, Exact).
exact(_, Term, Position, _) :-
    is_dict(Term),
    !,
    throw(inexact(Position, 'rules.syntax', "dicts are not part of the rule language")).
exact(_, Term, _, Term).

exact_list([], _, _, []).
exact_list([Term|Terms], [Position|Positions], Text, [Exact|Exacts]) :-
    exact(Text, Term, Position, Exact),
    exact_list(Terms, Positions, Text, Exacts).

exact_elements([], Tail, Position, Text, Exact) :-
    (   Position == none
    ->  Exact = Tail
    ;   exact(Text, Tail, Position, Exact)
    ).
exact_elements([Position|Positions], [Term|Tail], TailPosition, Text, [Exact|Rest]) :-
    exact(Text, Term, Position, Exact),
    exact_elements(Positions, Tail, TailPosition, Text, Rest).

%!  literal_rational(+Token, -Rational) is semidet.

literal_rational(Token0, Rational) :-
    string_lower(Token0, Token1),
    split_string(Token1, "_ \n\t", "", Groups),
    atomic_list_concat(Groups, Token),
    (   sub_atom(Token, 0, 1, _, -)
    ->  sub_atom(Token, 1, _, 0, Unsigned),
        Sign = -1
    ;   Unsigned = Token,
        Sign = 1
    ),
    atomic_list_concat(Parts, e, Unsigned),
    mantissa_exponent(Parts, Mantissa, Exponent),
    atomic_list_concat(Halves, '.', Mantissa),
    mantissa_digits(Halves, Digits, FractionLength),
    literal_digits_max(DigitsMax),
    atom_length(Digits, DigitCount),
    DigitCount =< DigitsMax,
    literal_exponent_max(ExponentMax),
    abs(Exponent) =< ExponentMax,
    all_digits(Digits),
    atom_number(Digits, Integer),
    Power is Exponent - FractionLength,
    (   Power >= 0
    ->  Rational is Sign * Integer * 10 ** Power
    ;   Rational is (Sign * Integer) rdiv (10 ** (-Power))
    ).

mantissa_exponent([Mantissa], Mantissa, 0).
mantissa_exponent([Mantissa,ExponentText], Mantissa, Exponent) :-
    (   sub_atom(ExponentText, 0, 1, _, +)
    ->  sub_atom(ExponentText, 1, _, 0, Digits)
    ;   Digits = ExponentText
    ),
    atom_length(Digits, Length),
    Length =< 4,
    catch(atom_number(Digits, Exponent), _, fail),
    integer(Exponent).

mantissa_digits([Whole], Whole, 0).
mantissa_digits([Whole,Fraction], Digits, Length) :-
    atom_concat(Whole, Fraction, Digits),
    atom_length(Fraction, Length).

all_digits(Atom) :-
    atom_codes(Atom, Codes),
    Codes \== [],
    forall(member(Code, Codes),
           between(0'0, 0'9, Code)).

%!  read_goal(+Text, -Goal, -Position, -Names) is det.
%
%   One goal of a REPL line; its end dot may be missing.
%
%   @throws error(syntax_error(_), _), inexact(Position, Code, Message), end_of_line when there is
%   none

read_goal(Text, _, _, _) :-
    blank(Text),
    !,
    throw(end_of_line).
read_goal(Text0, Goal, Position, Names) :-
    string_concat(Text0, "\n.", Text),
    setup_call_cleanup(
        open_string(Text, In),
        ( read_one(In, Term, Position, Names, _, _),
          ensure_single(In, Text)
        ),
        close(In)),
    depth_max(Depth),
    (   \+ within_depth(Term, Depth)
    ->  throw(error(syntax_error(too_deep), _))
    ;   exact(Text, Term, Position, Goal)
    ).

% Layout and comments only.
blank(Text) :-
    setup_call_cleanup(
        open_string(Text, In),
        catch(read_term(In, Term, [syntax_errors(error),quasi_quotations(_)]), _, fail),
        close(In)),
    Term == end_of_file.

% What follows the goal may be layout and the dot that was added.
ensure_single(In, Text) :-
    character_count(In, End),
    sub_string(Text, End, _, 0, Rest),
    split_string(Rest, "", " \t\r\n.", [Left]),
    (   (   Left == ""
        ;   sub_string(Left, 0, 1, _, "%")
        )
    ->  true
    ;   throw(error(syntax_error(end_of_clause_expected), string(Text, End)))
    ).

argument_position(Index, parentheses_term_position(_, _, Position), Argument) :-
    !,
    argument_position(Index, Position, Argument).
argument_position(Index, term_position(_, _, _, _, Positions), Argument) :-
    nth1(Index, Positions, Argument),
    !.
argument_position(1, brace_term_position(_, _, Argument), Argument) :-
    !.
argument_position(_, Position, Position).
