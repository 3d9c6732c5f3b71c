"""`import facing_asymmetry as fa`: quick, complete, and its errors say what would be right."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import facing_asymmetry as fa

SOURCE = Path(fa.__file__)
HEAVY = ("torch", "hydra", "omegaconf", "numpy", "pandas", "numba", "matplotlib", "PIL", "pydantic", "rich", "scipy")


def imported_after(code: str) -> set[str]:
    """Top-level packages, and modules of this one, that a new process has imported after the code."""
    said = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(said.stdout.split())


def test_the_import_brings_in_nothing_but_the_package_itself():
    found = imported_after("import facing_asymmetry")
    assert not found & set(HEAVY)
    assert {name for name in found if name.startswith("facing_asymmetry")} == {"facing_asymmetry"}


@pytest.mark.parametrize("call", ["list_classifiers()", "list_interventions()", "list_face_models()", "expressions"])
def test_lists_need_neither_torch_nor_hydra(call: str):
    assert not imported_after(f"import facing_asymmetry as fa; fa.{call}") & {"torch", "hydra", "numba", "matplotlib"}


def test_every_public_name_exists_is_listed_and_is_known_to_type_checkers():
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    typed = {
        alias.asname or alias.name
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert typed | {"__version__"} == set(fa.__all__) == set(dir(fa))
    for name in fa.__all__:
        assert getattr(fa, name) is not None
    assert (SOURCE.parent / "py.typed").is_file()


def test_every_public_object_is_documented_with_its_arguments():
    for name in set(fa.__all__) - {"__version__"}:
        documented = getattr(fa, name)
        assert documented.__doc__, name
        if callable(documented) and not isinstance(documented, type) and documented.__code__.co_argcount:
            assert "Args:" in documented.__doc__, name


def test_six_expressions_are_offered():
    assert dir(fa.expressions) == ["anger", "disgust", "fear", "happiness", "sadness", "surprise"]
    assert repr(fa.expressions.anger) == "expressions.anger"


def test_a_mistyped_name_is_answered_with_the_right_one():
    with pytest.raises(AttributeError, match="did you mean 'load_face_model'"):
        fa.load_facemodel  # noqa: B018


def test_lists_can_be_filtered():
    assert set(fa.list_classifiers("dan_*")) == {"dan_affectnet7", "dan_affectnet8", "dan_rafdb"}
    every = set(fa.list_classifiers())
    assert every == set(fa.list_classifiers(ready=True)) | set(fa.list_classifiers(ready=False))
    assert fa.list_interventions()[0] == "palsy"
    assert "makehuman" in fa.list_face_models(ready=True)
    assert fa.list_face_models("f*") == ["flame"]


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda: fa.load_face_model("makehumn"), fa.ConfigError, "did you mean 'makehuman'"),
        (lambda: fa.load_classifier("networkv3"), fa.ConfigError, "did you mean 'networkv2'"),
        (lambda: fa.Palsy(side="lft"), fa.ConfigError, "has no side 'lft'; it has left, right"),
        (lambda: fa.create_intervention("palsi"), fa.ConfigError, "did you mean 'palsy'"),
        (lambda: fa.create_intervention("yaw", degree=3.0), fa.ConfigError, "did you mean 'degrees'"),
        (lambda: fa.create_intervention("bilateral", "left"), fa.ConfigError, "it has both"),
        (lambda: fa.run("gird=smoke"), fa.ConfigError, "Did you mean 'grid'"),
        (lambda: fa.run(identites=3), fa.ConfigError, "Did you mean 'identities'"),
        (lambda: fa.run(statistics={"alpa": 0.1}), fa.ConfigError, "did you mean 'alpha'"),
        (lambda: fa.run(identities=0), fa.ConfigError, "it must be at least 1"),
        (lambda: fa.run("-m", "grid=smoke"), fa.ConfigError, "write key=value"),
        (lambda: fa.run("dry_run=true"), fa.ConfigError, r"fa.plan\(...\) takes the same arguments"),
        (lambda: fa.run("paths.outputs=here"), fa.ConfigError, "argument outputs"),
        (lambda: fa.run(seed=object()), fa.ConfigError, "can't be a setting"),
        (lambda: fa.open_run("nowhere"), fa.DataError, "is not a run folder"),
    ],
)
def test_an_error_says_what_would_be_right(call, kind, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kind, match=words):
        call()
    assert list(tmp_path.iterdir()) == []


def test_a_classifier_without_weights_says_how_to_get_them():
    missing = next(name for name in fa.list_classifiers(ready=False) if name != "custom")
    with pytest.raises(fa.AssetError, match="facing-asymmetry classifiers (import|fetch)"):
        fa.load_classifier(missing)
