"""A whole grid on a GPU, end to end: every emotion at every node through every network."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import torch
from jaxtyping import Float, Int
from pytorch3d.renderer.mesh.rasterizer import MeshRasterizer
from torch import Tensor

from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.config import Scene
from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.interventions.layout import FrameSet
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.contract import Framing
from facing_asymmetry.rendering.factory import make_renderer
from facing_asymmetry.rendering.torch_renderer import ReferenceRenderer
from facing_asymmetry.responses.runner import CellInput, Studio, blocks_ahead, run_cells
from facing_asymmetry.runs.study import check_device
from facing_asymmetry.validation.benchmarks.faces import default_model
from facing_asymmetry.validation.benchmarks.networks import RANDOM_WEIGHTS, benchmark_networks
from facing_asymmetry.validation.benchmarks.sweep_time import expression_frames
from facing_asymmetry.validation.benchmarks.timing import at_least, conditions, seconds_of

TARGET_SECONDS: Final = 600
"""Target for 17 networks x 6 emotions x 50 x 50 nodes on an H200."""

STAGE_REPEATS: Final = 5


@dataclass(frozen=True)
class GpuRequest:
    """What is measured.

    Attributes:
        grid: Nodes along s and along t.
        classifiers: Number of networks.
        networks: Which networks, see `networks.SELECTIONS`.
        shared: The networks share frames, as with `expression=facs`; else frames are rendered again for each network,
            as optimised expressions need.
        batch: Frames per block.
        precision: Precision of the networks, as in a run.
        renderer: `fast`, `host` or `pytorch3d`, as in a run.
        device: `cuda`, or `cpu` to rehearse the same code.
    """

    grid: int = 50
    classifiers: int = 17
    networks: str = "ready"
    shared: bool = True
    batch: int = 50
    precision: str = "fp32"
    renderer: str = "fast"
    device: str = "cuda"

    def __post_init__(self) -> None:
        for key, least in (("grid", 2), ("classifiers", 1), ("batch", 1)):
            at_least(key, getattr(self, key), least)


def benchmark_gpu(request: GpuRequest) -> dict[str, Any]:
    """Sweep face 0 under `palsy` of the left side (one side, one identity) and time the whole and its stages.

    Returns:
        `seconds` of the sweep after a warm-up, `target_seconds`, `frames` rendered, `images` classified, both per
        second; `render_ms` per frame and `classify_ms` per frame through all networks, timed apart; `per_network`;
        `peak_gpu_mb`; `samples_differ` (`check_samples`); `gpu`; the request and conditions.

    Raises:
        ConfigError: no CUDA device, PyTorch3D without CUDA, or more networks than can be built.
    """
    check_cuda(request.device, request.precision)
    where = conditions("facing-asymmetry benchmark gpu")
    model = default_model()
    framing = frame_identities(model, [model.identity(0)]).to(request.device)
    renderer = make_renderer(request.renderer, model.surface, Scene(), request.device)
    depth = blocks_ahead(request.renderer, request.device)
    studio = Studio(model, framing, renderer, request.batch, depth, request.precision)
    networks = [network.to(request.device) for network in benchmark_networks(request.classifiers, request.networks)]
    grid = Grid.spaced("benchmark", request.grid, request.grid)
    shown = [expression_frames(model, grid, emotion) for emotion in BASIC]
    images = _warmed_up(shown[0], studio, networks)
    _reset_peak(request.device)
    seconds = seconds_of(lambda: _sweep(shown, studio, networks, request.shared))
    peak = _peak(request.device)
    return {
        "seconds": seconds,
        "target_seconds": TARGET_SECONDS,
        **_rates(sum(map(len, shown)), request, seconds),
        **_stages(shown[0], studio, networks, images),
        "peak_gpu_mb": peak,
        "samples_differ": _samples(renderer, shown[0], studio),
        "gpu": torch.cuda.get_device_name() if request.device == "cuda" else "none: rehearsed on the CPU",
        "tf32": {"convolutions": torch.backends.cudnn.allow_tf32, "products": torch.backends.cuda.matmul.allow_tf32},
        "request": vars(request),
        "conditions": where,
    }


def check_cuda(device: str, precision: str) -> None:
    """`ConfigError` where the device is unknown, or CUDA is asked for and absent."""
    if device not in ("cuda", "cpu"):
        raise ConfigError(f"device = {device!r} is unknown (allowed: cuda; cpu to rehearse)")
    if device == "cuda" and not torch.cuda.is_available():
        raise ConfigError(
            "benchmark gpu needs a CUDA device, and torch and PyTorch3D built for CUDA; torch "
            f"{torch.__version__} sees no such device here. Run it on a machine with an NVIDIA GPU, or rehearse with "
            "--device cpu --grid 3 --classifiers 2"
        )
    check_device(device, precision)


def _rates(shown: int, request: GpuRequest, seconds: float) -> dict[str, float]:
    images = shown * request.classifiers
    frames = shown if request.shared else images
    return {
        "frames": frames,
        "images": images,
        "frames_per_second": frames / seconds,
        "images_per_second": images / seconds,
    }


def _sweep(shown: Sequence[FrameSet], studio: Studio, networks: list[Classifier], shared: bool) -> None:
    def inputs() -> Iterator[CellInput[int]]:
        for number, frames in enumerate(shown):
            for group in [networks] if shared else [[network] for network in networks]:
                yield CellInput(number, frames, 0, lambda group=group: group)  # type: ignore[misc]

    for _ in run_cells(inputs(), studio):  # logits come back, so that the last kernel has ended
        pass


def _warmed_up(frames: FrameSet, studio: Studio, networks: Sequence[Classifier]) -> Tensor:
    """The images of one block, after two rounds of it through everything."""
    try:
        for _ in range(2):
            _, images = studio.render(frames, 0, *studio.blocks(frames)[0])
            for network in networks:
                studio.classify(network, images)
    except RuntimeError as error:
        if "Not compiled with GPU support" not in str(error):
            raise
        raise ConfigError(
            "benchmark gpu needs PyTorch3D built for CUDA; the one installed here is not (docs/installation.md)"
        ) from error
    _wait(studio)
    return images


def _stages(frames: FrameSet, studio: Studio, networks: Sequence[Classifier], images: Tensor) -> dict[str, Any]:
    """Milliseconds per frame of rendering, and of each network, each waited for."""
    block = studio.blocks(frames)[0]

    def render() -> None:
        studio.render(frames, 0, *block)
        _wait(studio)

    def classify(network: Classifier) -> None:
        studio.classify(network, images)
        _wait(studio)

    def per_frame(call: Any) -> float:
        return min(seconds_of(call) for _ in range(STAGE_REPEATS)) / len(images) * 1e3

    rows = [
        {
            "name": network.record.name,
            "weights": "random" if RANDOM_WEIGHTS in network.record.name else "published",
            "parameters": network.record.parameters,
            "input_size": network.record.input_size,
            "ms": per_frame(lambda network=network: classify(network)),
        }
        for network in networks
    ]
    return {"render_ms": per_frame(render), "classify_ms": sum(row["ms"] for row in rows), "per_network": rows}


def _samples(renderer: Any, frames: FrameSet, studio: Studio) -> int | None:
    """None where nothing was compared: the compiled loops of the CPU give no fragments."""
    if not isinstance(renderer, ReferenceRenderer):
        return None
    start, stop = studio.blocks(frames)[-1]
    states = torch.from_numpy(frames.states(start, stop)).to(renderer.device)
    return check_samples(
        renderer, states, studio.framing, torch.zeros(len(states), dtype=torch.int64, device=states.device)
    )


def _wait(studio: Studio) -> None:
    if studio.framing.centre.is_cuda:
        torch.cuda.synchronize()


def _reset_peak(device: str) -> None:
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()


def _peak(device: str) -> float | None:
    return torch.cuda.max_memory_allocated() / 1e6 if device == "cuda" else None


def check_samples(
    renderer: ReferenceRenderer, state: Float[Tensor, "B V D"], framing: Framing, identities: Int[Tensor, " B"]
) -> int:
    """Samples whose nearest face is not that of PyTorch3D without bins.

    0 is right for PyTorch3D itself, whose bins drop faces where they are full. The fast rasteriser may differ where a
    sample lies on an edge but for rounding.
    """
    with torch.inference_mode():
        meshes = renderer.meshes(state[..., :3].to(renderer.device, torch.float32))
        cameras = renderer.cameras(
            framing.centre[identities].to(renderer.device), framing.height[identities].to(renderer.device)
        )
        unbinned = replace(renderer.rasteriser.raster_settings, bin_size=0, max_faces_per_bin=None)
        ours = renderer.rasteriser(meshes, cameras=cameras).pix_to_face
        return int((ours != MeshRasterizer(cameras, unbinned)(meshes).pix_to_face).sum())
