"""Films as files: GIF by Pillow, MP4 by the ffmpeg that `imageio-ffmpeg` brings or the system has."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from jaxtyping import UInt8
from numpy import ndarray
from PIL import Image

from facing_asymmetry.core.errors import AssetError, ConfigError

COLOURS: Final = 255
"""Of a GIF's palette; the one left is for pixels that stay as they are."""

UNSEEN: Final = 4
"""Largest change of a channel, of 255, at which a GIF keeps the pixel of the frame before."""


def write_film(frames: Sequence[UInt8[ndarray, "H W 3"]], path: Path, fps: float) -> Path:
    """Write frames as `.gif` (endless) or `.mp4` (H.264), by the file's ending.

    Raises:
        ConfigError: another ending, or no frames per second; AssetError: MP4 is asked for without ffmpeg.
    """
    if fps <= 0:
        raise ConfigError(f"fps = {fps}; it must be above 0")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() == ".gif":
        return _write_gif(frames, path, fps)
    if path.suffix.lower() == ".mp4":
        return _write_mp4(frames, path, fps)
    raise ConfigError(f"{path}: a film ends in .gif or .mp4")


def _write_gif(frames: Sequence[ndarray], path: Path, fps: float) -> Path:
    """One palette for all frames, so that colours don't flicker; of each frame only the pixels that change are kept."""
    palette = _palette([Image.fromarray(frame) for frame in frames])
    pages, held = [], frames[0].astype(np.int16)
    shown = np.asarray(Image.fromarray(frames[0]).quantize(palette=palette, dither=Image.Dither.NONE))
    for frame in frames:
        same = np.abs(frame - held).max(axis=-1) <= UNSEEN
        fresh = np.asarray(Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE))
        shown, held = np.where(same, shown, fresh), np.where(same[..., None], held, frame)
        page = Image.fromarray(shown)
        page.putpalette(palette.getpalette() or [])
        pages.append(page)
    duration = max(20, round(1000 / fps))
    pages[0].save(path, save_all=True, append_images=pages[1:], duration=duration, loop=0, optimize=True)
    return path


def _palette(pages: Sequence[Image.Image]) -> Image.Image:
    """`COLOURS` of some frames, spread over the film, as an image in that palette."""
    some = pages[:: max(1, len(pages) // 8)]
    strip = Image.new("RGB", (pages[0].width, sum(page.height for page in some)))
    for place, page in enumerate(some):
        strip.paste(page, (0, place * page.height))
    return strip.quantize(COLOURS, method=Image.Quantize.MEDIANCUT)


def _write_mp4(frames: Sequence[ndarray], path: Path, fps: float) -> Path:
    try:
        from imageio_ffmpeg import write_frames
    except ImportError as error:
        found = "ffmpeg is on the path, but " if shutil.which("ffmpeg") else ""
        raise AssetError(
            f"{path}: {found}the package imageio-ffmpeg is not installed; install it (extra `video`) or write a .gif"
        ) from error
    height, width = frames[0].shape[:2]
    writer = write_frames(str(path), (width, height), fps=fps, codec="libx264", quality=8, macro_block_size=2)
    writer.send(None)
    for frame in frames:
        writer.send(frame.tobytes())
    writer.close()
    return path
