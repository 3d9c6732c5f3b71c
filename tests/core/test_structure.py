"""The shape of the package: imports go one way, a name means one thing, docstrings have one line per attribute."""

import ast
import re
from collections import defaultdict
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from facing_asymmetry.core.code import PACKAGE

TREES = {path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text()) for path in PACKAGE.rglob("*.py")}
ORDER = (
    *("core", "config", "face_models", "rendering", "classifiers", "expressions", "interventions", "results"),
    *("responses", "statistics", "reporting", "photographs", "tracking", "runs", "repair"),
    *("validation", "app", "api"),
)
"""The packages, each of which imports only those before it."""

CHAINED = re.compile(r"^\s+(- )?`?\w+`?(, `?\w+`?)*: .*; `\w+`: ")
"""An entry of a docstring's section that goes on with the next attribute, error or argument."""


def name_of(file: str) -> str:
    parts = file.removesuffix(".py").split("/")
    return ".".join(["facing_asymmetry", *(parts[:-1] if parts[-1] == "__init__" else parts)])


MODULES = {name_of(file): tree for file, tree in TREES.items()}


def is_typing_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def imports(tree: ast.AST, lazy: bool = True) -> set[str]:
    """Modules of the package that the code imports; what type checkers alone read is left out."""
    found: set[str] = set()
    for node in ast.iter_child_nodes(tree):
        if is_typing_only(node) or (not lazy and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)):
            continue
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else node.module for name in names} & MODULES.keys()
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name in MODULES}
        found |= imports(node, lazy)
    return found


def package_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_no_module_imports_itself_through_others_not_even_inside_a_function():
    TopologicalSorter({module: imports(tree) - {module} for module, tree in MODULES.items()}).prepare()


@pytest.mark.parametrize("package", ORDER)
def test_a_package_imports_only_packages_below_it(package):
    below = set(ORDER[: ORDER.index(package) + 1])
    used = {
        (module, package_of(found))
        for module, tree in MODULES.items()
        if package_of(module) == package
        for found in imports(tree)
        if "." in found
    }
    assert {(module, found) for module, found in used if found not in below} == set()


def test_every_package_has_a_place_in_the_order():
    assert {package_of(module) for module in MODULES} - {""} == set(ORDER)


def test_a_class_name_stands_for_one_class():
    places = defaultdict(list)
    for module, tree in MODULES.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                places[node.name].append(module)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_docstring_has_one_line_for_each_attribute_argument_and_error(module):
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    lines = [
        line
        for node in ast.walk(MODULES[module])
        if isinstance(node, documented)
        for line in (ast.get_docstring(node) or "").splitlines()
    ]
    assert [line for line in lines if CHAINED.match(line) or re.search(r"; \w+Error: ", line)] == []


def entries(docstring: str, section: str) -> list[str]:
    """Names that a section of a docstring explains."""
    _, _, rest = f"\n{docstring}\n\n".partition(f"\n{section}:\n")
    block = re.split(r"\n(?=\S)", rest, maxsplit=1)[0]
    found = re.findall(r"^    (\*{0,2}\w+(?:, \*{0,2}\w+)*)(?: \([^)]*\))?: ", block, re.MULTILINE)
    return [name.strip("* ") for entry in found for name in entry.split(",")]


def attributes_of(node: ast.ClassDef) -> set[str]:
    """Fields of a class, its properties, and what its methods set on self."""
    inside = list(ast.walk(node))
    fields = {n.target.id for n in inside if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)}
    constants = {t.id for n in node.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)}
    on_self = {n.attr for n in inside if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)}
    return fields | constants | on_self | {n.name for n in node.body if isinstance(n, ast.FunctionDef)}


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_docstring_explains_attributes_and_arguments_that_exist(module):
    wrong = []
    for node in ast.walk(MODULES[module]):
        if isinstance(node, ast.ClassDef):
            docstring, known = ast.get_docstring(node) or "", attributes_of(node)
            if not node.bases:
                wrong += [f"{node.name}.{name}" for name in entries(docstring, "Attributes") if name not in known]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            arguments = node.args
            every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
            known = {argument.arg for argument in every if argument}
            explained = entries(ast.get_docstring(node) or "", "Args")
            wrong += [f"{node.name}({name})" for name in explained if name not in known]
    assert wrong == []


def test_no_test_times_anything():
    """Other programs on the machine slow a test down, so `facing-asymmetry benchmark` times, and pytest-timeout ends
    what hangs; `time.monotonic` is there for deadlines of what a test waits for."""
    clocks = re.compile(r"\b(process_time|perf_counter|thread_time|timeit|performance\.now)(_ns)?\b")
    tests = [path for path in Path(__file__).parents[1].rglob("*.py") if path != Path(__file__)]
    assert len(tests) > 100
    assert [path.name for path in tests if clocks.search(path.read_text(encoding="utf-8"))] == []
