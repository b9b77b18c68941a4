:- module(zko_calendars,
          [ calendar_declaration/4, % +Name, +Options, +Position, +Here
            calendar_known/2,   % +Name, +Where
            working_days/4,     % +Calendar, +FromNs, +ToNs, -Days
            working_minutes/4,  % +Calendar, +FromNs, +ToNs, -Minutes
            days_between/4,     % +Calendar, +FromNs, +ToNs, -Days
            months_between/4,   % +Calendar, +FromNs, +ToNs, -Months
            calendar_date/3,    % +Calendar, +Ns, -Date
            due/5               % +Calendar, +FromNs, +Count, +Unit, -DueNs
          ]).

:- use_module(library(lists)).

:- import(zko_reader:argument_position/3).

/** <module> Calendars: their declaration, and what rules ask of them

    :- calendar(Name, [zone("+01:00"), work([mon-fri], "09:00", "17:30"),
                       holidays(["2026-12-25"]), source("...")]).

A calendar belongs to the whole bundle. `utc` is always there: no holidays, and all time is working
time. Days, months and working time are counted by include/overlord/base/calendar.hpp and nothing
else; here is only what reads a declaration and checks arguments.
*/

holidays_max(5_000).

%!  calendar_declaration(+Name, +Options, +Position, +Here) is det.

calendar_declaration(Name, Options, Position, here(File, Pack, Start)) :-
    argument_position(1, Position, NameWhere),
    argument_position(2, Position, Where),
    must(( atom(Name), zko_gate:plain_name(Name) ), NameWhere,
         "a calendar's name is made of a-z, 0-9 and _, at most 64 of them", []),
    must(Name \== utc, NameWhere, "the calendar utc is there already", []),
    zko_language:unique(calendar(Name), NameWhere, "calendar ~w is declared twice", [Name]),
    must(is_list(Options), Where, "the options are a list", []),
    option_places(Options, Where, Places),
    once_each(Options, Places),
    ( memberchk(zone(Zone)-ZoneWhere, Places) -> offset(Zone, ZoneWhere, Offset) ; Offset = 0 ),
    findall(work(Days, From, To)-Place, member(work(Days, From, To)-Place, Places), Works),
    work_hours(Works, [], Hours),
    (   memberchk(holidays(Dates)-DatesWhere, Places)
    ->  holidays(Dates, DatesWhere, Holidays)
    ;   Holidays = []
    ),
    (   memberchk(source(Source)-SourceWhere, Places)
    ->  must(( string(Source), Source \== "" ), SourceWhere, "source(\"...\") is a text", [])
    ;   Source = ""
    ),
    zko_notes:position_start(Start, Begin),
    zko_notes:offset_line_column(File, Begin, Line, _),
    zko_gate:remember(calendar_declared(Name, Offset, Hours, Holidays)),
    zko_language:store(calendar(Name, Pack, Offset, Hours, Holidays, Source, File, Line)).

option_places([], _, []).
option_places(Options, list_position(_, _, Positions, _), Places) :-
    !,
    pair(Options, Positions, Places).
option_places([Option|Options], Where, [Option-Where|Places]) :-
    option_places(Options, Where, Places).

pair([], _, []).
pair([Option|Options], [Position|Positions], [Option-Position|Places]) :-
    pair(Options, Positions, Places).

once_each([], _).
once_each([Option|Options], [_-Where|Places]) :-
    must(( nonvar(Option), functor(Option, Name, Arity),
           memberchk(Name/Arity, [zone/1,work/3,holidays/1,source/1])
         ), Where,
         "~p is no option of a calendar: zone, work, holidays and source are", [Option]),
    functor(Option, Name, Arity),
    functor(Same, Name, Arity),
    must(( Name == work ; \+ memberchk(Same, Options) ), Where,
         "option ~w is given twice", [Name]),
    once_each(Options, Places).

% "+01:00", "-03:30", "Z".
offset(Zone, Where, Offset) :-
    (   zone_offset(Zone, Offset)
    ->  true
    ;   throw(wrong(Where, 'rules.directive',
                    "~p is no fixed offset from UTC: zone(\"+01:00\") or zone(\"Z\")", [Zone]))
    ).

zone_offset(Zone, 0) :-
    Zone == "Z",
    !.
zone_offset(Zone, Offset) :-
    string(Zone),
    string_length(Zone, 6),
    sub_string(Zone, 0, 1, _, Sign),
    sub_string(Zone, 1, 5, _, Clock),
    clock(Clock, Minutes),
    Minutes < 1440,
    (   Sign == "+"
    ->  Offset = Minutes
    ;   Sign == "-",
        Offset is -Minutes
    ).

% "17:30" is the 1050th minute of the day, "24:00" its end.
clock(Text, Minutes) :-
    string(Text),
    string_codes(Text, [A,B,0':,C,D]),
    forall(member(Digit, [A,B,C,D]),
           between(0'0, 0'9, Digit)),
    Hour is (A - 0'0) * 10 + B - 0'0,
    Minute is (C - 0'0) * 10 + D - 0'0,
    Minute < 60,
    Minutes is Hour * 60 + Minute,
    Minutes =< 1440.

% Hours is a list of hours(Weekday, FromMinute, ToMinute), Weekday 0 on Mondays.
work_hours([], Hours, Sorted) :-
    msort(Hours, Sorted).
work_hours([work(Days, From, To)-Where|Works], Hours0, Sorted) :-
    (   clock(From, FromMinute),
        clock(To, ToMinute),
        FromMinute < ToMinute
    ->  true
    ;   throw(wrong(Where, 'rules.directive',
                    "~p to ~p are no working hours: \"09:00\", \"17:30\"", [From, To]))
    ),
    (   is_list(Days),
        Days \== [],
        weekdays(Days, Numbers)
    ->  true
    ;   throw(wrong(Where, 'rules.directive',
                    "~p are no weekdays: a list of mon, tue, wed, thu, fri, sat, sun, mon-fri",
                    [Days]))
    ),
    findall(hours(Number, FromMinute, ToMinute), member(Number, Numbers), New),
    (   member(hours(Number, A, B), New),
        append(Others, [hours(Number, A, B)|After], New),
        (   member(hours(Number, OtherA, OtherB), Hours0)
        ;   member(hours(Number, OtherA, OtherB), Others)
        ;   member(hours(Number, OtherA, OtherB), After)
        ),
        A < OtherB,
        OtherA < B
    ->  throw(wrong(Where, 'rules.directive', "these hours overlap with others of that day", []))
    ;   append(Hours0, New, Hours),
        work_hours(Works, Hours, Sorted)
    ).

weekdays([], []).
weekdays([Day|Days], Numbers) :-
    nonvar(Day),
    (   Day = First-Last
    ->  weekday(First, From),
        weekday(Last, To),
        From =< To,
        numlist(From, To, Here)
    ;   weekday(Day, Number),
        Here = [Number]
    ),
    weekdays(Days, Rest),
    append(Here, Rest, Numbers).

weekday(Day, Number) :-
    atom(Day),
    nth0(Number, [mon,tue,wed,thu,fri,sat,sun], Day),
    !.

holidays(Dates, Where, Days) :-
    must(is_list(Dates), Where, "holidays([\"2026-12-25\", ...]) is a list", []),
    length(Dates, Count),
    holidays_max(Max),
    must(Count =< Max, Where, "a calendar has at most ~D holidays", [Max]),
    argument_position(1, Where, ListWhere),
    option_places(Dates, ListWhere, Places),
    holiday_days(Places, Found),
    sort(Found, Days).

holiday_days([], []).
holiday_days([Date-Where|Places], [Day|Days]) :-
    (   string(Date),
        zko_host:civil_days(Date, Day)
    ->  true
    ;   throw(wrong(Where, 'rules.directive',
                    "~p is no date: \"YYYY-MM-DD\" is expected", [Date]))
    ),
    holiday_days(Places, Days),
    (   memberchk(Day, Days)
    ->  throw(wrong(Where, 'rules.duplicate_id', "holiday ~w is given twice", [Date]))
    ;   true
    ).

%!  calendar_known(+Name, +Where) is det.
%
%   For a declaration that takes calendar(Name). Throws wrong(...) where there is none.

calendar_known(Name, Where) :-
    (   declared(Name)
    ->  true
    ;   throw(wrong(Where, 'rules.undefined', "calendar ~p is not declared", [Name]))
    ).

%!  declared(+Name) is semidet.

declared(Name) :-
    atom(Name),
    (   Name == utc
    ;   zko_gate:calendar_declared(Name, _, _, _)
    ),
    !.

%!  working_days(+Calendar, +FromNs, +ToNs, -Days) is det.
%
%   Working days after the day of FromNs, up to the day of ToNs; negative where that is before.
%
%   @error existence_error(calendar, Calendar), type_error(integer, Ns)

working_days(Calendar, From, To, Days) :-
    count(working_days, Calendar, From, To, Days).

%!  working_minutes(+Calendar, +FromNs, +ToNs, -Minutes) is det.
%
%   Working time between two instants in minutes, an exact number.

working_minutes(Calendar, From, To, Minutes) :-
    count(working_time, Calendar, From, To, Ns),
    Minutes is Ns rdiv 60_000_000_000.

%!  days_between(+Calendar, +FromNs, +ToNs, -Days) is det.

days_between(Calendar, From, To, Days) :-
    count(days_between, Calendar, From, To, Days).

%!  months_between(+Calendar, +FromNs, +ToNs, -Months) is det.
%
%   Whole months between the two dates, rounded towards zero.

months_between(Calendar, From, To, Months) :-
    count(months_between, Calendar, From, To, Months).

%!  calendar_date(+Calendar, +Ns, -Date) is det.
%
%   Date = date(Year, Month, Day).

calendar_date(Calendar, Ns, Date) :-
    there(Calendar),
    instant(Ns),
    zko_host:calendar_date(Calendar, Ns, Date).

%!  due(+Calendar, +FromNs, +Count, +Unit, -DueNs) is det.
%
%   When something is due that was asked for at FromNs. Unit is s, min or h of working time;
%   working_days, which end with the day; days, months or years, at the same time of the day.

due(Calendar, From, Count, Unit, Due) :-
    there(Calendar),
    instant(From),
    amount(Unit, Count, What, Amount),
    (   zko_host:calendar_after(What, Calendar, From, Amount, Found)
    ->  Due = Found
    ;   throw(error(zko("the due date is beyond the year 2262"), _))
    ).

amount(Unit, _, _, _) :-
    var(Unit),
    throw(error(instantiation_error, _)).
amount(Unit, Count, What, Amount) :-
    (   rational(Count)
    ->  true
    ;   zko_guard:inexact(Count)
    ),
    (   unit(Unit, What, Factor)
    ->  true
    ;   throw(error(domain_error(calendar_unit, Unit), _))
    ),
    Amount is Count * Factor,
    (   integer(Amount),
        Amount >= 0
    ->  true
    ;   throw(error(type_error(not_less_than_zero, Count), _))
    ).

unit(s, working_time, 1_000_000_000).
unit(min, working_time, 60_000_000_000).
unit(h, working_time, 3_600_000_000_000).
unit(working_days, working_days, 1).
unit(days, days, 1).
unit(months, months, 1).
unit(years, months, 12).

count(What, Calendar, From, To, Count) :-
    there(Calendar),
    instant(From),
    instant(To),
    zko_host:calendar_count(What, Calendar, From, To, Count).

there(Calendar) :-
    (   declared(Calendar)
    ->  true
    ;   var(Calendar)
    ->  throw(error(instantiation_error, _))
    ;   throw(error(existence_error(calendar, Calendar), _))
    ).

% Nanoseconds in 64 bits.
instant(Ns) :-
    (   integer(Ns),
        Ns >= -9_223_372_036_854_775_808,
        Ns =< 9_223_372_036_854_775_807
    ->  true
    ;   var(Ns)
    ->  throw(error(instantiation_error, _))
    ;   throw(error(type_error(integer, Ns), _))
    ).
