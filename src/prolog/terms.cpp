// Values to terms and back. Text goes in with its length, as UTF-8; atoms made here are referenced
// by terms only, so that atom garbage collection finds them.
#include "bridge.hpp"

namespace overlord::prolog {
namespace {

constexpr std::size_t kFunctorsMax = 4096;  // names come from schemas and rules, which are bounded

class Rational {
public:
    Rational() { mpq_init(value_); }
    ~Rational() { mpq_clear(value_); }
    Rational(const Rational&) = delete;
    Rational& operator=(const Rational&) = delete;
    mpq_ptr get() { return value_; }

private:
    mpq_t value_;
};

functor_t functor_of(std::string_view name, std::size_t arity) {
    static std::unordered_map<std::string, functor_t> known;
    std::string key(name);
    key += '/';
    key += std::to_string(arity);
    const auto found = known.find(key);
    if (found != known.end()) return found->second;
    const atom_t atom = PL_new_atom_mbchars(REP_UTF8, name.size(), name.data());
    const functor_t functor = PL_new_functor(atom, arity);
    PL_unregister_atom(atom);
    if (known.size() < kFunctorsMax) known.emplace(std::move(key), functor);
    return functor;
}

void put_ratio(term_t target, const std::string& text) {
    Rational number;
    if (mpq_set_str(number.get(), text.c_str(), 10) != 0 ||
        mpz_sgn(mpq_denref(number.get())) == 0) {
        put_atom(target, text);  // no number: it cannot be compared as one either
        return;
    }
    mpq_canonicalize(number.get());
    PL_put_variable(target);
    const bool whole = mpz_cmp_ui(mpq_denref(number.get()), 1) == 0;
    if (!(whole ? PL_unify_mpz(target, mpq_numref(number.get()))
                : PL_unify_mpq(target, number.get())))
        exit_memory();
}

std::string text_of(term_t term, unsigned flags) {
    std::string result;
    PL_STRINGS_MARK();
    size_t length = 0;
    char* text = nullptr;
    if (PL_get_nchars(term, &length, &text, flags | BUF_STACK | REP_UTF8))
        result.assign(text, length);
    PL_STRINGS_RELEASE();
    return result;
}

Value get_number(term_t term) {
    // PL_get_int64 takes some rationals too, and gives a wrong number for them.
    std::int64_t integer = 0;
    if (PL_term_type(term) == PL_INTEGER && PL_get_int64(term, &integer))
        return Value::of_integer(integer);
    // Not PL_get_mpq: that of 9.0.4 crashes on a rational. A rational is written 1r3.
    std::string text = text_of(term, CVT_WRITE);
    const std::size_t bar = text.find('r');
    if (bar != std::string::npos) text[bar] = '/';
    return Value::of_ratio(std::move(text));
}

Value get_compound(term_t term) {
    atom_t name = 0;
    size_t arity = 0;
    Value value;
    if (!PL_get_compound_name_arity(term, &name, &arity)) return value;
    value.kind = Value::Kind::kCompound;
    const term_t name_term = PL_new_term_ref();
    PL_put_atom(name_term, name);
    value.text = text_of(name_term, CVT_ATOM);
    const term_t argument = PL_new_term_ref();
    for (size_t index = 1; index <= arity; ++index) {
        if (!PL_get_arg(index, term, argument)) exit_memory();
        value.items.push_back(get_value(argument));
    }
    return value;
}

Value get_list(term_t term) {
    Value value;
    value.kind = Value::Kind::kList;
    const term_t rest = PL_copy_term_ref(term);
    const term_t head = PL_new_term_ref();
    while (PL_get_list(rest, head, rest)) value.items.push_back(get_value(head));
    return value;
}

}  // namespace

Value Value::of_integer(std::int64_t value) {
    Value made;
    made.kind = Kind::kInteger;
    made.integer = value;
    return made;
}

Value Value::of_ratio(std::string text) {
    Value made;
    made.kind = Kind::kRatio;
    made.text = std::move(text);
    return made;
}

Value Value::of_atom(std::string_view text) {
    Value made;
    made.kind = Kind::kAtom;
    made.text = text;
    return made;
}

Value Value::of_string(std::string_view text) {
    Value made;
    made.kind = Kind::kString;
    made.text = text;
    return made;
}

Value Value::of_list(std::vector<Value> items) {
    Value made;
    made.kind = Kind::kList;
    made.items = std::move(items);
    return made;
}

Value Value::of_compound(std::string_view name, std::vector<Value> arguments) {
    Value made;
    made.kind = Kind::kCompound;
    made.text = name;
    made.items = std::move(arguments);
    return made;
}

void put_atom(term_t target, std::string_view text) {
    if (!PL_put_chars(target, PL_ATOM | REP_UTF8, text.size(), text.data())) exit_memory();
}

void put_string(term_t target, std::string_view text) {
    if (!PL_put_chars(target, PL_STRING | REP_UTF8, text.size(), text.data())) exit_memory();
}

void put_compound(term_t target, std::string_view name, std::size_t arity, term_t arguments) {
    if (!PL_cons_functor_v(target, functor_of(name, arity), arguments)) exit_memory();
}

void put_list(term_t target, const std::vector<Value>& items) {
    const term_t item = PL_new_term_ref();
    PL_put_nil(target);
    for (auto it = items.rbegin(); it != items.rend(); ++it) {
        put_value(item, *it);
        if (!PL_cons_list(target, item, target)) exit_memory();
    }
}

void put_value(term_t target, const Value& value) {
    switch (value.kind) {
        case Value::Kind::kInteger:
            if (!PL_put_int64(target, value.integer)) exit_memory();
            return;
        case Value::Kind::kRatio:
            return put_ratio(target, value.text);
        case Value::Kind::kAtom:
            return put_atom(target, value.text);
        case Value::Kind::kString:
            return put_string(target, value.text);
        case Value::Kind::kList:
            return put_list(target, value.items);
        case Value::Kind::kVariable:
            PL_put_variable(target);
            return;
        case Value::Kind::kCompound:
            break;
    }
    if (value.items.empty()) return put_atom(target, value.text);
    const term_t arguments = PL_new_term_refs(static_cast<int>(value.items.size()));
    for (std::size_t index = 0; index < value.items.size(); ++index)
        put_value(arguments + index, value.items[index]);
    put_compound(target, value.text, value.items.size(), arguments);
}

Value get_value(term_t term) {
    switch (PL_term_type(term)) {
        case PL_VARIABLE:
            return {};
        case PL_INTEGER:
        case PL_RATIONAL:
            return get_number(term);
        case PL_ATOM:
            return Value::of_atom(text_of(term, CVT_ATOM));
        case PL_STRING:
            return Value::of_string(text_of(term, CVT_STRING));
        case PL_NIL:
            return Value::of_list({});
        case PL_LIST_PAIR:
            return get_list(term);
        case PL_TERM:
            return get_compound(term);
        default:
            return Value::of_string(text_of(term, CVT_WRITEQ));
    }
}

std::string get_text(term_t term) {
    const bool plain = PL_is_atom(term) || PL_is_string(term);
    return text_of(term, plain ? CVT_ATOM | CVT_STRING : CVT_WRITEQ);
}

bool is_atom(term_t term, const char* text) {
    char* found = nullptr;
    return PL_get_atom_chars(term, &found) && std::string_view(found) == text;
}

}  // namespace overlord::prolog
