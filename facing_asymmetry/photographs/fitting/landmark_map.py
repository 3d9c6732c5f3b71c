"""What the landmark network shows of a head: learnt on renders, where the truth is known.

The network doesn't show what the skin does: of a displacement of one side it shows about two thirds, of a raised
cheek a third. A fit therefore predicts points with *observed* blendshapes, and the picture is moved with the model's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.photographs.fitting.embedding import FLIP, embed, values_at
from facing_asymmetry.photographs.fitting.linear_head import LinearHead
from facing_asymmetry.photographs.fitting.training import Shot
from facing_asymmetry.photographs.landmarks import LEFT_EYE, RIGHT_EYE, mirror_pairs

RIDGE: Final = 6.0
"""Penalty on what differs from the geometry, in shots: blendshapes that few shots show stay geometric."""

EXTRA_VARIANCE: Final = (0.3, 0.02)
"""Added to the covariance of the errors: share of each variance, and of the mean variance."""


@dataclass(frozen=True)
class LandmarkMap:
    """Linear prediction of the 468 points, metres in the head's frame, and the errors of it.

    Attributes:
        vertices: `(468, 6)` vertices of the head that each point lies between, see `embedding`.
        shares: `(468, 6)` of each of them.
        mean: `(468, 3)` points of the mean face.
        components: `(K, 468, 3)` their displacement by identity.
        blendshapes: `(E, 468, 3)` their displacement by blendshape, as the network shows it.
        covariance: `(936, 936)` of the errors (x, y of each point; units of the distance between the outer eye
            corners, eyes level) for a person that is seen once.
        own_covariance: the same for a person whose neutral picture is known.
    """

    vertices: Int[ndarray, "468 6"]
    shares: Float[ndarray, "468 6"]
    mean: Float[ndarray, "468 3"]
    components: Float[ndarray, "K 468 3"]
    blendshapes: Float[ndarray, "E 468 3"]
    covariance: Float[ndarray, "936 936"]
    own_covariance: Float[ndarray, "936 936"]

    @cached_property
    def fields(self) -> Float[ndarray, "K+E 468 3"]:
        """Displacements by identity, then by blendshape."""
        return np.concatenate([self.components, self.blendshapes])

    def places(self, shape: Float[ndarray, " K"], weights: Float[ndarray, " E"]) -> Float[ndarray, "468 3"]:
        """Where the network shows the points of a face, metres."""
        out: ndarray = self.mean + np.tensordot(np.concatenate([shape, weights]), self.fields, 1)
        return out

    @cached_property
    def whitener(self) -> Float[ndarray, "936 936"]:
        """Inverse root of the covariance."""
        return _inverse_root(self.covariance)

    @cached_property
    def own_whitener(self) -> Float[ndarray, "936 936"]:
        """Inverse root of the covariance within a person."""
        return _inverse_root(self.own_covariance)


def _inverse_root(covariance: Float[ndarray, "936 936"]) -> Float[ndarray, "936 936"]:
    each, mean = EXTRA_VARIANCE
    variances = np.diag(covariance)
    values, vectors = np.linalg.eigh(covariance + np.diag(each * variances + mean * variances.mean()))
    return (vectors / np.sqrt(values)) @ vectors.T


def learn(head: LinearHead, shots: Sequence[Shot]) -> LandmarkMap:
    """Learn the map from rendered pictures and their mirror images.

    Args:
        head: the linear head.
        shots: pictures of its model.
    """
    where = embed(head, shots)
    mean, components, fields = (values_at(where, field) for field in (head.mean, head.components, head.fields))
    nothing = np.zeros((936, 936))
    seen = LandmarkMap(*where, mean, components, fields, nothing, nothing)
    shapes = {shot.identity: head.shape_of(shot.rest) for shot in shots}
    swap, pairs = head.swapped_blendshapes, mirror_pairs()
    errors = np.stack([_in_the_head(shot, seen.places(shapes[shot.identity], shot.weights)) for shot in shots])
    errors = np.concatenate([errors, errors[:, pairs] * FLIP[:2]])
    weights = np.stack([shot.weights for shot in shots])
    design = np.concatenate([weights, weights[:, swap]])
    design = np.column_stack([np.ones(len(design)), design])
    penalty = RIDGE * np.diag(np.r_[0.0, np.ones(weights.shape[1])])
    found = np.linalg.solve(design.T @ design + penalty, design.T @ errors.reshape(len(errors), -1))
    shift = np.pad(found.reshape(-1, 468, 2), ((0, 0), (0, 0), (0, 1)))
    seen = replace(seen, mean=seen.mean + shift[0], blendshapes=seen.blendshapes + shift[1:])
    covariance, own = _covariances(seen, shots, shapes)
    return replace(seen, covariance=covariance, own_covariance=own)


def _in_the_head(shot: Shot, places: Float[ndarray, "468 3"]) -> Float[ndarray, "468 2"]:
    """Differences of a shot's points from where places are seen, metres in the frontal plane of the head."""
    _, along = shot.camera.derivatives(places, np.repeat(np.eye(3)[:2, None], 468, axis=1))
    missing = shot.points - shot.camera.project(places)[:, :2]
    out: ndarray = np.linalg.solve(along.transpose(1, 2, 0), missing[..., None])[..., 0]
    return out


def _covariances(
    seen: LandmarkMap, shots: Sequence[Shot], shapes: Mapping[int, Float[ndarray, " K"]]
) -> tuple[Float[ndarray, "936 936"], Float[ndarray, "936 936"]]:
    """Of the errors, and of what is left of them after those of the person's neutral picture."""
    errors: list[ndarray] = []
    own: list[ndarray] = []
    neutral: dict[int, ndarray] = {}
    for shot in shots:
        predicted = shot.camera.project(seen.places(shapes[shot.identity], shot.weights))[:, :2]
        error = (shot.points - predicted) / np.linalg.norm(shot.points[LEFT_EYE] - shot.points[RIGHT_EYE])
        errors.append(error)
        if not shot.weights.any():
            neutral[shot.identity] = error
        elif shot.identity in neutral:
            own.append(error - neutral[shot.identity])
    return _second_moment(errors), _second_moment(own)


def _second_moment(errors: Sequence[Float[ndarray, "468 2"]]) -> Float[ndarray, "936 936"]:
    """Of errors and their mirror images."""
    there = np.stack(errors)
    rows = np.concatenate([there, there[:, mirror_pairs()] * FLIP[:2]]).reshape(-1, 936)
    return rows.T @ rows / len(rows)
