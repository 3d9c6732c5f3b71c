"""Where each of the landmark network's 468 points lies on the skin of a head."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from scipy.spatial import cKDTree

from facing_asymmetry.photographs.fitting.linear_head import LinearHead
from facing_asymmetry.photographs.fitting.training import Shot
from facing_asymmetry.photographs.landmarks import mirror_pairs

FLIP: Final = np.array([-1.0, 1.0, 1.0])

Embedding = tuple[Int[ndarray, "468 6"], Float[ndarray, "468 6"]]
"""Vertices of the face that each point lies on and of that face's mirror image, and their shares.

A point of the midline lies half on either; the other points lie on one face, and their partner on its mirror image.
"""

BEHIND: Final = 0.012
"""Metres; vertices that lie further behind the nearest one are another layer of the head."""

NEIGHBOURS: Final = 6
"""Vertices about a pixel that a place is made of."""


def values_at(where: Embedding, fields: Float[ndarray, "*batch V 3"]) -> Float[ndarray, "*batch 468 3"]:
    """Values of fields over the vertices, at the points."""
    vertices, shares = where
    out: ndarray = np.einsum("...pkc,pk->...pc", fields[..., vertices, :], shares)
    return out


def embed(head: LinearHead, shots: Sequence[Shot]) -> Embedding:
    """Median over the neutral pictures of where a point's pixel meets the head, carried to the mean face; symmetric."""
    places = np.median([_places(head, shot) for shot in shots if not shot.weights.any()], axis=0)
    return _closest(head, (places + places[mirror_pairs()] * FLIP) / 2)


def _places(head: LinearHead, shot: Shot) -> Float[ndarray, "468 3"]:
    """Places on the mean face of the points of one neutral picture, metres."""
    skin = np.flatnonzero(head.model.regions["face"] > 0)
    seen = shot.camera.project(shot.rest - head.centre)[skin]
    distance, near = cKDTree(seen[:, :2]).query(shot.points, NEIGHBOURS)
    depth = seen[near, 2]
    shares = (depth > depth.max(axis=1, keepdims=True) - BEHIND) / (distance + 0.3)
    shares /= shares.sum(axis=1, keepdims=True)
    offset = shot.points - np.einsum("pk,pkc->pc", shares, seen[near, :2])
    places = np.einsum("pk,pkc->pc", shares, head.mean[skin[near]])
    places[:, :2] += offset * [1.0, -1.0] / shot.camera.scale
    return places


def _closest(head: LinearHead, places: Float[ndarray, "468 3"]) -> Embedding:
    """The nearest places on the skin of the mean face; a point's partner lies on the mirror image of its face."""
    model, pairs = head.model, mirror_pairs()
    faces = model.surface.faces[model.regions["face"][model.surface.faces].min(axis=1) > 0]
    corners = head.mean[faces]
    _, near = cKDTree(corners.mean(axis=1)).query(places, 24)
    vertices, shares = np.empty((468, 6), np.int64), np.zeros((468, 6))
    for point, partner in enumerate(pairs):
        if partner < point:
            vertices[point], shares[point] = model.mirror[vertices[partner]], shares[partner]
            continue
        found = [(*_nearest_on(corners[face], places[point]), face) for face in near[point]]
        _, barycentric, face = min(found, key=lambda one: one[0])
        vertices[point] = [*faces[face], *model.mirror[faces[face]]]
        shares[point, :3] = barycentric
        if partner == point:
            shares[point] = np.tile(0.5 * barycentric, 2)
    return vertices, shares


def _nearest_on(corners: Float[ndarray, "3 3"], place: Float[ndarray, "3"]) -> tuple[float, Float[ndarray, "3"]]:
    """Distance to a triangle, and barycentric coordinates of the place on it (clamped, so nearly the nearest)."""
    inner = np.linalg.lstsq((corners[1:] - corners[0]).T, place - corners[0], rcond=None)[0]
    weights = np.clip(np.array([1.0 - inner.sum(), *inner]), 0.0, None)
    weights /= weights.sum()
    return float(np.linalg.norm(weights @ corners - place)), weights
