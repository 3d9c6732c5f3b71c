"""Exact mirror symmetry: fixed-point values, so that no order of summation can break it."""

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

QUANTUM = 2.0**-24
"""Metres (60 nm): every stored coordinate and displacement is a multiple of it: sums in double precision are exact."""

FLIP = np.array([-1.0, 1.0, 1.0])
"""Mirroring at the plane x = 0."""


def quantise(values: Float[ndarray, "*any"]) -> Float[ndarray, "*any"]:
    """Round to multiples of `QUANTUM` (float64)."""
    return np.round(np.asarray(values, np.float64) / QUANTUM) * QUANTUM


def mirrored(displacement: Float[ndarray, "V D"], mirror: Int[ndarray, " V"]) -> Float[ndarray, "V D"]:
    """The same field seen in a mirror: x changes sign, the rest (wrinkle activations too) moves to the other side."""
    out = displacement[mirror].copy()
    out[..., 0] *= -1.0
    return out


def symmetrised(field: Float[ndarray, "V D"], mirror: Int[ndarray, " V"]) -> Float[ndarray, "V D"]:
    """Nearest field that is its own mirror image, in fixed point."""
    return quantise(0.5 * (field + mirrored(field, mirror)))


def side_weight(x: Float[ndarray, " V"], half_width: float) -> Float[ndarray, " V"]:
    """Smoothstep from 0 at `x = -half_width` to 1 at `x = half_width`."""
    position = np.clip(0.5 + 0.5 * x / half_width, 0.0, 1.0)
    return position * position * (3.0 - 2.0 * position)


def smoothstep(low: float, high: float, x: Float[ndarray, "*any"]) -> Float[ndarray, "*any"]:
    """0 below `low`, 1 above `high` (or the other way round if `low > high`), smooth between."""
    position = np.clip((np.asarray(x, np.float64) - low) / (high - low), 0.0, 1.0)
    return position * position * (3.0 - 2.0 * position)


def logistic_side(x: Float[ndarray, " V"], half_width: float) -> Float[ndarray, " V"]:
    """Weight of the person's left side: a logistic of x over `half_width` (same unit); w(x) + w(-x) = 1 exactly."""
    x = np.asarray(x, np.float64)
    right = (1.0 / (1.0 + np.exp(np.abs(x) / half_width))).astype(np.float32)
    return np.where(x < 0.0, right, np.float32(1.0) - right)


def mirrored_name(name: str) -> str:
    """Name of the mirror image of a blendshape or landmark."""
    for here, there in (("_L", "_R"), ("_R", "_L"), ("Left", "Right"), ("Right", "Left")):
        if name.endswith(here):
            return name.removesuffix(here) + there
    return name
