"""Films as files: GIF by Pillow, MP4 by the ffmpeg that `imageio-ffmpeg` brings or the system has."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from jaxtyping import UInt8
from numpy import ndarray
from PIL import Image

from facing_asymmetry.errors import AssetError, ConfigError


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
    """One palette for all frames, taken from the first, middle and last, so that colours don't flicker."""
    pages = [Image.fromarray(frame) for frame in frames]
    some = [pages[0], pages[len(pages) // 2], pages[-1]]
    strip = Image.new("RGB", (pages[0].width, sum(page.height for page in some)))
    for place, page in enumerate(some):
        strip.paste(page, (0, place * page.height))
    palette = strip.quantize(256, method=Image.Quantize.MEDIANCUT)
    reduced = [page.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG) for page in pages]
    duration = max(20, round(1000 / fps))
    reduced[0].save(path, save_all=True, append_images=reduced[1:], duration=duration, loop=0, optimize=False)
    return path


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
