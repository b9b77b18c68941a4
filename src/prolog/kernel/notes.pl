:- module(zko_notes,
          [ note/5,             % +File, +Where, +Code, +Format, +Arguments
            note/6,             % +File, +Where, +Severity, +Code, +Format, +Arguments
            lost/1,             % +File
            take_notes/1,       % -Diagnostics
            refused/0,
            clear_notes/0,
            offset_line_column/4,  % +File, +Offset, -Line, -Column
            remember_text/2,    % +File, +Text
            position_start/2    % +Position, -Offset
          ]).

/** <module> What the gate has to say about a pack

A note has a place, given as a character offset or a subterm position of read_term/2. Notes are
collected while the gate works, at most 200 (2,000 of a lint), and taken out as
diagnostic(File, Line, Column, Severity, Code, Text) in the order of the text.

Of a file that lost a clause it is not said what is undefined: that clause may define it. Nor is it
said of refused rules that a control reads no measure: what was refused may be what reads it.
*/

:- use_module(library(lists)).
:- use_module(library(aggregate)).

:- dynamic text/2, noted/5, lost_clause/1.

notes_max(Max) :-
    (   zko_lint:linting
    ->  Max = 2_000
    ;   Max = 200
    ).

note(File, Where, Code, Format, Arguments) :-
    note(File, Where, error, Code, Format, Arguments).

note(File, Where, Severity, Code, Format, Arguments) :-
    position_start(Where, Offset),
    aggregate_all(count, noted(_, _, _, _, _), Count),
    notes_max(Max),
    (   (   Count < Max
        ;   Severity == error,
            \+ noted(_, _, error, _, _)
        )
    ->  format(string(Text), Format, Arguments),
        (   noted(File, Offset, Severity, Code, Text)
        ->  true
        ;   assertz(noted(File, Offset, Severity, Code, Text))
        )
    ;   true
    ).

%!  lost(+File) is det.
%
%   A clause or declaration of File could not be read, which has been noted.

lost(File) :-
    (   lost_clause(File)
    ->  true
    ;   assertz(lost_clause(File))
    ).

follows(File, 'rules.undefined') :-
    lost_clause(File).
follows(_, 'rules.constant') :-
    refused.

take_notes(Diagnostics) :-
    findall(File-Offset-note(Severity, Code, Text),
            ( noted(File, Offset, Severity, Code, Text),
              \+ follows(File, Code)
            ),
            Notes),
    msort(Notes, Sorted),
    findall(diagnostic(File, Line, Column, Severity, Code, Text),
            ( member(File-Offset-note(Severity, Code, Text), Sorted),
              offset_line_column(File, Offset, Line, Column)
            ),
            Diagnostics).

refused :-
    noted(_, _, error, _, _),
    !.

clear_notes :-
    retractall(noted(_, _, _, _, _)),
    retractall(lost_clause(_)),
    retractall(text(_, _)),
    retractall(lines(_, _, _)).

remember_text(File, Text) :-
    assertz(text(File, Text)).

%!  offset_line_column(+File, +Offset, -Line, -Column) is det.
%
%   Both from 1, in characters; a note about the whole file (offset -1) stands at its beginning, one
%   about the bundle (no file) at 0 and 0.

offset_line_column("", -1, 0, 0) :-
    !.
offset_line_column(_, -1, 1, 1) :-
    !.
offset_line_column(File, Offset, Line, Column) :-
    line_starts(File, Starts, Length),
    between(0, Length, Offset),
    !,
    compound_name_arity(Starts, _, Count),
    line_of(1, Count, Starts, Offset, Line),
    arg(Line, Starts, Start),
    Column is Offset - Start + 1.
offset_line_column(_, _, 0, 0).

:- dynamic lines/3.         % File, starts(Offset, ...), Length: made when first asked for

% The offset at which each line begins.
line_starts(File, Starts, Length) :-
    lines(File, Starts, Length),
    !.
line_starts(File, Starts, Length) :-
    text(File, Text),
    !,
    split_string(Text, "\n", "", Lines),
    starts(Lines, 0, Offsets),
    compound_name_arguments(Starts, starts, Offsets),
    string_length(Text, Length),
    assertz(lines(File, Starts, Length)).

starts([], _, []).
starts([Line|Lines], Start, [Start|Starts]) :-
    string_length(Line, Length),
    Next is Start + Length + 1,
    starts(Lines, Next, Starts).

% The last line of Low to High that begins at Offset or before it.
line_of(Line, Line, _, _, Line) :-
    !.
line_of(Low, High, Starts, Offset, Line) :-
    Middle is (Low + High + 1) // 2,
    arg(Middle, Starts, Start),
    (   Start =< Offset
    ->  line_of(Middle, High, Starts, Offset, Line)
    ;   Below is Middle - 1,
        line_of(Low, Below, Starts, Offset, Line)
    ).

position_start(Offset, Offset) :-
    integer(Offset),
    !.
position_start(Position, -1) :-
    var(Position),
    !.
position_start(From-_, From) :-
    !.
position_start(Position, From) :-
    arg(1, Position, From),
    integer(From),
    !.
position_start(_, -1).
