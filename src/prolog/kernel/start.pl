:- module(zko_start, [ready/0]).

:- use_module(library(aggregate)).
:- use_module(library(apply)).
:- use_module(library(lists)).
:- use_module(library(pairs)).

/** <module> The machine's last step of starting

Libraries are loaded by now; from here on nothing is loaded, autoloaded or traced.
*/

ready :-
    clean_load,
    set_prolog_flag(autoload, false),
    set_prolog_flag(debug_on_error, false),
    set_prolog_flag(report_error, false),
    set_prolog_flag(double_quotes, codes),
    set_prolog_flag(prefer_rationals, true),
    set_prolog_flag(iso, false),
    set_prolog_flag(encoding, utf8),
    set_prolog_flag(color_term, false),
    set_prolog_flag(toplevel_print_anon, true),
    set_prolog_flag(toplevel_name_variables, true),
    set_prolog_flag(toplevel_residue_vars, false),
    set_prolog_flag(verbose, silent),
    set_prolog_gc_thread(false),
    set_module(zko_syntax:base(system)),
    set_module(zko_repl:base(system)),
    forall(zko_allowed:library_predicate(Name, Arity, Library),
           zko_repl:import(Library:Name/Arity)),
    set_module(zko_events:base(system)),
    dynamic(zko_events:none/4).

% A warning while the kernel was loaded is a fault of the build.
clean_load :-
    statistics(errors, Errors),
    statistics(warnings, Warnings),
    (   Errors + Warnings =:= 0
    ->  true
    ;   throw(error(zko("the kernel does not load cleanly"), _))
    ).
