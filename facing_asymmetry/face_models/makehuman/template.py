"""The head's topology: what is kept of the body, its triangles, its atlas and its mirror map."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.face_models.makehuman import atlas
from facing_asymmetry.face_models.makehuman.source import RawMesh

CUT_HEIGHT, CUT_WIDTH = 4.9, 2.3
"""Decimetres on the published mesh: below and beyond, the body is left out (it never enters a frame)."""

PARTS = ("skin", "mouth", "socket", "body", "upper_teeth", "lower_teeth", "tongue", "eye_L", "eye_R")
"""What a face belongs to, in the order of `Template.part`."""

_GROUPS = {"helper-upper-teeth": "upper_teeth", "helper-lower-teeth": "lower_teeth", "helper-tongue": "tongue"}


@dataclass(frozen=True)
class Template:
    """Topology shared by all identities.

    Attributes:
        source: `(S,)` index in the published mesh of each kept vertex; the two eyeballs' vertices follow them.
        faces: `(F, 3)` triangles, the left half first, then the mirror image of each in the same order.
        faces_uvs: `(F, 3)`.
        uvs: `(T, 2)`, mirrored exactly: u of the one side is 1 - u of the other.
        part: `(F,)` index into `PARTS`.
        mirror: `(V,)` involution.
        eye_anchors: `(6,)` indices in the published mesh of the extremes of the left eye's helper sphere: right, left,
            bottom, top, back, front. They give the eyeball's centre and radius.
    """

    source: Int[ndarray, " S"]
    faces: Int[ndarray, "F 3"]
    faces_uvs: Int[ndarray, "F 3"]
    uvs: Float[ndarray, "T 2"]
    part: Int[ndarray, " F"]
    mirror: Int[ndarray, " V"]
    eye_anchors: Int[ndarray, " A"]


def make_template(raw: RawMesh) -> Template:
    """Cut, triangulate, unwrap and mirror the published mesh."""
    quads, corners, kinds = _kept_quads(raw)
    left = raw.vertices[quads][:, :, 0].mean(axis=1) > 0.0
    quads, corners, kinds = quads[left], corners[left], kinds[left]
    used = np.unique(np.concatenate([quads.ravel(), raw.mirror[quads].ravel()]))
    place = np.full(len(raw.vertices), -1)
    place[used] = np.arange(len(used))
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    uv_corners = np.concatenate([corners[:, [0, 1, 2]], corners[:, [0, 2, 3]]])
    part = np.concatenate([kinds, kinds])
    uvs, uv_faces = _unwrap(raw, triangles, uv_corners, part)
    ball, size = unit_eyeball(), len(used)
    count = len(ball.points)
    # the eyeball of the left side joins the left half; mirroring below makes the right one
    faces = np.concatenate([place[triangles], size + ball.faces])
    uv_faces = np.concatenate([uv_faces, len(uvs) + ball.faces])
    uvs = atlas.snap(np.concatenate([uvs, ball.uvs]))
    part = np.concatenate([part, np.full(len(ball.faces), PARTS.index("eye_L"))])
    mirror = np.concatenate([place[raw.mirror[used]], size + count + np.arange(count), size + np.arange(count)])
    other = np.where(part == PARTS.index("eye_L"), PARTS.index("eye_R"), part)
    return Template(
        used,
        np.concatenate([faces, mirror[faces][:, ::-1]]),
        np.concatenate([uv_faces, (uv_faces + len(uvs))[:, ::-1]]),
        np.concatenate([uvs, np.stack([1.0 - uvs[:, 0], uvs[:, 1]], axis=1)]).astype(np.float32),
        np.concatenate([part, other]).astype(np.int8),
        mirror,
        _eye_anchors(raw),
    )


def _kept_quads(raw: RawMesh) -> tuple[ndarray, ndarray, ndarray]:
    quads, corners = [raw.quads["body"]], [raw.quad_uvs["body"]]
    points = raw.vertices[quads[0]]
    keep = (points[:, :, 1].min(axis=1) > CUT_HEIGHT) & (np.abs(points[:, :, 0]).max(axis=1) < CUT_WIDTH)
    kinds = [np.array([PARTS.index(name) for name in atlas.body_islands(raw.uvs[corners[0]])])[keep]]
    quads, corners = [quads[0][keep]], [corners[0][keep]]
    for group, name in _GROUPS.items():
        quads.append(raw.quads[group])
        corners.append(raw.quad_uvs[group])
        kinds.append(np.full(len(quads[-1]), PARTS.index(name)))
    return np.concatenate(quads), np.concatenate(corners), np.concatenate(kinds)


def _unwrap(raw: RawMesh, triangles: ndarray, corners: ndarray, part: ndarray) -> tuple[ndarray, ndarray]:
    """Atlas coordinates of the left half: one row per distinct (part, published texture vertex, vertex)."""
    flat = np.stack([np.repeat(part, 3), corners.ravel(), triangles.ravel()], axis=1)
    rows, index = np.unique(flat, axis=0, return_inverse=True)
    names = np.array(PARTS)[rows[:, 0]]
    uvs = atlas.place(names, raw.uvs[rows[:, 1]], raw.vertices[rows[:, 2]])
    return uvs, index.reshape(-1, 3)


def _eye_anchors(raw: RawMesh) -> Int[ndarray, " A"]:
    helper = np.unique(raw.quads["helper-l-eye"])
    points = raw.vertices[helper]
    picks = [points[:, 0].argmin(), points[:, 0].argmax(), points[:, 1].argmin(), points[:, 1].argmax()]
    return helper[[*picks, points[:, 2].argmin(), points[:, 2].argmax()]]


RINGS = np.radians([7.0, 12.0, 17.0, 21.0, 25.0, 28.0, 32.0, 40.0, 50.0, 62.0, 76.0, 92.0, 110.0])
"""Angles from the pole (the pupil) of the mesh's rings; the back of the ball is never seen."""

SEGMENTS = 32
LIMBUS = np.radians(25.0)
"""Angle at which the iris ends."""

UV_CENTRE, UV_RADIUS = (0.915, 0.085), 0.075
"""Disc of the left eye in the atlas; the right eye's is its mirror image. The radius is the angle 110 degrees."""


@dataclass(frozen=True)
class Eyeball:
    """Mesh of a unit eyeball that looks along +z.

    Attributes:
        points: `(N, 3)` on about the unit sphere (the cornea bulges).
        faces: `(F, 3)`.
        uvs: `(N, 2)` atlas coordinates of the left eye.
    """

    points: Float[ndarray, "N 3"]
    faces: Int[ndarray, "F 3"]
    uvs: Float[ndarray, "N 2"]


def unit_eyeball() -> Eyeball:
    """A polar mesh: the pupil, then rings of `SEGMENTS` vertices."""
    turn = 2.0 * np.pi * (np.arange(SEGMENTS) + 0.5) / SEGMENTS
    direction = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    radius = 1.0 + 0.045 * np.clip(1.0 - (RINGS / LIMBUS) ** 2, 0.0, None)
    rings = [
        np.concatenate([r * np.sin(a) * direction, np.full((SEGMENTS, 1), r * np.cos(a))], axis=1)
        for a, r in zip(RINGS, radius, strict=True)
    ]
    points = np.concatenate([[[0.0, 0.0, 1.045]], *rings])
    flat = np.concatenate([[[0.0, 0.0]], *[a / RINGS[-1] * direction for a in RINGS]])
    uvs = np.asarray(UV_CENTRE) + UV_RADIUS * flat
    return Eyeball(points, _fan_and_bands(), uvs)


def _fan_and_bands() -> Int[ndarray, "F 3"]:
    here = np.arange(SEGMENTS)
    after = (here + 1) % SEGMENTS
    faces = [np.stack([np.zeros_like(here), 1 + here, 1 + after], axis=1)]
    for ring in range(len(RINGS) - 1):
        inner, outer = 1 + ring * SEGMENTS, 1 + (ring + 1) * SEGMENTS
        faces.append(np.stack([inner + here, outer + here, outer + after], axis=1))
        faces.append(np.stack([inner + here, outer + after, inner + after], axis=1))
    return np.concatenate(faces)
