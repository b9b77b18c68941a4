:- module(zko_citations,
          [ control_options/6   % +Options, +Where, +File, +Id, +Pack, -Properties
          ]).

:- use_module(library(lists)).

:- import(zko_near:hint/3).
:- import(zko_notes:note/5).
:- import(zko_notes:note/6).
:- import(zko_reader:argument_position/3).

/** <module> The options of a control

    title("..."), basis(target | regulation | standard | shape_regulation), version("1"),
    severity(low | medium | high | critical), status(experimental | stable | deprecated),
    for(N, Unit), clear_after(N, Unit), cites([Citation, ...]), prove(slot | event)
    Citation ::= "free text"
               | citation(Framework, Edition, Clause)
               | citation(Framework, Edition, Clause, [from(Date), until(Date), verified(Bool)])

`basis` says where the limit comes from: a report that prints an own target as a regulator's
requirement is wrong. With `shape_regulation` a regulation asks for the thing and leaves the number
to the operator. Properties is properties(Title, Basis, Version, CitationTexts, Proof, Details),
with Proof `slot`, `event` or `none`, and Details a list of severity(S), status(S),
unverified(Texts), the citations whose clause nobody has checked, for(Ns) and clear_after(Ns).
*/

control_options(Options, Where, File, Id, Pack,
                properties(Title, Basis, Version, Texts, Proof, Details)) :-
    known_options(Options, Where),
    (   place(title(Title0), Options, Where, TitleWhere)
    ->  text_string(Title0, TitleWhere, Title)
    ;   throw(wrong(Where, 'rules.directive', "control ~w needs title(\"...\")", [Id]))
    ),
    (   place(basis(Basis), Options, Where, BasisWhere)
    ->  one_of(basis, Basis, BasisWhere)
    ;   throw(wrong(Where, 'rules.directive',
                    "control ~w needs basis(target | regulation | standard | shape_regulation)",
                    [Id]))
    ),
    (   place(version(Version0), Options, Where, VersionWhere)
    ->  version(Version0, VersionWhere, Version)
    ;   Version = "1"
    ),
    proof(Options, Where, Id, Proof),
    cited(Options, Where, Citations),
    cited_texts(Citations, Id, Texts, Unverified),
    enough(Citations, Basis, Where, File, Id),
    chosen(severity, Options, Where, medium, Severity),
    chosen(status, Options, Where, stable, Status),
    waiting(for, Options, Where, Pack, For),
    waiting(clear_after, Options, Where, Pack, ClearAfter),
    Details = [severity(Severity),status(Status),unverified(Unverified),for(For),
               clear_after(ClearAfter)].

% How long a rule must fail or hold before the verdict follows it, 0 if not said.
waiting(Name, Options, Where, Pack, Ns) :-
    Option =.. [Name,Count,Unit],
    (   place(Option, Options, Where, Place)
    ->  zko_language:duration(Count, Unit, Place, Pack, Ns),
        waiting_max(Max),
        (   Ns =< Max
        ->  true
        ;   throw(wrong(Place, 'rules.directive', "~w waits for 366 days at most", [Name]))
        )
    ;   Ns = 0
    ).

waiting_max(31_622_400_000_000_000).    % 366 days

% An option with a fixed set of words.
chosen(Name, Options, Where, Default, Word) :-
    Option =.. [Name,Given],
    (   place(Option, Options, Where, Place)
    ->  one_of(Name, Given, Place),
        Word = Given
    ;   Word = Default
    ).

one_of(Name, Word, Where) :-
    words(Name, Words),
    (   atom(Word),
        memberchk(Word, Words)
    ->  true
    ;   atomic_list_concat(Words, ', ', Text),
        hint(Word, Words, Hint),
        throw(wrong(Where, 'rules.directive', "~w is one of ~w, not ~p~s",
                    [Name, Text, Word, Hint]))
    ).

words(basis, [target,regulation,standard,shape_regulation]).
words(severity, [low,medium,high,critical]).
words(status, [experimental,stable,deprecated]).

known_options(Options, Where) :-
    known_options(Options, 1, Where, []).

known_options([], _, _, _).
known_options([Option|Options], Index, Where, Seen) :-
    option_position(Index, Where, Place),
    (   nonvar(Option),
        functor(Option, Name, Arity),
        (   memberchk(Name/Arity, [title/1,basis/1,version/1,prove/1,severity/1,status/1,
                                   for/2,clear_after/2])
        ;   Name == cites,
            Arity > 0
        )
    ->  true
    ;   ( nonvar(Option) -> functor(Option, Named, _) ; Named = [] ),
        hint(Named, [title,basis,version,prove,severity,status,for,clear_after,cites], Hint),
        throw(wrong(Place, 'rules.directive', "~p is no option of a control~s", [Option, Hint]))
    ),
    (   Name \== cites,
        memberchk(Name, Seen)
    ->  throw(wrong(Place, 'rules.directive', "option ~w is given twice", [Name]))
    ;   true
    ),
    Next is Index + 1,
    known_options(Options, Next, Where, [Name|Seen]).

text_string(Text, _, String) :-
    ( string(Text) ; atom(Text), Text \== [] ),
    !,
    format(string(String), "~w", [Text]).
text_string(Text, Where, _) :-
    throw(wrong(Where, 'rules.directive', "~p is no text", [Text])).

version(Version, Where, Text) :-
    (   ( integer(Version) ; string(Version) ; atom(Version) )
    ->  format(string(Text), "~w", [Version])
    ;   throw(wrong(Where, 'rules.directive', "~p is no version", [Version]))
    ).

% How the control is proved in zero knowledge, if at all.
proof(Options, Where, Id, Proof) :-
    (   place(prove(Asked), Options, Where, Place)
    ->  (   atom(Asked),
            memberchk(Asked, [slot,event])
        ->  Proof = Asked
        ;   throw(wrong(Place, 'rules.directive',
                        "control ~w can be proved as prove(slot) or prove(event) and not otherwise",
                        [Id]))
        )
    ;   Proof = none
    ).

% Where the first option stands that is Option.
place(Option, Options, Where, Place) :-
    nth1(Index, Options, Option),
    !,
    option_position(Index, Where, Place).

option_position(Index, list_position(_, _, Positions, _), Place) :-
    nth1(Index, Positions, Place),
    !.
option_position(_, Where, Where).

% cites([A, B]) and cites(A, B) are the same. Each with its place.
cited(Options, Where, Citations) :-
    findall(Citation-Place,
            ( nth1(Index, Options, Option),
              compound_name_arguments(Option, cites, Arguments),
              option_position(Index, Where, OptionPlace),
              (   Arguments = [List],
                  is_list(List)
              ->  argument_position(1, OptionPlace, ListPlace),
                  nth1(Nth, List, Citation),
                  option_position(Nth, ListPlace, Place)
              ;   nth1(Nth, Arguments, Citation),
                  argument_position(Nth, OptionPlace, Place)
              )
            ),
            Citations).

cited_texts([], _, [], []).
cited_texts([Citation-Where|Citations], Id, [Text|Texts], Unverified) :-
    (   citation(Citation, Framework, Edition, Clause, From, Until, Verified)
    ->  zko_gate:remember(citation_declared(Framework, Edition, Clause, Id, From, Until, Verified)),
        citation_text(Framework, Edition, Clause, From, Until, Verified, Text),
        ( Verified == true -> Unverified = Rest ; Unverified = [Text|Rest] )
    ;   throw(wrong(Where, 'rules.directive',
                    "~p is no citation: a string or citation(Framework, Edition, Clause)",
                    [Citation]))
    ),
    cited_texts(Citations, Id, Texts, Rest).

citation(Text, Text, "", "", "", open, true) :-
    string(Text),
    Text \== "",
    !.
citation(citation(Framework, Edition, Clause), Framework, Edition, Clause, "", open, true) :-
    strings([Framework,Edition,Clause]).
citation(citation(Framework, Edition, Clause, Options), Framework, Edition, Clause, From, Until,
         Verified) :-
    strings([Framework,Edition,Clause]),
    is_list(Options),
    ground(Options),
    dated(from(From), Options, ""),
    dated(until(Until), Options, open),
    (   memberchk(verified(Verified), Options)
    ->  memberchk(Verified, [true,false])
    ;   Verified = true
    ),
    forall(member(Option, Options),
           ( functor(Option, Name, 1),
             memberchk(Name, [from,until,verified])
           )).

dated(Option, Options, Default) :-
    arg(1, Option, Date),
    (   memberchk(Option, Options)
    ->  string(Date),
        string_length(Date, 10)
    ;   Date = Default
    ).

strings(Texts) :-
    forall(member(Text, Texts),
           string(Text)).

citation_text(Framework, Edition, Clause, From, Until, Verified, Text) :-
    findall(Part,
            ( (   Edition \== "",
                  format(string(Part), " (~s)", [Edition])
              )
            ; (   Clause \== "",
                  format(string(Part), ", ~s", [Clause])
              )
            ; (   From \== "",
                  format(string(Part), ", from ~s", [From])
              )
            ; (   Until \== open,
                  format(string(Part), ", until ~s", [Until])
              )
            ; (   Verified == false,
                  Part = " [clause not verified]"
              )
            ),
            Parts),
    atomic_list_concat([Framework|Parts], Atom),
    atom_string(Atom, Text).

enough([], target, Where, File, Id) :-
    !,
    note(File, Where, warning, 'rules.missing_citation', "control ~w cites nothing", [Id]).
enough([], Basis, Where, File, Id) :-
    !,
    note(File, Where, 'rules.missing_citation',
         "control ~w has basis ~w and cites nothing", [Id, Basis]).
enough(_, _, _, _, _).
