:- module(zko_tests,
          [ load_tests/4,       % +File, +Text, -Tests, -Diagnostics
            run_test/3,         % +Pack, +Test, -Outcome
            verdict/2,          % ?Control, ?Verdict
            verdict/3           % ?System, ?Control, ?Verdict
          ]).

:- use_module(library(lists)).

:- import(zko_failure:show/2).
:- import(zko_near:hint/3).
:- import(zko_notes:note/5).
:- import(zko_reader:argument_position/3).

/** <module> Tests of a pack: plunit's form, on evidence that is given or fed

    :- begin_tests(telecoms).
    test(at_the_limit, [given([measured(s, uptime, 0.99999)])]) :-
        telecoms_uptime(s, 0.99999).
    test(nothing_seen, [given([missing(s, uptime, "no heartbeat")]), unknown]) :-
        telecoms_uptime(s, _).
    :- end_tests(telecoms).

Options: given(List), feed(List) (see zko_feed),
true (the default), true(Condition), Left == Right, fail, unknown, error,
error(Formal), all(Template == List). Evidence is given with measured(System, Measure, Value),
missing(System, Measure, Reason), event(Index, System, TimeNs, Term), system(System, Verdict), repl.
The bodies pass the gate as rules do.
*/

%!  load_tests(+File, +Text, -Tests, -Diagnostics) is det.
%
%   Tests is a list of test(Unit, Name, Line, Options, body(Body, Checked), Calls); Calls are the
%   predicates of the pack in the body, Name/Arity, and the verdicts it asks for,
%   verdict(Control, Verdict).

load_tests(File, Text, Tests, Diagnostics) :-
    zko_notes:clear_notes,
    zko_notes:remember_text(File, Text),
    zko_reader:read_items(File, Items),
    units(Items, File, none, Tests),
    zko_notes:take_notes(Diagnostics),
    zko_notes:clear_notes.

units([], File, Unit, []) :-
    (   Unit == none
    ->  true
    ;   note(File, -1, 'rules.directive', "unit ~w has no end_tests", [Unit])
    ).
units([item(Term, Position, Names)|Items], File, Unit, Tests) :-
    unit_item(Term, Position, Names, File, Unit, Next, Tests, Rest),
    units(Items, File, Next, Rest).

unit_item(Term, Position, _, File, none, Next, Tests, Tests) :-
    !,
    (   nonvar(Term),
        Term = (:- Directive),
        nonvar(Directive),
        Directive = begin_tests(Unit),
        atom(Unit),
        unit_pack(Unit, _)
    ->  Next = Unit
    ;   note(File, Position, 'rules.directive',
             "a test file holds units: :- begin_tests(PACK). ... :- end_tests(PACK).", []),
        Next = none
    ).
unit_item((:- end_tests(Unit)), _, _, _, Unit, none, Tests, Tests) :-
    !.
unit_item(Term, Position, Names, File, Unit, Unit, Tests, Rest) :-
    (   nonvar(Term),
        test_parts(Term, Position, Head, Body, BodyWhere),
        nonvar(Head),
        test_head(Head, Name, Options0),
        is_list(Options0)
    ->  unit_pack(Unit, Pack),
        zko_notes:position_start(Position, Offset),
        zko_notes:offset_line_column(File, Offset, Line, _),
        option_positions(Position, Options0, Wheres),
        check_options(Options0, Wheres, Pack, Names, File, Options),
        one_evidence(Options, Position, File),
        zko_body:check_body(context(File, Pack, test), Options0, Body, BodyWhere, Names, [],
                            Checked),
        findall(Goal, ( member(feed(Steps), Options), member(holds(_, Goal), Steps) ), Held),
        asked(Position, [Body|Held], File),
        called(Pack, [Body|Held], Calls),
        Tests = [test(Unit, Name, Line, Options, body(Body, Checked), Calls)|Rest]
    ;   note(File, Position, 'rules.directive',
             "test(NAME) or test(NAME, OPTIONS) is expected", []),
        Tests = Rest
    ).

% A unit is named after its pack, or PACK_PART; of two packs that fit, the longer name is meant.
unit_pack(Unit, Pack) :-
    findall(Length-Fitting,
            ( zko_compile:compiled_pack(Fitting),
              (   Unit == Fitting
              ;   atom_concat(Fitting, '_', Start),
                  sub_atom(Unit, 0, _, _, Start)
              ),
              atom_length(Fitting, Length)
            ),
            Found),
    keysort(Found, Sorted),
    last(Sorted, _-Pack).

test_parts((Head :- Body), Position, Head, Body, BodyWhere) :-
    !,
    argument_position(2, Position, BodyWhere).
test_parts(Head, Position, Head, true, Position) :-
    Head \= (:- _).

test_head(test(Name), Name, []).
test_head(test(Name, Options0), Name, Options) :-
    (   is_list(Options0)
    ->  Options = Options0
    ;   Options = [Options0]
    ).

% Where each option stands: test(NAME, [OPTION, ...]) or test(NAME, OPTION).
option_positions(Position, Options, Wheres) :-
    (   head_position(Position, Head),
        Head = term_position(_, _, _, _, [_,Where])
    ->  true
    ;   Where = Position
    ),
    (   Where = list_position(_, _, Wheres, _),
        same_length(Options, Wheres)
    ->  true
    ;   findall(Where, member(_, Options), Wheres)
    ).

head_position(term_position(_, _, _, _, [Head,_]), Head) :-
    Head = term_position(_, _, _, _, [_,_]).
head_position(Head, Head).

check_options([], _, _, _, _, []).
check_options([Option|Options], [Where|Wheres], Pack, Names, File, [Checked|Rest]) :-
    (   nonvar(Option),
        catch(check_option(Option, Pack, Where, Names, File, Checked),
              wrong(At, Code, Format, Arguments),
              ( note(File, At, Code, Format, Arguments),
                Checked = true
              ))
    ->  true
    ;   note(File, Where, 'rules.directive', "~p is no option of a test", [Option]),
        Checked = true
    ),
    check_options(Options, Wheres, Pack, Names, File, Rest).

% What is fed is not given too: the evaluator alone says what its measures are.
one_evidence(Options, Position, File) :-
    (   memberchk(feed(_), Options),
        member(given(List), Options),
        member(Item, List),
        Item \== repl
    ->  note(File, Position, 'rules.directive', "a test with a feed is given nothing but repl", [])
    ;   true
    ).

check_option(given(List), _, Where, _, _, given(List)) :-
    is_list(List),
    ground(List),
    argument_position(1, Where, ListWhere),
    forall(nth1(Index, List, Item),
           ( evidence(Item),
             element_position(Index, ListWhere, ItemWhere),
             known_measure(Item, ItemWhere)
           )).
check_option(feed(Feed), Pack, Where, Names, File, feed(Steps)) :-
    argument_position(1, Where, FeedWhere),
    zko_feed:feed_steps(Feed, FeedWhere, context(File, Pack, test), Names, Steps).
check_option(true, _, _, _, _, true).
check_option(fail, _, _, _, _, fail).
check_option(unknown, _, _, _, _, unknown).
check_option(error, _, _, _, _, error(_)).
check_option(error(Formal), _, _, _, _, error(Formal)).
check_option(error(Formal, _), _, _, _, _, error(Formal)).
check_option(nondet, _, _, _, _, true).
check_option(all(Template == List), _, _, _, _, all(Template, List)).
check_option(true(Goal), Pack, Position, Names, File, holds(Checked)) :-
    zko_body:check_body(context(File, Pack, test), Names, Goal, Position, Names, [], Checked).
check_option(Left == Right, _, _, _, _, holds(Left == Right)).

element_position(Index, list_position(_, _, Positions, _), Position) :-
    nth1(Index, Positions, Position),
    !.
element_position(_, Where, Where).

% A value of a measure that no pack has is seen by no rule.
known_measure(Item, Where) :-
    (   Item =.. [Name,_,Measure,_],
        memberchk(Name, [measured,missing]),
        \+ zko_gate:measure_declared(_, Measure)
    ->  findall(Known, zko_gate:measure_declared(_, Known), Measures),
        hint(Measure, Measures, Hint),
        throw(wrong(Where, 'rules.undefined', "measure ~p is not declared~s", [Measure, Hint]))
    ;   true
    ).

evidence(measured(System, Measure, _)) :-
    atom(System),
    atom(Measure).
evidence(missing(System, Measure, Reason)) :-
    atom(System),
    atom(Measure),
    string(Reason).
evidence(event(Index, System, Time, Term)) :-
    integer(Index),
    atom(System),
    integer(Time),
    callable(Term).
evidence(system(System, Verdict)) :-
    atom(System),
    memberchk(Verdict, [compliant,non_compliant,unknown]).
evidence(repl).

% The controls and verdicts that a test asks about are there.
asked(Position, Body, File) :-
    forall(( sub_goal(Body, Goal),
             verdict_goal(Goal, Control, Verdict)
           ),
           ( known_control(Control, Position, File),
             known_verdict(Verdict, Position, File)
           )).

verdict_goal(Goal, Control, Verdict) :-
    callable(Goal),
    (   Goal = verdict(Control, Verdict)
    ;   Goal = verdict(_, Control, Verdict)
    ).

known_control(Control, Position, File) :-
    (   (   var(Control)
        ;   zko_gate:declaration(control(Control, _, _, _, _, _))
        )
    ->  true
    ;   findall(Known, zko_gate:declaration(control(Known, _, _, _, _, _)), Controls),
        hint(Control, Controls, Hint),
        note(File, Position, 'rules.undefined', "control ~w is not declared~s", [Control, Hint])
    ).

known_verdict(Verdict, Position, File) :-
    Verdicts = [compliant,non_compliant,unknown],
    (   (   var(Verdict)
        ;   memberchk(Verdict, Verdicts)
        )
    ->  true
    ;   hint(Verdict, Verdicts, Hint),
        note(File, Position, 'rules.type',
             "a verdict is compliant, non_compliant or unknown, not ~p~s", [Verdict, Hint])
    ).

called(Pack, Body, Calls) :-
    findall(Call,
            ( sub_goal(Body, Goal),
              callable(Goal),
              call_of(Goal, Pack, Call)
            ),
            Found),
    sort(Found, Calls).

call_of(Goal, Pack, Name/Arity) :-
    functor(Goal, Name, Arity),
    zko_gate:defined(Pack, Name, Arity).
call_of(verdict(Control, Verdict), _, verdict(Control, Verdict)) :-
    ground(Control-Verdict).
call_of(verdict(_, Control, Verdict), _, verdict(Control, Verdict)) :-
    ground(Control-Verdict).

sub_goal(Goal, Goal).
sub_goal(Goal, Sub) :-
    compound(Goal),
    arg(_, Goal, Argument),
    compound(Argument),
    sub_goal(Argument, Sub).

%!  run_test(+Pack, +Test, -Outcome) is det.
%
%   Outcome is passed(Kind) with Kind true, fail, unknown or error, or
%   failed(Message, Expected, Found).

run_test(Unit, test(_, _, _, Options, Body, _), Outcome) :-
    unit_pack(Unit, Pack),
    zko_host:test_begin,
    forall(( member(given(List), Options),
             member(Item, List)
           ),
           give(Pack, Item)),
    (   memberchk(feed(Steps), Options)
    ->  zko_feed:run_feed(Pack, Steps, Fed)
    ;   Fed = fed
    ),
    (   Fed == fed
    ->  outcome(Options, Pack, Body, Outcome0)
    ;   Outcome0 = Fed
    ),
    zko_host:test_end,
    forall(zko_compile:store(_, _, Store),
           ( functor(Fact, Store, 4),
             retractall(zko_events:Fact)
           )),
    Outcome = Outcome0.

give(_, measured(System, Measure, Value)) :-
    zko_host:test_measured(System, Measure, Value).
give(_, missing(System, Measure, Reason)) :-
    zko_host:test_missing(System, Measure, Reason).
give(_, system(System, Verdict)) :-
    zko_host:test_verdict(System, Verdict).
give(_, repl) :-
    zko_host:test_repl.
give(Pack, event(Index, System, Time, Term)) :-
    functor(Term, Kind, _),
    (   zko_compile:store(Pack, Kind, Store)
    ->  true
    ;   zko_compile:store(_, Kind, Store)
    ),
    Fact =.. [Store,Index,System,Time,Term],
    assertz(zko_events:Fact).

inferences_max(4_000_000).       % what is noted of coverage costs some too

outcome(Options, Pack, Body, Outcome) :-
    memberchk(all(Template, List), Options),
    !,
    Body = body(_, Checked),
    run(Pack, findall(Template, Checked, Found), Result),
    (   Result == true,
        Found =@= List
    ->  Outcome = passed(true)
    ;   Result == true
    ->  show(Found, FoundText),
        show(List, ListText),
        format(string(Message), "found ~s, expected ~s", [FoundText, ListText]),
        Outcome = failed(Message, ListText, FoundText)
    ;   show(List, ListText),
        unexpected(Result, Message),
        Outcome = failed(Message, ListText, Message)
    ).
outcome(Options, Pack, body(Written, Checked), Outcome) :-
    run(Pack, Checked, Result),
    wanted(Options, Wanted),
    judge(Wanted, Result, Options, Pack, Written-Checked, Outcome).

run(Pack, Goal, Result) :-
    inferences_max(Max),
    zko_guard:guarded(Pack, Goal, Max, Result).

wanted(Options, Wanted) :-
    (   member(Wanted, [fail,unknown,error(_)]),
        memberchk(Wanted, Options)
    ->  true
    ;   Wanted = true
    ).

judge(fail, false, _, _, _, passed(fail)) :-
    !.
judge(unknown, missing(_), _, _, _, passed(unknown)) :-
    !.
judge(error(Formal), error(Text), _, _, _, passed(error)) :-
    expected_error(Formal, Text),
    !.
judge(true, true, Options, Pack, _, Outcome) :-
    !,
    (   member(holds(Condition), Options),
        run(Pack, Condition, Result),
        Result \== true
    ->  broken_condition(Condition, Outcome)
    ;   Outcome = passed(true)
    ).
judge(true, false, _, Pack, Written-Checked, failed(Message, Expected, Found)) :-
    !,
    zko_failure:no_solution(Pack, Written, Checked, Message, Why),
    (   Why = expected(Expected, Found)
    ->  true
    ;   Expected = "a solution",
        Found = "none"
    ).
judge(Wanted, Result, _, _, Written-_, failed(Message, Expected, Found)) :-
    wanted_text(Wanted, Expected),
    (   Result == true
    ->  show(Written, Found),
        format(string(Message), "succeeded, expected ~s: ~s", [Expected, Found])
    ;   unexpected(Result, Found),
        (   Wanted == true
        ->  Message = Found
        ;   format(string(Message), "~s, expected ~s", [Found, Expected])
        )
    ).

broken_condition(Condition, failed(Message, Expected, Found)) :-
    show(Condition, Text),
    format(string(Message), "the condition ~s does not hold", [Text]),
    (   Condition = (Left == Right)
    ->  show(Right, Expected),
        show(Left, Found)
    ;   Expected = Text,
        Found = "it does not hold"
    ).

wanted_text(true, "a solution").
wanted_text(fail, "no solution").
wanted_text(unknown, "unknown").
wanted_text(error(Formal), Text) :-
    (   var(Formal)
    ->  Text = "an error"
    ;   zko_guard:error_text(error(Formal, _), Text)
    ).

% guarded/4 gives the message of an error, so the expected one is compared by its message.
expected_error(Formal, Text) :-
    (   var(Formal)
    ->  true
    ;   zko_guard:error_text(error(Formal, _), Text)
    ).

unexpected(true, "succeeded").
unexpected(false, "failed").
unexpected(limit, Message) :-
    inferences_max(Max),
    format(string(Message),
           "used up ~D inferences: recursion without end, or a search through too much", [Max]).
unexpected(missing(Reason), Message) :-
    format(string(Message), "unknown: ~w", [Reason]).
unexpected(error(Text), Message) :-
    format(string(Message), "error: ~w", [Text]).

%!  verdict(?Control, ?Verdict) is nondet.
%!  verdict(?System, ?Control, ?Verdict) is nondet.
%
%   In the body of a test with a feed: what the evaluator's verdict is now. Without System there is
%   one system only.

verdict(Control, Verdict) :-
    zko_host:systems(Systems),
    (   Systems = [System]
    ->  verdict(System, Control, Verdict)
    ;   throw(error(zko("verdict/2 needs a feed of one system: say verdict(SYSTEM, CONTROL, V)"),
                    _))
    ).

verdict(System, Control, Verdict) :-
    (   var(Verdict)
    ->  true
    ;   memberchk(Verdict, [compliant,non_compliant,unknown])
    ->  true
    ;   throw(error(domain_error(verdict, Verdict), _))
    ),
    zko_host:systems(Systems),
    (   var(System)
    ->  member(System, Systems)
    ;   memberchk(System, Systems)
    ->  true
    ;   throw(error(existence_error(system, System), _))
    ),
    zko_host:explain(System, Controls),
    (   nonvar(Control),
        \+ ( member(Term, Controls),
             arg(1, Term, Control)
           )
    ->  throw(error(existence_error(control, Control), _))
    ;   true
    ),
    member(Told, Controls),
    arg(1, Told, Control),
    arg(3, Told, Verdict).
