// What the declarations of a pack become.
#include "machine.hpp"

using namespace overlord;
using namespace overlord::rules;

namespace {

const std::string kHead =
    ":- module(demo, [demo_compliant/1, first/2, second/2, check_ping/2]).\n"
    ":- telemetry(ping(id:string, ms:number, good:integer(0, 5), total:integer, status:one_of(up, "
    "down),\n"
    "                  flag:bool, at:time, until:optional(time), words:optional(list(string)))).\n";
const std::string kTail =
    "\ndemo_compliant(S) :- first(S, _).\n"
    ":- control('demo.first', first/2, [title(\"First\"), basis(target), version(\"2\"), "
    "cites(\"a\", \"b\")]).\n"
    "first(S, V) :- second(S, V).\nsecond(S, V) :- measured(S, m, V), 7.50 >= V.\n"
    ":- check(ping, check_ping/2).\ncheck_ping(E, _) :- observed(E).\n";

std::string describe(const Expression& expression) {
    static const char* const names[] = {"field", "number",  "text", "bool", "+",  "-", "*",
                                        "/",     "=",       "\\=",  "<",    "=<", ">", ">=",
                                        "given", "missing", "and",  "or",   "not"};
    std::string text = names[static_cast<int>(expression.op)];
    switch (expression.op) {
        case Expression::Op::kField:
        case Expression::Op::kGiven:
        case Expression::Op::kMissing:
            return text + std::to_string(expression.field);
        case Expression::Op::kNumber:
            return expression.number.to_text();
        case Expression::Op::kText:
            return "'" + expression.text + "'";
        case Expression::Op::kBool:
            return expression.boolean ? "true" : "false";
        default:
            break;
    }
    text += "(";
    for (const Expression& argument : expression.arguments) text += describe(argument) + " ";
    text.back() = ')';
    return text;
}

// The measure m of a pack that declares it with `declaration`.
std::string measure(const std::string& declaration) {
    return loaded("demo", kHead + ":- measure(m, " + declaration + ")." + kTail,
                  [](const Bundle& bundle) {
                      const Measure& made = bundle.measures.at(0);
                      std::string text = "f" + std::to_string(static_cast<int>(made.function));
                      for (const Measure::Input& input : made.inputs)
                          text += " in " + bundle.kinds[input.kind].name +
                                  (input.where ? " where " + describe(*input.where) : "");
                      if (made.value) text += " value " + describe(*made.value);
                      if (made.divisor) text += " divisor " + describe(*made.divisor);
                      if (made.by) text += " by " + std::to_string(*made.by);
                      if (made.until_field != 0)
                          text += " from " + std::to_string(made.from_field) + " until " +
                                  std::to_string(made.until_field);
                      if (made.greatest) text += " greatest";
                      if (made.period != 0) text += " period " + std::to_string(made.period);
                      if (made.windows == Measure::Windows::kTumbling) text += " tumbling";
                      if (made.windows == Measure::Windows::kCalendar)
                          text += " calendar " +
                                  std::to_string(static_cast<int>(made.calendar)) + " offset " +
                                  std::to_string(made.utc_offset);
                      if (made.counts_by) text += " by " + made.counts_by->name;
                      if (made.window != 0) text += " window " + std::to_string(made.window);
                      if (made.in != kSecondNs) text += " in " + std::to_string(made.in);
                      if (made.forget_after != 0)
                          text += " forget " + std::to_string(made.forget_after);
                      if (made.share != Number(0)) text += " share " + made.share.to_text();
                      if (made.alpha != Number(0)) text += " ewma " + made.alpha.to_text();
                      if (made.latest != 0) text += " mad " + std::to_string(made.latest);
                      if (made.warm_up != 0) text += " warm " + std::to_string(made.warm_up);
                      if (made.least_spread != Number(0))
                          text += " spread " + made.least_spread.to_text();
                      for (const Number& bound : made.bounds) text += " bound " + bound.to_text();
                      if (made.stale_after != 0)
                          text += " stale " + std::to_string(made.stale_after);
                      if (made.lateness != 60 * kSecondNs)
                          text += " late " + std::to_string(made.lateness);
                      if (made.at_least != 1) text += " least " + std::to_string(made.at_least);
                      if (made.provisional_below != 0)
                          text += " provisional " + std::to_string(made.provisional_below);
                      if (!made.unit.empty()) text += " unit " + made.unit;
                      return text;
                  });
}

}  // namespace

TEST_CASE("rules: measures, each function and option", "[rules]") {
    CHECK(measure("availability(ping, status = up, every(1, s)), over(365, d), [by(id), "
                  "at_least(60), provisional_below(300_000)]") ==
          "f0 in ping where =(field4 'up') by 0 period 1000000000 window 31536000000000000 least "
          "60 provisional 300000");
    CHECK(measure("availability(ping, flag, every(1, s)), calendar(month), "
                  "[except(ping, at, until, status = down)]") ==
          "f0 in ping where =(field5 true) in ping where =(field4 'down') from 6 until 7 period "
          "1000000000 calendar 2 offset 0");
    CHECK(measure("last(ping, good - total), [by(id), stale_after(1.5, h), greatest]") ==
          "f1 in ping value -(field2 field3) by 0 greatest stale 5400000000000");
    CHECK(measure("last(ping, good)") == "f1 in ping value field2");
    CHECK(measure("count(ping), over(10, min)") == "f2 in ping window 600000000000");
    CHECK(measure("count(ping, flag), over(1, h)") ==
          "f2 in ping where =(field5 true) window 3600000000000");
    CHECK(measure("sum(ping, ms * 2 + 1), over(1, h), [unit(ms)]") ==
          "f3 in ping value +(*(field1 2) 1) window 3600000000000 unit ms");
    CHECK(measure("mean(ping, ms / 0.1), over(1, h)") ==
          "f4 in ping value /(field1 1/10) window 3600000000000");
    CHECK(measure("min(ping, ms), over(1, h), [lateness(5, s)]") ==
          "f5 in ping value field1 window 3600000000000 late 5000000000");
    CHECK(measure("max(ping, ms, \\+ flag), over(1, h)") ==
          "f6 in ping where not(=(field5 true)) value field1 window 3600000000000");
    CHECK(measure("ratio(ping, good, total), over(1, h)") ==
          "f7 in ping value field2 divisor field3 window 3600000000000");
    CHECK(measure("all([ping: flag = true, ping: (status = up ; given(until))]), over(1, h)") ==
          "f8 in ping where =(field5 true) in ping where or(=(field4 'up') given7) window "
          "3600000000000");
    CHECK(measure("all(ping, (given(words), id \\= \"x\", ms < 5, good >= 1)), over(1, h)") ==
          "f8 in ping where and(given8 and(\\=(field0 'x') and(<(field1 5) >=(field2 1)))) window "
          "3600000000000");
    CHECK(measure("latest_all(ping, id, (flag, missing(until)))") ==
          "f9 in ping where and(=(field5 true) missing7) by 0");
    CHECK(measure("response(ping, id, at, until), over(30, d)") ==
          "f10 in ping by 0 from 6 until 7 window 2592000000000000 unit min");
    CHECK(measure("resolution(ping), over(1, h), [at_least(100)]") ==
          "f11 in ping window 3600000000000 least 100 unit ns");
    CHECK(measure("age(ping)") == "f12 in ping unit s");
    CHECK(measure("age(ping, flag), [by(id), in(d), forget_after(90, d)]") ==
          "f12 in ping where =(field5 true) by 0 in 86400000000000 forget 7776000000000000 unit d");
    CHECK(measure("distinct(ping, id, ms > 1), over(1, h)") ==
          "f13 in ping where >(field1 1) value field0 window 3600000000000");
    CHECK(measure("rate(ping, per(1, min)), over(1, h)") ==
          "f14 in ping period 60000000000 window 3600000000000 unit per min");
    CHECK(measure("rate(ping, per(10, min), flag), tumbling(5, min)") ==
          "f14 in ping where =(field5 true) period 600000000000 tumbling window 300000000000 unit "
          "per 10 min");
    CHECK(measure("percentile(ping, ms, 99.9), over(1, h), [bounds([0.5, 1, 2]), unit(ms)]") ==
          "f15 in ping value field1 window 3600000000000 share 999/10 bound 1/2 bound 1 bound 2 "
          "unit ms");
    CHECK(measure("sequence_gaps(ping, total, flag), over(1, h), [by(id)]") ==
          "f16 in ping where =(field5 true) value field3 by 0 window 3600000000000");
    CHECK(measure("deviation(ping, ms, ewma(0.002)), over(1, h), [warm_up(300)]") ==
          "f17 in ping value field1 window 3600000000000 ewma 1/500 warm 300");
    CHECK(measure("deviation(ping, ms, mad(50)), over(1, h), [least_spread(0.1)]") ==
          "f17 in ping value field1 window 3600000000000 mad 50 warm 50 spread 1/10");
    CHECK(measure("count(ping), calendar(month, utc)") == "f2 in ping calendar 2 offset 0 by utc");
    CHECK(measure("count(ping), calendar(week, site)).\n:- calendar(site, [zone(\"+01:00\")]") ==
          "f2 in ping calendar 1 offset 3600000000000 by site");
    CHECK(measure("count(ping), calendar(quarter)") == "f2 in ping calendar 3 offset 0");
    CHECK(measure("count(ping), over(1, fortnight)").find("rules.directive") != std::string::npos);
}

TEST_CASE("rules: kinds, checks, controls, levels", "[rules]") {
    const std::string text = loaded(
        "demo", kHead + ":- measure(m, count(ping), over(1, h))." + kTail,
        [](const Bundle& bundle) {
            std::string found;
            for (const Kind& kind : bundle.kinds) {
                found += kind.schema.type + ":";
                for (const event::FieldSchema& field : kind.schema.fields) {
                    found += " " + field.name + "/" + std::string(event::to_text(field.type)) +
                             (field.optional ? "?" : "");
                    for (const std::string& value : field.one_of) found += "|" + value;
                    if (field.minimum)
                        found += ">=" + field.minimum->to_text() + "=<" + field.maximum->to_text();
                }
                found += " ->";
                for (const Kind::Argument& argument : kind.term) found += " " + argument.functor;
                found += "\n";
            }
            const Check& check = bundle.checks.at(0);
            found += bundle.kinds[check.kind].name + " " + check.predicate + " " + check.file +
                     ":" + std::to_string(check.line) + "\n";
            const Control& control = bundle.controls.at(0);
            found += control.id + " " + control.pack + " " + control.predicate + " " +
                     control.title + " " + control.basis + " " + control.version;
            for (const std::string& citation : control.citations) found += " " + citation;
            for (const std::size_t read : control.reads)
                found += " reads " + bundle.measures[read].name;
            if (control.limit)
                found += " limit " + std::to_string(static_cast<int>(control.limit->op)) + " " +
                         control.limit->number.to_text();
            found += " " + control.file + ":" + std::to_string(control.line) + "\n";
            const Level& level = bundle.levels.at(0);
            found += level.name + " " + level.predicate + " " +
                     std::to_string(level.controls.size()) + " " +
                     std::to_string(level.reads.size()) + "\n";
            return found;
        });
    CHECK(text ==
          "demo.nil_report: kind/string from/time to/time -> timestamp kind from to\n"
          "demo.ping: id/string ms/number good/integer>=0=<5 total/integer status/atom|up|down "
          "flag/bool at/time until/time? "
          "words/strings? -> timestamp id ms good total status flag at until words\n"
          "ping check_ping demo.pl:10\n"
          "demo.first demo first First target 2 a b reads m limit 0 15/2 demo.pl:7\n"
          "demo demo_compliant 1 1\n");
}

TEST_CASE("rules: what a kind requires of two fields belongs to its declaration", "[rules]") {
    const auto with = [](const std::string& options) {
        return loaded("demo",
                      ":- module(demo, [demo_compliant/1, first/2]).\n"
                      ":- telemetry(ping(good:integer, total:integer, at:time, until:time)" +
                          options +
                          ").\n:- measure(m, count(ping), over(1, h)).\n"
                          ":- control('demo.first', first/2, [title(\"First\"), basis(target)]).\n"
                          "first(S, V) :- measured(S, m, V), V =< 5.\n"
                          "demo_compliant(S) :- first(S, _).\n",
                      [](const Bundle& bundle) {
                          std::string found;
                          for (const event::FieldOrder& order : bundle.kinds.back().schema.orders)
                              found += std::to_string(order.less) + (order.strict ? "<" : "=<") +
                                       std::to_string(order.greater) + " ";
                          return found + "| " + bundle.measures.front().declaration;
                      });
    };
    const std::string none = with("");
    CHECK(none.starts_with("| "));
    const std::string some = with(", [require([good =< total, until > at]), term([good])]");
    CHECK(some.starts_with("0=<1 2<3 | "));
    // Events that were taken in under another requirement are other evidence.
    CHECK(none.substr(2) != with(", [require([good =< total])]").substr(7));
}

TEST_CASE("rules: a pack belongs to a version of a control set", "[rules]") {
    const std::string text =
        ":- module(demo_ops, [demo_ops_compliant/1, c/2]).\n"
        ":- pack(demo, \"1.2\", [on_request]).\n:- telemetry(ping(ms:number)).\n"
        ":- measure(a, count(ping), over(1, h)).\n"
        ":- control('demo.c', c/2, [title(\"t\"), basis(shape_regulation), severity(critical),\n"
        "    status(experimental), cites([citation(\"X\", \"2\", \"3\", [verified(false)]), "
        "\"y\"])]).\n"
        "c(S, V) :- measured(S, a, V), V > 3.\ndemo_ops_compliant(S) :- c(S, _).\n";
    CHECK(loaded("demo_ops", text, [](const Bundle& bundle) {
              const Level& level = bundle.levels.at(0);
              const Control& control = bundle.controls.at(0);
              std::string found = level.name + " " + level.family + " " + level.version +
                                  (level.on_request ? " on request\n" : "\n") + control.id + " " +
                                  control.pack + " " + control.basis + " " + control.severity +
                                  " " + control.status;
              for (const std::string& citation : control.unverified) found += "; " + citation;
              return found;
          }) ==
          "demo_ops demo 1.2 on request\n"
          "demo.c demo_ops shape-regulation critical experimental; X (2), 3 [clause not "
          "verified]");
    CHECK(loaded("demo", kHead + ":- measure(m, count(ping), over(1, h))." + kTail,
                 [](const Bundle& bundle) {
                     const Level& level = bundle.levels.at(0);
                     const Control& control = bundle.controls.at(0);
                     return level.family + " " + level.version + " " +
                            (level.on_request ? "on request" : "always") + " " +
                            control.severity + " " + control.status;
                 }) == "demo 1 always medium stable");
}

TEST_CASE("rules: a pack without measures, controls and telemetry is a bundle too", "[rules]") {
    CHECK(loaded("demo", ":- module(demo, [p/1]).\np(a).\n", [](const Bundle& bundle) {
              return std::to_string(bundle.kinds.size() + bundle.measures.size() +
                                    bundle.levels.size());
          }) == "0");
}

TEST_CASE(
    "rules: a control that looks at single events reads all measures of its pack, with a warning",
    "[rules]") {
    const std::string text =
        ":- module(demo, [demo_compliant/1, c/2]).\n:- telemetry(ping(ms:number)).\n"
        ":- measure(a, count(ping), over(1, h)).\n:- measure(b, count(ping), over(2, h)).\n"
        ":- control('demo.c', c/2, [title(\"t\"), basis(target)]).\n"
        "c(S, V) :- event(_, S, _, ping(_, ms(V))), V > 3.\ndemo_compliant(S) :- c(S, _).\n";
    CHECK(in_a_copy([&] {
              const Loaded result = load(machine(), {{"demo.pl", text}});
              std::string found = diagnostics_text(result.diagnostics);
              if (result.bundle)
                  found += std::to_string(result.bundle->controls.at(0).reads.size());
              return found;
          }) ==
          "demo.pl:5:27: warning[rules.missing_citation]: control demo.c cites nothing\n"
          "demo.pl:6:1: warning[rules.retained]: control demo.c uses event: what it sees is "
          "kept for a while only\n2");
}

TEST_CASE("rules: a limit on a percentile that is none of its bounds is warned of", "[rules]") {
    const auto notes = [](const std::string& limit) {
        const std::string text =
            ":- module(demo, [demo_compliant/1, c/2]).\n:- telemetry(ping(ms:number)).\n"
            ":- measure(p99, percentile(ping, ms, 99), over(1, h), [bounds([0.5, 1, 2])]).\n"
            ":- control('demo.c', c/2, [title(\"t\"), basis(target), cites(\"x\")]).\n"
            "c(S, V) :- measured(S, p99, V), V =< " + limit +
            ".\ndemo_compliant(S) :- c(S, _).\n";
        return in_a_copy([&] {
            const Loaded result = load(machine(), {{"demo.pl", text}});
            return diagnostics_text(result.diagnostics) + (result.bundle ? "taken" : "refused");
        });
    };
    CHECK(notes("1") == "taken");
    CHECK(notes("0.50") == "taken");
    CHECK(notes("1.5") ==
          "demo.pl:5:1: warning[rules.bounds]: control demo.c compares p99 with 3r2, which is none "
          "of its bounds [1r2,1,2]\ntaken");
}

TEST_CASE("rules: a refused bundle has its diagnostics only", "[rules]") {
    const Loaded result =
        load(machine(), {{"demo.pl", ":- module(demo, []).\np(X) :- nope(X).\n"}});
    CHECK_FALSE(result.bundle.has_value());
    REQUIRE(result.diagnostics.size() == 1);
    CHECK(to_text(result.diagnostics[0]) ==
          "demo.pl:2:9: error[rules.undefined]: nope/1 is not defined");
}

TEST_CASE("rules: measures read kinds of other packs and parameters in conditions", "[rules]") {
    const std::string shop = ":- module(shop, []).\n:- telemetry(sale(eur:number, card:bool)).\n";
    const auto taken = [&](const std::string& lines) {
        return in_a_copy([&] {
            const Loaded result = load(
                machine(), {{"audit.pl", ":- module(audit, []).\n" + lines}, {"shop.pl", shop}});
            if (!result.bundle) return diagnostics_text(result.diagnostics);
            const Measure& made = result.bundle->measures.at(0);
            return result.bundle->kinds[made.inputs.at(0).kind].schema.type + " " +
                   describe(*made.inputs.at(0).where);
        });
    };
    CHECK(taken(":- telemetry(shop:sale).\n:- parameter(large, 50).\n"
                ":- measure(m, count(sale, eur >= param(large)), over(1, h)).\n") ==
          "shop.sale >=(field0 50)");
    CHECK(taken(":- telemetry(trip(from:time, to:time)).\n"
                ":- measure(m, count(trip, (to - from > 5, to >= from + duration(2, us))), "
                "over(1, h)).\n") ==
          "audit.trip and(>(-(field1 field0) 5) >=(field1 +(field0 2000)))");
    CHECK(taken(":- telemetry(trip(from:time, to:time)).\n"
                ":- measure(m, count(trip, to * 2 > 5), over(1, h)).\n")
              .find("to is of type time, a number is needed") != std::string::npos);
    CHECK(taken(":- telemetry(shop:sales).\n") ==
          "audit.pl:2:14: error[rules.undefined]: kind sales is not declared by pack shop\n");
    CHECK(taken(":- telemetry(audit:sale).\n") ==
          "audit.pl:2:14: error[rules.directive]: audit is this pack: its kinds need no taking "
          "in\n");
    CHECK(taken(":- telemetry(shop:sale).\n:- telemetry(sale(id:string)).\n") ==
          "audit.pl:2:14: error[rules.duplicate_id]: kind sale is declared twice\n");
    CHECK(taken(":- telemetry(shop:sale).\n"
                ":- measure(m, count(sale, eur >= param(big)), over(1, h)).\n")
              .find("parameter big is not declared before it is used") != std::string::npos);
}
