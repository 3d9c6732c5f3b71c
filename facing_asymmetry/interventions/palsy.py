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


def _gains(left: ndarray, right: ndarray, middle: ndarray) -> Float[ndarray, "N 3"]:
    return np.stack([left, right, middle], axis=1)


class Palsy:
    """`rest + t * midline + t * [(1 - w) + w * s] * muscles`: the affected side moves s times as far.

    `w` is 1 on the affected side and 0 on the other. Jaw, tongue and gaze are midline: scaled by t alone.
    """

    name: ClassVar[str] = "palsy"
    sides: ClassVar[tuple[str, ...]] = ("left", "right")
    axes: ClassVar[tuple[Axis, ...]] = (SYMMETRY, INTENSITY)

    def basis(self, displacement: Displacement, left: Float[ndarray, " V"]) -> Float[ndarray, "3 V D"]:
        """Left half of what the muscles move, right half, and the midline."""
        muscles = displacement.facial_nerve + displacement.other_muscles
        w = left[:, None].astype(np.float32)
        return np.stack([w * muscles, (1 - w) * muscles, displacement.midline])

    def gains(self, s: Float[ndarray, " N"], t: Float[ndarray, " N"], side: str) -> Float[ndarray, "N 3"]:
        """Gains of the left half, the right half and the midline."""
        if side not in self.sides:
            raise ConfigError(f"intervention {self.name} has no side {side!r}; it has {', '.join(self.sides)}")
        weak, full = t * s, t
        return _gains(weak, full, t) if side == "left" else _gains(full, weak, t)


class FacialNervePalsy(Palsy):
    """`palsy` of the muscles of the facial nerve only: eyes still open wide, jaw and gaze are spared."""

    name: ClassVar[str] = "palsy_facial_nerve"

    def basis(self, displacement: Displacement, left: Float[ndarray, " V"]) -> Float[ndarray, "3 V D"]:
        """Left half of what the facial nerve moves, right half, and everything else."""
        w = left[:, None].astype(np.float32)
        nerve, spared = displacement.facial_nerve, displacement.midline + displacement.other_muscles
        return np.stack([w * nerve, (1 - w) * nerve, spared])


class Bilateral(Palsy):
    """`rest + t * midline + t * (1 + s) / 2 * muscles`: the negative control.

    Both sides weaken alike, so that the face stays symmetric while its mean motion falls as under `palsy`.
    """

    name: ClassVar[str] = "bilateral"
    sides: ClassVar[tuple[str, ...]] = ("both",)

    def gains(self, s: Float[ndarray, " N"], t: Float[ndarray, " N"], side: str) -> Float[ndarray, "N 3"]:
        """Gains of the left half, the right half and the midline."""
        if side not in self.sides:
            raise ConfigError(f"intervention {self.name} has no side {side!r}; it has {', '.join(self.sides)}")
        both = t * (1 + s) / 2
        return _gains(both, both, t)
