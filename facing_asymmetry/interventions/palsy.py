"""Weakening of muscles: of one side (`palsy` and its relatives), or of both alike (`bilateral`)."""

from collections.abc import Hashable
from dataclasses import asdict
from typing import ClassVar

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.settings import schema
from facing_asymmetry.interventions.contract import Face, Intervention, Invariant
from facing_asymmetry.interventions.halves import halves, muscles, on_side

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


@schema()
class Weakening(Intervention):
    """Base of the interventions that scale what muscles move, and spare the rest of the expression."""

    def parts(self, face: Face) -> tuple[Float[ndarray, "V D"], Float[ndarray, "V D"]]:
        """What is weakened, and what is spared. Jaw, tongue and gaze are midline: always spared."""
        return muscles(face), face.displacement.midline

    def basis(self, face: Face) -> Float[ndarray, "4 V D"]:
        """What is weakened, its left and right half, and what is spared."""
        return halves(*self.parts(face), face.left)

    @property
    def scales(self) -> Hashable:
        """The functions that make the basis, and the settings beside the name."""
        settings = {key: value for key, value in asdict(self).items() if key != "name"}
        return type(self).basis, type(self).parts, *sorted(settings.items())


@schema()
class OneSidedWeakening(Weakening):
    """Base of the interventions under which the affected side moves s times as far and the other side fully."""

    sides: ClassVar[tuple[str, ...]] = ("left", "right")
    invariants: ClassVar[frozenset[Invariant]] = ONE_SIDED

    def gains(self, s: Float[ndarray, " N"], t: Float[ndarray, " N"], side: str) -> Float[ndarray, "N 4"]:
        """Gains of what is weakened, of its left and right half, and of what is spared."""
        self.check_side(side)
        return np.stack([t, *on_side(side, -t * (1 - s), np.zeros_like(t)), t], axis=1)


@schema()
class Palsy(OneSidedWeakening):
    """`rest + t * midline + t * [(1 - w) + w * s] * muscles`: the affected side moves s times as far.

    `w` is 1 on the affected side and 0 on the other. Jaw, tongue and gaze are midline: scaled by t alone.
    """

    name: str = "palsy"
    kind: ClassVar[str] = "palsy"
    summary: ClassVar[str] = "One side of the face moves s times as far as it should, the other side moves fully."
    formula: ClassVar[str] = "rest + t [(1 − w) + w s] d"
    purpose: ClassVar[str] = "the intervention of interest"
    invariants: ClassVar[frozenset[Invariant]] = ONE_SIDED | {Invariant.MEAN_MOTION_OF_PALSY}


@schema()
class FacialNerveWeakening(Weakening):
    """Base of the interventions that weaken the muscles of the facial nerve only."""

    def parts(self, face: Face) -> tuple[Float[ndarray, "V D"], Float[ndarray, "V D"]]:
        """What the facial nerve moves, and everything else."""
        moved = face.displacement
        return moved.facial_nerve, moved.midline + moved.other_muscles


@schema()
class FacialNervePalsy(OneSidedWeakening, FacialNerveWeakening):
    """`palsy` of the muscles of the facial nerve only: eyes still open wide, jaw and gaze are spared."""

    name: str = "palsy_facial_nerve"
    kind: ClassVar[str] = "palsy_facial_nerve"
    summary: ClassVar[str] = "As palsy, for the muscles of the facial nerve only: the eyes still open wide."
    formula: ClassVar[str] = "`palsy` of what the facial nerve moves"
    purpose: ClassVar[str] = "what a lesion of this nerve alone does"


THIRDS = ("upper", "middle", "lower")


@schema()
class RegionalWeakening(Weakening):
    """Base of the interventions that weaken one third of the face only (soft masks of the model that add up to 1).

    Attributes:
        region: `upper` (brows, lids), `middle` (cheeks, nose) or `lower` (mouth, chin).
    """

    name: str = "region"
    region: str = "lower"

    def __post_init__(self) -> None:
        if self.region not in THIRDS:
            raise ConfigError(f"interventions.{self.name}.region = {self.region!r}; choose one of {', '.join(THIRDS)}")

    def parts(self, face: Face) -> tuple[Float[ndarray, "V D"], Float[ndarray, "V D"]]:
        """What the muscles move in the region, and everything else."""
        mask, moved = face.model.regions[self.region].astype(np.float32)[:, None], muscles(face)
        return mask * moved, face.displacement.midline + (1 - mask) * moved


@schema()
class RegionalPalsy(OneSidedWeakening, RegionalWeakening):
    """`palsy` within one third of the face, as in a lesion of one branch."""

    name: str = "region"
    kind: ClassVar[str] = "region"
    summary: ClassVar[str] = "As palsy, in the {region} third of the face only."
    formula: ClassVar[str] = "`palsy` of the {region} third; the three thirds add up to `palsy`"
    purpose: ClassVar[str] = "which part matters; lesions of one branch"


@schema()
class EqualMotion(Weakening):
    """`palsy` while the other side gains what the affected one loses: t * s and t * (2 - s).

    Asymmetric at constant total motion: what is left of an effect here can't be lost intensity.
    """

    name: str = "equal_motion"
    kind: ClassVar[str] = "equal_motion"
    summary: ClassVar[str] = "Control: one side moves less and the other more, so that the total motion stays the same."
    formula: ClassVar[str] = "affected side rest + t s d, other side rest + t (2 − s) d"
    purpose: ClassVar[str] = "asymmetry at constant total motion"
    beyond_photographs: ClassVar[str] = (
        "it moves the other side up to twice as far as the person did: no intensity above 1 is in the picture"
    )
    sides: ClassVar[tuple[str, ...]] = ("left", "right")
    invariants: ClassVar[frozenset[Invariant]] = ONE_SIDED | {Invariant.CONSTANT_MOTION}

    def gains(self, s: Float[ndarray, " N"], t: Float[ndarray, " N"], side: str) -> Float[ndarray, "N 4"]:
        """Gains of the muscles, of their left and right half, and of the midline."""
        self.check_side(side)
        return np.stack([t, *on_side(side, -t * (1 - s), t * (1 - s)), t], axis=1)


SYMMETRIC = frozenset(
    {
        Invariant.FULL_EXPRESSION,
        Invariant.SYMMETRIC_AT_ONE,
        Invariant.REST_AT_ZERO,
        Invariant.ALWAYS_SYMMETRIC,
    }
)
"""Promises of every weakening of both sides alike."""


@schema()
class SymmetricWeakening(Weakening):
    """Base of the interventions that weaken both sides alike; what is spared moves fully."""

    sides: ClassVar[tuple[str, ...]] = ("both",)

    def share(self, s: Float[ndarray, " N"]) -> Float[ndarray, " N"]:
        """How far both sides move, as a share of the full motion; s of it unless an intervention says otherwise."""
        return s

    def gains(self, s: Float[ndarray, " N"], t: Float[ndarray, " N"], side: str) -> Float[ndarray, "N 4"]:
        """Gains of what is weakened, of its left and right half, and of what is spared."""
        self.check_side(side)
        none = np.zeros_like(t)
        return np.stack([t * self.share(s), none, none, t], axis=1)


@schema()
class Bilateral(SymmetricWeakening):
    """`rest + t * midline + t * (1 + s) / 2 * muscles`: the negative control.

    Both sides weaken alike, so that the face stays symmetric while its mean motion falls as under `palsy`.
    """

    name: str = "bilateral"
    kind: ClassVar[str] = "bilateral"
    summary: ClassVar[str] = (
        "Control: both sides weaken alike, as far on average as under palsy, so the face stays symmetric."
    )
    formula: ClassVar[str] = "rest + t (1 + s)/2 d"
    purpose: ClassVar[str] = "the same mean motion, symmetric: what lost motion alone does"
    invariants: ClassVar[frozenset[Invariant]] = SYMMETRIC | {Invariant.MEAN_MOTION_OF_PALSY}

    def share(self, s: Float[ndarray, " N"]) -> Float[ndarray, " N"]:
        """Mean of the sides under `palsy`."""
        return (1 + s) / 2
