"""Weakening of one side: all of it (`palsy`), one nerve's share, one third of the face, or at constant total motion."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.errors import ConfigError
from facing_asymmetry.interventions.contract import Face, Intervention, Invariant
from facing_asymmetry.interventions.halves import halves, on_side

ONE_SIDED = frozenset(
    {
        Invariant.FULL_EXPRESSION,
        Invariant.SYMMETRIC_AT_ONE,
        Invariant.REST_AT_ZERO,
        Invariant.SIDES_MIRROR,
        Invariant.MORE_IS_MORE_SYMMETRIC,
    }
)
"""Promises of every dynamic weakening of one side."""


@dataclass(frozen=True)
class Palsy(Intervention):
    """`rest + t * midline + t * [(1 - w) + w * s] * muscles`: the affected side moves s times as far.

    `w` is 1 on the affected side and 0 on the other. Jaw, tongue and gaze are midline: scaled by t alone.
    """

    name: str = "palsy"
    kind: ClassVar[str] = "palsy"
    sides: ClassVar[tuple[str, ...]] = ("left", "right")
    invariants: ClassVar[frozenset[Invariant]] = ONE_SIDED | {Invariant.MEAN_MOTION_OF_PALSY}

    def basis(self, face: Face) -> Float[ndarray, "4 V D"]:
        """What the muscles move, its left and right half, and the midline."""
        moved = face.displacement
        return halves(moved.facial_nerve + moved.other_muscles, moved.midline, face.left)

    def gains(self, s: Float[ndarray, " N"], t: Float[ndarray, " N"], side: str) -> Float[ndarray, "N 4"]:
        """Gains of the muscles, of their left and right half, and of the midline."""
        self.check_side(side)
        return np.stack([t, *on_side(side, -t * (1 - s), np.zeros_like(t)), t], axis=1)


@dataclass(frozen=True)
class FacialNervePalsy(Palsy):
    """`palsy` of the muscles of the facial nerve only: eyes still open wide, jaw and gaze are spared."""

    name: str = "palsy_facial_nerve"
    kind: ClassVar[str] = "palsy_facial_nerve"
    invariants: ClassVar[frozenset[Invariant]] = ONE_SIDED

    def basis(self, face: Face) -> Float[ndarray, "4 V D"]:
        """What the facial nerve moves, its left and right half, and everything else."""
        moved = face.displacement
        return halves(moved.facial_nerve, moved.midline + moved.other_muscles, face.left)


@dataclass(frozen=True)
class EqualMotion(Palsy):
    """`palsy` while the other side gains what the affected one loses: t * s and t * (2 - s).

    Asymmetric at constant total motion: what is left of an effect here can't be lost intensity.
    """

    name: str = "equal_motion"
    kind: ClassVar[str] = "equal_motion"
    invariants: ClassVar[frozenset[Invariant]] = ONE_SIDED | {Invariant.CONSTANT_MOTION}

    def gains(self, s: Float[ndarray, " N"], t: Float[ndarray, " N"], side: str) -> Float[ndarray, "N 4"]:
        """Gains of the muscles, of their left and right half, and of the midline."""
        self.check_side(side)
        return np.stack([t, *on_side(side, -t * (1 - s), t * (1 - s)), t], axis=1)


THIRDS = ("upper", "middle", "lower")


@dataclass(frozen=True)
class RegionalPalsy(Palsy):
    """`palsy` within one third of the face (soft masks of the model that add up to 1), as in a lesion of one branch.

    Attributes:
        region: `upper` (brows, lids), `middle` (cheeks, nose) or `lower` (mouth, chin).
    """

    name: str = "region"
    region: str = "lower"
    kind: ClassVar[str] = "region"
    invariants: ClassVar[frozenset[Invariant]] = ONE_SIDED

    def __post_init__(self) -> None:
        if self.region not in THIRDS:
            raise ConfigError(f"interventions.{self.name}.region = {self.region!r}; choose one of {', '.join(THIRDS)}")

    def basis(self, face: Face) -> Float[ndarray, "4 V D"]:
        """What the muscles move in the region, its left and right half, and everything else."""
        moved, mask = face.displacement, face.model.regions[self.region].astype(np.float32)[:, None]
        muscles = moved.facial_nerve + moved.other_muscles
        return halves(mask * muscles, moved.midline + (1 - mask) * muscles, face.left)


@dataclass(frozen=True)
class Bilateral(Palsy):
    """`rest + t * midline + t * (1 + s) / 2 * muscles`: the negative control.

    Both sides weaken alike, so that the face stays symmetric while its mean motion falls as under `palsy`.
    """

    name: str = "bilateral"
    kind: ClassVar[str] = "bilateral"
    sides: ClassVar[tuple[str, ...]] = ("both",)
    invariants: ClassVar[frozenset[Invariant]] = frozenset(
        {
            Invariant.FULL_EXPRESSION,
            Invariant.SYMMETRIC_AT_ONE,
            Invariant.REST_AT_ZERO,
            Invariant.ALWAYS_SYMMETRIC,
            Invariant.MEAN_MOTION_OF_PALSY,
        }
    )

    def gains(self, s: Float[ndarray, " N"], t: Float[ndarray, " N"], side: str) -> Float[ndarray, "N 4"]:
        """Gains of the muscles, of their left and right half, and of the midline."""
        self.check_side(side)
        none = np.zeros_like(t)
        return np.stack([t * (1 + s) / 2, none, none, t], axis=1)
