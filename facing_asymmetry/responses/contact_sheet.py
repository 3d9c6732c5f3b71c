"""Contact sheet of a cell's frames: rows are t ascending, columns s ascending; lossless PNG."""

import io

import numpy as np
from jaxtyping import UInt8
from numpy import ndarray
from torch import Tensor

from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.interventions.layout import FrameSet
from facing_asymmetry.responses.runner import Studio


def to_bytes(images: Tensor) -> UInt8[ndarray, "B H W 3"]:
    """Images `(B, 3, H, W)` in [0, 1] as 8-bit sRGB."""
    rounded: ndarray = (images.clamp(0, 1) * 255 + 0.5).byte().permute(0, 2, 3, 1).cpu().numpy()
    return rounded


def draw_contact_sheet(frames: FrameSet, grid: Grid, studio: Studio, who: int) -> bytes:
    """Render the frames of a cell and lay them out as one PNG of `len(grid.t)` by `len(grid.s)` tiles."""
    from PIL import Image

    tiles = [to_bytes(studio.render(frames, who, *block)[1]) for block in studio.blocks(frames)]
    nodes = np.concatenate(tiles)[frames.node]
    rows = [np.concatenate(list(row), axis=1) for row in nodes.reshape(len(grid.t), len(grid.s), *nodes.shape[1:])]
    out = io.BytesIO()
    Image.fromarray(np.concatenate(rows, axis=0)).save(out, format="PNG", compress_level=4)
    return out.getvalue()
