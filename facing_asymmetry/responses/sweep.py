"""The sweep: frames of many cells, rendered once, through every network that looks at them.

Blocks never mix cells, so that a cell's bits don't depend on the cells around it. On a CPU the next block is rendered
while this one is classified; on a GPU everything is queued on the device. Logits come back once per cell.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Generic, TypeVar

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from facing_asymmetry.classifiers.contract import Classifier, check_logits
from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.interventions.layout import FrameSet
from facing_asymmetry.rendering.contract import Renderer, Stage
from facing_asymmetry.responses.ahead import ahead
from facing_asymmetry.responses.realised import asymmetry_mm, intensity_mm

Name = TypeVar("Name")


@dataclass(frozen=True)
class Passed:
    """What came back for the M distinct frames of a cell.

    Attributes:
        logits: `(M, K)`; `asymmetry`, `intensity`: `(M,)` mm, measured on the meshes.
    """

    logits: Float[ndarray, "M K"]
    asymmetry: Float[ndarray, " M"]
    intensity: Float[ndarray, " M"]


@dataclass(frozen=True)
class Showing(Generic[Name]):
    """FrameSet of one cell, and the networks that look at them.

    Attributes:
        name: of the caller's choice; `frames`: what is shown; `who`: row of the stage.
        networks: loads the networks when the frames' turn has come.
    """

    name: Name
    frames: FrameSet
    who: int
    networks: Callable[[], list[Classifier]]


@dataclass(frozen=True)
class Studio:
    """Where frames are made.

    Attributes:
        model, stage, renderer: of the study.
        batch: frames per block (memory; part of what a result depends on).
        depth: blocks rendered before they are asked for; 0 on a GPU, whose own queue overlaps work.
        precision: `fp32`, or `bf16`: autocast of the networks to bfloat16, which moves scores (docs/benchmarks).
    """

    model: FaceModel
    stage: Stage
    renderer: Renderer
    batch: int
    depth: int = 1
    precision: str = "fp32"

    def render(self, frames: FrameSet, who: int, start: int, stop: int) -> tuple[ndarray, Tensor]:
        """States and images of some frames of a cell, all of one scene; the images stay on the stage's device."""
        device = self.stage.centre.device
        states = frames.states(start, stop)
        subject = torch.full((len(states),), who, dtype=torch.long, device=device)
        renderer = self.renderer.in_scene(frames.scenes[frames.scene[start]])
        with torch.inference_mode():
            return states, renderer.render(torch.from_numpy(states).to(device), self.stage, subject)

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


@dataclass
class _Block:
    """One rendered block, the motion measured on its meshes, and whether it is its cell's last."""

    showing: Showing
    images: Tensor
    moved: tuple[ndarray, ndarray]
    last: bool


@dataclass
class _Gathered:
    """What has come back of the current cell so far."""

    logits: list[list[Tensor]] = field(default_factory=list)
    moved: list[tuple[ndarray, ndarray]] = field(default_factory=list)

    def passed(self, networks: list[Classifier]) -> list[Passed]:
        """One record per network; logits are checked here, where they are on the host."""
        asymmetry, intensity = (np.concatenate(part) for part in zip(*self.moved, strict=True))
        results = []
        for network, blocks in zip(networks, zip(*self.logits, strict=True), strict=True):
            logits = torch.cat(blocks).double().cpu()
            check_logits(logits, network.record)
            results.append(Passed(logits.numpy(), asymmetry, intensity))
        return results


def sweep(showings: Iterable[Showing[Name]], studio: Studio) -> Iterator[tuple[Name, list[Passed]]]:
    """Render every showing once and classify it by each of its networks, in order.

    Raises:
        ModelError: a logit is not finite.
    """
    gathered = _Gathered()
    for block in ahead(_jobs(showings, studio), studio.depth):
        networks = block.showing.networks()
        gathered.logits.append([studio.classify(network, block.images) for network in networks])
        gathered.moved.append(block.moved)
        if block.last:
            yield block.showing.name, gathered.passed(networks)
            gathered = _Gathered()


def _jobs(showings: Iterable[Showing], studio: Studio) -> Iterator[Callable[[], _Block]]:
    for showing in showings:
        for start, stop in studio.blocks(showing.frames):
            yield partial(_draw, showing, studio, start, stop)


def _draw(showing: Showing, studio: Studio, start: int, stop: int) -> _Block:
    states, images = studio.render(showing.frames, showing.who, start, stop)
    xyz, weight = states[..., :3], studio.model.regions["face"]
    rest = showing.frames.rest[:, :3].astype(np.float32)
    moved = asymmetry_mm(xyz, studio.model.mirror, weight), intensity_mm(xyz, rest, weight)
    return _Block(showing, images, moved, stop == len(showing.frames))
