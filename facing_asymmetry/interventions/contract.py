"""An intervention says how the parts of an expression are scaled, and in which scene."""

from abc import ABC, abstractmethod
from collections.abc import Hashable
from dataclasses import asdict, dataclass
from enum import Enum
from typing import ClassVar

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.config import Scene
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.face_models.contract import BlendshapeBasis, Displacement, FaceModel, Identity


@dataclass(frozen=True)
class Axis:
    """One continuous axis.

    Attributes:
        name: `s` or `t`.
        meaning: what its ends are.
        low: lowest value.
        high: highest value.
    """

    name: str
    meaning: str
    low: float
    high: float


class Invariant(Enum):
    """What an intervention promises of its frames; each promise is tested for every intervention that makes it."""

    FULL_EXPRESSION = "s = 1 and t = 1 is the symmetric face of the full expression, in the study's scene"
    SYMMETRIC_AT_ONE = "s = 1 is mirror-symmetric, whatever t"
    REST_AT_ZERO = "t = 0 does not depend on s"
    SIDES_MIRROR = "exchanging the affected side mirrors the face"
    MORE_IS_MORE_SYMMETRIC = "the asymmetry measured on the mesh never grows with s"
    ALWAYS_SYMMETRIC = "every face is mirror-symmetric, whatever s and t"
    SPARED_AT_ZERO = "s = 0 shows what the intervention spares (for all muscles: the midline) and nothing else"
    MEAN_MOTION_OF_PALSY = "left and right averaged, the face moves as it does under palsy"
    CONSTANT_MOTION = "left and right averaged, the face does not depend on s"


@dataclass(frozen=True)
class Face:
    """One face and the expression that is shown on it.

    Attributes:
        model: its face model, with mirror map, regions and landmarks.
        identity: the face, at rest.
        blendshapes: displacement of each of its blendshapes.
        displacement: of the full expression, by nerve.
        left: `(V,)` weight of the person's left side: the model's `midline_weight`.
    """

    model: FaceModel
    identity: Identity
    blendshapes: BlendshapeBasis
    displacement: Displacement
    left: Float[ndarray, " V"]

    @classmethod
    def showing(
        cls, model: FaceModel, identity: Identity, weights: Float[ndarray, " E"], left: Float[ndarray, " V"]
    ) -> "Face":
        """A face that shows the expression of these blendshape weights."""
        basis = model.basis(identity)
        return cls(model, identity, basis, basis.displace(weights), left)


SYMMETRY = Axis("s", "symmetry: 1 symmetric, 0 the affected side does not move", 0.0, 1.0)
INTENSITY = Axis("t", "intensity: 0 neutral, 1 the full expression", 0.0, 1.0)


@dataclass(frozen=True)
class Intervention(ABC):
    """`state(s, t) = rest + gains(s, t) @ basis`: one matrix product gives a whole grid. Gains are affine in s.

    A class with a `kind` of its own in a module of this package is found by the registry.

    Attributes:
        name: what the response table calls it.
        kind: key in the registry.
        summary: what it does, in one sentence; `{field}` stands for the value of a field.
        formula: the vertices at (s, t), for the documentation; d is the expression, w is 1 on the affected
            side; `{field}` stands for the value of a field.
        purpose: what it is for, for the documentation.
        sides: the sides it is run for.
        axes: what it varies.
        invariants: its promises, each of which is tested.
        repeats: whether every s is a rendering of its own, in `scene(..., s)`, even where the state is the same.
        beyond_photographs: why a photograph can't show it, after "on a photograph"; empty where one can.
    """

    name: str
    kind: ClassVar[str]
    summary: ClassVar[str]
    formula: ClassVar[str]
    purpose: ClassVar[str]
    sides: ClassVar[tuple[str, ...]]
    axes: ClassVar[tuple[Axis, ...]] = (SYMMETRY, INTENSITY)
    invariants: ClassVar[frozenset[Invariant]]
    repeats: ClassVar[bool] = False
    beyond_photographs: ClassVar[str] = ""

    def worded(self, text: str) -> str:
        """A summary or formula with the values of the fields."""
        return text.format(**asdict(self))

    @abstractmethod
    def basis(self, face: Face) -> Float[ndarray, "K V D"]:
        """The K displacements that are scaled."""

    @abstractmethod
    def gains(self, s: Float[ndarray, " N"], t: Float[ndarray, " N"], side: str) -> Float[ndarray, "N K"]:
        """How much of each for the N nodes (s, t); `side` is the affected side of the *person*.

        Raises:
            ConfigError: the intervention has no such side.
        """

    @property
    def scales(self) -> Hashable:
        """Equal for interventions whose `basis` is the same on every face, so that equal gains give the same frame.

        None: no frame is like another, not even one of the same state.
        """
        return None if self.repeats else self.name

    def scene(self, scene: Scene, s: float, side: str) -> Scene:
        """The scene of this s, made from the study's own; the same one unless an intervention says otherwise."""
        return scene

    def check_side(self, side: str) -> None:
        """Raise `ConfigError` where the intervention has no such side."""
        if side not in self.sides:
            raise ConfigError(f"intervention {self.name} has no side {side!r}; it has {', '.join(self.sides)}")

    def derivative(self, t: Float[ndarray, " N"], side: str) -> Float[ndarray, "N K"]:
        """Derivative of the gains by s, the same at every s."""
        return self.gains(np.ones_like(t), t, side) - self.gains(np.zeros_like(t), t, side)
