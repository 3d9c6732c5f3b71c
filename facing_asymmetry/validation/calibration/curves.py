"""Simulated data sets of a calibration: smooth activation curves, clustered by identity, and their true scores."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.statistics.scores import slope, trapezoid_weights
from facing_asymmetry.statistics.synthetic import Planted

Draw = Callable[[np.random.Generator, int], Float[ndarray, " N"]]

SHAPES: Final[dict[str, Draw]] = {
    "normal": lambda rng, n: rng.normal(size=n),
    "skewed": lambda rng, n: rng.exponential(size=n) - 1.0,
    "heavy": lambda rng, n: rng.standard_t(3, size=n) / np.sqrt(3.0),
}
"""Distribution of the identities' own slopes, each with mean 0 and standard deviation 1.

`skewed`: exponential, centred (skewness 2). `heavy`: Student's t with 3 degrees of freedom.
"""

WAVES: Final = (1, 2, 3)
"""Half periods of the sine waves over s that make a curve bend."""


@dataclass(frozen=True)
class Curves:
    """Activation of one data set, in logits.

    Attributes:
        palsy: Under `palsy` of the left and of the right side.
        bilateral: Under `bilateral`.
    """

    palsy: Float[ndarray, "N 2 S T"]
    bilateral: Float[ndarray, "N 1 S T"]


def draw_curves(
    planted: Planted,
    identities: int,
    s: Float[ndarray, " S"],
    t: Float[ndarray, " T"],
    rng: np.random.Generator,
    shape: str = "normal",
) -> Curves:
    """Draw one data set: all replicates of an identity share its slope, and each bends by smooth waves of its own.

    Args:
        planted: The true effects.
        identities: Number of identities.
        s: Symmetries of the grid.
        t: Intensities of the grid.
        rng: Random stream.
        shape: A key of `SHAPES`.
    """
    face = planted.identity_sd * SHAPES[shape](rng, identities)
    own = planted.side_sd * rng.normal(size=(identities, 3))
    slopes = face[:, None] + own + np.array([planted.effect, planted.effect, planted.control_effect])
    basis = np.stack([np.sin(np.pi * k * (s - 0.5)) / k for k in WAVES])
    bends = planted.wiggle * rng.normal(size=(identities, 3, len(WAVES))) @ basis
    over_s = planted.response - slopes[..., None] * (1 - s) + bends
    y = over_s[..., None] * t
    return Curves(y[:, :2], y[:, 2:])


def slopes_of(curves: Curves, s: Float[ndarray, " S"], t: Float[ndarray, " T"]) -> Float[ndarray, " N"]:
    """Score `slope` under `palsy`, one per identity, sides averaged; logits per unit symmetry."""
    return np.asarray(slope(curves.palsy, s, t).mean(axis=1))


def specific_of(curves: Curves, s: Float[ndarray, " S"], t: Float[ndarray, " T"]) -> Float[ndarray, " N"]:
    """Score `symmetry_specific`, one per identity, sides averaged; logits per unit symmetry."""
    return np.asarray(slopes_of(curves, s, t) - slope(curves.bilateral, s, t).mean(axis=1))


def true_slope(planted: Planted, t: Float[ndarray, " T"]) -> float:
    """Mean of the score `slope` that `planted` implies on a grid."""
    return float(planted.effect * (trapezoid_weights(t) @ t))


def slope_sd(planted: Planted, s: Float[ndarray, " S"], t: Float[ndarray, " T"]) -> float:
    """Standard deviation of the score `slope` between identities, sides averaged, that `planted` implies on a grid."""
    basis = np.stack([np.sin(np.pi * k * (s - 0.5)) / k for k in WAVES])
    tilts = slope(basis[..., None] * np.ones(2), s, np.array([0.0, 1.0]))
    within = planted.side_sd**2 + planted.wiggle**2 * np.sum(tilts**2)
    return float(np.sqrt(planted.identity_sd**2 + within / 2) * (trapezoid_weights(t) @ t))
