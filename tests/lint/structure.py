"""Rules about the shape of the code: arrows, cycles, vendor headers, sizes."""

import re
import tomllib

from tree import Finding

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
CONTRACT = re.compile(r"^include/overlord/([a-z]+)/")
SOURCE = re.compile(r"^src/([a-z]+)/")

LIMITS = [  # prefix, suffix, lines (STYLE: sizes)
    ("include/", ".hpp", 250),
    ("src/", ".hpp", 250),
    ("src/", ".cpp", 600),
    ("tests/", ".cpp", 800),
    ("rules/", ".pl", 500),
]
FUNCTION_LINES_MAX = 70


def read_table(tree):
    with open(tree.root / "tests/lint/arrows.toml", "rb") as file:
        return tomllib.load(file)


def module_of(path):
    match = CONTRACT.match(path) or SOURCE.match(path)
    return match.group(1) if match else None


def includes(file):
    for number, line in enumerate(file.lines, 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1), match.group(2)


def included_contract(name):
    """overlord/event/decode.hpp -> (event, event/decode.hpp)"""
    match = re.match(r"^overlord/(([a-z]+)/.+)$", name)
    return (match.group(2), match.group(1)) if match else None


def arrows(tree):
    table = read_table(tree)["modules"]
    for file in tree.under("include/", "src/"):
        module = module_of(file.path)
        if not file.is_cpp or module is None:
            continue
        if module not in table:
            yield Finding(file.path, 0, "arrow", f"{module} is not in tests/lint/arrows.toml")
            continue
        allowed = table[module]
        for line, _, name in includes(file):
            target = included_contract(name)
            if target is None or target[0] == module or "*" in allowed:
                continue
            if target[0] not in allowed and target[1] not in allowed:
                yield Finding(file.path, line, "arrow", f"{module} may not include {target[1]}")


def links_of_modules(tree):
    """What CMake links must be in the table too: an unused arrow is where the next one begins."""
    table = read_table(tree)["modules"]
    for file in tree.under("src/"):
        module = module_of(file.path)
        if not file.path.endswith("CMakeLists.txt") or module not in table:
            continue
        allowed = {name.split("/")[0] for name in table[module]}
        for match in re.finditer(r"\bUSES\b([a-z\s]*)", file.text):
            line = file.text.count("\n", 0, match.start()) + 1
            for used in match.group(1).split():
                if used not in allowed and used != module and "*" not in allowed:
                    yield Finding(file.path, line, "arrow", f"{module} may not link {used}")


def private_headers(tree):
    """A header under src/ belongs to its folder: nobody reaches into another's."""
    for file in tree.under("include/", "src/"):
        for line, mark, name in includes(file):
            if file.is_cpp and mark == '"' and (name.startswith("src/") or "../" in name):
                yield Finding(file.path, line, "arrow", f"{name} is private to another folder")


def cycles(tree):
    edges = {}
    for file in tree.under("include/", "src/"):
        module = module_of(file.path)
        for line, _, name in includes(file):
            target = included_contract(name)
            if file.is_cpp and target and target[0] != module:
                edges.setdefault(module, {}).setdefault(target[0], (file.path, line))
    for module in sorted(edges):
        trail = find_cycle(edges, module)
        if trail and module == min(trail):
            path, line = edges[module][trail[1]]
            yield Finding(path, line, "cycle", " -> ".join(trail))


def find_cycle(edges, start):
    """The shortest way from start back to start, as module names."""
    queue, seen = [[start]], set()
    while queue:
        trail = queue.pop(0)
        for target in sorted(edges.get(trail[-1], {})):
            if target == start:
                return trail + [start]
            if target not in seen:
                seen.add(target)
                queue.append(trail + [target])
    return None


def vendors(tree):
    table = read_table(tree)["vendors"]
    for file in tree.under("include/", "src/"):
        if not file.is_cpp:
            continue
        for line, _, name in includes(file):
            for prefix, owners in table.items():
                if name.startswith(prefix) and not file.path.startswith(tuple(owners)):
                    yield Finding(file.path, line, "vendor",
                                  f"{name} belongs in {', '.join(owners)}")


def file_sizes(tree):
    for file in tree.files:
        lines = len(file.lines) - 1
        for prefix, suffix, limit in LIMITS:
            if file.path.startswith(prefix) and file.suffix == suffix and lines > limit:
                yield Finding(file.path, 0, "file-size", f"{lines} lines, the limit is {limit}")


def function_sizes(tree):
    for file in tree.under("include/", "src/"):
        if not file.is_cpp:
            continue
        for first, last in functions(file):
            length = last - first + 1
            if length > FUNCTION_LINES_MAX:
                yield Finding(file.path, first, "function-size",
                              f"{length} lines, the limit is {FUNCTION_LINES_MAX}")


def functions(file):
    """(first line, last line) of each function body, found by its braces."""
    stack, header, inside = [], "", None
    for number, line in enumerate(file.code, 1):
        if line.lstrip().startswith("#"):
            continue
        for character in line:
            if character == "{":
                outer = inside is None
                is_function = outer and ")" in header and not re.search(r"=\s*$", header)
                is_type = re.search(r"\b(namespace|class|struct|union|enum)\b[^()]*$", header)
                if is_function and not is_type:
                    inside = (len(stack), number)
                stack.append(number)
                header = ""
            elif character == "}":
                if stack:
                    stack.pop()
                if inside and len(stack) == inside[0]:
                    yield inside[1], number
                    inside = None
                header = ""
            elif character == ";":
                header = ""
            else:
                header += character
        header += " "


RULES = [arrows, links_of_modules, private_headers, cycles, vendors, file_sizes, function_sizes]
