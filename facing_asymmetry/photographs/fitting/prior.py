"""What is believed of an expression before the points are looked at: a Gaussian over blendshape weights."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.expressions.authored import authored_weights
from facing_asymmetry.face_models.contract import FaceModel

STRENGTH, STRENGTH_SD = 0.8, 0.4
"""How strongly a labelled emotion is shown, in authored expressions, and the standard deviation of that."""

LABELLED_SD, FREE_SD = 0.12, 0.25
"""Standard deviation of a weight about the labelled expression, and where no label is known."""

SIDES_SD: Final = 0.05
"""Standard deviation of the difference between left and right where they are tied."""

UNLIKELY: Final = ("jawLeft", "jawRight", "mouthLeft", "mouthRight", "cheekPuff", "jawForward")
"""Blendshapes that posed emotions seldom hold: a third of the standard deviation."""

STILL: Final = ("eyeLook", "tongue")
"""Blendshapes that points tell nothing of: not fitted."""


@dataclass(frozen=True)
class WeightPrior:
    """Mean and precision of the blendshape weights, and their bounds.

    Attributes:
        mean: `(E,)`.
        precision: `(E, E)`.
        bounds: `(E, 2)`.
        strength: `(E,)` gives the strength of the labelled expression from weights; zero without a label.
    """

    mean: Float[ndarray, " E"]
    precision: Float[ndarray, "E E"]
    bounds: Float[ndarray, "E 2"]
    strength: Float[ndarray, " E"]


def weight_prior(model: FaceModel, label: str | None, tied: bool, lsd=LABELLED_SD, fsd=FREE_SD, st=STRENGTH, ssd=STRENGTH_SD, tsd=SIDES_SD) -> WeightPrior:
    """The prior of a photograph.

    Args:
        model: the fitted face model.
        label: emotion that is shown, or None where it is unknown or not among the authored ones.
        tied: whether left and right are nearly the same.
    """
    names = model.blendshapes
    labelled = label in BASIC
    sd = np.where([name.startswith(UNLIKELY) for name in names], 1 / 3, 1.0) * (lsd if labelled else fsd)
    authored = np.asarray(authored_weights(label, model), float) if labelled else np.zeros(len(names))
    sd = sd * (1 + 1.0 * authored)
    still = np.array([name.startswith(STILL) for name in names])
    authored[still] = 0.0
    covariance = np.diag(sd**2) + ssd**2 * np.outer(authored, authored)
    precision = np.linalg.inv(covariance)
    sides = np.array([names[left].endswith("_L") for left, _ in model.pairs])
    if not tied and labelled:
        halves = [authored * np.array([n.endswith(e) for n in names]) for e in ('_L', '_R')]
        anti = halves[0]-halves[1]
        precision = np.linalg.inv(covariance + .3**2*np.outer(anti,anti))
    if tied:
        for left, right in model.pairs[sides]:
            apart = np.zeros(len(names))
            apart[[left, right]] = 1.0, -1.0
            precision += np.outer(apart, apart) / tsd**2
    bounds = np.column_stack([np.zeros(len(names)), np.where(still, 1e-9, 1.3)])
    return WeightPrior(st * authored, precision, bounds, authored / max(authored @ authored, 1e-12))
