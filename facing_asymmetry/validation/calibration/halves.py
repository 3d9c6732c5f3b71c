"""Simulated data sets of two curved half-faces: the activation as a function of the gain of either side.

Every intervention is read from the same function y(a_L, a_R) of a face, so that its palsy, its two-sided partner and
its control fit together as they do in a run.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.statistics.scores import costs, trapezoid_weights
from facing_asymmetry.validation.calibration.curves import SHAPES, Curves

WAVES_OF_A_SIDE = (1, 2)
"""Half periods of the sine waves over the gain of either side that make a face's surface bend."""


@dataclass(frozen=True)
class PlantedHalves:
    """True effects of simulated half-faces; all in logits.

    y = c + g_L(a_L) + g_R(a_R) - k (a_L - a_R)^2 + waves, with g(a) = response (exp(b a) - 1) / (exp(b) - 1).

    Attributes:
        comparison: Mean of k: what a full difference of the two sides costs; 0 is the null.
        identity_sd: Spread of k between identities.
        wiggle: Size of the smooth random surface of each identity, a product of waves over both gains.
        curvature: Mean of b for the left and the right half; 0 is a straight line.
        curvature_sd: Spread of b between identities and halves.
        response: What the full motion of a half adds to the logit.
    """

    comparison: float = 0.0
    identity_sd: float = 0.4
    wiggle: float = 0.15
    curvature: tuple[float, float] = (3.0, 1.0)
    curvature_sd: float = 0.5
    response: float = 2.0


@dataclass(frozen=True)
class HalvesCurves(Curves):
    """Activation of one data set with its two-sided partner, in logits.

    Attributes:
        two_sided: Under `palsy_two_sided`.
    """

    two_sided: Float[ndarray, "N 1 S T"]


def draw_halves(
    planted: PlantedHalves,
    identities: int,
    s: Float[ndarray, " S"],
    t: Float[ndarray, " T"],
    rng: np.random.Generator,
    shape: str = "normal",
) -> HalvesCurves:
    """Draw one data set: an identity has its own curvature of either half, its own k, and its own surface.

    Args:
        planted: The true effects.
        identities: Number of identities.
        s: Symmetries of the grid.
        t: Intensities of the grid.
        rng: Random stream.
        shape: Distribution of the identities' own k, a key of `SHAPES`.
    """
    bends = np.array(planted.curvature) + planted.curvature_sd * rng.normal(size=(identities, 2))
    k = planted.comparison + planted.identity_sd * SHAPES[shape](rng, identities)
    surface = planted.wiggle * rng.normal(size=(identities, len(WAVES_OF_A_SIDE) ** 2))
    weak, full = np.outer(s, t), np.broadcast_to(t, (len(s), len(t)))

    def activation(left: Float[ndarray, "S T"], right: Float[ndarray, "S T"]) -> Float[ndarray, "N S T"]:
        halves = [_half(b, gain) for b, gain in zip(bends.T, (left, right), strict=True)]
        apart = k[:, None, None] * (left - right) ** 2
        return planted.response * (halves[0] + halves[1]) - apart + np.tensordot(surface, _waves(left, right), 1)

    mean = 0.5 * (weak + full)
    return HalvesCurves(
        palsy=np.stack([activation(weak, full), activation(full, weak)], axis=1),
        bilateral=activation(mean, mean)[:, None],
        two_sided=activation(weak, weak)[:, None],
    )


def _half(bend: Float[ndarray, " N"], gain: Float[ndarray, "S T"]) -> Float[ndarray, "N S T"]:
    steep = np.where(np.abs(bend) < 1e-6, 1e-6, bend)[:, None, None]
    return np.asarray(np.expm1(steep * gain) / np.expm1(steep))


def _waves(left: Float[ndarray, "S T"], right: Float[ndarray, "S T"]) -> Float[ndarray, "W S T"]:
    first, second = ([np.sin(np.pi * j * (gain - 0.5)) / j for j in WAVES_OF_A_SIDE] for gain in (left, right))
    return np.stack([one * other for one in first for other in second])


def interaction_of(curves: HalvesCurves, s: Float[ndarray, " S"], t: Float[ndarray, " T"]) -> Float[ndarray, " N"]:
    """Score `interaction`, one per identity: palsy cost of both sides less half the two-sided cost; logits."""
    return np.asarray(cost_of(curves, s, t) - costs(curves.two_sided[:, 0], s, t) @ trapezoid_weights(s) / 2)


def cost_of(curves: HalvesCurves, s: Float[ndarray, " S"], t: Float[ndarray, " T"]) -> Float[ndarray, " N"]:
    """Score `palsy_cost`, one per identity, sides averaged; logits."""
    return np.asarray(costs(curves.palsy, s, t).mean(axis=1) @ trapezoid_weights(s))


def true_interaction(planted: PlantedHalves, s: Float[ndarray, " S"], t: Float[ndarray, " T"]) -> float:
    """Mean of the score `interaction` that `planted` implies on a grid: k t^2 (1 - s)^2, averaged."""
    return planted.comparison * _of_unit_comparison(s, t)


def interaction_sd(planted: PlantedHalves, s: Float[ndarray, " S"], t: Float[ndarray, " T"]) -> float:
    """Standard deviation of the score `interaction` between identities that `planted` implies on a grid."""
    weak, full = np.outer(s, t), np.broadcast_to(t, (len(s), len(t)))
    matched = _waves(full, full) + _waves(weak, weak)
    nodes = 0.5 * (matched - _waves(full, weak) - _waves(weak, full))
    tilts = trapezoid_weights(s) @ nodes @ trapezoid_weights(t)
    own = (planted.identity_sd * _of_unit_comparison(s, t)) ** 2
    return float(np.sqrt(own + planted.wiggle**2 * np.sum(tilts**2)))


def _of_unit_comparison(s: Float[ndarray, " S"], t: Float[ndarray, " T"]) -> float:
    return float(trapezoid_weights(s) @ (1 - s) ** 2 * (trapezoid_weights(t) @ t**2))
