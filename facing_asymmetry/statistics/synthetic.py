"""Simulated response tables with a known effect: smooth curves, clustered by identity, as real ones are."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.core.units import LOGIT
from facing_asymmetry.results.response_table import SCHEMA
from facing_asymmetry.statistics.resampling import generator


@dataclass(frozen=True)
class Planted:
    """True effects of the simulated classifiers; all in logits.

    Attributes:
        effect: Mean slope over s at t = 1 under `palsy`.
        control_effect: Mean slope over s at t = 1 under `bilateral`.
        identity_sd: Spread of those slopes between identities, shared by both interventions and by both sides.
        side_sd: Further spread between the sides of one identity.
        wiggle: Size of the smooth random curve of each replicate.
        response: What the full symmetric expression adds to the logit of the neutral face.
        interaction: Mean over s and t of the interaction of the two halves under `palsy`: it grows as t (1 - s).
    """

    effect: float = 1.0
    control_effect: float = 0.5
    identity_sd: float = 0.5
    side_sd: float = 0.1
    wiggle: float = 0.2
    response: float = 4.0
    interaction: float = 0.0


def synthetic_responses(
    planted: Planted,
    identities: int,
    classifiers: Sequence[str] = ("alpha",),
    emotions: Sequence[str] = ("happiness",),
    s: Sequence[float] = (0.0, 0.25, 0.5, 0.75, 1.0),
    t: Sequence[float] = (0.0, 0.5, 1.0),
    seed: int = 0,
) -> pd.DataFrame:
    """Return a response table whose true scores are known: the mean `slope` is effect * mean(t).

    `palsy_two_sided` costs twice what `palsy` costs beyond the interaction. The halves are curved wherever
    `control_effect` differs from `effect`: weakening both by half then costs another amount than weakening one fully.

    The smooth curves are sums of sine waves over s with random weights: they bend and tilt single replicates and
    average to nothing, so a null of effect 0 keeps clustering and smoothness. A replicate's curves depend on the seed
    and its names alone.

    Args:
        planted: The true effects.
        identities: Number of identities.
        classifiers: Names of the classifiers.
        emotions: Emotions shown to each of them.
        s: Symmetries of the grid.
        t: Intensities of the grid.
        seed: Root of all random streams.
    """
    sides = {"palsy": ("left", "right"), "bilateral": ("both",), "palsy_two_sided": ("both",)}
    replicates = [
        (classifier, emotion, identity, side, intervention)
        for classifier, emotion, identity in itertools.product(classifiers, emotions, range(identities))
        for intervention, each in sides.items()
        for side in each
    ]
    table = pd.concat([_replicate(planted, names, s, t, seed) for names in replicates], ignore_index=True)
    return table[SCHEMA.names]


def _replicate(
    planted: Planted, names: tuple[str, str, int, str, str], s: Sequence[float], t: Sequence[float], seed: int
) -> pd.DataFrame:
    classifier, emotion, identity, side, intervention = names
    face = generator(seed, classifier, emotion, identity).normal()
    own = generator(seed, *names)
    slope = planted.control_effect if intervention == "bilateral" else planted.effect
    slope += planted.identity_sd * face + planted.side_sd * own.normal()
    if intervention == "palsy_two_sided":
        slope = 2 * (slope - 4 * planted.interaction)
    grid_s, grid_t = (axis.ravel() for axis in np.meshgrid(s, t, indexing="ij"))
    waves = sum(own.normal() * np.sin(np.pi * k * (grid_s - 0.5)) / k for k in (1, 2, 3))
    target = grid_t * (planted.response - slope * (1 - grid_s) + planted.wiggle * waves)
    logits = {name: np.zeros_like(target) for name in (*BASIC, "neutral")}
    logits["neutral"] += 1.0
    logits[emotion] = target
    matrix = np.stack(list(logits.values()), axis=1)
    weights = np.exp(matrix - matrix.max(axis=1, keepdims=True))
    classes, count = np.array(list(logits)), len(logits)
    apex = matrix[(grid_s == max(s)) & (grid_t == max(t))][0]
    loss = (1 - grid_s) * (1.0 if intervention == "palsy_two_sided" else 0.5)
    return pd.DataFrame(
        {
            "face_model": "synthetic",
            "classifier": classifier,
            "training_set": f"data of {classifier}",
            "expression": "facs",
            "emotion": emotion,
            "accepted": bool(classes[apex.argmax()] == emotion),
            "identity": identity,
            "side": side,
            "intervention": intervention,
            "s": np.repeat(grid_s, count),
            "t": np.repeat(grid_t, count),
            "class": np.tile(classes, len(grid_s)),
            "logit": matrix.ravel(),
            "probability": (weights / weights.sum(axis=1, keepdims=True)).ravel(),
            "is_target": np.tile(classes == emotion, len(grid_s)),
            "predicted": np.repeat(classes[matrix.argmax(axis=1)], count),
            "asymmetry_mm": np.repeat(2.0 * grid_t * loss * (intervention == "palsy"), count),
            "intensity_mm": np.repeat(4.0 * grid_t * (1 - loss), count),
            "logit_ds": np.nan,
            "unit": LOGIT,
        }
    )
