"""Fits a head to the points of one photograph, alone or with the person's own neutral photograph."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.interpolate import RBFInterpolator

from facing_asymmetry.photographs.fitting.embedding import values_at
from facing_asymmetry.photographs.fitting.landmark_map import LandmarkMap
from facing_asymmetry.photographs.fitting.linear_head import LinearHead
from facing_asymmetry.photographs.fitting.prior import weight_prior
from facing_asymmetry.photographs.fitting.projection import FittedCamera
from facing_asymmetry.photographs.fitting.solve import OWN_TRUST, TRUST, ShapePrior, Solution, levelling, solve

OWN_SD = 0.3
"""Standard deviations by which a person's face may differ from the one fitted to their neutral photograph."""

TOLD_APART = 10
"""Components, largest first, by which two fitted identities are told apart."""

SNAP_REACH = 0.22
"""Distance, in distances between the eyes, over which the offset of one point moves the skin around it."""

SNAP_SMOOTHING = 0.3
"""How far the offsets are smoothed rather than met."""

SNAP_WINDOW = 1.5
"""Distance from the middle of the points, in distances between the eyes, beyond which vertices stay."""


@dataclass(frozen=True)
class HeadFit:
    """A head fitted to one photograph.

    Attributes:
        rest: `(V, D)` float32: the person's neutral face, metres in the model's frame, furrows at rest.
        weights: `(E,)` blendshape weights that the photograph shows.
        camera: projects vertices, less `centre`, to pixels of the photograph.
        centre: `(3,)` metres: the origin of the camera.
        offsets: `(V, 2)` pixels that bring the projected vertices onto the points.
        residual: root-mean-square error of the points, per cent of the distance between the outer corners of the eyes.
        yaw: degrees that the head is turned to the person's left.
        displacement: largest movement of the expression on the face, per cent of that distance.
        strength: of the labelled expression, in authored ones; NaN without a label.
        strength_sd: its standard deviation given the points; near `STRENGTH_SD` it is assumed rather than seen.
        own_neutral: whether the person's neutral photograph was used.
        own_distance: how far the identities fitted to both photographs lie apart (standard deviations, root mean
            square); NaN without a neutral one.
    """

    rest: Float[ndarray, "V D"]
    weights: Float[ndarray, " E"]
    camera: FittedCamera
    centre: Float[ndarray, "3"]
    offsets: Float[ndarray, "V 2"]
    residual: float
    yaw: float
    displacement: float
    strength: float
    strength_sd: float
    own_neutral: bool
    own_distance: float


def fit_head(
    head: LinearHead,
    seen: LandmarkMap,
    points: Float[ndarray, "468 2"],
    label: str | None,
    neutral: Sequence[Float[ndarray, "468 2"]] = (),
    *,
    tied: bool = True,
) -> HeadFit:
    """Fit pose, identity and expression.

    Args:
        head: the linear head.
        seen: what the points of its faces look like.
        points: pixels of the photograph.
        label: emotion that is shown, or None.
        neutral: points of neutral photographs of the same person; their mean counts.
        tied: whether left and right move nearly alike; False to measure an asymmetric face.
    """
    expected = weight_prior(head.model, label, tied=tied)
    own = own_shape(seen, neutral)
    found = solve(seen, points, own, expected)
    apart = float("nan")
    if len(neutral):
        alone = solve(seen, points, own_shape(seen, ()), expected)
        apart = float(np.sqrt(((alone.shape - own.mean) ** 2)[:TOLD_APART].mean()))
    labelled = bool(expected.strength.any())
    rest = np.zeros((len(head.mean), head.basis.displacements.shape[2]), np.float32)
    rest[:, :3] = head.mean + head.centre + np.tensordot(found.shape, head.components, 1)
    return HeadFit(
        rest=rest,
        weights=found.weights,
        camera=found.camera,
        centre=head.centre,
        offsets=_offsets(head, seen, found, points),
        residual=found.residual,
        yaw=found.camera.yaw,
        displacement=_displacement(head, seen, found, points),
        strength=float(expected.strength @ found.weights) if labelled else float("nan"),
        strength_sd=found.strength_sd if labelled else float("nan"),
        own_neutral=bool(len(neutral)),
        own_distance=apart,
    )


def own_shape(seen: LandmarkMap, neutral: Sequence[Float[ndarray, "468 2"]]) -> ShapePrior:
    """What is known of a person's neutral face: from neutral photographs, or from the model alone.

    Args:
        seen: what the points of a face look like.
        neutral: points of neutral photographs of the person.
    """
    anyone = ShapePrior(np.zeros(len(seen.components)), 1.0, np.zeros((468, 2)), seen.whitener, TRUST)
    if not len(neutral):
        return anyone
    found = [solve(seen, points, anyone, None) for points in neutral]
    mean = np.mean([one.shape for one in found], axis=0)
    return ShapePrior(mean, OWN_SD, np.mean([one.errors for one in found], axis=0), seen.own_whitener, OWN_TRUST)


def _offsets(
    head: LinearHead, seen: LandmarkMap, found: Solution, points: Float[ndarray, "468 2"]
) -> Float[ndarray, "V 2"]:
    """Errors of the points, carried to the vertices by radial basis functions that vanish away from them."""
    errors = found.errors @ np.linalg.inv(levelling(points))
    scale = 1.0 / np.sqrt(abs(np.linalg.det(levelling(points))))
    vertices = head.mean + np.tensordot(np.concatenate([found.shape, found.weights]), head.moves, 1)
    flat = found.camera.project(vertices)[:, :2]
    near = np.abs(flat - points.mean(axis=0)).max(axis=1) < SNAP_WINDOW * scale
    field = RBFInterpolator(
        (points - errors) / scale,
        errors,
        kernel="gaussian",
        epsilon=1.0 / SNAP_REACH,
        smoothing=SNAP_SMOOTHING,
        degree=-1,
    )
    out = np.zeros((len(flat), 2))
    out[near] = field(flat[near] / scale)
    return out


def _displacement(head: LinearHead, seen: LandmarkMap, found: Solution, points: Float[ndarray, "468 2"]) -> float:
    """Largest movement of the skin at the points, per cent of the distance between the eyes."""
    where = (seen.vertices, seen.shares)
    moved = values_at(where, np.tensordot(found.weights, head.fields, 1))
    pixels = np.linalg.norm(moved, axis=1).max() * found.camera.scale
    return 100.0 * float(pixels * np.sqrt(abs(np.linalg.det(levelling(points)))))
