"""A face that hangs on one side even at rest, as in a flaccid palsy."""

from typing import ClassVar

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from pydantic import StrictFloat

from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.settings import schema
from facing_asymmetry.interventions.contract import INTENSITY, Axis, Face, Intervention, Invariant
from facing_asymmetry.interventions.halves import on_side

FLIP = np.array([-1.0, 1.0, 1.0], np.float32)


@schema()
class RestingDroop(Intervention):
    """`rest + t * displacement + (1 - s) * droop`: brow, lower lid and mouth corner of one side hang, whatever t.

    The expression itself stays whole. Each droop is a smooth field about the model's landmarks, downwards, cut off at
    the midline; eyeballs, teeth and tongue don't take part.

    Attributes:
        brow_mm: how far the brow hangs at s = 0, in millimetres. This and the others are our choice, not a norm.
        lid_mm: how far the lower lid hangs at s = 0, in millimetres.
        mouth_mm: how far the mouth corner hangs at s = 0, in millimetres.
    """

    name: str = "resting_droop"
    brow_mm: StrictFloat = 4.0
    lid_mm: StrictFloat = 1.5
    mouth_mm: StrictFloat = 5.0
    kind: ClassVar[str] = "resting_droop"
    summary: ClassVar[str] = "Brow, lower lid and mouth corner of one side hang, at rest too, as in a flaccid palsy."
    formula: ClassVar[str] = "rest + t d + (1 − s) droop"
    purpose: ClassVar[str] = "asymmetry that is there at t = 0 too"
    sides: ClassVar[tuple[str, ...]] = ("left", "right")
    axes: ClassVar[tuple[Axis, ...]] = (Axis("s", "1: symmetric at rest, 0: one side hangs fully", 0.0, 1.0), INTENSITY)
    invariants: ClassVar[frozenset[Invariant]] = frozenset(
        {
            Invariant.FULL_EXPRESSION,
            Invariant.SYMMETRIC_AT_ONE,
            Invariant.SIDES_MIRROR,
            Invariant.MORE_IS_MORE_SYMMETRIC,
        }
    )

    def __post_init__(self) -> None:
        for key in ("brow_mm", "lid_mm", "mouth_mm"):
            if not 0.0 <= getattr(self, key) <= 15.0:
                raise ConfigError(f"interventions.{self.name}.{key} = {getattr(self, key)}; millimetres in [0, 15]")

    def basis(self, face: Face) -> Float[ndarray, "3 V D"]:
        """The expression, and the droop of the left and of the right side."""
        left = np.zeros_like(face.identity.rest)
        left[:, :3] = self.field(face)
        right = left[face.model.mirror]
        right[:, :3] *= FLIP
        return np.stack([face.displacement.total, left, right])

    def gains(self, s: Float[ndarray, " N"], t: Float[ndarray, " N"], side: str) -> Float[ndarray, "N 3"]:
        """Gains of the expression and of both droops."""
        self.check_side(side)
        return np.stack([t, *on_side(side, 1.0 - s, np.zeros_like(s))], axis=1)

    def field(self, face: Face) -> Float[ndarray, "V 3"]:
        """Droop of the left side at s = 0, metres."""
        at = face.identity.rest[:, :3].astype(np.float64)
        down = np.zeros(len(at))
        for landmark, depth, width in (
            ("brow_middle_L", self.brow_mm, 12.0),
            ("brow_outer_L", self.brow_mm, 12.0),
            ("eye_lower_L", self.lid_mm, 7.0),
            ("mouth_corner_L", self.mouth_mm, 13.0),
        ):
            apart = np.linalg.norm(at - at[face.model.landmarks[landmark]], axis=1) * 1000.0
            bump = depth / 1000.0 * np.exp(-0.5 * (apart / width) ** 2)
            down = np.maximum(down, bump)
        down *= face.left * ~face.blendshapes.midline_vertices
        return np.stack([np.zeros_like(down), -down, np.zeros_like(down)], axis=1).astype(np.float32)
