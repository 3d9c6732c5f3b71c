"""What the one-sided interventions scale: a whole, its left and its right half, and what is spared."""

import numpy as np
from jaxtyping import Float
from numpy import ndarray


def halves(
    weakened: Float[ndarray, "V D"], spared: Float[ndarray, "V D"], left: Float[ndarray, " V"]
) -> Float[ndarray, "4 V D"]:
    """What is weakened, its left and its right half, and what is not.

    An intervention is written as the whole less a share of one half, so that at s = 1, where both shares are 0, the
    state is the sum of symmetric parts: symmetric in every bit.
    """
    right = (1.0 - left.astype(np.float64)).astype(np.float32)
    return np.stack([weakened, left.astype(np.float32)[:, None] * weakened, right[:, None] * weakened, spared])


def on_side(side: str, affected: Float[ndarray, " N"], other: Float[ndarray, " N"]) -> list[Float[ndarray, " N"]]:
    """Gains of the left and the right half from those of the affected and the other side."""
    return [affected, other] if side == "left" else [other, affected]
