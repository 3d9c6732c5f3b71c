"""The grid of symmetry s and intensity t that an intervention is run over."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.thinning import thin


@dataclass(frozen=True)
class Grid:
    """Coordinates of the two axes, ascending, inside [0, 1].

    Attributes:
        name: key in `conf/grid`.
        s: symmetry values; the last is 1, the symmetric face, which every score refers to.
        t: intensity values; the last is 1, the full expression.

    Raises:
        ConfigError: fewer than two points on an axis, values outside [0, 1], not ascending, or no 1 at the end.
    """

    name: str
    s: tuple[float, ...]
    t: tuple[float, ...]

    def __post_init__(self) -> None:
        for axis, values in (("grid.s", self.s), ("grid.t", self.t)):
            if len(values) < 2:
                raise ConfigError(f"{axis} has {len(values)} point(s); a slope needs at least 2, for example [0, 1]")
            outside = [v for v in values if not 0.0 <= v <= 1.0]
            if outside:
                raise ConfigError(f"{axis} holds {outside[0]}; every value must lie in [0, 1]")
            if any(b <= a for a, b in pairwise(values)):
                raise ConfigError(f"{axis} must ascend without repeats; it is {list(values)}")
            if values[-1] != 1.0:
                raise ConfigError(f"{axis} must end at 1 (the symmetric, full expression); it ends at {values[-1]}")

    @classmethod
    def spaced(cls, name: str, s: int | list[float], t: int | list[float]) -> "Grid":
        """A grid from a number of evenly spaced points per axis, or from the values themselves."""

        def axis(key: str, value: int | list[float]) -> tuple[float, ...]:
            if isinstance(value, int):
                if value < 2:
                    raise ConfigError(f"grid.{key}={value} asks for {value} point(s); a slope needs at least 2")
                return tuple(float(v) for v in np.round(np.linspace(0.0, 1.0, value), 12))
            return tuple(float(v) for v in value)

        return cls(name, axis("s", s), axis("t", t))

    def thinned(self, most: int) -> "Grid":
        """This grid with at most `most` values of s and of t, evenly spread, first and last kept."""
        return Grid(self.name, *(tuple(axis[i] for i in thin(len(axis), most)) for axis in (self.s, self.t)))

    @property
    def size(self) -> int:
        """Number of nodes."""
        return len(self.s) * len(self.t)

    def nodes(self) -> tuple[Float[ndarray, " N"], Float[ndarray, " N"]]:
        """All nodes, t-major: the s and the t of each."""
        t, s = np.meshgrid(np.asarray(self.t), np.asarray(self.s), indexing="ij")
        return s.ravel(), t.ravel()
