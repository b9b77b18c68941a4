:- module(zko_near,
          [ hint/3              % +Word, +Candidates, -Hint
          ]).

:- use_module(library(lists)).

/** <module> What a misspelt name was meant to be

A candidate is near when it takes one change of a character to get there, two where the word has
more than five characters, and none where it has but two; a change puts in, takes out, replaces or
swaps two neighbours.
*/

candidates_max(2_000).

%!  hint(+Word, +Candidates, -Hint) is det.
%
%   Hint is "; did you mean NAME?" of the nearest candidate, the first in standard order of equally
%   near ones, or "". Word is a name or NAME/ARITY, and so are the candidates; the arity counts for
%   nothing.

hint(Word, Candidates0, Hint) :-
    sort(Candidates0, Candidates),
    length(Candidates, Count),
    candidates_max(Max),
    (   Count =< Max,
        spelt(Word, Codes),
        changes(Codes, Changes),
        member(Candidate, Candidates),
        Candidate \== Word,
        spelt(Candidate, CandidateCodes),
        within(Codes, CandidateCodes, Changes)
    ->  format(string(Hint), "; did you mean ~w?", [Candidate])
    ;   Hint = ""
    ).

changes(Codes, Changes) :-
    length(Codes, Length),
    Length > 2,
    ( Length > 5 -> Most = 2 ; Most = 1 ),
    between(1, Most, Changes).

spelt(Word, Codes) :-
    nonvar(Word),
    ( Word = Name/_ -> true ; Name = Word ),
    atom(Name),
    atom_codes(Name, Codes).

within([Code|Left], [Code|Right], Changes) :-
    !,
    within(Left, Right, Changes).
within([], [], _) :-
    !.
within(Left, Right, Changes) :-
    Changes > 0,
    Fewer is Changes - 1,
    changed(Left, Right, LeftRest, RightRest),
    within(LeftRest, RightRest, Fewer),
    !.

changed([_|Left], [_|Right], Left, Right).
changed([_|Left], Right, Left, Right).
changed(Left, [_|Right], Left, Right).
changed([A,B|Left], [B,A|Right], Left, Right).
