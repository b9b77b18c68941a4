#include "shape.hpp"

#include <map>
#include <string>

namespace overlord::evaluate {
namespace {

using rules::Bundle;
using rules::Expression;
using rules::Kind;

void write_kind(Writer& out, const Kind& kind) {
    out.text(kind.schema.type);
    out.u(kind.schema.fields.size());
    for (const event::FieldSchema& field : kind.schema.fields) {
        out.text(field.name);
        out.u(static_cast<std::uint64_t>(field.type));
    }
    out.u(kind.term.size());
    for (const Kind::Argument& argument : kind.term) {
        out.text(argument.functor);
        out.u(static_cast<std::uint64_t>(argument.from));
        out.u(argument.field);
        out.u(argument.until_field);
    }
}

void write_expression(Writer& out, const Expression& expression) {
    out.u(static_cast<std::uint64_t>(expression.op));
    out.u(expression.field);
    out.number(expression.number);
    out.text(expression.text);
    out.flag(expression.boolean);
    out.u(expression.arguments.size());
    for (const Expression& argument : expression.arguments) write_expression(out, argument);
}

void write_optional(Writer& out, const std::optional<Expression>& expression) {
    out.flag(expression.has_value());
    if (expression) write_expression(out, *expression);
}

void write_measure(Writer& out, const Bundle& bundle, const rules::Measure& measure) {
    out.text(measure.pack);
    out.text(measure.name);
    out.text(measure.declaration);
    out.u(static_cast<std::uint64_t>(measure.function));
    out.u(measure.inputs.size());
    for (const rules::Measure::Input& input : measure.inputs) {
        write_kind(out, bundle.kinds[input.kind]);
        write_optional(out, input.where);
    }
    write_optional(out, measure.value);
    write_optional(out, measure.divisor);
    out.flag(measure.by.has_value());
    out.u(measure.by.value_or(0));
    out.u(measure.from_field);
    out.u(measure.until_field);
    out.flag(measure.greatest);
    for (const DurationNs span :
         {measure.period, measure.window, measure.stale_after, measure.lateness}) {
        out.i(span);
    }
    if (measure.counts_by) out.text(measure.counts_by->calendar.spelling());
}

template <class Things, class Write>
void write_each(Writer& out, const Things& things, Write write) {
    out.u(things.size());
    for (const auto& thing : things) {
        Writer one;
        write(one, thing);
        out.text(as_text(one.bytes()));
    }
}

template <class Things, class Write>
std::vector<std::size_t> read_each(Reader& in, const Things& things, Write write) {
    std::map<std::string, std::size_t, std::less<>> ours;
    for (std::size_t i = 0; i < things.size(); ++i) {
        Writer one;
        write(one, things[i]);
        ours.emplace(as_text(one.bytes()), i);
    }
    std::vector<std::size_t> indices;
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        const auto found = ours.find(in.text());
        indices.push_back(found == ours.end() ? Plan::kNone : found->second);
    }
    return indices;
}

void write_control(Writer& out, const rules::Control& control) {
    out.text(control.id);
}
void write_level(Writer& out, const rules::Level& level) {
    out.text(level.name);
}

// A stream goes on where its entry in the proof plan is the same, and its slots as long.
void write_stream(Writer& out, const rules::ProvedControl& proved, DurationNs length) {
    out.i(length);
    out.text(proved.entry);
}

}  // namespace

void write_shape(Writer& out, const Plan& plan, const SlotPlan& slots) {
    const Bundle& bundle = plan.bundle;
    write_each(out, bundle.kinds, write_kind);
    write_each(out, bundle.measures, [&](Writer& one, const rules::Measure& measure) {
        write_measure(one, bundle, measure);
    });
    write_each(out, bundle.controls, write_control);
    write_each(out, bundle.levels, write_level);
    write_each(out, slots.streams(), [&](Writer& one, const rules::ProvedControl& proved) {
        write_stream(one, proved, slots.length());
    });
}

Translation read_shape(Reader& in, const Plan& plan, const SlotPlan& slots) {
    const Bundle& bundle = plan.bundle;
    Translation translation;
    translation.kinds = read_each(in, bundle.kinds, write_kind);
    translation.measures = read_each(
        in, bundle.measures,
        [&](Writer& one, const rules::Measure& measure) { write_measure(one, bundle, measure); });
    translation.controls = read_each(in, bundle.controls, write_control);
    translation.levels = read_each(in, bundle.levels, write_level);
    translation.streams = read_each(
        in, slots.streams(), [&](Writer& one, const rules::ProvedControl& proved) {
            write_stream(one, proved, slots.length());
        });
    return translation;
}

}  // namespace overlord::evaluate
