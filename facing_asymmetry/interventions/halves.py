"""The parts of an expression that one-sided interventions scale: a whole, its halves, and what is spared."""

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.interventions.contract import Face


def muscles(face: Face) -> Float[ndarray, "V D"]:
    """What muscles move in the expression: all of it but jaw, tongue and gaze, which are midline."""
    return face.displacement.facial_nerve + face.displacement.other_muscles


def lost_motion(face: Face) -> Float[ndarray, "V D"]:
    """What `palsy` of the left side takes away at s = 0 and t = 1; of the right side, its mirror image."""
    return _left_half(muscles(face), face.left)


def halves(
    weakened: Float[ndarray, "V D"], spared: Float[ndarray, "V D"], left: Float[ndarray, " V"]
) -> Float[ndarray, "4 V D"]:
    """What is weakened, its left and its right half, and what is not.

    An intervention is written as the whole less a share of one half, so that at s = 1, where both shares are 0, the
    state is the sum of symmetric parts: symmetric in every bit.
    """
    right = (1.0 - left.astype(np.float64)).astype(np.float32)
    return np.stack([weakened, _left_half(weakened, left), right[:, None] * weakened, spared])


def on_side(side: str, affected: Float[ndarray, " N"], other: Float[ndarray, " N"]) -> list[Float[ndarray, " N"]]:
    """Gains of the left and the right half from those of the affected and the other side."""
    return [affected, other] if side == "left" else [other, affected]


def _left_half(moved: Float[ndarray, "V D"], left: Float[ndarray, " V"]) -> Float[ndarray, "V D"]:
    return left.astype(np.float32)[:, None] * moved
