"""An intervention says how the parts of an expression are scaled: a frame is affine in a few gains."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.face_models.contract import Displacement


@dataclass(frozen=True)
class Axis:
    """One continuous axis: its name, what it means, and its closed range."""

    name: str
    meaning: str
    low: float
    high: float


class Intervention(Protocol):
    """`state(s, t) = rest + gains(s, t) @ basis`: one matrix product gives a whole grid.

    Attributes:
        name: key in `conf/intervention`; `sides`: the sides it is run for; `axes`: what it varies.
    """

    name: ClassVar[str]
    sides: ClassVar[tuple[str, ...]]
    axes: ClassVar[tuple[Axis, ...]]

    def basis(self, displacement: Displacement, left: Float[ndarray, " V"]) -> Float[ndarray, "K V D"]:
        """The K displacements that are scaled; `left` is the model's `midline_weight`."""
        ...

    def gains(self, s: Float[ndarray, " N"], t: Float[ndarray, " N"], side: str) -> Float[ndarray, "N K"]:
        """How much of each for the N nodes (s, t); `side` is the affected side of the *person*."""
        ...
