:- module(zko_measures,
          [ function/4,         % +Term, +Where, +Pack, -Function
            window/6,           % +Term, +Where, +Pack, +Function, +Position, -Window
            options/6           % +Options, +Where, +Pack, +Function, +Window, -Settings
          ]).

:- use_module(library(lists)).
:- use_module(library(apply)).

:- import(zko_reader:argument_position/3).
:- import(zko_expression:condition/4).
:- import(zko_expression:number_expression/4).
:- import(zko_joins:join/4).
:- import(zko_joins:join_option/5).
:- import(zko_near:hint/3).

/** <module> The functions, windows and options of measure declarations

Function is f(Name, Inputs, Details): Inputs a list of input(Kind, Condition), Condition `none` or
the normal form of zko_expression; Details a list among value(E), divisor(E), by(Field),
from(Field), until(Field), period(Ns), in(Unit, Ns), share(P), ewma(Alpha), mad(N), warm_up(N),
unit(Text).
*/

%!  function(+Term, +Where, +Pack, -Function) is det.
%
%   @throws wrong(Where, Code, Format, Arguments)

function(Term, Where, Pack, Function) :-
    (   function_(Term, Where, Pack, Function)
    ->  true
    ;   callable(Term),
        functor(Term, Name, _),
        form(Name, Form)
    ->  throw(wrong(Where, 'rules.directive', "~w is written ~s", [Name, Form]))
    ;   throw(wrong(Where, 'rules.directive', "~p is no measure function", [Term]))
    ).

form(availability, "availability(KIND, CONDITION, every(N, UNIT))").
form(last, "last(KIND, EXPRESSION)").
form(Name, Form) :-
    memberchk(Name, [max,min,sum,mean]),
    format(string(Form), "~w(KIND, EXPRESSION[, CONDITION])", [Name]).
form(count, "count(KIND[, CONDITION])").
form(ratio, "ratio(KIND, GOOD, TOTAL[, CONDITION])").
form(all, "all(KIND, CONDITION) or all([KIND: CONDITION, ...])").
form(latest_all, "latest_all(KIND, KEY, CONDITION)").
form(response, "response(KIND, KEY, FROM, UNTIL[, CONDITION])").
form(resolution, "resolution(KIND)").
form(age, "age(KIND[, CONDITION])").
form(distinct, "distinct(KIND, FIELD[, CONDITION])").
form(rate, "rate(KIND, per(N, UNIT)[, CONDITION])").
form(sequence_gaps, "sequence_gaps(KIND, FIELD[, CONDITION])").
form(deviation, "deviation(KIND, EXPRESSION, ewma(ALPHA) or mad(N)[, CONDITION])").
form(percentile, "percentile(KIND, EXPRESSION, P[, CONDITION]) with the option bounds([B, ...])").
form(Name, Form) :-
    zko_joins:form(Name, Form).

function_(availability(Kind, Up, every(Count, Unit)), Where, Pack,
         f(availability, [input(Kind, Condition)], [period(Period)])) :-
    kind(1, Kind, Where, Pack, Fields),
    argument_position(2, Where, UpWhere),
    argument_position(3, Where, EveryWhere),
    condition(Up, UpWhere, Fields, Condition),
    zko_language:duration(Count, Unit, EveryWhere, Pack, Period).
function_(last(Kind, Expression), Where, Pack, f(last, [input(Kind, none)], Details)) :-
    valued(Kind, Expression, Where, Pack, Details).
function_(Folded, Where, Pack, f(Name, [input(Kind, Condition)], Details)) :-
    compound(Folded),
    compound_name_arguments(Folded, Name, [Kind,Expression|Rest]),
    memberchk(Name, [max,min,sum,mean]),
    valued(Kind, Expression, Where, Pack, Details),
    optional_condition(Rest, 3, Kind, Where, Pack, Condition).
function_(Counted, Where, Pack, f(count, [input(Kind, Condition)], [])) :-
    compound(Counted),
    compound_name_arguments(Counted, count, [Kind|Rest]),
    kind(1, Kind, Where, Pack, _),
    optional_condition(Rest, 2, Kind, Where, Pack, Condition).
function_(Ratio, Where, Pack, f(ratio, [input(Kind, Condition)], [value(Good),divisor(Total)])) :-
    compound(Ratio),
    compound_name_arguments(Ratio, ratio, [Kind,GoodTerm,TotalTerm|Rest]),
    kind(1, Kind, Where, Pack, Fields),
    argument_position(2, Where, GoodWhere),
    argument_position(3, Where, TotalWhere),
    number_expression(GoodTerm, GoodWhere, Fields, Good),
    number_expression(TotalTerm, TotalWhere, Fields, Total),
    optional_condition(Rest, 4, Kind, Where, Pack, Condition).
function_(all(Kind, Term), Where, Pack, f(all, [input(Kind, Condition)], [])) :-
    kind(1, Kind, Where, Pack, Fields),
    argument_position(2, Where, TermWhere),
    condition(Term, TermWhere, Fields, Condition).
function_(all(Terms), Where, Pack, f(all, Inputs, [])) :-
    is_list(Terms),
    Terms \== [],
    argument_position(1, Where, ListWhere),
    (   ListWhere = list_position(_, _, Positions, _)
    ->  true
    ;   same_length(Terms, Positions),
        maplist(=(ListWhere), Positions)
    ),
    kind_conditions(Terms, Positions, Pack, Inputs).
function_(latest_all(Kind, Key, Term), Where, Pack,
         f(latest_all, [input(Kind, Condition)], [by(Key)])) :-
    kind(1, Kind, Where, Pack, Fields),
    argument_position(2, Where, KeyWhere),
    field(Key, KeyWhere, Fields, _),
    argument_position(3, Where, TermWhere),
    condition(Term, TermWhere, Fields, Condition).
function_(Response, Where, Pack,
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
function_(resolution(Kind), Where, Pack, f(resolution, [input(Kind, none)], [unit("ns")])) :-
    kind(1, Kind, Where, Pack, _).
function_(Joined, Where, Pack, Function) :-
    join(Joined, Where, Pack, Function).

function_(Aged, Where, Pack, f(age, [input(Kind, Condition)], [in(s, 1_000_000_000)])) :-
    compound(Aged),
    compound_name_arguments(Aged, age, [Kind|Rest]),
    kind(1, Kind, Where, Pack, _),
    optional_condition(Rest, 2, Kind, Where, Pack, Condition).
function_(Distinct, Where, Pack, f(distinct, [input(Kind, Condition)], [value(field(Field))])) :-
    compound(Distinct),
    compound_name_arguments(Distinct, distinct, [Kind,Field|Rest]),
    kind(1, Kind, Where, Pack, Fields),
    argument_position(2, Where, FieldWhere),
    field(Field, FieldWhere, Fields, Type),
    (   Type == strings
    ->  throw(wrong(FieldWhere, 'rules.type', "~w is a list of strings, not one value", [Field]))
    ;   true
    ),
    optional_condition(Rest, 3, Kind, Where, Pack, Condition).
function_(Rate, Where, Pack, f(rate, [input(Kind, Condition)], [period(Ns),unit(Text)])) :-
    compound(Rate),
    compound_name_arguments(Rate, rate, [Kind,Per|Rest]),
    kind(1, Kind, Where, Pack, _),
    argument_position(2, Where, PerWhere),
    (   nonvar(Per),
        Per = per(Count, Unit)
    ->  zko_language:duration(Count, Unit, PerWhere, Pack, Ns)
    ;   throw(wrong(PerWhere, 'rules.directive', "~p is not of the form per(N, UNIT)", [Per]))
    ),
    (   Count == 1
    ->  format(string(Text), "per ~w", [Unit])
    ;   format(string(Text), "per ~w ~w", [Count, Unit])
    ),
    optional_condition(Rest, 3, Kind, Where, Pack, Condition).
function_(Percentile, Where, Pack,
          f(percentile, [input(Kind, Condition)], [share(Share)|Details])) :-
    compound(Percentile),
    compound_name_arguments(Percentile, percentile, [Kind,Expression,Share0|Rest]),
    valued(Kind, Expression, Where, Pack, Details),
    argument_position(3, Where, ShareWhere),
    zko_language:value_of(Share0, ShareWhere, Pack, Share),
    (   rational(Share, _, Denominator),
        Share > 0,
        Share =< 100,
        Denominator =< 1_000_000_000
    ->  true
    ;   throw(wrong(ShareWhere, 'rules.directive',
                    "~p is no percentile: a number above 0 and at most 100, say 99.9", [Share0]))
    ),
    optional_condition(Rest, 4, Kind, Where, Pack, Condition).

function_(Gaps, Where, Pack,
          f(sequence_gaps, [input(Kind, Condition)], [value(field(Field))])) :-
    compound(Gaps),
    compound_name_arguments(Gaps, sequence_gaps, [Kind,Field|Rest]),
    kind(1, Kind, Where, Pack, Fields),
    argument_position(2, Where, FieldWhere),
    field(Field, FieldWhere, Fields, Type),
    (   Type == integer
    ->  true
    ;   throw(wrong(FieldWhere, 'rules.type',
                    "~w is of type ~w, sequence numbers are integers", [Field, Type]))
    ),
    optional_condition(Rest, 3, Kind, Where, Pack, Condition).
function_(Deviation, Where, Pack, f(deviation, [input(Kind, Condition)], Details)) :-
    compound(Deviation),
    compound_name_arguments(Deviation, deviation, [Kind,Expression,Baseline|Rest]),
    valued(Kind, Expression, Where, Pack, [Value|_]),
    argument_position(3, Where, BaselineWhere),
    (   nonvar(Baseline),
        baseline(Baseline, WarmUp)
    ->  Details = [Value,Baseline,warm_up(WarmUp)]
    ;   throw(wrong(BaselineWhere, 'rules.directive',
                    "~p is neither ewma(ALPHA), 0 < ALPHA < 1, of at most 9 digits, nor mad(N), \c
                     3 to 1000",
                    [Baseline]))
    ),
    optional_condition(Rest, 4, Kind, Where, Pack, Condition).

% How a deviation's centre and spread are learned, and from how many observations at least.
baseline(ewma(Alpha), 30) :-
    rational(Alpha),
    Alpha > 0,
    Alpha < 1,
    Units is Alpha * 1_000_000_000,
    integer(Units).
baseline(mad(Count), Count) :-
    integer(Count),
    between(3, 1000, Count).

%!  window(+Term, +Where, +Pack, +Function, +Position, -Window) is det.
%
%   Window is the length of a sliding one in ns (0: the measure has none), tumbling(Ns) or
%   calendar(Period, OffsetNs, Name), Name '' where the term names no calendar. Term is `none` where
%   the declaration at Position has none.

window(none, _, _, Function, Position, 0) :-
    !,
    must(windowless(Function), Position, "this measure needs a window: over(90, d)", []).
window(Term, Where, Pack, Function, _, Window) :-
    nonvar(Term),
    window_(Term, Where, Pack, Kind, Window),
    !,
    must(\+ windowless(Function), Where,
         "this measure has no window: its latest value counts", []),
    Function = f(Name, _, _),
    must(takes(Name, Kind), Where, "~w does not take a ~w window", [Name, Kind]).
window(_, Where, _, _, _, _) :-
    throw(wrong(Where, 'rules.directive',
                "the window is written over(90, d), tumbling(5, min) or calendar(month)", [])).

window_(over(Count, Unit), Where, Pack, sliding, Ns) :-
    zko_language:duration(Count, Unit, Where, Pack, Ns).
window_(tumbling(Count, Unit), Where, Pack, tumbling, tumbling(Ns)) :-
    zko_language:duration(Count, Unit, Where, Pack, Ns),
    must(Ns >= 1_000_000_000, Where, "a tumbling window is at least 1 s long", []).
window_(calendar(Period), Where, _, calendar, calendar(Period, 0, '')) :-
    period(Period, Where).
window_(calendar(Period, Name), Where, _, calendar, calendar(Period, Ns, Name)) :-
    period(Period, Where),
    argument_position(2, Where, NameWhere),
    zko_calendars:calendar_known(Name, NameWhere),
    (   zko_gate:calendar_declared(Name, Minutes, _, _)
    ->  Ns is Minutes * 60_000_000_000
    ;   Ns = 0
    ).

period(Period, Where) :-
    must(( atom(Period), memberchk(Period, [day,week,month,quarter,year]) ), Where,
         "~p is no day, week, month, quarter or year", [Period]).

windowless(f(Name, _, _)) :-
    memberchk(Name, [last,latest_all,age]).

% A rate is over a time that is known beforehand; what runs on from one period into the next has
% sliding windows only.
takes(_, sliding).
takes(rate, tumbling).
takes(Name, Kind) :-
    memberchk(Kind, [tumbling,calendar]),
    memberchk(Name, [availability,count,sum,mean,min,max,ratio,all,distinct,percentile,
                     resolution]).

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
    ;   zko_expression:names_of(Fields, Names),
        zko_expression:no_field(Name, Where, Names)
    ).

time_field(Name, Where, Fields) :-
    field(Name, Where, Fields, Type),
    (   Type == time
    ->  true
    ;   throw(wrong(Where, 'rules.type', "~w is of type ~w, a time is needed", [Name, Type]))
    ).

%!  options(+Options, +Where, +Pack, +Function, +Window, -Settings) is det.
%
%   Settings is a list of by(Field), at_least(N), provisional_below(N), unit(Text), lateness(Ns),
%   stale_after(Ns), forget_after(Ns), greatest, in(Unit, Ns), bounds([Number, ...]), warm_up(N),
%   least_spread(Number), except(input(Kind, Condition), From, To).

options(Options, Where, Pack, Function, Window, Settings) :-
    (   Where = list_position(_, _, Positions, _)
    ->  true
    ;   same_length(Options, Positions),
        maplist(=(Where), Positions)
    ),
    options_(Options, Positions, Pack, Function, Settings),
    Function = f(Name, _, _),
    must(( Name == percentile -> memberchk(bounds(_), Settings) ; true ), Where,
         "a percentile needs the option bounds([B, ...])", []),
    must(within_lateness(Window, Settings), Where,
         "the lateness is at most 1500 times as long as a tumbling window", []).

% Each interval that events may still come for is kept.
within_lateness(tumbling(Ns), Settings) :-
    !,
    (   memberchk(lateness(Lateness), Settings)
    ->  Lateness =< 1_500 * Ns
    ;   true
    ).
within_lateness(_, _).

options_([], [], _, _, []).
options_([Option|Options], [Where|Positions], Pack, Function, [Setting|Settings]) :-
    (   nonvar(Option),
        option(Option, Where, Pack, Function, Setting)
    ->  true
    ;   ( callable(Option) -> functor(Option, Named, _) ; Named = [] ),
        hint(Named, [by,at_least,provisional_below,unit,lateness,stale_after,greatest,forget_after,
                     except,warm_up,least_spread,in,bounds,times,calendar,settled], Hint),
        throw(wrong(Where, 'rules.directive', "~p is no option of this measure~s", [Option, Hint]))
    ),
    functor(Setting, Name, Arity),
    functor(Same, Name, Arity),
    options_(Options, Positions, Pack, Function, Settings),
    (   memberchk(Same, Settings)
    ->  throw(wrong(Where, 'rules.directive', "option ~w is given twice", [Name]))
    ;   true
    ).

option(by(Key), Where, Pack, f(Name, [input(Kind, _)|_], _), by(Key)) :-
    memberchk(Name, [availability,last,age,sequence_gaps]),
    zko_language:known_kind(Kind, Where, Pack, Fields),
    field(Key, Where, Fields, _).
option(at_least(Count0), Where, Pack, Function, at_least(Count)) :-
    must(\+ latest(Function), Where,
         "at_least counts observations, and this measure knows the latest of each key only", []),
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
option(forget_after(Count, Unit), Where, Pack, f(age, _, _), forget_after(Ns)) :-
    zko_language:duration(Count, Unit, Where, Pack, Ns).
option(Except, Where, Pack, f(availability, _, _), except(input(Kind, Condition), From, To)) :-
    compound(Except),
    compound_name_arguments(Except, except, [Kind,From,To|Rest]),
    kind(1, Kind, Where, Pack, Fields),
    argument_position(2, Where, FromWhere),
    argument_position(3, Where, ToWhere),
    time_field(From, FromWhere, Fields),
    time_field(To, ToWhere, Fields),
    optional_condition(Rest, 4, Kind, Where, Pack, Condition).
option(warm_up(Count0), Where, Pack, f(deviation, _, _), warm_up(Count)) :-
    natural(Count0, Where, Pack, Count),
    must(Count > 0, Where, "a deviation needs an observation before it at least", []).
option(least_spread(Spread0), Where, Pack, f(deviation, _, _), least_spread(Spread)) :-
    zko_language:value_of(Spread0, Where, Pack, Spread),
    must(( rational(Spread), Spread > 0, Spread =< 1_000_000_000 ), Where,
         "~p is no spread: a positive number", [Spread0]).
option(in(Unit), Where, _, f(_, _, Details), in(Unit, Ns)) :-
    memberchk(in(_, _), Details),
    (   zko_language:unit_ns(Unit, Ns)
    ->  true
    ;   throw(wrong(Where, 'rules.directive', "~p is no unit: ns, us, ms, s, min, h or d", [Unit]))
    ).
option(bounds(Bounds0), Where, Pack, f(percentile, _, _), bounds(Bounds)) :-
    zko_language:value_of(Bounds0, Where, Pack, Bounds1),
    must(( is_list(Bounds1), Bounds1 \== [], length(Bounds1, Count), Count =< 64 ), Where,
         "bounds([B, ...]) is a list of 1 to 64 numbers", []),
    maplist(bound(Where, Pack), Bounds1, Bounds),
    must(sort(0, @<, Bounds, Bounds), Where, "each bound is greater than the one before", []).
option(Option, Where, Pack, Function, Setting) :-
    join_option(Option, Where, Pack, Function, Setting).

latest(f(Name, _, _)) :-
    memberchk(Name, [last,latest_all,response]).

bound(Where, Pack, Bound0, Bound) :-
    zko_language:value_of(Bound0, Where, Pack, Bound),
    must(rational(Bound), Where, "~p is no number", [Bound0]).

natural(Count0, Where, Pack, Count) :-
    zko_language:value_of(Count0, Where, Pack, Count),
    integer(Count),
    Count >= 0,
    Count =< 1_000_000_000_000.

:- meta_predicate must(0, +, +, +).

must(Goal, Where, Format, Arguments) :-
    (   call(Goal)
    ->  true
    ;   throw(wrong(Where, 'rules.directive', Format, Arguments))
    ).
