:- module(zko_lint,
          [ unreachable/3,      % +Pack, +File, +Items
            cost/3,             % +Pack, +Name, -Cost
            forget_graph/0,
            start_linting/0,
            lint/3              % +Pack, +File, +Items
          ]).

:- use_module(library(lists)).

:- import(zko_notes:note/6).

/** <module> What is right and could be better

unreachable/3 belongs to every check; lint/3 notes matters of taste and care, and only where it was
asked for. None of it refuses a bundle. Items are those of zko_reader:read_items/2.
*/

:- dynamic
    linting/0,
    reached/3,              % Pack, Name, Arity: something exported calls it
    numbered/4,             % Pack, Name, Arity, Number: in the order of the search
    pending/4,                % likewise, whose circle is not closed
    recursive/3,            % Pack, Name, Arity
    searched/0.             % recursive/3 is complete

start_linting :-
    (   linting
    ->  true
    ;   assertz(linting)
    ).

% Clauses and predicates that nothing can reach.

unreachable(Pack, File, Items) :-
    shadowed(Items, File, none),
    forall(zko_gate:exported(Pack, Name, Arity), reach(Pack, Name, Arity)),
    forall(( zko_gate:declaration(Declaration),
             entry(Declaration, Pack, Name/Arity)
           ),
           reach(Pack, Name, Arity)),
    forall(( zko_gate:defined(Pack, Name, Arity),
             \+ reached(Pack, Name, Arity),
             zko_gate:first_clause(Pack, Name, Arity, Offset)
           ),
           note(File, Offset, warning, 'rules.unreachable',
                "~q is not exported, and nothing that is exported calls it", [Name/Arity])),
    endless(Pack, File).

% A recursion without a clause that ends it. A goal before the call may fail; none makes it hold.
endless(Pack, File) :-
    forall(( zko_gate:defined(Pack, Name, Arity),
             reached(Pack, Name, Arity),
             forall(zko_gate:source_clause(Pack, Name, Arity, _, Body),
                    conjunct(Body, Pack, Name, Arity)),
             zko_gate:first_clause(Pack, Name, Arity, Offset)
           ),
           note(File, Offset, warning, 'rules.endless',
                "every clause of ~q calls it again: it fails or never ends", [Name/Arity])).

conjunct(Body, Pack, Name, Arity) :-
    nonvar(Body),
    (   Body = (Left,Right)
    ->  (   conjunct(Left, Pack, Name, Arity)
        ;   conjunct(Right, Pack, Name, Arity)
        )
    ;   Body = Module:Goal
    ->  Module == Pack,
        callable(Goal),
        functor(Goal, Name, Arity)
    ;   callable(Body),
        functor(Body, Name, Arity)
    ),
    !.

reach(Pack, Name, Arity) :-
    (   reached(Pack, Name, Arity)
    ->  true
    ;   assertz(reached(Pack, Name, Arity)),
        forall(zko_gate:edge(Pack, Name/Arity, To, Next/NextArity),
               reach(To, Next, NextArity))
    ).

entry(control(_, Pack, Name, _, _, _), Pack, Name/2).
entry(check(Pack, _, Name, _, _), Pack, Name/2).

% A clause that takes everything and cuts leaves nothing to the clauses after it.
shadowed([], _, _).
shadowed([item(Term, Position, _)|Items], File, Closed) :-
    (   clause_of(Term, Head, Body),
        functor(Head, Name, Arity)
    ->  (   Closed == Name/Arity
        ->  note(File, Position, warning, 'rules.unreachable',
                 "a clause before this one takes every ~q and cuts", [Name/Arity]),
            Next = Closed
        ;   takes_all(Head, Body)
        ->  Next = Name/Arity
        ;   Next = none
        )
    ;   Next = Closed
    ),
    shadowed(Items, File, Next).

takes_all(Head, Body) :-
    Head =.. [_|Arguments],
    term_variables(Arguments, Variables),
    Arguments == Variables,
    nonvar(Body),
    (   Body == !
    ;   Body = (First,_),
        First == !
    ).

clause_of(Term, Head, Body) :-
    nonvar(Term),
    Term \= (:- _),
    (   Term = (Head0 :- Body0)
    ->  Head = Head0,
        Body = Body0
    ;   Head = Term,
        Body = true
    ),
    callable(Head).

%!  cost(+Pack, +Name, -Cost) is det.
%
%   What a control can cost, seen from its text: cost(Rules, Measures, Scans, Recursive), the rules
%   it can call, the measures it reads, the packs whose retained events it looks through, and the
%   rules that call themselves.

cost(Pack, Name, cost(Rules, Measures, Scans, Recursive)) :-
    zko_graph:reachable([Pack-Name/2], [], Reached),
    length(Reached, Rules),
    zko_graph:measures_read(Pack, Name/2, Read),
    length(Read, Measures),
    findall(Caller,
            ( member(Caller-Owner, Reached),
              zko_gate:touching(Caller, Owner, Predicate),
              memberchk(Predicate, [event,observed])
            ),
            Scans0),
    sort(Scans0, Scans),
    search,
    findall(Owner/Arity,
            ( member(Caller-Owner/Arity, Reached),
              recursive(Caller, Owner, Arity)
            ),
            Recursive0),
    sort(Recursive0, Recursive).

% Circles of calls: the strongly connected components of the graph (Tarjan 1972), in one search.
search :-
    searched,
    !.
search :-
    flag(zko_lint_number, _, 0),
    forall(zko_gate:defined(Pack, Name, Arity), component(Pack, Name, Arity, _)),
    assertz(searched).

component(Pack, Name, Arity, Number) :-
    numbered(Pack, Name, Arity, Number),
    !.
component(Pack, Name, Arity, Lowest) :-
    flag(zko_lint_number, Number, Number + 1),
    assertz(numbered(Pack, Name, Arity, Number)),
    asserta(pending(Pack, Name, Arity, Number)),
    findall(To-Next/NextArity, zko_gate:edge(Pack, Name/Arity, To, Next/NextArity), Called),
    lowest(Called, Number, Lowest),
    (   Lowest =:= Number
    ->  close_circle(Pack, Name, Arity, Number)
    ;   true
    ).

lowest([], Lowest, Lowest).
lowest([To-Next/Arity|Called], Lowest0, Lowest) :-
    (   numbered(To, Next, Arity, Number)
    ->  (   pending(To, Next, Arity, _)
        ->  Lowest1 is min(Lowest0, Number)
        ;   Lowest1 = Lowest0
        )
    ;   component(To, Next, Arity, Number),
        (   pending(To, Next, Arity, _)
        ->  Lowest1 is min(Lowest0, Number)
        ;   Lowest1 = Lowest0
        )
    ),
    lowest(Called, Lowest1, Lowest).

% What was opened since Number is one circle, or a rule that calls itself, or no circle.
close_circle(Pack, Name, Arity, Number) :-
    closed(Number, Members),
    (   Members = [_,_|_]
    ->  Circle = Members
    ;   zko_gate:edge(Pack, Name/Arity, Pack, Name/Arity)
    ->  Circle = Members
    ;   Circle = []
    ),
    forall(member(Of-Member/Count, Circle), assertz(recursive(Of, Member, Count))).

% The latest ones stand first.
closed(Number, Members) :-
    (   once(pending(Pack, Name, Arity, Opened)),
        Opened >= Number
    ->  retract(pending(Pack, Name, Arity, Opened)),
        Members = [Pack-Name/Arity|Rest],
        closed(Number, Rest)
    ;   Members = []
    ).

forget_graph :-
    retractall(reached(_, _, _)),
    retractall(numbered(_, _, _, _)),
    retractall(pending(_, _, _, _)),
    retractall(recursive(_, _, _)),
    retractall(searched).

% Lint.

lint(_, _, _) :-
    \+ linting,
    !.
lint(Pack, File, Items) :-
    names(Pack, File, Items),
    documented(Pack, File, Items),
    cuts(Items, File),
    unused(Pack, File, Items),
    controls(Items, File).

names(Pack, File, Items) :-
    forall(( zko_gate:first_clause(Pack, Name, Arity, Offset),
             \+ snake(Name)
           ),
           note(File, Offset, warning, 'lint.naming',
                "~q is not in snake_case", [Name/Arity])),
    forall(( declared(Items, Position, What, Name),
             atom(Name),
             \+ snake(Name)
           ),
           note(File, Position, warning, 'lint.naming',
                "~w ~q is not in snake_case", [What, Name])),
    forall(( zko_gate:exported(Pack, Name, Arity),
             zko_gate:first_clause(Pack, Name, Arity, Offset),
             zko_gate:declaration(control(_, Pack, Name, _, _, _)),
             Arity =:= 2,
             \+ begins(Name, Pack)
           ),
           note(File, Offset, info, 'lint.prefix',
                "the predicate of a control begins with its pack's name: ~w_...", [Pack])).

declared(Items, Position, What, Name) :-
    member(item(Term, Position, _), Items),
    nonvar(Term),
    Term = (:- Directive),
    nonvar(Directive),
    declares(Directive, What, Name).

declares(Directive, measure, Name) :-
    functor(Directive, measure, _),
    arg(1, Directive, Name).
declares(Directive, parameter, Name) :-
    functor(Directive, parameter, Arity),
    memberchk(Arity, [2,3]),
    arg(1, Directive, Name).
declares(Directive, kind, Name) :-
    functor(Directive, telemetry, _),
    arg(1, Directive, Spec),
    callable(Spec),
    Spec \= _:_,                        % a kind of another pack
    functor(Spec, Name, _).

snake(Name) :-
    atom_codes(Name, Codes),
    forall(member(Code, Codes),
           (   between(0'a, 0'z, Code)
           ;   between(0'0, 0'9, Code)
           ;   Code == 0'_
           )).

begins(Name, Pack) :-
    (   sub_atom(Name, 0, _, _, Pack)
    ->  true
    ;   atomic_list_concat([Family|_], '_', Pack),      % telecoms_ops may say telecoms_
        sub_atom(Name, 0, _, _, Family)
    ).

% An export has a comment with its modes.
documented(Pack, File, Items) :-
    zko_notes:text(File, Text),
    forall(( zko_gate:exported(Pack, Name, Arity),
             zko_gate:first_clause(Pack, Name, Arity, Offset),
             \+ ( member(End, ["(", " "]),
                  atomic_list_concat(['%!  ',Name,End], Comment),
                  sub_string(Text, _, _, _, Comment)
                )
           ),
           ( modes(Name, Arity, Items, Modes),
             note(File, Offset, info, 'lint.doc',
                  "~q is exported and has no comment: %!  ~w~w is semidet.",
                  [Name/Arity, Name, Modes])
           )).

% (+System, -Hours), by the names of the first clause; the last of several is taken for an output.
modes(Name, Arity, Items, Modes) :-
    member(item(Term, _, Names), Items),
    clause_of(Term, Head, _),
    functor(Head, Name, Arity),
    !,
    findall(Mode, mode(Head, Arity, Names, Mode), List),
    atomic_list_concat(List, ', ', Text),
    ( Arity =:= 0 -> Modes = '' ; format(atom(Modes), "(~w)", [Text]) ).

mode(Head, Arity, Names, Mode) :-
    arg(Index, Head, Argument),
    (   member(Named=Variable, Names),
        Variable == Argument
    ->  true
    ;   Named = 'Argument'
    ),
    ( Index =:= Arity, Arity > 1 -> Sign = (-) ; Sign = (+) ),
    atom_concat(Sign, Named, Mode).

cuts(Items, File) :-
    forall(( member(item(Term, Position, _), Items),
             clause_of(Term, Head, Body),
             has_cut(Body)
           ),
           ( functor(Head, Name, Arity),
             note(File, Position, info, 'lint.cut',
                  "~q cuts: an if-then-else says what is meant", [Name/Arity])
           )).

has_cut(Body) :-
    nonvar(Body),
    (   Body == !
    ->  true
    ;   compound(Body),
        functor(Body, Name, 2),
        memberchk(Name, [',',;,->,*->])
    ->  (   arg(_, Body, Part),
            has_cut(Part)
        ->  true
        )
    ).

% Names that nothing else in the bundle mentions.
unused(Pack, File, Items) :-
    forall(( declared(Items, Position, What, Name),
             atom(Name),
             Name \== nil_report,
             \+ used(What, Pack, Name, Items)
           ),
           ( code(What, Code),
             note(File, Position, warning, Code, "~w ~w is declared and not used", [What, Name])
           )).

code(measure, 'lint.unused_measure').
code(parameter, 'lint.unused_parameter').
code(kind, 'lint.unused_kind').

used(measure, Pack, Name, _) :-
    zko_gate:reading(_, _, Pack, Read),
    (   Read == Name
    ;   Read == any
    ),
    !.
used(parameter, _, Name, Items) :-
    member(item(Term, _, _), Items),
    mentions(Term, param(Name)),
    !.
used(parameter, Pack, Name, _) :-
    zko_gate:source_clause(_, _, _, _, Body),
    sub_goal(Body, Goal),
    nonvar(Goal),
    Goal = param(Of, Read, _),
    (   var(Of)
    ;   Of == Pack
    ;   \+ zko_gate:defined(Of, _, _)   % of a system, whose pack it may be
    ),
    (   var(Read)
    ;   Read == Name
    ),
    !.
used(kind, Pack, Kind, _) :-
    zko_gate:declaration(measure(_, _, f(_, Inputs, Details), _, _, _, _)),
    (   input_of(Inputs-Details, Kind)
    ;   input_of(Inputs-Details, Pack:Kind)
    ),
    !.
used(kind, Pack, Kind, _) :-
    zko_gate:declaration(check(Pack, Kind, _, _, _)),
    !.
used(kind, _, Kind, _) :-
    zko_gate:source_clause(_, _, _, _, Body),
    sub_goal(Body, Term),
    callable(Term),
    functor(Term, Kind, _),
    !.

input_of(Term, Kind) :-
    sub_goal(Term, Input),
    nonvar(Input),
    Input = input(Found, _),
    Found == Kind,
    !.

mentions(Term, Wanted) :-
    sub_goal(Term, Sub),
    Sub == Wanted,
    !.

sub_goal(Term, Term).
sub_goal(Term, Sub) :-
    compound(Term),
    arg(_, Term, Argument),
    sub_goal(Argument, Sub).

% A control that cites nothing but words, or says no severity.
controls(Items, File) :-
    forall(( member(item(Term, Position, _), Items),
             nonvar(Term),
             Term = (:- control(Id, _, Options)),
             is_list(Options)
           ),
           ( cited(Options, Id, File, Position),
             grave(Options, Id, File, Position)
           )).

cited(Options, Id, File, Position) :-
    (   member(Option, Options),
        functor(Option, cites, _),
        sub_goal(Option, Citation),
        nonvar(Citation),
        functor(Citation, citation, _)
    ->  true
    ;   note(File, Position, info, 'lint.citation',
             "control ~w cites no clause of a framework: citation(Framework, Edition, Clause)",
             [Id])
    ).

grave(Options, Id, File, Position) :-
    (   memberchk(severity(_), Options)
    ->  true
    ;   note(File, Position, info, 'lint.severity', "control ~w says no severity", [Id])
    ).
