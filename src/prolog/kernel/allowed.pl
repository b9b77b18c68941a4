:- module(zko_allowed,
          [ builtin/2,          % ?Name, ?Arity
            library_predicate/3,  % ?Name, ?Arity, ?Module
            meta/3,             % ?Name, ?Arity, ?ArgumentModes
            kernel/3,           % ?Name, ?Arity, ?Context
            writing/2,          % ?Name, ?Arity
            asking/2,           % ?Name, ?Arity
            testing/2,          % ?Name, ?Arity
            function/2,         % ?Name, ?Arity
            comparison/1,       % ?Name
            order_test/1        % ?Name
          ]).

/** <module> What a rule may call

A list of what is allowed, not of what is refused: a predicate that nobody thought of is refused.
Nothing here changes the state of the machine, runs text, opens a stream or takes a goal that
cannot be checked before it runs.
*/

%!  builtin(?Name, ?Arity) is nondet.

builtin(true, 0).
builtin(fail, 0).
builtin(false, 0).
builtin(=, 2).
builtin(unify_with_occurs_check, 2).
builtin(?=, 2).
builtin(var, 1).
builtin(nonvar, 1).
builtin(atom, 1).
builtin(string, 1).
builtin(number, 1).
builtin(integer, 1).
builtin(rational, 1).
builtin(rational, 3).
builtin(float, 1).
builtin(atomic, 1).
builtin(compound, 1).
builtin(callable, 1).
builtin(ground, 1).
builtin(is_list, 1).
builtin(acyclic_term, 1).
builtin(compare, 3).
builtin(functor, 3).
builtin(arg, 3).
builtin(=.., 2).
builtin(compound_name_arity, 3).
builtin(compound_name_arguments, 3).
builtin(copy_term, 2).
builtin(term_variables, 2).
builtin(length, 2).
builtin(msort, 2).
builtin(sort, 2).
builtin(sort, 4).
builtin(keysort, 2).
builtin(between, 3).
builtin(succ, 2).
builtin(plus, 3).
builtin(atom_length, 2).
builtin(atom_concat, 3).
builtin(sub_atom, 5).
builtin(atom_chars, 2).
builtin(atom_codes, 2).
builtin(atom_string, 2).
builtin(atom_number, 2).
builtin(number_codes, 2).
builtin(number_chars, 2).
builtin(number_string, 2).
builtin(char_code, 2).
builtin(char_type, 2).
builtin(upcase_atom, 2).
builtin(downcase_atom, 2).
builtin(atomic_list_concat, 2).
builtin(atomic_list_concat, 3).
builtin(split_string, 4).
builtin(string_chars, 2).
builtin(string_code, 3).
builtin(string_codes, 2).
builtin(string_concat, 3).
builtin(string_length, 2).
builtin(string_lower, 2).
builtin(string_upper, 2).
builtin(sub_string, 5).
builtin(text_concat, 3).
builtin(text_to_string, 2).

%!  library_predicate(?Name, ?Arity, ?Module) is nondet.

library_predicate(append, 2, lists).
library_predicate(append, 3, lists).
library_predicate(delete, 3, lists).
library_predicate(flatten, 2, lists).
library_predicate(intersection, 3, lists).
library_predicate(last, 2, lists).
library_predicate(list_to_set, 2, lists).
library_predicate(max_list, 2, lists).
library_predicate(max_member, 2, lists).
library_predicate(member, 2, lists).
library_predicate(memberchk, 2, lists).
library_predicate(min_list, 2, lists).
library_predicate(min_member, 2, lists).
library_predicate(nth0, 3, lists).
library_predicate(nth1, 3, lists).
library_predicate(numlist, 3, lists).
library_predicate(permutation, 2, lists).
library_predicate(reverse, 2, lists).
library_predicate(same_length, 2, lists).
library_predicate(select, 3, lists).
library_predicate(selectchk, 3, lists).
library_predicate(subtract, 3, lists).
library_predicate(sum_list, 2, lists).
library_predicate(union, 3, lists).
library_predicate(pairs_keys, 2, pairs).
library_predicate(pairs_values, 2, pairs).
library_predicate(pairs_keys_values, 3, pairs).
library_predicate(Name, Arity, apply) :-
    meta(Name, Arity, Modes),
    applied(Name),
    Modes \== [].
library_predicate(aggregate_all, 3, aggregate).
library_predicate(aggregate_all, 4, aggregate).

applied(maplist).
applied(foldl).
applied(include).
applied(exclude).
applied(partition).

%!  meta(?Name, ?Arity, ?ArgumentModes) is nondet.
%
%   0 is a goal, 1 to 9 a goal that gets that many further arguments, ^ a goal under V^Goal, - an
%   argument that the predicate binds, ? another.

meta(\+, 1, [0]).
meta(call, 1, [0]).
meta(call, 2, [1, ?]).
meta(call, 3, [2, ?, ?]).
meta(call, 4, [3, ?, ?, ?]).
meta(call, 5, [4, ?, ?, ?, ?]).
meta(once, 1, [0]).
meta(ignore, 1, [0]).
meta(forall, 2, [0, 0]).
meta(findall, 3, [?, 0, -]).
meta(findall, 4, [?, 0, -, -]).
meta(bagof, 3, [?, ^, -]).
meta(setof, 3, [?, ^, -]).
meta(aggregate_all, 3, [?, 0, -]).
meta(aggregate_all, 4, [?, ?, 0, -]).
meta(maplist, 2, [1, ?]).
meta(maplist, 3, [2, ?, ?]).
meta(maplist, 4, [3, ?, ?, ?]).
meta(maplist, 5, [4, ?, ?, ?, ?]).
meta(foldl, 4, [3, ?, ?, ?]).
meta(foldl, 5, [4, ?, ?, ?, ?]).
meta(foldl, 6, [5, ?, ?, ?, ?, ?]).
meta(include, 3, [1, ?, ?]).
meta(exclude, 3, [1, ?, ?]).
meta(partition, 4, [1, ?, ?, ?]).

%!  kernel(?Name, ?Arity, ?Context) is nondet.
%
%   Predicates of zko_answers. Context `pack`: the calling pack is passed as a first argument;
%   `calendar`: one of zko_calendars, whose first argument names a calendar.

kernel(measured, 3, pack).
kernel(event, 4, pack).
kernel(observed, 1, pack).
kernel(observed, 2, pack).
kernel(event_proof, 2, pack).
kernel(undecided, 2, none).
kernel(now, 1, none).
kernel(system, 1, none).
kernel(system_verdict, 2, none).
kernel(system_compliant, 1, none).
kernel(system_proof, 2, none).
kernel(verify_zkproof, 2, none).
kernel(param, 3, pack).
kernel(control, 3, none).
kernel(control_set, 3, none).
kernel(citation, 7, none).
kernel(waiver, 6, none).
kernel(why, 2, none).
kernel(working_days, 4, calendar).
kernel(working_minutes, 4, calendar).
kernel(days_between, 4, calendar).
kernel(months_between, 4, calendar).
kernel(calendar_date, 3, calendar).
kernel(due, 5, calendar).

%!  writing(?Name, ?Arity) is nondet.
%
%   What only a REPL goal may call: its output goes to the session.

writing(write, 1).
writing(print, 1).
writing(writeln, 1).
writing(writeq, 1).
writing(write_canonical, 1).
writing(nl, 0).
writing(tab, 1).
writing(help, 0).

%!  asking(?Name, ?Arity) is nondet.
%
%   Predicates of zko_explaining, likewise: they check the goal that they are given themselves.

asking(explain, 1).
asking(explain, 2).
asking(explain_json, 1).

%!  testing(?Name, ?Arity) is nondet.
%
%   Predicates of zko_tests, which only the body of a test may call.

testing(verdict, 2).
testing(verdict, 3).

%!  function(?Name, ?Arity) is nondet.
%
%   Arithmetic that gives a rational for rationals. ** and ^ take a literal exponent only, so that
%   no rule builds a number of a million digits between two inferences.

function(+, 1).
function(-, 1).
function(+, 2).
function(-, 2).
function(*, 2).
function(/, 2).
function(rdiv, 2).
function(//, 2).
function(div, 2).
function(mod, 2).
function(rem, 2).
function(min, 2).
function(max, 2).
function(gcd, 2).
function(abs, 1).
function(sign, 1).
function(floor, 1).
function(ceiling, 1).
function(round, 1).
function(truncate, 1).
function(numerator, 1).
function(denominator, 1).

comparison(<).
comparison(=<).
comparison(>).
comparison(>=).
comparison(=:=).
comparison(=\=).

order_test(==).
order_test(\==).
order_test(\=).
order_test(@<).
order_test(@=<).
order_test(@>).
order_test(@>=).
order_test(=@=).
order_test(\=@=).
