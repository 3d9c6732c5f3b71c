"""Bounded Gauss-Newton over pose, shape and blendshape weights: the most probable face for the points."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.linalg import block_diag, solve_triangular
from scipy.optimize import lsq_linear

from facing_asymmetry.photographs.fitting.landmark_map import LandmarkMap
from facing_asymmetry.photographs.fitting.prior import WeightPrior
from facing_asymmetry.photographs.fitting.projection import POSE, FittedCamera
from facing_asymmetry.photographs.landmarks import LEFT_EYE, RIGHT_EYE, RIGID, similarity

STEPS: Final = 8
"""Most iterations."""

OUTLIER: Final = 0.075
"""Share of the distance between the eyes from which a point's error counts linearly (Huber)."""

TRUST: Final = 0.05
OWN_TRUST: Final = 0.5
"""Weight of the points against the priors, alone and with the person's neutral picture.

On renders anything from 0.03 to 1 does as well. People are unlike any render, and what the head can't express must not
be taken for the absence of an expression; a neutral picture tells the two apart.
"""


@dataclass(frozen=True)
class ShapePrior:
    """What is believed of the person's neutral face.

    Attributes:
        mean: `(K,)` coefficients.
        sd: their standard deviation.
        left_over: `(468, 2)` what the model could not express of the points of the person's neutral picture, in
            distances between the eyes, eyes level.
        whitener: `(936, 936)` inverse root of the covariance of the points' errors.
        trust: weight of the points.
    """

    mean: Float[ndarray, " K"]
    sd: float
    left_over: Float[ndarray, "468 2"]
    whitener: Float[ndarray, "936 936"]
    trust: float


@dataclass(frozen=True)
class Solution:
    """The most probable face.

    Attributes:
        camera: of the photograph.
        shape: `(K,)` coefficients of the neutral face.
        weights: `(E,)` of the blendshapes.
        errors: `(468, 2)` points less their prediction, in distances between the eyes, eyes level.
        strength_sd: standard deviation of the expression's strength that the points leave; NaN without a label.
    """

    camera: FittedCamera
    shape: Float[ndarray, " K"]
    weights: Float[ndarray, " E"]
    errors: Float[ndarray, "468 2"]
    strength_sd: float

    @property
    def residual(self) -> float:
        """Root-mean-square error of the points, per cent of the distance between the outer corners of the eyes."""
        return 100.0 * float(np.sqrt((self.errors**2).sum(axis=1).mean()))


def levelling(points: Float[ndarray, "468 2"]) -> Float[ndarray, "2 2"]:
    """`differences @ levelling` are in distances between the eyes, eyes level."""
    eyes = points[LEFT_EYE] - points[RIGHT_EYE]
    square = float(eyes @ eyes)
    return np.array([[eyes[0], -eyes[1]], [eyes[1], eyes[0]]]) / square


def solve(
    seen: LandmarkMap,
    points: Float[ndarray, "468 2"],
    shape_prior: ShapePrior,
    weight_prior: WeightPrior | None,
) -> Solution:
    """Fit pose, shape and weights.

    Args:
        seen: what the points of a face look like.
        points: pixels of the photograph.
        shape_prior: of the neutral face.
        weight_prior: of the expression; None for a neutral picture.
    """
    level, count = levelling(points), len(shape_prior.mean)
    camera, unknown = _first_camera(seen, points), shape_prior.mean.copy()
    mean, root = shape_prior.mean, np.eye(count) / shape_prior.sd
    fields, highest = seen.components, np.full(count, np.inf)
    if weight_prior:
        unknown = np.concatenate([unknown, np.zeros(len(seen.blendshapes))])
        mean = np.concatenate([mean, weight_prior.mean])
        root = block_diag(root, np.linalg.cholesky(weight_prior.precision).T)
        fields, highest = seen.fields, np.concatenate([highest, weight_prior.highest])
    lowest = np.where(np.isinf(highest), -np.inf, 0.0)
    for _ in range(STEPS):
        places = seen.mean + np.tensordot(unknown, fields, 1)
        by_pose, by_field = camera.derivatives(places, fields)
        errors = (points - camera.project(places)[:, :2]) @ level - shape_prior.left_over
        size = np.linalg.norm(errors, axis=1)
        trust = np.sqrt(shape_prior.trust * np.where(size < OUTLIER, 1.0, OUTLIER / np.maximum(size, 1e-9)))[:, None]
        rows = (np.concatenate([by_pose, by_field]) @ level * trust).reshape(POSE + len(fields), -1)
        rows = np.concatenate([(rows @ shape_prior.whitener).T, np.pad(root, ((0, 0), (POSE, 0)))])
        right = np.concatenate([(errors * trust).ravel() @ shape_prior.whitener, root @ (mean - unknown)])
        step, triangle = _bounded(rows, right, lowest - unknown, highest - unknown)
        camera, unknown = camera.moved(step[:POSE]), np.clip(unknown + step[POSE:], lowest, highest)
        if np.abs(step[:3]).max() < 1e-4 and np.abs(step[POSE:]).max() < 1e-3:
            break
    errors = (points - camera.project(seen.mean + np.tensordot(unknown, fields, 1))[:, :2]) @ level
    shape, weights = unknown[:count], np.zeros(len(seen.blendshapes))
    sd = float("nan")
    if weight_prior:
        weights = unknown[count:]
        strength = np.concatenate([np.zeros(POSE + count), weight_prior.strength])
        sd = float(np.linalg.norm(solve_triangular(triangle.T, strength, lower=True)))
    return Solution(camera, shape, weights, errors, sd)


def _first_camera(seen: LandmarkMap, points: Float[ndarray, "468 2"]) -> FittedCamera:
    """A frontal camera that brings the mean face's eyes and nose to the points."""
    rigid = list(RIGID)
    matrix = similarity(seen.mean[rigid, :2] * [1.0, -1.0], points[rigid])
    scale = float(np.hypot(*matrix[:, 0]))
    cos, sin = matrix[0, 0] / scale, matrix[1, 0] / scale
    return FittedCamera(np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]]), matrix[:, 2], scale)


def _bounded(
    rows: Float[ndarray, "N P"], right: Float[ndarray, " N"], low: Float[ndarray, " Q"], high: Float[ndarray, " Q"]
) -> tuple[Float[ndarray, " P"], Float[ndarray, "P P"]]:
    """The least-squares step within bounds (the pose has none), and the triangular root of the normal equations."""
    orthogonal, triangle = np.linalg.qr(rows)
    sizes = np.maximum(np.linalg.norm(triangle, axis=0), 1e-12)
    bounds = [np.concatenate([np.full(POSE, end), side]) * sizes for end, side in ((-np.inf, low), (np.inf, high))]
    found = lsq_linear(triangle / sizes, orthogonal.T @ right, bounds, method="bvls")
    return found.x / sizes, triangle
