"""Authored FACS expressions on a face model, and how often classifiers recognise them.

They are the shared stimulus of the controls, and where the search for an optimised expression begins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.core.emotions import BASIC, NEUTRAL
from facing_asymmetry.core.errors import ConfigError, suggestion
from facing_asymmetry.expressions.expression import SIDEWAYS
from facing_asymmetry.face_models.arkit import PRESETS
from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.contract import Renderer

SHOWN = (*BASIC, NEUTRAL)
"""Expressions that are shown, the rows of the table."""


AuthoredUnits = Mapping[str, Mapping[str, float]]
"""Weight of each blendshape, named without side, by name of the expression."""


def authored_weights(name: str, model: FaceModel, stimuli: AuthoredUnits = MappingProxyType({})) -> ndarray:
    """Blendshape weights `(E,)` of an authored expression.

    Args:
        name: one of `stimuli` or `PRESETS`, or `neutral`. The face model's own of this name comes before the preset,
            where its blendshapes have no ARKit names.
        model: the face model that shows it.
        stimuli: the user's expressions.

    Raises:
        ConfigError: no expression of this name, or the face model lacks one of its blendshapes.
    """
    presets = getattr(model, "presets", {})
    if name in stimuli or name not in presets:
        return facs_weights(name, model.blendshapes, stimuli)
    weights: Float[ndarray, " E"] = presets[name].astype(np.float32)
    return weights


def facs_weights(
    name: str, blendshapes: tuple[str, ...], stimuli: AuthoredUnits = MappingProxyType({})
) -> Float[ndarray, " E"]:
    """Blendshape weights of an authored expression by the names of blendshapes.

    Args:
        name: one of `stimuli` or `PRESETS`, or `neutral`.
        blendshapes: the face model's names of them; an expression's `x` sets `x`, or `x_L` and `x_R` alike.
        stimuli: the user's expressions.

    Raises:
        ConfigError: no expression of this name, or a blendshape that moves one side only or that the face model lacks.
    """
    if name == NEUTRAL:
        return np.zeros(len(blendshapes), np.float32)
    known = {**PRESETS, **stimuli}
    if name not in known:
        raise ConfigError(f"no authored expression {name!r}{suggestion(name, known)}; there are: {', '.join(known)}")
    weights = np.zeros(len(blendshapes), np.float32)
    for unit, weight in known[name].items():
        named = [i for i, own in enumerate(blendshapes) if own in (unit, f"{unit}_L", f"{unit}_R")]
        if not named or unit not in units(blendshapes):
            raise ConfigError(_no_unit(name, unit, units(blendshapes)))
        weights[named] = weight
    return weights


def units(blendshapes: Sequence[str]) -> tuple[str, ...]:
    """Names that an authored expression may give weights: without side, and none that moves the face sideways."""
    named = dict.fromkeys(name.removesuffix("_L").removesuffix("_R") for name in blendshapes)
    return tuple(name for name in named if name not in SIDEWAYS)


def _no_unit(name: str, unit: str, known: Sequence[str]) -> str:
    if unit.removesuffix("_L").removesuffix("_R") in known:
        why = "moves one side only: leave the side out, and both move alike; interventions weaken one of them"
    elif unit in SIDEWAYS:
        why = "moves the whole face to one side: expressions are symmetric, interventions make them asymmetric"
    else:
        why = "is no blendshape of this face model" + suggestion(unit, known)
    return f"the authored expression {name!r} has a weight of {unit!r}, which {why}. There are: {', '.join(known)}"


@dataclass(frozen=True)
class Recognition:
    """Counts of argmax = shown.

    Attributes:
        classifiers: names of the N classifiers.
        shown: names of the rows.
        right: `(rows, N)` number of identities on which it was recognised, -1 where the classifier lacks the class.
        faces: number of identities that each entry is counted over.
    """

    classifiers: tuple[str, ...]
    shown: tuple[str, ...]
    right: Int[ndarray, "rows N"]
    faces: int

    def share(self, shown: str) -> float:
        """Share recognised of one expression over the classifiers that have it."""
        row = self.right[self.shown.index(shown)]
        return float(row[row >= 0].mean() / self.faces)

    @property
    def overall(self) -> float:
        """Share recognised over all expressions and classifiers that have the class."""
        return float(self.right[self.right >= 0].mean() / self.faces)


def recognition_table(
    model: FaceModel, renderer: Renderer, classifiers: Mapping[str, Classifier], identities: Sequence[int]
) -> Recognition:
    """Show every authored expression on every identity to every classifier.

    Args:
        model: the face model.
        renderer: draws it.
        classifiers: by name.
        identities: identity numbers.
    """
    right = np.zeros((len(SHOWN), len(classifiers)), int)
    for number in identities:
        identity = model.identity(number)
        basis, framing = model.basis(identity), frame_identities(model, [identity])
        weights = np.stack([authored_weights(emotion, model) for emotion in SHOWN])
        states = torch.from_numpy(identity.rest + basis.displace(weights).total)
        with torch.no_grad():
            images = renderer.render(states, framing, torch.zeros(len(SHOWN), dtype=torch.long))
            for column, classifier in enumerate(classifiers.values()):
                seen = classifier(images).argmax(dim=1).tolist()
                right[:, column] += [classifier.labels[k] == emotion for k, emotion in zip(seen, SHOWN, strict=True)]
    for column, classifier in enumerate(classifiers.values()):
        right[[emotion not in classifier.labels for emotion in SHOWN], column] = -1
    return Recognition(tuple(classifiers), SHOWN, right, len(identities))
