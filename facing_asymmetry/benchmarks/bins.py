"""Whether PyTorch3D's binned rasteriser sees the faces that it sees without bins: a full bin drops faces silently."""

from dataclasses import replace

import torch
from jaxtyping import Float, Int
from torch import Tensor

from facing_asymmetry.rendering.contract import Stage
from facing_asymmetry.rendering.torch_renderer import ReferenceRenderer


def check_bins(renderer: ReferenceRenderer, state: Float[Tensor, "B V D"], stage: Stage, who: Int[Tensor, " B"]) -> int:
    """Samples whose nearest face differs between the renderer's own settings and `bin_size=0`; 0 is right.

    On a CPU there are no bins, and nothing can differ.
    """
    with torch.inference_mode():
        meshes = renderer.meshes(state[..., :3].to(renderer.device, torch.float32))
        cameras = renderer.cameras(stage.centre[who].to(renderer.device), stage.height[who].to(renderer.device))
        unbinned = replace(renderer.rasteriser.raster_settings, bin_size=0, max_faces_per_bin=None)
        binned = renderer.rasteriser(meshes, cameras=cameras).pix_to_face
        naive = renderer.rasteriser(meshes, cameras=cameras, raster_settings=unbinned).pix_to_face
        return int((binned != naive).sum())
