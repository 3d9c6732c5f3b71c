"""A face of nine vertices with everything an intervention may ask of it, symmetric by construction."""

from types import SimpleNamespace

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from facing_asymmetry.config import Scene
from facing_asymmetry.face_models.contract import BlendshapeBasis, Displacement, Identity
from facing_asymmetry.interventions.contract import Face
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.interventions.layout import lay_out

V = 9
MIRROR = np.array([4, 5, 6, 7, 0, 1, 2, 3, 8])
FLIP = np.array([-1, 1, 1, 1], np.float32)
ARRAY = hnp.arrays(np.float32, (V, 4), elements=st.floats(-1, 1, width=32))
BLENDSHAPES = ("browDown_L", "browDown_R", "jawOpen", "mouthSmile_L", "mouthSmile_R")
LANDMARKS = {"brow_middle_L": 0, "brow_outer_L": 1, "eye_lower_L": 2, "mouth_corner_L": 3}


def mirrored(state):
    return state[..., MIRROR, :] * FLIP


def symmetric(array):
    return ((array + mirrored(array)) / 2).astype(np.float32)


def side_weight():
    left = np.full(V, 0.5, np.float32)
    left[:4], left[4:8] = 0.875, 0.125
    return left


def displacement_of(nerve, other, midline):
    return Displacement(symmetric(nerve), symmetric(other), symmetric(midline))


def blendshapes():
    """Brows move vertices 0 and 1 of their side, the smile vertex 3, the jaw vertex 8."""
    moves = np.zeros((len(BLENDSHAPES), V, 4), np.float32)
    for row, vertices in ((0, [0, 1]), (3, [3])):
        moves[row, vertices, :3] = 0.25, 0.5, -0.125
        moves[row + 1] = mirrored(moves[row])
    moves[2, 8, 1] = -1.0
    midline = np.array([False, False, True, False, False])
    return BlendshapeBasis(moves, ~midline, midline, np.zeros(V, bool))


def model():
    thirds = np.zeros((3, V), np.float32)
    thirds[[0, 0, 1, 2, 0, 0, 1, 2, 1], range(V)] = 1.0
    return SimpleNamespace(
        mirror=MIRROR,
        blendshapes=BLENDSHAPES,
        pairs=np.array([[0, 1], [3, 4]]),
        bounds=np.tile(np.array([[0.0, 1.0]], np.float32), (len(BLENDSHAPES), 1)),
        landmarks=LANDMARKS,
        regions={"face": np.ones(V, np.float32), **dict(zip(("upper", "middle", "lower"), thirds, strict=True))},
    )


def rest():
    """Points in millimetres' distance of each other, so that the droop's fields overlap a little."""
    at = np.zeros((V, 4), np.float32)
    at[:4, :3] = np.array([[32, 18, 0], [52, 12, -5], [32, -6, 2], [24, -73, 1]]) / 1000
    return at + mirrored(at)


def face_with(displacement, number=0):
    identity = Identity(number, {}, rest(), np.zeros((2, 2, 4), np.uint8))
    return Face(model(), identity, blendshapes(), displacement, side_weight())


def frames(intervention, displacement, s, t, side):
    """Rest state, and the states `(T, S, V, 4)` over the values of s and t with 1 appended."""
    grid = Grid("g", tuple(sorted({s, 1.0})), tuple(sorted({t, 1.0})))
    face = face_with(displacement)
    laid = lay_out(intervention, face, grid, side, Scene())
    states = laid.states(0, len(laid))[laid.node].reshape(len(grid.t), len(grid.s), V, 4)
    return face.identity.rest, states
