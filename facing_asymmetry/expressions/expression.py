"""One expression: blendshape weights with the record of how they were found, and the weights that may differ."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.face_models.contract import FaceModel

SIDEWAYS = ("jawLeft", "jawRight", "mouthLeft", "mouthRight")
"""Blendshapes that move the face to one side: no symmetric expression has them."""


@dataclass(frozen=True)
class Expression:
    """Blendshape weights that show an emotion, mirror-symmetric, and how they were found.

    Attributes:
        emotion: the emotion that is shown.
        identity: the one identity it was fitted to, None where it is shared by all.
        kind: `optimised` or `facs`.
        weights: one weight per blendshape of the face model, left equal to right.
        probability: mean probability of the emotion over the faces of the fit, -1 where none was measured.
        accepted: whether argmax was the emotion on every face of the fit.
        iterations: of the optimisation.
        seconds: of the optimisation, shared out evenly over the rows of the batch.
        seed: of the optimisation.
        restart: number of the starting point that was best.
        trace: loss of the optimisation, one value per iteration.
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
    numbers = ({key: tuple(map(float, r[key])) for key in ("weights", "trace")} for r in rows)
    return [Expression(**{**r, **found}) for r, found in zip(rows, numbers, strict=True)]


@dataclass(frozen=True)
class TiedBlendshapes:
    """A face model's blendshapes as K free parameters: one per left/right pair and one per midline blendshape.

    Attributes:
        names: of the parameters, without side.
        bounds: `(K, 2)` lowest and highest plausible value of each parameter.
        spread: `(K, E)` zeros and ones: `parameters @ spread` are the weights of all blendshapes.
    """

    names: tuple[str, ...]
    bounds: Float[ndarray, "K 2"]
    spread: Float[ndarray, "K E"]

    @classmethod
    def of(cls, model: FaceModel) -> "TiedBlendshapes":
        """Tie the pairs of a face model; blendshapes that move sideways are left out."""
        paired = {int(i) for pair in model.pairs for i in pair}
        groups = [tuple(map(int, pair)) for pair in model.pairs]
        groups += [(i,) for i in range(len(model.blendshapes)) if i not in paired]
        groups = [g for g in sorted(groups) if not model.blendshapes[g[0]].removesuffix("_L").startswith(SIDEWAYS)]
        spread = np.zeros((len(groups), len(model.blendshapes)), np.float32)
        for row, group in enumerate(groups):
            spread[row, list(group)] = 1.0
        names = tuple(model.blendshapes[g[0]].removesuffix("_L") for g in groups)
        return cls(names, model.bounds[[g[0] for g in groups]].astype(np.float32), spread)

    def parameters(self, weights: Float[ndarray, " E"]) -> Float[ndarray, " K"]:
        """The free parameters of blendshape weights (the left blendshape's where a pair differs)."""
        first: Int[ndarray, " K"] = self.spread.argmax(axis=1)
        return np.asarray(weights, np.float32)[first]
