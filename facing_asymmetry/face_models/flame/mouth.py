"""The inside of a mouth for a head that has none: the embedded default's lining, teeth and tongue, warped into it."""

from dataclasses import replace
from typing import Final

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

from facing_asymmetry.face_models.appearance.arrays import AlignedHead
from facing_asymmetry.face_models.appearance.matching import warp
from facing_asymmetry.face_models.appearance.transfer import anchors
from facing_asymmetry.face_models.flame.layer import JAW, NECK
from facing_asymmetry.face_models.flame.source import FlameFile
from facing_asymmetry.face_models.makehuman import MakeHuman
from facing_asymmetry.face_models.makehuman.template import PARTS
from facing_asymmetry.face_models.symmetry import smoothstep, symmetrised

INSIDE: Final = ("mouth", "upper_teeth", "lower_teeth", "tongue")

NEIGHBOURS: Final = 12
"""Vertices of the head's skin that carry each vertex of the lining."""

EDGE: Final = 0.25
"""Depth of the lining (0 at the lips, 1 in the throat) up to which it goes with the lips."""


def with_mouth(model: FlameFile, aligned: AlignedHead, default: MakeHuman) -> tuple[FlameFile, Int[ndarray, " W"]]:
    """The model with the default's inner mouth, and the part of every vertex.

    Lower teeth and tongue turn with the jaw, upper teeth stay with the skull; the lining hangs from the lips in front
    and from the teeth behind. None of it moves with the expression modes but the lining's edge.

    Args:
        model: as published.
        aligned: its head.
    """
    rows, part, faces, partner = _inside(default)
    there = warp(default.template[rows].astype(np.float64), *reversed(anchors(aligned.head, default)))
    there = symmetrised(there, partner)
    raw = there / aligned.scale + [0.0, aligned.centre[1], aligned.centre[2]]
    carried = _carried(raw, aligned)
    loose = _looseness(default, rows, part)
    pinned = np.zeros((len(rows), model.weights.shape[1]))
    low = _goes_with_jaw(there, part)
    pinned[:, JAW], pinned[:, NECK] = low, 1.0 - low
    weights = loose[:, None] * (carried @ model.weights) + (1.0 - loose[:, None]) * pinned

    def joined(fields: Float[ndarray, "K V 3"], share: ndarray) -> Float[ndarray, "K W 3"]:
        here = np.stack([carried @ field for field in fields])
        return np.concatenate([fields, share[:, None] * here], axis=1)

    whole = replace(
        model,
        template=np.concatenate([model.template, raw]),
        faces=np.concatenate([model.faces, len(model.template) + faces]),
        shapes=joined(model.shapes, np.ones(len(rows))),
        expressions=joined(model.expressions, loose),
        correctives=joined(model.correctives, loose),
        regressor=np.pad(model.regressor, ((0, 0), (0, len(rows)))),
        weights=np.concatenate([model.weights, weights]),
    )
    return whole, np.concatenate([aligned.published.part, part])


def _inside(default: MakeHuman) -> tuple[ndarray, ndarray, ndarray, ndarray]:
    """Vertices of the default's inner mouth, their part, their triangles, and their mirror partners among them."""
    kinds = [PARTS.index(name) for name in INSIDE]
    chosen = np.isin(default.face_parts, kinds)
    rows = np.unique(default.surface.faces[chosen])
    place = np.full(len(default.mirror), -1)
    place[rows] = np.arange(len(rows))
    faces = place[default.surface.faces[chosen]]
    part = np.zeros(len(rows), np.int64)
    part[faces] = default.face_parts[chosen][:, None]
    return rows, part, faces, place[default.mirror[rows]]


def _carried(points: Float[ndarray, "N 3"], aligned: AlignedHead) -> csr_matrix:
    """`(N, V)` weights of the skin's vertices that carry each point: inverse squared distance, symmetric."""
    out = np.zeros((len(points), len(aligned.raw)))
    skin = np.flatnonzero(aligned.published.part == PARTS.index("skin"))
    for side in (1.0, -1.0):
        apart, near = cKDTree(aligned.raw[skin] * [side, 1.0, 1.0]).query(points * [side, 1.0, 1.0], k=NEIGHBOURS)
        share = 1.0 / np.maximum(apart, 1e-6) ** 2
        share /= 2.0 * share.sum(axis=1, keepdims=True)
        np.add.at(out, (np.arange(len(points))[:, None], skin[near]), share)
    return csr_matrix(out)


def _looseness(default: MakeHuman, rows: ndarray, part: ndarray) -> Float[ndarray, " N"]:
    """1 where the lining is the lips' inside, 0 behind it and on teeth and tongue."""
    return smoothstep(EDGE, 0.0, default.mouth_depth[rows]) * (part == PARTS.index("mouth"))


def _goes_with_jaw(places: Float[ndarray, "N 3"], part: ndarray) -> Float[ndarray, " N"]:
    middle = places[np.isin(part, [PARTS.index("upper_teeth"), PARTS.index("lower_teeth")]), 1].mean()
    lining = smoothstep(middle + 0.008, middle - 0.008, places[:, 1])
    fixed = {"upper_teeth": 0.0, "lower_teeth": 1.0, "tongue": 1.0}
    for name, value in fixed.items():
        lining[part == PARTS.index(name)] = value
    return lining
