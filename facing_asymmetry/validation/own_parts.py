"""`facing-asymmetry check`: parts of the user's own, tested as the package tests its own."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import yaml  # type: ignore[import-untyped]

from facing_asymmetry.config import FaceModelConfig
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.core.errors import ConfigError, ModelError
from facing_asymmetry.core.user_code import error_words, import_named, working_folder_importable
from facing_asymmetry.expressions.authored import authored_weights
from facing_asymmetry.face_models.contract import check_face_model
from facing_asymmetry.face_models.own import check_face
from facing_asymmetry.face_models.registry import load_face_model
from facing_asymmetry.interventions.contract import Face, Intervention
from facing_asymmetry.interventions.registry import catalogue, make_intervention
from facing_asymmetry.validation.promises import CheckedPromise, check_promises

SHOWN: Final = ((0, "happiness"), (1, "anger"), (2, "surprise"))
"""Identities and authored expressions of the faces that promises are measured on."""

OF_A_MODEL: Final = ("mirror", "surface", "regions", "landmarks", "blendshapes", "pairs")
"""What tells a face model from other objects."""


def check_part(name: str, settings: Sequence[str] = ()) -> list[CheckedPromise]:
    """Test an intervention's promises, or a face model's contract.

    Args:
        name: `package.module:Class`, or the name or kind of an intervention.
        settings: values of its settings, as `degrees=10`.

    Raises:
        ConfigError: there is no such part, it can't be made with the settings, or it is of another sort.
        AssetError: the default head, on which promises are measured, is not here.
    """
    values = dict(map(_setting, settings))
    found = import_named(name, "check", "Class") if ":" in name else None
    if found is None or (isinstance(found, type) and issubclass(found, Intervention)):
        return list(check_promises(_intervention(name, values), standard_faces()))
    with working_folder_importable():
        try:
            made = found(**values)
        except (Exception, SystemExit) as error:
            raise ConfigError(f"check {name} raised {error_words(error)}") from error
    if not all(hasattr(made, each) for each in OF_A_MODEL):
        raise ConfigError(
            f"check {name}: neither an intervention (a class that inherits from Intervention) nor a face model (an "
            f"object with {', '.join(OF_A_MODEL)})"
        )
    return list(_contract(made))


def _intervention(name: str, values: Mapping[str, Any]) -> Intervention:
    known = catalogue()
    if name in known and not values:
        return known[name]
    own = {"name": name.rpartition(":")[2].lower()} if ":" in name else {}
    return make_intervention(name, **own, **values)


def _setting(word: str) -> tuple[str, Any]:
    key, equals, value = word.partition("=")
    try:
        if equals and key:
            return key, yaml.safe_load(value)
    except yaml.YAMLError:
        pass
    raise ConfigError(f"{word}: write settings as KEY=VALUE")


def standard_faces() -> list[Face]:
    """Faces of the default head that show authored expressions.

    Raises:
        AssetError: the head is not here.
    """
    model = load_face_model("makehuman", cache_folder())
    left = model.midline_weight(FaceModelConfig().half_width_mm / 1000)
    return [
        Face.showing(model, model.identity(number), authored_weights(emotion, model), left) for number, emotion in SHOWN
    ]


def _contract(model: Any) -> Iterator[CheckedPromise]:
    """The contract of a face model; of what is broken, the first part is named."""
    words = "the contract of a face model: indices, mirror map, symmetry of rest, side weight, regions, names"
    try:
        check_face_model(model)
        check_face(model)
    except ModelError as error:
        yield CheckedPromise(str(error), 1.0, 0.0, "")
    except Exception as error:  # what a foreign object does when it is asked
        yield CheckedPromise(f"{words}: {error_words(error)}", 1.0, 0.0, "")
    else:
        yield CheckedPromise(words, 0.0, 0.0, "")


def print_findings(part: str, findings: Sequence[CheckedPromise]) -> None:
    """Print a table with a row for each promise."""
    from rich.table import Table

    from facing_asymmetry.core.console import PlainConsole, styled

    table = Table(title=f"facing-asymmetry check {part}", title_justify="left")
    for heading in ("promise", "measured", "allowed", "result"):
        table.add_column(heading, overflow="fold")
    for one in findings:
        result = styled("passed", "green") if one.kept else styled("failed", "red")
        table.add_row(one.promise, f"{one.worst:.2g} {one.unit}", f"{one.allowed:.2g} {one.unit}", result)
    PlainConsole().print(table)
    broken = sum(not one.kept for one in findings)
    PlainConsole().print(f"{broken} of {len(findings)} failed" if broken else f"all {len(findings)} passed")
