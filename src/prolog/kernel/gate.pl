:- module(zko_gate,
          [ load_packs/4        % +Files, -Accepted, -Declarations, -Diagnostics
          ]).

:- use_module(library(lists)).

:- import(zko_notes:note/5).
:- import(zko_notes:note/6).
:- import(zko_notes:position_start/2).
:- import(zko_reader:argument_position/3).

/** <module> The gate: nothing of a pack runs before all of the bundle has passed it

A pack is read term by term and never consulted. Its module header, its declarations and its clauses
are checked; the rewritten clauses are compiled into a fresh module when no error was noted, and
otherwise nothing is left behind.
*/

:- dynamic
    defined/3,              % Pack, Name, Arity
    exported/3,             % Pack, Name, Arity
    first_clause/4,         % Pack, Name, Arity, Offset
    source_clause/5,        % Pack, Name, Arity, Head, Body
    kind_declared/3,        % Pack, Kind, Fields
    kind_taken/3,           % Pack, Kind, Fields: declared by another pack
    measure_declared/2,     % Pack, Measure
    parameter_declared/3,   % Pack, Name, Value
    parameter_for_declared/4,   % System, Pack, Name, Value
    calendar_declared/4,    % Name, OffsetMinutes, Hours, Holidays
    control_set_declared/3, % Pack, Family, Version
    citation_declared/7,
    declaration/1,
    named/1,
    edge/4,                 % Pack, Owner, OtherPack, Name/Arity
    reading/4,              % Pack, Owner, OtherPack, Measure
    touching/3,             % Pack, Owner, KernelPredicate
    counting/3,             % Pack, Owner, Calendar
    need/3.                 % Pack, LibraryModule, Name/Arity

files_max(64).
text_characters_max(1_048_576).

%!  load_packs(+Files, -Accepted, -Declarations, -Diagnostics) is det.
%
%   Files is a list of file(Name, Text).

load_packs(Files, Accepted, Declarations, Diagnostics) :-
    zko_notes:clear_notes,
    files_max(Max),
    length(Files, Count),
    (   Count > Max
    ->  note("", -1, 'rules.size', "a bundle has at most ~d packs", [Max])
    ;   catch(check_all(Files, Packs), Fault, true)
    ->  (   nonvar(Fault)
        ->  zko_guard:error_text(Fault, FaultText),
            note("", -1, 'rules.internal', "~w", [FaultText])
        ;   true
        )
    ;   note("", -1, 'rules.internal', "the gate failed", [])
    ),
    (   zko_notes:refused
    ->  Accepted = false,
        Declarations = []
    ;   catch(zko_compile:compile_packs(Packs), Error, true),
        (   var(Error)
        ->  Accepted = true,
            findall(Declaration, declaration(Declaration), Declarations)
        ;   zko_guard:error_text(Error, Message),
            note("", -1, 'rules.compile', "~w", [Message]),
            Accepted = false,
            Declarations = []
        )
    ),
    zko_notes:take_notes(Diagnostics),
    zko_notes:clear_notes,
    (   Accepted == true
    ->  zko_explain_nodes:keep_texts(Files),
        forget_working_facts
    ;   zko_compile:forget_packs,
        zko_explain:forget,
        forget_everything
    ).

check_all(Files, Packs) :-
    read_packs(Files, Packs),
    forall(member(pack(Pack, File, Items), Packs), definitions(Pack, File, Items)),
    forall(member(pack(Pack, File, Items), Packs), exports_defined(Pack, File, Items)),
    forall(( member(Stage, [1,2,3,4,5]),
             member(pack(Pack, File, Items), Packs)
           ),
           declarations(Pack, File, Stage, Items)),
    forall(member(pack(Pack, File, Items), Packs), clauses(Pack, File, Items)),
    forall(member(pack(Pack, File, _), Packs), zko_graph:close_pack(Pack, File)),
    zko_thresholds:close_thresholds,
    forall(( member(pack(Pack, File, Items), Packs),
             \+ zko_notes:refused
           ),
           ( zko_lint:unreachable(Pack, File, Items),
             zko_lint:lint(Pack, File, Items)
           )).

read_packs([], []).
read_packs([file(File, Text)|Files], Packs) :-
    zko_notes:remember_text(File, Text),
    string_length(Text, Length),
    text_characters_max(Max),
    (   Length > Max
    ->  note(File, -1, 'rules.size', "a file has at most ~D characters", [Max]),
        Packs = Rest
    ;   zko_reader:read_items(File, Items0),
        header(File, Items0, Pack, Items)
    ->  Packs = [pack(Pack, File, Items)|Rest]
    ;   Packs = Rest
    ),
    read_packs(Files, Rest).

% The module header comes first and names the file.

header(File, [item(Directive, Position, _)|Items], Pack, Items) :-
    nonvar(Directive),
    Directive = (:- Header),
    nonvar(Header),
    Header = module(Pack, Exports),
    !,
    argument_position(1, Position, HeaderWhere),
    argument_position(1, HeaderWhere, NameWhere),
    argument_position(2, HeaderWhere, ExportsWhere),
    module_name(File, Pack, NameWhere),
    exports(Exports, ExportsWhere, File, Pack).
header(File, [], _, _) :-
    !,
    \+ zko_notes:noted(File, _, error, _, _),
    note(File, -1, 'rules.directive',
         "a pack begins with :- module(NAME, [EXPORT/ARITY, ...])", []),
    fail.
header(File, [item(_, Position, _)|_], _, _) :-
    note(File, Position, 'rules.directive',
         "a pack begins with :- module(NAME, [EXPORT/ARITY, ...])", []),
    fail.

module_name(File, Pack, Where) :-
    (   \+ atom(Pack)
    ->  note(File, Where, 'rules.directive', "~p is no module name", [Pack]),
        fail
    ;   \+ plain_name(Pack)
    ->  note(File, Where, 'rules.directive',
             "a pack's name is made of a-z, 0-9 and _, at most 64 of them", []),
        fail
    ;   \+ file_of(Pack, File)
    ->  note(File, Where, 'rules.directive', "module ~w belongs in a file ~w.pl", [Pack, Pack]),
        fail
    ;   (   current_module(Pack)
        ;   sub_atom(Pack, 0, _, _, zko_)
        )
    ->  note(File, Where, 'rules.forbidden',
             "the module name ~w is taken by Prolog or by the kernel: name the pack otherwise",
             [Pack]),
        fail
    ;   named(pack(Pack))
    ->  note(File, Where, 'rules.duplicate_id', "pack ~w is there twice", [Pack]),
        fail
    ;   remember(named(pack(Pack)))
    ).

plain_name(Pack) :-
    atom_codes(Pack, [First|Codes]),
    between(0'a, 0'z, First),
    length(Codes, Length),
    Length < 64,
    forall(member(Code, Codes),
           (   between(0'a, 0'z, Code)
           ;   between(0'0, 0'9, Code)
           ;   Code == 0'_
           )).

file_of(Pack, File) :-
    split_string(File, "/", "", Parts),
    last(Parts, Name),
    format(string(Name), "~w.pl", [Pack]).

exports(Exports, Where, File, Pack) :-
    (   is_list(Exports)
    ->  (   Where = list_position(_, _, Positions, _)
        ->  true
        ;   same_length(Exports, Positions)
        ),
        export_each(Exports, Positions, Where, File, Pack)
    ;   note(File, Where, 'rules.directive', "the exports are a list of NAME/ARITY", [])
    ).

export_each([], _, _, _, _).
export_each([Export|Exports], [Position|Positions], ListWhere, File, Pack) :-
    ( nonvar(Position) -> Where = Position ; Where = ListWhere ),
    (   nonvar(Export),
        Export = Name/Arity,
        atom(Name),
        integer(Arity)
    ->  (   exported(Pack, Name, Arity)
        ->  note(File, Where, 'rules.duplicate_id', "~q is exported twice", [Name/Arity])
        ;   assertz(exported(Pack, Name, Arity)),
            assertz(named(export_at(Pack, Name, Arity, Where)))
        )
    ;   note(File, Where, 'rules.directive', "~p is no NAME/ARITY", [Export])
    ),
    export_each(Exports, Positions, ListWhere, File, Pack).

exports_defined(Pack, File, _) :-
    forall(( exported(Pack, Name, Arity),
             \+ defined(Pack, Name, Arity)
           ),
           ( named(export_at(Pack, Name, Arity, Where)),
             note(File, Where, 'rules.undefined', "~q is exported and not defined", [Name/Arity])
           )).

% Which predicates a pack defines; their clauses stand together.

definitions(Pack, File, Items) :-
    definitions(Items, Pack, File, none).

definitions([], _, _, _).
definitions([item(Term, Position, _)|Items], Pack, File, Previous) :-
    (   clause_parts(Term, Position, Head, _, HeadWhere, _),
        callable(Head),
        functor(Head, Name, Arity),
        definable(Name, Arity, HeadWhere, File)
    ->  definition(Name/Arity, Previous, Pack, File, Position),
        Current = Name/Arity
    ;   Current = none
    ),
    definitions(Items, Pack, File, Current).

definition(Name/Arity, Previous, Pack, File, Position) :-
    (   defined(Pack, Name, Arity)
    ->  (   Previous == Name/Arity
        ->  true
        ;   note(File, Position, 'rules.discontiguous',
                 "the clauses of ~q do not stand together", [Name/Arity])
        )
    ;   assertz(defined(Pack, Name, Arity)),
        position_start(Position, Offset),
        assertz(first_clause(Pack, Name, Arity, Offset))
    ).

definable(Name, Arity, Where, File) :-
    functor(Head, Name, Arity),
    (   reserved(Head, Name, Arity)
    ->  note(File, Where, 'rules.forbidden',
             "~q belongs to the system and cannot be defined here", [Name/Arity]),
        fail
    ;   Arity > 32
    ->  note(File, Where, 'rules.arity', "a predicate has at most 32 arguments", []),
        fail
    ;   true
    ).

reserved(Head, _, _) :-
    predicate_property(system:Head, defined).
reserved(_, Name, Arity) :-
    (   zko_allowed:builtin(Name, Arity)
    ;   zko_allowed:library_predicate(Name, Arity, _)
    ;   zko_allowed:meta(Name, Arity, _)
    ;   zko_allowed:kernel(Name, Arity, _)
    ;   zko_allowed:writing(Name, Arity)
    ;   zko_allowed:asking(Name, Arity)
    ;   memberchk(Name, [term_expansion,goal_expansion,user_portray,portray,prolog_load_file,
                         exception,message_hook,attr_unify_hook,given,missing])
    ;   sub_atom(Name, 0, _, _, zko_)
    ).

clause_parts(Term, _, _, _, _, _) :-
    var(Term),
    !,
    fail.
clause_parts((:- _), _, _, _, _, _) :-
    !,
    fail.
clause_parts((?- _), _, _, _, _, _) :-
    !,
    fail.
clause_parts((_ --> _), _, _, _, _, _) :-
    !,
    fail.
clause_parts((Head :- Body), Position, Head, Body, HeadWhere, BodyWhere) :-
    !,
    argument_position(1, Position, HeadWhere),
    argument_position(2, Position, BodyWhere).
clause_parts(Head, Position, Head, true, Position, Position).

% Declarations.

declarations(Pack, File, Stage, Items) :-
    (   Stage == 1
    ->  Nil = telemetry(nil_report(kind:string, from:time, to:time)),
        (   member(item(Directive, _, _), Items),
            nonvar(Directive),
            Directive = (:- telemetry(Spec)),
            nonvar(Spec),
            functor(Spec, nil_report, _)
        ->  true
        ;   has_kinds(Items)
        ->  zko_language:declare(File, Pack, 1, directive(Nil, 0))
        ;   true
        )
    ;   true
    ),
    forall(( member(item(Directive, Position, _), Items),
             nonvar(Directive),
             Directive = (:- Term)
           ),
           ( argument_position(1, Position, Where),
             directive(Term, Where, File, Pack, Stage)
           )).

% A source can state for every pack with telemetry that nothing of a kind happened.
has_kinds(Items) :-
    member(item(Directive, _, _), Items),
    nonvar(Directive),
    Directive = (:- Term),
    nonvar(Term),
    functor(Term, telemetry, _),
    !.

directive(Term, Where, File, Pack, Stage) :-
    (   var(Term)
    ->  Known = false
    ;   zko_language:stage(Term, _)
    ->  Known = true
    ;   Known = false
    ),
    (   Known == true
    ->  zko_language:declare(File, Pack, Stage, directive(Term, Where))
    ;   Stage =\= 1
    ->  true
    ;   nonvar(Term),
        functor(Term, Name, Arity)
    ->  unknown_directive(Name, Arity, Message),
        note(File, Where, 'rules.directive', "~s", [Message])
    ;   note(File, Where, 'rules.directive', "a variable is no directive", [])
    ).

unknown_directive(module, _, "the module header stands first, once") :-
    !.
unknown_directive(use_module, _, "use_module is not needed: what rules may call is always there") :-
    !.
unknown_directive(Name, Arity, Message) :-
    zko_language:stage(Known, _),
    functor(Known, Name, _),
    !,
    format(string(Message), "~w does not take ~d arguments", [Name, Arity]).
unknown_directive(Name, _, Message) :-
    findall(Known,
            ( zko_language:stage(Directive, _),
              functor(Directive, Known, _)
            ),
            Names),
    zko_near:hint(Name, Names, Hint),
    Hint \== "",
    !,
    format(string(Message), "~w is no directive of a pack~s", [Name, Hint]).
unknown_directive(Name, Arity, Message) :-
    findall(Known,
            ( zko_language:stage(Directive, _),
              functor(Directive, Known, _)
            ),
            Names),
    sort(Names, Sorted),
    atomic_list_concat(Sorted, ', ', Text),
    format(string(Message), "~q is no directive of a pack; these are: ~w", [Name/Arity, Text]).

% Clauses.

clauses(Pack, File, Items) :-
    forall(member(Item, Items),
           one_clause(Item, Pack, File)).

one_clause(item(Term, Position, Names), Pack, File) :-
    (   var(Term)
    ->  note(File, Position, 'rules.syntax', "a variable is no clause", [])
    ;   Term = (:- _)
    ->  true
    ;   memberchk(Term, [(_ --> _), (?- _)])
    ->  note(File, Position, 'rules.directive',
             "a pack holds declarations and clauses: no grammar rules, no queries", [])
    ;   clause_parts(Term, Position, Head, Body, HeadWhere, BodyWhere)
    ->  (   callable(Head),
            Head \= _:_
        ->  functor(Head, Name, Arity),
            outputs(Pack, Name, Arity, Head, Outputs),
            Context = context(File, Pack, Name/Arity),
            zko_body:check_body(Context, Head, Body, BodyWhere, Names, Outputs, Checked),
            assertz(source_clause(Pack, Name, Arity, Head, Body)),
            zko_explain:keep(clause(File, Pack, Name/Arity, Head, Body, Checked), HeadWhere,
                             BodyWhere),
            zko_cover:cover(clause(File, Pack, Name/Arity, Head, Body, Checked), HeadWhere,
                            BodyWhere, Covered),
            assertz(named(compiled(Pack, Head, Covered)))
        ;   note(File, HeadWhere, 'rules.syntax', "~p cannot be the head of a clause", [Head])
        )
    ).

% The second argument of a control and of a check is an output: a comparison on it before something
% binds it is an error of the rule.
outputs(Pack, Name, 2, Head, Output) :-
    (   declaration(control(_, Pack, Name, _, _, _))
    ;   declaration(check(Pack, _, Name, _, _))
    ),
    !,
    arg(2, Head, Output).
outputs(_, _, _, _, []).

% What zko_body records.

calls(_, Owner, _, _) :-
    memberchk(Owner, [goal,test]),
    !.
calls(Pack, Owner, Other, Indicator) :-
    remember_once(edge(Pack, Owner, Other, Indicator)).

reads(_, Owner, _, _) :-
    memberchk(Owner, [goal,test]),
    !.
reads(Pack, Owner, Other, Measure) :-
    remember_once(reading(Pack, Owner, Other, Measure)).

touches(_, Owner, _) :-
    memberchk(Owner, [goal,test]),
    !.
touches(Pack, Owner, Name) :-
    remember_once(touching(Pack, Owner, Name)).

counts(_, Owner, _) :-
    memberchk(Owner, [goal,test]),
    !.
counts(Pack, Owner, Calendar) :-
    remember_once(counting(Pack, Owner, Calendar)).

needs(none, _, _) :-
    !.
needs(Pack, Module, Indicator) :-
    (   zko_compile:compiled_pack(Pack)     % a test of a loaded pack
    ->  Pack:import(Module:Indicator)
    ;   remember_once(need(Pack, Module, Indicator))
    ).

remember(Fact) :-
    assertz(Fact).

remember_once(Fact) :-
    (   call(Fact)
    ->  true
    ;   assertz(Fact)
    ).

% What stays for the kernel: definitions, exports, kinds, measures, parameters, calendars,
% citations, controls.
forget_working_facts :-
    zko_lint:forget_graph,
    retractall(first_clause(_, _, _, _)),
    retractall(source_clause(_, _, _, _, _)),
    retractall(edge(_, _, _, _)),
    retractall(reading(_, _, _, _)),
    retractall(touching(_, _, _)),
    retractall(counting(_, _, _)),
    retractall(need(_, _, _)),
    retractall(named(_)).

forget_everything :-
    forget_working_facts,
    retractall(defined(_, _, _)),
    retractall(exported(_, _, _)),
    retractall(kind_declared(_, _, _)),
    retractall(kind_taken(_, _, _)),
    retractall(measure_declared(_, _)),
    retractall(parameter_declared(_, _, _)),
    retractall(parameter_for_declared(_, _, _, _)),
    retractall(control_set_declared(_, _, _)),
    retractall(calendar_declared(_, _, _, _)),
    retractall(citation_declared(_, _, _, _, _, _, _)),
    retractall(declaration(_)).
