:- module(zko_explain_nodes,
          [ node/8,             % +Kind, +Outcome, +Goal, +Where, +Context, +Facts, +Children, -Node
            condition/6,        % +Outcome, +Goal, +Where, +Context, +Proof, -Node
            rule_node/8,        % +Kind, +Outcome, +Goal, +File, +Where, +Facts, +Children, -Node
            goal_node/5,        % +Outcome, +Goal, +Where, +Context, -Node
            kind/2,             % +Goal, -Kind
            position_from/2,    % +Where, -Offset
            nearest/3,          % +Outcome, +Nodes, -Node
            gap/2,              % +Nodes, -Difference
            keep_texts/1,       % +Files
            forget_texts/0,
            place/3,            % +At, -File, -Line
            source/2            % +At, -Text
          ]).

:- use_module(library(apply)).
:- use_module(library(lists)).

/** <module> What an explanation is made of

    node(Kind, Outcome, At, Goal, Facts, Children)

Kind: rule, clause (one of several that were tried), measured, compare, if, not, either, forall or
goal. At: at(File, From, To) in characters, or none. Facts: measure(Pack:Name), unit(U), window(W),
value(V), asked(V), sides(Left, Op, Right), gap(Difference), progress(N), matched(Count). A Context
is that of zko_explain.
*/

:- dynamic
    text_kept/2.            % File, Text

keep_texts(Files) :-
    forall(member(file(File, Text), Files),
           assertz(text_kept(File, Text))).

forget_texts :-
    retractall(text_kept(_, _)).

node(Kind, Outcome, Goal, Where, context(File, _, _), Facts, Children,
     node(Kind, Outcome, At, Goal, Facts, Children)) :-
    at(File, Where, At).

condition(Outcome, Goal, Where, Context, Proof, Node) :-
    (   Outcome == true,
        Proof = [node(_, _, _, _, _, [])]
    ->  Children = []
    ;   Children = Proof
    ),
    facts(Outcome, Goal, Where, Context, Facts),
    node(if, Outcome, Goal, Where, Context, Facts, Children, Node).

rule_node(Kind, Outcome, Goal, File, Where, Facts, Children,
          node(Kind, Outcome, At, Goal, Facts, Children)) :-
    at(File, Where, At).

at(File, Where, At) :-
    (   compound(Where),
        arg(1, Where, From),
        arg(2, Where, To),
        integer(From),
        integer(To)
    ->  At = at(File, From, To)
    ;   At = none
    ).

goal_node(Outcome, Goal, Where, Context, Node) :-
    facts(Outcome, Goal, Where, Context, Facts),
    kind(Goal, Kind),
    node(Kind, Outcome, Goal, Where, Context, Facts, [], Node).

kind(measured(_, _, _), measured) :-
    !.
kind(Goal, compare) :-
    compound(Goal),
    Goal =.. [Name,_,_],
    (   zko_allowed:comparison(Name)
    ;   zko_allowed:order_test(Name)
    ;   Name == (=)
    ),
    !.
kind(_, goal).

facts(Outcome, Goal, _, context(_, Pack, _), Facts) :-
    Goal = measured(System, Named, Value),
    !,
    measure_facts(Pack, Named, MeasureFacts),
    (   Outcome == true
    ->  Facts = [value(Value)|MeasureFacts]
    ;   Outcome == false,
        ground(System-Named),
        catch(zko_answers:measured(Pack, System, Named, Is), _, fail)
    ->  Facts = [value(Is),asked(Value)|MeasureFacts]
    ;   Facts = MeasureFacts
    ).
facts(_, Goal, Where, context(_, Pack, Limits), Facts) :-
    kind(Goal, compare),
    !,
    Goal =.. [Op,Left,Right],
    (   position_from(Where, From),
        memberchk(From-Named, Limits)
    ->  measure_facts(Pack, Named, MeasureFacts)
    ;   MeasureFacts = []
    ),
    (   zko_allowed:comparison(Op),
        ground(Goal),
        catch(( L is Left, R is Right ), _, fail),
        rational(L),
        rational(R)
    ->  Gap is abs(L - R),
        Facts = [sides(L, Op, R),gap(Gap)|MeasureFacts]
    ;   Facts = [sides(Left, Op, Right)|MeasureFacts]
    ).
facts(_, _, _, _, []).

measure_facts(Pack, Named, Facts) :-
    ( nonvar(Named), Named = From:Name -> true ; From = Pack, Name = Named ),
    (   atom(From),
        atom(Name),
        zko_gate:declaration(Declaration),
        Declaration =.. [measure,From,Name,Function,Window,Settings|_]
    ->  ( measure_unit(Settings, Function, Unit) -> Units = [unit(Unit)] ; Units = [] ),
        ( Window == 0 -> Over = [] ; Over = [window(Window)] ),
        append([[measure(From:Name)],Units,Over], Facts)
    ;   Facts = []
    ).

% That of the option, else the one that the measure takes from its field's name.
measure_unit(Settings, _, Unit) :-
    memberchk(unit(Unit), Settings),
    !.
measure_unit(Settings, f(_, _, Details), Unit) :-
    (   memberchk(unit(Unit), Details)
    ;   memberchk(in(Unit, _), Settings)
    ;   memberchk(in(Unit, _), Details)
    ),
    !.

position_from(Where, From) :-
    compound(Where),
    arg(1, Where, From),
    integer(From).

gap(Nodes, Gap) :-
    deciding(Nodes, node(_, _, _, _, Facts, _)),
    memberchk(gap(Gap), Facts).

%!  nearest(+Outcome, +Nodes, -Node) is det.
%
%   The condition that decided: the last of Nodes that does not hold, and what in it did not.

nearest(true, _, none) :-
    !.
nearest(_, Nodes, Nearest) :-
    (   deciding(Nodes, Node)
    ->  nearest_in(Node, Nearest)
    ;   Nearest = none
    ).

deciding(Nodes, Node) :-
    reverse(Nodes, [Node|_]).

nearest_in(node(Kind, Outcome, At, Goal, Facts, Children), Nearest) :-
    (   memberchk(Kind, [rule,either]),
        Children = [node(First, _, _, _, _, _),_|_],
        ( First == clause ; Kind == either )
    ->  furthest_child(Children, Child),
        nearest_in(Child, Nearest)
    ;   memberchk(Kind, [rule,clause,forall]),
        deciding(Children, Child)
    ->  nearest_in(Child, Nearest)
    ;   Nearest = node(Kind, Outcome, At, Goal, Facts, Children)
    ).

furthest_child([Child|Children], Furthest) :-
    progress(Child, Progress),
    furthest_child(Children, Progress, Child, Furthest).

furthest_child([], _, Furthest, Furthest).
furthest_child([Child|Children], Progress, Best, Furthest) :-
    progress(Child, Own),
    (   Own > Progress
    ->  furthest_child(Children, Own, Child, Furthest)
    ;   furthest_child(Children, Progress, Best, Furthest)
    ).

progress(node(_, _, _, _, Facts, _), Progress) :-
    (   memberchk(progress(Progress), Facts)
    ->  true
    ;   Progress = 0
    ).

%!  place(+At, -File, -Line) is semidet.

place(at(File, From, _), File, Line) :-
    text_kept(File, Text),
    sub_string(Text, 0, From, _, Before),
    split_string(Before, "\n", "", Lines),
    length(Lines, Line).

%!  source(+At, -Text) is semidet.
%
%   Text is what stands there, each run of white space one blank.

source(at(File, From, To), Text) :-
    From < To,
    text_kept(File, Whole),
    Length is To - From,
    sub_string(Whole, From, Length, _, Written),
    split_string(Written, " \n\t", " \n\t", Words0),
    exclude(==(""), Words0, Words),
    atomic_list_concat(Words, ' ', Atom),
    atom_string(Atom, Text).
