"""The control of the maximum: a symmetric displacement in a random direction, as large as the palsy's."""

from typing import ClassVar

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from pydantic import StrictInt

from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.settings import schema
from facing_asymmetry.expressions.expression import TiedBlendshapes
from facing_asymmetry.interventions.contract import INTENSITY, Axis, Face, Intervention, Invariant
from facing_asymmetry.interventions.halves import lost_motion


@schema()
class RandomDisplacement(Intervention):
    """`rest + t * displacement + t * (1 - s) * r`: r is a random symmetric mixture of the muscles' blendshapes.

    An optimised expression is a maximum of its classifier, so that *any* change tends to lower the activation. How
    much a change of the same size lowers it that keeps the face symmetric bounds that bias. r moves the vertices of
    the face by as much on average as `palsy` does at s = 0. It is drawn anew for every face, from `seed` and the
    identity's number: normal weights times each blendshape's bound, left and right tied.

    Attributes:
        seed: of the draws.
    """

    name: str = "displacement"
    seed: StrictInt = 0
    kind: ClassVar[str] = "displacement"
    summary: ClassVar[str] = "Control: a random symmetric change of the face as large as what palsy takes away."
    formula: ClassVar[str] = "rest + t d + t (1 − s) r, r random, symmetric, as large as what `palsy` takes away"
    purpose: ClassVar[str] = "what leaving an optimised expression alone does"
    beyond_photographs: ClassVar[str] = (
        "its random movements open mouth and eyes, and what lies behind them is not in the picture"
    )
    sides: ClassVar[tuple[str, ...]] = ("both",)
    axes: ClassVar[tuple[Axis, ...]] = (
        Axis("s", "1: the expression, 0: displaced by as much as under palsy", 0.0, 1.0),
        INTENSITY,
    )
    invariants: ClassVar[frozenset[Invariant]] = frozenset(
        {
            Invariant.FULL_EXPRESSION,
            Invariant.SYMMETRIC_AT_ONE,
            Invariant.REST_AT_ZERO,
            Invariant.ALWAYS_SYMMETRIC,
        }
    )

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise ConfigError(f"interventions.{self.name}.seed = {self.seed}; it must be at least 0")

    def basis(self, face: Face) -> Float[ndarray, "2 V D"]:
        """The expression, and the random displacement."""
        return np.stack([face.displacement.total, self.direction(face)])

    def gains(self, s: Float[ndarray, " N"], t: Float[ndarray, " N"], side: str) -> Float[ndarray, "N 2"]:
        """Gains of the expression and of the random displacement."""
        self.check_side(side)
        return np.stack([t, t * (1.0 - s)], axis=1)

    def direction(self, face: Face) -> Float[ndarray, "V D"]:
        """The random displacement at its full size."""
        tied = TiedBlendshapes.of(face.model)
        draws = np.random.default_rng([self.seed, face.identity.number]).normal(size=len(tied.names))
        weights = (draws * tied.bounds[:, 1]) @ tied.spread
        drawn = face.blendshapes.displace(np.where(face.blendshapes.midline, 0.0, weights))
        moved = drawn.facial_nerve + drawn.other_muscles
        wanted = _mean_motion(face, lost_motion(face))
        return (moved * np.float32(wanted / _mean_motion(face, moved))).astype(np.float32)


def _mean_motion(face: Face, displacement: Float[ndarray, "V D"]) -> float:
    """Mean distance that the vertices of the face move, metres."""
    weight = face.model.regions["face"]
    return float(np.average(np.linalg.norm(displacement[:, :3], axis=1), weights=weight))
