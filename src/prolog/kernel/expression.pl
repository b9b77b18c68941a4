:- module(zko_expression,
          [ condition/4,          % +Term, +Where, +Fields, -Condition
            number_expression/4   % +Term, +Where, +Fields, -Expression
          ]).

:- use_module(library(lists)).

:- import(zko_near:hint/3).
:- import(zko_reader:argument_position/3).

/** <module> Conditions and expressions over the fields of one event

    Condition  ::= Condition , Condition | Condition ; Condition | \+ Condition | true
                 | Expression Op Expression | given(Field) | missing(Field) | BooleanField
    Op         ::= = \= == \== < =< > >= =:= =\=
    Expression ::= Field | Number | "text" | atom | true | false | Expression + - * / Expression
                 | duration(Number, Unit)
                 | abs(Expression) | min(Expression, Expression) | max(Expression, Expression)
                 | Step:Field

A comparison names a field: one of two constants is always true or never, which nobody means.
A time less a time is a number (nanoseconds), a time plus or less a number a time.
They are evaluated natively, on exact numbers; an absent optional field makes a comparison false.
Normal form: and(A,B) or(A,B) not(A) equal(A,B) ... given(F) missing(F) field(F) number(N) text(T)
bool(B) add(A,B) subtract(A,B) multiply(A,B) divide(A,B) abs(A) min(A,B) max(A,B).

Fields is a list of field/6 and, where earlier events may be looked at, of earlier(Step, Index,
FieldsOfStep): Step:Field becomes earlier(Index, Field).
*/

%!  condition(+Term, +Where, +Fields, -Condition) is det.
%
%   @throws wrong(Where, Code, Format, Arguments)

condition(Term, Where, Fields, Condition) :-
    (   nonvar(Term),
        condition_(Term, Where, Fields, Condition)
    ->  true
    ;   throw(wrong(Where, 'rules.directive', "~p is no condition", [Term]))
    ).

condition_(Term, parentheses_term_position(_, _, Where), Fields, Condition) :-
    !,
    condition(Term, Where, Fields, Condition).
condition_((A,B), Where, Fields, and(ConditionA, ConditionB)) :-
    !,
    two_conditions(A, B, Where, Fields, ConditionA, ConditionB).
condition_((A;B), Where, Fields, or(ConditionA, ConditionB)) :-
    !,
    two_conditions(A, B, Where, Fields, ConditionA, ConditionB).
condition_(\+ A, Where, Fields, not(Condition)) :-
    !,
    argument_position(1, Where, WhereA),
    condition(A, WhereA, Fields, Condition).
condition_(not(A), Where, Fields, Condition) :-
    !,
    condition_(\+ A, Where, Fields, Condition).
condition_(given(Name), Where, Fields, given(Name)) :-
    !,
    field_type(Name, Where, Fields, _).
condition_(missing(Name), Where, Fields, missing(Name)) :-
    !,
    field_type(Name, Where, Fields, _).
condition_(true, _, _, bool(true)) :-
    !.
condition_(Name, Where, Fields, equal(field(Name), bool(true))) :-
    atom(Name),
    !,
    field_type(Name, Where, Fields, Type),
    (   Type == bool
    ->  true
    ;   throw(wrong(Where, 'rules.type',
                    "~w is of type ~w, so it is no condition by itself", [Name, Type]))
    ).
condition_(Comparison, Where, Fields, Condition) :-
    compound(Comparison),
    Comparison =.. [Op,Left,Right],
    operator(Op, Normal),
    argument_position(1, Where, LeftWhere),
    argument_position(2, Where, RightWhere),
    expression(Left, LeftWhere, Fields, LeftNormal, LeftType),
    expression(Right, RightWhere, Fields, RightNormal, RightType),
    about_a_field([Left-LeftNormal-LeftWhere,Right-RightNormal-RightWhere], Where, Fields),
    comparable(Normal, LeftType, RightType, Where),
    allowed_value(LeftNormal, RightNormal, RightWhere, Fields),
    allowed_value(RightNormal, LeftNormal, LeftWhere, Fields),
    Condition =.. [Normal,LeftNormal,RightNormal].

%!  about_a_field(+Sides, +Where, +Fields) is det.
%
%   reslut = success, where the field is called result, compares two texts and never holds;
%   approver \= requestor always does. An atom is a text where no field has its name, so one that
%   stands alone, or is nearly a field's name, is a typing error.

about_a_field(Sides, Where, Fields) :-
    names_of(Fields, Names),
    (   member(_-Normal-_, Sides),
        names_field(Normal)
    ->  forall(( member(Name-text(_)-Place, Sides),
                 atom(Name)
               ),
               unlike_field(Name, Place, Sides, Fields, Names))
    ;   member(Name-text(_)-Place, Sides),
        atom(Name)
    ->  no_field(Name, Place, Names)
    ;   throw(wrong(Where, 'rules.directive', "this comparison names no field: there are ~p",
                    [Names]))
    ).

names_field(Normal) :-
    compound(Normal),
    (   functor(Normal, Name, _),
        memberchk(Name, [field,earlier])
    ->  true
    ;   arg(_, Normal, Part),
        names_field(Part)
    ).

% What a one_of field may be is checked by its values.
unlike_field(Name, Place, Sides, Fields, Names) :-
    (   member(_-field(Other)-_, Sides),
        memberchk(field(Other, _, _, [_|_], _, _), Fields)
    ->  true
    ;   hint(Name, Names, Hint),
        Hint \== ""
    ->  throw(wrong(Place, 'rules.undefined',
                    "~w is no field of this kind~s A text is written in double quotes",
                    [Name, Hint]))
    ;   true
    ).

no_field(Name, Where, Names) :-
    hint(Name, Names, Hint),
    throw(wrong(Where, 'rules.undefined',
                "~p is no field of this kind, which has ~p~s", [Name, Names, Hint])).

names_of(Fields, Names) :-
    findall(Known, member(field(Known, _, _, _, _, _), Fields), Names).

two_conditions(A, B, Where, Fields, ConditionA, ConditionB) :-
    argument_position(1, Where, WhereA),
    argument_position(2, Where, WhereB),
    condition(A, WhereA, Fields, ConditionA),
    condition(B, WhereB, Fields, ConditionB).

operator(=, equal).
operator(==, equal).
operator(=:=, equal).
operator(\=, not_equal).
operator(\==, not_equal).
operator(=\=, not_equal).
operator(<, less).
operator(=<, at_most).
operator(>, greater).
operator(>=, at_least).

%!  number_expression(+Term, +Where, +Fields, -Expression) is det.

number_expression(Term, Where, Fields, Expression) :-
    expression(Term, Where, Fields, Expression, Type),
    a_number(Type, Term, Where).

a_number(Type, Term, Where) :-
    (   Type == number
    ->  true
    ;   throw(wrong(Where, 'rules.type', "~p is of type ~w, a number is needed", [Term, Type]))
    ).

expression(Term, Where, _, _, _) :-
    var(Term),
    !,
    throw(wrong(Where, 'rules.directive',
                "a variable means nothing here: fields are named by atoms", [])).
expression(Term, parentheses_term_position(_, _, Where), Fields, Expression, Type) :-
    !,
    expression(Term, Where, Fields, Expression, Type).
expression(Number, _, _, number(Number), number) :-
    rational(Number),
    !.
expression(Text, _, _, text(Text), text) :-
    string(Text),
    !.
expression(Name, _, Fields, field(Name), Type) :-
    atom(Name),
    memberchk(field(Name, FieldType, _, _, _, _), Fields),
    !,
    value_type(FieldType, Type).
expression(Name, _, _, bool(Name), bool) :-
    memberchk(Name, [true,false]),
    !.
expression(Name, _, _, text(Text), text) :-
    atom(Name),
    Name \== [],
    !,
    atom_string(Name, Text).
expression(duration(Count, Unit), Where, _, number(Nanoseconds), number) :-
    !,
    zko_language:duration(Count, Unit, Where, none, Nanoseconds).
expression(Arithmetic, Where, Fields, Expression, Type) :-
    compound(Arithmetic),
    Arithmetic =.. [Op,Left,Right],
    arithmetic(Op, Normal),
    !,
    argument_position(1, Where, LeftWhere),
    argument_position(2, Where, RightWhere),
    expression(Left, LeftWhere, Fields, LeftNormal, LeftType),
    (   LeftType == time,
        memberchk(Normal, [add,subtract])
    ->  expression(Right, RightWhere, Fields, RightNormal, RightType),
        moved_time(Normal, RightType, Right, RightWhere, Type)
    ;   a_number(LeftType, Left, LeftWhere),
        number_expression(Right, RightWhere, Fields, RightNormal),
        Type = number
    ),
    Expression =.. [Normal,LeftNormal,RightNormal].
expression(abs(Term), Where, Fields, abs(Normal), number) :-
    !,
    argument_position(1, Where, TermWhere),
    number_expression(Term, TermWhere, Fields, Normal).
expression(Step:Name, Where, Fields, earlier(Index, Name), Type) :-
    atom(Step),
    atom(Name),
    memberchk(earlier(Step, Index, StepFields), Fields),
    !,
    field_type(Name, Where, StepFields, FieldType),
    value_type(FieldType, Type).
expression(Left:Right, Where, Fields, Expression, Type) :-
    memberchk(earlier(_, _, _), Fields),
    \+ ( atom(Left), atom(Right) ),
    rebound(Left:Right, Where, Term, TermWhere),
    !,
    expression(Term, TermWhere, Fields, Expression, Type).
expression(Term, Where, _, _, _) :-
    throw(wrong(Where, 'rules.directive',
                "~p is no expression over the fields of the event", [Term])).

%!  rebound(+Term, +Where, -Rebound, -ReboundWhere) is semidet.
%
%   To the reader `price - buy:price` is (price - buy):price. Here a step and its field belong
%   together more than anything else: the term is taken apart where it has no parentheses, and put
%   together again.

rebound(Term, Where, Rebound, ReboundWhere) :-
    phrase(parts(Term, Where), Parts),
    phrase(level([+,-], Where, Rebound-ReboundWhere), Parts).

parts(Term, Where) -->
    { compound(Term),
      Term =.. [Op,Left,Right],
      memberchk(Op, [:,+,-,*,/]),
      Where \= parentheses_term_position(_, _, _),
      !,
      argument_position(1, Where, LeftWhere),
      argument_position(2, Where, RightWhere)
    },
    parts(Left, LeftWhere),
    [op(Op)],
    parts(Right, RightWhere).
parts(Term, Where) -->
    [Term-Where].

level([+,-], Where, Whole) -->
    level([*,/], Where, First),
    more([+,-], [*,/], Where, First, Whole).
level([*,/], Where, Whole) -->
    level([:], Where, First),
    more([*,/], [:], Where, First, Whole).
level([:], Where, Whole) -->
    [First],
    (   [op(:)]
    ->  [Second],
        { joined(:, First, Second, Where, Whole),
          First = Step-_,
          Second = Name-_,
          atom(Step),
          atom(Name)
        }
    ;   { Whole = First }
    ).

more(Ops, Tighter, Where, Left, Whole) -->
    [op(Op)],
    { memberchk(Op, Ops) },
    !,
    level(Tighter, Where, Right),
    { joined(Op, Left, Right, Where, Both) },
    more(Ops, Tighter, Where, Both, Whole).
more(_, _, _, Whole, Whole) -->
    [].

joined(Op, Left-LeftWhere, Right-RightWhere, Where,
       Term-term_position(From, To, From, To, [LeftWhere,RightWhere])) :-
    arg(1, Where, From),
    arg(2, Where, To),
    Term =.. [Op,Left,Right].

% A time less a time is a number of nanoseconds, and a time moves by nanoseconds.
moved_time(subtract, time, _, _, number) :-
    !.
moved_time(_, Type, Term, Where, time) :-
    a_number(Type, Term, Where).

arithmetic(+, add).
arithmetic(-, subtract).
arithmetic(*, multiply).
arithmetic(/, divide).
arithmetic(min, min).
arithmetic(max, max).

value_type(atom, text).
value_type(string, text).
value_type(number, number).
value_type(integer, number).
value_type(bool, bool).
value_type(time, time).
value_type(strings, list).

comparable(_, list, _, Where) :-
    !,
    throw(wrong(Where, 'rules.type',
                "a list of strings can only be given(...) or missing(...)", [])).
comparable(Op, Type, Type, Where) :-
    !,
    (   memberchk(Op, [equal,not_equal])
    ->  true
    ;   memberchk(Type, [number,time])
    ->  true
    ;   throw(wrong(Where, 'rules.type', "values of type ~w have no order", [Type]))
    ).
comparable(_, Left, Right, Where) :-
    throw(wrong(Where, 'rules.type',
                "a value of type ~w is compared with one of type ~w", [Left, Right])).

% status = upp, where status is one_of(up, down), can never hold: a typing error.
allowed_value(field(Name), text(Text), Where, Fields) :-
    memberchk(field(Name, _, _, OneOf, _, _), Fields),
    OneOf \== [],
    \+ ( member(Value, OneOf),
         atom_string(Value, Text)
       ),
    !,
    throw(wrong(Where, 'rules.type', "~w is one of ~p, never ~s", [Name, OneOf, Text])).
allowed_value(_, _, _, _).

field_type(Name, Where, Fields, Type) :-
    (   atom(Name),
        memberchk(field(Name, Type, _, _, _, _), Fields)
    ->  true
    ;   names_of(Fields, Names),
        no_field(Name, Where, Names)
    ).
