// What measures that join events become, and what the gate says of wrong ones.
#include "machine.hpp"

using namespace overlord;
using namespace overlord::rules;

namespace {

const std::string kHead =
    ":- module(demo, [demo_compliant/1, first/2]).\n"
    ":- parameter(limit_min, 15).\n"
    ":- telemetry(alert(id:string, level:integer, at:time, actor:atom, gone:optional(time))).\n"
    ":- telemetry(answer(alert:string, by:atom, level:integer, at:time, tags:list(string))).\n";
const std::string kTail =
    "\ndemo_compliant(S) :- first(S, _).\n"
    ":- control('demo.first', first/2, [title(\"First\"), basis(target)]).\n"
    "first(S, V) :- measured(S, m, V), V =< 15.\n";

std::string numbers(const std::vector<std::size_t>& values) {
    std::string text = "[";
    for (const std::size_t value : values) text += std::to_string(value);
    return text + "]";
}

std::string describe(const Expression& expression) {
    using Op = Expression::Op;
    std::string text = std::to_string(static_cast<int>(expression.op));
    if (expression.op == Op::kField) return "f" + std::to_string(expression.field);
    if (expression.op == Op::kNumber) return expression.number.to_text();
    if (expression.op == Op::kEqual) text = "=";
    if (expression.op == Op::kNotEqual) text = "\\=";
    if (expression.op == Op::kAtMost) text = "=<";
    if (expression.op == Op::kAbs) text = "abs";
    if (expression.op == Op::kSubtract) text = "-";
    if (expression.op == Op::kAnd) text = "and";
    if (expression.op == Op::kGreater) text = ">";
    if (expression.op == Op::kMax) text = "max";
    text += "(";
    for (const Expression& argument : expression.arguments) text += describe(argument) + " ";
    text.back() = ')';
    return text;
}

std::string describe(const Bundle& bundle) {
    const Measure& measure = bundle.measures.at(0);
    std::string text;
    for (std::size_t i = 0; i < measure.inputs.size(); ++i) {
        const Join::Step& step = measure.join->steps[i];
        text += bundle.kinds[measure.inputs[i].kind].name + numbers(step.key);
        if (measure.inputs[i].where) text += " where " + describe(*measure.inputs[i].where);
        if (!step.keeps.empty()) text += " keeps " + numbers(step.keeps);
        if (!step.looks_at.empty()) text += " looks at " + numbers(step.looks_at);
        if (step.when) text += " when " + describe(*step.when);
        if (step.time) text += " time " + std::to_string(*step.time);
        if (step.times > 1) text += " x" + std::to_string(step.times);
        if (step.negated) text += " none";
        text += "; ";
    }
    if (measure.join->within > 0) text += std::to_string(measure.join->within / kSecondNs) + " s";
    if (measure.in != kSecondNs) text += " in " + std::to_string(measure.in / kSecondNs) + " s";
    if (measure.join->settled) text += " settled";
    return text + (measure.unit.empty() ? "" : " " + measure.unit);
}

std::string measure(const std::string& declaration) {
    return loaded("demo", kHead + ":- measure(m, " + declaration + ")." + kTail,
                  [](const Bundle& bundle) { return describe(bundle); });
}

void says(const std::string& declaration, const std::string& what) {
    const std::string text = measure(declaration);
    INFO(text);
    CHECK(text.find(what) != std::string::npos);
}

}  // namespace

TEST_CASE("rules: measures over pairs of events", "[rules]") {
    CHECK(measure("span(alert, answer, on([id = alert])), over(30, d)") ==
          "alert[0]; answer[0];  in 60 s min");
    CHECK(measure("span(alert: level > 2, answer, on([id = alert])), over(30, d), "
                  "[in(s), times(at, at)]") ==
          "alert[0] where >(f1 2) time 2; answer[0] time 3;  s");
    CHECK(measure("unanswered(alert, answer: by \\= first:actor, on([id = alert, level]), "
                  "within(param(limit_min), min)), over(30, d), [settled]") ==
          "alert[01] keeps [3]; answer[02] looks at [1] when \\=(f1 f0); 900 s settled");
    CHECK(measure("unpreceded(answer: (level > 1, abs(level - first:level) =< 2), alert, "
                  "on([id = alert])), over(1, h)") ==
          "alert[0] keeps [1]; answer[0] where >(f2 1) looks at [2] when =<(abs(-(f1 f0)) 2); ");
    CHECK(measure("unpreceded(answer: max(level, first:level) > 3, alert, on([]), within(5, s)), "
                  "over(1, h)") ==
          "alert[] keeps [1]; answer[] looks at [2] when >(max(f1 f0) 3); 5 s");
}

TEST_CASE("rules: sequences of events", "[rules]") {
    CHECK(measure("episodes([a: alert, b: (answer, by = a:actor)], on([id = alert]), "
                  "within(30, s)), over(1, h)") ==
          "alert[0] keeps [3]; answer[0] looks at [1] when =(f1 f0); 30 s");
    CHECK(measure("episodes([a: times(3, alert, (level > 1, actor = a:actor)), \\+ answer, "
                  "b: times(2, answer), \\+ (alert, level - b:level > a:level)], "
                  "on([id = alert]), within(param(limit_min), min)), over(1, h), [greatest]") ==
          "alert[0] where >(f1 1) keeps [31] looks at [3] when =(f3 f0) x3; answer[0] none; "
          "answer[0] keeps [2] x2; alert[0] looks at [1] when >(-(f3 f2) f1) none; 900 s");
}

TEST_CASE("rules: what the gate says of episodes that are wrong", "[rules]") {
    const auto episode = [](const std::string& steps, const std::string& keys = "[id = alert]") {
        return "episodes([" + steps + "], on(" + keys + "), within(5, s)), over(1, h)";
    };
    says(episode("\\+ alert, a: answer"), "a negated step stands behind another one");
    says(episode("a: alert"), "an episode of one event is what count");
    says(episode("a: alert, a: answer"), "two steps have the same name");
    says(episode("a: alert, b: times(65, answer)"), "is no step");
    says(episode("a: alert, b: times(64, answer)"), "at most 16 steps and 64 events");
    says(episode("a: alert, answer"), "answer is no step");
    says(episode("a: alert, b: (answer, by = c:actor)"), "c:actor is no expression");
    says(episode("a: alert, b: (answer, by = b:by)"), "b:by is no expression");
    says(episode("a: alert, b: answer", "[id = level]"), "they are never equal");
    says("episodes(alert, on(id), within(5, s)), over(1, h)", "alert is no list of steps");
}

TEST_CASE("rules: what the gate says of joins that are wrong", "[rules]") {
    says("span(alert, answer, on(id)), over(1, h)", "id is no field of this kind");
    says("span(alert, answer, on([level = by])), over(1, h)",
         "rules.type]: level is of type integer, by of type atom: they are never equal");
    says("span(alert, answer, on([id = tags])), over(1, h)", "a list of strings is no key");
    says("span(alert, answer, id), over(1, h)", "is not of the form on(FIELD)");
    says("span(alert, answers, on(id)), over(1, h)", "kind answers is not declared");
    says("span(alert, answer: by = last:actor, on([id = alert])), over(1, h)",
         "last:actor is no expression");
    says("span(alert, answer: by = first:nobody, on([id = alert])), over(1, h)",
         "nobody is no field of this kind");
    says("span(alert: actor = first:by, answer, on([id = alert])), over(1, h)",
         "first:by is no expression");
    says("span(alert, answer, on([id = alert])), over(1, h), [times(at, by)]",
         "by is of type atom, a time is needed");
    says("span(alert, answer, on([id = alert])), over(1, h), [calendar(nowhere)]", "nowhere");
    says("span(alert, answer, on([id = alert])), over(1, h), [settled]",
         "settled is no option of this measure");
    says("span(alert, answer, on([id = alert]))", "needs a window");
    says("unanswered(alert, answer, on([id = alert]), within(1, h)), over(1, h)",
         "the window is not longer than within");
    says("unanswered(alert, answer, on([id = alert]), soon), over(1, h)",
         "soon is not of the form within(N, UNIT)");
    says("unanswered(alert, answer, on([id = alert])), over(1, h)",
         "unanswered is written unanswered(A, B, on(KEYS), within(N, UNIT))");
    says("unpreceded(7, alert, on([id = alert])), over(1, h)",
         "7 is not of the form KIND or KIND: CONDITION");
}
