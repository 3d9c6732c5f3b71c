"""Which point of one head lies on which of another: landmarks give a warp, then the nearest place that faces alike.

Own code: registration packages (probreg, pycpd) match point clouds and know neither sides nor that lips face each
other; here landmarks give the warp (scipy's RBF interpolation) and normals keep the upper lip off the lower one.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from scipy.interpolate import RBFInterpolator
from scipy.spatial import cKDTree

MULTI_PIE: Final = {
    # number of the left or midline landmark (from 0): millimetres on the template
    8: (0.0, -117.1, 15.0),
    22: (11.0, 14.2, 27.5),
    23: (21.0, 17.3, 27.5),
    24: (36.0, 20.5, 24.5),
    25: (46.0, 17.5, 18.0),
    26: (53.0, 11.5, 13.0),
    27: (0.0, 0.3, 26.1),
    28: (0.0, -13.0, 30.2),
    29: (0.0, -26.0, 39.0),
    30: (0.0, -39.0, 46.1),
    33: (0.0, -52.5, 34.8),
    34: (6.0, -50.9, 33.6),
    35: (13.1, -49.0, 28.8),
    42: (19.1, -3.4, 15.0),
    43: (27.5, 2.8, 19.5),
    44: (38.5, 3.0, 17.5),
    45: (45.4, -1.3, 10.7),
    46: (38.5, -5.2, 15.0),
    47: (27.5, -5.5, 17.0),
    51: (0.0, -62.9, 39.4),
    52: (5.3, -62.0, 38.5),
    53: (14.9, -64.3, 34.2),
    54: (25.3, -74.2, 23.3),
    55: (18.7, -82.0, 27.3),
    56: (10.5, -85.0, 31.7),
    57: (0.0, -86.3, 33.0),
    62: (0.0, -73.8, 33.1),
    63: (10.5, -74.0, 31.5),
    64: (23.6, -74.4, 23.2),
    65: (10.5, -74.6, 31.5),
    66: (0.0, -74.7, 33.9),
}
"""The brows (22-26) may be absent. The jaw's outline (0-7, 9-16) is left out: no place on the skin, it is where a
frontal view ends."""

BROWS: Final = (22, 23, 24, 25, 26)

NAMED: Final = {
    "chin": 8,
    "nasion": 27,
    "nose_tip": 30,
    "subnasale": 33,
    "eye_outer_L": 45,
    "eye_inner_L": 42,
    "lip_upper": 51,
    "lip_lower": 57,
    "mouth_corner_L": 54,
}
"""Landmarks of the contract that are among the 68; the others are found on the warped head."""


THROAT: Final = 0.040
"""Metres below the chin at which the throat's front is taken."""


def outline(points: Float[ndarray, "N 3"], chin: Float[ndarray, "3"]) -> Float[ndarray, "4 3"]:
    """Crown, occiput, the left ear's outermost point, and the throat: where a head's skin ends upwards, behind, aside.

    Args:
        points: vertices of the outer skin, metres.
        chin: the landmark.
    """
    midline = points[np.abs(points[:, 0]) < 1e-6]
    head = points[points[:, 1] > chin[1] + 0.06]
    spine = midline[midline[:, 1] > chin[1] + 0.06]
    front = midline[(midline[:, 1] < chin[1] + 0.001) & (midline[:, 2] > chin[2] - 0.09)]
    front = front[np.argsort(front[:, 1])]
    throat = np.array([0.0, chin[1] - THROAT, np.interp(chin[1] - THROAT, front[:, 1], front[:, 2])])
    return np.stack([spine[spine[:, 1].argmax()], spine[spine[:, 2].argmin()], head[head[:, 0].argmax()], throat])


NORMAL_WEIGHT = 0.012
"""Metres that surfaces facing opposite ways are held apart by, halved."""

CANDIDATES = 12
"""Nearest sample points whose triangles are tried."""


@dataclass(frozen=True)
class Matches:
    """For N points, a place on a surface.

    Attributes:
        face: `(N,)` triangle.
        bary: `(N, 3)` barycentric coordinates in it.
    """

    face: Int[ndarray, " N"]
    bary: Float[ndarray, "N 3"]

    def read(self, values: Float[ndarray, " V *d"], faces: Int[ndarray, "F 3"]) -> Float[ndarray, " N *d"]:
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
        points: metres.
        normals: unit, of the points.
        vertices: of the surface, metres.
        vertex_normals: unit.
        faces: its triangles.
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
