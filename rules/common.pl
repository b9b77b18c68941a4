:- module(common,
          [ common_telemetry_completeness/2,    % +System, -SilenceMs
            common_clock_sync/2,                % +System, -ErrorNs
            common_audit_content/2,             % +System, -Complete
            common_audit_integrity/2,           % +System, -Breaks
            common_audit_failure_alert/2,       % +System, -DelayMs
            common_audit_retention/2,           % +System, -Kept
            common_segregation_of_duties/2,     % +System, -Segregated
            common_rulepack_change/2,           % +System, -Unapproved
            common_privileged_access/2,         % +System, -Attributed
            common_compliant/1                  % +System
          ]).

/** <module> Common controls: whole telemetry, right clocks, an audit trail that can be trusted

What every level rests on, whatever its trade. A system answers for this level only if its
configuration names it.
*/

:- pack(common, "1.0", [on_request]).

% What is taken in.

:- telemetry(pulse(source:string, seq:integer(0, 9_007_199_254_740_991),
                   period_ms:one_of(1_000, 10_000, 60_000, 3_600_000), retired:optional(bool))).
:- telemetry(clock_sample(clock:string, host:string, reference:string, locked:bool,
                          offset_ns:integer(-1_000_000_000_000, 1_000_000_000_000),
                          uncertainty_ns:integer(0, 1_000_000_000_000), retired:optional(bool))).
:- telemetry(audit_entry(type:optional(string), occurred:optional(time), place:optional(string),
                         origin:optional(string), outcome:optional(string), actor:optional(string),
                         actor_role:optional(string))).
:- telemetry(audit_verification(log:string, records:integer(0, 1_000_000_000_000_000),
                                breaks:integer(0, 1_000_000_000))).
:- telemetry(audit_checkpoint(log:string, size:integer(0, 1_000_000_000_000_000), anchored:bool)).
:- telemetry(audit_failure(id:string, log:string, part:one_of(write, sign, store))).
:- telemetry(audit_storage(log:string, used_percent:number(0, 100), alert:optional(string))).
:- telemetry(audit_alert(about:string, channel:string)).
:- telemetry(record_deletion(record:string,
                             class:one_of(cip_log, fedramp_log, sec_3_years, sec_6_years,
                                          mifid_5_years, batch),
                             created:time, deleted:time, expiry:optional(time), actor:string)).
:- telemetry(retrieval_test(class:string, record:string, verified:bool)).
:- telemetry(approval(object:string, subject:one_of(change, rule_pack, batch_step, wall_crossing,
                                                    override),
                      requester:string, approver:optional(string), implementer:optional(string))).
:- telemetry(role_review(actor:string, roles:list(string),
                         conflicting_roles:integer(0, 1_000))).
:- telemetry(rulepack_approval(digest:string, pack:string, author:string, approver:string,
                               tested_digest:string, tests_passed:bool)).
:- telemetry(rulepack_activation(digest:string, pack:string, version:string)).
:- telemetry(privileged_action(account:string, actor:optional(string), role:string,
                               authorised:bool, shared_account:bool, action:string)).
:- telemetry(login(account:string, outcome:one_of(success, failure), address:string, at:time)).
:- telemetry(login_alert(account:string)).

% What is measured.

:- parameter(silence_most_ms, 3_000, [unit(ms), about("three periods of a source at 1 Hz")]).
:- parameter(silence_10_s_most_ms, 30_000, [unit(ms), about("of one that beats each 10 s")]).
:- parameter(silence_1_min_most_ms, 180_000, [unit(ms), about("of one that beats each minute")]).
:- parameter(silence_1_h_most_ms, 10_800_000, [unit(ms), about("of one that beats each hour")]).
:- parameter(pulse_window_hours, 24).
:- parameter(clock_error_most_ns, 1_000_000_000, [unit(ns), about("offset and its uncertainty")]).
:- parameter(clock_window_hours, 1).
:- parameter(clock_age_most_s, 60, [unit(s), about("FedRAMP Rev. 5 asks for hourly at least")]).
:- parameter(audit_window_days, 30).
:- parameter(verification_age_most_h, 24, [unit(h), about("a whole verification of the log")]).
:- parameter(checkpoint_age_most_s, 60, [unit(s), about("a checkpoint anchored elsewhere")]).
:- parameter(alert_most_ms, 1_000, [unit(ms), about("from an audit failure to its alert")]).
:- parameter(storage_warning_percent, 75).
:- parameter(storage_age_most_h, 24, [unit(h), about("since a log last told how full it is")]).
:- parameter(cip_log_days, 90, [about("CIP-007-6 R4 Part 4.3")]).
:- parameter(fedramp_log_days, 914, [about("M-21-31: 12 months at hand and 18 months cold")]).
:- parameter(sec_3_years_days, 1_096, [about("17a-4(b), with a leap day")]).
:- parameter(sec_6_years_days, 2_192, [about("17a-4(a), with two leap days")]).
:- parameter(mifid_5_years_days, 1_827, [about("Article 16(7), with two leap days")]).
:- parameter(batch_year_days, 366, [about("211.180(a): a year past the expiry of the batch")]).
:- parameter(retrieval_age_most_days, 7).
:- parameter(approval_window_days, 90).
:- parameter(activation_window_days, 365, [about("a pack stays active, and unapproved, so long")]).
:- parameter(access_window_days, 30).
:- parameter(login_window_minutes, 15, [about("five failures of an account in it are a burst")]).
:- parameter(login_alert_minutes, 20, [about("from the first failure of a burst to its alert")]).

:- measure(sequence_gaps, sequence_gaps(pulse, seq), over(param(pulse_window_hours), h),
           [by(source)]).
% A source is watched until it says that it retires; nothing is forgotten because it is silent.
:- measure(silence_ms,
           span(pulse:(period_ms = 1_000, \+ retired = true), pulse, on([source])),
           over(1, min), [in(ms), lateness(5, s)]).
:- measure(silence_10_s_ms,
           span(pulse:(period_ms = 10_000, \+ retired = true), pulse, on([source])),
           over(1, min), [in(ms), lateness(5, s)]).
:- measure(silence_1_min_ms,
           span(pulse:(period_ms = 60_000, \+ retired = true), pulse, on([source])),
           over(1, min), [in(ms), lateness(5, s)]).
:- measure(silence_1_h_ms,
           span(pulse:(period_ms = 3_600_000, \+ retired = true), pulse, on([source])),
           over(1, min), [in(ms), lateness(5, s)]).
:- measure(clock_error_ns, max(clock_sample, abs(offset_ns) + uncertainty_ns),
           over(param(clock_window_hours), h), [unit("ns")]).
:- measure(clocks_locked, latest_all(clock_sample, clock, (locked = true ; retired = true))).
:- measure(clock_age_s, span(clock_sample:(\+ retired = true), clock_sample, on([clock])),
           over(1, min), [in(s)]).
:- measure(audit_complete,
           all(audit_entry, ( given(type),
                              given(occurred),
                              given(place),
                              given(origin),
                              given(outcome),
                              given(actor),
                              given(actor_role)
                            )),
           over(param(audit_window_days), d)).
:- measure(audit_breaks, sum(audit_verification, breaks), over(param(audit_window_days), d)).
:- measure(verification_age_h, age(audit_verification, breaks = 0), [by(log), in(h)]).
:- measure(checkpoint_age_s, age(audit_checkpoint, anchored = true), [by(log), in(s)]).
% An age knows only logs that were verified, or anchored, once; these know the others.
:- measure(logs, distinct(audit_checkpoint, log), over(param(verification_age_most_h), h)).
:- measure(logs_verified, distinct(audit_verification, log, breaks = 0),
           over(param(verification_age_most_h), h)).
:- measure(logs_anchored, distinct(audit_checkpoint, log, anchored = true),
           over(param(verification_age_most_h), h)).
:- measure(audit_alert_ms, span(audit_failure, audit_alert, on([id = about])),
           over(param(audit_window_days), d), [in(ms)]).
:- measure(storage_warned,
           all(audit_storage, ( used_percent < param(storage_warning_percent)
                              ; given(alert)
                              )),
           over(param(audit_window_days), d)).
:- measure(storage_age_h, age(audit_storage), [by(log), in(h)]).
% Sec. 17a-4 counts years from the creation of a record; a batch record outlives its batch by one.
:- measure(records_kept,
           all(record_deletion,
               ( class = cip_log, deleted - created >= duration(param(cip_log_days), d)
               ; class = fedramp_log, deleted - created >= duration(param(fedramp_log_days), d)
               ; class = sec_3_years, deleted - created >= duration(param(sec_3_years_days), d)
               ; class = sec_6_years, deleted - created >= duration(param(sec_6_years_days), d)
               ; class = mifid_5_years, deleted - created >= duration(param(mifid_5_years_days), d)
               ; class = batch, deleted - expiry >= duration(param(batch_year_days), d)
               )),
           over(param(audit_window_days), d)).
:- measure(retrieval_age_d, age(retrieval_test, verified = true), [by(class), in(d)]).
:- measure(retrievals_verified, latest_all(retrieval_test, class, verified = true)).
:- measure(duties_segregated,
           all(approval, ( given(approver),
                           approver \= requester,
                           ( missing(implementer)
                           ; implementer \= approver, implementer \= requester
                           )
                         )),
           over(param(approval_window_days), d)).
:- measure(roles_apart, latest_all(role_review, actor, conflicting_roles = 0)).
:- measure(rulepacks_unapproved,
           unpreceded(rulepack_activation,
                      rulepack_approval:( approver \= author,
                                          tested_digest = digest,
                                          tests_passed = true
                                        ),
                      on([digest])),
           over(param(activation_window_days), d)).
:- measure(actions_attributed,
           all(privileged_action, (given(actor), authorised = true, shared_account = false)),
           over(param(access_window_days), d)).
% Five failures of an account without an alert from the first of them on.
:- measure(bursts_unalarmed,
           episodes([ one: (login, outcome = failure),
                      \+ (login_alert, true),
                      two: (login, outcome = failure),
                      \+ (login_alert, true),
                      three: (login, outcome = failure),
                      \+ (login_alert, true),
                      four: (login, outcome = failure),
                      \+ (login_alert, true),
                      five: (login, ( outcome = failure,
                                      at - one:at =< duration(param(login_window_minutes), min)
                                    )),
                      \+ (login_alert, true)
                    ],
                    on([account]), within(param(login_alert_minutes), min)),
           over(param(access_window_days), d)).

% What is required.

:- control('common.telemetry-completeness', common_telemetry_completeness/2,
           [ title("No source is silent for three periods or loses an event"),
             basis(target), severity(high),
             cites([ "Own target: the standards set no number of periods",
                     citation("NIST SP 800-53", "Rev. 5", "AU-12, AU-5, SI-4"),
                     citation("NERC CIP-007", "6", "R4 Part 4.2.2"),
                     citation("ISO/IEC 27001", "2022", "A.8.15, A.8.16")
                   ])
           ]).

%!  common_telemetry_completeness(+System, -SilenceMs) is semidet.
%
%   SilenceMs is the longest silence of the sources that beat each second, `none` without such a
%   source. Slower ones have three periods of theirs, and no sequence number is missing.

common_telemetry_completeness(System, SilenceMs) :-
    measured(System, silence_ms, SilenceMs),
    param(System, silence_most_ms, Most),
    ( SilenceMs == none -> true ; SilenceMs =< Most ),
    measured(System, silence_10_s_ms, Of10S),
    param(System, silence_10_s_most_ms, MostOf10S),
    ( Of10S == none -> true ; Of10S =< MostOf10S ),
    measured(System, silence_1_min_ms, Of1Min),
    param(System, silence_1_min_most_ms, MostOf1Min),
    ( Of1Min == none -> true ; Of1Min =< MostOf1Min ),
    measured(System, silence_1_h_ms, Of1H),
    param(System, silence_1_h_most_ms, MostOf1H),
    ( Of1H == none -> true ; Of1H =< MostOf1H ),
    [SilenceMs, Of10S, Of1Min, Of1H] \== [none, none, none, none],
    measured(System, sequence_gaps, Gaps),
    Gaps =< 0.

:- control('common.clock-sync', common_clock_sync/2,
           [ title("Every clock is locked, sampled each minute and within its limit"),
             basis(standard), severity(high),
             cites([ citation("NIST SP 800-53", "Rev. 5", "AU-8, SC-45, SC-45(1)"),
                     citation("FedRAMP Rev5 baselines", "High", "SC-45(1): at least hourly"),
                     citation("ISO/IEC 27001", "2022", "A.8.17")
                   ])
           ]).

%!  common_clock_sync(+System, -ErrorNs) is semidet.
%
%   ErrorNs is the greatest offset, with its uncertainty, of 1 h. All clocks are locked, and sampled
%   until they retire.

common_clock_sync(System, ErrorNs) :-
    measured(System, clock_error_ns, ErrorNs),
    param(System, clock_error_most_ns, Most),
    ( ErrorNs == none -> true ; ErrorNs =< Most ),
    measured(System, clocks_locked, Locked),
    Locked == true,
    measured(System, clock_age_s, AgeS),
    param(System, clock_age_most_s, AgeMost),
    AgeS \== none,
    AgeS =< AgeMost.

:- control('common.audit-content', common_audit_content/2,
           [ title("Every audit record says what, when, where, from where, with what result, who"),
             basis(standard), severity(high),
             cites([ citation("NIST SP 800-53", "Rev. 5", "AU-3 a-f, AU-3(1), AU-12"),
                     citation("21 CFR", "", "11.10(e)"),
                     citation("ISO/IEC 27001", "2022", "A.8.15"),
                     citation("17 CFR", "", "240.17a-4(f)(2)(i)(A)", [verified(false)])
                   ])
           ]).

%!  common_audit_content(+System, -Complete) is semidet.

common_audit_content(System, Complete) :-
    measured(System, audit_complete, Complete),
    ( Complete == none -> true ; Complete == true ).

:- control('common.audit-integrity', common_audit_integrity/2,
           [ title("The audit log verifies each day and is anchored elsewhere each minute"),
             basis(standard), severity(critical),
             cites([ citation("NIST SP 800-53", "Rev. 5", "AU-9, AU-9(3), AU-10, SI-7(1)"),
                     citation("21 CFR", "", "11.10(c), (e)"),
                     citation("17 CFR", "", "240.17a-4(f)(2)(i)(A)", [verified(false)]),
                     citation("ISO/IEC 27001", "2022", "A.8.15"),
                     "The day and the minute are own targets"
                   ])
           ]).

%!  common_audit_integrity(+System, -Breaks) is semidet.
%
%   Breaks are the records that did not verify in 30 days. Every log with a checkpoint in the day is
%   among those that verified and among those that are anchored.

common_audit_integrity(System, Breaks) :-
    measured(System, audit_breaks, Breaks),
    ( Breaks == none -> true ; Breaks =< 0 ),
    measured(System, verification_age_h, VerifiedH),
    param(System, verification_age_most_h, VerifiedMost),
    VerifiedH \== none,
    VerifiedH =< VerifiedMost,
    measured(System, checkpoint_age_s, CheckpointS),
    param(System, checkpoint_age_most_s, CheckpointMost),
    CheckpointS \== none,
    CheckpointS =< CheckpointMost,
    measured(System, logs, Logs),
    measured(System, logs_verified, Verified),
    Verified >= Logs,
    measured(System, logs_anchored, Anchored),
    Anchored >= Logs.

:- control('common.audit-failure-alert', common_audit_failure_alert/2,
           [ title("An audit failure is alarmed within a second, full storage at 75 %"),
             basis(standard), severity(high),
             cites([ citation("NIST SP 800-53", "Rev. 5", "AU-5, AU-5(1), AU-5(2)"),
                     citation("FedRAMP Rev5 baselines", "High", "AU-5(1) 75 %, AU-5(2) real-time"),
                     citation("NERC CIP-007", "6", "R4 Part 4.2.2"),
                     "The second, and the daily figure of the storage, are own targets"
                   ])
           ]).

%!  common_audit_failure_alert(+System, -DelayMs) is semidet.
%
%   DelayMs is the longest time from a failure of 30 days to its alert; it runs while there is none.
%   Each log tells every day how full its storage is.

common_audit_failure_alert(System, DelayMs) :-
    measured(System, audit_alert_ms, DelayMs),
    param(System, alert_most_ms, Most),
    ( DelayMs == none -> true ; DelayMs =< Most ),
    measured(System, storage_warned, Warned),
    Warned == true,
    measured(System, storage_age_h, StorageH),
    param(System, storage_age_most_h, StorageMost),
    StorageH =< StorageMost.

:- control('common.audit-retention', common_audit_retention/2,
           [ title("No record is deleted before its time, and samples are retrieved each week"),
             basis(regulation), severity(critical),
             cites([ citation("NIST SP 800-53", "Rev. 5", "AU-11"),
                     citation("FedRAMP Rev5 baselines", "High", "AU-11: 90 days online, M-21-31"),
                     citation("OMB M-21-31", "2021", "12 months active, 18 months cold",
                              [verified(false)]),
                     citation("NERC CIP-007", "6", "R4 Part 4.3: 90 consecutive days",
                              [verified(false)]),
                     citation("21 CFR", "", "11.10(c), (e)"),
                     citation("21 CFR", "", "211.180(a)", [verified(false)]),
                     citation("17 CFR", "", "240.17a-4(a) 6 years, (b) 3 years", [verified(false)]),
                     citation("MiFID II", "2014/65/EU", "Article 16(6) and (7): 5 years",
                              [verified(false)]),
                     "The weekly retrieval is an own target"
                   ])
           ]).

%!  common_audit_retention(+System, -Kept) is semidet.
%
%   Kept is `true` when each record deleted in 30 days had outlived its class. Of each class the
%   latest sample was retrieved and verified, within a week.

common_audit_retention(System, Kept) :-
    measured(System, records_kept, Kept),
    ( Kept == none -> true ; Kept == true ),
    measured(System, retrieval_age_d, AgeD),
    param(System, retrieval_age_most_days, Most),
    AgeD \== none,
    AgeD =< Most,
    measured(System, retrievals_verified, Verified),
    Verified == true.

:- control('common.segregation-of-duties', common_segregation_of_duties/2,
           [ title("Who asks for a thing, who approves it and who carries it out are three people"),
             basis(standard), severity(high),
             cites([ citation("NIST SP 800-53", "Rev. 5", "AC-5, CM-5"),
                     citation("ISO/IEC 27001", "2022", "A.5.3"),
                     citation("21 CFR", "", "11.10(g)")
                   ])
           ]).

%!  common_segregation_of_duties(+System, -Segregated) is semidet.
%
%   Segregated is `true` when it holds for each approval of 90 days; no actor has conflicting roles.

common_segregation_of_duties(System, Segregated) :-
    measured(System, duties_segregated, Segregated),
    ( Segregated == none -> true ; Segregated == true ),
    measured(System, roles_apart, Apart),
    ( Apart == none -> true ; Apart == true ).

:- control('common.rulepack-change', common_rulepack_change/2,
           [ title("Every active rule pack was tested, and approved by another than its author"),
             basis(standard), severity(critical),
             cites([ citation("NIST SP 800-53", "Rev. 5", "CM-3, CM-3(2), CM-5, SI-7"),
                     citation("21 CFR", "", "11.10(a), (k)"),
                     citation("ISO/IEC 27001", "2022", "A.8.32"),
                     citation("(EU) 2017/589", "RTS 6", "Article 11: material changes",
                              [verified(false)])
                   ])
           ]).

%!  common_rulepack_change(+System, -Unapproved) is semidet.
%
%   Unapproved are the activations of a year without such an approval of the same digest before.

common_rulepack_change(System, Unapproved) :-
    measured(System, rulepacks_unapproved, Unapproved),
    Unapproved =< 0.

:- control('common.privileged-access', common_privileged_access/2,
           [ title("Every privileged act has one named, authorised person; guessing is alarmed"),
             basis(standard), severity(high),
             cites([ citation("NIST SP 800-53", "Rev. 5", "AU-9(4), AC-6"),
                     citation("21 CFR", "", "11.10(d), (g), 11.300(a), (d)"),
                     citation("21 CFR", "", "11.100(a)", [verified(false)]),
                     citation("NERC CIP-007", "6", "R4 Parts 4.1.1 and 4.1.2"),
                     "Five failures in 15 minutes, and 20 to their alert, are own targets"
                   ])
           ]).

%!  common_privileged_access(+System, -Attributed) is semidet.
%
%   Attributed is `true` when it holds for each act of 30 days. Every burst of failed logins of an
%   account was alarmed for that account.

common_privileged_access(System, Attributed) :-
    measured(System, actions_attributed, Attributed),
    ( Attributed == none -> true ; Attributed == true ),
    measured(System, bursts_unalarmed, Bursts),
    Bursts =< 0.

%!  common_compliant(+System) is semidet.

common_compliant(System) :-
    common_telemetry_completeness(System, _),
    common_clock_sync(System, _),
    common_audit_content(System, _),
    common_audit_integrity(System, _),
    common_audit_failure_alert(System, _),
    common_audit_retention(System, _),
    common_segregation_of_duties(System, _),
    common_rulepack_change(System, _),
    common_privileged_access(System, _).
