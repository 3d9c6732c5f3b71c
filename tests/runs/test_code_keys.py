import ast
import subprocess
import sys

import pytest

from facing_asymmetry.core import code
from facing_asymmetry.core.code import CodeBase, read_code
from facing_asymmetry.interventions.registry import INTERVENTIONS, make_intervention
from facing_asymmetry.runs import cells
from facing_asymmetry.runs.optimise import authored
from facing_asymmetry.runs.photograph_study import PICTURE_CODE
from facing_asymmetry.runs.stimuli import IDENTITY_CODE
from facing_asymmetry.runs.stored_fits import FIT_CODE

KINDS = {
    "subjects": IDENTITY_CODE,
    "expressions": cells.EXPRESSION_CODE,
    "frames": cells.FRAME_CODE,
    "responses": cells.RESPONSE_CODE,
    "derivatives": cells.DERIVATIVE_CODE,
    "pictures": cells.SHEET_CODE,
    "fits": FIT_CODE,
    "people": PICTURE_CODE,
    **{f"frames of {kind}": (cls.__module__.removeprefix("facing_asymmetry."),) for kind, cls in INTERVENTIONS.items()},
}
CODE = CodeBase(code.PACKAGE)
CLOSURES = {kind: CODE.closure(*entries) for kind, entries in KINDS.items()}
MODULES = sorted(set().union(*CLOSURES.values()))
OTHER = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}


def keys(base):
    return {kind: base.fingerprint(*entries) for kind, entries in KINDS.items()}


BEFORE = keys(CODE)


def source_of(module):
    return CODE.files[module].read_text()


def with_other_words(source):
    """The source with every docstring reworded and a comment at its end, formatted anew."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            node.value.value = "Other words."
    return ast.unparse(tree) + "\n\n\n# a comment\n"


def with_other_operator(source):
    """The source with its first arithmetic operator exchanged; where it has none, with a sum at its end."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and type(node.op) in OTHER:
            node.op = OTHER[type(node.op)]()
            return ast.unparse(tree)
    return source + "\nADDED = 1 + 1\n"


def test_no_key_of_a_rendered_face_rests_on_the_code_of_photographs():
    for kind in KINDS.keys() - {"fits", "people"}:
        assert not [module for module in CLOSURES[kind] if ".photographs" in module], kind


@pytest.mark.parametrize("module", sorted(CODE.files))
def test_a_docstring_or_comment_changes_no_key(module):
    source = source_of(module)
    reworded = with_other_words(source)
    assert reworded != source
    assert read_code(reworded.encode()) == read_code(source.encode())


@pytest.mark.parametrize("module", MODULES)
def test_an_arithmetic_operator_changes_the_keys_that_rest_on_its_module_and_no_others(module):
    edited = CodeBase(code.PACKAGE)
    edited.files, edited.codes = CODE.files, dict(CODE.codes)
    edited.codes[module] = read_code(with_other_operator(source_of(module)).encode())
    after = keys(edited)
    changed = {kind for kind in KINDS if BEFORE[kind] != after[kind]}
    assert changed == {kind for kind in KINDS if module in CLOSURES[kind]}
    assert changed


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_python_imports_for_a_kind_is_in_its_closure(kind):
    entries = [f"facing_asymmetry.{entry}" for entry in KINDS[kind]]
    words = f"import sys, {', '.join(entries)}; print(*(m for m in sys.modules if m.startswith('facing_asymmetry.')))"
    loaded = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True).stdout.split()
    of_schemas = {
        "facing_asymmetry.core.emotions",
        "facing_asymmetry.core.errors",
        "facing_asymmetry.core.names",
    }  # imported by config, which is not followed
    assert set(loaded) - code.NOT_FOLLOWED - of_schemas <= set(CLOSURES[kind])


@pytest.mark.parametrize(
    ("kind", "module"),
    [
        ("subjects", "face_models.ict.plugin"),
        ("subjects", "face_models.makehuman.model"),
        ("responses", "classifiers.loaders.user_networks"),
        ("responses", "classifiers.architectures.dan"),
        ("expressions", "expressions.evolution_search"),
    ],
)
def test_a_module_imported_inside_a_function_is_in_the_closure(kind, module):
    assert f"facing_asymmetry.{module}" in CLOSURES[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_what_draws_and_tests_is_in_no_closure(kind):
    packages = {module.split(".")[1] for module in CLOSURES[kind]}
    of_people = {"photographs"} if kind in ("fits", "people") else set()
    assert not packages & ({"statistics", "reporting", "tracking", "photographs", "validation", "app"} - of_people)


def test_frames_and_identities_rest_on_no_network():
    for kind in ("subjects", "frames", *(f"frames of {kind}" for kind in INTERVENTIONS)):
        assert not [module for module in CLOSURES[kind] if module.startswith("facing_asymmetry.classifiers")]


@pytest.mark.parametrize("kind", ["palsy", "noop"])
def test_every_request_of_a_cell_holds_the_code_of_its_intervention_and_of_no_other(study, kind):
    made, expression = make_intervention(kind), authored(study)[0]
    expected = CODE.fingerprint(*KINDS[f"frames of {kind}"])
    responses = cells.response_request(study, study.records[0], expression, made, made.sides[0], 0)
    picture = cells.sheet_request(study, expression, made, made.sides[0], 0, study.grid)
    for request in (responses, cells.derivative_request(responses), picture):
        assert request["intervention_code"] == expected
    assert "facing_asymmetry.interventions.scenes" not in CLOSURES["frames of palsy"]


def test_a_lazy_import_in_a_new_module_is_followed(tmp_path):
    package = tmp_path / "facing_asymmetry"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "outer.py").write_text("def f():\n    from facing_asymmetry import inner\n    return inner.x\n")
    (package / "inner.py").write_text("x = 1 + 1\n")
    first = CodeBase(package)
    assert first.closure("outer") == ("facing_asymmetry.inner", "facing_asymmetry.outer")
    (package / "inner.py").write_text("x = 1 - 1\n")
    assert CodeBase(package).fingerprint("outer") != first.fingerprint("outer")


def test_the_summary_of_an_intervention_is_documentation():
    assert read_code(b"summary: ClassVar[str] = 'a'") == read_code(b"summary: ClassVar[str] = 'b'")
    assert read_code(b"kind: ClassVar[str] = 'a'") != read_code(b"kind: ClassVar[str] = 'b'")


def test_a_description_of_a_field_is_documentation():
    assert read_code(b"x: int = Field(ge=1, description='a')") == read_code(b"x: int = Field(ge=1, description='b')")
    assert read_code(b"x: int = Field(ge=1)") != read_code(b"x: int = Field(ge=2)")


def test_the_second_process_parses_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(tmp_path))
    code.code_fingerprint.cache_clear()
    first = code.code_fingerprint("core.errors")
    code.code_fingerprint.cache_clear()
    (place,) = (tmp_path / "code").glob("*.json")
    monkeypatch.setattr(code, "_remembered_at", lambda: place)
    monkeypatch.setattr(code, "read_code", lambda source: pytest.fail("a module was parsed again"))
    assert code.code_fingerprint("core.errors") == first
    code.code_fingerprint.cache_clear()


def test_a_damaged_memory_of_codes_is_made_anew(tmp_path, monkeypatch):
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(tmp_path))
    code.code_fingerprint.cache_clear()
    first = code.code_fingerprint("core.errors")
    (place,) = (tmp_path / "code").glob("*.json")
    place.write_text("{")
    code.code_fingerprint.cache_clear()
    assert code.code_fingerprint("core.errors") == first
    code.code_fingerprint.cache_clear()
