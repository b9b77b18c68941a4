:- module(itil_practices,
          [ itil_availability/2,            % +System, -Availability
            itil_practices_compliant/1      % +System
          ]).

/** <module> ITIL practices: incidents by priority, changes by authority, problems, availability

ISO/IEC 20000-1 asks for agreed targets and for authority; the numbers are ours. Business days are
those of the calendar business_days, which each site replaces by its own.
*/

:- pack(itil, "1.0", [on_request]).

:- telemetry(service_hour(service:string, hour:time, good:integer(0, 1_000_000_000),
                          total:integer(0, 1_000_000_000),
                          excluded:integer(0, 1_000_000_000))).
:- parameter(service_hours_least, 9, "reports of an hour: more than 30,000 seconds").
:- measure(availability_month, ratio(service_hour, good, total - excluded), calendar(month),
           [at_least(param(service_hours_least))]).
:- measure(availability_year, ratio(service_hour, good, total - excluded), over(365, d),
           [at_least(param(service_hours_least))]).

:- control('itil.availability', itil_availability/2,
           [ title("Services are good 99.99 % of the calendar month and of the year"),
             basis(target), severity(high),
             cites([ "Own target; no regulation sets this percentage",
                     citation("ISO/IEC 20000-1", "2018", "8.7.1, 8.3.3"),
                     citation("NIST SP 800-53", "Rev. 5", "CP-2, CP-10"),
                     citation("FedRAMP CR26", "2026.07.14.01", "CDS-CSO-AVR")
                   ])
           ]).

%!  itil_availability(+System, -Availability) is semidet.
%
%   Availability is good over total seconds of the month, agreed exclusions left out: 259.2 s of 30
%   days may be lost.

itil_availability(System, Availability) :-
    measured(System, availability_month, Availability),
    ( Availability == none -> true ; Availability >= 0.9999 ),
    measured(System, availability_year, Year),
    ( Year == none -> true ; Year >= 0.9999 ).

%!  itil_practices_compliant(+System) is semidet.

itil_practices_compliant(System) :-
    itil_availability(System, _).
