"""Every schema of the package: strict, described, light to import, and in step with the registries."""

import dataclasses
import math
import subprocess
import sys
from typing import get_args, get_origin

import pytest
from pydantic import Strict

from facing_asymmetry import config
from facing_asymmetry.config import (
    PhotographSettings,
    RefuterSettings,
    ReportSettings,
    RunConfig,
    Scene,
)
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.settings import choices, fields_of, validated
from facing_asymmetry.face_models import registry
from facing_asymmetry.interventions.registry import INTERVENTIONS
from facing_asymmetry.rendering import RENDERERS

SCHEMAS = [cls for cls in vars(config).values() if isinstance(cls, type) and cls.__module__ == config.__name__]
FIELDS = {f"{cls.__name__}.{name}": info for cls in SCHEMAS for name, info in fields_of(cls).items()}
PARTS = {"classifiers": {"a": {}}, "interventions": {"palsy": {}}}


def numbers_in(hint, strict=False):
    """(type, whether it is strict) of every number and switch in an annotation."""
    if hasattr(hint, "__metadata__"):
        hint, strict = hint.__origin__, any(isinstance(part, Strict) for part in hint.__metadata__) or strict
    if hint in (int, float, bool):
        return [(hint, strict)]
    return [found for part in get_args(hint) if get_origin(hint) is not None for found in numbers_in(part)]


def test_choices_are_the_names_of_the_registries():
    assert set(config.HEADS) == {*registry.NAMES, config.PHOTOGRAPHS}
    assert set(choices(fields_of(PhotographSettings)["head"])) == set(registry.NAMES)
    assert set(config.RENDERER_NAMES) == set(RENDERERS)


@pytest.mark.parametrize("info", FIELDS.values(), ids=FIELDS)
def test_a_field_is_one_sentence_and_no_number_is_made_of_a_string(info):
    assert info.description
    assert info.description.endswith(".")
    top = any(isinstance(part, Strict) for part in info.metadata)
    assert all(strict for _, strict in numbers_in(info.annotation, top))


@pytest.mark.parametrize("cls", INTERVENTIONS.values(), ids=lambda cls: cls.kind)
def test_an_intervention_is_as_strict(cls):
    for info in fields_of(cls).values():
        top = any(isinstance(part, Strict) for part in info.metadata)
        assert all(strict for _, strict in numbers_in(info.annotation, top))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    ("part", "key"),
    [
        ("scene", "yaw"),
        ("scene", "background"),
        ("statistics", "alpha"),
        ("tracking", "timeout"),
        ("grid", "s"),
    ],
)
def test_what_is_no_finite_number_is_refused_by_its_key(part, key, value):
    given = [0.5, value, 0.5] if key in ("background", "s") else value
    with pytest.raises(ConfigError, match=f"{part}.{key} .*(finite|write a number of points)"):
        validated(RunConfig, PARTS | {part: {key: given}})


def test_what_is_no_finite_number_is_refused_by_its_key_in_parts_that_have_names():
    with pytest.raises(ConfigError, match=r"face_models\.ict\.half_width_mm = nan; it must be a finite number"):
        validated(RunConfig, PARTS | {"face_models": {"ict": {"name": "ict", "half_width_mm": math.nan}}})


@pytest.mark.parametrize("cls", INTERVENTIONS.values(), ids=lambda cls: cls.kind)
def test_an_intervention_refuses_what_is_no_finite_number(cls):
    for name, info in fields_of(cls).items():
        if info.annotation is float:
            with pytest.raises(ConfigError, match=f"interventions.x.{name} = nan"):
                validated(cls, {name: math.nan}, "interventions.x")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"scene": 3}, "scene = 3; it must be a mapping"),
        ({"scene": {"lights": {"sky": [1, -1, 0]}}}, "scene.lights.sky holds -1; its items must be between 0 and 10"),
        ({"scene": {"background": [1, 1]}}, r"scene.background = \[1, 1\]; it must have 3 values"),
        ({"scene": {"yaw": 120}}, "scene.yaw = 120; it must be between -90 and 90 degrees"),
        ({"scene": {"yaw": "far"}}, "scene.yaw = 'far'; it must be a number between -90 and 90 degrees"),
        ({"batch": "many"}, "batch = 'many'; it must be a whole number of at least 1"),
        ({"dry_run": "yes"}, "dry_run = 'yes'; it must be true or false"),
        ({"dry_run": 1}, "dry_run = 1; it must be true or false"),
        ({"batch": 2.0}, "batch = 2.0; it must be a whole number"),
        ({"scene": {"yaw": True}}, "scene.yaw = true; it must be a number"),
        ({"emotions": "fear"}, "emotions = 'fear'; it must be a list"),
        ({"expression": {"fit_identities": ["a"]}}, "fit_identities holds 'a'; its items must be whole numbers"),
        ({"interventions": {"palsy": 3}}, "interventions.palsy = 3; it must be a mapping"),
        ({"classifiers": {}}, "classifiers is empty; name at least one, for example classifier="),
        ({"face_models": {}}, "face_models is empty; name at least one, for example face_model=makehuman"),
        ({"face_models": {"ict": 3}}, "face_models.ict = 3; it must be a mapping"),
        ({"face_models": {"ict": {"nam": 3}}}, "unknown key face_models.ict.nam; did you mean 'name'"),
        ({"tracking": {"entity": 3}}, "tracking.entity = 3; it must be a string"),
        ({"identities": 0, "scene": {"yaww": 1}}, "unknown key scene.yaww; did you mean 'yaw'"),
    ],
)
def test_a_message_names_key_value_and_what_would_be_right(values, words):
    with pytest.raises(ConfigError, match=f"^{words}|{words}$"):
        validated(RunConfig, PARTS | values)


def test_an_object_made_in_python_is_checked_as_one_of_a_file():
    with pytest.raises(ConfigError, match=r"^scene\.yaw = 120"):
        dataclasses.replace(Scene(), yaw=120)
    with pytest.raises(ConfigError, match=r"^report\.classifier = 3"):
        ReportSettings("", 3)
    with pytest.raises(ConfigError, match=r"unknown key refuters\.repeat; did you mean 'repeats'"):
        RefuterSettings(repeat=3)
    with pytest.raises(dataclasses.FrozenInstanceError):
        Scene().yaw = 3.0


def test_whole_numbers_become_the_numbers_that_a_field_holds():
    assert repr(validated(Scene, {"yaw": 5, "background": [0, 1, 0]}).yaw) == "5.0"
    assert dataclasses.asdict(validated(Scene, {"background": [0, 1, 0]}))["background"] == (0.0, 1.0, 0.0)


def test_the_schemas_load_without_torch_and_numpy():
    words = "import sys, facing_asymmetry.config; print(*{'torch', 'numpy', 'hydra'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True).stdout == "\n"


def test_the_schemas_import_no_other_part_of_the_package():
    words = "import sys, facing_asymmetry.config; print(*(m for m in sys.modules if m.startswith('facing_asymmetry.')))"
    loaded = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True).stdout.split()
    assert {name.rpartition(".")[2] for name in loaded} <= {"config", "settings", "errors", "emotions", "names", "core"}
