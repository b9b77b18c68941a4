:- module(gmp_part11,
          [ gmp_esign/2,                % +System, -Valid
            gmp_part11_compliant/1      % +System
          ]).

/** <module> GMP: computerised systems under 21 CFR Part 11 and EU GMP Annex 11

The rules already meet the draft of Annex 11 of July 2025 where it asks for more of an audit trail;
what they cite is the text of 2011, which is in force.
*/

:- pack(gmp, "1.0", [on_request]).
:- telemetry(esign(signer:string, printed_name:string, meaning:string, record:string,
                   signed_digest:string, record_digest:string, components:integer(0, 10),
                   session:string, first_in_session:bool, account_active:bool,
                   signature_valid:bool)).

% What is measured.

:- parameter(window_days, 90).
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

:- control('gmp.esign', gmp_esign/2,
           [ title("Every signature has two components, name, time, meaning and its record"),
             basis(regulation), severity(critical),
             cites([ citation("21 CFR", "", "11.50(a)-(b), 11.70, 11.100(a)-(b)",
                              [verified(false)]),
                     citation("21 CFR", "", "11.200(a)(1)(i)-(ii), (2), (3)"),
                     citation("21 CFR", "", "11.300"),
                     citation("EU GMP Annex 11", "2011", "section 14")
                   ])
           ]).

%!  gmp_esign(+System, -Valid) is semidet.
%
%   Valid is `true` when each signature of 90 days is. Later ones of a session need one component.

gmp_esign(System, Valid) :-
    measured(System, signatures_valid, Valid),
    ( Valid == none -> true ; Valid == true ).

%!  gmp_part11_compliant(+System) is semidet.

gmp_part11_compliant(System) :-
    gmp_esign(System, _).
