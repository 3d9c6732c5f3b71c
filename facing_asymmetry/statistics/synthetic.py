"""Made-up response tables with a known effect: smooth curves, clustered in identities, as real ones are."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.results.response_table import SCHEMA
from facing_asymmetry.statistics.resampling import generator


@dataclass(frozen=True)
class Planted:
    """What the made-up classifiers do; all in logits.

    Attributes:
        effect: mean slope over s at t = 1 under `palsy`; `control_effect`: under `bilateral`.
        identity_sd: spread of those slopes between identities, shared by both interventions and by both sides.
        side_sd: further spread between the sides of one identity; `wiggle`: size of a smooth random curve per unit.
        response: what the full symmetric expression adds to the logit of the neutral face.
    """

    effect: float = 1.0
    control_effect: float = 0.5
    identity_sd: float = 0.5
    side_sd: float = 0.1
    wiggle: float = 0.2
    response: float = 4.0


def synthetic_responses(
    planted: Planted,
    identities: int,
    classifiers: Sequence[str] = ("alpha",),
    emotions: Sequence[str] = ("happiness",),
    s: Sequence[float] = (0.0, 0.25, 0.5, 0.75, 1.0),
    t: Sequence[float] = (0.0, 0.5, 1.0),
    seed: int = 0,
) -> pd.DataFrame:
    """Return a response table whose true scores are known: the mean `slope` is effect * mean(t > 0).

    The smooth curves are sums of sine waves over s with random weights: they bend and tilt single units and average to
    nothing, so a null of effect 0 keeps clustering and smoothness. A unit's curves depend on seed and names alone.
    """
    sides = {"palsy": ("left", "right"), "bilateral": ("both",)}
    units = [
        (classifier, emotion, identity, side, intervention)
        for classifier, emotion, identity in itertools.product(classifiers, emotions, range(identities))
        for intervention, each in sides.items()
        for side in each
    ]
    table = pd.concat([_unit(planted, unit, s, t, seed) for unit in units], ignore_index=True)
    return table[SCHEMA.names]


def _unit(
    planted: Planted, unit: tuple[str, str, int, str, str], s: Sequence[float], t: Sequence[float], seed: int
) -> pd.DataFrame:
    classifier, emotion, identity, side, intervention = unit
    face = generator(seed, classifier, emotion, identity).normal()
    own = generator(seed, *unit)
    slope = planted.effect if intervention == "palsy" else planted.control_effect
    slope += planted.identity_sd * face + planted.side_sd * own.normal()
    grid_s, grid_t = (axis.ravel() for axis in np.meshgrid(s, t, indexing="ij"))
    waves = sum(own.normal() * np.sin(np.pi * k * (grid_s - 0.5)) / k for k in (1, 2, 3))
    target = grid_t * (planted.response - slope * (1 - grid_s) + planted.wiggle * waves)
    logits = {name: np.zeros_like(target) for name in (*BASIC, "neutral")}
    logits["neutral"] += 1.0
    logits[emotion] = target
    matrix = np.stack(list(logits.values()), axis=1)
    weights = np.exp(matrix - matrix.max(axis=1, keepdims=True))
    names, count = np.array(list(logits)), len(logits)
    apex = matrix[(grid_s == max(s)) & (grid_t == max(t))][0]
    loss = (1 - grid_s) / 2
    return pd.DataFrame(
        {
            "face_model": "synthetic",
            "classifier": classifier,
            "training_set": f"data of {classifier}",
            "expression": "facs",
            "emotion": emotion,
            "accepted": bool(names[apex.argmax()] == emotion),
            "identity": identity,
            "side": side,
            "intervention": intervention,
            "s": np.repeat(grid_s, count),
            "t": np.repeat(grid_t, count),
            "class": np.tile(names, len(grid_s)),
            "logit": matrix.ravel(),
            "probability": (weights / weights.sum(axis=1, keepdims=True)).ravel(),
            "is_target": np.tile(names == emotion, len(grid_s)),
            "predicted": np.repeat(names[matrix.argmax(axis=1)], count),
            "asymmetry_mm": np.repeat(2.0 * grid_t * loss * (intervention == "palsy"), count),
            "intensity_mm": np.repeat(4.0 * grid_t * (1 - loss), count),
            "logit_ds": np.nan,
        }
    )
