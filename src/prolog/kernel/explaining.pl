:- module(zko_explaining,
          [ explain/1,          % +Goal
            explain/2,          % +Goal, -Explanation
            explain_json/1      % +Goal
          ]).

:- use_module(library(lists)).

/** <module> Explanations for people and for programs

    explain(telecoms_uptime(gw1, _)).
    explain(control('telecoms.uptime', gw1)).

What zko_explain finds, as text with values, units, limits and places, or as JSON. Numbers are shown
as decimals where they end.
*/

%!  explain(+Goal) is det.
%!  explain_json(+Goal) is det.
%
%   Writes why Goal holds or does not. Goal is one of the REPL, or control(Id, System).

explain(Goal) :-
    explanation(Goal, Told, Explanation),
    write_text(Told, Explanation).

explain_json(Goal) :-
    explanation(Goal, Told, Explanation),
    explanation_json(Told, Explanation, Json),
    format("~s~n", [Json]).

%!  explain(+Goal, -Explanation) is det.
%
%   The same as a term: see zko_explain.

explain(Goal, Explanation) :-
    explanation(Goal, _, Explanation).

% Told is told(Id, System, Title, Basis, Row) of a control, Row as zko_host:explain/2 gives it or
% `none`; else `none`.
explanation(Goal, Told, Explanation) :-
    (   nonvar(Goal),
        Goal = control(Id, System)
    ->  control_goal(Id, System, Called, Told),
        zko_explain:explained(Called, Explanation)
    ;   Told = none,
        zko_explain:explained(Goal, Explanation)
    ).

control_goal(Id, System, Pack:Called, told(Id, Name, Title, Basis, Row)) :-
    (   ground(Id-System),
        zko_gate:declaration(control(Id, Pack, Predicate, Properties, _, _))
    ->  true
    ;   findall(Known, zko_gate:declaration(control(Known, _, _, _, _, _)), Controls),
        zko_near:hint(Id, Controls, Hint),
        format(string(Message), "there is no control ~w~s", [Id, Hint]),
        throw(error(zko(Message), _))
    ),
    zko_answers:system(System),
    zko_answers:text_to_atom(System, Name),
    arg(1, Properties, Title),
    arg(2, Properties, Basis),
    Called =.. [Predicate,Name,_],
    zko_host:explain(Name, Rows),
    (   member(Row, Rows),
        arg(1, Row, Id)
    ->  true
    ;   Row = none
    ).

% Text.

write_text(Told, explanation(Goal, Outcome, Nearest, Nodes)) :-
    write_head(Told, Goal, Outcome),
    (   Nearest == none
    ->  true
    ;   sentence(Nearest, Sentence),
        node_place(Nearest, Place),
        format("  ~w: ~s~s~n", [because, Sentence, Place])
    ),
    forall(member(Node, Nodes),
           write_node(Node, 1)).

write_head(none, Goal, Outcome) :-
    shown(Goal, Text),
    outcome_words(Outcome, Words),
    format("~s ~s~n", [Text, Words]).
write_head(told(Id, System, Title, Basis, Row), _, Outcome) :-
    outcome_words(Outcome, Words),
    format("~w of ~w ~s~n  ~s (basis: ~w)~n", [Id, System, Words, Title, Basis]),
    (   Row == none
    ->  format("  not a control of this system's levels~n", [])
    ;   arg(3, Row, Verdict),
        arg(10, Row, Records),
        atomic_list_concat(Records, ', ', List),
        ( Records == [] -> Suffix = "" ; format(string(Suffix), "; records ~w", [List]) ),
        format("  verdict: ~w~s~n", [Verdict, Suffix]),
        forall(row_note(Row, Name, Note),
               format("  ~w: ~s~n", [Name, Note]))
    ).

% What the evaluator notes of a control: its severity, a waiver, what nobody has checked, ...
row_note(Row, Name, Text) :-
    arg(11, Row, Notes),
    member(Note, Notes),
    Note =.. [Name|Arguments],
    Name \== basis,
    findall(One,
            ( member(Argument, Arguments),
              note_text(Argument, One)
            ),
            Texts),
    atomic_list_concat(Texts, ', ', Atom),
    atom_string(Atom, Text).

note_text(Text, Text) :-
    string(Text),
    !.
note_text(List, Text) :-
    is_list(List),
    !,
    findall(One,
            ( member(Item, List),
              note_text(Item, One)
            ),
            Texts),
    atomic_list_concat(Texts, '; ', Text).
note_text(Term, Text) :-
    shown(Term, Text).

outcome_words(true, "holds").
outcome_words(false, "does not hold").
outcome_words(unknown(Reason), Text) :-
    format(string(Text), "is unknown: ~w", [Reason]).
outcome_words(error(Message), Text) :-
    format(string(Text), "ends in an error: ~s", [Message]).
outcome_words(limit, "takes more steps than an explanation may").

write_node(node(Kind, Outcome, At, Goal, Facts, Children), Depth) :-
    node_text(Kind, Outcome, At, Goal, Facts, Text),
    mark(Kind, Outcome, Mark),
    node_place(node(Kind, Outcome, At, Goal, Facts, Children), Place),
    Indent is 2 * Depth,
    format("~t~*|~w ~s~s~n", [Indent, Mark, Text, Place]),
    Below is Depth + 1,
    forall(member(Child, Children),
           write_node(Child, Below)).

mark(if, _, '[ ]') :-
    !.
mark(_, true, '[+]').
mark(_, false, '[-]').
mark(_, unknown(_), '[?]').
mark(_, error(_), '[!]').
mark(_, limit, '[!]').

node_place(node(_, _, At, _, _, _), Place) :-
    (   zko_explain_nodes:place(At, File, Line)
    ->  format(string(Place), "  (~s:~d)", [File, Line])
    ;   Place = ""
    ).

node_text(if, Outcome, At, Goal, Facts, Text) :-
    !,
    kind_text(Goal, At, Facts, Inner),
    ( Outcome == true -> Words = "if, and it is so" ; Words = "if, and it is not so" ),
    format(string(Text), "~s: ~s", [Words, Inner]).
node_text(rule, false, _, Goal, Facts, Text) :-
    memberchk(matched(0), Facts),
    !,
    shown(Goal, Shown),
    format(string(Text), "~s: none of its clauses is about this", [Shown]).
node_text(rule, _, _, Goal, _, Text) :-
    !,
    shown(Goal, Text).
node_text(clause, _, _, Goal, _, Text) :-
    !,
    shown(Goal, Shown),
    format(string(Text), "one way: ~s", [Shown]).
node_text(_, Outcome, At, Goal, Facts, Text) :-
    kind_text(Goal, At, Facts, Text0),
    (   Outcome = unknown(Reason)
    ->  format(string(Text), "~s: ~w", [Text0, Reason])
    ;   Outcome = error(Message)
    ->  format(string(Text), "~s: ~s", [Text0, Message])
    ;   Text = Text0
    ).

kind_text(measured(System, Named, _), _, Facts, Text) :-
    !,
    (   memberchk(measure(Pack:Name), Facts)
    ->  format(string(Measure), "~w:~w", [Pack, Name])
    ;   shown(Named, Measure)
    ),
    (   memberchk(window(Window), Facts)
    ->  window_words(Window, OverText)
    ;   OverText = ""
    ),
    (   memberchk(value(Value), Facts)
    ->  with_unit(Value, Facts, ValueText),
        format(string(Is), " = ~s", [ValueText])
    ;   Is = ""
    ),
    (   memberchk(asked(Asked), Facts)
    ->  shown(Asked, AskedText),
        format(string(AskedWords), ", asked for ~s", [AskedText])
    ;   AskedWords = ""
    ),
    format(string(Text), "measured ~w ~s~s~s~s", [System, Measure, OverText, Is, AskedWords]).
kind_text(Left = Right, At, _, Text) :-
    Left == Right,
    zko_explain_nodes:source(At, Text),
    !.
kind_text(_, At, Facts, Text) :-
    memberchk(sides(Left, Op, Right), Facts),
    !,
    with_unit(Left, Facts, LeftText),
    with_unit(Right, Facts, RightText),
    format(string(Values), "~s ~w ~s", [LeftText, Op, RightText]),
    (   zko_explain_nodes:source(At, Source)
    ->  format(string(Text), "~s, that is ~s", [Source, Values])
    ;   Text = Values
    ).
kind_text(Goal, At, _, Text) :-
    shown(Goal, Shown),
    (   zko_explain_nodes:source(At, Source),
        Source \== Shown
    ->  format(string(Text), "~s, that is ~s", [Source, Shown])
    ;   Text = Shown
    ).

window_words(tumbling(Window), Text) :-
    !,
    duration(Window, Length),
    format(string(Text), " of the last whole ~s", [Length]).
window_words(Window, Text) :-
    compound(Window),
    Window =.. [calendar,Period|_],
    !,
    format(string(Text), " since the ~w began", [Period]).
window_words(Window, Text) :-
    duration(Window, Length),
    format(string(Text), " over ~s", [Length]).

%!  sentence(+Node, -Text) is det.
%
%   What the nearest condition wants and gets.

sentence(node(_, unknown(Reason), _, _, _, _), Text) :-
    !,
    format(string(Text), "evidence is missing: ~w", [Reason]).
sentence(node(_, error(Message), _, _, _, _), Text) :-
    !,
    Text = Message.
sentence(node(_, limit, _, _, _, _), "rules call each other too deep to be followed") :-
    !.
sentence(node(measured, false, _, _, Facts, _), Text) :-
    memberchk(value(Value), Facts),
    memberchk(asked(Asked), Facts),
    !,
    with_unit(Value, Facts, ValueText),
    with_unit(Asked, Facts, AskedText),
    format(string(Text), "measured ~s, asked for ~s", [ValueText, AskedText]).
sentence(node(_, _, _, _, Facts, _), Text) :-
    memberchk(sides(Left, Op, Right), Facts),
    !,
    with_unit(Left, Facts, LeftText),
    with_unit(Right, Facts, RightText),
    (   memberchk(measure(_), Facts)
    ->  format(string(Values), "measured ~s, limit ~w ~s", [LeftText, Op, RightText])
    ;   format(string(Values), "~s ~w ~s does not hold", [LeftText, Op, RightText])
    ),
    (   memberchk(gap(0), Facts)
    ->  format(string(Text), "~s: equal is not enough", [Values])
    ;   memberchk(gap(Gap), Facts),
        gap_words(Op, Words)
    ->  with_unit(Gap, Facts, GapText),
        format(string(Text), "~s, ~w ~s", [Values, Words, GapText])
    ;   Text = Values
    ).
sentence(node(not, _, _, \+ Goal, _, _), Text) :-
    !,
    shown(Goal, Shown),
    format(string(Text), "~s holds and must not", [Shown]).
sentence(node(rule, _, _, Goal, _, _), Text) :-
    !,
    shown(Goal, Shown),
    format(string(Text), "no clause is about ~s", [Shown]).
sentence(node(_, _, _, Goal, _, _), Text) :-
    shown(Goal, Shown),
    format(string(Text), "~s does not hold", [Shown]).

gap_words(>=, 'short by').
gap_words(>, 'short by').
gap_words(=<, 'over by').
gap_words(<, 'over by').
gap_words(=:=, 'off by').

with_unit(Value, Facts, Text) :-
    (   rational(Value),
        memberchk(unit(Unit), Facts),
        Unit \== ""
    ->  decimal(Value, Decimal),
        format(string(Text), "~s ~w", [Decimal, Unit])
    ;   shown(Value, Text)
    ).

% JSON.

explanation_json(Told, explanation(Goal, Outcome, Nearest, Nodes), Json) :-
    told_members(Told, ToldMembers),
    outcome_members(Outcome, OutcomeMembers),
    shown(Goal, GoalText),
    (   Nearest == none
    ->  Because = raw("null"),
        NearestJson = raw("null")
    ;   sentence(Nearest, Because),
        node_json(Nearest, NearestText),
        NearestJson = raw(NearestText)
    ),
    nodes_json(Nodes, Tree),
    append([ [v-raw("1"),goal-GoalText],
             ToldMembers,
             OutcomeMembers,
             [because-Because,nearest-NearestJson,tree-raw(Tree)]
           ], Members),
    object(Members, Json).

told_members(none, []).
told_members(told(Id, System, Title, Basis, Row), Members) :-
    Head = [control-Id,system-System,title-Title,basis-Basis],
    (   Row == none
    ->  Tail = [verdict-raw("null")]
    ;   arg(3, Row, Verdict),
        arg(10, Row, Records),
        atomic_list_concat(Records, ',', List),
        format(string(Numbers), "[~w]", [List]),
        findall(Name-Text, row_note(Row, Name, Text), Notes),
        object(Notes, NotesJson),
        Tail = [verdict-Verdict,records-raw(Numbers),notes-raw(NotesJson)]
    ),
    append(Head, Tail, Members).

outcome_members(unknown(Reason), [outcome-unknown,reason-Reason]) :-
    !.
outcome_members(error(Message), [outcome-error,reason-Message]) :-
    !.
outcome_members(Outcome, [outcome-Outcome]).

nodes_json(Nodes, Json) :-
    findall(One, ( member(Node, Nodes), node_json(Node, One) ), All),
    atomic_list_concat(All, ',', Inner),
    format(string(Json), "[~w]", [Inner]).

node_json(node(Kind, Outcome, At, Goal, Facts, Children), Json) :-
    outcome_members(Outcome, OutcomeMembers),
    shown(Goal, GoalText),
    (   memberchk(Kind, [rule,clause]),
        \+ Goal = (_;_)
    ->  Source = []
    ;   zko_explain_nodes:source(At, Written)
    ->  Source = [source-Written]
    ;   Source = []
    ),
    (   zko_explain_nodes:place(At, File, Line)
    ->  Place = [file-File,line-raw(Line)]
    ;   Place = []
    ),
    findall(Member, fact_member(Facts, Member), FactMembers),
    nodes_json(Children, ChildrenJson),
    append([ [kind-Kind],
             OutcomeMembers,
             [goal-GoalText],
             Source,
             Place,
             FactMembers,
             [children-raw(ChildrenJson)]
           ], Members),
    object(Members, Json).

fact_member(Facts, Member) :-
    member(Fact, Facts),
    fact(Fact, Member).

fact(measure(Pack:Name), measure-Text) :-
    format(string(Text), "~w:~w", [Pack, Name]).
fact(unit(Unit), unit-Unit).
fact(window(Window), window-Text) :-
    window_words(Window, Words),
    split_string(Words, "", " ", [Text]).
fact(value(Value), value-Text) :-
    shown(Value, Text).
fact(asked(Value), asked-Text) :-
    shown(Value, Text).
fact(sides(Left, _, _), left-Text) :-
    shown(Left, Text).
fact(sides(_, Op, _), operator-Op).
fact(sides(_, _, Right), right-Text) :-
    shown(Right, Text).
fact(gap(Gap), gap-Text) :-
    decimal(Gap, Text).

object(Members, Json) :-
    findall(Text, ( member(Name-Value, Members), json_member(Name, Value, Text) ), Texts),
    atomic_list_concat(Texts, ',', Inner),
    format(string(Json), "{~w}", [Inner]).

json_member(Name, raw(Value), Text) :-
    !,
    format(string(Text), "\"~w\":~w", [Name, Value]).
json_member(Name, Value, Text) :-
    format(string(Plain), "~w", [Value]),
    zko_toplevel:json_string(Plain, Quoted),
    format(string(Text), "\"~w\":~s", [Name, Quoted]).

% Terms and numbers as people read them.

%!  shown(+Term, -Text) is det.

shown(Term, Text) :-
    \+ \+ ( copy_term_nat(Term, Copy),
            term_variables(Copy, Variables),
            anonymous(Variables),
            format(string(Text0), "~W",
                   [ Copy,
                     [ quoted(true),
                       numbervars(true),
                       max_depth(30),
                       spacing(next_argument),
                       priority(699),
                       portray(true),
                       portray_goal(zko_explaining:write_fraction)
                     ]
                   ]),
            nb_setval(zko_shown, Text0)
          ),
    nb_getval(zko_shown, Text).

anonymous([]).
anonymous(['$VAR'('_')|Variables]) :-
    anonymous(Variables).

write_fraction(Number, _) :-
    rational(Number),
    \+ integer(Number),
    decimal(Number, Text),
    format("~s", [Text]).

%!  decimal(+Number, -Text) is det.
%
%   Exact where the decimals end within 20 digits, else the fraction.

decimal(Number, Text) :-
    integer(Number),
    !,
    format(string(Text), "~d", [Number]).
decimal(Number, Text) :-
    between(1, 20, Places),
    Scaled is Number * 10 ** Places,
    integer(Scaled),
    !,
    format(string(Text), "~*d", [Places, Scaled]).
decimal(Number, Text) :-
    Above is numerator(Number),
    Below is denominator(Number),
    Rounded is round(Number * 10 ** 6),
    format(string(About), "~*d", [6, Rounded]),
    format(string(Text), "~d/~d (about ~s)", [Above, Below, About]).

duration(Nanoseconds, Text) :-
    member(Factor-Unit,
           [86_400_000_000_000-d,3_600_000_000_000-h,60_000_000_000-min,1_000_000_000-s]),
    0 =:= Nanoseconds mod Factor,
    !,
    Count is Nanoseconds // Factor,
    format(string(Text), "~d ~w", [Count, Unit]).
duration(Nanoseconds, Text) :-
    format(string(Text), "~d ns", [Nanoseconds]).
