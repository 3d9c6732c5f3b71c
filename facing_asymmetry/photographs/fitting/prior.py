"""What is believed of an expression before the points are looked at: a Gaussian over blendshape weights."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.expressions.authored import authored_weights
from facing_asymmetry.face_models.contract import FaceModel

STRENGTH: Final = 0.8
STRENGTH_SD: Final = 0.4
"""How strongly a labelled emotion is shown, in authored expressions: mean and standard deviation."""

REGION_SD: Final = 0.3
"""Standard deviation of the strength of brows and eyes, and of nose and mouth, about that of the whole."""

UPPER: Final = ("brow", "eye", "cheekSquint", "noseSneer")
"""Blendshapes of brows and eyes, with the cheeks and the nose that they move with."""

LABELLED_SD: Final = (0.12, 0.2)
FREE_SD: Final = 0.25
"""Standard deviation of a weight about the labelled expression: a part of its own, and a share of the authored weight;
and about nothing where no label is used.
"""

SIDES_SD: Final = 0.05
"""Standard deviation of the difference between left and right where they are tied."""

SIDED_SD: Final = 0.3
"""Standard deviation of half the difference between the two sides' strength where they are not tied."""

HIGHEST: Final = 1.3
"""Largest weight: a little more than the full blendshape."""

UNLIKELY: Final = ("jawLeft", "jawRight", "mouthLeft", "mouthRight", "cheekPuff", "jawForward")
"""Blendshapes that posed emotions seldom hold: a third of the standard deviation."""

STILL: Final = ("eyeLook", "tongue")
"""Blendshapes that the points tell nothing of: not fitted."""


@dataclass(frozen=True)
class WeightPrior:
    """Mean and precision of the blendshape weights, and their bounds.

    Attributes:
        mean: `(E,)`.
        precision: `(E, E)`.
        highest: `(E,)` largest weights; the smallest are 0.
        strength: `(E,)`; its product with weights is the strength of the labelled expression. Zero without a label.
    """

    mean: Float[ndarray, " E"]
    precision: Float[ndarray, "E E"]
    highest: Float[ndarray, " E"]
    strength: Float[ndarray, " E"]


def weight_prior(model: FaceModel, label: str | None, *, tied: bool) -> WeightPrior:
    """The prior of a photograph.

    Args:
        model: the fitted face model.
        label: emotion that is shown; None, or one without an authored expression, where it says nothing.
        tied: whether left and right move nearly alike.
    """
    names = model.blendshapes
    still = np.array([name.startswith(STILL) for name in names])
    authored = np.zeros(len(names))
    if label in BASIC:
        authored = np.where(still, 0.0, np.asarray(authored_weights(str(label), model), float))
    spread = np.where([name.startswith(UNLIKELY) for name in names], 1.0 / 3.0, 1.0)
    own, share = LABELLED_SD if label in BASIC else (FREE_SD, 0.0)
    spread *= own + share * authored
    upper = np.where([name.startswith(UPPER) for name in names], authored, 0.0)
    covariance = np.diag(spread**2) + STRENGTH_SD**2 * np.outer(authored, authored)
    covariance += REGION_SD**2 * (np.outer(upper, upper) + np.outer(authored - upper, authored - upper))
    if not tied:
        sides = np.select([[n.endswith("_L") for n in names], [n.endswith("_R") for n in names]], [1.0, -1.0], 0.0)
        covariance += SIDED_SD**2 * np.outer(sides * authored, sides * authored)
    precision = np.linalg.inv(covariance)
    for left, right in model.pairs if tied else ():
        if names[left].endswith("_L"):
            precision[np.ix_([left, right], [left, right])] += np.array([[1.0, -1.0], [-1.0, 1.0]]) / SIDES_SD**2
    highest = np.where(still, 1e-9, HIGHEST)
    return WeightPrior(STRENGTH * authored, precision, highest, authored / max(float(authored @ authored), 1e-12))
