:- module(fedramp,
          [ fedramp_incident_report/2,          % +System, -Late
            fedramp_change_notice/2,            % +System, -Unplanned
            fedramp_persistent_validation/2,    % +System, -AgeDays
            fedramp_compliant/1                 % +System
          ]).

/** <module> FedRAMP overlay: incident reports, change notices, persistent validation

By the Consolidated Rules 2026 (CR26, file version 2026.07.14.01), which an offering may follow
since 2026-07-04, and the Rev5 rules that it follows before; Rev5 offerings are bound by CR26 from
2027-01-01, by its incident rules from 2027-06-01 at the latest. Which of the two an offering
follows, its events say.
*/

:- pack(fedramp, "1.0", [on_request]).

:- calendar(federal_days,
            [ zone("-05:00"), work([mon-fri], "00:00", "24:00"),
              holidays(["2026-01-01", "2026-01-19", "2026-02-16", "2026-05-25", "2026-06-19",
                        "2026-07-03", "2026-09-07", "2026-10-12", "2026-11-11", "2026-11-26",
                        "2026-12-25",
                        "2027-01-01", "2027-01-18", "2027-02-15", "2027-05-31", "2027-06-18",
                        "2027-07-05", "2027-09-06", "2027-10-11", "2027-11-11", "2027-11-25",
                        "2027-12-24", "2027-12-31"]),
              source("5 U.S.C. 6103(a), observed days of 2026 and 2027")
            ]).

% What is taken in.

:- telemetry(security_incident(id:string, regime:one_of(rev5, cr26), class:one_of(a, b, c, d),
                               pain:integer(1, 5), identified:time)).
:- telemetry(incident_recovered(incident:string)).
:- telemetry(incident_report(incident:string, stage:one_of(initial, ongoing, final), sent:time,
                             json:optional(string))).
:- telemetry(change(id:string, kind:one_of(transformative, adaptive),
                    state:one_of(started, finished, verified), at:time)).
:- telemetry(notice(change:string, stage:one_of(initial_plan, final_plan, finished, verified,
                                                documents),
                    sent:time, readable:optional(string), json:optional(string))).
:- telemetry(validation(resource:string, machine:bool, result:one_of(passed, failed))).
:- telemetry(vulnerability(resource:string, record:string)).

% What is measured.

:- parameter(window_days, 90).
:- parameter(unreported_most_days, 90, [unit(d), about("beyond the window nothing is forgotten")]).
:- parameter(ongoing_days, 1, [unit(d), about("Rev5: a daily update; used for both regimes")]).
:- parameter(final_days, 30, [unit(d), about("own target; CR26 says after recovery")]).
:- parameter(finished_days, 5, [unit(d), about("business days, as those below")]).
:- parameter(verified_days, 5, [unit(d)]).
:- parameter(documents_days, 30, [unit(d)]).
:- parameter(adaptive_days, 10, [unit(d)]).
:- parameter(vulnerability_days, 1, [unit(d), about("own target: a failed validation is one")]).
:- parameter(initial_plan_days, 42, [unit(d), about("30 business days, holidays not counted")]).
:- parameter(final_plan_days, 14, [unit(d), about("10 business days, holidays not counted")]).
:- parameter(machine_most_days, 3, [unit(d), about("20x class C; B 7, Rev5 C and D a month")]).
:- parameter(other_most_days, 92, [unit(d), about("three months, whatever the class")]).

% CR26 IEC-CSO-IIR by class and PAIN; Rev5 has one hour for all. Of classes B and C the times were
% seen and not which PAIN they go with: here the shorter time holds from PAIN 3 on. Class A has the
% times of B, as none of its own was seen.
:- measure(late_15_min,
           unanswered(security_incident:(regime = cr26, class = d, pain >= 3),
                      incident_report:(stage = initial), on([id = incident]), within(15, min)),
           over(param(window_days), d), [times(identified, sent)]).
:- measure(late_1_h,
           unanswered(security_incident:( regime = rev5
                                        ; class = d, pain < 3
                                        ; class = c, pain >= 3
                                        ),
                      incident_report:(stage = initial), on([id = incident]), within(1, h)),
           over(param(window_days), d), [times(identified, sent)]).
:- measure(late_6_h,
           unanswered(security_incident:(regime = cr26, (class = b ; class = a), pain >= 3),
                      incident_report:(stage = initial), on([id = incident]), within(6, h)),
           over(param(window_days), d), [times(identified, sent)]).
:- measure(late_24_h,
           unanswered(security_incident:(regime = cr26, class = c, pain = 2),
                      incident_report:(stage = initial), on([id = incident]), within(24, h)),
           over(param(window_days), d), [times(identified, sent)]).
:- measure(late_1_day,
           unanswered(security_incident:( regime = cr26,
                                          ( (class = b ; class = a), pain < 3
                                          ; class = c, pain = 1
                                          )
                                        ),
                      incident_report:(stage = initial), on([id = incident]), within(1, d)),
           over(param(window_days), d), [times(identified, sent), calendar(federal_days)]).
:- measure(unreported_d,
           span(security_incident, incident_report:(stage = initial), on([id = incident])),
           over(1, d), [in(d), times(identified, sent)]).
:- measure(update_d,
           span(incident_report:(stage \= final), incident_report:(stage \= initial),
                on([incident])),
           over(param(window_days), d), [in(d)]).
:- measure(final_d,
           span(incident_recovered, incident_report:(stage = final), on([incident])),
           over(param(window_days), d), [in(d)]).
:- measure(unplanned,
           unpreceded(change:( kind = transformative,
                               state = started,
                               at - first:sent >= duration(param(initial_plan_days), d)
                             ),
                      notice:(stage = initial_plan), on([change = id])),
           over(param(window_days), d)).
:- measure(unannounced,
           unpreceded(change:( kind = transformative,
                               state = started,
                               at - first:sent >= duration(param(final_plan_days), d)
                             ),
                      notice:(stage = final_plan), on([change = id])),
           over(param(window_days), d)).
:- measure(finished_notice_d,
           span(change:(kind = transformative, state = finished), notice:(stage = finished),
                on([id = change])),
           over(param(window_days), d), [in(d), calendar(federal_days)]).
:- measure(verified_notice_d,
           span(change:(kind = transformative, state = verified), notice:(stage = verified),
                on([id = change])),
           over(param(window_days), d), [in(d), calendar(federal_days)]).
:- measure(documents_d,
           span(change:(kind = transformative, state = finished), notice:(stage = documents),
                on([id = change])),
           over(param(window_days), d), [in(d), calendar(federal_days)]).
:- measure(adaptive_notice_d,
           span(change:(kind = adaptive, state = finished), notice:(stage = finished),
                on([id = change])),
           over(param(window_days), d), [in(d), calendar(federal_days)]).
:- measure(notices_readable, all(notice, (given(readable), given(json))),
           over(param(window_days), d)).
:- measure(machine_age_d, age(validation, machine = true), [by(resource), in(d)]).
:- measure(other_age_d, age(validation, machine = false), [by(resource), in(d)]).
:- measure(failure_recorded_d, span(validation:(result = failed), vulnerability, on([resource])),
           over(param(window_days), d), [in(d)]).

% What is required.

:- control('fedramp.incident-report', fedramp_incident_report/2,
           [ title("A reportable incident is reported in the time of its class, then each day"),
             basis(regulation), severity(critical),
             cites([ citation("FedRAMP CR26", "2026.07.14.01",
                              "IEC-CSO-EFR, IEC-CSO-DPR, IEC-CSO-IIR, IEC-CSO-OIR, IEC-CSO-FIR",
                              [from("2026-07-04")]),
                     citation("FedRAMP CR26", "2026.07.14.01", "IEC-CSO-IIR: PAIN of B and C",
                              [from("2026-07-04"), verified(false)]),
                     citation("FedRAMP Rev5", "", "incident communications: one hour, daily",
                              [until("2027-06-01")]),
                     citation("NIST SP 800-53", "Rev. 5", "IR-6")
                   ])
           ]).

%!  fedramp_incident_report(+System, -Late) is semidet.
%
%   Late are the incidents of 90 days of class D with PAIN 3 to 5 not reported in 15 minutes; the
%   other classes, the daily updates and the final reports are kept too.

fedramp_incident_report(System, Late) :-
    measured(System, late_15_min, Late),
    Late =< 0,
    measured(System, late_1_h, Late1H),
    Late1H =< 0,
    measured(System, late_6_h, Late6H),
    Late6H =< 0,
    measured(System, late_24_h, Late24H),
    Late24H =< 0,
    measured(System, late_1_day, LateDay),
    LateDay =< 0,
    measured(System, unreported_d, UnreportedD),
    param(System, unreported_most_days, UnreportedMost),
    ( UnreportedD == none -> true ; UnreportedD =< UnreportedMost ),
    measured(System, update_d, UpdateD),
    param(System, ongoing_days, UpdateMost),
    ( UpdateD == none -> true ; UpdateD =< UpdateMost ),
    measured(System, final_d, FinalD),
    param(System, final_days, FinalMost),
    ( FinalD == none -> true ; FinalD =< FinalMost ).

:- control('fedramp.change-notice', fedramp_change_notice/2,
           [ title("Significant changes are planned 30 and 10 business days ahead, noticed after"),
             basis(regulation), severity(high),
             cites([ citation("FedRAMP CR26", "2026.07.14.01",
                              "SCN-TRF-NIP, SCN-TRF-NFP, SCN-TRF-NAF, SCN-TRF-NAV, SCN-TRF-UPD",
                              [from("2026-07-04")]),
                     citation("FedRAMP CR26", "2026.07.14.01",
                              "SCN-ADP-NTF, SCN-CSO-HRM, SCN-CSO-HIS", [from("2026-07-04")]),
                     citation("NIST SP 800-53", "Rev. 5", "CM-3")
                   ])
           ]).

%!  fedramp_change_notice(+System, -Unplanned) is semidet.
%
%   Unplanned are the transformative changes started in 90 days without an initial plan in time.

fedramp_change_notice(System, Unplanned) :-
    measured(System, unplanned, Unplanned),
    Unplanned =< 0,
    measured(System, unannounced, Unannounced),
    Unannounced =< 0,
    measured(System, finished_notice_d, FinishedD),
    param(System, finished_days, FinishedMost),
    ( FinishedD == none -> true ; FinishedD =< FinishedMost ),
    measured(System, verified_notice_d, VerifiedD),
    param(System, verified_days, VerifiedMost),
    ( VerifiedD == none -> true ; VerifiedD =< VerifiedMost ),
    measured(System, documents_d, DocumentsD),
    param(System, documents_days, DocumentsMost),
    ( DocumentsD == none -> true ; DocumentsD =< DocumentsMost ),
    measured(System, adaptive_notice_d, AdaptiveD),
    param(System, adaptive_days, AdaptiveMost),
    ( AdaptiveD == none -> true ; AdaptiveD =< AdaptiveMost ),
    measured(System, notices_readable, Readable),
    ( Readable == none -> true ; Readable == true ).

:- control('fedramp.persistent-validation', fedramp_persistent_validation/2,
           [ title("Every resource was validated within its class's time; failures are recorded"),
             basis(regulation), severity(high),
             cites([ citation("FedRAMP CR26", "2026.07.14.01",
                              "VDR-TFR-MVX, VDR-TFR-MVF, VDR-TFR-NMV, VDR-CSO-FAV",
                              [from("2026-07-04")]),
                     citation("FedRAMP 20x", "", "KSI-MLA-EVC, KSI-MLA-OSM"),
                     citation("NIST SP 800-53", "Rev. 5", "CA-7"),
                     "The day to record a failed validation is an own target"
                   ])
           ]).

%!  fedramp_persistent_validation(+System, -AgeDays) is semidet.
%
%   AgeDays is the time since a machine-based resource was last validated, the longest.

fedramp_persistent_validation(System, AgeDays) :-
    measured(System, machine_age_d, AgeDays),
    param(System, machine_most_days, Most),
    AgeDays \== none,
    AgeDays =< Most,
    measured(System, other_age_d, OtherDays),
    param(System, other_most_days, OtherMost),
    ( OtherDays == none -> true ; OtherDays =< OtherMost ),
    measured(System, failure_recorded_d, RecordedD),
    param(System, vulnerability_days, RecordedMost),
    ( RecordedD == none -> true ; RecordedD =< RecordedMost ).

%!  fedramp_compliant(+System) is semidet.

fedramp_compliant(System) :-
    fedramp_incident_report(System, _),
    fedramp_change_notice(System, _),
    fedramp_persistent_validation(System, _).
