"""The runner: frames of many cells, rendered once, through every network under test.

Blocks never mix cells, so that a cell's bits don't depend on the cells around it. A frame that several cells of one
face and expression show is rendered for the first of them, and its image kept for the others. On a CPU the next block
is rendered while this one is classified; on a GPU everything is queued on the device. Logits come back once per cell.
"""

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby, pairwise
from typing import Generic, TypeVar

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from facing_asymmetry.classifiers.contract import Classifier, check_logits
from facing_asymmetry.config import Scene
from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.interventions.layout import FrameSet, shared
from facing_asymmetry.rendering.contract import Framing, Renderer
from facing_asymmetry.responses.realised import asymmetry_mm, intensity_mm

Name = TypeVar("Name")
Result = TypeVar("Result")


@dataclass(frozen=True)
class CellOutput:
    """What one network and the meshes say of the M distinct frames of a cell.

    Attributes:
        logits: `(M, K)` of the network's K classes.
        asymmetry: `(M,)` millimetres, measured on the meshes.
        intensity: `(M,)` millimetres, measured on the meshes.
        rendered: how many of the frames were rendered for this cell; the images of the others were there.
    """

    logits: Float[ndarray, "M K"]
    asymmetry: Float[ndarray, " M"]
    intensity: Float[ndarray, " M"]
    rendered: int


@dataclass(frozen=True)
class CellInput(Generic[Name]):
    """Frames of one cell, and the networks that classify them.

    Attributes:
        name: of the caller's choice.
        frames: the distinct frames.
        row: of the studio's framing: whose camera and texture are used.
        networks: loads the networks when the frames' turn has come.
        face: equal for cells that show one expression on one face; those beside each other share frames.
    """

    name: Name
    frames: FrameSet
    row: int
    networks: Callable[[], list[Classifier]]
    face: Hashable = field(default_factory=object)


@dataclass(frozen=True)
class Studio:
    """Where frames are made.

    Attributes:
        model: the face model of the study.
        framing: cameras and textures of the study's identities.
        renderer: of the study.
        batch: frames per block; it bounds the memory and is part of what a result depends on.
        depth: blocks rendered before they are asked for, see `blocks_ahead`.
        precision: `bf16` casts inside the networks; `runs.study.check_device` sets the others.
    """

    model: FaceModel
    framing: Framing
    renderer: Renderer
    batch: int
    depth: int = 1
    precision: str = "fp32"

    def render(self, frames: FrameSet, row: int, start: int, stop: int) -> tuple[ndarray, Tensor]:
        """States and images of some frames of a cell, all of one scene; the images stay on the framing's device."""
        states = frames.states(start, stop)
        return states, self.draw(states, row, frames.scene_of(start))

    def draw(self, states: Float[ndarray, "B V D"], row: int, scene: Scene) -> Tensor:
        """Images of states, laid out in memory alike however many there are."""
        device = self.framing.centre.device
        identities = torch.full((len(states),), row, dtype=torch.long, device=device)
        with torch.inference_mode():
            images = self.renderer.in_scene(scene).render(torch.from_numpy(states), self.framing, identities)
            return images.contiguous()

    def classify(self, network: Classifier, images: Tensor) -> Tensor:
        """Logits of a block, on the device."""
        with (
            torch.inference_mode(),
            torch.autocast(images.device.type, torch.bfloat16, enabled=self.precision == "bf16"),
        ):
            out: Tensor = network(images)
            return out

    def blocks(self, frames: FrameSet) -> list[tuple[int, int]]:
        """Bounds of a cell's blocks; each lies in one scene."""
        edges = [0, *np.flatnonzero(np.diff(frames.scene)) + 1, len(frames)]
        return [
            (start, min(start + self.batch, int(stop)))
            for first, stop in pairwise(edges)
            for start in range(int(first), int(stop), self.batch)
        ]


def blocks_ahead(renderer: str, device: str) -> int:
    """How many blocks a renderer draws before they are asked for: none on a GPU, whose own queue overlaps work."""
    return 1 if device == "cpu" or renderer == "host" else 0


class _Images:
    """Makes the images of one face and expression, and keeps those of the frames with these keys."""

    def __init__(self, studio: Studio, keys: Iterable[Hashable]) -> None:
        self.studio, self.keys = studio, frozenset(keys)
        self._kept: dict[Hashable, Tensor] = {}

    def of(self, cell: CellInput, states: Float[ndarray, "B V D"], start: int) -> tuple[Tensor, int]:
        """Images of a block's states, and how many of them had to be rendered."""
        keys, scene = cell.frames.keys[start : start + len(states)], cell.frames.scene_of(start)
        new = [n for n, key in enumerate(keys) if key not in self._kept]
        if len(new) == len(keys):
            images = self.studio.draw(states, cell.row, scene)
        else:
            drawn = iter(self.studio.draw(states[new], cell.row, scene) if new else ())
            images = torch.stack([self._kept[key] if key in self._kept else next(drawn) for key in keys])
        for n in new:
            if keys[n] in self.keys:
                self._kept[keys[n]] = images[n].clone()
        return images, len(new)


@dataclass
class _Block:
    """One block's images, how many were rendered for it, the motion of its meshes, and whether it is the last."""

    cell: CellInput
    images: Tensor
    rendered: int
    moved: tuple[ndarray, ndarray]
    last: bool


@dataclass
class _Gathered:
    """What has come back of the current cell so far."""

    logits: list[list[Tensor]] = field(default_factory=list)
    moved: list[tuple[ndarray, ndarray]] = field(default_factory=list)
    rendered: int = 0

    def outputs(self, networks: list[Classifier]) -> list[CellOutput]:
        """One record per network; logits are checked here, where they are on the host."""
        asymmetry, intensity = (np.concatenate(part) for part in zip(*self.moved, strict=True))
        results = []
        for network, blocks in zip(networks, zip(*self.logits, strict=True), strict=True):
            logits = torch.cat(blocks).double().cpu()
            check_logits(logits, network.record)
            results.append(CellOutput(logits.numpy(), asymmetry, intensity, self.rendered))
        return results


def run_cells(inputs: Iterable[CellInput[Name]], studio: Studio) -> Iterator[tuple[Name, list[CellOutput]]]:
    """Render the frames of every cell once and classify them by each of its networks, in order.

    Raises:
        ModelError: a logit is not finite.
    """
    gathered = _Gathered()
    for block in run_ahead(_jobs(inputs, studio), studio.depth):
        networks = block.cell.networks()
        gathered.logits.append([studio.classify(network, block.images) for network in networks])
        gathered.moved.append(block.moved)
        gathered.rendered += block.rendered
        if block.last:
            yield block.cell.name, gathered.outputs(networks)
            gathered = _Gathered()


def _jobs(inputs: Iterable[CellInput], studio: Studio) -> Iterator[Callable[[], _Block]]:
    for _, beside in groupby(inputs, key=lambda cell: cell.face):
        cells = list(beside)
        images = _Images(studio, shared(cell.frames.keys for cell in cells))
        for cell in cells:
            for start, stop in studio.blocks(cell.frames):
                yield partial(_draw, cell, images, start, stop)


def _draw(cell: CellInput, images: _Images, start: int, stop: int) -> _Block:
    states, model = cell.frames.states(start, stop), images.studio.model
    shown, rendered = images.of(cell, states, start)
    xyz, weight = states[..., :3], model.regions["face"]
    rest = cell.frames.rest[:, :3].astype(np.float32)
    moved = asymmetry_mm(xyz, model.mirror, weight), intensity_mm(xyz, rest, weight)
    return _Block(cell, shown, rendered, moved, stop == len(cell.frames))


def run_ahead(jobs: Iterable[Callable[[], Result]], depth: int) -> Iterator[Result]:
    """Results of the jobs in their order, up to `depth` of them finished by one other thread before they are asked for.

    An error in a job is raised where its result is asked for, and no later job is started. With `depth` 0 the caller's
    own thread does the work.
    """
    if depth == 0:
        for job in jobs:
            yield job()
        return
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as pool:
        try:
            for job in jobs:
                waiting.append(pool.submit(job))
                if len(waiting) > depth:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
