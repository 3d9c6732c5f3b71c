"""Fit the reference: the field of a turned head, and per emotion the filter that reads s out of height differences."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.emotions import BASIC
from facing_asymmetry.photographs.conditions import FRONTAL
from facing_asymmetry.photographs.landmarks import mirror_pairs
from facing_asymmetry.photographs.reference import Reference, turn_basis
from facing_asymmetry.photographs.rendered import Shot
from facing_asymmetry.photographs.symmetry import height_differences, in_face_frame, yaw_degrees

RIDGE: Final = 0.1
"""Added to the variance of every point, as a share of the mean variance: fewer faces than points."""


def fit_reference(shots: Iterable[Shot], made: dict[str, Any]) -> Reference:
    """Fit on shots that hold neutral faces, all emotions, both sides, s = 0 and s = 1, and the frontal condition.

    Symmetric faces in all conditions give the field of the turn, and, with that taken away, the covariance C of what
    is left: noise that follows pose, light and person. The filter of an emotion with mean pattern d (s = 0, frontal,
    left side weak) is w = C^-1 d / (d' C^-1 d): of all linear readings that give 1 for d the one of least noise.
    """
    found = [shot for shot in shots if shot.points is not None]
    raw = np.stack([height_differences(s.points) for s in found if s.points is not None])
    yaw = np.array([yaw_degrees(s.points) for s in found if s.points is not None])
    table = pd.DataFrame([(s.condition, s.emotion, s.side, s.s) for s in found], columns=["where", "what", "side", "s"])
    still, frontal = (table["s"] == 1.0).to_numpy(), (table["where"] == FRONTAL.name).to_numpy()
    basis = turn_basis(yaw)
    turn = _odd(np.linalg.lstsq(basis[still], raw[still], rcond=None)[0])
    left = raw - basis @ turn
    noise = np.concatenate([left[still], -left[still]])
    covariance = noise.T @ noise / len(noise)
    covariance += RIDGE * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    levels = np.array(sorted(table["s"].unique()))
    filters, curves = {}, {}
    for emotion in [e for e in BASIC if (table["what"] == e).any()]:
        rows = (table["what"] == emotion).to_numpy() & frontal
        weak = rows & (table["s"] == levels[0]).to_numpy()
        signs = np.where(table["side"][weak] == "left", 1.0, -1.0)
        pattern = _odd((signs[:, None] * left[weak]).mean(axis=0))
        solved = np.linalg.solve(covariance, pattern)
        filters[emotion] = _odd(solved / (solved @ pattern))
        curves[emotion] = np.array([np.abs(left[rows & (table["s"] == at).to_numpy()]).mean() for at in levels])
    return Reference(turn, filters, levels, curves, _neutral(found), made)


def _odd(fields: Float[ndarray, "*rows 468"]) -> Float[ndarray, "*rows 468"]:
    """The part that changes its sign under mirroring, as every height difference does."""
    return (fields - fields[..., mirror_pairs()]) / 2


def _neutral(shots: Sequence[Shot]) -> Float[ndarray, "468 3"]:
    faces = [
        in_face_frame(shot.points)
        for shot in shots
        if shot.points is not None and shot.emotion == "neutral" and shot.condition == FRONTAL.name
    ]
    mean = np.mean(faces, axis=0)
    return (mean + mean[mirror_pairs()] * [-1.0, 1.0, 1.0]) / 2
