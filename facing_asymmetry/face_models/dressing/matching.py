"""Which point of one surface each point of another lies on: a smooth warp, then the nearest place that faces alike.

Own code: registration packages (probreg, pycpd) match point clouds and know neither sides nor that lips face each
other; here landmarks give the warp (scipy's RBF interpolation) and normals keep the upper lip off the lower one.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from scipy.interpolate import RBFInterpolator
from scipy.spatial import cKDTree

NORMAL_WEIGHT = 0.012
"""Metres that surfaces facing opposite ways are held apart by, halved."""

CANDIDATES = 12
"""Nearest sample points whose triangles are tried."""


@dataclass(frozen=True)
class Matches:
    """For N points, a place on a surface.

    Attributes:
        face: `(N,)` triangle; `bary`: `(N, 3)` barycentric coordinates in it.
    """

    face: Int[ndarray, " N"]
    bary: Float[ndarray, "N 3"]

    def read(self, values: Float[ndarray, "V *d"], faces: Int[ndarray, "F 3"]) -> Float[ndarray, "N *d"]:
        """Values of a surface's vertices (or texture vertices) at the matched places."""
        return np.einsum("nc,nc...->n...", self.bary, np.asarray(values, np.float64)[faces[self.face]])


def warp(
    points: Float[ndarray, "N 3"], anchors: Float[ndarray, "A 3"], places: Float[ndarray, "A 3"]
) -> Float[ndarray, "N 3"]:
    """The biharmonic spline that brings the anchors to their places, affine far away, applied to points (same unit)."""
    return RBFInterpolator(anchors, places, kernel="linear", degree=1)(points)


def match(
    points: Float[ndarray, "N 3"],
    normals: Float[ndarray, "N 3"],
    vertices: Float[ndarray, "V 3"],
    vertex_normals: Float[ndarray, "V 3"],
    faces: Int[ndarray, "F 3"],
) -> Matches:
    """Nearest place of a surface for each point, in position and direction.

    Args:
        points: metres; normals: unit, of the points.
        vertices: of the surface, metres; vertex_normals: unit; faces: its triangles.
    """
    shares = _samples()
    count = len(shares)
    at = np.einsum("sc,fck->fsk", shares, vertices[faces]).reshape(-1, 3)
    facing = np.einsum("sc,fck->fsk", shares, vertex_normals[faces]).reshape(-1, 3)
    tree = cKDTree(np.concatenate([at, NORMAL_WEIGHT * facing], axis=1))
    _, near = tree.query(np.concatenate([points, NORMAL_WEIGHT * normals], axis=1), k=CANDIDATES)
    tried = near // count
    bary = _projected(points[:, None], vertices[faces[tried]])
    places = np.einsum("nkc,nkcd->nkd", bary, vertices[faces[tried]])
    turned = np.einsum("nkc,nkcd->nkd", bary, vertex_normals[faces[tried]])
    cost = ((places - points[:, None]) ** 2).sum(-1) + NORMAL_WEIGHT**2 * ((turned - normals[:, None]) ** 2).sum(-1)
    best = cost.argmin(axis=1)
    rows = np.arange(len(points))
    return Matches(tried[rows, best], bary[rows, best])


def _samples() -> Float[ndarray, "S 3"]:
    """Barycentric coordinates of points spread over a triangle."""
    steps = 4
    grid = [(i, j, steps - 1 - i - j) for i in range(steps) for j in range(steps - i)]
    return (np.array(grid) + 1.0 / 3.0) / steps


def _projected(points: Float[ndarray, "*n 3"], corners: Float[ndarray, "*n 3 3"]) -> Float[ndarray, "*n 3"]:
    """Barycentric coordinates of the points' feet on the triangles' planes, drawn back to the triangles."""
    e1, e2 = corners[..., 1, :] - corners[..., 0, :], corners[..., 2, :] - corners[..., 0, :]
    rest = points - corners[..., 0, :]
    a, b, c = (e1 * e1).sum(-1), (e1 * e2).sum(-1), (e2 * e2).sum(-1)
    d, e = (rest * e1).sum(-1), (rest * e2).sum(-1)
    area = np.maximum(a * c - b * b, 1e-30)
    u, v = (c * d - b * e) / area, (a * e - b * d) / area
    bary = np.clip(np.stack([1.0 - u - v, u, v], axis=-1), 0.0, None)
    return bary / bary.sum(axis=-1, keepdims=True)
