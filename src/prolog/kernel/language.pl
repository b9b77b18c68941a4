:- module(zko_language,
          [ declare/4,          % +File, +Pack, +Stage, +Directive
            must/4              % :Goal, +Where, +Format, +Arguments
          ]).

:- use_module(library(lists)).
:- use_module(library(apply)).

:- import(zko_near:hint/3).
:- import(zko_notes:note/5).
:- import(zko_notes:note/6).
:- import(zko_reader:argument_position/3).
:- import(zko_expression:condition/4).
:- import(zko_expression:number_expression/4).

/** <module> The declarations of a pack

    :- pack(Family, Version).
    :- pack(Family, Version, [on_request]).
    :- parameter(Name, Value).
    :- parameter(Name, Value, [unit(Unit), about("...")]).
    :- parameter_for(System, Name, Value).
    :- calendar(Name, Options).
    :- telemetry(Kind(Field:Type, ...)).
    :- telemetry(Kind(...), [term([Argument, ...]), require([Field =< Field, ...])]).
    :- telemetry(OtherPack:Kind).
    :- measure(Name, Function).
    :- measure(Name, Function, over(N, Unit), Options).
    :- control(Id, Predicate/2, Options).
    :- check(Kind, Predicate/2).
    :- waiver(ControlId, System, Options).

Each becomes one normalised term, stored as zko_gate:declaration/1; src/rules/load.cpp is their
reader. docs/rules/reference.md describes the language.
*/

%!  declare(+File, +Pack, +Stage, +Directive) is det.
%
%   Directive is directive(Term, Position). Stages: 1 the control set, parameters and telemetry,
%   2 telemetry of other packs, 3 measures, 4 the rest. What is wrong is noted.

declare(File, Pack, Stage, directive(Term, Position)) :-
    (   stage(Term, Stage)
    ->  catch(( declaration(Term, Position, here(File, Pack, Position)) -> true
              ; throw(wrong(Position, 'rules.directive', "this declaration is not understood", []))
              ),
              wrong(Where, Code, Format, Arguments),
              ( note(File, Where, Code, Format, Arguments),
                missed(Stage, Code, File)
              ))
    ;   true
    ).

% What a kind, parameter or calendar that is refused would have declared is not told as undefined.
missed(Stage, Code, File) :-
    (   Stage =< 2,
        Code \== 'rules.undefined'
    ->  zko_notes:lost(File)
    ;   true
    ).

stage(pack(_, _), 1).
stage(pack(_, _, _), 1).
stage(parameter(_, _), 1).
stage(parameter(_, _, _), 1).
stage(parameter_for(_, _, _), 2).
stage(calendar(_, _), 1).
stage(telemetry(Spec), Stage) :-
    (   nonvar(Spec),
        Spec = _:_
    ->  Stage = 2
    ;   Stage = 1
    ).
stage(telemetry(_, _), 1).
stage(measure(_, _), 3).
stage(measure(_, _, _), 3).
stage(measure(_, _, _, _), 3).
stage(control(_, _), 4).
stage(control(_, _, _), 4).
stage(check(_, _), 4).
stage(waiver(_, _, _), 5).

declaration(pack(Family, Version), Position, Here) :-
    control_set(Family, Version, [], Position, Position, Here).
declaration(pack(Family, Version, Options), Position, Here) :-
    argument_position(3, Position, Where),
    control_set(Family, Version, Options, Where, Position, Here).
declaration(parameter(Name, Value), Position, Here) :-
    parameter(Name, Value, Position, Here).
declaration(parameter(Name, Value, About), Position, Here) :-
    argument_position(3, Position, Where),
    parameter_about(About, Where),
    parameter(Name, Value, Position, Here).
declaration(parameter_for(System, Named, Value), Position, Here) :-
    parameter_for(System, Named, Value, Position, Here).
declaration(calendar(Name, Options), Position, Here) :-
    zko_calendars:calendar_declaration(Name, Options, Position, Here).
declaration(telemetry(Spec), Position, Here) :-
    argument_position(1, Position, Where),
    (   nonvar(Spec),
        Spec = _:_
    ->  taken_telemetry(Spec, Where, Here)
    ;   telemetry(Spec, Where, [], Where, Here)
    ).
declaration(telemetry(Spec, Options), Position, Here) :-
    argument_position(1, Position, Where),
    argument_position(2, Position, OptionsWhere),
    telemetry(Spec, Where, Options, OptionsWhere, Here).
declaration(measure(Name, Function), Position, Here) :-
    measure(Name, Function, none, [], Position, Position, Here).
declaration(measure(Name, Function, Third), Position, Here) :-
    argument_position(3, Position, Where),
    (   is_list(Third)
    ->  measure(Name, Function, none, Third, Where, Position, Here)
    ;   measure(Name, Function, Third, [], Where, Position, Here)
    ).
declaration(measure(Name, Function, Over, Options), Position, Here) :-
    argument_position(4, Position, Where),
    measure(Name, Function, Over, Options, Where, Position, Here).
declaration(control(Id, Predicate), Position, Here) :-
    control(Id, Predicate, [], Position, Position, Here).
declaration(control(Id, Predicate, Options), Position, Here) :-
    argument_position(3, Position, Where),
    control(Id, Predicate, Options, Where, Position, Here).
declaration(waiver(Id, System, Options), Position, Here) :-
    zko_waivers:waiver_declaration(Id, System, Options, Position, Here).
declaration(check(Kind, Predicate), Position, here(File, Pack, Start)) :-
    argument_position(1, Position, KindWhere),
    argument_position(2, Position, Where),
    known_kind(Kind, KindWhere, Pack, _),
    must(\+ zko_gate:kind_taken(Pack, Kind, _), KindWhere,
         "a check belongs in the pack that declares its kind", []),
    predicate(Predicate, 2, Where, Pack, Name),
    line(File, Start, Pack, Name/2, Line),
    unique(check(Pack, Kind), Where, "kind ~w has a check already", [Kind]),
    store(check(Pack, Kind, Name, File, Line)).

% The control set: what ids begin with, and its version in claims and answers.

control_set(Family, Version, Options, OptionsWhere, Position, here(_, Pack, _)) :-
    argument_position(1, Position, FamilyWhere),
    argument_position(2, Position, VersionWhere),
    must(( atom(Family), zko_gate:plain_name(Family) ), FamilyWhere,
         "a family's name is made of a-z, 0-9 and _, at most 64 of them", []),
    must(( string(Version), Version \== "", string_length(Version, Length), Length =< 64 ),
         VersionWhere,
         "the version of a control set is a string, say \"1.0\"", []),
    must(( Options == [] ; Options == [on_request] ), OptionsWhere,
         "the options of pack are [] or [on_request]", []),
    unique(pack_declared(Pack), Position, "pack is declared twice", []),
    ( Options == [] -> Given = always ; Given = on_request ),
    zko_gate:remember(control_set_declared(Pack, Family, Version)),
    store(control_set(Pack, Family, Version, Given)).

%!  control_set_of(+Pack, -Family, -Version) is det.

control_set_of(Pack, Family, Version) :-
    (   zko_gate:control_set_declared(Pack, Family, Version)
    ->  true
    ;   Family = Pack,
        Version = "1"
    ).

% Parameters.

parameter(Name, Value, Position, here(_, Pack, _)) :-
    argument_position(1, Position, NameWhere),
    argument_position(2, Position, ValueWhere),
    must(atom(Name), NameWhere, "a parameter is named by an atom", []),
    must(ground(Value), ValueWhere, "a parameter has a fixed value", []),
    unique(parameter(Pack, Name), NameWhere, "parameter ~w is declared twice", [Name]),
    zko_gate:remember(parameter_declared(Pack, Name, Value)).

parameter_about(Text, _) :-
    text(Text),
    Text \== [],
    !.
parameter_about(Options, Where) :-
    must(is_list(Options), Where,
         "the third argument is a string or a list of unit(UNIT) and about(\"...\")", []),
    forall(member(Option, Options),
           must(( nonvar(Option), functor(Option, Name, 1), memberchk(Name, [unit,about]),
                  arg(1, Option, Text), text(Text)
                ), Where,
                "~p is no option of a parameter: unit(UNIT) and about(\"...\") are", [Option])),
    must(( sort(0, @<, Options, Once), findall(N, (member(O, Once), functor(O, N, _)), Names),
           is_set(Names), same_length(Options, Names)
         ), Where, "an option is given twice", []).

% A system's own value of a parameter of this pack, or of PACK:NAME. Numbers stay numbers.
parameter_for(System0, Named, Value, Position, here(_, Pack, _)) :-
    argument_position(1, Position, SystemWhere),
    argument_position(2, Position, NameWhere),
    argument_position(3, Position, ValueWhere),
    must(( text(System0), System0 \== [], System0 \== '', System0 \== "" ), SystemWhere,
         "a system is named by an atom or a string", []),
    atom_string(System, System0),
    must(\+ zko_gate:named(pack(System)), SystemWhere,
         "~w is a pack: a system of that name has no values of its own", [System]),
    (   ( nonvar(Named), Named = Owner:Name -> true ; Owner = Pack, Name = Named ),
        atom(Owner),
        atom(Name),
        zko_gate:parameter_declared(Owner, Name, Default)
    ->  true
    ;   throw(wrong(NameWhere, 'rules.undefined', "parameter ~p is not declared", [Named]))
    ),
    must(ground(Value), ValueWhere, "a parameter has a fixed value", []),
    must(( rational(Default) -> rational(Value) ; \+ rational(Value) ), ValueWhere,
         "~w is ~p for others: a number stays a number", [Name, Default]),
    unique(parameter_for(System, Owner, Name), Position,
           "parameter ~w of system ~w is declared twice", [Name, System]),
    zko_gate:remember(parameter_for_declared(System, Owner, Name, Value)).

value_of(param(Name), Where, Pack, Value) :-
    !,
    (   atom(Name),
        zko_gate:parameter_declared(Pack, Name, Value)
    ->  true
    ;   throw(wrong(Where, 'rules.undefined',
                    "parameter ~p is not declared before it is used", [Name]))
    ).
value_of(Value, _, _, Value).

% Telemetry.

telemetry(Spec, Where, Options, OptionsWhere, here(File, Pack, Start)) :-
    must(callable(Spec), Where, "telemetry(KIND(FIELD:TYPE, ...)) is expected", []),
    compound_or_atom(Spec, Kind, FieldSpecs),
    unique(kind(Pack, Kind), Where, "kind ~w is declared twice", [Kind]),
    fields(FieldSpecs, 1, Where, Fields),
    must(is_list(Options), OptionsWhere, "the options are a list", []),
    partition(is_require, Options, Requires, Others),
    term_option(Others, OptionsWhere, Fields, Arguments),
    requirements(Requires, OptionsWhere, Fields, Orders),
    zko_notes:position_start(Start, Offset),
    zko_notes:offset_line_column(File, Offset, Line, _),
    zko_gate:remember(kind_declared(Pack, Kind, Fields)),
    store(kind(Pack, Kind, Fields, Arguments, Orders, File, Line)).

% Another pack's events, for the measures of this one.

taken_telemetry(Other:Kind, Where, here(_, Pack, _)) :-
    must(( atom(Other), atom(Kind) ), Where, "telemetry of another pack is named PACK:KIND", []),
    must(Other \== Pack, Where, "~w is this pack: its kinds need no taking in", [Other]),
    (   zko_gate:kind_declared(Other, Kind, Fields)
    ->  true
    ;   throw(wrong(Where, 'rules.undefined', "kind ~w is not declared by pack ~w", [Kind, Other]))
    ),
    unique(kind(Pack, Kind), Where, "kind ~w is declared twice", [Kind]),
    zko_gate:remember(kind_taken(Pack, Kind, Fields)),
    store(kind_taken(Pack, Kind, Other)).

compound_or_atom(Spec, Spec, []) :-
    atom(Spec),
    !.
compound_or_atom(Spec, Kind, Fields) :-
    compound_name_arguments(Spec, Kind, Fields).

fields([], _, _, []).
fields([Spec|Specs], Index, Position, [Field|Fields]) :-
    argument_position(Index, Position, Where),
    field(Spec, Where, Field),
    Field = field(Name, _, _, _, _, _),
    Next is Index + 1,
    fields(Specs, Next, Position, Fields),
    (   memberchk(field(Name, _, _, _, _, _), Fields)
    ->  throw(wrong(Where, 'rules.duplicate_id', "field ~w is declared twice", [Name]))
    ;   true
    ).

field(Spec, Where, field(Name, Type, Optional, OneOf, Minimum, Maximum)) :-
    must(( nonvar(Spec), Spec = Name:TypeSpec, atom(Name), nonvar(TypeSpec) ), Where,
         "a field is declared as NAME:TYPE", []),
    Spec = Name:TypeSpec,
    argument_position(2, Where, TypeWhere),
    (   TypeSpec = optional(Inner)
    ->  Optional = true
    ;   Optional = false,
        Inner = TypeSpec
    ),
    (   field_type(Inner, Type, OneOf, Minimum, Maximum)
    ->  true
    ;   throw(wrong(TypeWhere, 'rules.directive',
                    "~p is no type: atom, string, number, integer, bool, time, one_of(...), \c
                     list(string) or optional(TYPE)",
                    [Inner]))
    ).

field_type(Type, _, _, _, _) :-
    var(Type),
    !,
    fail.
field_type(atom, atom, [], none, none).
field_type(string, string, [], none, none).
field_type(number, number, [], none, none).
field_type(integer, integer, [], none, none).
field_type(bool, bool, [], none, none).
field_type(boolean, bool, [], none, none).
field_type(time, time, [], none, none).
field_type(list(string), strings, [], none, none).
field_type(strings, strings, [], none, none).
field_type(integer(Least, Most), integer, [], Least, Most) :-
    integer(Least),
    integer(Most),
    Least =< Most.
field_type(number(Least, Most), number, [], Least, Most) :-
    rational(Least),
    rational(Most),
    Least =< Most.
field_type(OneOf, Type, Values, none, none) :-
    compound(OneOf),
    compound_name_arguments(OneOf, one_of, Arguments),
    (   Arguments = [Values],
        is_list(Values)
    ->  true
    ;   Values = Arguments
    ),
    Values \== [],
    (   forall(member(Value, Values), text(Value))
    ->  Type = atom
    ;   forall(member(Value, Values), integer(Value))
    ->  Type = integer
    ;   forall(member(Value, Values), rational(Value)),
        Type = number
    ).

% The term that checks see: by default the event's time, then all fields.

term_option([], _, Fields, Arguments) :-
    !,
    findall(argument(Name, field(Name)),
            member(field(Name, _, _, _, _, _), Fields),
            FieldArguments),
    (   memberchk(field(timestamp, _, _, _, _, _), Fields)
    ->  Arguments = FieldArguments
    ;   Arguments = [argument(timestamp, event_time)|FieldArguments]
    ).
term_option([term(Specs)], Where, Fields, Arguments) :-
    !,
    must(( is_list(Specs), Specs \== [] ), Where,
         "term([...]) lists the arguments of the event's term", []),
    term_arguments(Specs, Where, Fields, Arguments).
term_option([Option|_], Where, _, _) :-
    throw(wrong(Where, 'rules.directive',
                "~p is no option of telemetry: term([...]) and require([...]) are, once each",
                [Option])).

term_arguments([], _, _, []).
term_arguments([Spec|Specs], Where, Fields, [Argument|Arguments]) :-
    (   nonvar(Spec),
        term_argument(Spec, Fields, Argument)
    ->  true
    ;   throw(wrong(Where, 'rules.directive',
                    "~p is no argument: FIELD, NAME = FIELD or NAME = minutes(FROM, UNTIL)",
                    [Spec]))
    ),
    term_arguments(Specs, Where, Fields, Arguments).

term_argument(Name, Fields, argument(Name, Source)) :-
    atom(Name),
    !,
    (   memberchk(field(Name, _, _, _, _, _), Fields)
    ->  Source = field(Name)
    ;   Name == timestamp,
        Source = event_time
    ).
term_argument(Functor = minutes(From, Until), Fields, argument(Functor, minutes(From, Until))) :-
    !,
    atom(Functor),
    memberchk(field(From, time, _, _, _, _), Fields),
    memberchk(field(Until, time, _, _, _, _), Fields).
term_argument(Functor = Name, Fields, argument(Functor, Source)) :-
    atom(Functor),
    term_argument(Name, Fields, argument(_, Source)).

% What must hold between two fields of an event, where it has both: order(Less, Strict, Greater).

is_require(Option) :-
    nonvar(Option),
    functor(Option, require, 1).

requirements([], _, _, []) :-
    !.
requirements([require(Comparisons)], Where, Fields, Orders) :-
    !,
    must(( is_list(Comparisons), Comparisons \== [] ), Where,
         "require([...]) lists comparisons of two fields", []),
    maplist(requirement(Where, Fields), Comparisons, Orders).
requirements([_,Option|_], Where, _, _) :-
    throw(wrong(Where, 'rules.directive', "~p is a second require([...])", [Option])).

requirement(Where, Fields, Comparison, order(Less, Strict, Greater)) :-
    must(( nonvar(Comparison), ordered(Comparison, Less, Strict, Greater) ), Where,
         "~p is no comparison: FIELD OP FIELD with =<, <, >= or > is", [Comparison]),
    comparable(Less, Where, Fields, Type),
    comparable(Greater, Where, Fields, Other),
    must(Type == Other, Where, "~p compares a ~w with a ~w", [Comparison,Type,Other]).

ordered(Less =< Greater, Less, false, Greater).
ordered(Less < Greater, Less, true, Greater).
ordered(Greater >= Less, Less, false, Greater).
ordered(Greater > Less, Less, true, Greater).

comparable(Name, Where, Fields, Comparable) :-
    (   atom(Name),
        memberchk(field(Name, Type, _, _, _, _), Fields)
    ->  true
    ;   findall(Known, member(field(Known, _, _, _, _, _), Fields), Names),
        hint(Name, Names, Hint),
        throw(wrong(Where, 'rules.directive', "~p is no field of this kind~s", [Name,Hint]))
    ),
    (   comparable_type(Type, Comparable)
    ->  true
    ;   throw(wrong(Where, 'rules.directive',
                    "~w has the type ~w, which has no order: numbers and times do", [Name,Type]))
    ).

comparable_type(integer, number).
comparable_type(number, number).
comparable_type(time, time).

% Measures.

measure(Name, Function0, Over, Options0, OptionsWhere, Position, here(File, Pack, Start)) :-
    argument_position(1, Position, NameWhere),
    argument_position(2, Position, FunctionWhere),
    with_values(Function0, FunctionWhere, Pack, Function),
    must(atom(Name), NameWhere, "a measure is named by an atom", []),
    unique(measure(Pack, Name), NameWhere, "measure ~w is declared twice", [Name]),
    zko_gate:remember(measure_declared(Pack, Name)),
    must(nonvar(Function), FunctionWhere, "a measure needs a function", []),
    zko_measures:function(Function, FunctionWhere, Pack, Normal),
    argument_position(3, Position, OverWhere),
    zko_measures:window(Over, OverWhere, Pack, Normal, Position, Window),
    zko_joins:join_fits(Normal, Window, OverWhere),
    must(is_list(Options0), OptionsWhere, "the options are a list", []),
    with_values(Options0, OptionsWhere, Pack, Options),
    zko_measures:options(Options, OptionsWhere, Pack, Normal, Window, Settings),
    zko_notes:position_start(Start, Offset),
    zko_notes:offset_line_column(File, Offset, Line, _),
    store(measure(Pack, Name, Normal, Window, Settings, File, Line)).

% param(Name) in a function or an option stands for the declared value.

with_values(Term, _, _, Term) :-
    \+ compound(Term),
    !.
with_values(param(Name), Where, Pack, Value) :-
    !,
    value_of(param(Name), Where, Pack, Value).
with_values(Term, Where, Pack, Valued) :-
    compound_name_arguments(Term, Name, Arguments),
    with_values_each(Arguments, 1, Where, Pack, Values),
    compound_name_arguments(Valued, Name, Values).

with_values_each([], _, _, _, []).
with_values_each([Argument|Arguments], Index, Position, Pack, [Value|Values]) :-
    argument_position(Index, Position, Where),
    with_values(Argument, Where, Pack, Value),
    Next is Index + 1,
    with_values_each(Arguments, Next, Position, Pack, Values).

%!  duration(+Count, +Unit, +Where, +Pack, -Nanoseconds) is det.

duration(Count0, Unit, Where, Pack, Nanoseconds) :-
    value_of(Count0, Where, Pack, Count),
    (   rational(Count),
        Count > 0,
        unit_ns(Unit, Factor),
        Nanoseconds is Count * Factor,
        integer(Nanoseconds),
        Nanoseconds =< 100 * 366 * 86_400_000_000_000,
        Nanoseconds =< 9_000_000_000_000_000_000
    ->  true
    ;   throw(wrong(Where, 'rules.directive',
                    "~p ~p is no duration: a positive number of ns, us, ms, s, min, h or d",
                    [Count0, Unit]))
    ).

unit_ns(Unit, _) :-
    var(Unit),
    !,
    fail.
unit_ns(ns, 1).
unit_ns(us, 1_000).
unit_ns(ms, 1_000_000).
unit_ns(s, 1_000_000_000).
unit_ns(min, 60_000_000_000).
unit_ns(m, 60_000_000_000).
unit_ns(h, 3_600_000_000_000).
unit_ns(d, 86_400_000_000_000).

% Controls.

control(Id, Predicate, Options, OptionsWhere, Position, here(File, Pack, Start)) :-
    argument_position(1, Position, IdWhere),
    argument_position(2, Position, PredicateWhere),
    must(atom(Id), IdWhere, "a control is named by an atom, say 'telecoms.uptime'", []),
    control_set_of(Pack, Family, _),
    must(( atom_concat(Family, '.', Prefix), atom_concat(Prefix, Rest, Id), Rest \== '' ), IdWhere,
         "the id of a control of this pack is '~w.NAME'", [Family]),
    unique(control(Id), IdWhere, "control ~w is declared twice", [Id]),
    predicate(Predicate, 2, PredicateWhere, Pack, Name),
    must(is_list(Options), OptionsWhere, "the options are a list", []),
    zko_citations:control_options(Options, OptionsWhere, File, Id, Pack, Properties),
    line(File, Start, Pack, Name/2, Line),
    store(control(Id, Pack, Name, Properties, File, Line)).

%!  predicate(+Indicator, +Arity, +Where, +Pack, -Name) is det.

predicate(Indicator, Arity, Where, Pack, Name) :-
    must(( nonvar(Indicator), Indicator = Name/Given, atom(Name), integer(Given) ), Where,
         "a predicate is named as NAME/~d", [Arity]),
    Indicator = Name/Given,
    (   Given =\= Arity
    ->  throw(wrong(Where, 'rules.arity',
                    "~q has ~d arguments, ~d are needed", [Indicator, Given, Arity]))
    ;   zko_gate:defined(Pack, Name, Arity)
    ->  true
    ;   throw(wrong(Where, 'rules.undefined', "~q is not defined in this pack", [Indicator]))
    ),
    must(zko_gate:exported(Pack, Name, Arity), Where,
         "~q is not exported by this pack", [Indicator]).

known_kind(Kind, Where, Pack, Fields) :-
    (   atom(Kind),
        (   zko_gate:kind_declared(Pack, Kind, Fields)
        ;   zko_gate:kind_taken(Pack, Kind, Fields)
        )
    ->  true
    ;   findall(Known,
                ( zko_gate:kind_declared(Pack, Known, _) ; zko_gate:kind_taken(Pack, Known, _) ),
                Kinds),
        hint(Kind, Kinds, Hint),
        throw(wrong(Where, 'rules.undefined',
                    "kind ~p is not declared by a telemetry directive of this pack~s",
                    [Kind, Hint]))
    ).

% Shared.

:- meta_predicate must(0, +, +, +).

must(Goal, Where, Format, Arguments) :-
    (   call(Goal)
    ->  true
    ;   throw(wrong(Where, 'rules.directive', Format, Arguments))
    ).

unique(What, Where, Format, Arguments) :-
    (   zko_gate:named(What)
    ->  throw(wrong(Where, 'rules.duplicate_id', Format, Arguments))
    ;   zko_gate:remember(named(What))
    ).

store(Declaration) :-
    zko_gate:remember(declaration(Declaration)).

% The line of the first clause: where a reader finds the requirement.
line(File, Start, Pack, Name/Arity, Line) :-
    (   zko_gate:first_clause(Pack, Name, Arity, Offset)
    ->  true
    ;   zko_notes:position_start(Start, Offset)
    ),
    zko_notes:offset_line_column(File, Offset, Line, _).

text(Text) :-
    string(Text),
    !.
text(Text) :-
    atom(Text).
