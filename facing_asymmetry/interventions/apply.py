"""States of a whole grid: one matrix product, and each distinct frame once."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.face_models.contract import Displacement, Subject
from facing_asymmetry.interventions.contract import Intervention
from facing_asymmetry.interventions.grid import Grid


@dataclass(frozen=True)
class Frames:
    """The distinct states of a grid.

    Attributes:
        rest: `(V, D)` neutral state; `basis`: `(K, V, D)` displacements; `gains`: `(M, K)` of the M distinct frames.
        node: `(N,)` frame of each grid node.
    """

    rest: Float[ndarray, "V D"]
    basis: Float[ndarray, "K V D"]
    gains: Float[ndarray, "M K"]
    node: Int[ndarray, " N"]

    def __len__(self) -> int:
        return len(self.gains)

    def states(self, start: int, stop: int) -> Float[ndarray, "B V D"]:
        """States of frames `start` to `stop`, float32; one frame's bits do not depend on the others asked for."""
        out = np.repeat(self.rest[None].astype(np.float32), stop - start, axis=0)
        for k, part in enumerate(self.basis):
            out += self.gains[start:stop, k, None, None].astype(np.float32) * part[None]
        return out


def lay_out(
    intervention: Intervention, subject: Subject, displacement: Displacement, left: ndarray, grid: Grid, side: str
) -> Frames:
    """Distinct frames of one subject under one intervention over the grid (t = 0 is one frame, whatever s)."""
    s, t = grid.nodes()
    gains = np.round(intervention.gains(s, t, side), 12)
    unique, node = np.unique(gains, axis=0, return_inverse=True)
    return Frames(subject.rest, intervention.basis(displacement, left), unique, node.reshape(-1))
