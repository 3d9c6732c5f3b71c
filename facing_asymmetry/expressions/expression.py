"""One expression: unit weights with the record of how they were found."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray


@dataclass(frozen=True)
class Expression:
    """Unit weights that show an emotion, mirror-symmetric, and how they were found.

    Attributes:
        emotion: what is shown; `identity`: the one face it was fitted to, None where it is shared by all.
        kind: `optimised` or `facs`.
        weights: one weight per unit of the face model, left equal to right.
        probability: mean probability of the emotion over the faces of the fit (NaN-free; -1 where none was measured).
        accepted: argmax was the emotion on every face of the fit.
        iterations, seconds, seed, restart: of the optimisation; `trace`: its loss, one value per iteration.
    """

    emotion: str
    identity: int | None
    kind: str
    weights: tuple[float, ...]
    probability: float = -1.0
    accepted: bool = True
    iterations: int = 0
    seconds: float = 0.0
    seed: int = 0
    restart: int = 0
    trace: tuple[float, ...] = ()

    @property
    def array(self) -> Float[ndarray, " E"]:
        """The weights as float32."""
        return np.asarray(self.weights, np.float32)


def dump(expressions: Sequence[Expression]) -> bytes:
    """Expressions as JSON; every float survives the round trip."""
    return json.dumps([asdict(e) for e in expressions]).encode()


def load(content: bytes) -> list[Expression]:
    """Expressions from `dump`'s JSON."""
    rows = json.loads(content)
    return [Expression(**{**r, "weights": tuple(r["weights"]), "trace": tuple(r["trace"])}) for r in rows]
