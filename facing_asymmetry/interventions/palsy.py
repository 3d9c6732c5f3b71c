"""Weakening of one side (`palsy`, `palsy_facial_nerve`) and its control that weakens both (`bilateral`)."""

from typing import ClassVar

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.errors import ConfigError
from facing_asymmetry.face_models.contract import Displacement
from facing_asymmetry.interventions.contract import Axis

SYMMETRY = Axis("s", "symmetry: 1 symmetric, 0 the affected side does not move", 0.0, 1.0)
INTENSITY = Axis("t", "intensity: 0 neutral, 1 the full expression", 0.0, 1.0)


def _basis(weakened: ndarray, spared: ndarray, left: ndarray) -> Float[ndarray, "4 V D"]:
    """What is weakened, its left and its right half, and what is not.

    Written as the whole less a share of one half, so that at s = 1, where both shares are 0, the state is the sum of
    symmetric parts: symmetric in every bit.
    """
    right = (1.0 - left.astype(np.float64)).astype(np.float32)
    return np.stack([weakened, left.astype(np.float32)[:, None] * weakened, right[:, None] * weakened, spared])


class Palsy:
    """`rest + t * midline + t * [(1 - w) + w * s] * muscles`: the affected side moves s times as far.

    `w` is 1 on the affected side and 0 on the other. Jaw, tongue and gaze are midline: scaled by t alone.
    """

    name: ClassVar[str] = "palsy"
    sides: ClassVar[tuple[str, ...]] = ("left", "right")
    axes: ClassVar[tuple[Axis, ...]] = (SYMMETRY, INTENSITY)

    def basis(self, displacement: Displacement, left: Float[ndarray, " V"]) -> Float[ndarray, "4 V D"]:
        """What the muscles move, its left and right half, and the midline."""
        return _basis(displacement.facial_nerve + displacement.other_muscles, displacement.midline, left)

    def gains(self, s: Float[ndarray, " N"], t: Float[ndarray, " N"], side: str) -> Float[ndarray, "N 4"]:
        """Gains of the muscles, of their left and right half, and of the midline."""
        self._check(side)
        lost, none = -t * (1 - s), np.zeros_like(t)
        halves = (lost, none) if side == "left" else (none, lost)
        return np.stack([t, *halves, t], axis=1)

    def _check(self, side: str) -> None:
        if side not in self.sides:
            raise ConfigError(f"intervention {self.name} has no side {side!r}; it has {', '.join(self.sides)}")


class FacialNervePalsy(Palsy):
    """`palsy` of the muscles of the facial nerve only: eyes still open wide, jaw and gaze are spared."""

    name: ClassVar[str] = "palsy_facial_nerve"

    def basis(self, displacement: Displacement, left: Float[ndarray, " V"]) -> Float[ndarray, "4 V D"]:
        """What the facial nerve moves, its left and right half, and everything else."""
        return _basis(displacement.facial_nerve, displacement.midline + displacement.other_muscles, left)


class Bilateral(Palsy):
    """`rest + t * midline + t * (1 + s) / 2 * muscles`: the negative control.

    Both sides weaken alike, so that the face stays symmetric while its mean motion falls as under `palsy`.
    """

    name: ClassVar[str] = "bilateral"
    sides: ClassVar[tuple[str, ...]] = ("both",)

    def gains(self, s: Float[ndarray, " N"], t: Float[ndarray, " N"], side: str) -> Float[ndarray, "N 4"]:
        """Gains of the muscles, of their left and right half, and of the midline."""
        self._check(side)
        none = np.zeros_like(t)
        return np.stack([t * (1 + s) / 2, none, none, t], axis=1)
