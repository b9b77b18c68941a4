:- module(zko_waivers,
          [ waiver_declaration/5    % +ControlId, +System, +Options, +Position, +Here
          ]).

:- use_module(library(lists)).
:- use_module(library(aggregate)).

:- import(zko_reader:argument_position/3).
:- import(zko_language:must/4).

/** <module> Waivers: a named person answers for a control that does not hold, until a day

    :- waiver('telecoms.redundancy', lab, [ owner("A. Engineer"), reason("second site in spring"),
                                            until("2026-06-30"), from("2026-01-01"),
                                            approved_by("Change board, minutes 12") ]).

A waiver changes no verdict: it is shown beside one. A pack may waive controls of any pack.
*/

waivers_max(10_000).

%!  waiver_declaration(+ControlId, +System, +Options, +Position, +Here) is det.

waiver_declaration(Id, System, Options, Position, here(File, Pack, Start)) :-
    argument_position(1, Position, IdWhere),
    argument_position(2, Position, SystemWhere),
    argument_position(3, Position, Where),
    (   atom(Id),
        zko_gate:declaration(control(Id, _, _, _, _, _))
    ->  true
    ;   findall(Known, zko_gate:declaration(control(Known, _, _, _, _, _)), Controls),
        zko_near:hint(Id, Controls, Hint),
        throw(wrong(IdWhere, 'rules.undefined', "control ~w is not declared~s", [Id, Hint]))
    ),
    must(( ( atom(System) ; string(System) ), System \== '', System \== "" ), SystemWhere,
         "a system is named by an atom or a string", []),
    atom_string(Name, System),
    must(is_list(Options), Where, "the options are a list", []),
    zko_calendars:option_places(Options, Where, Places),
    known(Places),
    needed(owner, Places, Where, Owner),
    needed(reason, Places, Where, Reason),
    needed(until, Places, Where, UntilText),
    instant(until, UntilText, Places, end, Until),
    (   memberchk(from(FromText)-_, Places)
    ->  instant(from, FromText, Places, start, From)
    ;   From = -9_223_372_036_854_775_808
    ),
    ( memberchk(approved_by(Approver)-_, Places) -> true ; Approver = "" ),
    must(From < Until, Where, "this waiver ends before it begins", []),
    (   zko_gate:declaration(waiver(Id, Name, _, _, _, OtherFrom, OtherUntil, _, _, _)),
        From < OtherUntil,
        OtherFrom < Until
    ->  throw(wrong(Position, 'rules.duplicate_id',
                    "control ~w of system ~w has another waiver at that time", [Id, Name]))
    ;   true
    ),
    aggregate_all(count, zko_gate:declaration(waiver(_, _, _, _, _, _, _, _, _, _)), Count),
    waivers_max(Max),
    must(Count < Max, Position, "a bundle has at most ~D waivers", [Max]),
    zko_notes:position_start(Start, Offset),
    zko_notes:offset_line_column(File, Offset, Line, _),
    zko_language:store(waiver(Id, Name, Owner, Reason, Approver, From, Until, Pack, File, Line)).

known([]).
known([Option-Where|Places]) :-
    must(( nonvar(Option), functor(Option, Name, 1),
           memberchk(Name, [owner,reason,until,from,approved_by])
         ), Where,
         "~p is no option of a waiver: owner, reason, until, from, approved_by are", [Option]),
    functor(Option, Name, _),
    arg(1, Option, Text),
    must(( string(Text), string_length(Text, Length), between(1, 500, Length) ), Where,
         "~w(\"...\") is a text of 1 to 500 characters", [Name]),
    functor(Same, Name, 1),
    must(\+ memberchk(Same-_, Places), Where, "option ~w is given twice", [Name]),
    known(Places).

needed(Name, Places, Where, Text) :-
    Option =.. [Name,Text],
    (   memberchk(Option-_, Places)
    ->  true
    ;   throw(wrong(Where, 'rules.directive', "a waiver needs ~w(\"...\")", [Name]))
    ).

% A date stands for its beginning in from(...), and for its end in until(...), in UTC.
instant(Name, Text, Places, Side, Ns) :-
    Option =.. [Name,Text],
    memberchk(Option-Where, Places),
    (   zko_host:instant(Text, Ns)
    ->  true
    ;   zko_host:civil_days(Text, Day)
    ->  ( Side == end -> At is Day + 1 ; At = Day ),
        Ns is At * 86_400_000_000_000
    ;   throw(wrong(Where, 'rules.directive',
                    "~p is no time: \"YYYY-MM-DD\" or RFC 3339 is expected", [Text]))
    ).
