:- module(gmp_part11,
          [ gmp_validation_current/2,   % +System, -Unvalidated
            gmp_change_control_steps/2, % +System, -Unapproved
            gmp_audit_trail/2,          % +System, -Untrailed
            gmp_audit_trail_review/2,   % +System, -Unreviewed
            gmp_esign/2,                % +System, -Valid
            gmp_access/2,               % +System, -Untrained
            gmp_part11_compliant/1      % +System
          ]).

/** <module> GMP: computerised systems under 21 CFR Part 11 and EU GMP Annex 11

The rules already meet the draft of Annex 11 of July 2025 where it asks for more of an audit trail;
what they cite is the text of 2011, which is in force.
*/

:- pack(gmp, "1.0", [on_request]).

% What is taken in.

:- telemetry(validation_report(item:string, version:string, stage:one_of(iq, oq, pq, csa),
                               result:one_of(passed, failed), protocol_approved:time,
                               executed:time, approver:string)).
:- telemetry(version_in_use(item:string, version:string)).
:- telemetry(periodic_review(item:string, reviewer:string, open_critical:integer(0, 10_000))).
:- telemetry(change_requested(change:string, item:string, requester:string,
                              impact_assessment:optional(string), revalidation:bool)).
:- telemetry(change_approved(change:string, approver:string, unit:one_of(quality, other))).
:- telemetry(change_implemented(change:string, item:string, implementer:string)).
:- telemetry(change_verified(change:string, result:one_of(passed, failed), verifier:string)).
:- telemetry(record_operation(operation:string, record:string, actor:string,
                              kind:one_of(create, modify, delete))).
:- telemetry(audit_entry(operation:string, record:string, actor:string, field:optional(string),
                         kind:one_of(create, modify, delete), old:optional(string),
                         new:optional(string), reason:optional(string))).
:- telemetry(trail_disabled(item:string, actor:string)).
:- telemetry(trail_review(scope:string, kind:one_of(batch, system), reviewer:string,
                          independent:bool, signature:string)).
:- telemetry(batch_release(scope:string, released_by:string)).
:- telemetry(esign(signer:string, printed_name:string, meaning:string, record:string,
                   signed_digest:string, record_digest:string, components:integer(0, 10),
                   session:string, first_in_session:bool, account_active:bool,
                   signature_valid:bool)).
:- telemetry(training(actor:string, procedure:string, version:string, valid_until:time)).
:- telemetry(action(actor:string, role:string, role_allows:bool, procedure:string,
                    version:string, performed:time)).

% What is measured.

:- parameter(window_days, 90).
:- parameter(version_window_days, 365, [about("a version stays in use, unvalidated, so long")]).
:- parameter(review_age_most_days, 365, [unit(d), about("own target for periodic review")]).
:- parameter(trail_review_most_days, 30, [unit(d), about("own target for system trails")]).
:- parameter(verification_days, 30, [unit(d), about("own target: from a change on")]).
:- parameter(revalidation_days, 90, [about("own target: from the request for the change on")]).
:- parameter(trail_entry_seconds, 1).

:- measure(protocols_first,
           all(validation_report, ( protocol_approved < executed
                                  , approver \= ""
                                  )),
           over(param(window_days), d)).
:- measure(oq_before_iq,
           unpreceded(validation_report:(stage = oq),
                      validation_report:(stage = iq, result = passed), on([item, version])),
           over(param(window_days), d)).
:- measure(pq_before_oq,
           unpreceded(validation_report:(stage = pq),
                      validation_report:(stage = oq, result = passed), on([item, version])),
           over(param(window_days), d)).
:- measure(versions_unvalidated,
           unpreceded(version_in_use,
                      validation_report:(result = passed, (stage = pq ; stage = csa)),
                      on([item, version])),
           over(param(version_window_days), d)).
:- measure(review_age_d, age(periodic_review), [by(item), in(d)]).
% An age knows only items that were reviewed once; this knows those that were validated.
:- measure(first_review_d,
           span(validation_report:(result = passed, (stage = pq ; stage = csa)), periodic_review,
                on([item])),
           over(1, d), [in(d)]).
:- measure(reviews_clean, latest_all(periodic_review, item, open_critical = 0)).
:- measure(requests_assessed, all(change_requested, given(impact_assessment)),
           over(param(window_days), d)).
:- measure(changes_unrequested,
           unpreceded(change_implemented, change_requested, on([change])),
           over(param(window_days), d)).
:- measure(changes_unapproved,
           unpreceded(change_implemented, change_approved:(unit = quality), on([change])),
           over(param(window_days), d)).
:- measure(verification_d,
           span(change_implemented, change_verified:(result = passed), on([change])),
           over(param(window_days), d), [in(d)]).
:- measure(changes_unvalidated,
           episodes([ asked: (change_requested, revalidation = true),
                      done: (change_implemented, change = asked:change),
                      \+ (validation_report, (result = passed, (stage = pq ; stage = csa)))
                    ],
                    on([item]), within(param(revalidation_days), d)),
           over(param(window_days), d)).
:- measure(operations_untrailed,
           unanswered(record_operation, audit_entry:(kind = first:kind),
                      on([operation, record, actor]),
                      within(param(trail_entry_seconds), s)),
           over(param(window_days), d)).
:- measure(entries_complete,
           all(audit_entry, ( kind = create, given(new)
                            ; kind = modify, given(field), given(old), given(new), given(reason)
                            ; kind = delete, given(old), given(reason)
                            )),
           over(param(window_days), d)).
:- measure(trails_disabled, count(trail_disabled), over(param(window_days), d)).
:- measure(released_untrailed,
           unpreceded(batch_release,
                      trail_review:(kind = batch, independent = true, signature \= ""),
                      on([scope])),
           over(param(window_days), d)).
:- measure(trail_review_age_d, age(trail_review, kind = system), [by(scope), in(d)]).
:- measure(signatures_valid,
           all(esign, ( printed_name \= "",
                        meaning \= "",
                        signed_digest = record_digest,
                        account_active = true,
                        signature_valid = true,
                        ( first_in_session = true, components >= 2
                        ; first_in_session = false, components >= 1
                        )
                      )),
           over(param(window_days), d)).
:- measure(roles_allow, all(action, role_allows = true), over(param(window_days), d)).
:- measure(actions_untrained,
           unpreceded(action:(performed =< first:valid_until), training,
                      on([actor, procedure, version])),
           over(param(window_days), d)).

% What is required.

:- control('gmp.validation-current', gmp_validation_current/2,
           [ title("The version in use passed IQ, OQ and PQ in order, and its review is current"),
             basis(regulation), severity(high),
             cites([ citation("21 CFR", "", "11.10(a)"),
                     citation("21 CFR", "", "211.68, 211.100(a)", [verified(false)]),
                     citation("EU GMP Annex 11", "2011", "sections 4 and 11", [verified(false)]),
                     citation("GAMP 5", "2nd edition", "", [verified(false)]),
                     citation("FDA CSA guidance", "final, 2025-09-24", "devices",
                              [from("2025-09-24")]),
                     "The yearly review is an own target"
                   ])
           ]).

%!  gmp_validation_current(+System, -Unvalidated) is semidet.
%
%   Unvalidated are the versions in use in a year without a passed PQ, or CSA record, before.

gmp_validation_current(System, Unvalidated) :-
    measured(System, versions_unvalidated, Unvalidated),
    Unvalidated =< 0,
    measured(System, oq_before_iq, OqEarly),
    OqEarly =< 0,
    measured(System, pq_before_oq, PqEarly),
    PqEarly =< 0,
    measured(System, protocols_first, ProtocolsFirst),
    ( ProtocolsFirst == none -> true ; ProtocolsFirst == true ),
    measured(System, reviews_clean, Clean),
    Clean == true,
    measured(System, review_age_d, AgeD),
    param(System, review_age_most_days, Most),
    AgeD =< Most,
    measured(System, first_review_d, FirstD),
    ( FirstD == none -> true ; FirstD =< Most ).

:- control('gmp.change-control', gmp_change_control_steps/2,
           [ title("Every change is asked for, assessed, approved first and verified after"),
             basis(regulation), severity(high),
             cites([ citation("21 CFR", "", "211.100(a), 211.68(b)", [verified(false)]),
                     citation("21 CFR", "", "11.10(k)(2)"),
                     citation("EU GMP Annex 11", "2011", "section 10", [verified(false)]),
                     citation("ISO/IEC 27001", "2022", "A.8.32"),
                     citation("NIST SP 800-53", "Rev. 5", "CM-3"),
                     "The 30 days to verify, and 90 to validate again, are own targets"
                   ])
           ]).

%!  gmp_change_control_steps(+System, -Unapproved) is semidet.
%
%   Unapproved are the changes implemented in 90 days without approval of the quality unit before. A
%   change is verified after, and its item validated again where the request says so.

gmp_change_control_steps(System, Unapproved) :-
    measured(System, changes_unapproved, Unapproved),
    Unapproved =< 0,
    measured(System, changes_unrequested, Unrequested),
    Unrequested =< 0,
    measured(System, requests_assessed, Assessed),
    ( Assessed == none -> true ; Assessed == true ),
    measured(System, verification_d, VerificationD),
    param(System, verification_days, Most),
    ( VerificationD == none -> true ; VerificationD =< Most ),
    measured(System, changes_unvalidated, Unvalidated),
    Unvalidated =< 0.

:- control('gmp.audit-trail', gmp_audit_trail/2,
           [ title("Every change of data has its entry, and no trail is ever switched off"),
             basis(regulation), severity(critical),
             cites([ citation("21 CFR", "", "11.10(e)"),
                     citation("EU GMP Annex 11", "2011", "section 9",
                              [from("2011-06-30"), verified(false)]),
                     citation("EU GMP Annex 11", "draft of 7 July 2025", "audit trail",
                              [verified(false)])
                   ])
           ]).

%!  gmp_audit_trail(+System, -Untrailed) is semidet.
%
%   Untrailed are the operations on records of 90 days without an entry within a second. Entries
%   say what was, what is and why.

gmp_audit_trail(System, Untrailed) :-
    measured(System, operations_untrailed, Untrailed),
    Untrailed =< 0,
    measured(System, entries_complete, Complete),
    ( Complete == none -> true ; Complete == true ),
    measured(System, trails_disabled, Disabled),
    Disabled =< 0.

:- control('gmp.audit-trail-review', gmp_audit_trail_review/2,
           [ title("Audit trails are reviewed before release, and each 30 days"),
             basis(regulation), severity(high),
             cites([ citation("EU GMP Annex 11", "2011", "section 9: regularly reviewed",
                              [verified(false)]),
                     citation("FDA data integrity guidance", "December 2018", ""),
                     citation("PIC/S PI 041", "", "", [verified(false)]),
                     citation("NIST SP 800-53", "Rev. 5", "AU-6"),
                     "The 30 days are an own target"
                   ])
           ]).

%!  gmp_audit_trail_review(+System, -Unreviewed) is semidet.
%
%   Unreviewed are the batches released in 90 days without a signed, independent review before.

gmp_audit_trail_review(System, Unreviewed) :-
    measured(System, released_untrailed, Unreviewed),
    Unreviewed =< 0,
    measured(System, trail_review_age_d, AgeD),
    param(System, trail_review_most_days, Most),
    AgeD \== none,
    AgeD =< Most.

:- control('gmp.esign', gmp_esign/2,
           [ title("Every signature has two components, name, time, meaning and its record"),
             basis(regulation), severity(critical),
             cites([ citation("21 CFR", "", "11.50(a)-(b), 11.70, 11.100(a)-(b)",
                              [verified(false)]),
                     citation("21 CFR", "", "11.200(a)(1)(i)-(ii), (2), (3)"),
                     citation("21 CFR", "", "11.300"),
                     citation("EU GMP Annex 11", "2011", "section 14", [verified(false)])
                   ])
           ]).

%!  gmp_esign(+System, -Valid) is semidet.
%
%   Valid is `true` when each signature of 90 days is. Later ones of a session need one component.

gmp_esign(System, Valid) :-
    measured(System, signatures_valid, Valid),
    ( Valid == none -> true ; Valid == true ).

:- control('gmp.access', gmp_access/2,
           [ title("Every act is within its actor's role and current training"),
             basis(regulation), severity(high),
             cites([ citation("21 CFR", "", "11.10(d), (g), (i)"),
                     citation("21 CFR", "", "211.25", [verified(false)]),
                     citation("EU GMP Annex 11", "2011", "sections 2 and 12", [verified(false)])
                   ])
           ]).

%!  gmp_access(+System, -Untrained) is semidet.
%
%   Untrained are the acts of 90 days without a training for that version that was valid then.

gmp_access(System, Untrained) :-
    measured(System, actions_untrained, Untrained),
    Untrained =< 0,
    measured(System, roles_allow, Allowed),
    ( Allowed == none -> true ; Allowed == true ).

%!  gmp_part11_compliant(+System) is semidet.

gmp_part11_compliant(System) :-
    gmp_validation_current(System, _),
    gmp_change_control_steps(System, _),
    gmp_audit_trail(System, _),
    gmp_audit_trail_review(System, _),
    gmp_esign(System, _),
    gmp_access(System, _).
