"""Frames of other renderers beside ours and stock PyTorch3D: processor time and wall time of the same head."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from facing_asymmetry.rendering.factory import make_renderer
from facing_asymmetry.validation.benchmarks.faces import angry_face, default_model
from facing_asymmetry.validation.benchmarks.peers.contract import Peer, PeerScene
from facing_asymmetry.validation.benchmarks.peers.scene import Heads, turned_heads
from facing_asymmetry.validation.benchmarks.timing import at_least, conditions

PEERS: Final = {
    "riley": ("riley-raster", "riley:RileyPeer"),
    "DEODR": ("deodr", "deodr:DeodrPeer"),
    "llvmpipe": ("moderngl", "llvmpipe:LlvmpipePeer"),
    "Mitsuba 3": ("mitsuba", "mitsuba:MitsubaPeer"),
}
"""Package and class of each peer, by its name."""

LEAST_OVERLAP: Final = 0.98
"""Least share of the pixels that a peer or ours covers which both cover; a peer below it draws something else."""

LEAST_LIKENESS: Final = 0.7
"""Least correlation of a peer's grey values with ours; lights differ, a texture in the wrong place lies far below."""

CHECKED: Final = 3
"""How many shapes that is checked on."""

STOCK_SHAPES: Final = 2
"""How many shapes stock PyTorch3D draws, at one to two seconds each."""


@dataclass(frozen=True)
class PeerRow:
    """One way to draw, timed.

    Attributes:
        renderer: Name.
        version: Of its package.
        samples: Per pixel.
        gradient: Whether the gradient of a sum of squares is part of it.
        cpu_ms: Median processor time per frame, user and system.
        wall_ms: Median wall time per frame.
        overlap: Least overlap with ours; None for ours and stock.
    """

    renderer: str
    version: str
    samples: int
    gradient: bool
    cpu_ms: float
    wall_ms: float
    overlap: float | None


@dataclass(frozen=True)
class _Way:
    renderer: str
    package: str
    samples: int
    gradient: bool
    call: Callable[[], None]
    frames: int
    overlap: float | None = None


def benchmark_peers(shapes: int = 50, size: int = 224, rounds: int = 3) -> dict[str, Any]:
    """Time every renderer that is installed, in turns.

    Args:
        shapes: How many meshes are drawn in a round.
        size: Pixels of a side.
        rounds: Turns after one warm-up each.

    Returns:
        `rows` (see `PeerRow`), `skipped` (why, by name), `shapes`, `image_size`, `conditions`.

    Raises:
        ConfigError: fewer than one shape or round.
    """
    at_least("shapes", shapes, 1)
    at_least("rounds", rounds, 1)
    where = conditions("facing-asymmetry benchmark peers")
    heads = turned_heads(angry_face(default_model()), shapes, size)
    scene, ways, skipped = heads.for_peers(), list(_own_ways(heads)), {}
    for name, (package, _) in PEERS.items():
        try:
            peer = load_peer(name, scene)
            overlap, likeness = least_agreement(peer, scene, heads)
        except (ImportError, OSError, RuntimeError) as error:
            skipped[name] = f"{error} (extra `peers`, package {package})"
            continue
        if overlap < LEAST_OVERLAP or likeness < LEAST_LIKENESS:
            skipped[name] = (
                f"draws something else: overlap {overlap:.3f}, likeness {likeness:.3f}; at least {LEAST_OVERLAP} and "
                f"{LEAST_LIKENESS} are needed"
            )
            continue
        ways += [replace(way, overlap=overlap) for way in _peer_ways(name, package, peer, scene)]
    rows = [vars(row) for row in _timed(ways, rounds)]
    return {"rows": rows, "skipped": skipped, "shapes": shapes, "image_size": size, "conditions": where}


def load_peer(name: str, scene: PeerScene) -> Peer:
    """A peer, ready to draw.

    Raises:
        ImportError: it is not installed.
    """
    module, _, kind = PEERS[name][1].partition(":")
    made: Peer = getattr(import_module(f"{__package__}.{module}"), kind)(scene)
    return made


def least_agreement(peer: Peer, scene: PeerScene, heads: Heads) -> tuple[float, float]:
    """How well a peer's pictures agree with ours, at least, over a few shapes and every number of samples.

    Returns:
        Intersection over union of the covered pixels, and correlation of the grey values where both cover.
    """
    overlaps, likenesses = [], []
    for number in range(min(CHECKED, len(scene.shapes))):
        ours, grey = heads.covered(number), heads.luminance(number)
        for samples in peer.samples:
            picture = np.asarray(peer.draw(scene.shapes[number], samples)).mean(axis=2)
            both, either = ours & (picture > 0), ours | (picture > 0)
            overlaps.append(float(both.sum() / either.sum()))
            likenesses.append(float(np.corrcoef(grey[both], picture[both])[0, 1]))
    return min(overlaps), min(likenesses)


def _peer_ways(name: str, package: str, peer: Peer, scene: PeerScene) -> Iterator[_Way]:
    for gradient, numbers, act in ((False, peer.samples, peer.draw), (True, peer.gradients, peer.pull_back)):
        for samples in numbers:
            call = _over(scene.shapes, partial(act, samples=samples))
            yield _Way(name, package, samples, gradient, call, len(scene.shapes))


def _over(shapes: Any, act: Callable[[Any], object]) -> Callable[[], None]:
    def call() -> None:
        for shape in shapes:
            act(shape)

    return call


def _own_ways(heads: Heads) -> Iterator[_Way]:
    for kind, samples in (("fast", 1), ("fast", 4), ("pytorch3d", 1)):
        renderer = make_renderer(kind, heads.face.surface, replace(heads.scene, supersample=round(samples**0.5)))
        states = heads.states if kind == "fast" else heads.states[:STOCK_SHAPES]
        name, package = ("ours", "facing-asymmetry") if kind == "fast" else ("stock PyTorch3D", "easypytorch3d")

        def draw(state: Tensor, renderer: Any = renderer) -> Tensor:
            image: Tensor = renderer.render(state[None], heads.framing, torch.zeros(1, dtype=torch.int64))
            return image

        def pull_back(state: Tensor, draw: Callable[[Tensor], Tensor] = draw) -> object:
            moved = state.clone().requires_grad_(True)
            return torch.autograd.grad(draw(moved).square().sum(), moved)

        for gradient, act in ((False, draw), (True, pull_back)):
            yield _Way(name, package, samples, gradient, _over(states, act), len(states))


def _timed(ways: list[_Way], rounds: int) -> Iterator[PeerRow]:
    taken: list[list[tuple[float, float]]] = [[] for _ in ways]
    for turn in range(rounds + 1):
        for way, times in zip(ways, taken, strict=True):
            wall, processor = time.perf_counter(), time.process_time()
            way.call()
            if turn:
                times.append((time.process_time() - processor, time.perf_counter() - wall))
    for way, times in zip(ways, taken, strict=True):
        cpu, wall = (float(ms) for ms in np.median(times, axis=0) / way.frames * 1e3)
        yield PeerRow(
            way.renderer, _version(way.package), way.samples, way.gradient, round(cpu, 2), round(wall, 2), way.overlap
        )


def _version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return package
