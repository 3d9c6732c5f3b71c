"""States of a whole grid: one matrix product, and each distinct frame once."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from typing import Final

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.config import Scene
from facing_asymmetry.interventions.contract import Face, Intervention
from facing_asymmetry.interventions.grid import Grid


@dataclass(frozen=True)
class FrameSet:
    """The distinct frames of a grid, those of one scene beside each other.

    Attributes:
        rest: `(V, D)` vertices of the neutral face, metres.
        basis: `(K, V, D)` displacements that are scaled.
        gains: `(M, K)` how much of each displacement, for the M distinct frames.
        node: `(N,)` frame of each grid node.
        scenes: the scenes that occur.
        scene: `(M,)` which of the scenes each frame is rendered in, ascending.
        scales: equal for frame sets of one face that have the same basis; None: no frame is like another's.
    """

    rest: Float[ndarray, "V D"]
    basis: Float[ndarray, "K V D"]
    gains: Float[ndarray, "M K"]
    node: Int[ndarray, " N"]
    scenes: tuple[Scene, ...]
    scene: Int[ndarray, " M"]
    scales: Hashable = None

    @cached_property
    def keys(self) -> list[Hashable]:
        """One per frame, as `frame_keys`."""
        return frame_keys(self.scales, self.gains)

    def __len__(self) -> int:
        return len(self.gains)

    def scene_of(self, frame: int) -> Scene:
        """The scene that a frame is rendered in."""
        return self.scenes[self.scene[frame]]

    def states(self, start: int, stop: int) -> Float[ndarray, "B V D"]:
        """States of frames `start` to `stop`, float32; one frame's bits do not depend on the others asked for."""
        out = np.repeat(self.rest[None].astype(np.float32), stop - start, axis=0)
        for k, part in enumerate(self.basis):
            out += self.gains[start:stop, k, None, None].astype(np.float32) * part[None]
        return out


def lay_out(intervention: Intervention, face: Face, grid: Grid, side: str, scene: Scene) -> FrameSet:
    """Distinct frames of one face under one intervention over the grid (t = 0 is one frame, if s does not matter).

    Args:
        intervention: what is done.
        face: the face and the expression it shows.
        grid: the values of s and t.
        side: the person's affected side.
        scene: of the study, which the intervention may change.
    """
    rows, node = distinct(intervention, grid, side)
    scenes = [intervention.scene(scene, s, side) for s in grid.s] if intervention.repeats else [scene]
    return FrameSet(
        rest=face.identity.rest,
        basis=intervention.basis(face),
        gains=rows[:, 1:],
        node=node,
        scenes=tuple(scenes),
        scene=rows[:, 0].astype(np.int64),
        scales=intervention.scales,
    )


def distinct(intervention: Intervention, grid: Grid, side: str) -> tuple[Float[ndarray, "M K+1"], Int[ndarray, " N"]]:
    """Index of the scene, then the gains, of each distinct frame; and the frame of each grid node."""
    s, t = grid.nodes()
    place = np.searchsorted(grid.s, s) if intervention.repeats else np.zeros(len(s), int)
    gains = np.round(intervention.gains(s, t, side), 12) + 0.0  # no negative zeros
    rows, node = np.unique(np.column_stack([place, gains]), axis=0, return_inverse=True)
    return rows, node.reshape(-1)


SHARED: Final = 128
"""Most images that are kept of one face and expression (77 MB at 224 px): memory doesn't grow with the grid."""


def frame_keys(scales: Hashable, gains: Float[ndarray, "M K"]) -> list[Hashable]:
    """Keys of frames: of one face and expression, equal keys are the same frame; None is like no other.

    Gains are compared in single precision, as they enter the states.
    """
    return [None if scales is None else (scales, *row) for row in gains.astype(np.float32).tolist()]


def shared(cells: Iterable[Sequence[Hashable]]) -> dict[Hashable, int]:
    """Frames that several cells of one face and expression show, and how many do: the first `SHARED` of them.

    Args:
        cells: the keys of each cell's distinct frames.
    """
    counts = Counter(key for key in chain.from_iterable(cells) if key is not None)
    return dict(islice(((key, count) for key, count in counts.items() if count > 1), SHARED))


def rendered_frames(interventions: Iterable[Intervention], grid: Grid) -> int:
    """How many frames are rendered of one face and expression, under all these interventions and each side."""
    cells = [frame_keys(i.scales, distinct(i, grid, side)[0][:, 1:]) for i in interventions for side in i.sides]
    return sum(map(len, cells)) - sum(count - 1 for count in shared(cells).values())
