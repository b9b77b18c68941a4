:- module(zko_feed,
          [ feed_steps/5,       % +Feed, +Where, +Context, +Names, -Steps
            run_feed/3          % +Pack, +Steps, -Outcome
          ]).

:- use_module(library(lists)).

:- import(zko_reader:argument_position/3).

/** <module> The option feed([...]) of a test: events on a virtual clock

    STEP  ::= start("RFC3339") | levels([LEVEL, ...])
            | series(EVENT, "VALUES", every(N, UNIT))
            | at(N, UNIT, EVENT) | at(N, UNIT, EVENT, arrives(N, UNIT))
            | wait(N, UNIT)
            | holds(GOAL)
    EVENT ::= KIND(FIELD(VALUE), ...) | SYSTEM: EVENT | from(SOURCE, EVENT)

Here steps are checked and brought to a normal form; zko_host:test_feed/2 plays them one by one into
an evaluator of the test's own. Normal forms: start(Text), levels(Names), wait(Ns),
series(Event, Text, EveryNs), at(Ns, Event, ArrivesNs | none), holds(Checked, Goal), where Event is
event(System, Source, Pack, Kind, Fields) and Fields a list of FIELD(VALUE).
*/

%!  feed_steps(+Feed, +Where, +Context, +Names, -Steps) is det.
%
%   @throws wrong(Where, Code, Format, Arguments)

feed_steps(Feed, Where, Context, Names, Steps) :-
    (   is_list(Feed)
    ->  true
    ;   throw(wrong(Where, 'rules.directive', "a feed is a list of steps", []))
    ),
    (   Where = list_position(_, _, Positions, _)
    ->  true
    ;   length(Feed, Length),
        length(Positions, Length),
        forall(member(Position, Positions), Position = Where)
    ),
    steps(Feed, Positions, Context, Names, Steps),
    (   member(Step, Steps),
        memberchk(Step, [series(_, _, _),at(_, _, _)])
    ->  true
    ;   throw(wrong(Where, 'rules.directive', "a feed without an event shows nothing", []))
    ).

steps([], [], _, _, []).
steps([Step|Steps], [Where|Positions], Context, Names, [Normal|Rest]) :-
    (   nonvar(Step),
        step(Step, Where, Context, Names, Normal)
    ->  true
    ;   throw(wrong(Where, 'rules.directive',
                    "~p is no step of a feed: start, levels, series, at, wait and holds are",
                    [Step]))
    ),
    steps(Steps, Positions, Context, Names, Rest).

step(start(Text), _, _, _, start(Text)) :-
    string(Text).
step(levels(Levels), Where, _, _, levels(Levels)) :-
    is_list(Levels),
    forall(member(Level, Levels), known_level(Level, Where)).
step(series(Event0, Text, every(Count, Unit)), Where, context(_, Pack, _), _,
     series(Event, Text, Every)) :-
    string(Text),
    argument_position(1, Where, EventWhere),
    argument_position(3, Where, EveryWhere),
    event(Event0, EventWhere, Pack, Event),
    places(Event, Places),
    (   Places =:= 1
    ->  true
    ;   throw(wrong(EventWhere, 'rules.directive',
                    "one field of the event of a series is $: that is where the values go", []))
    ),
    zko_language:duration(Count, Unit, EveryWhere, Pack, Every).
step(at(Count, Unit, Event0), Where, context(_, Pack, _), _, at(Ns, Event, none)) :-
    single(Count, Unit, Event0, Where, Pack, Ns, Event).
step(at(Count, Unit, Event0, arrives(Late, LateUnit)), Where, context(_, Pack, _), _,
     at(Ns, Event, Arrives)) :-
    single(Count, Unit, Event0, Where, Pack, Ns, Event),
    argument_position(4, Where, LateWhere),
    offset(Late, LateUnit, LateWhere, Pack, Arrives),
    (   Arrives >= Ns
    ->  true
    ;   throw(wrong(LateWhere, 'rules.directive',
                    "an event cannot arrive before it happens", []))
    ).
step(wait(Count, Unit), Where, context(_, Pack, _), _, wait(Ns)) :-
    zko_language:duration(Count, Unit, Where, Pack, Ns).
step(holds(Goal), Where, Context, Names, holds(Checked, Goal)) :-
    argument_position(1, Where, GoalWhere),
    zko_body:check_body(Context, Names, Goal, GoalWhere, Names, [], Checked).

single(Count, Unit, Event0, Where, Pack, Ns, Event) :-
    offset(Count, Unit, Where, Pack, Ns),
    argument_position(3, Where, EventWhere),
    event(Event0, EventWhere, Pack, Event),
    places(Event, Places),
    (   Places =:= 0
    ->  true
    ;   throw(wrong(EventWhere, 'rules.directive', "$ stands in the event of a series only", []))
    ).

offset(Count, Unit, Where, Pack, Ns) :-
    (   Count == 0
    ->  zko_language:duration(1, Unit, Where, Pack, _),
        Ns = 0
    ;   zko_language:duration(Count, Unit, Where, Pack, Ns)
    ).

known_level(Level, Where) :-
    (   atom(Level),
        zko_gate:declaration(Declaration),
        functor(Declaration, level, _),
        arg(1, Declaration, Level)
    ->  true
    ;   throw(wrong(Where, 'rules.undefined', "~p is no level of this bundle", [Level]))
    ).

% Events.

event(Event, Where, _, _) :-
    \+ ground(Event),
    !,
    throw(wrong(Where, 'rules.directive', "an event of a feed holds no variables", [])).
event(System:Event0, Where, Pack, event(System, Source, From, Kind, Fields)) :-
    !,
    must(atom(System), Where, "a system is named by an atom", []),
    argument_position(2, Where, EventWhere),
    event(Event0, EventWhere, Pack, event(_, Source, From, Kind, Fields)).
event(from(Source, Event0), Where, Pack, event(System, Source, From, Kind, Fields)) :-
    !,
    must(string(Source), Where, "a source is named by a string", []),
    argument_position(2, Where, EventWhere),
    event(Event0, EventWhere, Pack, event(System, _, From, Kind, Fields)).
event(Event, Where, Pack, event(s, "test", From, Kind, Fields)) :-
    must(callable(Event), Where, "an event is written KIND(FIELD(VALUE), ...)", []),
    Event =.. [Kind|Fields],
    kind_of(Kind, Where, Pack, From, Declared),
    fields(Fields, 1, Where, Kind, Declared).

% A kind of the test's pack, else of the only pack that has it.
kind_of(Kind, _, Pack, Pack, Declared) :-
    zko_gate:kind_declared(Pack, Kind, Declared),
    !.
kind_of(Kind, Where, _, From, Declared) :-
    findall(Other-Fields, zko_gate:kind_declared(Other, Kind, Fields), Found),
    (   Found = [From-Declared]
    ->  true
    ;   Found == []
    ->  throw(wrong(Where, 'rules.undefined', "kind ~p is not declared", [Kind]))
    ;   throw(wrong(Where, 'rules.undefined', "kind ~p is declared by several packs", [Kind]))
    ).

fields([], _, _, _, _).
fields([Field|Fields], Index, Where, Kind, Declared) :-
    argument_position(Index, Where, FieldWhere),
    must(( compound(Field), functor(Field, Name, 1) ), FieldWhere,
         "a field is written FIELD(VALUE)", []),
    must(memberchk(field(Name, _, _, _, _, _), Declared), FieldWhere,
         "~w is no field of ~w", [Name, Kind]),
    must(\+ ( member(Other, Fields), functor(Other, Name, 1) ), FieldWhere,
         "field ~w is given twice", [Name]),
    Next is Index + 1,
    fields(Fields, Next, Where, Kind, Declared).

places(event(_, _, _, _, Fields), Count) :-
    findall(Name, ( member(Field, Fields), Field =.. [Name,$] ), Names),
    length(Names, Count).

:- meta_predicate must(0, +, +, +).

must(Goal, Where, Format, Arguments) :-
    (   call(Goal)
    ->  true
    ;   throw(wrong(Where, 'rules.directive', Format, Arguments))
    ).

%!  run_feed(+Pack, +Steps, -Outcome) is det.
%
%   Outcome is `fed` or failed(Message, Expected, Found).

run_feed(Pack, Steps, Outcome) :-
    findall(Step,
            ( member(Step, Steps),
              Step \= holds(_, _)
            ),
            Played),
    zko_host:test_feed_begin(Pack, Played, Begun),
    (   Begun == ""
    ->  play(Steps, Pack, Outcome)
    ;   failed(Begun, Outcome)
    ).

play([], _, Outcome) :-
    zko_host:test_feed(settle, Answer),
    (   Answer == ""
    ->  Outcome = fed
    ;   failed(Answer, Outcome)
    ).
play([holds(Checked, Goal)|Steps], Pack, Outcome) :-
    !,
    zko_host:test_feed(settle, Answer),
    (   Answer == ""
    ->  zko_tests:outcome([], Pack, body(Goal, Checked), Held),
        (   Held = failed(Text, Expected, Found)
        ->  zko_host:test_feed(clock, Clock),
            format(string(Message), "holds at ~s: ~s", [Clock, Text]),
            Outcome = failed(Message, Expected, Found)
        ;   play(Steps, Pack, Outcome)
        )
    ;   failed(Answer, Outcome)
    ).
play([Step|Steps], Pack, Outcome) :-
    zko_host:test_feed(Step, Answer),
    (   Answer == ""
    ->  play(Steps, Pack, Outcome)
    ;   failed(Answer, Outcome)
    ).

failed(Text, failed(Message, "events that can be fed", Text)) :-
    format(string(Message), "feed: ~s", [Text]).
