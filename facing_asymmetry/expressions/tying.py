"""Left and right tied: the free parameters of a mirror-symmetric expression."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.face_models.contract import FaceModel

SIDEWAYS = ("jawLeft", "jawRight", "mouthLeft", "mouthRight")
"""Units that move the face to one side: no symmetric expression has them."""


@dataclass(frozen=True)
class TiedUnits:
    """A face model's units as K free parameters: one per left/right pair and one per midline unit.

    Attributes:
        names: of the parameters, without side; `bounds`: `(K, 2)`.
        spread: `(K, E)` zeros and ones: `parameters @ spread` are the weights of all units.
    """

    names: tuple[str, ...]
    bounds: Float[ndarray, "K 2"]
    spread: Float[ndarray, "K E"]

    @classmethod
    def of(cls, model: FaceModel) -> "TiedUnits":
        """Tie the pairs of a face model; units that move sideways are left out."""
        paired = {int(i) for pair in model.pairs for i in pair}
        groups = [tuple(map(int, pair)) for pair in model.pairs]
        groups += [(i,) for i in range(len(model.units)) if i not in paired]
        groups = [g for g in sorted(groups) if not model.units[g[0]].removesuffix("_L").startswith(SIDEWAYS)]
        spread = np.zeros((len(groups), len(model.units)), np.float32)
        for row, group in enumerate(groups):
            spread[row, list(group)] = 1.0
        names = tuple(model.units[g[0]].removesuffix("_L") for g in groups)
        return cls(names, model.bounds[[g[0] for g in groups]].astype(np.float32), spread)

    def parameters(self, weights: Float[ndarray, " E"]) -> Float[ndarray, " K"]:
        """The free parameters of unit weights (the left unit's where a pair differs)."""
        first: Int[ndarray, " K"] = self.spread.argmax(axis=1)
        return np.asarray(weights, np.float32)[first]
