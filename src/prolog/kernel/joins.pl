:- module(zko_joins,
          [ join/4,             % +Term, +Where, +Pack, -Function
            join_option/5,      % +Option, +Where, +Pack, +Function, -Setting
            join_fits/3         % +Function, +WindowNs, +Where
          ]).

:- use_module(library(lists)).
:- use_module(library(apply)).

:- import(zko_reader:argument_position/3).
:- import(zko_expression:condition/4).

/** <module> Measures that join events by key

    span(A, B, on(Keys))                  unanswered(A, B, on(Keys), within(N, Unit))
    unpreceded(B, A, on(Keys))            unpreceded(B, A, on(Keys), within(N, Unit))
    A, B ::= Kind | Kind: Condition       Keys ::= Field | [Field, Field = FieldOfB, ...]

    episodes([Step, ...], on(Keys), within(N, Unit))
    Step  ::= Name: Events | Name: times(N, Kind) | Name: times(N, Kind, Condition) | \+ Events
    Events ::= Kind | (Kind, Condition)

Function is f(Name, Inputs, [join(Steps, WithinNs)|_]), with one input and one step(Keys, Joint,
Times, Negated) for each step, the earlier first; WithinNs is 0 when there is no limit. The input's
condition is the part that looks at its own event only; Joint, or `none`, is the rest, where
earlier(Step, Field) is a field of the event of an earlier step, counted from 0.
*/

join(Term, Where, Pack, Function) :-
    compound(Term),
    compound_name_arguments(Term, Name, Arguments),
    pair_arguments(Name, Arguments, EarlierAt, LaterAt, Within),
    !,
    part(EarlierAt, Arguments, Where, Pack, Earlier),
    part(LaterAt, Arguments, Where, Pack, Later),
    argument_position(3, Where, KeysWhere),
    nth1(3, Arguments, On),
    Earlier = part(Kind, Fields, _, _),
    Later = part(LaterKind, LaterFields, _, _),
    keys(On, KeysWhere, Fields, LaterFields, Keys, LaterKeys),
    within(Within, Where, Pack, Ns),
    conditions(Earlier, [], Condition, none),
    conditions(Later, [earlier(first, 0, Fields)], LaterCondition, Joint),
    Function = f(Name, [input(Kind, Condition), input(LaterKind, LaterCondition)],
                 [ join([step(Keys, none, 1, false), step(LaterKeys, Joint, 1, false)], Ns)
                 | Details]),
    (   Name == span
    ->  Details = [in(min, 60_000_000_000)]
    ;   Details = []
    ).

join(Term, Where, Pack, f(episodes, Inputs, [join(Steps, Ns)])) :-
    compound(Term),
    compound_name_arguments(Term, episodes, [StepTerms,On,Within]),
    argument_position(1, Where, StepsWhere),
    argument_position(2, Where, KeysWhere),
    argument_position(3, Where, WithinWhere),
    (   is_list(StepTerms),
        StepTerms = [_|_]
    ->  true
    ;   wrong(StepsWhere, "~p is no list of steps", [StepTerms])
    ),
    element_positions(StepsWhere, StepTerms, Positions),
    maplist(step(Pack), StepTerms, Positions, Parts),
    sequence(Parts, StepsWhere),
    key_pairs(On, KeysWhere, Pairs),
    steps(Parts, 0, [], Pairs, KeysWhere, Inputs, Steps),
    same_classes(Parts, Steps, KeysWhere),
    within_at(Within, WithinWhere, Pack, Ns).

form(span, "span(A, B, on(KEYS))").
form(unanswered, "unanswered(A, B, on(KEYS), within(N, UNIT))").
form(unpreceded, "unpreceded(B, A, on(KEYS)[, within(N, UNIT)])").
form(episodes, "episodes([STEP, ...], on(KEYS), within(N, UNIT))").

pair_arguments(span, [_,_,_], 1, 2, none).
pair_arguments(unanswered, [_,_,_,Within], 1, 2, Within).
pair_arguments(unpreceded, [_,_,_], 2, 1, none).
pair_arguments(unpreceded, [_,_,_,Within], 2, 1, Within).

% part(Kind, Fields, Condition, ConditionPosition); Condition is `true` when there is none.
part(Index, Arguments, Where, Pack, part(Kind, Fields, Condition, ConditionWhere)) :-
    nth1(Index, Arguments, Term),
    argument_position(Index, Where, PartWhere),
    (   atom(Term)
    ->  Kind = Term,
        Condition = true,
        ConditionWhere = PartWhere
    ;   nonvar(Term),
        zko_measures:kind_condition(Term, Kind, Condition)
    ->  zko_measures:inner_position(Term, PartWhere, ConditionWhere)
    ;   wrong(PartWhere, "~p is not of the form KIND or KIND: CONDITION", [Term])
    ),
    zko_language:known_kind(Kind, PartWhere, Pack, Fields).

%!  conditions(+Part, +Earlier, -Own, -Joint) is det.
%
%   Own and Joint are the conjuncts that look at the event alone and at earlier ones too.

conditions(part(_, Fields, Term, Where), Earlier, Own, Joint) :-
    append(Fields, Earlier, Known),
    condition(Term, Where, Known, Normal),
    conjuncts(Normal, Conjuncts, []),
    partition(looks_back, Conjuncts, Back, Alone),
    conjunction(Alone, Own),
    conjunction(Back, Joint).

conjuncts(and(A, B)) -->
    !,
    conjuncts(A),
    conjuncts(B).
conjuncts(bool(true)) -->
    !.
conjuncts(Condition) -->
    [Condition].

conjunction([], none).
conjunction([Condition|Conditions], Conjunction) :-
    foldl(conjoin, Conditions, Condition, Conjunction).

conjoin(Condition, Before, and(Before, Condition)).

looks_back(earlier(_, _)) :-
    !.
looks_back(Term) :-
    compound(Term),
    arg(_, Term, Argument),
    looks_back(Argument),
    !.

%!  keys(+On, +Where, +EarlierFields, +LaterFields, -EarlierKeys, -LaterKeys) is det.

keys(On, Where, EarlierFields, LaterFields, Keys, LaterKeys) :-
    key_pairs(On, Where, Pairs),
    maplist(key(Where, EarlierFields, LaterFields), Pairs, Keys, LaterKeys).

key_pairs(On, _, Pairs) :-
    nonvar(On),
    On = on(Named),
    nonvar(Named),
    (   is_list(Named)
    ->  List = Named
    ;   List = [Named]
    ),
    length(List, Length),
    Length =< 8,
    maplist(key_pair, List, Pairs),
    !.
key_pairs(On, Where, _) :-
    wrong(Where, "~p is not of the form on(FIELD) or on([FIELD, FIELD = OTHER, ...]), up to 8",
          [On]).

key_pair(Name, Name-Name) :-
    atom(Name),
    !.
key_pair(Pair, Name-Other) :-
    nonvar(Pair),
    Pair = (Name = Other),
    atom(Name),
    atom(Other).

key(Where, EarlierFields, LaterFields, Name-Other, Name, Other) :-
    zko_measures:field(Name, Where, EarlierFields, Type),
    zko_measures:field(Other, Where, LaterFields, OtherType),
    same_class(Name, Type, Other, OtherType, Where).

key_class(Type, Where, Class) :-
    (   zko_expression:value_type(Type, Class),
        Class \== list
    ->  true
    ;   throw(wrong(Where, 'rules.type', "a list of strings is no key", []))
    ).

within(none, _, _, 0) :-
    !.
within(Within, Where, Pack, Ns) :-
    argument_position(4, Where, WithinWhere),
    within_at(Within, WithinWhere, Pack, Ns).

within_at(Within, WithinWhere, Pack, Ns) :-
    (   nonvar(Within),
        Within = within(Count, Unit)
    ->  zko_language:duration(Count, Unit, WithinWhere, Pack, Ns)
    ;   wrong(WithinWhere, "~p is not of the form within(N, UNIT)", [Within])
    ).

% Episodes: step(Name, Times, Part); a negated step has the name [].

element_positions(list_position(_, _, Positions, _), _, Positions) :-
    !.
element_positions(Where, Terms, Positions) :-
    same_length(Terms, Positions),
    maplist(=(Where), Positions).

step(Pack, Term, Where, step(Name, Times, Part)) :-
    (   nonvar(Term),
        step_form(Term, Where, Name, Times, Kind, Condition, ConditionWhere)
    ->  true
    ;   wrong(Where,
              "~p is no step: NAME: KIND, NAME: (KIND, CONDITION), NAME: times(N, KIND, CONDITION) \
or \\+ (KIND, CONDITION)", [Term])
    ),
    zko_language:known_kind(Kind, Where, Pack, Fields),
    Part = part(Kind, Fields, Condition, ConditionWhere).

step_form(\+ Events, Where, [], 1, Kind, Condition, ConditionWhere) :-
    argument_position(1, Where, EventsWhere),
    events(Events, EventsWhere, Kind, Condition, ConditionWhere).
step_form(Name:Taken, Where, Name, Times, Kind, Condition, ConditionWhere) :-
    atom(Name),
    argument_position(2, Where, TakenWhere),
    (   taken(Taken, Times, Kind, Condition, At)
    ->  integer(Times),
        Times >= 1,
        Times =< 64,
        argument_position(At, TakenWhere, ConditionWhere)
    ;   Times = 1,
        events(Taken, TakenWhere, Kind, Condition, ConditionWhere)
    ).

taken(Taken, Times, Kind, Condition, 3) :-
    nonvar(Taken),
    (   Taken = times(Times, Kind),
        Condition = true
    ;   Taken = times(Times, Kind, Condition)
    ),
    !.

events(Kind, Where, Kind, true, Where) :-
    atom(Kind),
    !.
events(Events, Where, Kind, Condition, ConditionWhere) :-
    nonvar(Events),
    Events = (Kind, Condition),
    atom(Kind),
    bare(Where, BareWhere),
    argument_position(2, BareWhere, ConditionWhere).

bare(parentheses_term_position(_, _, Where), Bare) :-
    !,
    bare(Where, Bare).
bare(Where, Where).

% At least two events, or one and the absence of others; a negated step has a step before it.
sequence(Parts, Where) :-
    length(Parts, Length),
    findall(Times, member(step(_, Times, _), Parts), Counts),
    sum_list(Counts, Events),
    findall(Name, ( member(step(Name, _, _), Parts), Name \== [] ), Names),
    sort(Names, Different),
    (   Parts = [step([], _, _)|_]
    ->  wrong(Where, "a negated step stands behind another one", [])
    ;   ( Length > 16 ; Events > 64 )
    ->  wrong(Where, "an episode has at most 16 steps and 64 events", [])
    ;   Events < 2
    ->  wrong(Where, "an episode of one event is what count(KIND, CONDITION) counts", [])
    ;   \+ same_length(Names, Different)
    ->  wrong(Where, "two steps have the same name", [])
    ;   true
    ).

steps([], _, _, _, _, [], []).
steps([step(Name, Times, Part)|Parts], Index, Earlier, Pairs, KeysWhere,
      [input(Kind, Condition)|Inputs], [step(Keys, Joint, Times, Negated)|Steps]) :-
    Part = part(Kind, Fields, _, _),
    maplist(key_of_kind(KeysWhere, Fields), Pairs, Keys),
    (   Name == []
    ->  Negated = true,
        Known = Earlier
    ;   Negated = false,
        Known = [earlier(Name, Index, Fields)|Earlier]
    ),
    (   Times > 1
    ->  conditions(Part, Known, Condition, Joint)
    ;   conditions(Part, Earlier, Condition, Joint)
    ),
    Next is Index + 1,
    steps(Parts, Next, Known, Pairs, KeysWhere, Inputs, Steps).

% A kind that has no field of the first name has one of the second.
key_of_kind(Where, Fields, Name-Other, Key) :-
    (   memberchk(field(Name, _, _, _, _, _), Fields)
    ->  Key = Name
    ;   Key = Other
    ),
    zko_measures:field(Key, Where, Fields, Type),
    key_class(Type, Where, _).

% The keys of all steps can be equal.
same_classes([step(_, _, part(_, Fields, _, _))|Parts], [step(Keys, _, _, _)|Steps], Where) :-
    maplist(key_type(Fields), Keys, Types),
    forall(( nth1(Nth, Parts, step(_, _, part(_, OtherFields, _, _))),
             nth1(Nth, Steps, step(OtherKeys, _, _, _)),
             nth1(At, OtherKeys, Other),
             nth1(At, Keys, Key),
             nth1(At, Types, Type),
             key_type(OtherFields, Other, OtherType)
           ),
           same_class(Key, Type, Other, OtherType, Where)).

key_type(Fields, Name, Type) :-
    memberchk(field(Name, Type, _, _, _, _), Fields).

same_class(Name, Type, Other, OtherType, Where) :-
    key_class(Type, Where, Class),
    key_class(OtherType, Where, OtherClass),
    (   Class == OtherClass
    ->  true
    ;   throw(wrong(Where, 'rules.type', "~w is of type ~w, ~w of type ~w: they are never equal",
                    [Name, Type, Other, OtherType]))
    ).

%!  join_option(+Option, +Where, +Pack, +Function, -Setting) is semidet.

join_option(times(Earlier, Later), Where, Pack, f(Name, [input(Kind, _),input(LaterKind, _)], _),
            times(Earlier, Later)) :-
    pair_arguments(Name, _, _, _, _),
    !,
    zko_language:known_kind(Kind, Where, Pack, Fields),
    zko_language:known_kind(LaterKind, Where, Pack, LaterFields),
    zko_measures:time_field(Earlier, Where, Fields),
    zko_measures:time_field(Later, Where, LaterFields).
join_option(calendar(Name), Where, _, f(Function, _, _), calendar(Name)) :-
    memberchk(Function, [span,unanswered]),
    zko_calendars:calendar_known(Name, Where).
join_option(greatest, _, _, f(episodes, _, _), greatest).
join_option(settled, _, _, f(Name, _, _), settled) :-
    memberchk(Name, [unanswered,unpreceded]).

%!  join_fits(+Function, +WindowNs, +Where) is det.
%
%   An event counts as unanswered while it is in the window: later than it may be answered.

join_fits(f(unanswered, _, [join(_, Within)|_]), Window, Where) :-
    integer(Window),
    Within >= Window,
    !,
    wrong(Where, "the window is not longer than within(...): nothing would ever count", []).
join_fits(_, _, _).

wrong(Where, Format, Arguments) :-
    throw(wrong(Where, 'rules.directive', Format, Arguments)).
