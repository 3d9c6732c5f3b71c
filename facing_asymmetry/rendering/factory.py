"""Renderers by name."""

from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, Literal

from facing_asymmetry.config import Scene
from facing_asymmetry.core.errors import ConfigError, suggestion
from facing_asymmetry.core.installed import optional
from facing_asymmetry.face_models.contract import Surface
from facing_asymmetry.rendering.contract import Renderer

if TYPE_CHECKING:
    import torch

RENDERERS: Final = {
    "fast": "compiled loops on the CPU; on a GPU a rasteriser in Triton and the shader in torch",
    "host": "compiled loops on the CPU; with device=cuda the images go to the GPU, bit for bit those of the CPU",
    "pytorch3d": "PyTorch3D's own rasteriser everywhere (seconds per image on a CPU)",
    "torch": "the fast rasteriser with the reference shader in torch, also on the CPU (for comparison)",
}
"""Name and meaning of each renderer."""


def make_renderer(name: str, surface: Surface, scene: Scene | None = None, device: str = "cpu") -> Renderer:
    """The renderer of this name; all draw the same image (see `contract`).

    Args:
        name: a key of `RENDERERS`.
        surface: what the face model's identities share.
        scene: camera, lights, size; None for the default portrait.
        device: `cpu`, `cuda` or `cuda:N`.

    Raises:
        ConfigError: unknown name, or a device that isn't there.
    """
    if name not in RENDERERS:
        hint = suggestion(name, RENDERERS)
        raise ConfigError(f"renderer = {name!r} is unknown{hint} (there are: {', '.join(RENDERERS)})")
    scene = scene or Scene()
    place = _device(device)
    if name == "host" or (name == "fast" and place.type == "cpu"):
        from facing_asymmetry.rendering.fused import FusedRenderer, HostRenderer

        fused = FusedRenderer(surface, scene)
        return HostRenderer(fused, place) if place.type == "cuda" else fused
    with optional("pytorch3d", f"renderer={name}" + (f" on device={device}" if name == "fast" else "")):
        from facing_asymmetry.rendering.torch_renderer import ReferenceRenderer

    return ReferenceRenderer(surface, scene, place, rasteriser_of(name, place.type))


def rasteriser_of(name: str, kind: str) -> Literal["stock", "fast"]:
    """The rasteriser of a renderer on a kind of device: on a GPU the fast one needs Triton; torch has it on Linux."""
    fast = name != "pytorch3d" and (kind == "cpu" or find_spec("triton") is not None)
    return "fast" if fast else "stock"


def _device(name: str) -> "torch.device":
    import torch

    try:
        place = torch.device(name)
    except RuntimeError as error:
        raise ConfigError(f"device = {name!r} is not a device; say cpu, cuda or cuda:0") from error
    if place.type not in ("cpu", "cuda"):
        raise ConfigError(f"device = {name!r} is not supported; say cpu, cuda or cuda:0")
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if place.type == "cuda" and (place.index or 0) >= count:
        raise ConfigError(f"device = {name!r}: this machine has {count} CUDA devices; say device=cpu")
    return place
