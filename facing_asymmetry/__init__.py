"""Does a facial-expression classifier rely on facial symmetry? Synthetic interventions on a 3D face.

    import facing_asymmetry as fa

    face = fa.load_face_model("makehuman").identity(3)
    frames = fa.render(face.show(fa.expressions.happiness), fa.Palsy(side="left"), s=[1, 0.5, 0])
    logits = fa.load_classifier("faceapi_expression")(frames)
    run = fa.run("grid=quick", classifiers=["networkv2"], identities=6)

Everything is imported when it is first used. docs/python.md shows the whole API.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# OpenMP reads it once, when torch is imported. Without it, threads that wait for each other after every layer keep
# their cores busy, so that two runs at once take ten times as much processor time.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

if TYPE_CHECKING:
    from facing_asymmetry import expressions
    from facing_asymmetry.api.faces import LoadedFaceModel, ShownFace, list_face_models, load_face_model
    from facing_asymmetry.api.frames import Frames, render
    from facing_asymmetry.api.intervening import BilateralControl as Bilateral
    from facing_asymmetry.api.intervening import PalsySide as Palsy
    from facing_asymmetry.api.intervening import SidedIntervention, create_intervention, list_interventions
    from facing_asymmetry.api.networks import LoadedClassifier, list_classifiers, load_classifier
    from facing_asymmetry.api.running import plan, run
    from facing_asymmetry.config import Lights, Scene
    from facing_asymmetry.core.errors import (
        AssetError,
        ConfigError,
        DataError,
        FacingAsymmetryError,
        ModelError,
        StoreError,
    )
    from facing_asymmetry.reporting.opened_run import FinishedRun, open_run

_PLACES = {
    "load_face_model": "api.faces",
    "list_face_models": "api.faces",
    "LoadedFaceModel": "api.faces",
    "ShownFace": "api.faces",
    "expressions": "expressions:",
    "Palsy": "api.intervening:PalsySide",
    "Bilateral": "api.intervening:BilateralControl",
    "create_intervention": "api.intervening",
    "list_interventions": "api.intervening",
    "SidedIntervention": "api.intervening",
    "render": "api.frames",
    "Frames": "api.frames",
    "Scene": "config",
    "Lights": "config",
    "load_classifier": "api.networks",
    "list_classifiers": "api.networks",
    "LoadedClassifier": "api.networks",
    "run": "api.running",
    "plan": "api.running",
    "open_run": "reporting.opened_run",
    "FinishedRun": "reporting.opened_run",
    "FacingAsymmetryError": "core.errors",
    "ConfigError": "core.errors",
    "AssetError": "core.errors",
    "ModelError": "core.errors",
    "DataError": "core.errors",
    "StoreError": "core.errors",
}
"""Public name -> module below this package that holds it, and `:NAME` where it is called otherwise there."""

__all__ = [
    "AssetError",
    "Bilateral",
    "ConfigError",
    "DataError",
    "FacingAsymmetryError",
    "FinishedRun",
    "Frames",
    "Lights",
    "LoadedClassifier",
    "LoadedFaceModel",
    "ModelError",
    "Palsy",
    "Scene",
    "ShownFace",
    "SidedIntervention",
    "StoreError",
    "__version__",
    "create_intervention",
    "expressions",
    "list_classifiers",
    "list_face_models",
    "list_interventions",
    "load_classifier",
    "load_face_model",
    "open_run",
    "plan",
    "render",
    "run",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _PLACES:
        from facing_asymmetry.core.errors import suggestion

        raise AttributeError(f"module {__name__!r} has no attribute {name!r}{suggestion(name, _PLACES)}")
    module, renamed, own = _PLACES[name].partition(":")
    found = import_module(f"{__name__}.{module}")
    if not renamed or own:
        found = getattr(found, own or name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
