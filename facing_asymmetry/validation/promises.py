"""What interventions promise of their faces, measured: the package's tests and `facing-asymmetry check` share this."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.config import Scene
from facing_asymmetry.interventions.contract import Face, Intervention, Invariant
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.interventions.layout import lay_out
from facing_asymmetry.interventions.registry import make_intervention
from facing_asymmetry.responses.realised import asymmetry_mm

AFFINE: Final = "the gains are affine in s, so that one matrix product gives a whole grid"
"""What every intervention must hold to, beyond its own promises."""

States = Float[ndarray, "T S V D"]
Measure = Callable[[Intervention, Face, float, float], float]


@dataclass(frozen=True)
class CheckedPromise:
    """How well one promise was kept.

    Attributes:
        promise: in words.
        worst: largest deviation on all faces that were tried, in `unit`.
        allowed: largest that counts as kept.
        unit: of both.
    """

    promise: str
    worst: float
    allowed: float
    unit: str

    @property
    def kept(self) -> bool:
        """Whether the promise holds; a deviation that is no number breaks it."""
        return bool(self.worst <= self.allowed)


def shown(made: Intervention, face: Face, s: float, t: float, side: str) -> States:
    """States over the values of s and t, with 1 appended to both."""
    grid = Grid("check", tuple(sorted({s, 1.0})), tuple(sorted({t, 1.0})))
    laid = lay_out(made, face, grid, side, Scene())
    return laid.states(0, len(laid))[laid.node].reshape(len(grid.t), len(grid.s), *face.identity.rest.shape)


def mirrored(face: Face, state: Float[ndarray, "*N V D"]) -> Float[ndarray, "*N V D"]:
    """The mirror image of states."""
    flip = np.ones(state.shape[-1], np.float32)
    flip[0] = -1.0
    return state[..., face.model.mirror, :] * flip


def _apart(one: ndarray, other: ndarray) -> float:
    return float(np.abs(np.asarray(one, float) - other).max())


def _both_sides(made: Intervention, face: Face, s: float, t: float) -> list[States]:
    return [shown(made, face, s, t, side) for side in made.sides]


def _full_expression(made: Intervention, face: Face, s: float, t: float) -> float:
    states = shown(made, face, 0.0, 0.0, made.sides[0])
    return _apart(states[-1, -1], face.identity.rest + face.displacement.total)


def _symmetric_at_one(made: Intervention, face: Face, s: float, t: float) -> float:
    ends = [states[:, -1] for states in _both_sides(made, face, 0.0, t)]
    return max(_apart(end, mirrored(face, end)) for end in ends)


def _rest_at_zero(made: Intervention, face: Face, s: float, t: float) -> float:
    return max(_apart(states[0], face.identity.rest) for states in _both_sides(made, face, s, 0.0))


def _sides_mirror(made: Intervention, face: Face, s: float, t: float) -> float:
    left, right = (shown(made, face, s, t, side) for side in ("left", "right"))
    return _apart(left, mirrored(face, right))


def _more_is_more_symmetric(made: Intervention, face: Face, s: float, t: float) -> float:
    """Largest asymmetry that is left at s = 1, or that grows with s, millimetres."""
    worst, weight = 0.0, np.ones(len(face.model.mirror), np.float32)
    for states in _both_sides(made, face, s, t):
        for row in states:
            measured = asymmetry_mm(np.ascontiguousarray(row[..., :3]), face.model.mirror, weight)
            worst = max(worst, float(measured[-1]), float(np.diff(measured).max(initial=0.0)))
    return worst


def _always_symmetric(made: Intervention, face: Face, s: float, t: float) -> float:
    return max(_apart(states, mirrored(face, states)) for states in _both_sides(made, face, s, t))


def _spared_at_zero(made: Intervention, face: Face, s: float, t: float) -> float:
    spared = made.parts(face)[1] if hasattr(made, "parts") else face.displacement.midline
    states = shown(made, face, 0.0, t, made.sides[0])
    return _apart(states[0, 0], face.identity.rest + np.float32(t) * spared)


def _mean_motion_of_palsy(made: Intervention, face: Face, s: float, t: float) -> float:
    ours, palsy = (_both_sides(one, face, s, t)[0] for one in (made, make_intervention("palsy")))
    return _apart(ours + mirrored(face, ours), palsy + mirrored(face, palsy)) / 2


def _constant_motion(made: Intervention, face: Face, s: float, t: float) -> float:
    means = [states + mirrored(face, states) for states in _both_sides(made, face, s, t)]
    return max(_apart(mean[:, :1], mean) for mean in means) / 2


def _affine(made: Intervention, face: Face, s: float, t: float) -> float:
    at, worst = np.array([t]), 0.0
    for side in made.sides:
        expected = made.gains(np.zeros(1), at, side) + s * made.derivative(at, side)
        worst = max(worst, _apart(made.gains(np.array([s]), at, side), expected))
    return worst


ROUNDING: Final = 1e-6
"""Metres: what single precision may lose."""

MEASURES: Final[dict[Invariant, tuple[Measure, float]]] = {
    Invariant.FULL_EXPRESSION: (_full_expression, ROUNDING),
    Invariant.SYMMETRIC_AT_ONE: (_symmetric_at_one, ROUNDING),
    Invariant.REST_AT_ZERO: (_rest_at_zero, 0.0),
    Invariant.SIDES_MIRROR: (_sides_mirror, ROUNDING),
    Invariant.MORE_IS_MORE_SYMMETRIC: (_more_is_more_symmetric, 1e-3),
    Invariant.ALWAYS_SYMMETRIC: (_always_symmetric, ROUNDING),
    Invariant.SPARED_AT_ZERO: (_spared_at_zero, ROUNDING),
    Invariant.MEAN_MOTION_OF_PALSY: (_mean_motion_of_palsy, 5e-6),
    Invariant.CONSTANT_MOTION: (_constant_motion, 5e-6),
}
"""How far a face is from what each promise says, and may be: metres; of MORE_IS_MORE_SYMMETRIC, millimetres."""


def deviation(promise: Invariant | str, made: Intervention, face: Face, s: float, t: float) -> float:
    """How far an intervention is from a promise on one face at (s, t); `promise` may be `AFFINE`."""
    measure = MEASURES[promise][0] if isinstance(promise, Invariant) else _affine
    return measure(made, face, s, t)


def allowed(promise: Invariant | str) -> float:
    """Largest deviation from a promise that counts as kept."""
    return MEASURES[promise][1] if isinstance(promise, Invariant) else 1e-12


def check_promises(
    made: Intervention, faces: Sequence[Face], seed: int = 0, draws: int = 4
) -> Iterator[CheckedPromise]:
    """Measure every promise of an intervention, and that its gains are affine in s.

    Args:
        made: the intervention.
        faces: with the expressions that they show.
        seed: of the nodes (s, t) that are drawn.
        draws: nodes for each face, beside the corners.
    """
    nodes = [(0.0, 0.0), (0.0, 0.99), *np.random.default_rng(seed).uniform(0, 0.99, (draws, 2)).tolist()]
    declared: list[Invariant | str] = [promise for promise in Invariant if promise in made.invariants]
    for promise in (*declared, AFFINE):
        measure = partial(deviation, promise, made)
        worst = float(np.max([measure(face, s, t) for face in faces for s, t in nodes]))
        unit = "mm" if promise is Invariant.MORE_IS_MORE_SYMMETRIC else "" if promise == AFFINE else "m"
        words = promise.value if isinstance(promise, Invariant) else promise
        yield CheckedPromise(words, worst, allowed(promise), unit)
