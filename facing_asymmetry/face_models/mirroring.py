"""Mirror maps of published meshes, and their triangles made exactly symmetric."""

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from facing_asymmetry.errors import ModelError

TOLERANCE = 5e-4
"""Metres: a vertex and its mirror partner may be this far from being mirror images (ICT's gums: one by 0.29 mm)."""

MIDLINE = 1e-6
"""Metres: vertices nearer to the plane x = 0 lie on it."""


def mirror_map(vertices: Float[ndarray, "V 3"], part: Int[ndarray, " V"], name: str) -> Int[ndarray, " V"]:
    """Partner of each vertex: an involution by construction, nearest neighbours where they are unique.

    Args:
        vertices: metres, symmetric about x = 0 up to `TOLERANCE`.
        part: which part of the head each vertex belongs to; a left and a right eye are one part.
        name: of the model, for messages.

    Raises:
        ModelError: a part has not as many vertices on the left as on the right, or partners are too far apart.
    """
    mirror = np.arange(len(vertices))
    for kind in np.unique(part):
        rows = np.flatnonzero(part == kind)
        left, right = rows[vertices[rows, 0] > MIDLINE], rows[vertices[rows, 0] < -MIDLINE]
        if len(left) != len(right):
            raise ModelError(
                f"{name}: part {kind} has {len(left)} vertices on the left and {len(right)} on the right; "
                "a head with a mirror partner for every vertex is expected"
            )
        partner = right[_assigned(vertices[left] * [-1.0, 1.0, 1.0], vertices[right])] if len(left) else right
        mirror[left], mirror[partner] = partner, left
    apart = np.linalg.norm(vertices[mirror] * [-1.0, 1.0, 1.0] - vertices, axis=1)
    if apart.max(initial=0.0) > TOLERANCE:
        worst = int(apart.argmax())
        raise ModelError(
            f"{name}: vertex {worst} and its mirror partner {mirror[worst]} differ by {1000 * apart.max():.3f} mm "
            f"(at most {1000 * TOLERANCE} mm): is the file the published one?"
        )
    return mirror


def _assigned(points: Float[ndarray, "N 3"], others: Float[ndarray, "N 3"]) -> Int[ndarray, " N"]:
    """One other point for each: the nearest; those that share one are assigned so that the distances' sum is least."""
    _, nearest = cKDTree(others).query(points)
    taken = np.bincount(nearest, minlength=len(others))
    unsure = np.flatnonzero(taken[nearest] > 1)
    free = np.concatenate([np.unique(nearest[unsure]), np.flatnonzero(taken == 0)])
    if len(unsure):
        rows, columns = linear_sum_assignment(cdist(points[unsure], others[free]))
        nearest[unsure[rows]] = free[columns]
    return nearest


def symmetric_triangles(
    faces: Int[ndarray, "F 3"], vertices: Float[ndarray, "V 3"], mirror: Int[ndarray, " V"], name: str
) -> Int[ndarray, "F 3"]:
    """The left half's triangles, then their mirror images in the same order.

    Raises:
        ModelError: a triangle crosses the midline, so that no half is whole.
    """
    x = vertices[faces][..., 0]
    crossing = (x.min(axis=1) < -MIDLINE) & (x.max(axis=1) > MIDLINE)
    if crossing.any():
        raise ModelError(
            f"{name}: {crossing.sum()} triangles cross the midline; a mesh with a midline loop is expected"
        )
    left = faces[x.max(axis=1) > MIDLINE]
    return np.concatenate([left, mirror[left][:, ::-1]])
