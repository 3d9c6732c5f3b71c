"""Bounded Gauss-Newton on pose, shape and blendshape weights."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.optimize import lsq_linear

from facing_asymmetry.photographs.fitting.landmark_map import LandmarkMap
from facing_asymmetry.photographs.fitting.prior import WeightPrior
from facing_asymmetry.photographs.fitting.projection import POSE, FittedCamera
from facing_asymmetry.photographs.landmarks import LEFT_EYE, RIGHT_EYE, RIGID, similarity

STEPS: Final = 8
HUBER: Final = 3.0
RIDGE: Final = 0.3
FLOOR: Final = 0.02
OPT = dict(kappa=0.5)

@dataclass(frozen=True)
class Solution:
    """Pose, shape, weights and what is left of the points.

    Attributes:
        camera: of the photograph.
        shape: `(K,)` standard deviations.
        weights: `(E,)`.
        left: `(468, 2)` pixels from the prediction to the points.
        iod: pixels between the outer corners of the eyes.
    """

    camera: FittedCamera
    shape: Float[ndarray, " K"]
    weights: Float[ndarray, " E"]
    left: Float[ndarray, "468 2"]
    iod: float


def first_camera(seen: LandmarkMap, points):
    rigid = list(RIGID)
    flat = seen.mean[rigid, :2] * [1.0, -1.0]
    m = similarity(flat, points[rigid])
    scale = float(np.hypot(m[0, 0], m[1, 0])); a = np.arctan2(m[1, 0], m[0, 0])
    turn = np.array([[np.cos(-a), -np.sin(-a), 0], [np.sin(-a), np.cos(-a), 0], [0, 0, 1.0]])
    return FittedCamera(turn, m[:, 2].copy(), scale)


def whitener(covariance):
    c = covariance + RIDGE * np.diag(np.diag(covariance)) + FLOOR * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    v, q = np.linalg.eigh(c)
    return (q / np.sqrt(v)) @ q.T


def solve(seen: LandmarkMap, points, prior: WeightPrior, white, shape0=None, shape_sd=1.0, own=None, fixed=False, o=OPT, steps=STEPS):
    k, e = len(seen.components), len(seen.blendshapes)
    shape0 = np.zeros(k) if shape0 is None else shape0
    camera, shape, weights = first_camera(seen, points), shape0.copy(), np.zeros(e)
    eyes = points[LEFT_EYE] - points[RIGHT_EYE]
    iod = float(np.linalg.norm(eyes)); unit = eyes / iod
    level = np.array([[unit[0], -unit[1]], [unit[1], unit[0]]])  # points @ level: eyes level
    own_left = np.zeros((468, 2)) if own is None else own
    lo, hi = prior.bounds.T
    root = np.linalg.cholesky(prior.precision).T
    for step in range(steps):
        places = seen.mean + np.tensordot(shape, seen.components, 1) + np.tensordot(weights, seen.blendshapes, 1)
        pose, fields = camera.derivatives(places, np.concatenate([seen.components, seen.blendshapes]))
        left = points - camera.project(places)[:, :2] - own_left
        size = np.linalg.norm(left @ level / iod, axis=1) / (.025)
        robust = np.sqrt(np.where(size < HUBER, 1.0, HUBER / np.maximum(size, 1e-9)))[:, None]
        jac = np.concatenate([pose, fields]) @ level * robust / iod
        A = (jac.reshape(len(jac), -1) @ white).T * np.sqrt(o['kappa'])
        b = ((left @ level * robust / iod).ravel() @ white) * np.sqrt(o['kappa'])
        n = POSE + k + e
        P = np.zeros((k + e, n)); P[:k, POSE:POSE + k] = np.eye(k) / shape_sd; P[k:, POSE + k:] = root
        d = np.concatenate([(shape0 - shape) / shape_sd, root @ (prior.mean - weights)])
        A = np.concatenate([A, P]); b = np.concatenate([b, d])
        low = np.concatenate([np.full(POSE + k, -np.inf), lo - weights]); high = np.concatenate([np.full(POSE + k, np.inf), hi - weights])
        if fixed: A = A[:, :POSE + k]; low, high = low[:POSE + k], high[:POSE + k]
        q, r = np.linalg.qr(A)
        s = np.linalg.norm(r, axis=0); s[s == 0] = 1
        x = lsq_linear(r / s, q.T @ b, (low * s, high * s), method='bvls').x / s
        camera = camera.moved(x[:POSE]); shape = shape + x[POSE:POSE + k]
        if not fixed: weights = np.clip(weights + x[POSE + k:], lo, hi)
        if np.abs(x[:3]).max() < 1e-4 and np.abs(x[POSE + k:]).max(initial=0) < 1e-3: break
    places = seen.mean + np.tensordot(shape, seen.components, 1) + np.tensordot(weights, seen.blendshapes, 1)
    return Solution(camera, shape, weights, points - camera.project(places)[:, :2], iod)
