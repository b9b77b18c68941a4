:- module(zko_measures,
          [ function/4,         % +Term, +Where, +Pack, -Function
            options/5,          % +Options, +Where, +Pack, +Function, -Settings
            windowless/1        % +Function
          ]).

:- use_module(library(lists)).
:- use_module(library(apply)).

:- import(zko_reader:argument_position/3).
:- import(zko_expression:condition/4).
:- import(zko_expression:number_expression/4).

/** <module> The functions and options of measure declarations

Function is f(Name, Inputs, Details): Inputs a list of input(Kind, Condition), Condition `none` or
the normal form of zko_expression; Details a list among value(E), divisor(E), by(Field),
from(Field), until(Field), period(Ns), unit(Text).
*/

function(availability(Kind, Up, every(Count, Unit)), Where, Pack,
         f(availability, [input(Kind, Condition)], [period(Period)])) :-
    kind(1, Kind, Where, Pack, Fields),
    argument_position(2, Where, UpWhere),
    argument_position(3, Where, EveryWhere),
    condition(Up, UpWhere, Fields, Condition),
    zko_language:duration(Count, Unit, EveryWhere, Pack, Period).
function(last(Kind, Expression), Where, Pack, f(last, [input(Kind, none)], Details)) :-
    valued(Kind, Expression, Where, Pack, Details).
function(Folded, Where, Pack, f(Name, [input(Kind, Condition)], Details)) :-
    compound(Folded),
    compound_name_arguments(Folded, Name, [Kind,Expression|Rest]),
    memberchk(Name, [max,min,sum,mean]),
    valued(Kind, Expression, Where, Pack, Details),
    optional_condition(Rest, 3, Kind, Where, Pack, Condition).
function(Counted, Where, Pack, f(count, [input(Kind, Condition)], [])) :-
    compound(Counted),
    compound_name_arguments(Counted, count, [Kind|Rest]),
    kind(1, Kind, Where, Pack, _),
    optional_condition(Rest, 2, Kind, Where, Pack, Condition).
function(Ratio, Where, Pack, f(ratio, [input(Kind, Condition)], [value(Good),divisor(Total)])) :-
    compound(Ratio),
    compound_name_arguments(Ratio, ratio, [Kind,GoodTerm,TotalTerm|Rest]),
    kind(1, Kind, Where, Pack, Fields),
    argument_position(2, Where, GoodWhere),
    argument_position(3, Where, TotalWhere),
    number_expression(GoodTerm, GoodWhere, Fields, Good),
    number_expression(TotalTerm, TotalWhere, Fields, Total),
    optional_condition(Rest, 4, Kind, Where, Pack, Condition).
function(all(Kind, Term), Where, Pack, f(all, [input(Kind, Condition)], [])) :-
    kind(1, Kind, Where, Pack, Fields),
    argument_position(2, Where, TermWhere),
    condition(Term, TermWhere, Fields, Condition).
function(all(Terms), Where, Pack, f(all, Inputs, [])) :-
    is_list(Terms),
    Terms \== [],
    argument_position(1, Where, ListWhere),
    (   ListWhere = list_position(_, _, Positions, _)
    ->  true
    ;   same_length(Terms, Positions),
        maplist(=(ListWhere), Positions)
    ),
    kind_conditions(Terms, Positions, Pack, Inputs).
function(latest_all(Kind, Key, Term), Where, Pack,
         f(latest_all, [input(Kind, Condition)], [by(Key)])) :-
    kind(1, Kind, Where, Pack, Fields),
    argument_position(2, Where, KeyWhere),
    field(Key, KeyWhere, Fields, _),
    argument_position(3, Where, TermWhere),
    condition(Term, TermWhere, Fields, Condition).
function(Response, Where, Pack,
         f(response, [input(Kind, Condition)], [by(Key),from(From),until(Until),unit("min")])) :-
    compound(Response),
    compound_name_arguments(Response, response, [Kind,Key,From,Until|Rest]),
    kind(1, Kind, Where, Pack, Fields),
    argument_position(2, Where, KeyWhere),
    argument_position(3, Where, FromWhere),
    argument_position(4, Where, UntilWhere),
    field(Key, KeyWhere, Fields, _),
    time_field(From, FromWhere, Fields),
    time_field(Until, UntilWhere, Fields),
    optional_condition(Rest, 5, Kind, Where, Pack, Condition).
function(resolution(Kind), Where, Pack, f(resolution, [input(Kind, none)], [unit("ns")])) :-
    kind(1, Kind, Where, Pack, _).

windowless(f(last, _, _)).
windowless(f(latest_all, _, _)).

kind(Index, Kind, Where, Pack, Fields) :-
    argument_position(Index, Where, KindWhere),
    zko_language:known_kind(Kind, KindWhere, Pack, Fields).

valued(Kind, Expression, Where, Pack, [value(Value)|Unit]) :-
    kind(1, Kind, Where, Pack, Fields),
    argument_position(2, Where, ExpressionWhere),
    number_expression(Expression, ExpressionWhere, Fields, Value),
    (   atom(Expression),
        unit_of_name(Expression, Text)
    ->  Unit = [unit(Text)]
    ;   Unit = []
    ).

% duration_ms is in ms.
unit_of_name(Name, Unit) :-
    atomic_list_concat(Parts, '_', Name),
    Parts = [_,_|_],
    last(Parts, Suffix),
    memberchk(Suffix, [ns,us,ms,s,min,h,d]),
    atom_string(Suffix, Unit).

optional_condition([], _, _, _, _, none).
optional_condition([Term], Index, Kind, Where, Pack, Condition) :-
    kind(1, Kind, Where, Pack, Fields),
    argument_position(Index, Where, TermWhere),
    condition(Term, TermWhere, Fields, Condition).

% trade: segregated = true is (trade:segregated) = true to the reader.
kind_conditions([], [], _, []).
kind_conditions([Term|Terms], [Where|Positions], Pack, [input(Kind, Condition)|Inputs]) :-
    (   nonvar(Term),
        kind_condition(Term, Kind, Inner)
    ->  true
    ;   throw(wrong(Where, 'rules.directive', "~p is not of the form KIND: CONDITION", [Term]))
    ),
    zko_language:known_kind(Kind, Where, Pack, Fields),
    inner_position(Term, Where, InnerWhere),
    condition(Inner, InnerWhere, Fields, Condition),
    kind_conditions(Terms, Positions, Pack, Inputs).

kind_condition(Kind:Condition, Kind, Condition) :-
    !.
kind_condition(Comparison, Kind, Condition) :-
    compound(Comparison),
    Comparison =.. [Op,Left,Right],
    nonvar(Left),
    Left = Kind:Expression,
    Condition =.. [Op,Expression,Right].

inner_position(_:_, Where, Inner) :-
    !,
    argument_position(2, Where, Inner).
inner_position(_, term_position(From, To, _, _, [Left,Right]),
               term_position(From, To, From, To, [Inner,Right])) :-
    !,
    argument_position(2, Left, Inner).
inner_position(_, Where, Where).

field(Name, Where, Fields, Type) :-
    (   atom(Name),
        memberchk(field(Name, Type, _, _, _, _), Fields)
    ->  true
    ;   throw(wrong(Where, 'rules.undefined', "~p is no field of this kind", [Name]))
    ).

time_field(Name, Where, Fields) :-
    field(Name, Where, Fields, Type),
    (   Type == time
    ->  true
    ;   throw(wrong(Where, 'rules.type', "~w is of type ~w, a time is needed", [Name, Type]))
    ).

%!  options(+Options, +Where, +Pack, +Function, -Settings) is det.
%
%   Settings is a list of by(Field), at_least(N), provisional_below(N), unit(Text), lateness(Ns),
%   stale_after(Ns), greatest.

options(Options, Where, Pack, Function, Settings) :-
    (   Where = list_position(_, _, Positions, _)
    ->  true
    ;   same_length(Options, Positions),
        maplist(=(Where), Positions)
    ),
    options_(Options, Positions, Pack, Function, Settings).

options_([], [], _, _, []).
options_([Option|Options], [Where|Positions], Pack, Function, [Setting|Settings]) :-
    (   nonvar(Option),
        option(Option, Where, Pack, Function, Setting)
    ->  true
    ;   throw(wrong(Where, 'rules.directive', "~p is no option of this measure", [Option]))
    ),
    functor(Setting, Name, Arity),
    functor(Same, Name, Arity),
    options_(Options, Positions, Pack, Function, Settings),
    (   memberchk(Same, Settings)
    ->  throw(wrong(Where, 'rules.directive', "option ~w is given twice", [Name]))
    ;   true
    ).

option(by(Key), Where, Pack, f(Name, [input(Kind, _)|_], _), by(Key)) :-
    memberchk(Name, [availability,last]),
    zko_language:known_kind(Kind, Where, Pack, Fields),
    field(Key, Where, Fields, _).
option(at_least(Count0), Where, Pack, _, at_least(Count)) :-
    natural(Count0, Where, Pack, Count).
option(provisional_below(Count0), Where, Pack, _, provisional_below(Count)) :-
    natural(Count0, Where, Pack, Count).
option(unit(Unit), _, _, _, unit(Text)) :-
    ( atom(Unit) ; string(Unit) ),
    !,
    atom_string(Unit, Text).
option(lateness(Count, Unit), Where, Pack, _, lateness(Ns)) :-
    zko_language:duration(Count, Unit, Where, Pack, Ns).
option(stale_after(Count, Unit), Where, Pack, f(last, _, _), stale_after(Ns)) :-
    zko_language:duration(Count, Unit, Where, Pack, Ns).
option(greatest, _, _, f(last, _, _), greatest).

natural(Count0, Where, Pack, Count) :-
    zko_language:value_of(Count0, Where, Pack, Count),
    integer(Count),
    Count >= 0,
    Count =< 1_000_000_000_000.
